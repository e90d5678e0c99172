/// Why a checkpoint could not be read or does not fit a network.
public enum CheckpointError: ExplainedError, Equatable {
  case unreadable(path: String, reason: String)
  case unknownFormat(path: String)
  case malformed(path: String, reason: String)
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
      "\(path) is not a safetensors file: convert it, for instance with the safetensors package"
    case .malformed(let path, let reason): "\(path) is damaged: \(reason)"
    case .missing(let path, let keys, let model):
      "\(path) lacks \(Self.listed(keys)) of \(model): is it the checkpoint of another network?"
    case .extra(let path, let keys, let model):
      "\(path) holds \(Self.listed(keys)), which \(model) does not have: "
        + "is it the checkpoint of another network?"
    case .wrongShape(let path, let key, let expected, let found):
      "\(path): \(key) should be \(expected) but is \(found): choose the network that fits"
    case .wrongType(let path, let key, let found):
      "\(path): \(key) has type \(found), expected F32, F16, BF16 or F64"
    case .nonFinite(let path, let key): "\(path): \(key) holds NaN or Inf"
    case .noTensor(let path, let key, let available):
      key.isEmpty
        ? "\(path): say which tensor as \(path)#KEY, one of \(Self.listed(available))"
        : "\(path) has no tensor \(key): it holds \(Self.listed(available))"
    }
  }

  /// The first few keys, and how many more.
  private static func listed(_ keys: [String]) -> String {
    let shown = keys.sorted().prefix(4).joined(separator: ", ")
    return keys.count > 4 ? "\(shown) and \(keys.count - 4) more" : shown
  }
}
