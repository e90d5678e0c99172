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
  case bool = "BOOL"
  /// Complex and quantised numbers, which are told apart but not converted.
  case complex64 = "C64"
  case complex128 = "C128"
  case quantised8 = "Q8"
  case quantised32 = "Q32"

  /// Bytes an element.
  var size: Int {
    switch self {
    case .int8, .uint8, .bool, .quantised8: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32, .quantised32: 4
    case .float64, .int64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether the elements are real numbers, which convert to float32.
  var isReal: Bool {
    switch self {
    case .complex64, .complex128, .quantised8, .quantised32: false
    default: true
    }
  }

  /// IEEE 754 binary16 without needing the processor to know it.
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | UInt32(exponent + 112) << 23 | fraction << 13)
    }
  }
}

/// What a checkpoint tells of a tensor without reading its elements.
public struct CheckpointEntry: Sendable, Equatable {
  /// The element type by its name in safetensors headers, such as `F32`.
  public let type: String
  public let shape: Shape
}
