/// An operator that takes an affine before or after it in, so that the two are one.
///
/// A scale of the outputs scales rows of weights, one of the inputs columns.
protocol FoldingOperator: Operator {
  /// The operator followed by `affine`; nil where it cannot take it in.
  func scaledOutput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator?

  /// The operator preceded by `affine`; nil where that is not exact.
  func scaledInput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator?
}

/// An operator and its parameters after folding.
struct FoldedOperator {
  let op: any Operator
  let parameters: [ParameterExpression]
}

extension FoldingOperator {
  func scaledOutput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? { nil }

  func scaledInput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? { nil }
}

extension [ParameterExpression] {
  /// The second one: the bias of layers that may have one.
  var bias: ParameterExpression? { count > 1 ? self[1] : nil }

  /// Weights and bias with a scale of the outputs.
  fileprivate func scaledRows(by affine: AffineExpression) -> [ParameterExpression] {
    [.derived(.scaledRows, [self[0], affine.scale])]
      + (affine.foldedBias(bias).map { [$0] } ?? [])
  }

  /// Weights and bias with a scale of the inputs.
  fileprivate func scaledColumns(by affine: AffineExpression) -> [ParameterExpression] {
    let shifted = affine.shift.map { shift in
      ParameterExpression.derived(.product, [self[0], shift] + (bias.map { [$0] } ?? []))
    }
    return [.derived(.scaledColumns, [self[0], affine.scale])]
      + ((shifted ?? bias).map { [$0] } ?? [])
  }
}

extension Convolution: FoldingOperator {
  func scaledOutput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? {
    let scaled = parameters.scaledRows(by: affine)
    return FoldedOperator(op: with(hasBias: scaled.count > 1), parameters: scaled)
  }

  /// Exact without padding: a padded zero does not pass the affine.
  func scaledInput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? {
    guard isPointwise else { return nil }
    let scaled = parameters.scaledColumns(by: affine)
    return FoldedOperator(op: with(hasBias: scaled.count > 1), parameters: scaled)
  }

  private func with(hasBias: Bool) -> Convolution {
    Convolution(
      inputs: inputs, outputs: outputs, window: window2D, groups: groups, hasBias: hasBias)
  }
}

extension DepthwiseConvolution: FoldingOperator {
  func scaledOutput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? {
    let scaled = parameters.scaledRows(by: affine)
    return FoldedOperator(
      op: DepthwiseConvolution(channels: channels, window: window2D, hasBias: scaled.count > 1),
      parameters: scaled)
  }
}

extension Linear: FoldingOperator {
  func scaledOutput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? {
    let scaled = parameters.scaledRows(by: affine)
    return FoldedOperator(
      op: Linear(inputs: inputs, outputs: outputs, hasBias: scaled.count > 1), parameters: scaled)
  }

  func scaledInput(
    _ parameters: [ParameterExpression], by affine: AffineExpression
  ) -> FoldedOperator? {
    let scaled = parameters.scaledColumns(by: affine)
    return FoldedOperator(
      op: Linear(inputs: inputs, outputs: outputs, hasBias: scaled.count > 1), parameters: scaled)
  }
}
