/// x * scale + shift a channel of the last axis: what a batch norm is in inference mode, and layer
/// scale.
struct Affine: Operator {
  let channels: Int
  var hasShift = true

  var summary: String { hasShift ? "affine" : "scale" }

  var parameterShapes: [ParameterShape] {
    [ParameterShape("weight", [channels])]
      + (hasShift ? [ParameterShape("bias", [channels])] : [])
  }

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
    let kept: Kept = keep == .allGradients ? .input(inputs[0]) : .nothing
    var output = inputs.removeLast()
    ElementKernels.scale(&output, by: parameters[0], shift: parameters.bias, workers: workers)
    return (output, kept)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    ElementKernels.scale(&gradient, by: parameters[0], shift: nil, workers: workers)
    return [gradient]
  }
}

extension Affine: LearningOperator {
  /// Of the scale sum(g x), of the shift sum(g).
  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients {
    let gradient = gradient
    let (sums, products) = StatisticsKernels.products(
      gradient, input: kept.keptInput, centre: Tensor(zeros: [channels]), workers: workers)
    let ofParameters = [products] + (hasShift ? [sums] : [])
    return LayerGradients(
      inputs: needsInputs
        ? inputGradient(
          of: gradient, parameters: parameters, kept: kept, inputs: inputs, workers: workers) : [],
      parameters: ofParameters.map { Tensor(shape: [channels], elements: $0.map { Float($0) }) })
  }
}
