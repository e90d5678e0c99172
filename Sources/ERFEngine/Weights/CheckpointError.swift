/// Why a checkpoint could not be read or does not fit a network.
public enum CheckpointError: ExplainedError, Equatable {
  case unreadable(path: String, reason: String)
  /// A file for which there is no room in the address space.
  case noRoom(path: String, bytes: Int)
  case unknownFormat(path: String)
  case malformed(path: String, reason: String)
  /// A file that is sound but of a kind that is not read.
  case unsupported(path: String, reason: String)
  /// A pickle that names something beyond tensors and plain records.
  case asksToRunCode(path: String, name: String)
  case mismatch(path: String, WeightsMismatch)
  /// Names that belong to no network in the catalogue.
  case unrecognised(path: String, keys: [String])
  /// A network that this program does not build, by the kind that its names and shapes tell.
  case foreign(path: String, String)
  /// The key that was asked for names none of the dictionaries.
  case noWeights(path: String, key: String, available: [String])
  /// The key that was asked for could mean several of the dictionaries.
  case ambiguousWeights(path: String, key: String, found: [String])
  case wrongType(path: String, key: String, found: String)
  case nonFinite(path: String, key: String)
  /// A variance that has no root.
  case negativeVariance(path: String, key: String, lowest: Float)
  /// A parameter that is made of numbers, but is none itself; the reason says by which step.
  case division(path: String, key: String, reason: String)
  /// A parameter that is kept as tensors of which only code can make it; `others` are as many more.
  case unmade(path: String, key: String, tensors: [String], others: Int)
  /// A kernel without information, in a file whose shapes have to tell the network.
  case onlyZeros(path: String, key: String, shape: Shape)
  case noTensor(path: String, key: String, available: [String])
  /// One file of several, or some of them, which do not hold a network by themselves.
  case shard(path: String, CheckpointShard)
  /// What a run wrote, where a network belongs.
  case result(path: String, ResultFile)

  public var isUsageError: Bool {
    if case .noRoom = self { true } else { false }
  }

  /// Whether it is the names alone that tell no network of this program's.
  var isOfNames: Bool {
    switch self {
    case .unrecognised, .foreign, .shard: true
    default: false
    }
  }

  public var explanation: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .noRoom(let path, let bytes):
      "cannot read \(path): there is no room for its \((bytes + 999_999) / 1_000_000) MB: allow more "
        + "memory (see `ulimit -v`)"
    case .unknownFormat(let path) where path.hasSuffix(".onnx.data"):
      "\(path) holds weights of an exported network, which says what they are: open "
        + "\(path.dropLast(".data".count))"
    case .unknownFormat(let path):
      "\(path) is not a checkpoint: expected a safetensors file or one written by torch.save"
    case .malformed(let path, let reason): "\(path) is damaged: \(reason)"
    case .unsupported(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .asksToRunCode(let path, let name):
      "\(path) asks to run code, \(WeightsMismatch.printable(name)): refused, and nothing was run; "
        + "save the network's state_dict() alone"
    case .mismatch(let path, let mismatch): mismatch.explanation(path: path)
    case .unrecognised(let path, let keys):
      "\(path) holds no network known by its names "
        + "(\(keys.isEmpty ? "it has no tensors" : WeightsMismatch.listed(keys))): "
        + "open what is not built in as ONNX, \(WeightsMismatch.export), or say which model's weights "
        + "these are"
    case .foreign(let path, let name):
      "\(path) holds the weights of \(name), which is not built in and opens as ONNX: "
        + WeightsMismatch.export
    case .noWeights(let path, let key, let available):
      "\(path) has no weights called '\(key)': it has "
        + available.map { $0.isEmpty ? "some without a name" : $0 }.joined(separator: ", ")
    case .ambiguousWeights(let path, let key, let found):
      "\(path) has several weights called '\(key)': \(WeightsMismatch.listed(found)); give more of "
        + "the name"
    case .wrongType(let path, let key, let found):
      "\(path): \(WeightsMismatch.printable(key)) "
        + Self.wrongType(WeightsMismatch.printable(found))
    case .nonFinite(let path, let key):
      "\(path): \(WeightsMismatch.printable(key)) holds NaN or Inf"
    case .negativeVariance(let path, let key, let lowest):
      "\(path): \(WeightsMismatch.printable(key)) goes down to \(lowest): a variance below zero has no root, "
        + "and all that follows is NaN, as in PyTorch: is it damaged?"
    case .division(let path, let key, let reason):
      "\(path): \(WeightsMismatch.printable(key)) holds NaN or Inf, as in PyTorch: \(reason)"
    case .unmade(let path, let key, let tensors, let others):
      "\(path) holds \(WeightsMismatch.listed(tensors)) in the place of "
        + "\(WeightsMismatch.printable(key)), which only code makes of "
        + (tensors.count == 1 ? "it" : "them")
        + (others > 0 ? " (and \(others.counted("more parameter")) likewise)" : "")
        + ": \(Self.makingPlain(tensors))"
    case .onlyZeros(let path, let key, let shape):
      "\(path): \(key) (\(shape)) holds nothing but zeros, which says nothing about the network: "
        + "is it damaged? If not, say which model's weights these are"
    case .noTensor(let path, let key, let available):
      key.isEmpty
        ? "\(path): say which tensor as \(path)#KEY, one of \(WeightsMismatch.listed(available))"
        : "\(path) has no tensor \(key): it holds \(WeightsMismatch.listed(available))"
    case .shard(let path, let shard): "\(path) \(shard.explanation)"
    case .result(let path, let result): "\(path) \(result.explanation)"
    }
  }

  /// Why a parameter that is kept in a way that is not read is missing, and what helps; nil for others.
  var cause: String? {
    switch self {
    case .unmade(_, let key, let tensors, _):
      "only code makes \(WeightsMismatch.printable(key)) of \(WeightsMismatch.listed(tensors)): "
        + Self.makingPlain(tensors)
    case .wrongType(_, let key, let found):
      WeightsMismatch.printable(key) + " " + Self.wrongType(WeightsMismatch.printable(found))
    default: nil
    }
  }

  private static func makingPlain(_ tensors: [String]) -> String {
    "call \(removal(of: tensors)), and save it again"
  }

  /// What in PyTorch makes a plain parameter of `tensors`.
  private static func removal(of tensors: [String]) -> String {
    let calls: [(name: String, isMeant: (String) -> Bool)] = [
      ("torch.nn.utils.prune.remove", { $0.hasSuffix("_mask") }),
      ("torch.nn.utils.remove_weight_norm", { $0.hasSuffix("_g") }),
      ("torch.nn.utils.remove_spectral_norm", { $0.hasSuffix("_u") && !$0.hasSuffix("._u") }),
      (
        "torch.nn.utils.parametrize.remove_parametrizations",
        { $0.contains(WeightsMismatch.parametrizations) }
      ),
    ]
    let called = calls.filter { tensors.contains(where: $0.isMeant) }.map(\.name)
    return called.isEmpty ? calls[0].name : called.joined(separator: " and ")
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
    case .expanded:
      "is an expanded tensor of more than \(UnreadableTensor.mostRepeated) elements, which is not "
        + "read: save its contiguous()"
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
