/// In training the derivative is kept whole: Adam divides gradients by their own size, so that an error
/// of 1e-5 shows in the parameters where gradients of single images cancel.
extension GELU: LearningOperator {
  func forwardInTraining(
    _ inputs: consuming [Tensor], parameters: Parameters, noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let slopes = ElementKernels.geluWithDerivative(&output, workers: workers)
    return (output, .factors(slopes))
  }

  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients {
    guard case .factors(let slopes) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    var gradient = gradient
    ElementKernels.multiply(&gradient, by: slopes, workers: workers)
    return LayerGradients(inputs: [gradient], parameters: [])
  }
}
