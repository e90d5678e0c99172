/// The gradient of a convolution as a layer of its own: (N, H, W, C) -> (N, H', W', O), where each input
/// pixel spreads a kernel over the output.
struct TransposedConvolution: Operator {
  let inputs: Int
  let outputs: Int
  let groups: Int
  let hasBias: Bool
  /// Of the convolution from the output to the input.
  let convolution: SlidingWindow
  /// Rows and columns added below and right, which few or no kernels reach.
  let outputPadding: (height: Int, width: Int)

  init(
    inputs: Int, outputs: Int, groups: Int = 1, hasBias: Bool = false, convolution: SlidingWindow,
    outputPadding: (height: Int, width: Int) = (0, 0)
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    self.hasBias = hasBias
    self.convolution = convolution
    self.outputPadding = outputPadding
  }

  static func == (left: Self, right: Self) -> Bool {
    left.inputs == right.inputs && left.outputs == right.outputs && left.groups == right.groups
      && left.hasBias == right.hasBias && left.convolution == right.convolution
      && left.outputPadding == right.outputPadding
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(inputs)
    hasher.combine(outputs)
    hasher.combine(convolution)
  }

  var summary: String {
    "transposed conv " + convolution.summary + (groups > 1 ? " g\(groups)" : "")
  }
  /// Of what no kernel reaches, or only some of the taps between its first and last, no part is made alone.
  var window: Window {
    let padding = convolution.padding
    let isDense = convolution.dilation == 1 || convolution.stride == 1
    guard isDense, min(convolution.extentHeight, convolution.extentWidth) >= convolution.stride,
      outputPadding.height <= padding.bottom, outputPadding.width <= padding.right
    else { return .everything }
    return .transposed(convolution)
  }
  /// (inputs, outputs / groups, KH, KW), as PyTorch stores it.
  var weightShape: Shape {
    [inputs, outputs / groups, convolution.kernelHeight, convolution.kernelWidth]
  }
  var parameterShapes: [ParameterShape] {
    [ParameterShape("weight", weightShape)] + (hasBias ? [ParameterShape("bias", [outputs])] : [])
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].isMap, inputs[0].channels == self.inputs else {
      throw .channels(expected: self.inputs, found: inputs[0])
    }
    let padding = convolution.padding
    let height =
      (inputs[0].height - 1) * convolution.stride + convolution.extentHeight - padding.top
      - padding.bottom + outputPadding.height
    let width =
      (inputs[0].width - 1) * convolution.stride + convolution.extentWidth - padding.left
      - padding.right + outputPadding.width
    // What no kernel reaches is less than a step.
    guard height > 0, width > 0, outputPadding.height < convolution.stride,
      outputPadding.width < convolution.stride
    else {
      throw .tooSmall(input: inputs[0], window: convolution.kernelHeight)
    }
    return Shape(batch: inputs[0].batch, height: height, width: width, channels: outputs)
  }

  func restricted(to region: Region, of input: Shape) -> TransposedConvolution {
    guard case .transposed = window else { return self }
    return TransposedConvolution(
      inputs: inputs, outputs: outputs, groups: groups, hasBias: hasBias,
      convolution: convolution.spreadRestricted(to: region, of: input))
  }

  private func geometry(_ input: Shape) -> WindowGeometry {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a network is planned")
    }
    return WindowGeometry(convolution, output, input, groups: groups)
  }

  func prepare(for direction: Direction, parameters: Parameters, inputs: [Shape]) {
    let geometry = geometry(inputs[0])
    switch direction {
    case .forward: ConvolutionKernels.prepareGradient(parameters.dense, geometry: geometry)
    case .gradient:
      ConvolutionKernels.prepare(parameters.dense, geometry: geometry, addsBias: false)
    }
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var output = ConvolutionKernels.inputGradient(
      inputs[0], weights: parameters.dense, geometry: geometry(inputs[0].shape), workers: workers)
    if let bias = parameters.bias {
      RowKernels.scale(&output, by: nil, shift: bias, columns: outputs, workers: workers)
    }
    return (output, .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [
      ConvolutionKernels.forward(
        gradient, weights: parameters.dense, bias: nil, geometry: geometry(inputs[0]),
        workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    inputs[0].count * weightShape.count / max(1, self.inputs)
  }

  /// Packed for both directions.
  func preparedBytes(inputs: [Shape]) -> Int {
    2 * weightShape.count * MemoryLayout<Float>.stride
  }
}
