// The rule of recurrent layers: they are unrolled, a step of all pictures' rows after the other.

extension ONNXOperators {
  static let recurrent: [String: Rule] = [
    "LSTM": { try $0.longShortTermMemory($1) },
    "GRU": { try $0.gatedRecurrence($1) },
  ]
}

extension ONNXLowering {
  /// Steps, cells and directions that are unrolled at most.
  static let mostSteps = 4096

  /// Hochreiter and Schmidhuber 1997, with forget gates: rows X (steps, rows, inputs) to Y (steps,
  /// directions, rows, cells) and the last output and state, (directions, rows, cells) each.
  mutating func longShortTermMemory(_ node: ONNXNode) throws -> [ONNXValue] {
    guard !node.has(7), node.integer("input_forget", 0) == 0 else {
      throw ONNXRefusal.reason("has peepholes or coupled gates, which are not known")
    }
    let given = try recurrence(node, gates: 4)
    let (input, cells) = (given.input, given.cells)
    var outputs: [ONNXData] = []
    var last: [MemoryCell] = []
    for direction in 0..<given.directions {
      let layer = MemoryLayer(
        input: row(given.weights, direction), recurrent: row(given.recurrent, direction),
        bias: given.bias.map { bias in
          // One for what comes in, one for what comes back.
          let both = row(bias, direction).tensor.elements
          return Parameter(
            tensor: Tensor(
              shape: [4 * cells],
              elements: (0..<4 * cells).map { both[$0] + both[4 * cells + $0] }),
            weight: bias.weight)
        })
      let start = MemoryCell(
        output: try state(node, 5, direction, given.isBatchFirst),
        state: try state(node, 6, direction, given.isBatchFirst))
      let (rows, end) = try unrolled(
        layer, input, from: start, backwards: given.isBackwards(direction))
      outputs.append(rows)
      last.append(end)
    }
    let rows = input.shape[1]
    return try results(
      outputs, given,
      ends: [
        last.map { $0.output ?? zeros(rows, cells) }, last.map { $0.state ?? zeros(rows, cells) },
      ])
  }

  /// What recurrent layers of all kinds have: what comes in, (steps, rows, inputs), and weights with `gates`
  /// rows for each cell.
  struct Recurrence {
    let input: ONNXData
    let isBatchFirst: Bool
    let way: String
    let weights: Parameter
    let recurrent: Parameter
    let bias: Parameter?

    var directions: Int { way == "bidirectional" ? 2 : 1 }
    var cells: Int { recurrent.tensor.shape[2] }

    func isBackwards(_ direction: Int) -> Bool { way == "reverse" || direction == 1 }
  }

  mutating func recurrence(_ node: ONNXNode, gates: Int) throws -> Recurrence {
    var input = try real(node, 0)
    guard input.rank == 3, !node.has(4), node.attributes["clip"] == nil,
      node.attributes["activations"] == nil
    else { throw ONNXRefusal.reason("has lengths or functions that are not known") }
    let isBatchFirst = node.integer("layout", 0) == 1
    if isBatchFirst { input = renamed(input, [1, 0, 2]) }
    guard let weights = try parameter(node, 1), let recurrent = try parameter(node, 2),
      recurrent.tensor.shape.rank == 3
    else { throw ONNXRefusal.reason("has weights that are not known") }
    let given = Recurrence(
      input: input, isBatchFirst: isBatchFirst, way: node.text("direction") ?? "forward",
      weights: weights, recurrent: recurrent, bias: try parameter(node, 3))
    let (directions, cells) = (given.directions, given.cells)
    guard cells > 0, input.count > 0, input.shape[0] * directions <= Self.mostSteps,
      weights.tensor.shape == [directions, gates * cells, input.shape[2]],
      recurrent.tensor.shape == [directions, gates * cells, cells],
      given.bias.map({ $0.tensor.shape == [directions, 2 * gates * cells] }) ?? true
    else { throw ONNXRefusal.reason("has weights that do not fit \(Shape(input.shape))") }
    return given
  }

  /// The outputs of all steps, (steps, directions, rows, cells), and each of the `ends`, (directions, rows,
  /// cells), from those of the directions.
  mutating func results(
    _ outputs: [ONNXData], _ given: Recurrence, ends: [[ONNXData]]
  ) throws -> [ONNXValue] {
    let (steps, rows) = (given.input.shape[0], given.input.shape[1])
    let output = try joined(
      outputs.map { try reshaped($0, to: [steps, 1, rows, given.cells]) }, 1)
    let last = try ends.map { try joined($0, 0) }
    guard given.isBatchFirst else { return [.real(output)] + last.map { .real($0) } }
    return [.real(renamed(output, [2, 0, 1, 3]))] + last.map { .real(renamed($0, [1, 0, 2])) }
  }

  /// The weights of one direction: of the gates in, out and forget, and of what is remembered.
  private struct MemoryLayer {
    let input: Parameter
    let recurrent: Parameter
    let bias: Parameter?

    var cells: Int { recurrent.tensor.shape[1] }
  }

  /// What goes from one step to the next, (1, rows, cells) each; nil: zeros.
  private struct MemoryCell {
    var output: ONNXData?
    var state: ONNXData?
  }

  func zeros(_ rows: Int, _ cells: Int) -> ONNXData {
    ONNXData(
      Tensor(
        shape: [1, rows, cells], elements: [Float](repeating: 0, count: rows * cells)))
  }

  /// Row `index` of an array of one axis more.
  func row(_ parameter: Parameter, _ index: Int) -> Parameter {
    let shape = Shape(Array(parameter.tensor.shape.extents.dropFirst()))
    return Parameter(
      tensor: Tensor(
        shape: shape,
        elements: Array(parameter.tensor.elements[index * shape.count..<(index + 1) * shape.count])),
      weight: parameter.weight)
  }

  /// The state that is given to begin with; nil: zeros.
  mutating func state(
    _ node: ONNXNode, _ index: Int, _ direction: Int, _ isBatchFirst: Bool
  ) throws -> ONNXData? {
    guard node.has(index) else { return nil }
    var data = try real(node, index)
    guard data.rank == 3 else { throw ONNXRefusal.reason("begins with a state that does not fit") }
    if isBatchFirst { data = renamed(data, [1, 0, 2]) }
    if let known = try tensor(data), known.elements.allSatisfy({ $0 == 0 }) { return nil }
    return try selected(data, [0: [Int32(direction)]], summary: "state")
  }

  private mutating func unrolled(
    _ layer: MemoryLayer, _ input: ONNXData, from start: MemoryCell, backwards: Bool
  ) throws -> (ONNXData, MemoryCell) {
    let cells = layer.cells
    let all = try linear(input, weight: layer.input, bias: layer.bias)
    func part(_ index: Int) -> [Int32] { (index * cells..<(index + 1) * cells).map(Int32.init) }
    var cell = start
    var rows = [ONNXData?](repeating: nil, count: input.shape[0])
    let order = Array(rows.indices)
    for step in backwards ? order.reversed() : order {
      var sums = try selected(all, [0: [Int32(step)]], summary: "step")
      if let before = cell.output {
        let back = try linear(before, weight: layer.recurrent, bias: nil)
        sums = try pair(.add, sums, back)
      }
      let gates = try apply(
        .sigmoid, to: selected(sums, [2: part(0) + part(1) + part(2)], summary: "gates"))
      let news = try apply(.tanh, to: selected(sums, [2: part(3)], summary: "news"))
      var state = try pair(.multiply, selected(gates, [2: part(0)], summary: "in"), news)
      if let before = cell.state {
        let kept = try pair(
          .multiply, selected(gates, [2: part(2)], summary: "keep"), before)
        state = try pair(.add, kept, state)
      }
      let shown = try pair(
        .multiply, selected(gates, [2: part(1)], summary: "out"), apply(.tanh, to: state))
      cell = MemoryCell(output: shown, state: state)
      rows[step] = shown
    }
    return (try joined(rows.compactMap { $0 }, 0), cell)
  }
}
