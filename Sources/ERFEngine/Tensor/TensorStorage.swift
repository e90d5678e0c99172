// The memory behind tensors: 64-byte aligned floats with bounds-checked element access.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A fixed number of floats. Written only while uniquely referenced (see `Tensor.makeUnique`), hence
/// safe to share between threads.
@safe
final class TensorStorage: @unchecked Sendable {
  let count: Int
  private let base: UnsafeMutablePointer<Float>
  /// Bytes to unmap at the end; 0: the memory came from the pool.
  private let mappedBytes: Int

  /// Memory with undefined contents.
  init(uninitialized count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    guard let memory = unsafe MemoryPool.take(bytes) else {
      OutOfMemory.end("of a tensor", bytes: bytes)
    }
    self.count = count
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    mappedBytes = 0
  }

  /// Zeros. Large ones are mapped by the system when first touched: address space, not memory, until
  /// then.
  init(zeros count: Int) {
    let elements = max(count, 1)
    let bytes = elements * MemoryLayout<Float>.stride
    self.count = count
    if bytes < 1 << 20 {
      guard let memory = unsafe MemoryPool.take(bytes) else {
        OutOfMemory.end("of a tensor", bytes: bytes)
      }
      unsafe base = memory.bindMemory(to: Float.self, capacity: elements)
      unsafe base.initialize(repeating: 0, count: elements)
      mappedBytes = 0
      return
    }
    guard
      let memory = unsafe mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymousMapping | MAP_NORESERVE, -1, 0),
      unsafe memory != MAP_FAILED
    else { OutOfMemory.end("of a tensor", bytes: bytes) }
    unsafe base = memory.bindMemory(to: Float.self, capacity: elements)
    mappedBytes = bytes
  }

  convenience init(_ elements: [Float]) {
    self.init(uninitialized: elements.count)
    unsafe elements.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        unsafe base.update(from: start, count: source.count)
      }
    }
  }

  convenience init(copying other: TensorStorage) {
    self.init(uninitialized: other.count)
    unsafe base.update(from: other.base, count: other.count)
  }

  /// Some of the elements of `other`.
  convenience init(copying other: TensorStorage, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= other.count)
    self.init(uninitialized: range.count)
    unsafe base.update(from: other.base + range.lowerBound, count: range.count)
  }

  deinit {
    if mappedBytes > 0 {
      unsafe munmap(base, mappedBytes)
    } else {
      unsafe MemoryPool.give(base, max(count, 1) * MemoryLayout<Float>.stride)
    }
  }

  var array: [Float] {
    unsafe Array(UnsafeBufferPointer(start: base, count: count))
  }

  subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "element \(index) of \(count)")
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count, "element \(index) of \(count)")
      unsafe base[index] = newValue
    }
  }

  var pointer: UnsafePointer<Float> { unsafe UnsafePointer(base) }
  var mutablePointer: UnsafeMutablePointer<Float> { unsafe base }
}

extension Tensor {
  /// For kernels: the elements in row-major order.
  var pointer: UnsafePointer<Float> { unsafe storage.pointer }

  /// For kernels: the elements, after making sure that no other tensor sees the writes.
  mutating func mutablePointer() -> UnsafeMutablePointer<Float> {
    makeUnique()
    return unsafe storage.mutablePointer
  }
}
