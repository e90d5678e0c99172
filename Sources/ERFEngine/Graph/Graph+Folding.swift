/// The passes that turn the training form of a graph (batch norms, parallel branches) into the
/// inference form (convolutions with bias), computing the same function.
extension Graph {
  /// Every batch norm folded into a neighbour where that is exact, and parallel depth-wise branches
  /// merged into one kernel (structural re-parameterization, the paper's guideline 3).
  ///
  /// A graph that nobody else holds is let go of after the first pass, which makes every weight anew.
  consuming func inferenceForm() -> Graph { inferenceForm(check: {}) }

  /// The same.
  ///
  /// - Parameter check: called between the steps; what it throws ends the folding.
  consuming func inferenceForm(check: () throws -> Void) rethrows -> Graph {
    let folded = foldingBatchNormsIntoProducers()
    self = Graph()
    try check()
    let merged = folded.mergingParallelKernels().movingBatchNormsBehindPooling()
    try check()
    return merged.foldingBatchNormsIntoConsumers().droppingDeadNodes()
  }

  /// conv -> BN becomes conv + bias, where nothing else reads the convolution and `isMeant` says so of
  /// the norm's node.
  func foldingBatchNormsIntoProducers(_ isMeant: (Int) -> Bool = { _ in true }) -> Graph {
    let uses = useCounts
    let tapped = Set(taps.map(\.value))
    return rewritten { index, node, graph in
      guard isMeant(index), let norm = node.affine,
        let source = Graph.node(of: node.inputs[0]),
        uses[node.inputs[0]] == 1, !tapped.contains(node.inputs[0]),
        let folded = nodes[source].scaledOutput(by: norm)
      else { return nil }
      var replacement = folded
      replacement.mergedScope = node.mergedScope
      replacement.inputs = replacement.inputs.map { graph.renamed($0) }
      return replacement
    }.droppingDeadNodes()
  }

  /// BN -> 1x1 convolution or linear layer becomes one layer: exact without padding. The batch norm
  /// stays for whoever else reads it.
  func foldingBatchNormsIntoConsumers() -> Graph {
    rewritten { _, node, graph in
      guard node.inputs.count == 1, let source = Graph.node(of: node.inputs[0]),
        let norm = nodes[source].affine, let folded = node.scaledInput(by: norm)
      else { return nil }
      var replacement = folded
      replacement.inputs = [graph.renamed(nodes[source].inputs[0])]
      return replacement
    }
  }

  /// The mean of a normalised map is the normalised mean: BN -> pool becomes pool -> BN, where
  /// nothing else reads the batch norm.
  func movingBatchNormsBehindPooling() -> Graph {
    let uses = useCounts
    let tapped = Set(taps.map(\.value))
    var graph = self
    for (index, node) in nodes.enumerated() where node.op is GlobalAveragePool {
      guard let source = Graph.node(of: node.inputs[0]), source == index - 1,
        nodes[source].op is BatchNorm, uses[node.inputs[0]] == 1,
        !tapped.contains(node.inputs[0])
      else { continue }
      graph.nodes[source] = node
      graph.nodes[source].inputs = nodes[source].inputs
      graph.nodes[index] = nodes[source]
      graph.nodes[index].inputs = [Graph.value(of: source)]
    }
    return graph
  }

  /// The same without batch norms: what folding will leave, for questions about shapes and costs of a
  /// graph whose parameters are placeholders.
  func droppingBatchNorms() -> Graph {
    var rewrite = Rewrite(original: self)
    for (index, node) in nodes.enumerated() {
      if node.op is BatchNorm {
        rewrite.skip(index)
      } else {
        rewrite.append(node, for: index, renaming: true)
      }
    }
    return rewrite.finished()
  }

  /// Two depth-wise branches over one input, added, become one kernel: the smaller is zero-padded.
  func mergingParallelKernels() -> Graph {
    let uses = useCounts
    return rewritten { _, node, graph in
      guard node.op is Add, node.inputs.allSatisfy({ uses[$0] == 1 }),
        let left = Graph.node(of: node.inputs[0]), let right = Graph.node(of: node.inputs[1]),
        nodes[left].inputs == nodes[right].inputs,
        let merged = nodes[left].merged(with: nodes[right])
      else { return nil }
      var replacement = node
      replacement.op = merged.op
      replacement.parameters = merged.parameters
      replacement.inputs = nodes[left].inputs.map { graph.renamed($0) }
      return replacement
    }.droppingDeadNodes()
  }

  /// Without the nodes that neither a tap nor another node needs.
  func droppingDeadNodes() -> Graph {
    var alive = [Bool](repeating: false, count: nodes.count + 1)
    for tap in taps { alive[tap.value] = true }
    if taps.isEmpty { alive[nodes.count] = true }
    for index in nodes.indices.reversed() where alive[Graph.value(of: index)] {
      for input in nodes[index].inputs { alive[input] = true }
    }
    var rewrite = Rewrite(original: self)
    for (index, node) in nodes.enumerated() where alive[Graph.value(of: index)] {
      rewrite.append(node, for: index, renaming: true)
    }
    return rewrite.finished()
  }

  /// Walks the nodes in order; `replace` may give another node (inputs already renamed) for one.
  func rewritten(_ replace: (Int, Node, Rewrite) -> Node?) -> Graph {
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

  /// A graph being copied, and where the old values went.
  struct Rewrite {
    let original: Graph
    private var nodes: [Node] = []
    private var names: [Int: Int] = [0: 0]

    init(original: Graph) { self.original = original }

    func renamed(_ value: Int) -> Int {
      guard let name = names[value] else { preconditionFailure("nodes are in order") }
      return name
    }

    mutating func append(_ node: Node, for index: Int, renaming: Bool) {
      var node = node
      if renaming { node.inputs = node.inputs.map(renamed) }
      nodes.append(node)
      names[Graph.value(of: index)] = nodes.count
    }

    /// Leaves a node out; its readers read its input.
    mutating func skip(_ index: Int) {
      names[Graph.value(of: index)] = renamed(original.nodes[index].inputs[0])
    }

    func finished() -> Graph {
      var graph = original
      graph.nodes = nodes
      graph.taps = graph.taps.map { tap in
        var tap = tap
        tap.value = renamed(tap.value)
        return tap
      }
      return graph
    }
  }
}

extension Graph.Node {
  /// What a batch norm does; nil for all other operators.
  fileprivate var affine: NormAffine? {
    (op as? BatchNorm).map { NormAffine(parameters.tensors, epsilon: $0.epsilon) }
  }

  /// This layer followed by `norm`, as one: a scale of the outputs scales rows of weights.
  fileprivate func scaledOutput(by norm: NormAffine) -> Graph.Node? {
    var node = self
    switch op {
    case let op as Convolution:
      node.op = Convolution(
        inputs: op.inputs, outputs: op.outputs, window: op.window2D, groups: op.groups,
        hasBias: true)
    case let op as DepthwiseConvolution:
      node.op = DepthwiseConvolution(channels: op.channels, window: op.window2D, hasBias: true)
    default: return nil
    }
    node.parameters = Parameters([
      parameters[0].scalingRows(by: norm.scale), norm.foldedBias(parameters.bias),
    ])
    return node
  }

  /// This layer preceded by `norm`, as one: a scale of the inputs scales columns of weights. Exact
  /// without padding: a padded zero does not pass the norm.
  fileprivate func scaledInput(by norm: NormAffine) -> Graph.Node? {
    var node = self
    switch op {
    case let op as Convolution where op.isPointwise:
      node.op = Convolution(
        inputs: op.inputs, outputs: op.outputs, window: op.window2D, hasBias: true)
    case let op as Linear: node.op = Linear(inputs: op.inputs, outputs: op.outputs)
    default: return nil
    }
    node.parameters = Parameters([
      parameters[0].scalingColumns(by: norm.scale),
      parameters[0].product(with: norm.shift, plus: parameters.bias),
    ])
    return node
  }

  /// The sum of two branches as one kernel; nil where their centres do not coincide.
  fileprivate func merged(with other: Graph.Node) -> (
    op: DepthwiseConvolution, parameters: Parameters
  )? {
    guard let one = op as? DepthwiseConvolution, let two = other.op as? DepthwiseConvolution,
      let (merged, margin) = one.merged(with: two)
    else { return nil }
    let isLarger = one.window2D.kernelHeight >= two.window2D.kernelHeight
    let (large, small) =
      isLarger ? (parameters, other.parameters) : (other.parameters, parameters)
    let bias: Tensor? =
      switch (large.bias, small.bias) {
      case (let left?, let right?):
        Tensor(shape: left.shape, elements: (0..<left.count).map { left[$0] + right[$0] })
      case (let one, let two): one ?? two
      }
    return (
      merged, Parameters([large[0].adding(small[0], margin: margin)] + (bias.map { [$0] } ?? []))
    )
  }
}
