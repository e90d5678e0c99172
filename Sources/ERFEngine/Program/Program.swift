/// What runs: a blueprint with the parameters of each node.
///
/// A value. The parameters are shared with other programs over the same weights, and with them the
/// layouts that kernels make of them.
struct Program: Sendable {
  private(set) var blueprint: Blueprint
  /// By node.
  private(set) var parameters: [Parameters]

  init(_ blueprint: Blueprint, parameters: [Parameters]) {
    precondition(parameters.count == blueprint.nodes.count)
    self.blueprint = blueprint
    self.parameters = parameters
  }

  /// Evaluates the parameters of all nodes, in the order of computation.
  ///
  /// - Throws: what `loader` throws, `CancellationError`.
  init(_ blueprint: Blueprint, from loader: ParameterLoader) throws {
    self.init(blueprint, parameters: try blueprint.nodes.map { try loader.parameters(of: $0) })
  }

  /// The same with weights from `source`.
  init(_ blueprint: Blueprint, from source: any ParameterSource) throws {
    try self.init(blueprint, from: ParameterLoader(source))
  }

  /// Without nodes.
  static let none = Program(Blueprint(), parameters: [])

  var nodes: [Blueprint.Node] { blueprint.nodes }
  var taps: [Tap] { blueprint.taps }
  var stages: [Tap] { blueprint.stages }
  var logits: Tap? { blueprint.logits }
  func tap(_ name: String) -> Tap? { blueprint.tap(name) }

  /// The same blueprint over other parameters of node `index`.
  mutating func set(_ parameters: Parameters, of index: Int) { self.parameters[index] = parameters }

  /// The same with the products of convolutions in another precision.
  func computing(in precision: Precision) -> Program {
    precision == .float32
      ? self
      : Program(blueprint, parameters: parameters.map { Parameters($0, precision: precision) })
  }

  /// For each value a hash of the input, all layers up to it, and their parameters: programs in which
  /// it is equal compute the same value, and all before it, from the same input.
  var prefixHashes: [UInt64] {
    var hash = FNV1a()
    return [hash.value]
      + zip(nodes, parameters).map { node, parameters in
        var hasher = Hasher()
        node.op.sign(&hasher)
        hasher.combine(node.inputs)
        hash.add(word: UInt64(bitPattern: Int64(hasher.finalize())))
        hash.add(word: parameters.key)
        return hash.value
      }
  }

  /// Every parameter by the name that checkpoints give it, in the order of the network.
  var stateDictionary: [(key: String, value: Tensor)] {
    zip(nodes, parameters).flatMap { node, parameters in
      zip(node.op.parameterShapes, parameters.tensors).map {
        (key: node.scope + "." + $0.name, value: $1)
      }
    }
  }
}
