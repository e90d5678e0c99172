/// A network ready to run: a blueprint with weights.
public struct Network: Sendable {
  /// Canonical id, as in the catalogue.
  public let id: String
  public let weights: WeightsSource
  /// Hash of all parameters' float32 bits as they were before folding, in the order of the network;
  /// 16 hexadecimal digits. Which file, type and prefix they came from does not matter. Of an exported
  /// graph: of all weights in its file, as they lie there, and what was made of them.
  public let weightsHash: String
  /// Which of the file's dictionaries the weights came from; nil: not from a file.
  public let weightsChoice: WeightsChoice?
  /// What the weights' file says of their training; nil: nothing.
  public let record: TrainingRecord?
  /// What training left untouched of its kernels; nil: nothing, or nobody knows.
  public let untrained: UntrainedWeights?
  public let preprocessing: Preprocessing
  /// ``OpenedNetwork/preparation``.
  let preparation: PreprocessingChoice
  public let evaluation: Evaluation
  private let classNaming: ClassNaming
  /// Batch norms folded, parallel kernels merged, one node a layer.
  let layers: Program
  /// What runs: the same with operators on single pixels joined into chains.
  let program: Program

  /// Loads or generates the weights that `spec` names and folds them.
  ///
  /// - Throws: `ModelError` for the id, `CheckpointError` for a file that does not fit,
  ///   `CancellationError`.
  public init(_ spec: NetworkSpec, cancellation: Cancellation = Cancellation()) throws {
    let opened = try OpenedNetwork(spec, cancellation: cancellation)
    try opened.requireWeights()
    try self.init(opened, cancellation: cancellation)
  }

  /// Loads the weights of an open network.
  ///
  /// - Throws: `CheckpointError` for weights that are not numbers, `CancellationError`.
  public init(_ opened: OpenedNetwork, cancellation: Cancellation = Cancellation()) throws {
    try self.init(opened, opened.loader(cancellation: cancellation))
  }

  init(_ opened: OpenedNetwork, _ loader: ParameterLoader) throws {
    id = opened.id
    weights = opened.spec.weights
    weightsChoice = opened.weightsChoice
    preprocessing = opened.preprocessing
    preparation = opened.preparation
    evaluation = opened.evaluation
    classNaming = opened.classNaming
    record = opened.record
    untrained = opened.untrained
    layers = try Program(opened.layers, from: loader)
    program = try Program(opened.layers.chained(), from: loader)
    weightsHash = try opened.weightsHash(loader).text
    // The file stays open for other parameters, but what was read of it is not kept twice.
    opened.file?.forgetPages()
    WorkCount.note(.program)
  }

  /// What the `count` outputs of the classifier mean, where somebody, the weights' file or their number
  /// tells.
  func classNames(_ count: Int) throws(ClassNamesError) -> [String]? {
    try classNaming.names(count, of: id)
  }

  /// `stage1`, `stage2`, ...
  public var stages: [String] { program.stages.map(\.name) }

  /// Every layer that can be tapped: blocks, stages and `logits`.
  public var taps: [String] { program.taps.map(\.name) }

  /// The tap `name`; nil: the last stage.
  func tap(_ name: String?) throws(ModelError) -> Tap { try program.blueprint.tap(name, of: id) }

  /// The shape (N, H, W, C) of a tap over an input of `size`.
  ///
  /// - Throws: `ModelError.inputTooSmall` where not even one unit is left.
  func shape(of tap: Tap, input size: InputSize, batch: Int = 1) throws -> Shape {
    try program.blueprint.shape(of: tap, input: size, batch: batch, model: id)
  }

  /// The shapes of all values of the program.
  func shapes(input size: InputSize, batch: Int = 1) throws(LayerError) -> [Shape] {
    try program.blueprint.shapes(input: program.blueprint.inputShape(size, batch: batch))
  }

  /// Activations of the tap `name` over an input (N, H, W, C).
  public func features(_ input: Tensor, tap name: String?, workers: Workers = Workers()) throws
    -> Tensor
  {
    try program.forward(input, to: tap(name).value, keep: .nothing, workers: workers).output
  }
}

extension Network {
  /// Runs once more, slowly, layer by layer: checking always would cost every run a pass over all
  /// activations.
  ///
  /// - Parameter region: the part of the tap to look at; nil: all of it.
  /// - Throws: `NonFiniteError` naming the first layer with a value that is no number, `CancellationError`.
  @discardableResult
  func requireFinite(
    _ input: Tensor, to tap: String, region: Region? = nil, keep: Keep = .nothing, workers: Workers
  ) throws -> Activations {
    try layers.forward(
      input, to: layers.tap(tap)?.value ?? layers.nodes.count, region: region, keep: keep,
      workers: workers, checksEveryLayer: true)
  }
}

extension Blueprint {
  /// The tap `name`; nil: the last stage.
  func tap(_ name: String?, of model: String) throws(ModelError) -> Tap {
    guard let name else {
      guard let last = stages.last else { preconditionFailure("networks have stages") }
      return last
    }
    guard let tap = tap(name) else {
      throw .unknownTap(name, model: model, available: taps.map(\.name))
    }
    return tap
  }

  /// The shape of a tap over an input of `size`.
  ///
  /// - Throws: `ModelError.inputTooSmall` where not even one unit is left.
  func shape(of tap: Tap, input size: InputSize, batch: Int = 1, model: String) throws -> Shape {
    try requireSize(size, for: tap, model: model)
    return try upTo(tap.value).shapes(input: inputShape(size, batch: batch))[tap.value]
  }
}
