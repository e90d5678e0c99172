// What a linear layer learns.

extension Linear: LearningOperator {
  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients {
    let gradient = gradient
    let ofBias = hasBias ? [StatisticsKernels.sums(gradient, workers: workers)] : []
    return LayerGradients(
      inputs: needsInputs
        ? inputGradient(
          of: gradient, parameters: parameters, kept: kept, inputs: inputs, workers: workers) : [],
      parameters: [
        MatrixKernels.weightGradient(
          gradient, input: kept.keptInput, weights: weightShape, workers: workers)
      ] + ofBias)
  }
}
