/// max(x, 0), or min(max(x, 0), 6). Its gradient at 0 and at 6 is 0, as in PyTorch.
struct Rectifier: Operator {
  /// Whether values above 6 are cut to it.
  var stopsAtSix = false

  var summary: String { stopsAtSix ? "relu6" : "relu" }
  var worksInPlace: Bool { true }
  var pixelStep: PixelStep? { .rectifier(stopsAtSix: stopsAtSix) }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let keeps = keep != .nothing
    let signs =
      stopsAtSix
      ? ElementKernels.relu6(&output, keep: keeps, workers: workers)
      : ElementKernels.relu(&output, keep: keeps, workers: workers)
    return (output, signs.map(Kept.signs) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    guard case .signs(let bits) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    ElementKernels.mask(&gradient, bits: bits, workers: workers)
    return [gradient]
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int { PackedMap.bytes(output, 1) }
}
