/// Everything that a training step changes: a value, so that a step that fails leaves the last one.
struct TrainingState: Sendable {
  /// The training form with the parameters as they are now.
  var program: Program
  var moments: OptimizerMoments
  /// The moving average of all parameters; nil where the recipe wants none.
  var average: Program?
  /// Steps done.
  var step = 0
  var log: TrainingLog

  init(_ program: Program, recipe: TrainingRecipe) {
    self.program = program
    moments = OptimizerMoments(for: program.learntParameters)
    average = recipe.averaging > 0 ? program : nil
    log = TrainingLog(steps: recipe.steps)
  }

  /// The weights that come out.
  var best: Program { average ?? program }
}

extension TrainingState {
  /// The state after one step on `batch`.
  ///
  /// - Throws: `TrainingError.notFinite`, `CancellationError`; this state stays as it is.
  func stepped(
    _ recipe: TrainingRecipe, batch: TrainingData.Batch, logits: Int, workers: Workers
  ) throws -> TrainingState {
    let noise = RandomStream(seed: recipe.seed, name: "layers").bits(at: UInt64(step))
    let pass = try TrainingPass(program, batch.input, to: logits, noise: noise, workers: workers)
    let statistics = pass.batchStatistics
    let result = CrossEntropy(smoothing: recipe.smoothing)(pass.output, targets: batch.targets)
    guard result.loss.isFinite else { throw TrainingError.notFinite(step: step + 1) }
    let gradients = try pass.parameterGradients(of: result.gradient, workers: workers)
    var next = self
    // Not to be cut short: half a step would be neither state.
    let uncancelled = Workers(threads: workers.threads)
    let learnt = recipe.optimizer.step(
      program.learntParameters, gradients: gradients, moments: &next.moments, step: step + 1,
      rate: recipe.rate(at: step), workers: uncancelled)
    next.program = program.updated(learnt: learnt, statistics: statistics)
    guard next.program.stateDictionary.allSatisfy({ ElementKernels.isFinite($0.value) }) else {
      throw TrainingError.notFinite(step: step + 1)
    }
    next.step = step + 1
    if let average {
      // Quick at first, so that the random beginning is forgotten.
      let decay = min(recipe.averaging, Double(1 + step) / Double(10 + step))
      next.average = average.averaged(towards: next.program, share: 1 - decay)
    }
    next.log.add(
      step: next.step, loss: result.loss, right: result.right, of: batch.input.shape.batch)
    return next
  }
}

extension Program {
  /// Every parameter moved towards that of `other`, a program of the same layers.
  fileprivate func averaged(towards other: Program, share: Double) -> Program {
    var program = self
    for index in nodes.indices where !parameters[index].tensors.isEmpty {
      let others = other.parameters[index].tensors
      let values = zip(parameters[index].tensors, others).map { mine, theirs in
        var value = mine
        OptimizerKernels.average(&value, towards: theirs, share: share)
        return value
      }
      program.set(Parameters(values), of: index)
    }
    return program
  }
}
