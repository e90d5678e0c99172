/// x * Phi(x) with the exact normal distribution (erf).
struct GELU: Operator {
  var summary: String { "gelu" }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let derivative = ElementKernels.gelu(&output, keep: keep != .nothing, workers: workers)
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

  func keptBytes(output: Shape) -> Int { output.count * MemoryLayout<Float>.stride }
}
