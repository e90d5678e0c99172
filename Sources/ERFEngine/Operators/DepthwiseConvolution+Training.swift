// What a depth-wise convolution learns.

extension DepthwiseConvolution: LearningOperator {
  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients {
    let gradient = gradient
    let ofWeight = DepthwiseKernels.weightGradient(
      gradient, input: kept.keptInput, geometry: geometry(inputs[0]), workers: workers)
    let ofBias = hasBias ? [StatisticsKernels.sums(gradient, workers: workers)] : []
    return LayerGradients(
      inputs: needsInputs
        ? inputGradient(
          of: gradient, parameters: parameters, kept: kept, inputs: inputs, workers: workers) : [],
      parameters: [ofWeight] + ofBias)
  }
}
