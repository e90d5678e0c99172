/// Dense or grouped convolution, (N, H, W, C) -> (N, H', W', O).
///
/// Depth-wise convolution is an operator of its own.
struct Convolution: Operator {
  /// (outputs, inputs / groups, KH, KW)
  let weight: Tensor
  /// (outputs)
  let bias: Tensor?
  private(set) var window2D: SlidingWindow
  let groups: Int

  /// The weights as kernels want them.
  let dense: DenseWeights
  private let forFewChannels = Prepared<PhaseGradient>()

  init(weight: Tensor, bias: Tensor? = nil, window: SlidingWindow, groups: Int = 1) {
    precondition(weight.shape.rank == 4 && weight.shape[0] % groups == 0)
    self.weight = weight
    self.bias = bias
    window2D = window
    self.groups = groups
    dense = DenseWeights(weight)
  }

  var outputs: Int { weight.shape[0] }
  var inputs: Int { weight.shape[1] * groups }
  /// Whether this is one matrix product over the pixels.
  var isPointwise: Bool {
    window2D == SlidingWindow(kernel: 1, padding: Padding(0)) && groups == 1
  }

  var summary: String { "conv " + window2D.summary + (groups > 1 ? " g\(groups)" : "") }
  var window: Window { .sliding(window2D) }

  var parameters: [(name: String, value: Tensor)] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].channels == self.inputs else {
      throw .channels(expected: self.inputs, found: inputs[0])
    }
    let size = try window2D.outputSize(of: inputs[0])
    return Shape(
      batch: inputs[0].batch, height: size.height, width: size.width, channels: outputs)
  }

  var foldedParameterCount: Int { weight.count + outputs }

  /// Packed for both directions.
  func preparedBytes(inputs: [Shape]) -> Int { 2 * weight.bytes }

  func restricted(to region: Region, of input: Shape) -> Convolution {
    var part = self
    part.window2D = window2D.restricted(to: region, of: input)
    return part
  }

  func prepare(for direction: Direction, inputs: [Shape]) {
    let geometry = geometry(inputs[0])
    switch direction {
    case .forward:
      ConvolutionKernels.prepare(dense, geometry: geometry, addsBias: bias != nil)
    case .gradient where PhaseGradient.suits(geometry): _ = phaseGradient
    case .gradient: ConvolutionKernels.prepareGradient(dense, geometry: geometry)
    }
  }

  private var phaseGradient: PhaseGradient {
    forFewChannels { PhaseGradient(weight, stride: window2D.stride) }
  }

  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    let input = inputs[0]
    let output = ConvolutionKernels.forward(
      input, weights: dense, bias: bias, geometry: geometry(input.shape), workers: workers)
    return (output, keep == .allGradients ? .input(input) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    let geometry = geometry(inputs[0])
    if PhaseGradient.suits(geometry) {
      return [phaseGradient.inputGradient(gradient, geometry: geometry, workers: workers)]
    }
    return [
      ConvolutionKernels.inputGradient(
        gradient, weights: dense, geometry: geometry, workers: workers)
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.count * weight.shape[1] * weight.shape[2] * weight.shape[3]
  }

  func geometry(_ input: Shape) -> ConvolutionGeometry {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a graph is planned")
    }
    let window = window2D.fixed(over: input)
    return ConvolutionGeometry(
      input: input, output: output, kernelHeight: window.kernelHeight,
      kernelWidth: window.kernelWidth, stride: window.stride, dilation: window.dilation,
      padTop: window.padding.top, padLeft: window.padding.left, groups: groups)
  }
}

/// Folding: a scale of the outputs scales rows of weights, one of the inputs columns.
extension Convolution {
  func scaledOutput(by norm: BatchNorm) -> (any Operator)? {
    Convolution(
      weight: weight.scalingRows(by: norm.scale), bias: norm.foldedBias(bias),
      window: window2D, groups: groups)
  }

  /// Exact without padding: a padded zero does not pass the norm.
  func scaledInput(by norm: BatchNorm) -> (any Operator)? {
    guard isPointwise else { return nil }
    return Convolution(
      weight: weight.scalingColumns(by: norm.scale),
      bias: weight.product(with: norm.shift, plus: bias), window: window2D)
  }
}
