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

  /// Memory with undefined contents.
  init(uninitialized count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    guard let memory = unsafe MemoryPool.take(bytes) else {
      OutOfMemory.end("of a tensor", bytes: bytes)
    }
    self.count = count
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  init(zeros count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    guard let memory = unsafe MemoryPool.takeZeros(bytes) else {
      OutOfMemory.end("of a tensor", bytes: bytes)
    }
    self.count = count
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
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
    unsafe MemoryPool.give(base, max(count, 1) * MemoryLayout<Float>.stride)
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
