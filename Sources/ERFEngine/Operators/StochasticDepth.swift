/// Stochastic depth (Huang et al. 2016, arXiv:1603.09382): in training, the residual branch of each
/// image is left out with a probability, and scaled up by the inverse of the others'. Otherwise it
/// changes nothing. (N, H, W, C) -> (N, H, W, C).
struct StochasticDepth: Operator {
  /// Probability of leaving a branch out, 0 ..< 1.
  let rate: Double

  var summary: String { "stochastic depth \(rate)" }
  var worksInPlace: Bool { true }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    (inputs[0], .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] { [gradient] }
}

extension StochasticDepth: LearningOperator {
  func forwardInTraining(
    _ inputs: consuming [Tensor], parameters: Parameters, noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let scales = (0..<output.shape.batch).map { image in
      noise.unit(at: UInt64(image)) < rate ? 0 : Float(1 / (1 - rate))
    }
    ElementKernels.scaleImages(&output, by: scales, workers: workers)
    return (output, .imageScales(scales))
  }

  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients {
    guard case .imageScales(let scales) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    var gradient = gradient
    ElementKernels.scaleImages(&gradient, by: scales, workers: workers)
    return LayerGradients(inputs: [gradient], parameters: [])
  }
}
