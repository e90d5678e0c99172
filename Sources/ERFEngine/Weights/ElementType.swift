/// Element types of checkpoints, by their names in safetensors headers.
enum ElementType: String, Sendable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float64 = "F64"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint8 = "U8"
  case uint16 = "U16"
  case uint32 = "U32"
  case uint64 = "U64"
  case bool = "BOOL"
  /// Numbers of 8 bits with a point, complex and quantised ones, which are told apart but not converted.
  case float8Range = "F8_E5M2"
  case float8Precision = "F8_E4M3"
  case float8Other = "F8"
  case complex32 = "C32"
  case complex64 = "C64"
  case complex128 = "C128"
  case quantised8 = "Q8"
  case quantised32 = "Q32"

  /// Bytes an element.
  var size: Int {
    switch self {
    case .int8, .uint8, .bool, .float8Range, .float8Precision, .float8Other,
      .quantised8:
      1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32, .quantised32, .complex32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether the elements of a tensor whose type a file calls `name` can be read.
  static func isReal(_ name: String) -> Bool { ElementType(rawValue: name)?.isReal ?? false }

  /// Whether the elements are real numbers, which convert to float32.
  var isReal: Bool {
    switch self {
    case .float8Range, .float8Precision, .float8Other, .complex32, .complex64, .complex128,
      .quantised8, .quantised32:
      false
    default: true
    }
  }

  /// IEEE 754 binary16 without needing the processor to know it.
  static func float(half bits: UInt16) -> Float {
    // Exponent and fraction in place; the product mends the bias, also of what is below 2^-14. Without
    // branches, so that loops over it run on vectors.
    let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112
    let infinity: UInt32 = bits & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
    return Float(bitPattern: magnitude.bitPattern | infinity | UInt32(bits & 0x8000) << 16)
  }

  /// The IEEE 754 binary16 nearest to `value`, ties to even; too large ones become infinite.
  static func half(of value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16 & 0x8000)
    let magnitude = value.magnitude
    if value.isNaN { return sign | 0x7E00 }
    // 65520 lies half way between the largest number and the next power of two.
    if magnitude >= 65520 { return sign | 0x7C00 }
    // Below 2^-14 the spacing is 2^-24 throughout: adding 0.5 leaves just those bits.
    if magnitude < 0x1p-14 {
      return sign | UInt16(truncatingIfNeeded: (magnitude + 0.5).bitPattern - 0x3F00_0000)
    }
    let bits = magnitude.bitPattern
    let rounded = bits + 0xFFF + (bits >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
  }

  /// The upper half of a float32, rounded to nearest, ties to even.
  static func brainFloat(of value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }
}

/// What a checkpoint tells of a tensor without reading its elements.
public struct CheckpointEntry: Sendable, Equatable {
  /// The element type by its name in safetensors headers, such as `F32`.
  public let type: String
  public let shape: Shape
  /// Where its reader finds it: the bytes in a safetensors file, counted from those of the first
  /// tensor on; the number of a record in a pickle, of a file among several; empty where there is
  /// nothing to find.
  var place = 0..<0

  /// As many as NumPy knows.
  static let mostAxes = 64

  public static func == (left: CheckpointEntry, right: CheckpointEntry) -> Bool {
    left.type == right.type && left.shape == right.shape
  }
}
