// Rules of what is composed of other operators: products by equations, attention.

extension ONNXOperators {
  static let others: [String: Rule] = [
    "Einsum": { [.real(try $0.einsum($1))] },
    "Attention": { try $0.attention($1) },
  ]
}

extension ONNXLowering {
  // MARK: Einsum

  mutating func einsum(_ node: ONNXNode) throws -> ONNXData {
    let equation = (node.text("equation") ?? "").filter { $0 != " " }
    let sides = equation.split(separator: ">", omittingEmptySubsequences: false)
    guard sides.count == 2, sides[0].hasSuffix("-"), !equation.contains(".") else {
      throw ONNXRefusal.reason("has the equation '\(equation)', which is not known")
    }
    let terms = sides[0].dropLast().split(separator: ",", omittingEmptySubsequences: false)
      .map(Array.init)
    let target = Array(sides[1])
    var operands: [(data: ONNXData, labels: [Character])] = []
    for (index, labels) in terms.enumerated() {
      let data = try real(node, index)
      guard labels.count == data.rank, Set(labels).count == labels.count else {
        throw ONNXRefusal.reason("has the equation '\(equation)', which is not known")
      }
      operands.append((data, labels))
    }
    guard var result = operands.first else { throw ONNXRefusal.reason("has no inputs") }
    for (index, next) in operands.enumerated().dropFirst() {
      let later = operands[(index + 1)...].flatMap(\.labels) + target
      result = try contracted(result, next, keeping: Set(later))
    }
    // What no output names is summed over.
    let summed = result.labels.indices.filter { !target.contains(result.labels[$0]) }
    result.data = try reduced(result.data, .sum, summed, keeps: false)
    result.labels.removeAll { !target.contains($0) }
    guard result.labels.count == target.count, Set(target).count == target.count else {
      throw ONNXRefusal.reason("has the equation '\(equation)', which is not known")
    }
    return renamed(result.data, target.map { result.labels.firstIndex(of: $0) ?? 0 })
  }

  /// One product of matrices: a label of both is a batch where it is kept, and is summed over otherwise.
  private mutating func contracted(
    _ left: (data: ONNXData, labels: [Character]), _ right: (data: ONNXData, labels: [Character]),
    keeping kept: Set<Character>
  ) throws -> (data: ONNXData, labels: [Character]) {
    func sums(_ one: [Character], _ other: [Character]) -> [Int] {
      one.indices.filter { !other.contains(one[$0]) && !kept.contains(one[$0]) }
    }
    var (left, right) = (left, right)
    let (alone, also) = (sums(left.labels, right.labels), sums(right.labels, left.labels))
    left.data = try reduced(left.data, .sum, alone, keeps: false)
    right.data = try reduced(right.data, .sum, also, keeps: false)
    left.labels = left.labels.indices.filter { !alone.contains($0) }.map { left.labels[$0] }
    right.labels = right.labels.indices.filter { !also.contains($0) }.map { right.labels[$0] }
    let shared = left.labels.filter(right.labels.contains)
    let batch = shared.filter(kept.contains)
    let inner = shared.filter { !kept.contains($0) }
    let rows = left.labels.filter { !shared.contains($0) }
    let columns = right.labels.filter { !shared.contains($0) }
    func extents(_ labels: [Character], _ side: (data: ONNXData, labels: [Character])) -> [Int] {
      labels.map { label in side.data.shape[side.labels.firstIndex(of: label) ?? 0] }
    }
    func matrix(
      _ side: (data: ONNXData, labels: [Character]), _ first: [Character], _ second: [Character]
    ) throws -> ONNXData {
      let order = batch + first + second
      let turned = renamed(side.data, order.map { side.labels.firstIndex(of: $0) ?? 0 })
      return try reshaped(
        turned,
        to: extents(batch, side) + [
          extents(first, side).reduce(1, *), extents(second, side).reduce(1, *),
        ])
    }
    let result = try product(matrix(left, rows, inner), matrix(right, inner, columns))
    return (
      try reshaped(
        result, to: extents(batch, left) + extents(rows, left) + extents(columns, right)),
      batch + rows + columns
    )
  }

  // MARK: Attention

  /// A product whose left factor is the softmax of scaled products of queries and keys, a constant added
  /// or not, as one operator; nil: it is something else.
  mutating func attention(_ weights: ONNXData, _ values: ONNXData) throws -> ONNXData? {
    guard weights.rank == 4, values.rank == 4, !values.isConstant,
      let softmax = maker(of: weights), softmax.op is Softmax,
      weights.order == [0, 1, 2, 3]
    else { return nil }
    var source = softmax.inputs[0]
    var bias: Parameter?
    if let sum = maker(source), let op = sum.op as? Arithmetic, op.function == .add,
      let constant = op.constant, constant.shape.rank <= 4
    {
      let extents = Broadcast.padded(constant.shape, 4)
      bias = sum.parameters[0]
      bias?.tensor = sum.parameters[0].tensor.reshaped(Shape(extents))
      source = sum.inputs[0]
    }
    var scale: Float = 1
    if let product = maker(source),
      case .affine(let factor, 0)? = (product.op as? Elementwise)?.function
    {
      scale = factor
      source = product.inputs[0]
    }
    guard let (left, right) = factors(of: source), left.rank == 4, right.rank == 4 else {
      return nil
    }
    let heads = [0, 2, 1, 3]
    let (query, key) = (left, renamed(right, [0, 1, 3, 2]))
    guard query.shape[0] == key.shape[0], query.shape[1] == key.shape[1],
      values.shape[0] == key.shape[0], values.shape[1] == key.shape[1],
      bias.map({ $0.tensor.shape[2] == query.shape[2] && $0.tensor.shape[3] == key.shape[2] })
        ?? true
    else { return nil }
    return try emit(
      Attention(scale: scale, bias: bias?.tensor.shape),
      [arranged(query, heads), arranged(key, heads), arranged(values, heads)],
      bias.map { [$0] } ?? [], order: heads)
  }

  /// Attention of operator set 23, without a memory of earlier keys.
  mutating func attention(_ node: ONNXNode) throws -> [ONNXValue] {
    guard !node.has(4), !node.has(5), node.outputs.dropFirst().allSatisfy(\.isEmpty),
      !node.has(6)
    else { throw ONNXRefusal.reason("keeps earlier keys, as language models do") }
    for name in ["left_window_size", "right_window_size"] where node.integer(name, -1) >= 0 {
      throw ONNXRefusal.reason("looks through a window (\(name)), which is not known here")
    }
    let query = try real(node, 0)
    let isFlat = query.rank == 3
    let (keys, values) = (try real(node, 1), try real(node, 2))
    guard (3...4).contains(query.rank), keys.rank == query.rank, values.rank == query.rank else {
      throw ONNXRefusal.reason("has other axes")
    }
    let heads = (
      query: isFlat ? node.integer("q_num_heads", 1) : query.shape[1],
      key: isFlat ? node.integer("kv_num_heads", 1) : keys.shape[1]
    )
    func split(_ data: ONNXData, _ heads: Int) throws -> ONNXData {
      guard isFlat else { return data }
      guard data.rank == 3, heads > 0, data.shape[2] % heads == 0 else {
        throw ONNXRefusal.reason("has \(heads.counted("head")) of \(Shape(data.shape))")
      }
      let parts = try reshaped(
        data, to: [data.shape[0], data.shape[1], heads, data.shape[2] / heads])
      return renamed(parts, [0, 2, 1, 3])
    }
    let q = try split(query, heads.query)
    var k = try split(keys, heads.key)
    var v = try split(values, heads.key)
    guard q.rank == 4, k.rank == 4, v.rank == 4 else { throw ONNXRefusal.reason("has other axes") }
    if heads.query != heads.key {
      guard heads.key > 0, heads.query % heads.key == 0 else {
        throw ONNXRefusal.reason("has \(heads.query.counted("head")) for \(heads.key)")
      }
      let each = (0..<heads.query).map { Int32($0 / (heads.query / heads.key)) }
      k = try selected(k, [1: each], summary: "repeat")
      v = try selected(v, [1: each], summary: "repeat")
    }
    let scale = node.float("scale", 1 / Float(q.shape[3]).squareRoot())
    var scores = try apply(
      .affine(scale: scale, shift: 0), to: product(q, renamed(k, [0, 1, 3, 2])))
    let cap = node.float("softcap", 0)
    if cap > 0 {
      scores = try apply(.affine(scale: 1 / cap, shift: 0), to: scores)
      scores = try apply(.affine(scale: cap, shift: 0), to: apply(.tanh, to: scores))
    }
    if let mask = try mask(node, rows: q.shape[2], columns: k.shape[2]) {
      scores = try pair(.add, scores, mask)
    }
    let mixed = try product(softmax(scores, along: 3), v)
    guard isFlat else { return [.real(mixed)] }
    let merged = renamed(mixed, [0, 2, 1, 3])
    return [
      .real(
        try reshaped(
          merged, to: [merged.shape[0], merged.shape[1], merged.shape[2] * merged.shape[3]]))
    ]
  }

  /// What is added to the scores: the mask given, and minus infinity where a row may not look.
  private mutating func mask(_ node: ONNXNode, rows: Int, columns: Int) throws -> ONNXData? {
    var mask: ONNXData?
    if node.has(3) {
      if case .integers(let allowed) = try value(node, 3), allowed.type == .bool {
        mask = ONNXData(
          Tensor(
            shape: Shape(allowed.shape),
            elements: (allowed.integers ?? []).map { $0 == 0 ? -.infinity : 0 }))
      } else {
        mask = try real(node, 3)
      }
    }
    guard node.integer("is_causal", 0) != 0 else { return mask }
    let later = ONNXData(
      Tensor(
        shape: [rows, columns],
        elements: (0..<rows * columns).map { $0 % columns > $0 / columns ? -.infinity : 0 }))
    guard let given = mask else { return later }
    return try pair(.add, given, later)
  }
}
