/// The walks of training over the unmerged form of a network: forward with the statistics of the batch,
/// backward to the parameters. Whole maps only; regions are the business of fields.
struct TrainingPass {
  let program: Program
  /// As far as the value asked for.
  private let blueprint: Blueprint
  let shapes: [Shape]
  /// The value asked for, (N, 1, 1, classes) for logits.
  let output: Tensor
  /// By node.
  private var kept: [Kept]

  /// Computes `value` from `input` (N, H, W, C). `noise` seeds what is random in the layers, each with a
  /// stream named by its scope.
  ///
  /// - Throws: `LayerError`, `CancellationError`.
  init(
    _ program: Program, _ input: Tensor, to value: Int, noise: UInt64, workers: Workers
  ) throws {
    self.program = program
    blueprint = program.blueprint.upTo(value)
    shapes = try blueprint.shapes(input: input.shape)
    var remaining = blueprint.useCounts
    remaining[value] += 1
    var values = [Tensor?](repeating: nil, count: value + 1)
    values[0] = input
    kept = []
    for (index, node) in blueprint.nodes.enumerated() {
      var inputs: [Tensor] = []
      for source in node.inputs {
        remaining[source] -= 1
        guard let tensor = values[source] else { preconditionFailure("nodes are in order") }
        // Handed over where nothing else will read it, so that the operator may work in place.
        if remaining[source] == 0 { values[source] = nil }
        inputs.append(tensor)
      }
      let (output, state): (Tensor, Kept) =
        if let op = node.op as? any LearningOperator {
          op.forwardInTraining(
            consume inputs, parameters: program.parameters[index],
            noise: RandomStream(seed: noise, name: node.scope), workers: workers)
        } else {
          node.op.forward(
            consume inputs, parameters: program.parameters[index], keep: .allGradients,
            workers: workers)
        }
      try workers.cancellation.check()
      values[Blueprint.value(of: index)] = output
      kept.append(state)
    }
    guard let output = values[value] else { preconditionFailure("the last value is computed") }
    self.output = output
  }

  /// What the batch norms saw, by node.
  var batchStatistics: [Int: BatchStatistics] {
    var statistics: [Int: BatchStatistics] = [:]
    for (index, state) in kept.enumerated() {
      if case .batch(_, let batch) = state { statistics[index] = batch }
    }
    return statistics
  }

  /// The gradient with respect to every learnt parameter, by node, given the one with respect to the
  /// output. Consumes what was kept, layer by layer.
  ///
  /// - Throws: `CancellationError`.
  consuming func parameterGradients(
    of outputGradient: Tensor, workers: Workers
  ) throws -> [[Tensor]] {
    precondition(outputGradient.shape == output.shape)
    var result = [[Tensor]](repeating: [], count: blueprint.nodes.count)
    var gradients = [Tensor?](repeating: nil, count: blueprint.nodes.count + 1)
    gradients[blueprint.nodes.count] = outputGradient
    for index in blueprint.nodes.indices.reversed() {
      let node = blueprint.nodes[index]
      guard let gradient = gradients[Blueprint.value(of: index)] else { continue }
      gradients[Blueprint.value(of: index)] = nil
      let state = kept[index]
      kept[index] = .nothing
      let inputs = node.inputs.map { shapes[$0] }
      let parts: LayerGradients =
        if let op = node.op as? any LearningOperator {
          op.gradients(
            of: consume gradient, parameters: program.parameters[index], kept: state,
            inputs: inputs,
            needsInputs: node.inputs != [0], workers: workers)
        } else {
          LayerGradients(
            inputs: node.op.inputGradient(
              of: consume gradient, parameters: program.parameters[index], kept: state,
              inputs: inputs,
              workers: workers),
            parameters: [])
        }
      try workers.cancellation.check()
      result[index] = parts.parameters
      for (source, part) in zip(node.inputs, parts.inputs) where source != 0 {
        guard var sum = gradients[source] else {
          gradients[source] = part
          continue
        }
        gradients[source] = nil
        ElementKernels.add(part, to: &sum, workers: workers)
        gradients[source] = sum
      }
    }
    return result
  }
}

extension Program {
  /// The learnt parameters by node, in the order of their operators.
  var learntParameters: [[Tensor]] {
    zip(nodes, parameters).map { node, parameters in
      guard let op = node.op as? any LearningOperator else { return [] }
      return Array(parameters.tensors.prefix(op.learntCount))
    }
  }

  /// The program with other learnt parameters, and with running statistics moved by those of a batch.
  func updated(learnt: [[Tensor]], statistics: [Int: BatchStatistics] = [:]) -> Program {
    var program = self
    for (index, values) in learnt.enumerated() where !values.isEmpty {
      let (op, old) = (nodes[index].op, parameters[index])
      var others = Array(old.tensors.dropFirst(op.learntCount))
      if let norm = op as? BatchNorm, let batch = statistics[index] {
        let running = norm.running(old, after: batch)
        others = [running.mean, running.variance]
      }
      program.set(Parameters(values + others), of: index)
    }
    return program
  }
}

extension Blueprint {
  /// The blueprint with stochastic depth before every shortcut's addition, its rate growing linearly from
  /// nothing to `rate` at the last. `inferenceForm` drops it again.
  func insertingStochasticDepth(_ rate: Double) -> Blueprint {
    let shortcuts = nodes.indices.filter { nodes[$0].op is Add && nodes[$0].mergedScope == nil }
    guard rate > 0, shortcuts.count > 1 else { return self }
    var rewrite = Rewrite(original: self)
    for (index, node) in nodes.enumerated() {
      guard let place = shortcuts.firstIndex(of: index), place > 0 else {
        rewrite.append(node, for: index, renaming: true)
        continue
      }
      // The last input of an addition is the branch.
      var node = node
      node.inputs = node.inputs.map(rewrite.renamed)
      let depth = StochasticDepth(rate: rate * Double(place) / Double(shortcuts.count - 1))
      node.inputs[1] = rewrite.add(
        Node(scope: node.scope + ".depth", block: node.block, op: depth, inputs: [node.inputs[1]]))
      rewrite.append(node, for: index, renaming: false)
    }
    return rewrite.finished()
  }
}
