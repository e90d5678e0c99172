// What operators on integers and constants compute, element by element.

extension ONNXLowering {
  /// Of each pair, broadcast.
  func paired(
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

  mutating func compared(
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

  func chosen(_ operands: [ONNXConstant]) throws -> ONNXConstant {
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

  mutating func reducedIntegers(
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

  mutating func runningSum(_ node: ONNXNode) throws -> ONNXValue {
    let source = try value(node.inputs.first ?? "")
    let isReal = if case .real = source { true } else { false }
    if case .real(let data) = source, !data.isConstant {
      throw ONNXRefusal.reason("adds up values that depend on the picture, which is not known here")
    }
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

  mutating func nonZero(_ node: ONNXNode) throws -> ONNXValue {
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
  mutating func moved(_ node: ONNXNode, _ first: ONNXConstant) throws -> [ONNXValue]? {
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
