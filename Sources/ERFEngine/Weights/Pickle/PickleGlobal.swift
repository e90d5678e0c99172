/// Everything that a pickle may name: the complete list. None of it is ever called; each stands for
/// a record that the machine fills itself.
enum PickleGlobal: Sendable, Equatable {
  /// `torch._utils._rebuild_tensor` and its later versions.
  case rebuildTensor
  case rebuildTypedTensor
  case rebuildParameter
  case rebuildFromType
  case tensorType
  /// Dictionaries: `OrderedDict`, `Counter`, `defaultdict`.
  case dictionary
  case size
  case storage(ElementType)
  case elementType(ElementType)
  /// Builds a record without contents.
  case inert

  init?(module: String, name: String) {
    if let known = Self.known["\(module).\(name)"] {
      self = known
    } else if Self.storageModules.contains(module), let type = Self.storages[name] {
      self = .storage(type)
    } else if module == "torch", let type = Self.elementTypes[name] {
      self = .elementType(type)
    } else {
      return nil
    }
  }

  private static let known: [String: PickleGlobal] = [
    "torch._utils._rebuild_tensor": .rebuildTensor,
    "torch._utils._rebuild_tensor_v2": .rebuildTensor,
    "torch._utils._rebuild_tensor_v3": .rebuildTypedTensor,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
    "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
    "torch.Tensor": .tensorType,
    "torch.nn.Parameter": .tensorType,
    "torch.nn.parameter.Parameter": .tensorType,
    "torch.nn.parameter.Buffer": .tensorType,
    "torch.Size": .size,
    "torch.device": .inert,
    "collections.OrderedDict": .dictionary,
    "collections.Counter": .dictionary,
    "collections.defaultdict": .dictionary,
    "numpy.core.multiarray.scalar": .inert,
    "numpy._core.multiarray.scalar": .inert,
    "numpy.dtype": .inert,
    "_codecs.encode": .inert,
    "argparse.Namespace": .inert,
    "builtins.set": .inert,
    "__builtin__.set": .inert,
  ]

  private static let storageModules: Set = ["torch", "torch.cuda", "torch.storage"]

  private static let storages: [String: ElementType] = [
    "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "DoubleStorage": .float64, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    "ComplexFloatStorage": .complex64, "ComplexDoubleStorage": .complex128,
    "QInt8Storage": .quantised8, "QUInt8Storage": .quantised8, "QInt32Storage": .quantised32,
    "UntypedStorage": .uint8,
  ]

  private static let elementTypes: [String: ElementType] = [
    "float32": .float32, "float16": .float16, "bfloat16": .bfloat16, "float64": .float64,
    "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8,
    "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float8_e5m2": .float8Range,
    "float8_e4m3fn": .float8Precision,
    "bool": .bool, "complex64": .complex64, "complex128": .complex128,
  ]
}
