// Tensors as the bytes that checkpoints hold, little-endian.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Tensor {
  /// The elements as `type`, one of `float32`, `float16` and `bfloat16`, rounded to nearest, ties to
  /// even.
  func encoded(as type: ElementType) -> [UInt8] {
    let from = unsafe pointer
    return unsafe [UInt8](unsafeUninitializedCapacity: count * type.size) { buffer, filled in
      filled = count * type.size
      guard let to = unsafe buffer.baseAddress.map(UnsafeMutableRawPointer.init) else {
        return
      }
      switch type {
      case .float32: unsafe _ = memcpy(to, from, filled)
      case .float16: unsafe Self.store(from, count, to) { ElementType.half(of: $0) }
      case .bfloat16: unsafe Self.store(from, count, to) { ElementType.brainFloat(of: $0) }
      default: preconditionFailure("\(type) is read, never written")
      }
    }
  }

  private static func store(
    _ from: UnsafePointer<Float>, _ count: Int, _ to: UnsafeMutableRawPointer,
    _ convert: (Float) -> UInt16
  ) {
    for index in 0..<count {
      unsafe to.storeBytes(
        of: convert(from[index]).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
    }
  }
}
