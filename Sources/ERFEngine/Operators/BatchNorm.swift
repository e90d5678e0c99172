/// Batch normalisation in inference mode: x * scale + shift a channel, from running statistics.
///
/// A program that runs has none left: they become affines, which fold into their neighbours.
struct BatchNorm: Operator {
  let channels: Int
  /// Added to the variance; 1e-5 is PyTorch's default.
  var epsilon = 1e-5

  var summary: String { "batch norm" + (epsilon == 1e-5 ? "" : " \(epsilon)") }

  /// As checkpoints name them.
  var parameterShapes: [ParameterShape] {
    ["weight", "bias", "running_mean", "running_var"].map { ParameterShape($0, [channels]) }
  }

  var learntCount: Int { 2 }
  var foldedParameterCount: Int { 0 }
  var worksInPlace: Bool { true }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].channels == channels else {
      throw .channels(expected: channels, found: inputs[0])
    }
    return inputs[0]
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let affine = affine(parameters)
    var output = inputs.removeLast()
    ElementKernels.scale(&output, by: affine.scale, shift: affine.shift, workers: workers)
    return (output, .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    ElementKernels.scale(&gradient, by: affine(parameters).scale, shift: nil, workers: workers)
    return [gradient]
  }

  private func affine(_ parameters: Parameters) -> NormAffine {
    parameters.layout(variant: Int(truncatingIfNeeded: epsilon.bitPattern)) {
      NormAffine(parameters.tensors, epsilon: epsilon)
    }
  }
}

/// What a batch norm does in inference mode.
struct NormAffine: Sendable {
  /// weight / sqrt(variance + epsilon), (C).
  let scale: Tensor
  /// bias - mean * scale, (C).
  let shift: Tensor

  /// `parameters`: weight, bias, mean and variance.
  init(_ parameters: [Tensor], epsilon: Double) {
    let (weight, bias, mean, variance) = (
      parameters[0], parameters[1], parameters[2], parameters[3]
    )
    let scales = (0..<weight.count).map {
      Double(weight[$0]) / (Double(variance[$0]) + epsilon).squareRoot()
    }
    scale = Tensor(shape: weight.shape, elements: scales.map { Float($0) })
    shift = Tensor(
      shape: weight.shape,
      elements: scales.enumerated().map { index, scale in
        Float(Double(bias[index]) - Double(mean[index]) * scale)
      })
  }

  /// bias * scale + shift: the bias of a layer that this norm is folded into.
  func foldedBias(_ bias: Tensor?) -> Tensor {
    guard let bias else { return shift }
    return Tensor(
      shape: shift.shape,
      elements: (0..<shift.count).map { bias[$0] * scale[$0] + shift[$0] })
  }
}
