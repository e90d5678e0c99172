extension Linear: LearningOperator {
  func gradients(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], needsInputs: Bool,
    workers: Workers
  ) -> LayerGradients {
    let gradient = gradient
    return LayerGradients(
      inputs: needsInputs
        ? inputGradient(of: gradient, kept: kept, inputs: inputs, workers: workers) : [],
      parameters: [
        MatrixKernels.weightGradient(
          gradient, input: kept.keptInput, weights: weight.shape, workers: workers),
        StatisticsKernels.sums(gradient, workers: workers),
      ])
  }

  func with(parameters: [Tensor]) -> Linear {
    Linear(weight: parameters[0], bias: parameters[1])
  }
}
