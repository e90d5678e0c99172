// The probe without the benchmark: built-in stimuli and linear read-outs.
//
// For networks without ImageNet's classes a linear read-out of frozen pooled features is the accepted
// substitute (Hermann and Lampinen, 2020; Hermann, Chen and Kornblith, 2020): it learns categories
// where shape and texture agree, and decides where they conflict.

/// Measures the shape bias of one network with stimuli that the program draws.
public struct ShapeBiasProbe: Sendable {
  public let request: ShapeBiasRequest

  public init(_ request: ShapeBiasRequest = ShapeBiasRequest()) {
    self.request = request
  }

  /// Opens a network, and checks, before any weights are loaded, that the request can be carried out with
  /// it.
  ///
  /// - Parameter open: opens it, or has it open already.
  /// - Throws: ``ProbeError``, and what ``ERFRequest/validate()`` throws.
  public func opened(
    _ spec: NetworkSpec,
    opening open: (NetworkSpec) throws -> OpenedNetwork = { try OpenedNetwork($0) }
  ) throws -> OpenedNetwork {
    try requirePossible()
    let size = InputSize(height: request.size, width: request.size)
    return try ERFRequest(network: spec, size: size, tap: request.tap).validated(opening: open)
      .network
  }

  /// Checks that each of `networks` has a name of its own in a table of decisions about built-in stimuli, which
  /// calls them by their ids alone.
  ///
  /// - Throws: ``ProbeError/oneSubject(_:)``.
  public static func requireDistinct(_ networks: [OpenedNetwork]) throws(ProbeError) {
    var ids: Set<String> = []
    for network in networks where !ids.insert(network.id).inserted {
      throw .oneSubject(network.id)
    }
  }

  private func requirePossible() throws(ProbeError) {
    let counts = ShapeBiasRequest.counts
    guard request.agreeing >= counts.lowerBound && request.conflicts > 0 else {
      throw .tooFewStimuli(agreeing: request.agreeing, conflicts: request.conflicts)
    }
    guard max(request.agreeing, request.conflicts) <= counts.upperBound else {
      throw .tooManyStimuli(
        agreeing: request.agreeing, conflicts: request.conflicts, most: counts.upperBound)
    }
    if let tiles = request.shuffles.max(), tiles > request.size {
      throw .tooManyTiles(tiles, size: request.size)
    }
  }

  /// Draws the stimuli, takes the features of all layers in one pass each, fits, decides.
  ///
  /// - Parameter progress: called on this thread, first before any stimulus is drawn.
  /// - Throws: ``ProbeError``, ``ReadOutError``, `ModelError` for a layer or a size that do not fit,
  ///   `NonFiniteError`, `CancellationError`.
  public func run(
    _ network: Network, cancellation: Cancellation = Cancellation(),
    progress: (ShapeBiasProgress) -> Void = { _ in }
  ) throws -> ShapeBiasReport {
    let start = ComputingClock.now
    try requirePossible()
    let taps = try taps(of: network)
    let run = FeatureRun(
      request: request, features: PooledFeatures(network: network, taps: taps),
      workers: Workers(threads: request.threads, cancellation: cancellation))
    let features = try run.all(progress: progress)
    var reports: [ReadOutReport] = []
    var mainDecisions: [CueDecision] = []
    for (index, tap) in taps.enumerated() {
      try cancellation.check()
      let (report, decisions) = try report(
        on: tap, index: index, features: features, subject: network.id)
      reports.append(report)
      // The reported layer comes last.
      mainDecisions = decisions
    }
    guard let main = reports.last else { preconditionFailure("there is always a tap") }
    return ShapeBiasReport(
      model: network.id, weights: network.weights.description,
      weightsHash: network.weightsHash,
      method: .builtIn(size: request.size, seed: request.seed), counts: main.counts,
      interval: main.interval, decisions: mainDecisions, skipped: [], readOut: main,
      stages: request.stages ? reports.filter { network.stages.contains($0.tap) } : [],
      seconds: (ComputingClock.now - start).inSeconds, weightsChoice: network.weightsChoice)
  }

  /// The layers to read out, the reported one last.
  private func taps(of network: Network) throws -> [Tap] {
    let main = try network.tap(request.tap)
    let size = InputSize(height: request.size, width: request.size)
    let stages = request.stages ? try network.stages.map { try network.tap($0) } : []
    let taps = stages.filter { $0.value != main.value } + [main]
    for tap in taps { _ = try network.shape(of: tap, input: size) }
    return taps
  }

  // MARK: One layer

  private func report(
    on tap: Tap, index: Int, features: StimulusFeatures, subject: String
  ) throws -> (ReadOutReport, [CueDecision]) {
    let agreeing = features.agreeing.map { $0[index] }
    let (readOut, heldOut) = try fit(agreeing, tap: tap)
    var decisions: [CueDecision] = []
    for (number, vectors) in features.conflicts.enumerated() {
      let stimulus = BuiltInStimulus(kind: .conflict, seed: request.seed, index: number)
      decisions.append(
        CueDecision(
          subject: subject, image: stimulus.fileName, shape: stimulus.shape,
          texture: stimulus.texture, response: .best(readOut.scores(vectors[index]))))
    }
    let counts = ShapeBias(subject: subject, decisions: decisions)
    func accuracyAlone(_ vectors: [[[Float]]]) throws -> Accuracy? {
      vectors.isEmpty ? nil : try fit(vectors.map { $0[index] }, tap: tap).heldOut
    }
    let report = ReadOutReport(
      tap: tap.name, channels: agreeing[0].count, lambda: readOut.lambda,
      trained: StimulusSplit.training(request.agreeing).count, heldOut: heldOut, counts: counts,
      interval: heldOut.isAtChance ? nil : counts.overall.biasInterval(seed: request.seed),
      shapeOnly: try accuracyAlone(features.shapes),
      textureOnly: try accuracyAlone(features.textures),
      shuffled: features.shuffled.map { tiles, vectors in
        ReadOutReport.Shuffled(
          tiles: tiles,
          accuracy: accuracy(
            of: readOut, on: vectors.map { $0[index] },
            numbers: StimulusSplit.heldOut(request.agreeing)))
      })
    return (report, decisions)
  }

  /// Fits to the training stimuli among `features` (one vector a stimulus in order) and tests on the
  /// others.
  private func fit(
    _ features: [[Float]], tap: Tap
  ) throws -> (readOut: RidgeReadOut, heldOut: Accuracy) {
    let training = StimulusSplit.training(features.count)
    let readOut = try RidgeReadOut(
      features: training.map { features[$0] },
      labels: training.map { StimulusKind.agreeing.categories(at: $0).shape.index },
      classes: ObjectCategory.allCases.count, tap: tap.name)
    let heldOut = StimulusSplit.heldOut(features.count)
    return (
      readOut, accuracy(of: readOut, on: heldOut.map { features[$0] }, numbers: heldOut)
    )
  }

  private func accuracy(
    of readOut: RidgeReadOut, on features: [[Float]], numbers: [Int]
  ) -> Accuracy {
    let correct = zip(features, numbers).filter { vector, number in
      ObjectCategory.best(readOut.scores(vector))
        == StimulusKind.agreeing.categories(at: number).shape
    }
    return Accuracy(correct: correct.count, total: numbers.count)
  }
}

/// Which stimuli a read-out learns from: of every four rounds through the categories the last is held
/// out.
enum StimulusSplit {
  static func training(_ count: Int) -> [Int] { (0..<count).filter { !isHeldOut($0) } }
  static func heldOut(_ count: Int) -> [Int] { (0..<count).filter(isHeldOut) }

  private static func isHeldOut(_ index: Int) -> Bool {
    index / ObjectCategory.allCases.count % 4 == 3
  }
}
