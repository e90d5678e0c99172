/// Exponentials over their sum along the last axis, of values of any rank.
struct Softmax: Operator {
  var summary: String { "softmax" }
  var worksInPlace: Bool { true }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    RowKernels.softmax(&output, workers: workers)
    return (output, keep == .nothing ? .nothing : .values([output]))
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    RowKernels.softmaxGradient(&gradient, output: kept.keptValues[0], workers: workers)
    return [gradient]
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    output.count * MemoryLayout<Float>.stride
  }
}
