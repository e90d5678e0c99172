// Names of modules within `nn.Sequential`s, which number what they hold.

/// The numbers at the front of a parameter's name, and what follows them: 4, 0 and `conv1.weight` of
/// `4.0.conv1.weight`.
struct NumberedName {
  let numbers: [Int]
  let rest: Substring

  /// Whether it belongs to a single layer, rather than to a module within the last number's.
  var isOfLayer: Bool { !rest.contains(".") || rest.hasPrefix("parametrizations.") }

  init(_ name: Substring) {
    var numbers: [Int] = []
    var rest = name
    while let dot = rest.firstIndex(of: "."), let number = Self.number(rest[..<dot]) {
      numbers.append(number)
      rest = rest[rest.index(after: dot)...]
    }
    self.numbers = numbers
    self.rest = rest
  }

  /// nil: not as PyTorch writes numbers.
  static func number(_ part: Substring) -> Int? {
    guard let number = Int(part), number >= 0, String(number) == part else { return nil }
    return number
  }
}
