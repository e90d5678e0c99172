/// One K x K filter a channel, (N, H, W, C) -> (N, H', W', C): the operator that large kernels are
/// made of (the paper's guideline 1).
struct DepthwiseConvolution: Operator {
  let channels: Int
  let hasBias: Bool
  private(set) var window2D: SlidingWindow

  init(channels: Int, window: SlidingWindow, hasBias: Bool = false) {
    self.channels = channels
    self.hasBias = hasBias
    window2D = window
  }

  /// (C, 1, KH, KW)
  var weightShape: Shape { [channels, 1, window2D.kernelHeight, window2D.kernelWidth] }

  var parameterShapes: [ParameterShape] {
    [ParameterShape("weight", weightShape)]
      + (hasBias ? [ParameterShape("bias", [channels])] : [])
  }

  var summary: String { "depth-wise " + window2D.summary }
  var window: Window { .sliding(window2D) }
  var foldedParameterCount: Int { weightShape.count + channels }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].isMap, inputs[0].channels == channels else {
      throw .channels(expected: channels, found: inputs[0])
    }
    let size = try window2D.outputSize(of: inputs[0])
    return Shape(
      batch: inputs[0].batch, height: size.height, width: size.width, channels: channels)
  }

  func preparedBytes(inputs: [Shape]) -> Int {
    weightShape.count * MemoryLayout<Float>.stride
      + PackedDepthwiseWeights.fastBytes(geometry(inputs[0]))
  }

  func restricted(to region: Region, of input: Shape) -> DepthwiseConvolution {
    var part = self
    part.window2D = window2D.restricted(to: region, of: input)
    return part
  }

  func prepare(for direction: Direction, parameters: Parameters, inputs: [Shape]) {
    parameters.depthwise.prepare(geometry(inputs[0]), mirrored: direction == .gradient)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let result = DepthwiseKernels.forward(
      input, packed: parameters.depthwise, geometry: geometry(input.shape), workers: workers)
    return (result, keep == .allGradients ? .input(input) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [
      DepthwiseKernels.inputGradient(
        gradient, packed: parameters.depthwise, geometry: geometry(inputs[0]), workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.count * window2D.kernelHeight * window2D.kernelWidth
  }

  func geometry(_ input: Shape) -> WindowGeometry {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a network is planned")
    }
    return WindowGeometry(window2D.fixed(over: input), input, output, groups: channels)
  }
}

extension Parameters {
  /// Weights and bias of a depth-wise convolution as kernels want them.
  fileprivate var depthwise: PackedDepthwiseWeights {
    layout { PackedDepthwiseWeights(weights: self[0], bias: bias) }
  }
}

/// Structural re-parameterization.
extension DepthwiseConvolution {
  /// The one kernel that computes the sum of this and `other` over one input, and the margin of zeros
  /// around the smaller one's taps; nil where their centres do not coincide.
  func merged(with other: DepthwiseConvolution) -> (op: DepthwiseConvolution, margin: Int)? {
    let isLarger = window2D.kernelHeight >= other.window2D.kernelHeight
    let (large, small) = isLarger ? (self, other) : (other, self)
    let difference = large.window2D.kernelHeight - small.window2D.kernelHeight
    let margin = difference / 2
    var padded = small.window2D
    padded.kernelHeight = large.window2D.kernelHeight
    padded.kernelWidth = large.window2D.kernelWidth
    padded.padding = Padding(
      top: padded.padding.top + margin, left: padded.padding.left + margin,
      bottom: padded.padding.bottom + margin, right: padded.padding.right + margin)
    guard padded == large.window2D, difference % 2 == 0, large.window2D.dilation == 1,
      large.window2D.kernelHeight == large.window2D.kernelWidth, large.channels == small.channels
    else { return nil }
    return (
      DepthwiseConvolution(
        channels: channels, window: large.window2D, hasBias: hasBias || other.hasBias), margin
    )
  }
}
