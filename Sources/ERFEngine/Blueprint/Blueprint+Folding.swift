/// The passes that turn a blueprint as the official code writes it (batch norms, parallel branches)
/// into what runs (convolutions with bias), computing the same function.
extension Blueprint {
  /// Every batch norm folded into a neighbour where that is exact, or else an affine, and parallel
  /// depth-wise branches merged into one kernel (structural re-parameterization, the paper's
  /// guideline 3).
  func inferenceForm() -> Blueprint {
    foldingNormsIntoProducers().mergingParallelKernels().foldingNormsIntoProducers()
      .movingNormsBehindPooling()
      .foldingNormsIntoConsumers().dropping { $0 is StochasticDepth }.loweringNorms()
      .droppingDeadNodes()
  }

  /// conv -> BN becomes conv + bias, where nothing else reads the convolution and `isMeant` says so of
  /// the norm's node.
  func foldingNormsIntoProducers(_ isMeant: (Int) -> Bool = { _ in true }) -> Blueprint {
    let uses = useCounts
    let tapped = Set(taps.map(\.value))
    return rewritten { index, node, copy in
      guard isMeant(index), let norm = node.affine,
        let source = Blueprint.node(of: node.inputs[0]),
        uses[node.inputs[0]] == 1, !tapped.contains(node.inputs[0]),
        let producer = nodes[source].op as? any FoldingOperator,
        let folded = producer.scaledOutput(nodes[source].parameters, by: norm)
      else { return nil }
      var replacement = nodes[source]
      replacement.op = folded.op
      replacement.parameters = folded.parameters
      replacement.mergedScope = node.mergedScope
      replacement.inputs = replacement.inputs.map { copy.renamed($0) }
      return replacement
    }.droppingDeadNodes()
  }

  /// BN -> 1x1 convolution or linear layer becomes one layer: exact without padding. The batch norm
  /// stays for whoever else reads it.
  func foldingNormsIntoConsumers() -> Blueprint {
    rewritten { _, node, copy in
      guard node.inputs.count == 1, let source = Blueprint.node(of: node.inputs[0]),
        let norm = nodes[source].affine, let consumer = node.op as? any FoldingOperator,
        let folded = consumer.scaledInput(node.parameters, by: norm)
      else { return nil }
      var replacement = node
      replacement.op = folded.op
      replacement.parameters = folded.parameters
      replacement.inputs = [copy.renamed(nodes[source].inputs[0])]
      return replacement
    }
  }

  /// The mean of a normalised map is the normalised mean: BN -> pool becomes pool -> BN, where
  /// nothing else reads the batch norm.
  func movingNormsBehindPooling() -> Blueprint {
    let uses = useCounts
    let tapped = Set(taps.map(\.value))
    var moved = self
    for (index, node) in nodes.enumerated() where node.op is GlobalAveragePool {
      guard let source = Blueprint.node(of: node.inputs[0]), source == index - 1,
        nodes[source].affine != nil, uses[node.inputs[0]] == 1,
        !tapped.contains(node.inputs[0])
      else { continue }
      moved.nodes[source] = node
      moved.nodes[source].inputs = nodes[source].inputs
      moved.nodes[index] = nodes[source]
      moved.nodes[index].inputs = [Blueprint.value(of: source)]
    }
    return moved
  }

  /// Batch norms that no neighbour could take in, as affines.
  private func loweringNorms() -> Blueprint {
    var lowered = self
    for (index, node) in nodes.enumerated() {
      guard let norm = node.op as? BatchNorm, let affine = node.affine else { continue }
      lowered.nodes[index].op = Affine(channels: norm.channels)
      lowered.nodes[index].parameters = [affine.scale] + (affine.shift.map { [$0] } ?? [])
    }
    return lowered
  }

  /// The same without the operators of one input that `isLeftOut` picks; their readers read that.
  func dropping(_ isLeftOut: (any Operator) -> Bool) -> Blueprint {
    var rewrite = Rewrite(original: self)
    for (index, node) in nodes.enumerated() {
      if isLeftOut(node.op) {
        rewrite.skip(index)
      } else {
        rewrite.append(node, for: index, renaming: true)
      }
    }
    return rewrite.finished()
  }

  /// Two depth-wise branches over one input, added, become one kernel: the smaller is zero-padded.
  func mergingParallelKernels() -> Blueprint {
    let uses = useCounts
    return rewritten { _, node, copy in
      guard node.op is Add, node.inputs.allSatisfy({ uses[$0] == 1 }),
        let left = Blueprint.node(of: node.inputs[0]),
        let right = Blueprint.node(of: node.inputs[1]),
        nodes[left].inputs == nodes[right].inputs,
        let merged = nodes[left].merged(with: nodes[right])
      else { return nil }
      var replacement = node
      replacement.op = merged.op
      replacement.parameters = merged.parameters
      replacement.inputs = nodes[left].inputs.map { copy.renamed($0) }
      return replacement
    }.droppingDeadNodes()
  }

  /// Without the nodes that neither a tap nor another node needs.
  func droppingDeadNodes() -> Blueprint {
    var alive = [Bool](repeating: false, count: nodes.count + 1)
    for tap in taps { alive[tap.value] = true }
    if taps.isEmpty { alive[nodes.count] = true }
    for index in nodes.indices.reversed() where alive[Blueprint.value(of: index)] {
      for input in nodes[index].inputs { alive[input] = true }
    }
    var rewrite = Rewrite(original: self)
    for (index, node) in nodes.enumerated() where alive[Blueprint.value(of: index)] {
      rewrite.append(node, for: index, renaming: true)
    }
    return rewrite.finished()
  }

  /// Walks the nodes in order; `replace` may give another node (inputs already renamed) for one.
  func rewritten(_ replace: (Int, Node, Rewrite) -> Node?) -> Blueprint {
    var rewrite = Rewrite(original: self)
    for (index, node) in nodes.enumerated() {
      if let replacement = replace(index, node, rewrite) {
        rewrite.append(replacement, for: index, renaming: false)
      } else {
        rewrite.append(node, for: index, renaming: true)
      }
    }
    return rewrite.finished()
  }

  /// A blueprint being copied, and where the old values went.
  struct Rewrite {
    let original: Blueprint
    private var nodes: [Node] = []
    private var names: [Int: Int] = [0: 0]

    init(original: Blueprint) { self.original = original }

    func renamed(_ value: Int) -> Int {
      guard let name = names[value] else { preconditionFailure("nodes are in order") }
      return name
    }

    mutating func append(_ node: Node, for index: Int, renaming: Bool) {
      var node = node
      if renaming { node.inputs = node.inputs.map(renamed) }
      nodes.append(node)
      names[Blueprint.value(of: index)] = nodes.count
    }

    /// A node that the original does not have, its inputs named anew; the value that it makes.
    mutating func add(_ node: Node) -> Int {
      nodes.append(node)
      return nodes.count
    }

    /// Leaves a node out; its readers read its input.
    mutating func skip(_ index: Int) {
      names[Blueprint.value(of: index)] = renamed(original.nodes[index].inputs[0])
    }

    func finished() -> Blueprint {
      var blueprint = original
      blueprint.nodes = nodes
      blueprint.taps = blueprint.taps.map { tap in
        var tap = tap
        tap.value = renamed(tap.value)
        return tap
      }
      return blueprint
    }
  }
}

extension Blueprint.Node {
  /// What a batch norm or an affine does; nil for all other operators.
  var affine: AffineExpression? {
    switch op {
    case let norm as BatchNorm:
      AffineExpression(
        scale: .derived(.normScale(epsilon: norm.epsilon), parameters),
        shift: .derived(.normShift(epsilon: norm.epsilon), parameters))
    case is Affine: AffineExpression(scale: parameters[0], shift: parameters.bias)
    default: nil
    }
  }

  /// The sum of two branches as one kernel; nil where their centres do not coincide.
  fileprivate func merged(with other: Blueprint.Node) -> FoldedOperator? {
    guard let one = op as? DepthwiseConvolution, let two = other.op as? DepthwiseConvolution,
      let (merged, margin) = one.merged(with: two)
    else { return nil }
    let isLarger = one.window2D.kernelHeight >= two.window2D.kernelHeight
    let (large, small) =
      isLarger ? (parameters, other.parameters) : (other.parameters, parameters)
    let bias: ParameterExpression? =
      if let left = large.bias, let right = small.bias {
        .derived(.sum, [left, right])
      } else {
        large.bias ?? small.bias
      }
    return FoldedOperator(
      op: merged,
      parameters: [.derived(.addedKernels(margin: margin), [large[0], small[0]])]
        + (bias.map { [$0] } ?? []))
  }
}
