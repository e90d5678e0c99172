// Depth-wise convolution: its forward pass, input gradient, folding and merging.

internal import CKernels

/// One K x K filter a channel, (N, H, W, C) -> (N, H', W', C): the operator that large kernels are
/// made of (the paper's guideline 1).
struct DepthwiseConvolution: Operator {
  /// (C, 1, KH, KW)
  let weight: Tensor
  /// (C)
  let bias: Tensor?
  private(set) var window2D: SlidingWindow

  private var packed = Prepared<PackedDepthwiseWeights>()

  init(weight: Tensor, bias: Tensor? = nil, window: SlidingWindow) {
    precondition(weight.shape.rank == 4 && weight.shape[1] == 1)
    self.weight = weight
    self.bias = bias
    window2D = window
  }

  var channels: Int { weight.shape[0] }
  var summary: String { "depth-wise " + window2D.summary }
  var window: Window { .sliding(window2D) }

  var parameters: [(name: String, value: Tensor)] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].channels == channels else {
      throw .channels(expected: channels, found: inputs[0])
    }
    let size = try window2D.outputSize(of: inputs[0])
    return Shape(
      batch: inputs[0].batch, height: size.height, width: size.width, channels: channels)
  }

  var foldedParameterCount: Int { weight.count + channels }
  func preparedBytes(inputs: [Shape]) -> Int {
    weight.bytes
      + PackedDepthwiseWeights.fastBytes(
        geometry(inputs[0], shape(over: inputs[0])), channels: channels)
  }

  func restricted(to region: Region, of input: Shape) -> DepthwiseConvolution {
    var part = self
    part.window2D = window2D.restricted(to: region, of: input)
    return part
  }

  func prepare(for direction: Direction, inputs: [Shape]) {
    _ = packedWeights.fast(
      geometry(inputs[0], shape(over: inputs[0])), mirrored: direction == .gradient)
  }

  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    let input = inputs[0]
    let output = shape(over: input.shape)
    let result = DepthwiseKernels.forward(
      input, packed: packedWeights, geometry: geometry(input.shape, output), output: output,
      workers: workers)
    return (result, keep == .allGradients ? .input(input) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    [
      DepthwiseKernels.inputGradient(
        gradient, packed: packedWeights,
        geometry: geometry(inputs[0], shape(over: inputs[0])), input: inputs[0],
        workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.count * weight.shape[2] * weight.shape[3]
  }

  private var packedWeights: PackedDepthwiseWeights {
    packed { PackedDepthwiseWeights(weights: weight, bias: bias) }
  }

  private func shape(over input: Shape) -> Shape {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a graph is planned")
    }
    return output
  }

  func geometry(_ input: Shape, _ output: Shape) -> ck_depthwise {
    let window = window2D.fixed(over: input)
    return ck_depthwise(
      input_height: Int32(input.height), input_width: Int32(input.width),
      output_height: Int32(output.height), output_width: Int32(output.width),
      kernel_height: Int32(window.kernelHeight), kernel_width: Int32(window.kernelWidth),
      stride: Int32(window.stride), dilation: Int32(window.dilation),
      pad_top: Int32(window.padding.top), pad_left: Int32(window.padding.left))
  }
}

/// Folding and structural re-parameterization.
extension DepthwiseConvolution {
  func scaledOutput(by norm: BatchNorm) -> (any Operator)? {
    DepthwiseConvolution(
      weight: weight.scalingRows(by: norm.scale), bias: norm.foldedBias(bias), window: window2D)
  }

  /// The sum of two branches as one kernel; nil where their centres do not coincide.
  func merged(with other: DepthwiseConvolution) -> DepthwiseConvolution? {
    let (large, small) =
      weight.shape[2] >= other.weight.shape[2] ? (self, other) : (other, self)
    let difference = large.weight.shape[2] - small.weight.shape[2]
    let margin = difference / 2
    var padded = small.window2D
    padded.kernelHeight = large.window2D.kernelHeight
    padded.kernelWidth = large.window2D.kernelWidth
    padded.padding = Padding(
      top: padded.padding.top + margin, left: padded.padding.left + margin,
      bottom: padded.padding.bottom + margin, right: padded.padding.right + margin)
    guard padded == large.window2D, difference % 2 == 0, large.window2D.dilation == 1,
      large.weight.shape[2] == large.weight.shape[3], large.channels == small.channels
    else { return nil }
    let bias: Tensor? =
      switch (large.bias, small.bias) {
      case (let left?, let right?):
        Tensor(
          shape: left.shape, elements: (0..<left.count).map { left[$0] + right[$0] })
      case (let one, let two): one ?? two
      }
    return DepthwiseConvolution(
      weight: large.weight.adding(small.weight, margin: margin), bias: bias,
      window: large.window2D)
  }
}
