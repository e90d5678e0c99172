internal import CKernels

/// One K x K filter a channel, (N, H, W, C) -> (N, H', W', C): the operator that large kernels are
/// made of (the paper's guideline 1).
struct DepthwiseConvolution: Operator {
  /// (C, 1, KH, KW)
  let weight: Tensor
  /// (C)
  let bias: Tensor?
  let window2D: SlidingWindow

  private let packed = Prepared<PackedDepthwiseWeights>()

  init(weight: Tensor, bias: Tensor? = nil, window: SlidingWindow) {
    precondition(weight.shape.rank == 4 && weight.shape[1] == 1)
    self.weight = weight
    self.bias = bias
    window2D = window
  }

  var channels: Int { weight.shape[0] }
  var summary: String { "depth-wise " + window2D.summary }
  var window: Window { window2D.reach }

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

  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept) {
    let input = inputs[0]
    let output = shape(over: input.shape)
    let result = DepthwiseKernels.forward(
      input, packed: packedWeights, geometry: geometry(input.shape, output), output: output,
      workers: workers)
    return (result, .nothing)
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

  private func geometry(_ input: Shape, _ output: Shape) -> ck_depthwise {
    ck_depthwise(
      input_height: Int32(input.height), input_width: Int32(input.width),
      output_height: Int32(output.height), output_width: Int32(output.width),
      kernel_height: Int32(window2D.kernelHeight), kernel_width: Int32(window2D.kernelWidth),
      stride: Int32(window2D.stride), dilation: Int32(window2D.dilation),
      pad_top: Int32(window2D.padding.top), pad_left: Int32(window2D.padding.left))
  }
}
