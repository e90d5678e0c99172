/// max(x, 0). Its gradient at 0 is 0, as in PyTorch.
struct ReLU: Operator {
  var summary: String { "relu" }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let signs = ElementKernels.relu(&output, keep: keep, workers: workers)
    return (output, signs.map(Kept.signs) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    [masked(gradient, by: kept, workers: workers)]
  }
}

/// min(max(x, 0), 6). Its gradient at 0 and at 6 is 0, as in PyTorch.
struct ReLU6: Operator {
  var summary: String { "relu6" }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let signs = ElementKernels.relu6(&output, keep: keep, workers: workers)
    return (output, signs.map(Kept.signs) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    [masked(gradient, by: kept, workers: workers)]
  }
}

private func masked(_ gradient: consuming Tensor, by kept: Kept, workers: Workers) -> Tensor {
  guard case .signs(let bits) = kept else { preconditionFailure("the forward pass kept nothing") }
  ElementKernels.mask(&gradient, bits: bits, workers: workers)
  return gradient
}

/// x * Phi(x) with the exact normal distribution (erf).
struct GELU: Operator {
  var summary: String { "gelu" }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let derivative = ElementKernels.gelu(&output, keep: keep, workers: workers)
    return (output, derivative.map(Kept.derivative) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    guard case .derivative(let slope) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    ElementKernels.multiply(&gradient, by: slope, workers: workers)
    return [gradient]
  }
}
