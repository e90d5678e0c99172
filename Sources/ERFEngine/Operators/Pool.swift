/// Largest or mean value of each window, (N, H, W, C) -> (N, H', W', C).
///
/// Padding never is the largest; in a mean it counts as zeros, as in PyTorch by default.
struct Pool: Operator {
  enum Rule: Sendable { case maximum, mean }

  let rule: Rule
  private(set) var window2D: SlidingWindow

  init(_ rule: Rule, kernel: Int, stride: Int, padding: Int) {
    precondition(kernel * kernel <= 256 && padding * 2 <= kernel)
    self.rule = rule
    window2D = SlidingWindow(kernel: kernel, stride: stride, padding: Padding(padding))
  }

  var summary: String { (rule == .maximum ? "max pool " : "average pool ") + window2D.summary }
  var window: Window { .sliding(window2D) }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    let size = try window2D.outputSize(of: inputs[0])
    return Shape(
      batch: inputs[0].batch, height: size.height, width: size.width, channels: inputs[0].channels)
  }

  func restricted(to region: Region, of input: Shape) -> Pool {
    var part = self
    part.window2D = window2D.restricted(to: region, of: input)
    return part
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let geometry = geometry(input.shape)
    switch rule {
    case .maximum:
      let (output, winners) = PoolingKernels.maximum(
        input, geometry: geometry, keep: keep != .nothing, workers: workers)
      return (output, winners.map(Kept.winners) ?? .nothing)
    case .mean:
      return (PoolingKernels.average(input, geometry: geometry, workers: workers), .nothing)
    }
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let geometry = geometry(inputs[0])
    switch (rule, kept) {
    case (.maximum, .winners(let winners)):
      return [
        PoolingKernels.maximumGradient(
          gradient, winners: winners, geometry: geometry, workers: workers)
      ]
    case (.mean, _):
      return [PoolingKernels.averageGradient(gradient, geometry: geometry, workers: workers)]
    default: preconditionFailure("the forward pass kept nothing")
    }
  }

  /// A byte for each winning tap.
  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    rule == .maximum ? PackedMap.bytes(output, 8) : 0
  }

  private func geometry(_ input: Shape) -> WindowGeometry {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a network is planned")
    }
    return WindowGeometry(window2D, input, output)
  }
}
