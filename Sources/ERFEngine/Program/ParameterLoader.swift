// From expressions to numbers, once, when a program is made.

/// Evaluates the parameters of one network.
///
/// Each slot is read once for a node and let go of behind it, so that the weights as they come are never
/// all in memory beside the ones that run. Parameters that a program holds already, here or in the
/// layout cache, are found by what they are made of and not made again.
final class ParameterLoader {
  private let source: any ParameterSource
  /// Where parameters are remembered as they come; nil: nowhere.
  private let memory: ParameterMemory.Shelf?
  private let layouts: LayoutCache?
  private let workers: Workers
  private let check: () throws -> Void

  private var digests: [Slot: ParameterDigest] = [:]
  private var made: [[ParameterExpression]: Parameters] = [:]

  /// - Parameter check: called before every parameter; what it throws ends the loading.
  init(
    _ source: any ParameterSource, memory: ParameterMemory.Shelf? = nil,
    layouts: LayoutCache? = nil, workers: Workers = Workers(),
    check: @escaping () throws -> Void = {}
  ) {
    self.source = source
    self.memory = memory
    self.layouts = layouts
    // Half a hash would be remembered as a whole one.
    self.workers = Workers(threads: workers.threads)
    self.check = check
  }

  /// The parameters of a node; one part for each link of a chain.
  func parameters(of node: Blueprint.Node) throws -> Parameters {
    guard let chain = node.op as? PixelChain else { return try parameters(node.parameters) }
    var rest = node.parameters[...]
    return Parameters(
      parts: try chain.links.map { link in
        let count = link.op.parameterShapes.count
        defer { rest = rest.dropFirst(count) }
        return try parameters(Array(rest.prefix(count)))
      })
  }

  /// The value of one expression.
  func value(_ expression: ParameterExpression) throws -> Tensor {
    var scope = Scope()
    return try value(expression, &scope)
  }

  /// Hash of the float32 bits of all parameters of `blueprint`, in the order of the network, mixed in as
  /// if they were whole.
  func hash(of blueprint: Blueprint) throws -> FNV1a {
    var hash = FNV1a()
    for node in blueprint.nodes {
      for expression in node.parameters {
        for word in try digest(expression).words { hash.add(word: word) }
      }
    }
    return hash
  }

  /// What is known while one node's parameters are made.
  private struct Scope {
    var values: [ParameterExpression: Tensor] = [:]
  }

  private func parameters(_ expressions: [ParameterExpression]) throws -> Parameters {
    guard !expressions.isEmpty else { return .none }
    if let known = made[expressions] { return known }
    try check()
    var scope = Scope()
    var hash = FNV1a()
    for expression in expressions { hash.add(word: try key(of: expression, &scope)) }
    let found = layouts?.parameters(hash.value)
    let parameters =
      try found ?? Parameters(try expressions.map { try value($0, &scope) }, key: hash.value)
    if found == nil { layouts?.keep(parameters) }
    made[expressions] = parameters
    return parameters
  }

  /// Equal for what is made alike of equal numbers, within this process.
  private func key(of expression: ParameterExpression, _ scope: inout Scope) throws -> UInt64 {
    var hash = FNV1a()
    for extent in expression.shape.extents { hash.add(word: UInt64(extent)) }
    switch expression {
    case .slot(let slot):
      hash.add(word: try digest(slot, &scope).hash)
    case .fresh, .constant:
      hash.add(word: UInt64(bitPattern: Int64(expression.hashValue)))
    case .derived(let derivation, let sources):
      hash.add(word: UInt64(bitPattern: Int64(derivation.hashValue)))
      for source in sources { hash.add(word: try key(of: source, &scope)) }
    }
    return hash.value
  }

  private func digest(_ slot: Slot, _ scope: inout Scope) throws -> ParameterDigest {
    if let known = digests[slot] ?? memory?.digest(slot) { return known }
    let digest = ParameterDigest(try value(.slot(slot), &scope), workers: workers)
    digests[slot] = digest
    memory?.keep(digest, of: slot)
    return digest
  }

  private func digest(_ expression: ParameterExpression) throws -> ParameterDigest {
    var scope = Scope()
    if case .slot(let slot) = expression { return try digest(slot, &scope) }
    return ParameterDigest(try value(expression, &scope), workers: workers)
  }

  private func value(
    _ expression: ParameterExpression, _ scope: inout Scope
  ) throws -> Tensor {
    if let known = scope.values[expression] { return known }
    let value: Tensor
    switch expression {
    case .slot(let slot):
      if let known = memory?.tensor(slot) {
        value = known
      } else {
        try check()
        value = try source.parameter(slot)
        memory?.keep(value, of: slot)
      }
    case .fresh(let slot, let seed): value = RandomParameters(seed: seed).parameter(slot)
    case .constant(let constant): return constant.tensor
    case .derived(let derivation, let sources):
      value = derivation.value(of: try sources.map { try self.value($0, &scope) })
    }
    scope.values[expression] = value
    return value
  }
}
