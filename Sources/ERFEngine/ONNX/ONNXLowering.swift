/// Turns the nodes of an ONNX graph into operators of the engine, one after the other, for inputs of one
/// size.
///
/// Shapes are known from the input on, so what depends on shapes and constants alone is computed at
/// once, by the same operators. A node that cannot be taken over leaves a gap: only what depends on it
/// is lost.
struct ONNXLowering {
  /// An operator with its numbers.
  struct Node: Sendable {
    var op: any Operator
    var inputs: [Int]
    var parameters: [Parameter]
    /// The ONNX node that asked for it.
    var source: Int
  }

  struct Parameter: Sendable {
    var tensor: Tensor
    /// The initializer that it is, or was made of.
    var weight: String?
  }

  let model: ONNXModel
  let workers = Workers()
  private(set) var nodes: [Node] = []
  /// The shape of every value in memory; value 0 is the input, node i makes value i + 1.
  private(set) var shapes: [Shape]
  /// How ONNX counts the axes of every value.
  private(set) var layouts: [ONNXData]
  private(set) var values: [String: ONNXValue] = [:]
  /// The ONNX node that is being lowered, and its number.
  private var current = ONNXNode()
  private var number = -1
  /// The factors of products of matrices, as they were before their axes were brought in order.
  private var factors: [Int: (left: ONNXData, right: ONNXData)] = [:]
  /// Elements of all constants that were computed.
  private var constantElements = 0
  /// What was taken for something simpler than it is, for people.
  private(set) var notes: [String] = []
  /// Nodes whose constants hold for one input size alone, as exporters write them, and their numbers.
  private(set) var sizeBound: [String] = []
  private(set) var boundNumbers: Set<Int> = []
  /// What could not be taken over, in order, and its unknown operators.
  private(set) var firstGap: ONNXGap?
  private(set) var unknownOperators: [String] = []
  /// Numbers of the ONNX nodes whose results are lost.
  private(set) var lostNumbers: Set<Int> = []

  /// Elements that a value may have: more is an attack or an accident.
  static let mostElements = 1 << 30
  static let mostConstants = 1 << 26
  static let mostConstantsTogether = 1 << 30

  /// - Parameter given: what the graph's inputs are; one of them may be the value 0, of shape `input`.
  init(_ model: ONNXModel, given: [String: ONNXValue], input: Shape = []) {
    self.model = model
    shapes = [input]
    layouts = given.values.compactMap { value in
      if case .real(let data) = value, !data.isConstant { data } else { nil }
    }
    values = given
  }

  // MARK: The walk

  /// Takes over `nodes`, which are in an order in which they can be computed.
  ///
  /// - Throws: `ONNXError` for weights that cannot be read and nodes that mean nothing, `FileError`,
  ///   `CheckpointError`, `CancellationError`.
  mutating func run(_ nodes: [ONNXNode], _ cancellation: Cancellation) throws {
    for (index, node) in nodes.enumerated() {
      try cancellation.check()
      number = index
      try lower(node)
    }
  }

  private mutating func lower(_ node: ONNXNode) throws {
    current = node
    var outputs: [ONNXValue]
    do {
      outputs = try lowered(node)
    } catch let refusal as ONNXRefusal {
      // All else is nothing that could be left out: a file that lacks weights, or is none at all.
      let gap = refusal.gap(node)
      outputs = [.missing(gap)]
      if firstGap == nil { firstGap = gap }
      if let name = gap.unknown, !unknownOperators.contains(name) { unknownOperators.append(name) }
    }
    if case .missing? = outputs.first { lostNumbers.insert(number) }
    for (index, name) in node.outputs.enumerated() where !name.isEmpty {
      let gap = ONNXGap(
        node: node.title, unknown: nil, reason: "its output \(index + 1) is not computed here")
      let first: ONNXValue = outputs.first ?? .missing(gap)
      if index < outputs.count {
        values[name] = outputs[index]
      } else if case .missing = first {
        values[name] = first
      } else {
        values[name] = .missing(gap)
      }
    }
  }

  private mutating func lowered(_ node: ONNXNode) throws -> [ONNXValue] {
    for input in node.inputs where !input.isEmpty {
      if case .missing(let gap) = try value(input) { return [.missing(gap)] }
    }
    guard node.domain.isEmpty || ONNXOperators.foreign.contains(node.domain) else {
      throw ONNXRefusal.unknown("\(node.domain).\(node.operation)")
    }
    if node.domain.isEmpty { try node.requireSettings() }
    if node.operation == "If" { return try branch(node) }
    if let integers = try integers(node) { return integers }
    guard let rule = ONNXOperators.rules[node.operation] else {
      throw ONNXRefusal.unknown(node.operation)
    }
    return try rule(&self, node)
  }

  /// A choice that is known: the nodes of the graph chosen, which may read all values around them.
  private mutating func branch(_ node: ONNXNode) throws -> [ONNXValue] {
    guard let choice = try integers(node, 0)?.first,
      case .graph(let graph)? = node.attributes[choice != 0 ? "then_branch" : "else_branch"]
    else { throw ONNXRefusal.reason("chooses by what is in the picture") }
    for (name, tensor) in graph.initializers.sorted(by: { $0.key < $1.key }) {
      values[name] = ONNXValue(try constant(tensor), weight: name)
    }
    for inner in graph.nodes { try lower(inner) }
    current = node
    return try graph.outputs.map { try value($0.name) }
  }

  // MARK: Values

  /// What is known of the value `name`: initializers are read when they are first asked for.
  mutating func value(_ name: String) throws -> ONNXValue {
    if let known = values[name] { return known }
    guard let tensor = model.graph.initializers[name] else {
      let isInput = model.graph.inputs.contains { $0.name == name }
      throw ONNXRefusal.reason(
        isInput
          ? "reads a second input, \(name): only networks with a single input can be shown"
          : model.graph.circular.contains(name)
            ? "reads \(name), which is made from its own result (a cycle)"
            : "reads \(name), which nothing before it makes")
    }
    let value = ONNXValue(try constant(tensor), weight: name)
    values[name] = value
    return value
  }

  /// The elements of a tensor of the file; texts and complex numbers are a gap.
  func constant(_ tensor: ONNXTensor) throws -> ONNXConstant {
    guard tensor.type.element?.isReal == true else {
      throw ONNXRefusal.reason("reads elements of type \(tensor.type), which are not real numbers")
    }
    return try model.constant(tensor)
  }

  /// The number of the value `name`, where the network computes it.
  func computed(_ name: String) -> Int? {
    if case .real(let data)? = values[name], case .value(let value) = data.place {
      value
    } else {
      nil
    }
  }

  /// The value `name` under the axes that the file has for it: transpositions move nothing in memory.
  func data(_ name: String) -> ONNXData? {
    if case .real(let data)? = values[name] { data } else { nil }
  }

  /// What keeps the value `name` from being computed; nil: nothing, or there is no such value.
  func gap(of name: String) -> ONNXGap? {
    if case .missing(let gap)? = values[name] { gap } else { nil }
  }

  /// Whether the file has a value of this name.
  func isKnown(_ name: String) -> Bool {
    values[name] != nil || model.graph.initializers[name] != nil
  }

  /// Whether the value `name` is the same for all pictures.
  func isConstant(_ name: String) -> Bool {
    switch values[name] {
    case .real(let data): data.isConstant
    case .integers: true
    case .missing: false
    case nil: model.graph.initializers[name] != nil
    }
  }

  /// The numbers of all values of the file: what lies between them is what its operators are made of here.
  var named: Set<Int> { Set(values.keys.compactMap(computed)) }

  mutating func define(_ name: String, _ value: ONNXValue) { values[name] = value }

  mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  /// Tells that the node's constants were made for one input size.
  mutating func bindSize() {
    let title = current.title
    if sizeBound.last != title { sizeBound.append(title) }
    boundNumbers.insert(number)
  }

  // MARK: Emitting

  /// The output of `op` over `inputs`, whose axes lie in memory as `order` says; computed at once where
  /// all inputs are constants.
  mutating func emit(
    _ op: any Operator, _ inputs: [ONNXData], _ parameters: [Parameter] = [], order: [Int]
  ) throws -> ONNXData {
    let memory: Shape
    do {
      memory = try op.outputShape(of: inputs.map(\.memory))
    } catch {
      throw ONNXRefusal.reason("does not fit its input: \(error.explanation)")
    }
    guard memory.rank == order.count else {
      throw ONNXRefusal.reason("has an output of shape \(memory)")
    }
    let count = memory.extents.reduce((1, false)) { product, extent in
      let (next, overflow) = product.0.multipliedReportingOverflow(by: max(1, extent))
      return (next, product.1 || overflow)
    }
    guard !count.1, count.0 <= Self.mostElements else {
      throw ONNXRefusal.reason("has an output of \(memory) elements, more than can be held")
    }
    var shape = order
    for (position, axis) in order.enumerated() { shape[axis] = memory[position] }
    let constants = inputs.compactMap { input -> Tensor? in
      if case .constant(let tensor) = input.place { tensor } else { nil }
    }
    if constants.count == inputs.count, !inputs.isEmpty {
      constantElements += count.0
      guard count.0 <= Self.mostConstants, constantElements <= Self.mostConstantsTogether else {
        throw ONNXRefusal.reason("makes a constant of \(memory) elements, more than can be held")
      }
      let (output, _) = op.forward(
        constants, parameters: Parameters(parameters.map(\.tensor)), keep: .nothing,
        workers: workers)
      return ONNXData(
        .constant(output), shape: shape, order: order,
        weight: inputs.count == 1 ? inputs[0].weight : nil)
    }
    let sources = try inputs.map { input -> Int in
      guard case .value(let value) = input.place else {
        throw ONNXRefusal.reason("takes a constant where only computed values are taken")
      }
      return value
    }
    nodes.append(Node(op: op, inputs: sources, parameters: parameters, source: number))
    shapes.append(memory)
    layouts.append(ONNXData(.value(nodes.count), shape: shape, order: order))
    return layouts[nodes.count]
  }

  /// Remembers what a product of matrices is made of.
  mutating func keepFactors(of product: ONNXData, _ left: ONNXData, _ right: ONNXData) {
    if case .value(let value) = product.place { factors[value] = (left, right) }
  }

  func factors(of value: Int) -> (left: ONNXData, right: ONNXData)? { factors[value] }

  /// The last value that each ONNX node makes, by the node's number.
  var ends: [Int: Int] {
    var ends: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() { ends[node.source] = index + 1 }
    return ends
  }

  /// The operator that makes a value, and what it reads; nil: the input.
  func maker(_ value: Int) -> Node? { value > 0 ? nodes[value - 1] : nil }

  /// The operator that makes a value, and what it reads; nil: the input or a constant.
  func maker(of data: ONNXData) -> Node? {
    guard case .value(let value) = data.place, value > 0 else { return nil }
    return nodes[value - 1]
  }

  // MARK: Axes

  /// The same value with its axes in memory in the order `order`.
  mutating func arranged(_ data: ONNXData, _ order: [Int]) throws -> ONNXData {
    if data.order == order { return data }
    let moved = order.filter { data.shape[$0] != 1 } != data.order.filter { data.shape[$0] != 1 }
    if moved {
      return try emit(Permutation(axes: order.map(data.position)), [data], order: order)
    }
    // Only axes without extent change their places.
    return try emit(Reshape(to: Shape(order.map { data.shape[$0] })), [data], order: order)
  }

  mutating func inOrder(_ data: ONNXData) throws -> ONNXData {
    try arranged(data, Array(0..<data.rank))
  }

  /// The elements of a constant in ONNX's order of axes; nil: no constant.
  mutating func tensor(_ data: ONNXData) throws -> Tensor? {
    guard data.isConstant, case .constant(let tensor) = try inOrder(data).place else { return nil }
    return tensor
  }

  /// The same elements, counted in ONNX's order of axes, under another shape.
  mutating func reshaped(_ data: ONNXData, to shape: [Int]) throws -> ONNXData {
    guard shape.reduce(1, *) == data.count else {
      throw ONNXRefusal.reason("makes \(Shape(shape)) of \(Shape(data.shape))")
    }
    if data.shape == shape { return data }
    if let order = ONNXAxes.order(of: data, under: shape) {
      let memory = Shape(order.map { shape[$0] })
      // What gets a shape back that it had is what it was.
      if let value = unpacked(data, as: memory) {
        return ONNXData(.value(value), shape: shape, order: order)
      }
      return try emit(Reshape(to: memory), [data], order: order)
    }
    if let map = try shuffled(data, to: shape) { return map }
    return try emit(Reshape(to: Shape(shape)), [inOrder(data)], order: Array(shape.indices))
  }

  /// The same value with ones in front of its extents, as broadcasting puts them there.
  mutating func padded(_ data: ONNXData, to rank: Int) throws -> ONNXData {
    guard data.rank < rank else { return data }
    return try reshaped(
      data, to: [Int](repeating: 1, count: rank - data.rank) + data.shape)
  }
}

/// Why a node is not taken over.
enum ONNXRefusal: Error {
  case unknown(String)
  case reason(String)

  fileprivate func gap(_ node: ONNXNode) -> ONNXGap {
    switch self {
    case .unknown(let name): ONNXGap(node: node.title, unknown: name, reason: "is not known")
    case .reason(let reason): ONNXGap(node: node.title, unknown: nil, reason: reason)
    }
  }
}

/// Where axes lie after a change of shape.
enum ONNXAxes {
  /// The order in memory of the axes of `shape`, under which the elements of `data` need not move; nil:
  /// they must.
  static func order(of data: ONNXData, under shape: [Int]) -> [Int]? {
    guard data.count > 0 else { return nil }
    let old = data.shape.indices.filter { data.shape[$0] != 1 }
    let new = shape.indices.filter { shape[$0] != 1 }
    // Axes, old and new, that hold the same elements.
    var groups: [(old: [Int], new: [Int])] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      var group: (old: [Int], new: [Int]) = ([], [])
      var (left, right) = (1, 1)
      repeat {
        if left <= right, i < old.count {
          left *= data.shape[old[i]]
          group.old.append(old[i])
          i += 1
        } else if j < new.count {
          right *= shape[new[j]]
          group.new.append(new[j])
          j += 1
        } else {
          return nil
        }
      } while left != right
      groups.append(group)
    }
    let lying = data.order.filter { data.shape[$0] != 1 }
    var order: [Int] = []
    var place = 0
    while place < lying.count {
      guard let group = groups.first(where: { $0.old.first == lying[place] }),
        Array(lying[place...].prefix(group.old.count)) == group.old
      else { return nil }
      order += group.new
      place += group.old.count
    }
    return shape.indices.filter { shape[$0] == 1 } + order
  }
}
