// The benchmark of Geirhos et al. (ICLR 2019) as published: the network's own classes decide.

/// Measures the shape bias of a network on a folder of stimuli by its own classes: ImageNet's, or others
/// that are named like them or like the 16 categories. Stimuli of categories that it has no class for
/// are left out.
public struct CueConflictBenchmark: Sendable {
  /// Pixels a side of the published stimuli; they are taken as they are, others are resized to it.
  public static let size = 224

  public let stimuli: StimulusFolder
  /// The stimuli's files as they were when the run began; nil: they may change meanwhile.
  public var watched: WatchedFiles?
  public let seed: UInt64
  public let threads: Int?

  public init(_ stimuli: StimulusFolder, seed: UInt64 = 0, threads: Int? = nil) {
    self.stimuli = stimuli
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
    let request = ERFRequest(network: spec, size: size, tap: "logits")
    let opened = try request.validated { spec in
      let opened = try OpenedNetwork(spec)
      try opened.requireClasses()
      return opened
    }.network
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

  /// Decides every stimulus.
  ///
  /// - Throws: ``ProbeError``, `NonFiniteError`, `FileError.changed` for a stimulus that has changed;
  ///   `CancellationError` before the first decision, else the report is of what was decided until then.
  public func run(
    _ network: Network, cancellation: Cancellation = Cancellation()
  ) throws -> ShapeBiasReport {
    var file: DecisionShareFile?
    return try run(network, number: 1, into: &file, cancellation: cancellation)
  }

  /// Decides every stimulus that the file of the run, or of its share, does not yet hold, which may be none. Trials
  /// are numbered by the stimuli that count, over all shares.
  ///
  /// - Parameters:
  ///   - number: of the network among those of the run, from 1.
  ///   - file: nil: decisions are kept nowhere.
  ///   - progress: called on this thread, first before any stimulus is read.
  /// - Throws: as ``run(_:cancellation:)``, and ``FileError`` and ``RunPartError`` for the file.
  public func run(
    _ network: Network, number: Int, into file: inout DecisionShareFile?,
    cancellation: Cancellation = Cancellation(), progress: (ShapeBiasProgress) -> Void = { _ in }
  ) throws -> ShapeBiasReport {
    let start = ComputingClock.now
    let (head, size) = try Self.head(of: network)
    let subject = Self.subject(network)
    try file?.write()
    var found = file?.known(number) ?? [:]
    let wanted = stimuli.stimuli.filter(head.counts)
    let first = 1 + (stimuli.before?.count(where: head.counts) ?? 0)
    let trials = Dictionary(
      wanted.enumerated().map { (PathKey($1.fileName), first + $0) },
      uniquingKeysWith: { one, _ in one })
    let undecided = wanted.filter { found[PathKey($0.fileName)] == nil }
    // What a finished share has no decision of is not looked at again.
    let isFinished = file?.wasFinished == true
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
            let image = PathKey(decision.image)
            found[image] = decision
            try file?.add(decision, trial: trials[image] ?? 0, of: number)
          case .unreadable(let file): skipped.append(file)
          }
        })
      try file?.write()
    } catch {
      // What was decided so far stays, whatever ended the run, and is told, if it is anything.
      try file?.write()
      guard error is CancellationError,
        wanted.contains(where: { found[PathKey($0.fileName)] != nil })
      else { throw error }
    }
    let decisions = wanted.compactMap { found[PathKey($0.fileName)] }
    if decisions.isEmpty, stimuli.before == nil {
      throw nothingDecided(wanted.count, skipped, network, head)
    }
    return summary(
      of: decisions, by: network, head, wanted: wanted.count, skipped: skipped,
      seconds: (ComputingClock.now - start).inSeconds)
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
