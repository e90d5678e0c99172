// A direction on the screen, and the keys that stand for it.

/// A direction on the screen.
public enum Direction: String, Sendable, Hashable, CaseIterable {
  case up, down, left, right
}

extension Direction {
  var keys: [Key] {
    switch self {
    case .up: [.up, .character("k")]
    case .down: [.down, .character("j")]
    case .left: [.left, .character("h")]
    case .right: [.right, .character("l")]
    }
  }

  var keyLabel: String { keys.map(\.label).joined(separator: " ") }

  /// For steps that go far.
  var farKey: Key {
    switch self {
    case .up: .character("K")
    case .down: .character("J")
    case .left: .character("H")
    case .right: .character("L")
    }
  }

  var phrase: String {
    switch self {
    case .up, .down: rawValue
    case .left, .right: "to the \(rawValue)"
    }
  }
}
