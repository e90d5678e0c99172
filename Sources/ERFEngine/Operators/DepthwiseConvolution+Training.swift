extension DepthwiseConvolution: LearningOperator {
  func gradients(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], needsInputs: Bool,
    workers: Workers
  ) -> LayerGradients {
    let gradient = gradient
    let ofWeight = DepthwiseKernels.weightGradient(
      gradient, input: kept.keptInput, geometry: geometry(inputs[0], gradient.shape),
      weights: weight.shape, workers: workers)
    let ofBias = bias.map { _ in [StatisticsKernels.sums(gradient, workers: workers)] } ?? []
    return LayerGradients(
      inputs: needsInputs
        ? inputGradient(of: gradient, kept: kept, inputs: inputs, workers: workers) : [],
      parameters: [ofWeight] + ofBias)
  }

  func with(parameters: [Tensor]) -> DepthwiseConvolution {
    DepthwiseConvolution(
      weight: parameters[0], bias: parameters.dropFirst().first, window: window2D)
  }
}
