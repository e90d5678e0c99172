/// A network whose file is open and whose blueprint is made, before any numbers are read: what
/// validation has looked at is what loading goes on with.
public struct OpenedNetwork: Sendable {
  public let spec: NetworkSpec
  /// Canonical id, as in the catalogue.
  public let id: String
  public let preprocessing: Preprocessing
  /// What of it is not the network's own way.
  public let preparation: PreprocessingChoice
  public let evaluation: Evaluation
  let classNaming: ClassNaming
  /// Which of the file's dictionaries the weights come from, and what there is to know of what was taken of
  /// it; nil: not from a file, or there is nothing to say.
  public var weightsChoice: WeightsChoice? {
    var choice: WeightsChoice? = if case .file = spec.weights { checkpoint?.choice } else { nil }
    if !notes.isEmpty { choice = WeightsChoice(chosen: "", others: [], notes: notes) }
    guard let training = trainingNote else { return choice }
    var whole = choice ?? WeightsChoice(chosen: "", others: [])
    whole.training = training
    return whole
  }

  /// What the kernels are where training did not reach them.
  private var trainingNote: String? {
    if let size = spec.zeroesUnreached {
      return blueprint.hasZeroedWeights
        ? "the kernel weights that \(size.height) px do not reach are zero"
        : "\(size.height) px reach every kernel weight: none was set to zero"
    }
    return untrained.map {
      "\($0.note); these weights are noise at larger inputs (`erf` and `compare` take --zero-unreached)"
    }
  }

  /// Whether its weights come from a checkpoint, which may hold parallel kernels as one.
  public var hasCheckpoint: Bool { checkpoint != nil }

  /// What the weights' file says of their training; nil: nothing.
  public var record: TrainingRecord? { file.flatMap { TrainingRecord(metadata: $0.metadata) } }

  /// What training left untouched of the kernels that the file holds, edits aside; nil: nothing, or
  /// nobody knows, or it is zero.
  public var untrained: UntrainedWeights? {
    guard spec.zeroesUnreached == nil, let record, let original else { return nil }
    return record.untrained(of: original.blueprint.inferenceForm())
  }

  /// As the official code writes it: batch norms and parallel branches apart.
  let blueprint: Blueprint
  /// What runs, one node a layer.
  let layers: Blueprint
  /// The open file of the weights; nil for random ones.
  let file: Checkpoint?
  /// Tells the file from the one that was there before.
  let version: FileVersion?
  private let source: any ParameterSource
  /// What tells the weights of an exported graph; nil: another network, whose parameters tell.
  private let exported: ExportedWeights?
  /// The network that the weights belong to, before edits; nil: an exported graph, which brings its own.
  private let original: Original?
  private let checkpoint: CheckpointParameters?
  /// What is left out of an exported graph, or taken for something simpler, for people.
  public let notes: [String]
  /// What keeps a part of an exported graph from being shown; nil: nothing.
  let gap: ONNXGap?
  /// Modules of an exported graph that are layers when they are asked for by name.
  let besides: [ONNXModule]
  /// Why a value of an exported graph that was asked for is no layer, by its name.
  let refusals: [String: String]
  /// The input size that an exported graph is bound to; nil: the network takes any.
  public let inputSize: InputSize?

  /// A network before edits, and how it is written.
  private struct Original {
    let architecture: any Architecture
    let blueprint: Blueprint
    var lacksHead: Bool { ParameterInventory(blueprint).head.isEmpty }

    /// Its slots in the form of `edited`. A classifier that the weights lack is made anew where training
    /// begins with them.
    func edited(
      into edited: any Architecture, _ optional: OptionalParameters, _ spec: NetworkSpec
    ) -> Blueprint {
      let needsHead = spec.weightsModel != nil && lacksHead
      guard architecture.id != edited.id || needsHead else { return blueprint }
      return edited.blueprint(needsHead ? optional.withHead : optional)
        .fitted(to: blueprint, by: spec.fit)
    }
  }

  /// Whether the weights that were given hold a classifier of the network.
  public var holdsClassifier: Bool { original.map { !$0.lacksHead } ?? true }

  /// Opens the file of `spec`, where there is one, and finds out which network this is.
  ///
  /// - Throws: `ModelError`, `CheckpointError`, `CancellationError`.
  public init(_ spec: NetworkSpec, cancellation: Cancellation = Cancellation()) throws {
    try self.init(spec, cancellation: cancellation) { try Checkpoint(path: $0) }
  }

  /// - Parameter open: opens a checkpoint, or has it open already.
  init(
    _ spec: NetworkSpec, cancellation: Cancellation,
    opening open: (_ path: String) throws -> Checkpoint
  ) throws {
    // Before the file is opened: one that is replaced meanwhile is not taken for the newer one.
    if let path = spec.exportedGraph {
      self = try Self(exported: path, spec, cancellation)
      return
    }
    version = FileVersion(of: spec.weights)
    let found: any Architecture
    let known: Checkpoint?
    switch spec.source {
    case .catalogue(let id): (found, known) = (try ModelCatalogue.architecture(id), nil)
    case .file(let path):
      let checkpoint = try open(path)
      found = try ModelCatalogue.recognise(checkpoint, key: spec.weightsKey)
      known = checkpoint
    }
    let unedited = try spec.weightsModel.map(ModelCatalogue.architecture) ?? found
    switch spec.weights {
    case .file(let path): file = try spec.source == .file(path) ? known : open(path)
    case .trained: file = try ShippedWeights.checkpoint(of: unedited)
    case .random: file = nil
    }
    let architecture = try found.edited(by: spec.edits)
    let settled = try file.map { file in
      try CheckpointParameters(
        file: file, model: unedited.id, landmarks: type(of: unedited).landmarks,
        head: type(of: unedited).head, key: spec.weightsKey,
        allowsMissingHead: spec.allowsMissingHead, ignoresExtra: spec.ignoresExtra,
        isRecognised: known != nil
      ).settled(for: unedited, preparation: spec.preprocessing)
    }
    checkpoint = settled?.parameters
    source = spec.weights.parameters(of: checkpoint)
    self.spec = spec
    id = architecture.id
    let colours = architecture.preprocessing
    let usual = checkpoint?.takesGrey == true ? colours.grey : colours
    preprocessing = usual.with(spec.preprocessing)
    preparation = usual.difference(by: spec.preprocessing)
    evaluation = architecture.evaluation
    classNaming = try ClassNaming(
      spec, recorded: file.flatMap { TrainingRecord(metadata: $0.metadata) }?.classes,
      usual: type(of: architecture).classNames)
    let optional = checkpoint?.optional ?? .usual
    let written = Original(
      architecture: unedited, blueprint: settled?.blueprint ?? unedited.blueprint(optional))
    original = written
    exported = nil
    let edited = written.edited(into: architecture, optional, spec)
    blueprint = try spec.zeroesUnreached.map { try edited.zeroingUnreached(by: $0) } ?? edited
    layers = blueprint.inferenceForm()
    notes = []
    gap = nil
    besides = []
    refusals = [:]
    inputSize = nil
  }

  /// The graph in the ONNX file at `path`, bound to the input size that `spec` asks for.
  private init(
    exported path: String, _ spec: NetworkSpec, _ cancellation: Cancellation
  ) throws {
    version = FileVersion(path: path)
    let network = try ONNXGraphs.shared.network(
      path: path, size: spec.inputSize, values: spec.exportedValue.map { [$0] } ?? [],
      cancellation: cancellation)
    source = spec.weights.parameters(of: network)
    let original = network.blueprint.stageDesigns
    let stages = try original.editedExport(by: spec.edits, path: path)
    self.spec = spec
    id = ExportedID.text(path, stages, original: original)
    let usual = network.input.preprocessing
    preprocessing = usual.with(spec.preprocessing)
    preparation = usual.difference(by: spec.preprocessing)
    evaluation = Evaluation(
      side: min(network.size.height, network.size.width), shorterSide: nil, filter: .bilinear
    ).resized(to: network.size)
    classNaming = try ClassNaming(spec, recorded: nil, usual: ClassNames.imageNet)
    let edited = try network.blueprint.edited(by: spec.edits, fit: spec.fit)
    blueprint = try spec.zeroesUnreached.map { try edited.zeroingUnreached(by: $0) } ?? edited
    layers = blueprint.inferenceForm()
    notes = network.input.notes(spec.preprocessing) + network.notes
    gap = network.gap
    besides = network.besides
    refusals = network.refusals
    inputSize = network.size
    exported = ExportedWeights(file: network.model, stages: stages, original: original)
    self.original = nil
    checkpoint = nil
    file = nil
    WorkCount.note(.blueprint)
  }

  /// Tells its weights from others; of an exported graph whatever layer and size are asked for.
  func weightsHash(_ loader: ParameterLoader) throws -> FNV1a {
    try exported?.hash(spec) ?? loader.hash(of: blueprint)
  }

  /// Checks that the weights' file holds the network, by names and shapes alone.
  ///
  /// - Throws: `CheckpointError.mismatch` with everything that differs.
  public func requireWeights() throws {
    guard let original else { return }
    try checkpoint?.requireFit(original.blueprint, of: original.architecture)
  }

  /// The same for whoever needs the classifier: that the file opens without one is no help then.
  ///
  /// - Throws: as ``requireWeights()``.
  public func requireClassifier() throws {
    do {
      try requireWeights()
    } catch CheckpointError.mismatch(let path, var mismatch)
      where mismatch.remedies.contains(.withoutHead)
    {
      mismatch.remedies = []
      mismatch.needsHead = true
      throw CheckpointError.mismatch(path: path, mismatch)
    }
  }

  /// Reads its parameters when asked for them.
  ///
  /// - Parameters:
  ///   - memory: where they are remembered; nil: nowhere.
  ///   - layouts: where those that programs hold already are found.
  func loader(
    memory: ParameterMemory? = nil, layouts: LayoutCache? = nil,
    cancellation: Cancellation = Cancellation()
  ) -> ParameterLoader {
    let shelf = memory?.shelf(
      of: ParameterOrigin(
        model: original?.architecture.id ?? spec.exportedGraph ?? id, weights: spec.weights,
        weightsKey: spec.weightsKey,
        version: version))
    return ParameterLoader(
      source, memory: shelf, layouts: layouts, check: { try cancellation.check() })
  }

  /// The program as the official code writes the network: what is trained, and converted.
  ///
  /// - Throws: `CheckpointError`, `CancellationError`.
  func trainingForm(cancellation: Cancellation = Cancellation()) throws -> Program {
    try requireWeights()
    return try Program(blueprint, from: loader(cancellation: cancellation))
  }
}

/// An exported graph's own weights, and what edits make of them.
private struct ExportedWeights {
  let file: ONNXModel
  /// After edits and before them.
  let stages, original: [StageDesign]

  func hash(_ spec: NetworkSpec) throws -> FNV1a {
    var hash = try file.weightsHash()
    if case .random = spec.weights { hash.add(spec.weights.description.utf8) }
    let kernels = stages.map(\.kernel)
    if kernels != original.map(\.kernel) {
      hash.add("\(spec.fit.text) to \(kernels.listText)".utf8)
    }
    if let size = spec.zeroesUnreached {
      hash.add("zero beyond \(size), \(stages.map(\.dilation).listText)".utf8)
    }
    return hash
  }
}

/// Where parameters come from: the same slots of the same origin have the same values.
private struct ParameterOrigin: Hashable, Sendable {
  /// The network that the weights belong to.
  let model: String
  let weights: WeightsSource
  let weightsKey: String?
  /// Tells a checkpoint from the one that was there before.
  let version: FileVersion?
}

extension WeightsSource {
  /// What is random, or else what `file` holds: only random weights come without a file.
  fileprivate func parameters(of file: (any ParameterSource)?) -> any ParameterSource {
    if case .random(let seed) = self { return RandomParameters(seed: seed) }
    guard let file else { preconditionFailure("weights that are not random come from a file") }
    return file
  }
}
