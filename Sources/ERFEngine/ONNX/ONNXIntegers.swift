// Operators on shapes and other integers, which are known before anything runs.

extension ONNXLowering {
  /// The outputs of a node that works on integers and constants alone; nil: it is none, or works on
  /// real numbers.
  mutating func integers(_ node: ONNXNode) throws -> [ONNXValue]? {
    if let outputs = try namedIntegers(node) { return outputs }
    if let comparison = Self.comparisons[node.operation] {
      return [try compared(node, comparison)]
    }
    let operands = try node.inputs.filter { !$0.isEmpty }.map { try value($0) }
    let constants = operands.compactMap { operand -> ONNXConstant? in
      if case .integers(let constant) = operand { constant } else { nil }
    }
    guard let first = constants.first, case .integers? = operands.first(where: { _ in true }) else {
      return nil
    }
    if Self.moving.contains(node.operation) { return try moved(node, first) }
    if node.operation == "Where", operands.count == 3 {
      guard constants.count == 3 else { return nil }
      return [.integers(try chosen(constants))]
    }
    guard constants.count == operands.count else {
      // Reductions name their axes by integers; their input decides.
      return Self.reductions[node.operation] == nil ? nil : try reducedIntegers(node, first)
    }
    if Self.reductions[node.operation] != nil { return try reducedIntegers(node, first) }
    if let function = Self.unary[node.operation] {
      return [
        .integers(
          ONNXConstant(
            integers: (first.integers ?? []).map(function), shape: first.shape, type: first.type))
      ]
    }
    if let function = Self.arithmetic[node.operation] {
      var result = first
      for other in constants.dropFirst() {
        result = try paired(result, other, type: first.type, function)
      }
      return [.integers(result)]
    }
    if node.operation == "Mod", constants.count == 2 {
      let signed = node.integer("fmod", 0) == 1
      return [
        .integers(
          try paired(first, constants[1], type: first.type) { left, right in
            guard right != 0, right != -1 else { return 0 }
            let rest = left % right
            return signed || rest == 0 || (rest < 0) == (right < 0) ? rest : rest + right
          })
      ]
    }
    return nil
  }

  /// The same for operators that have a rule of their own.
  private mutating func namedIntegers(_ node: ONNXNode) throws -> [ONNXValue]? {
    switch node.operation {
    case "Constant": return [try constantNode(node)]
    case "Shape", "Size": return [try shapeNode(node)]
    case "ConstantOfShape": return [try filled(node)]
    case "Range": return [try range(node)]
    case "Cast", "CastLike": return try cast(node)
    case "QuantizeLinear", "DequantizeLinear": return [try quantized(node)]
    case "CumSum": return [try runningSum(node)]
    case "Trilu": return [try triangle(node)]
    case "EyeLike": return [try diagonal(node)]
    case "NonZero": return [try nonZero(node)]
    default: return nil
    }
  }

  private static let unary: [String: @Sendable (Int) -> Int] = [
    "Not": { $0 == 0 ? 1 : 0 },
    "Neg": { 0 &- $0 },
    "Abs": { $0 < 0 ? 0 &- $0 : $0 },
    "Sign": { $0.signum() },
    "Relu": { max(0, $0) },
    "Floor": { $0 }, "Ceil": { $0 }, "Round": { $0 },
  ]

  private static let arithmetic: [String: @Sendable (Int, Int) -> Int] = [
    "Add": { $0 &+ $1 },
    "Sub": { $0 &- $1 },
    "Mul": { $0 &* $1 },
    // Towards zero, as C does; what has no result is 0.
    "Div": { $1 == 0 ? 0 : $1 == -1 ? 0 &- $0 : $0 / $1 },
    "Min": { min($0, $1) },
    "Max": { max($0, $1) },
    "And": { $0 != 0 && $1 != 0 ? 1 : 0 },
    "Or": { $0 != 0 || $1 != 0 ? 1 : 0 },
    "Xor": { ($0 != 0) != ($1 != 0) ? 1 : 0 },
    "Pow": { base, exponent in
      guard exponent >= 0 else { return base == 1 ? 1 : 0 }
      return (0..<min(exponent, 64)).reduce(1) { product, _ in product &* base }
    },
  ]

  private static let comparisons: [String: @Sendable (Double, Double) -> Bool] = [
    "Equal": { $0 == $1 }, "Greater": { $0 > $1 }, "Less": { $0 < $1 },
    "GreaterOrEqual": { $0 >= $1 }, "LessOrEqual": { $0 <= $1 },
  ]

  static let reductions: [String: @Sendable (Int, Int) -> Int] = [
    "ReduceSum": { $0 &+ $1 }, "ReduceProd": { $0 &* $1 }, "ReduceMax": { max($0, $1) },
    "ReduceMin": { min($0, $1) },
  ]

  private static let moving: Set<String> = [
    "Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Tile",
    "Slice",
    "Split", "Concat", "Gather", "GatherND", "Pad", "ScatterND", "DepthToSpace", "SpaceToDepth",
    "Dropout",
  ]

  // MARK: Where values come from

  private func constantNode(_ node: ONNXNode) throws -> ONNXValue {
    switch node.attributes["value"] ?? node.attributes.first?.value {
    case .tensor(let tensor):
      let constant = try self.constant(tensor)
      if case .reals(let values) = constant.elements {
        return .real(ONNXData(values, weight: node.outputs.first))
      }
      return .integers(constant)
    case .integer(let value): return .integers(ONNXConstant(integers: [value], shape: []))
    case .integers(let values): return .integers(ONNXConstant(row: values))
    case .float(let value): return .real(ONNXData(Tensor(shape: [], elements: [value])))
    case .floats(let values):
      return .real(ONNXData(Tensor(shape: [values.count], elements: values)))
    default: throw ONNXRefusal.reason("holds no numbers")
    }
  }

  private mutating func shapeNode(_ node: ONNXNode) throws -> ONNXValue {
    let shape: [Int]
    switch try value(node, 0) {
    case .real(let data): shape = data.shape
    case .integers(let constant): shape = constant.shape
    case .missing(let gap): return .missing(gap)
    }
    if node.operation == "Size" {
      return .integers(ONNXConstant(integers: [shape.reduce(1, *)], shape: []))
    }
    func bound(_ value: Int) -> Int {
      max(0, min(shape.count, value < 0 ? value &+ shape.count : value))
    }
    let start = bound(node.integer("start", 0))
    let end = bound(node.integer("end", shape.count))
    return .integers(ONNXConstant(row: start < end ? Array(shape[start..<end]) : []))
  }

  static func requireHeld(_ shape: [Int]) throws {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(1, extent))
      guard extent >= 0, !overflow, product <= mostConstants else {
        throw ONNXRefusal.reason("makes a constant larger than can be held")
      }
      count = product
    }
  }

  private mutating func filled(_ node: ONNXNode) throws -> ONNXValue {
    let shape = try integers(node, 0) ?? []
    try Self.requireHeld(shape)
    let count = shape.reduce(1, *)
    var fill = ONNXConstant(Tensor(shape: [1], elements: [0]))
    if case .tensor(let tensor)? = node.attributes["value"] { fill = try self.constant(tensor) }
    guard fill.count == 1 else { throw ONNXRefusal.reason("is filled with more than one number") }
    if let integer = fill.integers?.first {
      return .integers(
        ONNXConstant(
          integers: [Int](repeating: integer, count: count), shape: shape, type: fill.type))
    }
    let value = fill.tensor[0]
    return .real(
      ONNXData(
        Tensor(shape: Shape(shape), elements: [Float](repeating: value, count: count)),
        weight: node.outputs.first))
  }

  private mutating func range(_ node: ONNXNode) throws -> ONNXValue {
    if case .integers(let first) = try value(node.inputs.first ?? "") {
      let bounds = try (0..<3).compactMap { try integers(node, $0)?.first }
      guard bounds.count == 3, bounds[2] != 0, bounds.allSatisfy({ $0.magnitude < 1 << 53 }),
        abs((Double(bounds[1]) - Double(bounds[0])) / Double(bounds[2])) <= Double(1 << 24)
      else { throw ONNXRefusal.reason("counts without end") }
      let values = Array(stride(from: bounds[0], to: bounds[1], by: bounds[2]))
      return .integers(ONNXConstant(integers: values, shape: [values.count], type: first.type))
    }
    let bounds = try (0..<3).compactMap { try scalar(node, $0) }
    guard bounds.count == 3, bounds.allSatisfy(\.isFinite), bounds[2] != 0,
      abs((bounds[1] - bounds[0]) / bounds[2]) <= Float(1 << 24)
    else { throw ONNXRefusal.reason("counts without end") }
    let count = max(0, Int(((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)))
    let values = (0..<count).map { bounds[0] + Float($0) * bounds[2] }
    return .real(ONNXData(Tensor(shape: [count], elements: values)))
  }

  private mutating func cast(_ node: ONNXNode) throws -> [ONNXValue]? {
    let source = try value(node.inputs.first ?? "")
    var type = ONNXType(rawValue: node.integer("to", 1)) ?? .float
    if node.operation == "CastLike" {
      if case .integers(let other) = try value(node.inputs.last ?? "") {
        type = other.type
      } else {
        type = .float
      }
    }
    switch source {
    case .integers(let constant):
      if type.isReal { return [.real(ONNXData(constant.tensor))] }
      let values = (constant.integers ?? []).map { type == .bool ? ($0 == 0 ? 0 : 1) : $0 }
      return [.integers(ONNXConstant(integers: values, shape: constant.shape, type: type))]
    case .real(let data):
      guard !type.isReal, let tensor = try tensor(data) else { return nil }
      let values = tensor.elements.map { value -> Int in
        if type == .bool { return value == 0 ? 0 : 1 }
        return value.isFinite ? Int(max(-9e18, min(9e18, value))) : 0
      }
      return [.integers(ONNXConstant(integers: values, shape: data.shape, type: type))]
    case .missing(let gap): return [.missing(gap)]
    }
  }

  /// The smallest and the largest real number that a QuantizeLinear has an integer for; nil: types
  /// of other kinds than integers of 8 and 16 bits, or limits that differ between channels.
  private mutating func quantizedLimits(_ node: ONNXNode) throws -> (low: Float, high: Float)? {
    var zero = ONNXConstant(integers: [0], shape: [], type: .uint8)
    if node.has(2) {
      guard case .integers(let named) = try value(node, 2) else { return nil }
      zero = named
    }
    let range: ClosedRange<Int>
    switch zero.type {
    case .uint8: range = 0...255
    case .int8: range = -128...127
    case .uint16: range = 0...65535
    case .int16: range = -32768...32767
    default: return nil
    }
    guard let scales = try constant(node, 1), scales.count == 1, let zero = zero.integers,
      zero.count == 1, scales[0] > 0, scales[0].isFinite
    else { return nil }
    return (
      Float(range.lowerBound - zero[0]) * scales[0], Float(range.upperBound - zero[0]) * scales[0]
    )
  }

  /// Quantised weights are widened; a pair around a computed value passes it on, held within what the
  /// integers can say: that is where quantisers hide a ReLU.
  private mutating func quantized(_ node: ONNXNode) throws -> ONNXValue {
    let source = try value(node.inputs.first ?? "")
    guard case .integers(let constant) = source, node.operation == "DequantizeLinear" else {
      note(
        "quantisation between layers is left out but for its limits: values are real numbers "
          + "throughout")
      guard node.operation == "QuantizeLinear", case .real(let data) = source,
        let limits = try quantizedLimits(node)
      else { return source }
      return .real(try clipped(data, low: limits.low, high: limits.high))
    }
    guard let scale = try self.constant(node, 1) else { throw ONNXRefusal.reason("has no scale") }
    let zero = try integers(node, 2) ?? [0]
    guard scale.count > 0, !zero.isEmpty else { throw ONNXRefusal.reason("has no scale") }
    var own = [Int](repeating: 1, count: constant.shape.count)
    if scale.count > 1 {
      let axis = try axis(node.integer("axis", 1), rank: constant.shape.count)
      guard constant.shape[axis] == scale.count, zero.count == 1 || zero.count == scale.count
      else { throw ONNXRefusal.reason("has \(scale.count.counted("scale"))") }
      own[axis] = scale.count
    }
    let shift = Tensor(
      shape: Shape(zero.count == 1 ? [] : own), elements: zero.map { Float($0) })
    let centred = FunctionKernels.pair(.subtract, constant.tensor, shift, workers: workers)
    return .real(
      ONNXData(
        FunctionKernels.pair(
          .multiply, centred, scale.reshaped(Shape(scale.count == 1 ? [] : own)),
          workers: workers), weight: node.inputs[0]))
  }
}
