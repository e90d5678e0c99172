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
    var memory: UnsafeMutableRawPointer?
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    guard unsafe posix_memalign(&memory, 64, bytes) == 0, let memory = unsafe memory else {
      fatalError("out of memory: \(bytes) bytes for a tensor")
    }
    self.count = count
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// Zeros, mapped by the system when first touched.
  init(zeros count: Int) {
    let elements = max(count, 1)
    guard let memory = unsafe calloc(elements, MemoryLayout<Float>.stride) else {
      fatalError("out of memory: \(elements * MemoryLayout<Float>.stride) bytes for a tensor")
    }
    self.count = count
    unsafe base = memory.bindMemory(to: Float.self, capacity: elements)
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

  deinit { unsafe free(base) }

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
