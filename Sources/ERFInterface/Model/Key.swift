// Keys as the update sees them, whatever terminal they came from.

/// A key press.
public enum Key: Sendable, Hashable {
  case character(Unicode.Scalar)
  /// Control and a letter in lower case.
  case control(Unicode.Scalar)
  case up, down, left, right, home, end, pageUp, pageDown
  case tab, backTab, enter, escape, backspace, delete
  case function(Int)
  case other

  /// A character as terminals send it: control characters are named.
  public init(scalar: Unicode.Scalar) {
    switch scalar.value {
    case 9: self = .tab
    case 10, 13: self = .enter
    case 27: self = .escape
    case 8, 127: self = .backspace
    case 1...26:
      self = Unicode.Scalar(scalar.value + 96).map { .control($0) } ?? .other
    case 0..<32: self = .other
    default: self = .character(scalar)
    }
  }

  /// Whether it edits or ends a line of input.
  var isText: Bool {
    switch self {
    case .character, .backspace, .delete, .enter, .tab: true
    default: false
    }
  }

  /// What the key is called on screen.
  public var label: String {
    switch self {
    case .character(" "): "Space"
    case .character(let scalar): String(scalar)
    case .control(let scalar): "^" + String(scalar).uppercased()
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .enter: "Enter"
    case .escape: "Esc"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .function(let number): "F\(number)"
    case .other: "?"
    }
  }
}

/// What Esc does where it was pressed just before.
enum EscapeAgain: Sendable {
  case cancels
  case quits
}
