// The benchmark of Geirhos et al. (ICLR 2019) as published: the network's own classes decide.

/// Measures the shape bias of a network on a folder of stimuli by its own classes: ImageNet's, or others
/// that are named like them or like the 16 categories. Stimuli of categories that it has no class for
/// are left out.
public struct CueConflictBenchmark: Sendable {
  /// Pixels a side of the published stimuli; they are taken as they are, others are resized to it.
  public static let size = 224

  public let stimuli: StimulusFolder
  /// The decision file of a run that is not cut, written as it goes on, and taken up again; nil: none.
  public let csv: String?
  /// Subjects of other networks of the same run, whose decisions go into the same file.
  public var others: Set<String> = []
  /// Whether a file of something else may be replaced.
  public var replaces = false
  /// The stimuli's files as they were when the run began; nil: they may change meanwhile.
  public var watched: WatchedFiles?
  public let seed: UInt64
  public let threads: Int?

  public init(
    _ stimuli: StimulusFolder, csv: String? = nil, seed: UInt64 = 0, threads: Int? = nil
  ) {
    self.stimuli = stimuli
    self.csv = csv
    self.seed = seed
    self.threads = threads
  }

  /// The name of a network in decision files: other weights are another subject.
  public static func subject(_ network: Network) -> String {
    subject(network.id, network.weightsHash)
  }

  /// The same for one that is open; its weights are read for that.
  ///
  /// - Throws: `CheckpointError`, `CancellationError`.
  public static func subject(
    _ opened: OpenedNetwork, cancellation: Cancellation = Cancellation()
  ) throws -> String {
    subject(
      opened.id, try opened.weightsHash(opened.loader(cancellation: cancellation)).text)
  }

  /// Checks that each of `networks` has a name of its own in decision files.
  ///
  /// - Throws: ``ProbeError/oneSubject(_:)``, and what ``subject(_:cancellation:)`` throws.
  public static func requireDistinct(_ networks: [OpenedNetwork]) throws {
    let ids = networks.map(\.id)
    var subjects: Set<String> = []
    // Those of other ids have other names, without a look at their weights.
    for network in networks where ids.count(where: { $0 == network.id }) > 1 {
      let subject = try subject(network)
      guard subjects.insert(subject).inserted else { throw ProbeError.oneSubject(subject) }
    }
  }

  private static func subject(_ id: String, _ hash: String) -> String { "\(id)-\(hash.prefix(8))" }

  /// Opens a network, and checks, before any weights are loaded, that it has classes of the categories and
  /// fits.
  ///
  /// - Throws: ``ProbeError/noCategories(model:classes:)``, and what ``ERFRequest/validate()`` throws.
  public static func opened(_ spec: NetworkSpec) throws -> OpenedNetwork {
    let size = InputSize(height: Self.size, width: Self.size)
    let opened = try ERFRequest(network: spec, size: size, tap: "logits").validated().network
    let logits = try opened.layers.tap("logits", of: opened.id)
    let classes = try opened.layers.shape(of: logits, input: size, model: opened.id).channels
    let names = try opened.classNaming.names(classes, of: opened.id)
    _ = try head(names, model: opened.id, classes: classes)
    return opened
  }

  /// - Throws: `ProbeError.noCategories`.
  private static func head(
    _ names: [String]?, model: String, classes: Int
  ) throws(ProbeError) -> CategoryHead {
    if classes == ImageNetCategories.classes && names == ClassNames.imageNet { return .imageNet }
    guard let head = names.flatMap(CategoryHead.init) else {
      throw .noCategories(model: model, classes: classes)
    }
    return head
  }

  /// The head of a network, and the size that stimuli are brought to: the benchmark's own for ImageNet's
  /// classes, else the one that the network was trained for.
  private static func head(of network: Network) throws -> (CategoryHead, InputSize) {
    let published = InputSize(height: size, width: size)
    let classes = try network.shape(of: network.tap("logits"), input: published).channels
    let head = try head(try network.classNames(classes), model: network.id, classes: classes)
    let own = network.record.map { InputSize(height: $0.size, width: $0.size) }
    return (head, head == .imageNet ? published : own ?? network.evaluation.size)
  }

  /// Checks that decisions can be added to the file: nothing is there, or what earlier runs for `subjects`
  /// wrote. Nothing is changed.
  ///
  /// - Throws: ``FileError``, ``DecisionError`` where it is something else.
  public func requireTable(of subjects: Set<String>) throws {
    guard let csv else { return }
    _ = try DecisionTable(path: csv, subjects: subjects, stimuli: fileNames)
  }

  private var fileNames: Set<String> {
    Set(((stimuli.before ?? []) + stimuli.stimuli).map(\.fileName))
  }

  private func log(of subject: String) throws -> DecisionLog? {
    guard let csv else { return nil }
    return try DecisionLog(
      path: csv, subject: subject, others: others, stimuli: fileNames, replaces: replaces)
  }

  /// Decides every stimulus that the decision file does not yet hold.
  ///
  /// - Parameter progress: called on this thread, first before any stimulus is read.
  /// - Throws: ``ProbeError``, ``FileError`` and ``DecisionError`` for the decision file,
  ///   `FileError.changed` for a stimulus that has changed, `NonFiniteError`; `CancellationError` before the
  ///   first decision, else the report is of what was decided until then.
  public func run(
    _ network: Network, cancellation: Cancellation = Cancellation(),
    progress: (ShapeBiasProgress) -> Void = { _ in }
  ) throws -> ShapeBiasReport {
    var share: DecisionShareFile?
    return try run(
      network, number: 1, into: &share, cancellation: cancellation, progress: progress)
  }

  /// Decides every stimulus that the file of the share does not yet hold, which may be none. Trials are
  /// numbered by the stimuli that count, over all shares.
  ///
  /// - Parameters:
  ///   - number: of the network among those of the share, from 1.
  ///   - share: nil: the run is not cut.
  /// - Throws: as ``run(_:cancellation:progress:)``.
  public func run(
    _ network: Network, number: Int, into share: inout DecisionShareFile?,
    cancellation: Cancellation = Cancellation(), progress: (ShapeBiasProgress) -> Void = { _ in }
  ) throws -> ShapeBiasReport {
    let clock = ContinuousClock()
    let start = clock.now
    let (head, size) = try Self.head(of: network)
    let subject = Self.subject(network)
    var log = try log(of: subject)
    try share?.write()
    var found: [String: CueDecision] = share?.known(number) ?? log?.known ?? [:]
    let wanted = stimuli.stimuli.filter(head.counts)
    let first = 1 + (stimuli.before?.count(where: head.counts) ?? 0)
    let trials = Dictionary(
      wanted.enumerated().map { ($1.fileName, first + $0) }, uniquingKeysWith: { one, _ in one })
    let undecided = wanted.filter { found[$0.fileName] == nil }
    // What a finished share has no decision of is not looked at again.
    let isFinished = share?.wasFinished == true
    let open = isFinished ? [] : undecided
    let total = wanted.count
    let before = total - open.count
    func report(_ done: Int) {
      progress(ShapeBiasProgress(phase: .benchmark, done: before + done, total: total))
    }
    report(0)
    var skipped = stimuli.skipped + (isFinished ? undecided.map(Self.unread) : [])
    do {
      try Batches.run(
        open.count, workers: Workers(threads: threads, cancellation: cancellation),
        progress: report,
        body: { index in
          Result { try decide(open[index], network, head, size, subject, cancellation) }
        },
        collect: { result in
          switch try result.get() {
          case .decided(let decision):
            found[decision.image] = decision
            let trial = trials[decision.image] ?? 0
            try log?.append(decision, trial: trial)
            try share?.add(decision, trial: trial, of: number)
          case .unreadable(let file): skipped.append(file)
          }
        })
      try share?.write()
    } catch {
      // What was decided so far stays, whatever ended the run, and is told, if it is anything.
      try share?.write()
      guard error is CancellationError, wanted.contains(where: { found[$0.fileName] != nil })
      else { throw error }
    }
    let decisions = wanted.compactMap { found[$0.fileName] }
    if decisions.isEmpty, stimuli.before == nil {
      throw nothingDecided(wanted.count, skipped, network, head)
    }
    return summary(
      of: decisions, by: network, head, wanted: wanted.count, skipped: skipped,
      seconds: (clock.now - start).inSeconds)
  }

  private func summary(
    of decisions: [CueDecision], by network: Network, _ head: CategoryHead, wanted: Int,
    skipped: [ShapeBiasReport.Skipped], seconds: Double
  ) -> ShapeBiasReport {
    let bias = ShapeBias(subject: network.id, decisions: decisions)
    return ShapeBiasReport(
      model: network.id, weights: network.weights.description,
      weightsHash: network.weightsHash, method: .benchmark(folder: stimuli.folder),
      counts: bias, interval: bias.overall.biasInterval(seed: seed), decisions: decisions,
      skipped: skipped, open: wanted - decisions.count - (skipped.count - stimuli.skipped.count),
      leftOut: stimuli.stimuli.count - wanted, categories: head.categories, readOut: nil,
      stages: [], seconds: seconds, weightsChoice: network.weightsChoice)
  }

  /// Why the whole folder gave no decision.
  private func nothingDecided(
    _ wanted: Int, _ skipped: [ShapeBiasReport.Skipped], _ network: Network, _ head: CategoryHead
  ) -> ProbeError {
    wanted == 0
      ? .noneOfItsCategories(
        folder: stimuli.folder, stimuli: stimuli.stimuli.count, model: network.id,
        categories: head.categories)
      : .noReadableStimuli(
        folder: stimuli.folder, skipped: skipped.count, first: skipped.first?.reason ?? "")
  }

  private enum Outcome: Sendable {
    case decided(CueDecision)
    case unreadable(ShapeBiasReport.Skipped)
  }

  private func decide(
    _ stimulus: StimulusFolder.Stimulus, _ network: Network, _ head: CategoryHead,
    _ size: InputSize,
    _ subject: String, _ cancellation: Cancellation
  ) throws -> Outcome {
    let loaded = Result { try Image.load(path: stimulus.path) }
    // Behind the reading, and whatever came of it: only then is it known what was read.
    try watched?.requireUnchanged(stimulus.path)
    let image: Image
    do {
      image = try loaded.get()
    } catch let error as any ExplainedError where error.isOfTheFile {
      return .unreadable(
        ShapeBiasReport.Skipped(path: stimulus.path, reason: Self.reason(error, stimulus.path)))
    }
    let input = network.preprocessing.tensor(image, size: size)
    let logits = try network.features(
      input, tap: "logits", workers: Workers(threads: 1, cancellation: cancellation)
    ).elements
    guard logits.allSatisfy(\.isFinite) else {
      throw NonFiniteError(layer: "logits", phase: .forward)
    }
    return .decided(
      CueDecision(
        subject: subject, image: stimulus.fileName, shape: stimulus.name.shape,
        texture: stimulus.name.texture, response: head.decision(logits: logits)))
  }

  /// A stimulus that a finished share has no decision of.
  private static func unread(_ stimulus: StimulusFolder.Stimulus) -> ShapeBiasReport.Skipped {
    ShapeBiasReport.Skipped(
      path: stimulus.path, reason: "could not be read when its share was computed")
  }

  /// What is wrong with a file, without its path in front.
  private static func reason(_ error: any ExplainedError, _ path: String) -> String {
    let text = error.explanation
    return text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text
  }
}

extension CategoryHead {
  /// Whether it has classes of both categories of a stimulus.
  fileprivate func counts(_ stimulus: StimulusFolder.Stimulus) -> Bool {
    categories.contains(stimulus.name.shape) && categories.contains(stimulus.name.texture)
  }
}
