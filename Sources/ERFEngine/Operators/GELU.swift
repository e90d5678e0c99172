/// x * Phi(x) with the exact normal distribution (erf).
struct GELU: Operator {
  var summary: String { "gelu" }
  var worksInPlace: Bool { true }
  var pixelStep: PixelStep? { .gelu }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let slopes = ElementKernels.gelu(&output, keep: keep != .nothing, workers: workers)
    return (output, slopes.map(Kept.slopes) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    guard case .slopes(let slopes) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    ElementKernels.multiply(&gradient, bySlopes: slopes, workers: workers)
    return [gradient]
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int { PackedMap.bytes(output, 16) }
}
