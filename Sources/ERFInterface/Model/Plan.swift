// What a command comes to, decided in one place: the change that it makes, or why it makes none.

/// The answer to a command in the present state; the footer asks for it too.
enum Plan: Sendable {
  /// Why nothing is done, in a line.
  case refuse(String)
  case change(@Sendable (inout Model) -> [Effect])

  /// A change of the state alone.
  static func edit(_ change: @escaping @Sendable (inout Model) -> Void) -> Plan {
    .change { model in
      change(&model)
      return []
    }
  }

  /// Nothing to do, and nothing to say.
  static let nothing = Plan.change { _ in [] }

  /// Why nothing is done; nil where something is.
  var refusal: String? { if case .refuse(let reason) = self { reason } else { nil } }
}
