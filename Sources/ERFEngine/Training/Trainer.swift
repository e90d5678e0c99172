/// Trains a network from random or given weights, step by step, and resumes where it stopped, bit for
/// bit.
///
///     var trainer = try Trainer(recipe)
///     while !trainer.isFinished { try trainer.advance() }
///     try trainer.save(to: "net.safetensors", program: "replk-tui", command: "train ...")
public struct Trainer: Sendable {
  public private(set) var recipe: TrainingRecipe
  let data: TrainingData
  var state: TrainingState
  /// What the file of the weights to begin with says of their training.
  let startRecord: TrainingRecord?
  /// What is in doubt of the weights to begin with, or of those that an earlier run of this training began
  /// with.
  var doubts: [String]
  /// The value that the loss is made from.
  private let logits: Int
  let workers: Workers
  /// What a step frees, the next one needs.
  private let memory = MemoryPool.Hold()

  /// Makes the network and its data. `start`: the weights to begin with; nil means random ones.
  /// `threads`: nil means one per core.
  ///
  /// - Throws: `ModelError`, `TrainingError`, `ImageError`, `FileError`, `CancellationError`.
  public init(
    _ recipe: TrainingRecipe, from start: NetworkSpec? = nil, threads: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    self.recipe = recipe
    workers = Workers(threads: threads, cancellation: cancellation)
    let opened = try start.map { try OpenedNetwork($0) }
    try opened?.requireWeights()
    startRecord = opened?.record
    doubts = opened?.weightsChoice?.doubts ?? []
    let loader = opened?.loader() ?? ParameterLoader(RandomParameters(seed: recipe.seed))
    let blueprint = try opened?.blueprint ?? Self.blueprint(recipe)
    let side = recipe.sizes.largest
    try MemoryError.require(
      blueprint.trainingBytes(
        size: InputSize(height: side, width: side), batch: recipe.batch,
        averages: recipe.averaging > 0),
      for: "training \(recipe.model) at \(side)x\(side) in batches of \(recipe.batch)",
      advice: "give a smaller --batch or --size")
    self.recipe.start = try opened.map { try $0.weightsHash(loader).text }
    let loaded = try Program(
      opened == nil
        ? blueprint : blueprint.insertingStochasticDepth(recipe.stochasticDepth), from: loader)
    // What an edit derived or started anew are parameters like all others from here on.
    var program = loaded
    if !loaded.nodes.allSatisfy(\.hasPlainSlots), let plain = try? Self.blueprint(recipe),
      plain.nodes.map(\.scope) == loaded.nodes.map(\.scope)
    {
      program = Program(plain, parameters: loaded.parameters)
    }
    guard let tap = program.logits else {
      throw TrainingError.noClassifier(model: recipe.model)
    }
    logits = tap.value
    let outputs = try Set(recipe.sizes.phases.flatMap(\.sides)).map { side in
      let input = program.blueprint.inputShape(InputSize(height: side, width: side))
      return try program.blueprint.shapes(input: input)[tap.value].channels
    }
    let (pictures, classes) = try recipe.data.contents()
    guard let outputs = outputs.first, outputs == classes.count else {
      throw TrainingError.classes(
        model: recipe.model, expected: outputs.first ?? 0, found: classes.count)
    }
    guard pictures >= recipe.batch else {
      throw TrainingError.tooFewPictures(found: pictures, batch: recipe.batch)
    }
    data = try TrainingData(recipe, workers: workers)
    guard data.training.count >= recipe.batch else {
      throw TrainingError.tooFewPictures(found: data.training.count, batch: recipe.batch)
    }
    state = TrainingState(program, recipe: recipe)
  }

  /// The training form of the recipe's network.
  static func program(
    _ recipe: TrainingRecipe, from source: any ParameterSource
  ) throws -> Program {
    try Program(blueprint(recipe), from: source)
  }

  private static func blueprint(_ recipe: TrainingRecipe) throws -> Blueprint {
    try ModelCatalogue.architecture(recipe.model).blueprint()
      .insertingStochasticDepth(recipe.stochasticDepth)
  }

  public var step: Int { state.step }
  public var isFinished: Bool { state.step >= recipe.steps }
  public var log: TrainingLog { state.log }

  /// Pictures to learn from.
  public var trainingCount: Int { data.training.count }
  public var heldOutCount: Int { data.heldOut.count }
  /// Names by class.
  public var classes: [String] { data.classes }
  /// Files that could not be read; the run does without them.
  public var skipped: [SkippedImage] { data.skipped }
  /// Of all pictures of a folder as they were decoded; empty for built-in stimuli.
  public var dataHash: String { data.hash }
  public var stepsAnEpoch: Int { data.stepsAnEpoch(recipe) }

  /// One step. Where it throws, the state before it stays.
  ///
  /// - Throws: `TrainingError.notFinite`, `CancellationError`.
  public mutating func advance() throws {
    let batch = data.batch(recipe, step: state.step, workers: workers)
    try workers.cancellation.check()
    state = try state.stepped(recipe, batch: batch, logits: logits, workers: workers)
  }

  /// What the network, merged and folded, takes the held-out pictures for; nil where there are none.
  ///
  /// - Parameters:
  ///   - cancellation: nil: the run's own.
  ///   - limit: of more pictures than that, as many are asked, spread over all; nil: all are.
  /// - Throws: `CancellationError`.
  public mutating func measure(
    _ cancellation: Cancellation? = nil, upTo limit: Int? = nil
  ) throws -> ConfusionMatrix? {
    let count = min(data.heldOut.count, limit ?? .max)
    guard count > 0 else { return nil }
    let asked = (0..<count).map { $0 * data.heldOut.count / count }
    let workers = Workers(
      threads: workers.threads, cancellation: cancellation ?? workers.cancellation)
    let program = try state.best.inferenceForm()
    guard let logits = program.logits?.value else { return nil }
    var confusion = ConfusionMatrix(classes: data.classes)
    for first in stride(from: 0, to: count, by: recipe.batch) {
      let pictures = asked[first..<min(count, first + recipe.batch)]
      let input = data.heldOutBatch(recipe, pictures, workers: workers)
      let output = try program.forward(input, to: logits, keep: .nothing, workers: workers).output
      let classes = output.shape.channels
      let values = output.elements
      for (row, picture) in pictures.enumerated() {
        confusion.add(
          truth: data.heldOutLabels[picture],
          answer: CrossEntropy.best(values[row * classes..<(row + 1) * classes]))
      }
    }
    state.log.add(measured: confusion.accuracy, step: state.step)
    return confusion
  }

  /// Takes over a state of a run with the same recipe but for its steps.
  mutating func take(_ state: TrainingState) { self.state = state }
}

extension Blueprint.Node {
  /// Whether all its parameters are asked of the weights as they are.
  fileprivate var hasPlainSlots: Bool {
    parameters.allSatisfy { if case .slot = $0 { true } else { false } }
  }
}
