/// Mean over all pixels, (N, H, W, C) -> (N, 1, 1, C).
struct GlobalAveragePool: Operator {
  var summary: String { "global average" }
  var window: Window { .everything }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].pixels > 0 else { throw .tooSmall(input: inputs[0], window: 1) }
    return Shape(batch: inputs[0].batch, height: 1, width: 1, channels: inputs[0].channels)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    (PoolingKernels.globalAverage(inputs[0], workers: workers), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [PoolingKernels.globalAverageGradient(gradient, input: inputs[0], workers: workers)]
  }
}
