/// Element types by their numbers in ONNX files.
enum ONNXType: Int, Sendable {
  case float = 1
  case uint8, int8, uint16, int16, int32, int64, string, bool, float16, double, uint32, uint64
  case complex64, complex128, bfloat16

  /// The type as it lies in `raw_data` and in files beside the model; nil: texts.
  var element: ElementType? {
    switch self {
    case .float: .float32
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .string: nil
    case .bool: .bool
    case .float16: .float16
    case .double: .float64
    case .uint32: .uint32
    case .uint64: .uint64
    case .complex64: .complex64
    case .complex128: .complex128
    case .bfloat16: .bfloat16
    }
  }

  /// Whether values are computed with as real numbers, in float32.
  var isReal: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    default: false
    }
  }
}
