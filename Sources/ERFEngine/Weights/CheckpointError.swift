/// Why a checkpoint could not be read or does not fit a network.
public enum CheckpointError: ExplainedError, Equatable {
  case unreadable(path: String, reason: String)
  case unknownFormat(path: String)
  case malformed(path: String, reason: String)
  /// A file that is sound but of a kind that is not read.
  case unsupported(path: String, reason: String)
  /// A pickle that names something beyond tensors and plain records.
  case asksToRunCode(path: String, name: String)
  case mismatch(path: String, WeightsMismatch)
  /// Names that belong to no network in the catalogue.
  case unrecognised(path: String, keys: [String])
  /// The key that was asked for names none of the dictionaries.
  case noWeights(path: String, key: String, available: [String])
  /// The key that was asked for could mean several of the dictionaries.
  case ambiguousWeights(path: String, key: String, found: [String])
  case wrongType(path: String, key: String, found: String)
  case nonFinite(path: String, key: String)
  /// A kernel without information, in a file whose shapes have to tell the network.
  case onlyZeros(path: String, key: String, shape: Shape)
  case noTensor(path: String, key: String, available: [String])
  /// What a run wrote, where a network belongs.
  case result(path: String, ResultFile)

  public var explanation: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .unknownFormat(let path):
      "\(path) is not a checkpoint: expected a safetensors file or one written by torch.save"
    case .malformed(let path, let reason): "\(path) is damaged: \(reason)"
    case .unsupported(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .asksToRunCode(let path, let name):
      "\(path) asks to run code, \(WeightsMismatch.printable(name)): refused, and nothing was run; "
        + "save the network's state_dict() alone"
    case .mismatch(let path, let mismatch): mismatch.explanation(path: path)
    case .unrecognised(let path, let keys):
      "\(path) holds no network known by its names (\(WeightsMismatch.listed(keys))): "
        + "say which model's weights these are"
    case .noWeights(let path, let key, let available):
      "\(path) has no weights called '\(key)': it has "
        + available.map { $0.isEmpty ? "some without a name" : $0 }.joined(separator: ", ")
    case .ambiguousWeights(let path, let key, let found):
      "\(path) has several weights called '\(key)': \(WeightsMismatch.listed(found)); give more of "
        + "the name"
    case .wrongType(let path, let key, let found):
      "\(path): \(WeightsMismatch.printable(key)) "
        + Self.wrongType(WeightsMismatch.printable(found))
    case .nonFinite(let path, let key): "\(path): \(key) holds NaN or Inf"
    case .onlyZeros(let path, let key, let shape):
      "\(path): \(key) (\(shape)) holds nothing but zeros, which says nothing about the network: "
        + "is it damaged? If not, say which model's weights these are"
    case .noTensor(let path, let key, let available):
      key.isEmpty
        ? "\(path): say which tensor as \(path)#KEY, one of \(WeightsMismatch.listed(available))"
        : "\(path) has no tensor \(key): it holds \(WeightsMismatch.listed(available))"
    case .result(let path, .part):
      "\(path) is a part of a run, no network: `replk-tui merge` makes its map"
    case .result(let path, .features):
      "\(path) holds features of pictures, no network: name the network that they are of"
    }
  }

  /// What is wrong with a tensor of type `found`, and what helps.
  private static func wrongType(_ found: String) -> String {
    switch UnreadableTensor.Kind(rawValue: found) {
    case .quantised:
      "is a quantised tensor, whose numbers are not read: save the network unquantised"
    case .sparse: "is a sparse tensor, which is not read: save its to_dense()"
    case .meta: "is a meta tensor, which has a shape but no numbers: save the loaded network"
    case .nested: "is a nested tensor, which is not read: save plain tensors"
    case .numpy: "is an array of NumPy, which is not read: save torch.from_numpy of it"
    case nil:
      found == "numpy.ndarray"
        ? wrongType(UnreadableTensor.Kind.numpy.rawValue)
        : found.contains(".")
          ? "is an object of the class \(found), which is not read: only tensors are weights"
          : ElementType(rawValue: found) == nil
            ? "has type \(found), expected real numbers"
            : "has type \(found), which is not read: save it as float32, float16 or bfloat16"
    }
  }
}
