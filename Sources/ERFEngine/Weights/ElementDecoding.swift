// Elements of checkpoints as they lie in a file, little-endian, turned into float32.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ElementType {
  /// The `shape.count` elements at `source`, which must hold them all; nil for types that are no real
  /// numbers.
  func decode(_ source: UnsafeRawPointer, shape: Shape) -> Tensor? {
    switch self {
    case .float32:
      var tensor = Tensor(uninitialized: shape)
      let target = unsafe UnsafeMutableRawPointer(tensor.mutablePointer())
      Workers().forEachRange(of: shape.count * 4, size: 1 << 20) { range in
        unsafe _ = memcpy(target + range.lowerBound, source + range.lowerBound, range.count)
      }
      return tensor
    case .float16:
      return Tensor(generated: shape) { index in
        unsafe Self.float(half: Self.word(source, index))
      }
    case .bfloat16:
      return Tensor(generated: shape) { index in
        unsafe Float(bitPattern: UInt32(Self.word(source, index) as UInt16) << 16)
      }
    case .float64:
      return Tensor(generated: shape) { index in
        unsafe Float(Double(bitPattern: Self.word(source, index)))
      }
    case .int64:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as Int64) }
    case .int32:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as Int32) }
    case .int16:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as Int16) }
    case .int8:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as Int8) }
    case .uint8:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as UInt8) }
    case .uint16:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as UInt16) }
    case .uint32:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as UInt32) }
    case .uint64:
      return Tensor(generated: shape) { unsafe Float(Self.word(source, $0) as UInt64) }
    case .bool:
      return Tensor(generated: shape) { unsafe Self.word(source, $0) as UInt8 == 0 ? 0 : 1 }
    case .float8Range, .float8Precision, .float8Other, .complex32, .complex64, .complex128,
      .quantised8, .quantised32:
      return nil
    }
  }

  /// The same of bytes from `start` on.
  func decode(_ bytes: [UInt8], from start: Int, shape: Shape) -> Tensor? {
    precondition(start >= 0 && start <= bytes.count && shape.count * size <= bytes.count - start)
    return unsafe bytes.withUnsafeBytes { all in
      guard let first = all.baseAddress else { return Tensor(zeros: shape) }
      return unsafe decode(first + start, shape: shape)
    }
  }

  /// The `count` integers at `source`, which must hold them all; booleans are 0 or 1; nil for types that
  /// are no integers.
  func integers(_ source: UnsafeRawPointer, count: Int) -> [Int]? {
    let range = 0..<count
    switch self {
    case .int64: return range.map { unsafe Int(Self.word(source, $0) as Int64) }
    case .int32: return range.map { unsafe Int(Self.word(source, $0) as Int32) }
    case .int16: return range.map { unsafe Int(Self.word(source, $0) as Int16) }
    case .int8: return range.map { unsafe Int(Self.word(source, $0) as Int8) }
    case .uint8: return range.map { unsafe Int(Self.word(source, $0) as UInt8) }
    case .uint16: return range.map { unsafe Int(Self.word(source, $0) as UInt16) }
    case .uint32: return range.map { unsafe Int(Self.word(source, $0) as UInt32) }
    case .uint64:
      return range.map { unsafe Int(truncatingIfNeeded: Self.word(source, $0) as UInt64) }
    case .bool: return range.map { unsafe Self.word(source, $0) as UInt8 == 0 ? 0 : 1 }
    default: return nil
    }
  }

  @inline(__always)
  private static func word<Word: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ index: Int
  ) -> Word {
    unsafe Word(
      littleEndian: source.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self))
  }
}
