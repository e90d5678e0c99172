/// Batch normalisation in inference mode: x * scale + shift a channel, from running statistics.
struct BatchNorm: Operator {
  /// (C) each, as checkpoints name them.
  let weight: Tensor
  let bias: Tensor
  let runningMean: Tensor
  let runningVariance: Tensor
  let epsilon: Double

  /// weight / sqrt(variance + epsilon), (C).
  let scale: Tensor
  /// bias - mean * scale, (C).
  let shift: Tensor

  /// `epsilon`: added to the variance; 1e-5 is PyTorch's default.
  init(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor,
    epsilon: Double = 1e-5
  ) {
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.epsilon = epsilon
    let scales = (0..<weight.count).map {
      Double(weight[$0]) / (Double(runningVariance[$0]) + epsilon).squareRoot()
    }
    scale = Tensor(shape: weight.shape, elements: scales.map { Float($0) })
    shift = Tensor(
      shape: weight.shape,
      elements: scales.enumerated().map { index, scale in
        Float(Double(bias[index]) - Double(runningMean[index]) * scale)
      })
  }

  var summary: String { "batch norm" + (epsilon == 1e-5 ? "" : " \(epsilon)") }

  var parameters: [(name: String, value: Tensor)] {
    [
      ("weight", weight), ("bias", bias), ("running_mean", runningMean),
      ("running_var", runningVariance),
    ]
  }

  var trainableParameterCount: Int { weight.count + bias.count }
  var foldedParameterCount: Int { 0 }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].channels == weight.count else {
      throw .channels(expected: weight.count, found: inputs[0])
    }
    return inputs[0]
  }

  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    ElementKernels.scale(&output, by: scale, shift: shift, workers: workers)
    return (output, .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    ElementKernels.scale(&gradient, by: scale, shift: nil, workers: workers)
    return [gradient]
  }

  /// bias * scale + shift: the bias of a layer that this norm is folded into.
  func foldedBias(_ bias: Tensor?) -> Tensor {
    guard let bias else { return shift }
    return Tensor(
      shape: shift.shape,
      elements: (0..<shift.count).map { bias[$0] * scale[$0] + shift[$0] })
  }
}
