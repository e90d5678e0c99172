/// A network ready to run: an architecture with weights, in its inference form.
public struct Network: Sendable {
  /// Canonical id, as in the catalogue.
  public let id: String
  public let weights: WeightsSource
  /// Hash of all parameters' float32 bits as they were before folding, in the order of the network;
  /// 16 hexadecimal digits. Which file, type and prefix they came from does not matter.
  public let weightsHash: String
  /// Which of the file's dictionaries the weights came from; nil: not from a file.
  public let weightsChoice: WeightsChoice?
  /// What the weights' file says of their training; nil: nothing.
  public private(set) var record: TrainingRecord?
  public let preprocessing: Preprocessing
  public let evaluation: Evaluation
  /// Batch norms folded, parallel kernels merged, one node a layer.
  private(set) var layers: Graph
  /// What runs: the same with operators on single pixels joined into chains.
  private(set) var graph: Graph
  private var hashes = Prepared<ParameterHashes>()
  private var prefixes = Prepared<[UInt64]>()

  /// Loads or generates the weights that `spec` names and folds them.
  ///
  /// - Throws: `ModelError` for the id, `CheckpointError` for a file that does not fit,
  ///   `CancellationError`.
  public init(_ spec: NetworkSpec, cancellation: Cancellation = Cancellation()) throws {
    try self.init(spec, cancellation: cancellation, memory: nil)
  }

  init(
    _ spec: NetworkSpec, cancellation: Cancellation = Cancellation(), memory: ParameterMemory?
  ) throws {
    let architecture = try ModelCatalogue.architecture(of: spec)
    var loaded = try Self.load(architecture, spec, cancellation, memory)
    // Handed over, so that the weights are not kept beside the folded ones.
    var trained = Graph()
    swap(&trained, &loaded.graph)
    if let size = spec.zeroesUnreached { trained = try trained.zeroingUnreached(by: size) }
    try self.init(
      architecture, weights: spec.weights, graph: consume trained, choice: loaded.choice,
      check: cancellation.check)
    record = TrainingRecord(of: spec)
  }

  init(
    _ architecture: any Architecture, weights: WeightsSource, graph trained: consuming Graph,
    choice: WeightsChoice? = nil, check: () throws -> Void = {}
  ) rethrows {
    id = architecture.id
    self.weights = weights
    weightsChoice = choice
    preprocessing = architecture.preprocessing
    evaluation = architecture.evaluation
    weightsHash = trained.weightsHash
    try check()
    layers = try trained.inferenceForm(check: check)
    graph = layers.chained()
  }

  /// A network without weights: for questions about layers and shapes only.
  init(shapesOf architecture: any Architecture, graph: Graph) {
    id = architecture.id
    weights = .random(seed: 0)
    weightsHash = ""
    weightsChoice = nil
    preprocessing = architecture.preprocessing
    evaluation = architecture.evaluation
    layers = graph
    self.graph = graph
  }

  /// The graph as the official code builds it: batch norms and parallel branches apart.
  static func trainingForm(_ spec: NetworkSpec) throws -> Graph { try trained(spec).graph }

  /// The same with those parameters alone whose shape is needed: the others are zeros.
  static func trainingForm(
    _ spec: NetworkSpec, cancellation: Cancellation,
    only isNeeded: @escaping @Sendable (Shape) -> Bool
  ) throws -> Graph {
    try load(ModelCatalogue.architecture(of: spec), spec, cancellation, only: isNeeded).graph
  }

  /// The training form, and which of the file's dictionaries it came from.
  static func trained(
    _ spec: NetworkSpec
  ) throws -> (graph: Graph, choice: WeightsChoice?) {
    try load(ModelCatalogue.architecture(of: spec), spec)
  }

  /// Weights are read for the network that they belong to, then brought to the shapes of `edited`.
  private static func load(
    _ edited: any Architecture, _ spec: NetworkSpec, _ cancellation: Cancellation = Cancellation(),
    _ memory: ParameterMemory? = nil, only isNeeded: (@Sendable (Shape) -> Bool)? = nil
  ) throws -> (graph: Graph, choice: WeightsChoice?) {
    let original = try spec.weightsModel.map(ModelCatalogue.architecture) ?? edited
    let isEdited = original.id != edited.id
    // Before the file is opened: one that is replaced meanwhile is not taken for the newer one.
    let version = FileVersion(of: spec.weights)
    func graph(from source: any ParameterSource) throws -> Graph {
      var source: any ParameterSource = CancellableParameters(
        source: source, cancellation: cancellation)
      if let isNeeded { source = PartialParameters(source: source, isNeeded: isNeeded) }
      if let memory {
        source = memory.remembering(
          source,
          of: ParameterMemory.Origin(
            model: original.id, weights: spec.weights, weightsKey: spec.weightsKey,
            version: version))
      }
      guard isEdited else { return try edited.graph(from: source) }
      let inventory = try ParameterInventory(of: original, holds: source.holds)
      return try edited.graph(
        from: FittedParameters(source: source, original: inventory, fit: spec.fit))
    }
    switch spec.weights {
    case .random(let seed): return (try graph(from: RandomParameters(seed: seed)), nil)
    case .trained:
      return (
        try graph(from: parameters(ShippedWeights.checkpoint(of: original), of: original, spec)),
        nil
      )
    case .file(let path):
      let parameters = try Self.parameters(Checkpoint(path: path), of: original, spec)
      return (try graph(from: parameters), parameters.choice)
    }
  }

  /// The parameters of `original` in `file`, all there in the right shapes.
  private static func parameters(
    _ file: Checkpoint, of original: any Architecture, _ spec: NetworkSpec
  ) throws -> CheckpointParameters {
    let parameters = try CheckpointParameters(
      file: file, model: original.id, landmarks: type(of: original).landmarks,
      key: spec.weightsKey, allowsMissingHead: spec.allowsMissingHead,
      isRecognised: spec.model == nil)
    try parameters.requireFit(original)
    return parameters
  }

  /// Checks that the file of `spec` holds its network, by names and shapes alone.
  ///
  /// - Throws: `ModelError`, `CheckpointError`, as opening the network would.
  static func requireWeights(_ spec: NetworkSpec) throws {
    let original =
      try spec.weightsModel.map(ModelCatalogue.architecture)
      ?? ModelCatalogue.architecture(of: spec)
    switch spec.weights {
    case .random: break
    case .trained: _ = try ShippedWeights.checkpoint(of: original)
    case .file(let path): _ = try parameters(Checkpoint(path: path), of: original, spec)
    }
  }

  /// `stage1`, `stage2`, ...
  public var stages: [String] { graph.stages.map(\.name) }

  /// Every layer that can be tapped: blocks, stages and `logits`.
  public var taps: [String] { graph.taps.map(\.name) }

  /// The tap `name`; nil: the last stage.
  func tap(_ name: String?) throws(ModelError) -> Tap {
    guard let name else {
      guard let last = graph.stages.last else { preconditionFailure("networks have stages") }
      return last
    }
    guard let tap = graph.tap(name) else {
      throw .unknownTap(name, model: id, available: taps)
    }
    return tap
  }

  /// The shape (N, H, W, C) of a tap over an input of `size`.
  ///
  /// - Throws: `ModelError.inputTooSmall` where not even one unit is left.
  func shape(of tap: Tap, input size: InputSize, batch: Int = 1) throws -> Shape {
    try graph.requireSize(size, for: tap, model: id)
    return try shapes(input: size, batch: batch)[tap.value]
  }

  /// The shapes of all values of the graph.
  func shapes(input size: InputSize, batch: Int = 1) throws(LayerError) -> [Shape] {
    try graph.shapes(
      input: Shape(batch: batch, height: size.height, width: size.width, channels: 3))
  }

  /// `graph.prefixHashes`, computed once.
  func prefixHashes(_ workers: Workers) -> [UInt64] {
    prefixes { graph.prefixHashes(parameterHashes(workers)) }
  }

  /// Not cancellable: half a hash would be remembered as a whole one.
  private func parameterHashes(_ workers: Workers) -> ParameterHashes {
    hashes { ParameterHashes(of: layers, workers: Workers(threads: workers.threads)) }
  }

  /// The same network with the layers of `others` where they are equal: an edited network has most
  /// of the original's, whose weights are laid out for the kernels already.
  func sharingLayers(with others: [Network], workers: Workers) -> Network {
    guard !others.isEmpty else { return self }
    let own = parameterHashes(workers)
    let theirs = others.map { ($0.layers, $0.parameterHashes(workers)) }
    var shared = self
    shared.layers = layers.sharingLayers(with: theirs, hashes: own)
    shared.graph = shared.layers.chained()
    shared.hashes = Prepared()
    shared.prefixes = Prepared()
    _ = shared.hashes {
      ParameterHashes(
        of: shared.layers, known: [own] + theirs.map(\.1),
        workers: Workers(threads: workers.threads))
    }
    return shared
  }

  /// Activations (N, H, W, C) of the tap `name` over an input (N, H, W, 3).
  public func features(_ input: Tensor, tap name: String?, workers: Workers = Workers()) throws
    -> Tensor
  {
    try graph.forward(input, to: tap(name).value, keep: .nothing, workers: workers).output
  }
}
