/// The operators of ONNX that can be shown, each with the rule that makes ours of it.
///
/// To add one, write its rule: a function of the walk and the node that returns the node's outputs. It
/// asks for its inputs with `lowering.real(node, 0)` and `lowering.constant(node, 1)`, for settings with
/// `node.integer("axis")`, and calls `lowering.emit` or the helpers that other rules use. The same rule
/// serves constants, which are computed at once; operators on integers are in ONNXIntegers.swift.
enum ONNXOperators {
  typealias Rule = @Sendable (inout ONNXLowering, ONNXNode) throws -> [ONNXValue]

  /// Domains beside the standard one whose operators are in the table.
  static let foreign: Set<String> = ["com.microsoft", "org.pytorch.aten"]

  static let rules: [String: Rule] =
    functions
    .merging(pairs) { $1 }
    .merging(layers) { $1 }
    .merging(movements) { $1 }
    .merging(windows) { $1 }
    .merging(others) { $1 }
    .merging(recurrent) { $1 }

  // MARK: Functions of single numbers

  /// A rule for a function that the node's settings may choose among.
  private static func function(
    _ choose: @escaping @Sendable (ONNXNode) -> ScalarFunction
  ) -> Rule {
    { [.real(try $0.apply(choose($1), to: $0.real($1, 0)))] }
  }

  private static let functions: [String: Rule] = [
    "Sigmoid": function { _ in .sigmoid },
    "Tanh": function { _ in .tanh },
    "Exp": function { _ in .exp },
    "Log": function { _ in .log },
    "Erf": function { _ in .erf },
    "Sqrt": { [.real(try $0.root($0.real($1, 0)))] },
    "Reciprocal": function { _ in .reciprocal },
    "Abs": function { _ in .abs },
    "Neg": function { _ in .affine(scale: -1, shift: 0) },
    "Softplus": function { _ in .softplus },
    "Softsign": function { _ in .softsign },
    "Mish": function { _ in .mish },
    "Sin": function { _ in .sin },
    "Cos": function { _ in .cos },
    "Floor": function { _ in .floor },
    "Ceil": function { _ in .ceil },
    "Round": function { _ in .round },
    "Sign": function { _ in .sign },
    "HardSwish": function { _ in .hardSwish },
    "HardSigmoid": function {
      .hardSigmoid(slope: $0.float("alpha", 0.2), offset: $0.float("beta", 0.5))
    },
    "LeakyRelu": function { .leakyReLU(slope: $0.float("alpha", 0.01)) },
    "Elu": function { .elu(alpha: $0.float("alpha", 1), factor: 1) },
    "Selu": function {
      .elu(alpha: $0.float("alpha", 1.6732632), factor: $0.float("gamma", 1.05070098))
    },
    "Celu": { lowering, node in
      let data = try lowering.real(node, 0)
      let alpha = node.float("alpha", 1)
      guard alpha != 0 else { throw ONNXRefusal.reason("divides by an alpha of 0") }
      let scaled = try lowering.apply(.affine(scale: 1 / alpha, shift: 0), to: data)
      return [.real(try lowering.apply(.elu(alpha: 1, factor: alpha), to: scaled))]
    },
    "Relu": { [.real(try $0.rectified($0.real($1, 0)))] },
    "Clip": { lowering, node in
      let data = try lowering.real(node, 0)
      let low = try node.has(1) ? lowering.scalar(node, 1) : nil
      let high = try node.has(2) ? lowering.scalar(node, 2) : nil
      return [
        .real(
          try lowering.clipped(
            data, low: low ?? node.float("min", -.infinity),
            high: high ?? node.float("max", .infinity)))
      ]
    },
    "Gelu": { lowering, node in
      let data = try lowering.real(node, 0)
      guard node.text("approximate") != "tanh" else {
        return [.real(try lowering.apply(.geluTanh, to: data))]
      }
      return [.real(try lowering.emit(GELU(), [data], order: data.order))]
    },
    "Swish": { lowering, node in
      let data = try lowering.real(node, 0)
      let alpha = node.float("alpha", 1)
      if alpha == 1 { return [.real(try lowering.apply(.silu, to: data))] }
      let scaled = try lowering.apply(.affine(scale: alpha, shift: 0), to: data)
      return [.real(try lowering.pair(.multiply, data, lowering.apply(.sigmoid, to: scaled)))]
    },
    "PRelu": { lowering, node in
      let data = try lowering.real(node, 0)
      let slope = try lowering.real(node, 1)
      if slope.count == 1, let value = try lowering.tensor(slope)?[0] {
        return [.real(try lowering.apply(.leakyReLU(slope: value), to: data))]
      }
      let above = try lowering.rectified(data)
      let below = try lowering.pair(.multiply, slope, lowering.pair(.subtract, data, above))
      return [.real(try lowering.pair(.add, above, below))]
    },
  ]

  // MARK: Functions of pairs

  private static func pair(_ function: PairFunction) -> Rule {
    { [.real(try $0.pair(function, $0.real($1, 0), $0.real($1, 1)))] }
  }

  /// Of any number of inputs, from the first on.
  private static func fold(_ function: PairFunction) -> Rule {
    { lowering, node in
      var result = try lowering.real(node, 0)
      for index in node.inputs.indices.dropFirst() {
        result = try lowering.pair(function, result, lowering.real(node, index))
      }
      return [.real(result)]
    }
  }

  private static let pairs: [String: Rule] = [
    "Add": pair(.add),
    "Sub": pair(.subtract),
    "Mul": pair(.multiply),
    "Div": pair(.divide),
    "Pow": pair(.power),
    "Max": fold(.maximum),
    "Min": fold(.minimum),
    "Sum": fold(.add),
    "Mean": { lowering, node in
      let sum = try fold(.add)(&lowering, node)
      guard case .real(let data)? = sum.first else { return sum }
      let share = 1 / Float(max(1, node.inputs.count))
      return [.real(try lowering.apply(.affine(scale: share, shift: 0), to: data))]
    },
    "Mod": { lowering, node in
      let (left, right) = (try lowering.real(node, 0), try lowering.real(node, 1))
      guard left.isConstant, right.isConstant, node.integer("fmod", 0) == 1 else {
        throw ONNXRefusal.reason("has no gradient")
      }
      return [.real(try lowering.pair(.remainder, left, right))]
    },
    "Where": { lowering, node in
      guard case .integers(let condition) = try lowering.value(node, 0),
        let mask = condition.integers
      else {
        // The choice itself has no gradient, what is chosen has.
        let chosen = try lowering.real(node, 0)
        let rest = try lowering.apply(.affine(scale: -1, shift: 1), to: chosen)
        return [
          .real(
            try lowering.pair(
              .add, lowering.pair(.multiply, lowering.real(node, 1), chosen),
              lowering.pair(.multiply, lowering.real(node, 2), rest)))
        ]
      }
      let shape = Shape(condition.shape)
      let chosen = ONNXData(Tensor(shape: shape, elements: mask.map { $0 == 0 ? 0 : 1 }))
      let rest = ONNXData(Tensor(shape: shape, elements: mask.map { $0 == 0 ? 1 : 0 }))
      let left = try lowering.masked(lowering.real(node, 1), by: chosen)
      let right = try lowering.masked(lowering.real(node, 2), by: rest)
      return [.real(try lowering.pair(.add, left, right))]
    },
  ]
}

extension ONNXLowering {
  mutating func apply(_ function: ScalarFunction, to data: ONNXData) throws -> ONNXData {
    if case .affine(1, 0) = function { return data }
    return try emit(Elementwise(function: function), [data], order: data.order)
  }

  mutating func rectified(_ data: ONNXData) throws -> ONNXData {
    try emit(Rectifier(), [data], order: data.order)
  }

  mutating func clipped(_ data: ONNXData, low: Float, high: Float) throws -> ONNXData {
    if low == 0, high == .infinity { return try rectified(data) }
    if low == 0, high == 6 {
      return try emit(Rectifier(stopsAtSix: true), [data], order: data.order)
    }
    if low == -.infinity, high == .infinity { return data }
    return try apply(.clip(low: low, high: high), to: data)
  }

  /// `data` where the mask is 1, and 0 elsewhere, even where `data` is not finite.
  mutating func masked(_ data: ONNXData, by mask: ONNXData) throws -> ONNXData {
    guard let values = try tensor(data), let ones = try tensor(mask),
      let shape = Broadcast.shape(values.shape, ones.shape)
    else { return try pair(.multiply, data, mask) }
    let zero = Tensor(zeros: shape)
    let (value, one) = (
      FunctionKernels.pair(.add, zero, values, workers: workers),
      FunctionKernels.pair(.add, zero, ones, workers: workers)
    )
    return ONNXData(
      Tensor(shape: shape, elements: zip(value.elements, one.elements).map { $1 == 0 ? 0 : $0 }))
  }

  /// A function of two values, broadcast.
  mutating func pair(
    _ function: PairFunction, _ left: ONNXData, _ right: ONNXData
  ) throws -> ONNXData {
    let rank = max(left.rank, right.rank)
    if left.isConstant, right.isConstant {
      return try emit(
        Arithmetic(function: function),
        [inOrder(padded(left, to: rank)), inOrder(padded(right, to: rank))],
        order: Array(0..<rank))
    }
    if let simple = try simplified(function, left, right) {
      return try padded(simple, to: rank)
    }
    let spelt = function == .multiply ? recognisedProduct(left, right) : nil
    if let known = spelt ?? recognisedNorm(function, left, right) {
      return try emit(known.op, [known.input], order: known.input.order)
    }
    let (one, other) = (try padded(left, to: rank), try padded(right, to: rank))
    if one.isConstant { return try pair(function, other, with: one, constantIsLeft: true) }
    if other.isConstant { return try pair(function, one, with: other, constantIsLeft: false) }
    // The larger one stays as it lies.
    let order = one.count >= other.count ? one.order : other.order
    let inputs = [try arranged(one, order), try arranged(other, order)]
    if function == .add, inputs[0].shape == inputs[1].shape {
      return try emit(Add(), inputs, order: order)
    }
    return try emit(
      Arithmetic(function: function, isWhole: isWhole(inputs.map(\.memory))), inputs, order: order)
  }

  /// With a constant of as many axes.
  private mutating func pair(
    _ function: PairFunction, _ data: ONNXData, with constant: ONNXData, constantIsLeft: Bool
  ) throws -> ONNXData {
    let lying = try arranged(constant, data.order)
    guard case .constant(let tensor) = lying.place else { throw ONNXRefusal.reason("") }
    // Without the ones in front, a row of channels stays what it is for images of any number.
    let shape = Shape(Array(lying.memory.extents.drop { $0 == 1 }))
    if shape.rank == 1, shape == [data.memory.channels],
      let affine = affine(
        function, tensor.reshaped(shape), constantIsLeft: constantIsLeft, constant.weight)
    {
      let parameter = Parameter(tensor: tensor.reshaped(shape), weight: constant.weight)
      if let norm = absorbed(function, data, parameter) {
        return try emit(norm.op, [norm.input], norm.parameters, order: data.order)
      }
      return try emit(affine.op, [data], affine.parameters, order: data.order)
    }
    let op = Arithmetic(
      function: function, constant: ConstantOperand(shape: shape, isLeft: constantIsLeft),
      isWhole: hasPixels(lying.memory) || isWhole([data.memory, lying.memory]))
    return try emit(
      op, [data], [Parameter(tensor: tensor.reshaped(shape), weight: constant.weight)],
      order: data.order)
  }

  /// Arithmetic with one number a channel, which norms and layers take in; nil: it is of another kind.
  private func affine(
    _ function: PairFunction, _ constant: Tensor, constantIsLeft: Bool, _ weight: String?
  ) -> (op: Affine, parameters: [Parameter])? {
    let channels = constant.count
    func filled(_ value: Float) -> Tensor {
      Tensor(shape: [channels], elements: [Float](repeating: value, count: channels))
    }
    func mapped(_ function: ScalarFunction) -> Tensor {
      var result = constant
      _ = FunctionKernels.apply(function, to: &result, keep: false, workers: workers)
      return result
    }
    let scale: Tensor
    var shift: Tensor?
    switch (function, constantIsLeft) {
    case (.multiply, _): scale = constant
    case (.divide, false): scale = mapped(.reciprocal)
    case (.add, _): (scale, shift) = (filled(1), constant)
    case (.subtract, false): (scale, shift) = (filled(1), mapped(.affine(scale: -1, shift: 0)))
    case (.subtract, true): (scale, shift) = (filled(-1), constant)
    default: return nil
    }
    let isPlain = function == .multiply || function == .add
    let parameters = [
      Parameter(tensor: scale, weight: isPlain && shift == nil ? weight : nil)
    ]
    return (
      Affine(channels: channels, hasShift: shift != nil),
      parameters + (shift.map { [Parameter(tensor: $0, weight: isPlain ? weight : nil)] } ?? [])
    )
  }

  /// Whether a constant beside maps or tokens differs, or may differ, between pixels: a part of a map
  /// would meet another part of it.
  private func hasPixels(_ constant: Shape) -> Bool {
    constant.asMap.map { $0.height != 1 || $0.width != 1 } ?? false
  }

  /// Whether two maps, or tokens, differ in rows or columns other than by one being a single pixel, or in
  /// number.
  private func isWhole(_ shapes: [Shape]) -> Bool {
    guard let first = shapes[0].asMap, let second = shapes[1].asMap else { return false }
    let (one, other) = (first.extents[1...2], second.extents[1...2])
    return one != other && one.contains { $0 != 1 } && other.contains { $0 != 1 }
      || shapes[0][0] != shapes[1][0]
  }

  /// A value times a number, which may make a function of a product.
  private mutating func scaled(_ data: ONNXData, by factor: Float) throws -> ONNXData {
    if let known = recognisedProduct(data, times: factor) {
      return try emit(known.op, [known.input], order: known.input.order)
    }
    return try apply(.affine(scale: factor, shift: 0), to: data)
  }

  /// Arithmetic with one number is a function of the other.
  private mutating func simplified(
    _ function: PairFunction, _ left: ONNXData, _ right: ONNXData
  ) throws -> ONNXData? {
    if right.count == 1, let value = try tensor(right)?[0] {
      switch function {
      case .add: return try apply(.affine(scale: 1, shift: value), to: left)
      case .subtract: return try apply(.affine(scale: 1, shift: -value), to: left)
      case .multiply:
        return try scaled(left, by: value)
      case .divide: return try scaled(left, by: 1 / value)
      case .power where value == 2: return try apply(.square, to: left)
      case .power where value == 0.5: return try root(left)
      case .power: return try apply(.power(value), to: left)
      case .maximum: return try apply(.clip(low: value, high: .infinity), to: left)
      case .minimum: return try apply(.clip(low: -.infinity, high: value), to: left)
      case .remainder, .greater: return nil
      }
    }
    if left.count == 1, let value = try tensor(left)?[0] {
      switch function {
      case .add: return try apply(.affine(scale: 1, shift: value), to: right)
      case .subtract: return try apply(.affine(scale: -1, shift: value), to: right)
      case .multiply: return try scaled(right, by: value)
      case .divide:
        return try apply(.affine(scale: value, shift: 0), to: apply(.reciprocal, to: right))
      case .maximum: return try apply(.clip(low: value, high: .infinity), to: right)
      case .minimum: return try apply(.clip(low: -.infinity, high: value), to: right)
      case .power, .remainder, .greater: return nil
      }
    }
    return nil
  }
}
