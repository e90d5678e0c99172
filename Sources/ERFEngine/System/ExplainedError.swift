/// An error whose operands make up one line for the user: what is wrong, where, what was expected,
/// and what to do. The enums carry the operands; the text is made here and shown at the edge.
public protocol ExplainedError: Error, Sendable, CustomStringConvertible {
  /// One line without a trailing full stop.
  var explanation: String { get }
  /// Whether the mistake lies in what was asked for (exit code 2) rather than in carrying it out (1).
  var isUsageError: Bool { get }
}

extension ExplainedError {
  public var isUsageError: Bool { false }
  public var description: String { explanation }
}

extension Int {
  /// With what it counts: `1 image`, `2 images`.
  public func counted(_ one: String, _ more: String? = nil) -> String {
    "\(self) \(self == 1 ? one : more ?? one + "s")"
  }
}

extension ClosedRange<Int> {
  /// How many there may be: `1 to 6`, or `4` where it is one number alone.
  public var words: String {
    lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
  }
}
