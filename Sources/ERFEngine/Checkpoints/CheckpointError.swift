/// Why a checkpoint could not be read or does not fit a network.
public enum CheckpointError: ExplainedError, Equatable {
  case unreadable(path: String, reason: String)
  case unknownFormat(path: String)
  case malformed(path: String, reason: String)
  /// A file that is sound but of a kind that is not read.
  case unsupported(path: String, reason: String)
  /// A pickle that names something beyond tensors and plain records.
  case asksToRunCode(path: String, name: String)
  case missing(path: String, keys: [String], model: String)
  case extra(path: String, keys: [String], model: String)
  case wrongShape(path: String, key: String, expected: Shape, found: Shape)
  case wrongType(path: String, key: String, found: String)
  case nonFinite(path: String, key: String)
  case noTensor(path: String, key: String, available: [String])

  public var explanation: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .unknownFormat(let path):
      "\(path) is no checkpoint: expected a safetensors file or one written by torch.save"
    case .malformed(let path, let reason): "\(path) is damaged: \(reason)"
    case .unsupported(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .asksToRunCode(let path, let name):
      "\(path) asks to run code, \(Self.printable(name)): refused, and nothing was run; "
        + "save the network's state_dict() alone"
    case .missing(let path, let keys, let model):
      "\(path) lacks \(Self.listed(keys)) of \(model): is it the checkpoint of another network?"
    case .extra(let path, let keys, let model):
      "\(path) holds \(Self.listed(keys)), which \(model) does not have: "
        + "is it the checkpoint of another network?"
    case .wrongShape(let path, let key, let expected, let found):
      "\(path): \(key) should be \(expected) but is \(found): choose the network that fits"
    case .wrongType(let path, let key, let found):
      "\(path): \(key) has type \(found), expected real numbers"
    case .nonFinite(let path, let key): "\(path): \(key) holds NaN or Inf"
    case .noTensor(let path, let key, let available):
      key.isEmpty
        ? "\(path): say which tensor as \(path)#KEY, one of \(Self.listed(available))"
        : "\(path) has no tensor \(key): it holds \(Self.listed(available))"
    }
  }

  /// A name out of a file, of a length fit for one line.
  private static func printable(_ name: String) -> String {
    name.count > 80 ? name.prefix(77) + "..." : name
  }

  /// The first few keys, and how many more.
  private static func listed(_ keys: [String]) -> String {
    let shown = keys.sorted().prefix(4).map(printable).joined(separator: ", ")
    return keys.count > 4 ? "\(shown) and \(keys.count - 4) more" : shown
  }
}
