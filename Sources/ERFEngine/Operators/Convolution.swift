/// Dense or grouped convolution, (N, H, W, C) -> (N, H', W', O).
///
/// Depth-wise convolution is an operator of its own.
struct Convolution: Operator {
  let inputs: Int
  let outputs: Int
  let groups: Int
  let hasBias: Bool
  private(set) var window2D: SlidingWindow

  init(inputs: Int, outputs: Int, window: SlidingWindow, groups: Int = 1, hasBias: Bool = false) {
    precondition(outputs % groups == 0 && inputs % groups == 0)
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    self.hasBias = hasBias
    window2D = window
  }

  /// (outputs, inputs / groups, KH, KW)
  var weightShape: Shape {
    [outputs, inputs / groups, window2D.kernelHeight, window2D.kernelWidth]
  }

  var parameterShapes: [ParameterShape] {
    [ParameterShape("weight", weightShape)]
      + (hasBias ? [ParameterShape("bias", [outputs])] : [])
  }

  /// Whether this is one matrix product over the pixels.
  var isPointwise: Bool {
    window2D == SlidingWindow(kernel: 1, padding: Padding(0)) && groups == 1
  }

  var summary: String { "conv " + window2D.summary + (groups > 1 ? " g\(groups)" : "") }
  var window: Window { .sliding(window2D) }
  var foldedParameterCount: Int { weightShape.count + outputs }
  var pixelStep: PixelStep? {
    isPointwise ? .product(outputs: outputs, hasBias: hasBias) : nil
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].isMap, inputs[0].channels == self.inputs else {
      throw .channels(expected: self.inputs, found: inputs[0])
    }
    let size = try window2D.outputSize(of: inputs[0])
    return Shape(
      batch: inputs[0].batch, height: size.height, width: size.width, channels: outputs)
  }

  /// Packed for both directions.
  func preparedBytes(inputs: [Shape]) -> Int {
    2 * weightShape.count * MemoryLayout<Float>.stride
  }

  func restricted(to region: Region, of input: Shape) -> Convolution {
    var part = self
    part.window2D = window2D.restricted(to: region, of: input)
    return part
  }

  func prepare(for direction: Direction, parameters: Parameters, inputs: [Shape]) {
    let geometry = geometry(inputs[0])
    switch direction {
    case .forward:
      ConvolutionKernels.prepare(parameters.dense, geometry: geometry, addsBias: hasBias)
    case .gradient where PhaseGradient.suits(geometry): _ = phaseGradient(parameters)
    case .gradient: ConvolutionKernels.prepareGradient(parameters.dense, geometry: geometry)
    }
  }

  private func phaseGradient(_ parameters: Parameters) -> PhaseGradient {
    let stride = window2D.stride
    let precision = parameters.precision
    return parameters.layout(variant: stride, precision: precision) {
      PhaseGradient(parameters[0], stride: stride, precision: precision)
    }
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let output = ConvolutionKernels.forward(
      input, weights: parameters.dense, bias: parameters.bias, geometry: geometry(input.shape),
      workers: workers)
    return (output, keep == .allGradients ? .input(input) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let geometry = geometry(inputs[0])
    if PhaseGradient.suits(geometry) {
      return [
        phaseGradient(parameters).inputGradient(gradient, geometry: geometry, workers: workers)
      ]
    }
    return [
      ConvolutionKernels.inputGradient(
        gradient, weights: parameters.dense, geometry: geometry, workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.count * weightShape.count / max(1, outputs)
  }

  func geometry(_ input: Shape) -> WindowGeometry {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a network is planned")
    }
    return WindowGeometry(window2D.fixed(over: input), input, output, groups: groups)
  }
}

extension Parameters {
  /// The first parameter, weights of a dense convolution, as kernels want it.
  var dense: DenseWeights {
    layout(precision: precision) { DenseWeights(self[0], precision: precision) }
  }
}

extension WindowGeometry {
  /// `window`: with the padding that it has over `input`.
  init(_ window: SlidingWindow, _ input: Shape, _ output: Shape, groups: Int = 1) {
    self.init(
      input: input, output: output, kernelHeight: window.kernelHeight,
      kernelWidth: window.kernelWidth, stride: window.stride, dilation: window.dilation,
      padTop: window.padding.top, padLeft: window.padding.left, groups: groups)
  }
}
