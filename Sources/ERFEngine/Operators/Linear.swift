/// A fully connected layer over the last axis, (..., C) -> (..., O): of maps, tokens or arrays.
struct Linear: Operator {
  let inputs: Int
  let outputs: Int
  var hasBias = true

  /// (outputs, inputs)
  var weightShape: Shape { [outputs, inputs] }

  var summary: String { "linear" }
  var parameterShapes: [ParameterShape] {
    [ParameterShape("weight", weightShape)]
      + (hasBias ? [ParameterShape("bias", [outputs])] : [])
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].channels == self.inputs else {
      throw .channels(expected: self.inputs, found: inputs[0])
    }
    return Shape(inputs[0].extents.dropLast() + [outputs])
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let shape = Shape(input.shape.extents.dropLast() + [outputs])
    let output = MatrixKernels.multiply(
      input, weights: parameters[0], bias: parameters.bias, shape: shape, workers: workers)
    return (output, keep == .allGradients ? .input(input) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [
      MatrixKernels.multiplyGradient(
        gradient, weights: parameters[0], shape: inputs[0], workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int { output.count * self.inputs }
}
