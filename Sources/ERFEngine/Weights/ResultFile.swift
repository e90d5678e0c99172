/// What runs write as safetensors, by what their metadata calls it: no networks.
public enum ResultFile: String, Sendable, CaseIterable {
  case part = "replk-tui.erf"
  case features = "replk-tui.features"
}

extension ResultFile {
  /// What a file with these texts is; nil: no result.
  init?(metadata: [String: String]) {
    guard let found = Self.allCases.first(where: { metadata[$0.rawValue] != nil }) else {
      return nil
    }
    self = found
  }

  /// What it is in a network's place, to stand behind its path.
  var explanation: String {
    switch self {
    case .part: "is a part of a run, not a network: `replk-tui merge` makes its map"
    case .features: "holds features of pictures, not a network: name the network that they are of"
    }
  }
}
