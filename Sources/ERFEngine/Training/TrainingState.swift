/// Everything that a training step changes: a value, so that a step that fails leaves the last one.
struct TrainingState: Sendable {
  /// The training form, its operators holding the parameters.
  var graph: Graph
  var moments: OptimizerMoments
  /// The moving average of all parameters; nil where the recipe wants none.
  var average: Graph?
  /// Steps done.
  var step = 0
  var log: TrainingLog

  init(_ graph: Graph, recipe: TrainingRecipe) {
    self.graph = graph
    moments = OptimizerMoments(for: graph.learntParameters)
    average = recipe.averaging > 0 ? graph : nil
    log = TrainingLog(steps: recipe.steps)
  }

  /// The weights that come out.
  var best: Graph { average ?? graph }
}

extension TrainingState {
  /// The state after one step on `batch`.
  ///
  /// - Throws: `TrainingError.notFinite`, `CancellationError`; this state stays as it is.
  func stepped(
    _ recipe: TrainingRecipe, batch: TrainingData.Batch, logits: Int, workers: Workers
  ) throws -> TrainingState {
    let noise = RandomStream(seed: recipe.seed, name: "layers").bits(at: UInt64(step))
    let pass = try TrainingPass(graph, batch.input, to: logits, noise: noise, workers: workers)
    let statistics = pass.batchStatistics
    let result = CrossEntropy(smoothing: recipe.smoothing)(pass.output, targets: batch.targets)
    guard result.loss.isFinite else { throw TrainingError.notFinite(step: step + 1) }
    let gradients = try pass.parameterGradients(of: result.gradient, workers: workers)
    var next = self
    // Not to be cut short: half a step would be neither state.
    let calm = Workers(threads: workers.threads)
    let learnt = recipe.optimizer.step(
      graph.learntParameters, gradients: gradients, moments: &next.moments, step: step + 1,
      rate: recipe.rate(at: step), workers: calm)
    next.graph = graph.updated(learnt: learnt, statistics: statistics)
    guard next.graph.stateDictionary.allSatisfy({ ElementKernels.isFinite($0.value) }) else {
      throw TrainingError.notFinite(step: step + 1)
    }
    next.step = step + 1
    if let average {
      // Quick at first, so that the random beginning is forgotten.
      let decay = min(recipe.averaging, Double(1 + step) / Double(10 + step))
      next.average = average.averaged(towards: next.graph, share: 1 - decay)
    }
    next.log.add(
      step: next.step, loss: result.loss, right: result.right, of: batch.input.shape.batch)
    return next
  }
}

extension Graph {
  /// Every parameter moved towards that of `other`, a graph of the same layers.
  fileprivate func averaged(towards other: Graph, share: Double) -> Graph {
    var graph = self
    for (index, node) in nodes.enumerated() {
      guard !node.parameters.tensors.isEmpty else { continue }
      let others = other.nodes[index].parameters.tensors
      let values = zip(node.parameters.tensors, others).map { mine, theirs in
        var value = mine
        OptimizerKernels.average(&value, towards: theirs, share: share)
        return value
      }
      graph.nodes[index].parameters = Parameters(values)
    }
    return graph
  }
}
