/// What a forward pass leaves behind: the tapped output, and what the gradient needs.
struct Activations: Sendable {
  let graph: Graph
  /// The tapped value.
  let value: Int
  /// (N, H, W, C)
  let output: Tensor
  let shapes: [Shape]
  fileprivate let kept: [Kept]
}

/// NaN or Inf, with the layer where it first appeared.
struct NonFiniteError: ExplainedError {
  enum Phase: Sendable { case input, forward, backward }

  let layer: String
  let phase: Phase

  var explanation: String {
    switch phase {
    case .input: "the input holds NaN or Inf"
    case .forward: "NaN or Inf first appears in the output of layer \(layer)"
    case .backward: "NaN or Inf first appears in the gradient through layer \(layer)"
    }
  }
}

extension Graph {
  /// Called after each layer with the share of the walk's multiply-adds that is done.
  typealias LayerReport = (_ layer: Node, _ fraction: Double) -> Void

  /// Computes `value` from `input` (N, H, W, 3), keeping for the gradients what `keep` asks for.
  ///
  /// - Throws: `LayerError` where the input does not fit, `CancellationError`, and, where
  ///   `checksEveryLayer`, `NonFiniteError`.
  func forward(
    _ input: Tensor, to value: Int, keep: Keep = .inputGradient, workers: Workers,
    checksEveryLayer: Bool = false, report: LayerReport = { _, _ in }
  ) throws -> Activations {
    let order = ancestors(of: value)
    let shapes = try subgraph(to: value).shapes(input: input.shape)
    let progress = WalkProgress(graph: self, order: order, shapes: shapes)
    var remaining = [Int](repeating: 0, count: nodes.count + 1)
    for index in order {
      for input in nodes[index].inputs { remaining[input] += 1 }
    }
    remaining[value] += 1
    var values = [Tensor?](repeating: nil, count: nodes.count + 1)
    var kept = [Kept](repeating: .nothing, count: nodes.count)
    values[0] = input
    for index in order {
      let node = nodes[index]
      var inputs: [Tensor] = []
      for source in node.inputs {
        remaining[source] -= 1
        guard let tensor = values[source] else { preconditionFailure("nodes are in order") }
        // Handed over where nothing else will read it, so that the operator may work in place.
        if remaining[source] == 0 { values[source] = nil }
        inputs.append(tensor)
      }
      let (output, state) = node.op.forward(inputs, keep: keep, workers: workers)
      try workers.cancellation.check()
      if checksEveryLayer && !ElementKernels.isFinite(output) {
        throw NonFiniteError(layer: node.scope, phase: .forward)
      }
      values[Graph.value(of: index)] = output
      kept[index] = state
      report(node, progress.fraction(after: index))
    }
    guard let output = values[value] else { preconditionFailure("the target is its own ancestor") }
    return Activations(graph: self, value: value, output: output, shapes: shapes, kept: kept)
  }

  /// The same graph cut after `value`: shapes behind it do not matter.
  private func subgraph(to value: Int) -> Graph {
    var cut = self
    cut.nodes.removeLast(nodes.count - value)
    return cut
  }
}

extension Activations {
  /// The gradient with respect to the input (N, H, W, 3), given the one with respect to the output.
  ///
  /// - Throws: `CancellationError` and, where `checksEveryLayer`, `NonFiniteError`.
  func inputGradient(
    of outputGradient: Tensor, workers: Workers, checksEveryLayer: Bool = false,
    report: Graph.LayerReport = { _, _ in }
  ) throws -> Tensor {
    precondition(outputGradient.shape == output.shape)
    let order = graph.ancestors(of: value)
    let progress = WalkProgress(graph: graph, order: order.reversed(), shapes: shapes)
    var gradients = [Tensor?](repeating: nil, count: graph.nodes.count + 1)
    gradients[value] = outputGradient
    for index in order.reversed() {
      let node = graph.nodes[index]
      guard let gradient = gradients[Graph.value(of: index)] else { continue }
      gradients[Graph.value(of: index)] = nil
      let parts = node.op.inputGradient(
        of: gradient, kept: kept[index], inputs: node.inputs.map { shapes[$0] }, workers: workers)
      try workers.cancellation.check()
      for (source, part) in zip(node.inputs, parts) {
        if checksEveryLayer && !ElementKernels.isFinite(part) {
          throw NonFiniteError(layer: node.scope, phase: .backward)
        }
        if var sum = gradients[source] {
          gradients[source] = nil
          ElementKernels.add(part, to: &sum, workers: workers)
          gradients[source] = sum
        } else {
          gradients[source] = part
        }
      }
      report(node, progress.fraction(after: index))
    }
    try workers.cancellation.check()
    // An input that does not influence the output has no gradient: zeros.
    return gradients[0] ?? Tensor(zeros: shapes[0])
  }

  /// 1 where the unit's rectified features are positive, 0 elsewhere: the gradient of
  /// s = sum over channels of ReLU(F[c, row, column]), summed over the units.
  func seed(at units: [Unit]) -> Tensor {
    var seed = Tensor(zeros: output.shape)
    for image in 0..<output.shape.batch {
      for unit in units {
        for channel in 0..<output.shape.channels
        where output[image, unit.row, unit.column, channel] > 0 {
          seed[image, unit.row, unit.column, channel] += 1
        }
      }
    }
    return seed
  }
}

/// Shares of a walk by multiply-adds, with a little for every layer.
private struct WalkProgress {
  private var fractions: [Int: Double] = [:]

  init(graph: Graph, order: [Int], shapes: [Shape]) {
    let costs = order.map { index -> Double in
      let node = graph.nodes[index]
      let output = shapes[Graph.value(of: index)]
      let adds = node.op.multiplyAdds(inputs: node.inputs.map { shapes[$0] }, output: output)
      return Double(adds) + 32 * Double(output.count)
    }
    let total = max(1, costs.reduce(0, +))
    var done = 0.0
    for (index, cost) in zip(order, costs) {
      done += cost
      fractions[index] = done / total
    }
  }

  func fraction(after node: Int) -> Double { fractions[node] ?? 1 }
}
