// Operators on shapes and other integers, which are known before anything runs.

extension ONNXLowering {
  /// The outputs of a node that works on integers and constants alone; nil: it is none, or works on
  /// real numbers.
  mutating func integers(_ node: ONNXNode) throws -> [ONNXValue]? {
    switch node.operation {
    case "Constant": return [try constantNode(node)]
    case "Shape", "Size": return [try shapeNode(node)]
    case "ConstantOfShape": return [try filled(node)]
    case "Range": return [try range(node)]
    case "Cast", "CastLike": return try cast(node)
    case "QuantizeLinear", "DequantizeLinear": return [try quantized(node)]
    case "CumSum": return [try runningSum(node)]
    case "NonZero": return [try nonZero(node)]
    case "IsNaN", "IsInf": break
    default: break
    }
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
    if node.operation == "Mod" {
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

  private static let reductions: [String: @Sendable (Int, Int) -> Int] = [
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
      let constant = try model.constant(tensor)
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
    guard node.has(0) else { throw ONNXRefusal.reason("has no input") }
    let shape: [Int]
    switch try value(node.inputs[0]) {
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

  private static func requireHeld(_ shape: [Int]) throws {
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
    if case .tensor(let tensor)? = node.attributes["value"] { fill = try model.constant(tensor) }
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

  /// Quantised weights are widened; a pair around a computed value passes it on.
  private mutating func quantized(_ node: ONNXNode) throws -> ONNXValue {
    let source = try value(node.inputs.first ?? "")
    guard case .integers(let constant) = source, node.operation == "DequantizeLinear" else {
      note("quantisation between layers is left out: values are real numbers throughout")
      return source
    }
    guard let scale = try self.constant(node, 1) else { throw ONNXRefusal.reason("has no scale") }
    let zero = try integers(node, 2) ?? [0]
    guard scale.count > 0, !zero.isEmpty else { throw ONNXRefusal.reason("has no scale") }
    var own = [Int](repeating: 1, count: constant.shape.count)
    if scale.count > 1 {
      let axis = try axis(node.integer("axis", 1), rank: constant.shape.count)
      guard constant.shape[axis] == scale.count, zero.count == 1 || zero.count == scale.count
      else { throw ONNXRefusal.reason("has \(scale.count) scales") }
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

  // MARK: Arithmetic

  /// Of each pair, broadcast.
  private func paired(
    _ left: ONNXConstant, _ right: ONNXConstant, type: ONNXType, _ function: (Int, Int) -> Int
  ) throws -> ONNXConstant {
    guard let a = left.integers, let b = right.integers else { return left }
    let (shape, first, second) = try Self.broadcast(left.shape, right.shape)
    return ONNXConstant(
      integers: zip(first, second).map { function(a[$0], b[$1]) }, shape: shape, type: type)
  }

  /// The shape of both, and the element of each for every element.
  private static func broadcast(
    _ left: [Int], _ right: [Int]
  ) throws -> (shape: [Int], left: [Int], right: [Int]) {
    guard let shape = Broadcast.shape(Shape(left), Shape(right)) else {
      throw ONNXRefusal.reason("combines \(Shape(left)) and \(Shape(right))")
    }
    try requireHeld(shape.extents)
    func places(_ own: [Int]) -> [Int] {
      let extents = Broadcast.padded(Shape(own), shape.rank)
      return (0..<shape.count).map { index in
        var (rest, place, step) = (index, 0, 1)
        for axis in shape.extents.indices.reversed() {
          if extents[axis] != 1 { place += rest % shape[axis] * step }
          rest /= shape[axis]
          step *= extents[axis]
        }
        return place
      }
    }
    return (shape.extents, places(left), places(right))
  }

  private mutating func compared(
    _ node: ONNXNode, _ comparison: (Double, Double) -> Bool
  ) throws -> ONNXValue {
    if let mask = try step(node) { return .real(mask) }
    var operands: [(shape: [Int], values: [Double])] = []
    for name in node.inputs {
      switch try value(name) {
      case .integers(let constant):
        operands.append((constant.shape, (constant.integers ?? []).map { Double($0) }))
      case .real(let data):
        guard let tensor = try tensor(data) else {
          throw ONNXRefusal.reason("decides by what is in the picture")
        }
        operands.append((data.shape, tensor.elements.map { Double($0) }))
      case .missing(let gap): return .missing(gap)
      }
    }
    guard operands.count == 2 else { throw ONNXRefusal.reason("compares \(operands.count)") }
    let (shape, left, right) = try Self.broadcast(operands[0].shape, operands[1].shape)
    return .integers(
      ONNXConstant(
        integers: zip(left, right).map {
          comparison(operands[0].values[$0], operands[1].values[$1]) ? 1 : 0
        }, shape: shape, type: .bool))
  }

  /// Which of two computed numbers is larger, as 0 and 1, and a half where they are equal; nil: both are
  /// constants.
  private mutating func step(_ node: ONNXNode) throws -> ONNXData? {
    guard node.inputs.count == 2 else { return nil }
    let (left, right) = (try real(node, 0), try real(node, 1))
    guard !left.isConstant || !right.isConstant else { return nil }
    let difference: ONNXData
    switch node.operation {
    case "Greater", "GreaterOrEqual": difference = try pair(.subtract, left, right)
    case "Less", "LessOrEqual": difference = try pair(.subtract, right, left)
    default: throw ONNXRefusal.reason("decides by what is in the picture")
    }
    return try apply(.affine(scale: 0.5, shift: 0.5), to: apply(.sign, to: difference))
  }

  private func chosen(_ operands: [ONNXConstant]) throws -> ONNXConstant {
    let both = try paired(operands[1], operands[2], type: operands[1].type) { left, _ in left }
    let other = try paired(operands[2], operands[1], type: operands[1].type) { left, _ in left }
    let left = try paired(operands[0], both, type: .bool) { left, _ in left }
    let one = try paired(both, left, type: both.type) { left, _ in left }
    let two = try paired(other, left, type: both.type) { left, _ in left }
    guard let mask = left.integers, let a = one.integers, let b = two.integers else { return both }
    return ONNXConstant(
      integers: mask.indices.map { mask[$0] != 0 ? a[$0] : b[$0] }, shape: left.shape,
      type: both.type)
  }

  private mutating func reducedIntegers(
    _ node: ONNXNode, _ constant: ONNXConstant
  ) throws -> [ONNXValue]? {
    guard let values = constant.integers, let function = Self.reductions[node.operation],
      case .integers? = try node.inputs.first.map({ try value($0) })
    else { return nil }
    var axes = try self.axes(node) ?? []
    if axes.isEmpty, node.integer("noop_with_empty_axes", 0) == 1 { return [.integers(constant)] }
    if axes.isEmpty { axes = Array(constant.shape.indices) }
    let reduced = Set(try axes.map { try axis($0, rank: constant.shape.count) })
    let kept = constant.shape.indices.map { reduced.contains($0) ? 1 : constant.shape[$0] }
    let (_, places, _) = try Self.broadcast(kept, constant.shape)
    var result = [Int?](repeating: nil, count: kept.reduce(1, *))
    for (index, place) in places.enumerated() {
      result[place] = result[place].map { function($0, values[index]) } ?? values[index]
    }
    let shape =
      node.integer("keepdims", 1) != 0
      ? kept : constant.shape.indices.filter { !reduced.contains($0) }.map { constant.shape[$0] }
    let empty = node.operation == "ReduceProd" ? 1 : 0
    return [
      .integers(
        ONNXConstant(integers: result.map { $0 ?? empty }, shape: shape, type: constant.type))
    ]
  }

  private mutating func runningSum(_ node: ONNXNode) throws -> ONNXValue {
    let source = try value(node.inputs.first ?? "")
    let isReal = if case .real = source { true } else { false }
    guard let tensor = try constant(node, 0), let axisInput = try integers(node, 1)?.first else {
      throw ONNXRefusal.reason("has no axis")
    }
    let shape = tensor.shape.extents
    let axis = try axis(axisInput, rank: shape.count)
    let (exclusive, reverse) = (node.integer("exclusive", 0) != 0, node.integer("reverse", 0) != 0)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var values = tensor.elements.map { Double($0) }
    if values.isEmpty { return source }
    for start in 0..<values.count where start / inner % max(1, shape[axis]) == 0 {
      var sum = 0.0
      for step in 0..<shape[axis] {
        let place = start + (reverse ? shape[axis] - 1 - step : step) * inner
        let own = values[place]
        values[place] = exclusive ? sum : sum + own
        sum += own
      }
    }
    if isReal {
      return .real(ONNXData(Tensor(shape: tensor.shape, elements: values.map { Float($0) })))
    }
    guard case .integers(let constant) = source else { return source }
    return .integers(
      ONNXConstant(
        integers: values.map { Int(max(-9e15, min(9e15, $0))) }, shape: shape, type: constant.type)
    )
  }

  private mutating func nonZero(_ node: ONNXNode) throws -> ONNXValue {
    guard let tensor = try constant(node, 0) else {
      throw ONNXRefusal.reason("looks for what is in the picture")
    }
    let shape = tensor.shape.extents
    let found = tensor.elements.indices.filter { tensor.elements[$0] != 0 }
    var rows: [[Int]] = [[Int]](repeating: [], count: shape.count)
    for index in found {
      var rest = index
      for axis in shape.indices.reversed() {
        rows[axis].append(rest % shape[axis])
        rest /= shape[axis]
      }
    }
    return .integers(
      ONNXConstant(integers: rows.flatMap { $0 }, shape: [shape.count, found.count]))
  }

  // MARK: Movements

  /// Operators that move elements do so with the numbers of places, from 1 on, in place of integers,
  /// which may be larger than real numbers can tell apart.
  private mutating func moved(_ node: ONNXNode, _ first: ONNXConstant) throws -> [ONNXValue]? {
    guard let rule = ONNXOperators.rules[node.operation] else { return nil }
    var renamed = node
    var all: [Int] = []
    let several = node.operation == "Concat"
    for (index, name) in node.inputs.enumerated()
    where index == 0 || several || node.operation == "ScatterND" && index == 2 {
      guard case .integers(let constant) = try value(name), let integers = constant.integers,
        all.count + integers.count < 1 << 24
      else { return nil }
      let places = integers.indices.map { Float(all.count + $0 + 1) }
      all += integers
      renamed.inputs[index] = "\u{0}\(index)"
      define(
        renamed.inputs[index],
        .real(ONNXData(Tensor(shape: Shape(constant.shape), elements: places))))
    }
    var fill = 0
    if node.operation == "Pad", node.has(2) {
      fill = try integers(node, 2)?.first ?? 0
      renamed.inputs[2] = ""
    }
    return try rule(&self, renamed).map { output in
      guard case .real(let data) = output, let tensor = try tensor(data) else { return output }
      return .integers(
        ONNXConstant(
          integers: tensor.elements.map { $0 == 0 ? fill : all[Int($0) - 1] },
          shape: data.shape, type: first.type))
    }
  }
}
