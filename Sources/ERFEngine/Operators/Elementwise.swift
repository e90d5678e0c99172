/// A function of each number by itself, over values of any rank.
struct Elementwise: Operator {
  let function: ScalarFunction

  var summary: String { function.summary }
  var worksInPlace: Bool { true }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { inputs[0] }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let slopes = FunctionKernels.apply(
      function, to: &output, keep: keep != .nothing && constantSlope == nil, workers: workers)
    return (output, slopes.map(Kept.factors) ?? .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    if isStep {
      // Nothing goes back through a step, not even what is infinite behind it.
      return [Tensor(zeros: gradient.shape)]
    } else if let constantSlope {
      _ = FunctionKernels.apply(
        .affine(scale: constantSlope, shift: 0), to: &gradient, keep: false, workers: workers)
    } else if case .factors(let slopes) = kept {
      FunctionKernels.multiply(&gradient, by: slopes, workers: workers)
    } else {
      preconditionFailure("the forward pass kept nothing")
    }
    return [gradient]
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    constantSlope == nil ? output.count * MemoryLayout<Float>.stride : 0
  }

  /// The derivative, where it is the same everywhere.
  private var constantSlope: Float? {
    if case .affine(let scale, _) = function { return scale }
    return isStep ? 0 : nil
  }

  /// Whether it is flat but for where it jumps.
  private var isStep: Bool {
    switch function {
    case .floor, .ceil, .round, .sign: true
    default: false
    }
  }
}

extension ScalarFunction {
  /// For people.
  var summary: String {
    switch self {
    case .sigmoid: "sigmoid"
    case .silu: "silu"
    case .tanh: "tanh"
    case .exp: "exp"
    case .erf: "erf"
    case .geluTanh: "gelu by tanh"
    case .hardSwish: "hard swish"
    case .sqrt: "square root"
    case .reciprocal: "reciprocal"
    case .abs: "abs"
    case .square: "square"
    case .softplus: "softplus"
    case .log: "log"
    case .mish: "mish"
    case .softsign: "softsign"
    case .sin: "sin"
    case .cos: "cos"
    case .floor: "floor"
    case .ceil: "ceil"
    case .round: "round"
    case .sign: "sign"
    case .hardSigmoid: "hard sigmoid"
    case .leakyReLU(let slope): "leaky relu \(slope)"
    case .clip(let low, let high): "clip \(low) ... \(high)"
    case .affine(let scale, let shift): "\(scale) x + \(shift)"
    case .elu: "elu"
    case .power(let exponent): "power \(exponent)"
    }
  }
}
