/// Why a model id does not name a network.
public enum ModelError: ExplainedError, Equatable {
  case unknown(id: String, nearest: String?)
  /// No trained weights ship for it.
  case noTrainedWeights(String, models: [String])
  case unknownField(id: String, field: String, known: [String])
  case badValue(id: String, field: String, value: String, expected: String)
  case missingField(id: String, field: String)
  case unequalLengths(id: String, fields: [String])
  case unknownTap(String, model: String, available: [String])
  case unitOutside(Unit, tap: String, size: InputSize)
  case inputTooSmall(model: String, size: InputSize, tap: String, minimum: Int)

  public var isUsageError: Bool { true }

  public var explanation: String {
    switch self {
    case .unknown(let id, let nearest):
      "unknown model '\(id)'"
        + (nearest.map { ": did you mean \($0)?" } ?? "")
    case .noTrainedWeights(let id, let models):
      "no trained weights ship for \(id): expected one of \(models.joined(separator: ", ")), "
        + "or a checkpoint"
    case .unknownField(let id, let field, let known):
      "\(id): unknown field '\(field)'; expected \(known.joined(separator: ", "))"
    case .badValue(let id, let field, let value, let expected):
      "\(id): \(field)=\(value): expected \(expected)"
    case .missingField(let id, let field): "\(id): the field '\(field)' is missing"
    case .unequalLengths(let id, let fields):
      "\(id): \(fields.joined(separator: ", ")) must list as many stages each"
    case .unknownTap(let tap, let model, let available):
      "\(model) has no layer '\(tap)'"
        + (tap == "logits" ? ", as its classifier is missing or was left out" : "")
        + "; layers to tap: \(Self.shortened(available))"
    case .unitOutside(let unit, let tap, let size):
      "unit \(unit) lies outside the \(size.height)x\(size.width) map of \(tap): "
        + "rows 0 to \(size.height - 1), columns 0 to \(size.width - 1)"
    case .inputTooSmall(let model, let size, let tap, let minimum):
      "an input of \(size.height)x\(size.width) is too small: \(tap) of \(model) has one unit for "
        + "every \(minimum)x\(minimum) pixels, so give at least \(minimum)"
    }
  }

  static func shortened(_ names: [String]) -> String {
    names.count <= 12
      ? names.joined(separator: ", ")
      : names.prefix(6).joined(separator: ", ") + ", ... "
        + names.suffix(5).joined(separator: ", ")
  }
}
