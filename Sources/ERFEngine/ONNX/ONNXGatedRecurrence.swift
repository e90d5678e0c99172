// The rule of gated recurrent units, unrolled as LSTMs are.

extension ONNXLowering {
  /// Cho et al. 2014: rows X (steps, rows, inputs) to Y (steps, directions, rows, cells) and the last state
  /// (directions, rows, cells).
  mutating func gatedRecurrence(_ node: ONNXNode) throws -> [ONNXValue] {
    let given = try recurrence(node, gates: 3)
    let cells = given.cells
    var outputs: [ONNXData] = []
    var last: [ONNXData] = []
    for direction in 0..<given.directions {
      func bias(_ range: Range<Int>) -> Parameter? {
        given.bias.map { bias in
          let own = row(bias, direction)
          return Parameter(tensor: part(own.tensor, range), weight: own.weight)
        }
      }
      let layer = GatedLayer(
        input: row(given.weights, direction), recurrent: row(given.recurrent, direction),
        bias: bias(0..<3 * cells), back: bias(3 * cells..<6 * cells),
        resetsLate: node.integer("linear_before_reset", 0) != 0)
      let start = try state(node, 5, direction, given.isBatchFirst)
      let (rows, end) = try unrolled(
        layer, given.input, from: start, backwards: given.isBackwards(direction))
      outputs.append(rows)
      last.append(end)
    }
    return try results(outputs, given, ends: [last])
  }

  /// The weights of one direction: of the gates that keep and reset, and of what is new.
  private struct GatedLayer {
    let input: Parameter
    let recurrent: Parameter
    /// Of what comes in, and of what comes back.
    let bias: Parameter?
    let back: Parameter?
    /// Whether what comes back is reset behind the product with its weights.
    let resetsLate: Bool

    var cells: Int { recurrent.tensor.shape[1] }
  }

  /// Rows `range` of a matrix, or elements of a row.
  private func part(_ tensor: Tensor, _ range: Range<Int>) -> Tensor {
    let width = tensor.count / max(1, tensor.shape[0])
    return Tensor(
      shape: Shape([range.count] + tensor.shape.extents.dropFirst()),
      elements: Array(tensor.elements[range.lowerBound * width..<range.upperBound * width]))
  }

  private mutating func unrolled(
    _ layer: GatedLayer, _ input: ONNXData, from start: ONNXData?, backwards: Bool
  ) throws -> (ONNXData, ONNXData) {
    let cells = layer.cells
    let (gates, news) = (0..<2 * cells, 2 * cells..<3 * cells)
    func taken(_ parameter: Parameter?, _ range: Range<Int>) -> Parameter? {
      parameter.map { Parameter(tensor: part($0.tensor, range), weight: $0.weight) }
    }
    func indices(_ range: Range<Int>) -> [Int32] { range.map(Int32.init) }
    let all = try linear(input, weight: layer.input, bias: layer.bias)
    var state = start ?? zeros(input.shape[1], cells)
    var rows = [ONNXData?](repeating: nil, count: input.shape[0])
    let order = Array(rows.indices)
    for step in backwards ? order.reversed() : order {
      let sums = try selected(all, [0: [Int32(step)]], summary: "step")
      func back(_ data: ONNXData, _ range: Range<Int>) throws -> ONNXData {
        guard let weight = taken(layer.recurrent, range) else { throw ONNXRefusal.reason("") }
        return try linear(data, weight: weight, bias: taken(layer.back, range))
      }
      let both = try apply(
        .sigmoid,
        to: pair(.add, selected(sums, [2: indices(gates)], summary: "gates"), back(state, gates)))
      let keep = try selected(both, [2: indices(0..<cells)], summary: "keep")
      let reset = try selected(both, [2: indices(cells..<2 * cells)], summary: "reset")
      let old =
        layer.resetsLate
        ? try pair(.multiply, reset, back(state, news))
        : try back(pair(.multiply, reset, state), news)
      let fresh = try apply(
        .tanh, to: pair(.add, selected(sums, [2: indices(news)], summary: "news"), old))
      let rest = try apply(.affine(scale: -1, shift: 1), to: keep)
      state = try pair(
        .add, pair(.multiply, rest, fresh), pair(.multiply, keep, state))
      rows[step] = state
    }
    return (try joined(rows.compactMap { $0 }, 0), state)
  }
}
