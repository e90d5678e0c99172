// Working memory of one tile of a kernel.

/// Uninitialised floats that live as long as the value that owns them.
@unsafe
struct Scratch: ~Copyable {
  let base: UnsafeMutablePointer<Float>
  private let bytes: Int

  init(count: Int) {
    unsafe bytes = max(1, count) * MemoryLayout<Float>.stride
    guard let memory = unsafe MemoryPool.take(self.bytes) else {
      OutOfMemory.end("of a kernel's work", bytes: unsafe self.bytes)
    }
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(1, count))
  }

  deinit { unsafe MemoryPool.give(base, bytes) }
}
