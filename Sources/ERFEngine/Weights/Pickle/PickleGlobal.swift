/// What a name in a pickle stands for. None of it is ever called: what is known stands for a record
/// that the machine fills itself, and everything else for an object that is only named.
enum PickleGlobal: Sendable, Equatable {
  /// `torch._utils._rebuild_tensor` and its later versions.
  case rebuildTensor
  case rebuildTypedTensor
  case rebuildParameter
  case rebuildFromType
  /// Quantised, sparse and other tensors without plain elements.
  case rebuildUnreadable(UnreadableTensor.Kind)
  case tensorType
  /// Dictionaries: `OrderedDict`, `Counter`, `defaultdict`.
  case dictionary
  /// A dictionary of its attributes.
  case namespace
  case size
  case storage(ElementType)
  case elementType(ElementType)
  /// Builds a record without contents.
  case inert
  /// Rebuilds an object of the class that is its first argument.
  case reconstructor
  /// A class or function of another library: its place in the machine's list of names.
  case foreign(Int32)

  /// nil: none that is known.
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

  /// Whether the name is of a function that starts programs or runs text as code: a file that asks for
  /// one of these is no accident.
  static func runsCode(module: String, name: String) -> Bool {
    let root = module.prefix { $0 != "." }
    if programModules.contains(String(root)) { return true }
    return builtinModules.contains(module) && codeFunctions.contains(name)
  }

  private static let programModules: Set = [
    "posix", "nt", "os", "subprocess", "pty", "commands", "popen2", "runpy", "webbrowser",
    "importlib", "imp", "code", "ctypes", "shutil", "socket", "multiprocessing", "pickle",
    "marshal",
  ]
  private static let builtinModules: Set = ["builtins", "__builtin__"]
  private static let codeFunctions: Set = [
    "eval", "exec", "execfile", "compile", "__import__", "open", "breakpoint", "input",
  ]

  private static let known: [String: PickleGlobal] = [
    "torch._utils._rebuild_tensor": .rebuildTensor,
    "torch._utils._rebuild_tensor_v2": .rebuildTensor,
    "torch._utils._rebuild_tensor_v3": .rebuildTypedTensor,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
    "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
    "torch._utils._rebuild_qtensor": .rebuildUnreadable(.quantised),
    "torch._utils._rebuild_sparse_tensor": .rebuildUnreadable(.sparse),
    "torch._utils._rebuild_sparse_csr_tensor": .rebuildUnreadable(.sparse),
    "torch._utils._rebuild_meta_tensor_no_storage": .rebuildUnreadable(.meta),
    "torch._utils._rebuild_nested_tensor": .rebuildUnreadable(.nested),
    "torch._utils._rebuild_device_tensor_from_numpy": .rebuildUnreadable(.numpy),
    "torch._utils._rebuild_xla_tensor": .rebuildUnreadable(.numpy),
    "torch.Tensor": .tensorType,
    "torch.nn.Parameter": .tensorType,
    "torch.nn.parameter.Parameter": .tensorType,
    "torch.nn.parameter.Buffer": .tensorType,
    "torch.Size": .size,
    "torch.device": .inert,
    "collections.OrderedDict": .dictionary,
    "collections.Counter": .dictionary,
    "collections.defaultdict": .dictionary,
    "builtins.dict": .dictionary,
    "__builtin__.dict": .dictionary,
    "numpy.core.multiarray.scalar": .inert,
    "numpy._core.multiarray.scalar": .inert,
    "numpy.dtype": .inert,
    "_codecs.encode": .inert,
    "argparse.Namespace": .namespace,
    "builtins.set": .inert,
    "__builtin__.set": .inert,
    "copyreg._reconstructor": .reconstructor,
    "copy_reg._reconstructor": .reconstructor,
    "copyreg.__newobj__": .reconstructor,
    "numpy.core.multiarray._reconstruct": .reconstructor,
    "numpy._core.multiarray._reconstruct": .reconstructor,
  ]

  private static let storageModules: Set = ["torch", "torch.cuda", "torch.storage"]

  private static let storages: [String: ElementType] = [
    "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "DoubleStorage": .float64, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    "ComplexFloatStorage": .complex64, "ComplexDoubleStorage": .complex128,
    "QInt8Storage": .quantised8, "QUInt8Storage": .quantised8, "QInt32Storage": .quantised32,
    "QUInt4x2Storage": .quantised8, "QUInt2x4Storage": .quantised8,
    "UntypedStorage": .uint8,
  ]

  private static let elementTypes: [String: ElementType] = [
    "float32": .float32, "float16": .float16, "bfloat16": .bfloat16, "float64": .float64,
    "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8,
    "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float8_e5m2": .float8Range,
    "float8_e4m3fn": .float8Precision, "float8_e4m3fnuz": .float8Other,
    "float8_e5m2fnuz": .float8Other, "float8_e8m0fnu": .float8Other,
    "bool": .bool, "complex32": .complex32, "complex64": .complex64, "complex128": .complex128,
    "qint8": .quantised8, "quint8": .quantised8, "qint32": .quantised32,
  ]
}
