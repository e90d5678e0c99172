// What the explorer needs, from the engine and the files of this machine.

public import ERFEngine

/// The engine and the files of this machine.
public struct LocalEngine: Engine {
  let computer = ERFComputer()
  let recognised = RecognisedFiles()
  private let seen = SeenFiles()
  private let training: TrainingFolder

  /// `trainingFolder`: where the moments of training go; nil: among temporary files.
  public init(trainingFolder: String? = nil) {
    training = TrainingFolder(path: trainingFolder)
  }

  /// Removes the temporary files of training, when the explorer has ended.
  public func removeTemporaryFiles() { training.removeTemporary() }

  public func changes(of paths: [String]) -> [String] { seen.changes(of: paths) }

  public func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    try requireFiles(request.images)
    try requireFiles(of: request.network)
    try recognised.requireNumbers(of: request.network, computer, cancellation)
    return try computer.compute(request, cancellation: cancellation, progress: progress)
  }

  /// A network, opened once, whoever asks.
  ///
  /// - Throws: what opening it throws, `CancellationError`.
  public func open(
    _ network: NetworkSpec, cancellation: Cancellation = Cancellation()
  ) throws -> OpenedNetwork {
    try requireFiles(of: network)
    let opened = try computer.open(network, cancellation: cancellation)
    if case .file(let path) = network.source { recognised.note(path, as: opened.id) }
    return opened
  }

  public func facts(
    of network: NetworkSpec, size: InputSize, cancellation: Cancellation
  ) throws -> NetworkFacts {
    try requireFiles(of: network)
    guard case .file = network.source else { return try NetworkFacts(network, size: size) }
    func facts(_ size: InputSize) throws -> NetworkFacts {
      let opened = try computer.open(network.bound(to: size), cancellation: cancellation)
      return try NetworkFacts(NetworkSummary(opened, size: size), input: size)
    }
    do {
      return try facts(size)
    } catch let error as ONNXError {
      guard case .fixedSize = error, let own = network.exportedSize else { throw error }
      var known = try facts(own)
      known.refusal = error.explanation
      return known
    }
  }

  public func design(
    of network: NetworkSpec, cancellation: Cancellation
  ) throws -> NetworkDesign {
    try requireFiles(of: network)
    guard case .file = network.source else { return try NetworkDesign(network) }
    return try NetworkDesign(computer.open(network, cancellation: cancellation))
  }

  public func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation,
    report: (LayerField) -> Void
  ) throws {
    try requireFiles(request.images)
    try requireFiles(of: request.network)
    try computer.layerFields(
      request, layers: layers, cancellation: cancellation, report: report)
  }

  public func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport {
    try requireFiles(of: network)
    let probe = ShapeBiasProbe(request)
    let opened = try probe.opened(network) { try computer.open($0, cancellation: cancellation) }
    return try probe.run(
      computer.network(opened.spec, cancellation: cancellation), cancellation: cancellation,
      progress: progress)
  }

  public func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification {
    if case .file(let path) = request.image { try requireFiles(.files([path])) }
    try requireFiles(of: request.network)
    let classifier = try Classifier(
      computer.network(request.network, cancellation: cancellation), threads: threads,
      cancellation: cancellation)
    switch request.image {
    case .builtIn(let index):
      return try classifier.classify(
        BuiltInImages.image(at: index), from: BuiltInImages.name(at: index), top: classifier.classes
      )
    case .file(let path): return try classifier.classify(path, top: classifier.classes)
    }
  }

  public func train(
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws {
    try requireFiles(of: request.network)
    try FineTuning(
      request.network, on: request.data, folder: training.makeRun(), threads: request.threads
    ).run(cancellation: cancellation, report: report)
  }
}

extension TrainingRequest {
  var data: TrainingRecipe.Data {
    folder.map { .folder(PathCompletion.resolved($0)) } ?? .shapes(count: FineTuning.stimuli)
  }
}
