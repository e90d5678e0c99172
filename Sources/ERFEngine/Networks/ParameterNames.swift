/// Names that another library gives to a family's parameters.
struct ParameterNames: Sendable {
  typealias Translation = @Sendable (String) -> String?

  /// What the family's landmark is called there.
  let landmark: String
  /// The name that the network itself asks for, nil for no parameter of it; for parameters of these
  /// names and shapes. nil: they are named otherwise.
  let translation: @Sendable ([String: Shape]) -> Translation?
}
