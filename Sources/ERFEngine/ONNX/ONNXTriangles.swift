// Triangles and diagonals of matrices: masks of what may look at what.

extension ONNXLowering {
  /// The part above or below a diagonal of the last two axes; 0 elsewhere.
  mutating func triangle(_ node: ONNXNode) throws -> ONNXValue {
    let source = try value(node, 0)
    let diagonal = try integers(node, 1)?.first ?? 0
    let isUpper = node.integer("upper", 1) != 0
    func mask(_ shape: [Int]) throws -> [Int] {
      guard let columns = shape.last, shape.count >= 2 else {
        throw ONNXRefusal.reason(
          "takes a part of \(shape.count.counted("axis", "axes")), where it needs two")
      }
      let rows = shape[shape.count - 2]
      try Self.requireHeld([rows, columns])
      let reach = max(-rows, min(columns, diagonal))
      return (0..<rows).flatMap { row in
        (0..<columns).map { ($0 - row >= reach) == isUpper || $0 - row == reach ? 1 : 0 }
      }
    }
    switch source {
    case .missing(let gap): return .missing(gap)
    case .integers(let constant):
      let held = try mask(constant.shape)
      guard let integers = constant.integers else {
        throw ONNXRefusal.reason("takes a part of what holds no integers")
      }
      let kept = integers.indices.map { integers[$0] * held[$0 % held.count] }
      return .integers(
        ONNXConstant(integers: kept, shape: constant.shape, type: constant.type))
    case .real(let data):
      let held = try mask(data.shape)
      let shape = Shape(Array(data.shape.suffix(2)))
      let ones = ONNXData(Tensor(shape: shape, elements: held.map(Float.init)))
      return .real(try masked(data, by: ones))
    }
  }

  /// Ones on a diagonal of a matrix as large as the input, whose numbers do not matter.
  mutating func diagonal(_ node: ONNXNode) throws -> ONNXValue {
    let shape: [Int]
    var type = ONNXType.float
    switch try value(node, 0) {
    case .missing(let gap): return .missing(gap)
    case .integers(let constant): (shape, type) = (constant.shape, constant.type)
    case .real(let data): shape = data.shape
    }
    guard shape.count == 2 else {
      throw ONNXRefusal.reason("makes a matrix of \(shape.count.counted("axis", "axes"))")
    }
    if node.attributes["dtype"] != nil {
      type = ONNXType(rawValue: node.integer("dtype", 1)) ?? .float
    }
    try Self.requireHeld(shape)
    let offset = node.integer("k", 0)
    let ones = (0..<shape[0]).flatMap { row in
      (0..<shape[1]).map { $0 - row == offset ? 1 : 0 }
    }
    guard type.isReal else {
      return .integers(ONNXConstant(integers: ones, shape: shape, type: type))
    }
    return .real(ONNXData(Tensor(shape: Shape(shape), elements: ones.map(Float.init))))
  }
}
