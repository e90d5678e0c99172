/// A function of pairs of numbers, extents of 1 repeated as numpy does, over values of any rank.
///
/// One of the two may be a constant: the parameter `value`.
struct Arithmetic: Operator {
  let function: PairFunction
  var constant: ConstantOperand?
  /// Whether rows or columns are repeated, or a constant differs between pixels: then no part of a map
  /// can be computed by itself.
  var isWhole = false

  var summary: String {
    constant == nil ? function.summary : function.summary + " constant"
  }
  var window: Window { isWhole ? .everything : .pixel }
  var parameterShapes: [ParameterShape] {
    constant.map { [ParameterShape("value", $0.shape)] } ?? []
  }
  var learntCount: Int { 0 }
  var foldedParameterCount: Int { constant?.shape.count ?? 0 }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    let (left, right) = sides(inputs, constant?.shape ?? [])
    guard let shape = Broadcast.shape(left, right) else { throw .unequal(left, right) }
    return shape
  }

  /// What stands on the left and on the right, the constant in its place.
  private func sides<Value>(_ inputs: [Value], _ value: @autoclosure () -> Value) -> (Value, Value)
  {
    guard let constant else { return (inputs[0], inputs[1]) }
    return constant.isLeft ? (value(), inputs[0]) : (inputs[0], value())
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let (left, right) = sides(inputs, parameters[0])
    let output = FunctionKernels.pair(function, left, right, workers: workers)
    guard keep != .nothing, needsInputs else { return (output, .nothing) }
    // What is repeated over the pixels is kept whole, the rest pixel by pixel.
    let kept = inputs.map {
      !isWhole && Self.hasPixels($0.shape, of: output.shape) ? $0 : $0.uncut
    }
    return (output, .values(kept))
  }

  /// Whether a value has a number or more for each pixel of the output, or is as large as that.
  private static func hasPixels(_ shape: Shape, of output: Shape) -> Bool {
    guard shape.asMap != nil, shape.rank == output.rank else { return shape == output }
    return shape.extents.dropLast() == output.extents.dropLast()
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let gradient = gradient
    let values =
      needsInputs ? zip(kept.keptValues, inputs).map { $0.reshaped($1) } : []
    // Where the inputs do not matter, anything may stand for them.
    let (left, right) =
      needsInputs
      ? sides(values, parameters[0])
      : constant == nil ? (gradient, gradient) : sides([gradient], parameters[0])
    func pair(_ function: PairFunction, _ one: Tensor, _ other: Tensor) -> Tensor {
      FunctionKernels.pair(function, one, other, workers: workers)
    }
    func toLeft() -> Tensor {
      switch function {
      case .add, .subtract, .remainder, .greater: gradient
      case .multiply: pair(.multiply, gradient, right)
      case .divide: pair(.divide, gradient, right)
      case .maximum: pair(.multiply, gradient, pair(.greater, left, right))
      case .minimum: pair(.multiply, gradient, pair(.greater, right, left))
      case .power:
        // The power 0 is 1 everywhere and has no slope, at 0 neither.
        pair(
          .multiply, gradient,
          pair(
            .multiply, right,
            pair(.power, left, pair(.subtract, right, Self.isNonzero(right, workers)))))
      }
    }
    func toRight() -> Tensor {
      switch function {
      case .add: return gradient
      case .subtract: return Self.negated(gradient, workers)
      case .multiply: return pair(.multiply, gradient, left)
      case .divide:
        return Self.negated(
          pair(.divide, pair(.multiply, gradient, left), pair(.multiply, right, right)), workers)
      case .maximum: return pair(.multiply, gradient, pair(.greater, right, left))
      case .minimum: return pair(.multiply, gradient, pair(.greater, left, right))
      case .power:
        // Powers of 0 are 0 whatever the exponent above 0, so that this has no slope.
        var logarithm = pair(.add, left, pair(.subtract, .one, Self.isNonzero(left, workers)))
        _ = FunctionKernels.apply(.log, to: &logarithm, keep: false, workers: workers)
        return pair(.multiply, gradient, pair(.multiply, pair(.power, left, right), logarithm))
      case .remainder, .greater: preconditionFailure("has no gradient to the right")
      }
    }
    guard let constant else {
      return [
        ReductionKernels.sum(toLeft(), to: inputs[0], workers: workers),
        ReductionKernels.sum(toRight(), to: inputs[1], workers: workers),
      ]
    }
    return [
      ReductionKernels.sum(constant.isLeft ? toRight() : toLeft(), to: inputs[0], workers: workers)
    ]
  }

  /// 1 where a number is not 0, and 0 where it is.
  private static func isNonzero(_ tensor: Tensor, _ workers: Workers) -> Tensor {
    var result = tensor
    for function in [ScalarFunction.sign, .abs] {
      _ = FunctionKernels.apply(function, to: &result, keep: false, workers: workers)
    }
    return result
  }

  private static func negated(_ tensor: Tensor, _ workers: Workers) -> Tensor {
    var result = tensor
    _ = FunctionKernels.apply(
      .affine(scale: -1, shift: 0), to: &result, keep: false, workers: workers)
    return result
  }

  /// Whether the gradient depends on the inputs.
  private var needsInputs: Bool {
    switch function {
    case .add, .subtract, .remainder, .greater: false
    case .multiply: constant == nil
    case .divide: constant.map(\.isLeft) ?? true
    case .maximum, .minimum, .power: true
    }
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    needsInputs ? inputs.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride : 0
  }
}

extension Tensor {
  fileprivate static let one = Tensor(shape: [], elements: [1])
}

extension PairFunction {
  /// For people.
  var summary: String {
    switch self {
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .divide: "divide"
    case .maximum: "maximum"
    case .minimum: "minimum"
    case .power: "power"
    case .remainder: "remainder"
    case .greater: "greater"
    }
  }
}
