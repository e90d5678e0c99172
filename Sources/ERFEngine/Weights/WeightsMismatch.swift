/// What differs between the parameters that a network asks for and those in a file.
public struct WeightsMismatch: Sendable, Equatable {
  /// A parameter with another shape.
  public struct WrongShape: Sendable, Equatable {
    public let key: String
    public let expected: Shape
    public let found: Shape
  }

  public let model: String
  public var missing: [String] = []
  public var extra: [String] = []
  public var wrong: [WrongShape] = []
  /// The network whose parameters these are.
  public var suggestion: String?
  /// Why something is missing; nil: nobody knows.
  public var cause: String?
  /// What would let the rest open; empty: nothing that is known.
  public var remedies: Set<Remedy> = []

  /// Whether nothing is gained by leaving the classifier out, since that is what was asked for.
  var needsHead = false

  /// What may be asked for where a file does not quite fit.
  public enum Remedy: String, Sendable, CaseIterable {
    /// The classifier may be missing, or another one.
    case withoutHead
    /// Tensors that are no parameters of the network may be there.
    case ignoringExtra
  }

  /// Whether a backbone is all there.
  public var lacksOnlyHead: Bool { remedies == [.withoutHead] }

  var isEmpty: Bool { missing.isEmpty && extra.isEmpty && wrong.isEmpty }

  func sorted() -> WeightsMismatch {
    var mismatch = self
    mismatch.missing.sort()
    mismatch.extra.sort()
    mismatch.wrong.sort { $0.key < $1.key }
    return mismatch
  }

  /// All differences in one line, the first few of each kind by name.
  func explanation(path: String) -> String {
    var parts: [String] = []
    if !missing.isEmpty { parts.append("lacks \(Self.listed(missing))") }
    if !extra.isEmpty { parts.append("holds \(Self.listed(extra)) besides") }
    let shapes = wrong.prefix(4).map {
      "\(Self.printable($0.key)) should be \($0.expected) but is \($0.found)"
    }
    if !wrong.isEmpty {
      parts.append(
        shapes.joined(separator: ", ") + (wrong.count > 4 ? " and \(wrong.count - 4) more" : ""))
    }
    let differences = parts.joined(separator: "; ")
    let cause = cause.map { " (\($0))" } ?? ""
    return "\(path) does not fit \(model): \(differences)\(cause): \(advice)"
  }

  private var advice: String {
    if let suggestion { return "it fits \(suggestion)" }
    if needsHead { return "it has no classifier that fits, which is needed here" }
    switch (remedies.contains(.withoutHead), remedies.contains(.ignoringExtra)) {
    case (true, true):
      return "it opens where the classifier may be missing and other tensors are ignored"
    case (true, false): return "it opens without its classifier where that may be missing"
    case (false, true): return "it opens where other tensors are ignored"
    case (false, false):
      return "is it damaged, or the checkpoint of another network? Others open as ONNX: "
        + Self.export
    }
  }

  /// How any network of PyTorch becomes a file that opens.
  static let export =
    "torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), \"my.onnx\")"

  /// What PyTorch calls the module that makes parameters of others.
  static let parametrizations = ".parametrizations."

  /// The first few names, and how many more.
  static func listed(_ keys: [String]) -> String {
    let shown = keys.prefix(4).map(printable).joined(separator: ", ")
    return keys.count > 4 ? "\(shown) and \(keys.count - 4) more" : shown
  }

  /// A name out of a file, of a length fit for one line; one that would not be seen, in quotes.
  static func printable(_ name: String) -> String {
    name.allSatisfy(\.isWhitespace) ? quoted(name) : shortened(name)
  }

  /// The same, in quotes whatever it is.
  static func quoted(_ name: String) -> String { "'\(shortened(name))'" }

  private static func shortened(_ name: String) -> String {
    name.count > 80 ? name.prefix(77) + "..." : name
  }
}
