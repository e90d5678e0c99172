/// A fully connected layer over the channels of each pixel, (N, H, W, C) -> (N, H, W, O).
struct Linear: Operator {
  /// (outputs, inputs)
  let weight: Tensor
  /// (outputs)
  let bias: Tensor

  var summary: String { "linear" }
  var parameters: [(name: String, value: Tensor)] { [("weight", weight), ("bias", bias)] }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].channels == weight.shape[1] else {
      throw .channels(expected: weight.shape[1], found: inputs[0])
    }
    return Shape(inputs[0].extents.dropLast() + [weight.shape[0]])
  }

  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    let input = inputs[0]
    let shape = Shape(input.shape.extents.dropLast() + [weight.shape[0]])
    let output = MatrixKernels.multiply(
      input, weights: weight, bias: bias, shape: shape, workers: workers)
    return (output, keep == .allGradients ? .input(input) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    [
      MatrixKernels.multiplyGradient(
        gradient, weights: weight, shape: inputs[0], workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int { output.count * weight.shape[1] }

  func scaledInput(by norm: BatchNorm) -> (any Operator)? {
    Linear(
      weight: weight.scalingColumns(by: norm.scale),
      bias: weight.product(with: norm.shift, plus: bias))
  }
}
