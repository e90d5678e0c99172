/// Largest value of each square window, (N, H, W, C) -> (N, H', W', C).
struct MaxPool: Operator {
  let kernel: Int
  let stride: Int
  let padding: Int

  init(kernel: Int, stride: Int, padding: Int) {
    precondition(kernel * kernel <= 256 && padding * 2 <= kernel)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  var summary: String { "max pool \(kernel)x\(kernel) s\(stride)" }
  var window: Window { .sliding(extent: kernel, stride: stride) }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    try pooledShape(inputs[0], kernel: kernel, stride: stride, padding: padding)
  }

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    let input = inputs[0]
    let (output, winners) = PoolingKernels.maximum(
      input, geometry: geometry(input.shape), keep: keep, workers: workers)
    return (output, winners.map(Kept.winners) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    guard case .winners(let winners) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    return [
      PoolingKernels.maximumGradient(
        gradient, winners: winners, geometry: geometry(inputs[0]), workers: workers)
    ]
  }

  private func geometry(_ input: Shape) -> PoolingGeometry {
    poolingGeometry(input, kernel: kernel, stride: stride, padding: padding)
  }
}

/// Mean of each square window, padding counted as zeros, (N, H, W, C) -> (N, H', W', C).
struct AveragePool: Operator {
  let kernel: Int
  let stride: Int
  let padding: Int

  init(kernel: Int, stride: Int, padding: Int) {
    precondition(padding * 2 <= kernel)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  var summary: String { "average pool \(kernel)x\(kernel) s\(stride)" }
  var window: Window { .sliding(extent: kernel, stride: stride) }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    try pooledShape(inputs[0], kernel: kernel, stride: stride, padding: padding)
  }

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    let input = inputs[0]
    let output = PoolingKernels.average(input, geometry: geometry(input.shape), workers: workers)
    return (output, .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    [
      PoolingKernels.averageGradient(
        gradient, geometry: geometry(inputs[0]), workers: workers)
    ]
  }

  private func geometry(_ input: Shape) -> PoolingGeometry {
    poolingGeometry(input, kernel: kernel, stride: stride, padding: padding)
  }
}

/// Mean over all pixels, (N, H, W, C) -> (N, 1, 1, C).
struct GlobalAveragePool: Operator {
  var summary: String { "global average" }
  var window: Window { .everything }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].pixels > 0 else { throw .tooSmall(input: inputs[0], window: 1) }
    return Shape(batch: inputs[0].batch, height: 1, width: 1, channels: inputs[0].channels)
  }

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    (PoolingKernels.globalAverage(inputs[0], workers: workers), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    [PoolingKernels.globalAverageGradient(gradient, input: inputs[0], workers: workers)]
  }
}

private func pooledShape(
  _ input: Shape, kernel: Int, stride: Int, padding: Int
) throws(ShapeError) -> Shape {
  let window = SlidingWindow(kernel: kernel, stride: stride, padding: Padding(padding))
  let size = try window.outputSize(of: input)
  return Shape(
    batch: input.batch, height: size.height, width: size.width, channels: input.channels)
}

private func poolingGeometry(
  _ input: Shape, kernel: Int, stride: Int, padding: Int
) -> PoolingGeometry {
  guard
    let output = try? pooledShape(input, kernel: kernel, stride: stride, padding: padding)
  else { preconditionFailure("shapes are checked when a graph is planned") }
  return PoolingGeometry(
    input: input, output: output, kernel: kernel, stride: stride, padding: padding)
}
