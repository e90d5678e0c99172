/// Trains a network from random weights, step by step, and resumes where it stopped, bit for bit.
///
///     let trainer = try Trainer(recipe)
///     while !trainer.isFinished { try trainer.advance() }
///     try trainer.save(to: "net.safetensors", program: "replk-tui", date: "2025-01-31")
public struct Trainer: Sendable {
  public let recipe: TrainingRecipe
  let data: TrainingData
  var state: TrainingState
  /// The value that the loss is made from.
  private let logits: Int
  let workers: Workers

  /// Makes the network and its data. `start`: the weights to begin with; nil means random ones.
  /// `threads`: nil means one a core.
  ///
  /// - Throws: `ModelError`, `TrainingError`, `ImageError`, `FileError`, `CancellationError`.
  public init(
    _ recipe: TrainingRecipe, from start: NetworkSpec? = nil, threads: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    self.recipe = recipe
    workers = Workers(threads: threads, cancellation: cancellation)
    let graph =
      try start.map(Network.trainingForm)?.insertingStochasticDepth(recipe.stochasticDepth)
      ?? Self.graph(recipe, from: RandomParameters(seed: recipe.seed))
    guard let tap = graph.tap("logits") else {
      throw TrainingError.noClassifier(model: recipe.model)
    }
    logits = tap.value
    let shapes = try graph.shapes(
      input: Shape(height: recipe.size, width: recipe.size, channels: 3))
    data = try TrainingData(recipe, workers: workers)
    let outputs = shapes[logits].channels
    guard outputs == data.classes.count else {
      throw TrainingError.classes(
        model: recipe.model, expected: outputs, found: data.classes.count)
    }
    guard data.training.count >= recipe.batch else {
      throw TrainingError.tooFewPictures(found: data.training.count, batch: recipe.batch)
    }
    state = TrainingState(graph, recipe: recipe)
  }

  /// The training form of the recipe's network.
  static func graph(_ recipe: TrainingRecipe, from source: any ParameterSource) throws -> Graph {
    try ModelCatalogue.architecture(recipe.model).graph(from: source)
      .insertingStochasticDepth(recipe.stochasticDepth)
  }

  public var step: Int { state.step }
  public var isFinished: Bool { state.step >= recipe.steps }
  public var log: TrainingLog { state.log }

  /// Pictures to learn from.
  public var trainingCount: Int { data.training.count }
  public var heldOutCount: Int { data.heldOut.count }

  /// One step. Where it throws, the state before it stays.
  ///
  /// - Throws: `TrainingError.notFinite`, `CancellationError`.
  public mutating func advance() throws {
    let batch = data.batch(recipe, step: state.step, workers: workers)
    try workers.cancellation.check()
    state = try state.stepped(recipe, batch: batch, logits: logits, workers: workers)
  }

  /// Share of the held-out pictures that the network, merged and folded, names rightly; nil where
  /// there are none.
  ///
  /// - Throws: `CancellationError`.
  public mutating func measureAccuracy() throws -> Double? {
    guard data.heldOut.count > 0 else { return nil }
    let graph = state.best.removingStochasticDepth().inferenceForm()
    guard let logits = graph.tap("logits")?.value else { return nil }
    var right = 0
    for first in stride(from: 0, to: data.heldOut.count, by: recipe.batch) {
      let range = first..<min(data.heldOut.count, first + recipe.batch)
      let input = data.heldOutBatch(recipe, range, workers: workers)
      let output = try graph.forward(input, to: logits, keep: .nothing, workers: workers).output
      let classes = output.shape.channels
      let values = output.elements
      for (row, picture) in range.enumerated() {
        let best = CrossEntropy.best(values[row * classes..<(row + 1) * classes])
        if best == data.heldOutLabels[picture] { right += 1 }
      }
    }
    state.log.heldOut = Double(right) / Double(data.heldOut.count)
    return state.log.heldOut
  }
}
