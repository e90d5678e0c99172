// Working memory of one tile of a kernel.

/// Uninitialised floats that live as long as the value that owns them.
@unsafe
struct Scratch: ~Copyable {
  let base: UnsafeMutablePointer<Float>

  init(count: Int) {
    unsafe base = .allocate(capacity: max(1, count))
  }

  deinit { unsafe base.deallocate() }
}
