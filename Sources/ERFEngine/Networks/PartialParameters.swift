/// Parameters of which only some are looked at: the others are zeros that cost nothing.
struct PartialParameters: ParameterSource {
  let source: any ParameterSource
  let isNeeded: @Sendable (Shape) -> Bool

  func holds(_ key: String, _ kind: OptionalParameter) -> Bool { source.holds(key, kind) }

  func parameter(_ key: String, shape: Shape, initializer: Initializer) throws -> Tensor {
    guard isNeeded(shape) else { return Tensor(zeros: shape) }
    return try source.parameter(key, shape: shape, initializer: initializer)
  }
}
