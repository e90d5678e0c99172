import Synchronization

/// Computes effective receptive fields: one path from a request to a map, for the subcommands and
/// the explorer alike. Networks stay loaded between requests.
public final class ERFComputer: Sendable {
  /// Why a request gave no map.
  public enum Failure: ExplainedError, Equatable {
    case tooManyBuiltIn(asked: Int, available: Int)
    case noImages
    case allSkipped(images: Int, first: SkippedImage)
    /// An image that an earlier part of the run has looked at is another one now.
    case changed(image: String)

    public var isUsageError: Bool {
      switch self {
      case .allSkipped, .changed: false
      case .tooManyBuiltIn, .noImages: true
      }
    }

    public var explanation: String {
      switch self {
      case .tooManyBuiltIn(let asked, let available):
        "\(asked.counted("image")) asked for, but only \(available) are built in: "
          + "give pictures of your own"
      case .noImages: "no images to average over: give at least one"
      case .allSkipped(let images, let first):
        (images == 1 ? "no map" : "none of the \(images) images gives a map")
          + ": \(first.explanation)"
      case .changed(let image):
        "\(image) has changed since the earlier part of this run was computed: restore it, or start over in "
          + "another file, or with --force"
      }
    }
  }

  private struct Loaded {
    let key: OpenedNetworks.Key
    let network: Network
  }

  private let networksOpened = OpenedNetworks()

  /// The networks used last, most recent first.
  private let networks = Mutex<[Loaded]>([])
  private let cached: Int

  private let forwards: ForwardCache
  private let parameters = ParameterMemory()
  private let layouts = LayoutCache()

  /// - Parameters:
  ///   - networks: how many stay loaded. Where that is one, it goes before the next one comes.
  ///   - cacheLimit: most that the forward passes of requests that ask for it may take, in bytes.
  public init(networks: Int = 2, cacheLimit: Int = ForwardCache.defaultLimit) {
    cached = networks
    forwards = ForwardCache(limit: cacheLimit)
  }

  /// Bytes of forward passes that are kept for later requests.
  var keptBytes: Int { forwards.bytes }

  /// The network of a request, loaded on first use.
  ///
  /// - Parameter keepsParameters: whether edits of it are to find its parameters ready.
  /// - Throws: what opening it throws, `CancellationError`.
  public func network(
    _ spec: NetworkSpec, keepsParameters: Bool = false, cancellation: Cancellation = Cancellation()
  ) throws -> Network {
    let opened = try open(spec, cancellation: cancellation)
    try opened.requireWeights()
    return try network(opened, keepsParameters: keepsParameters, cancellation: cancellation)
  }

  /// The open network of `spec`: opened once, whoever asks.
  ///
  /// - Throws: what opening it throws, `CancellationError`.
  public func open(
    _ spec: NetworkSpec, cancellation: Cancellation = Cancellation()
  ) throws -> OpenedNetwork { try networksOpened.network(spec, cancellation) }

  /// The same of a network that is open.
  func network(
    _ opened: OpenedNetwork, keepsParameters: Bool, cancellation: Cancellation
  ) throws -> Network {
    let key = OpenedNetworks.Key(opened)
    // Each input size adds code to a network that stays.
    if cached < 2, ProcessMemory.isLimited { letGo() }
    if let loaded = networks.withLock({ $0.first { $0.key == key } }) { return keep(loaded) }
    if cached < 2 { letGo() }
    let loader = opened.loader(
      memory: keepsParameters ? parameters : nil, layouts: keepsParameters ? layouts : nil,
      cancellation: cancellation)
    let network = try Network(opened, loader)
    return keep(Loaded(key: key, network: network))
  }

  /// Makes room for another network.
  private func letGo() {
    networks.withLock { $0.removeAll() }
    guard ProcessMemory.isLimited else { return }
    DenseWeights.forgetUnusedCode()
    MemoryPool.giveBackUnused()
  }

  private func keep(_ loaded: Loaded) -> Network {
    networks.withLock { networks in
      networks.removeAll { $0.key == loaded.key }
      networks.insert(loaded, at: 0)
      if networks.count > cached { networks.removeLast() }
    }
    return loaded.network
  }

  /// Runs `request`, reporting as it goes.
  ///
  /// - Throws: an `ExplainedError` for a request that cannot be carried out, `CancellationError`.
  public func compute(
    _ request: ERFRequest, shard: Shard? = nil, cancellation: Cancellation = Cancellation(),
    progress: (ERFProgress) -> Void = { _ in }
  ) throws -> ERFResult {
    try compute(
      request, shard: shard, resume: { _ in nil }, cancellation: cancellation, progress: progress)
  }

  /// The same of a request that is checked, whose network is open.
  public func compute(
    _ validated: ValidatedRequest, cancellation: Cancellation = Cancellation(),
    progress: (ERFProgress) -> Void = { _ in }
  ) throws -> ERFResult {
    try compute(
      validated, shard: nil, resume: { _ in nil }, cancellation: cancellation, progress: progress)
  }

  /// Runs `request` or a share of it, from the beginning or from where an earlier run ended, reporting
  /// as it goes.
  ///
  /// - Parameters:
  ///   - shard: the share of the images to look at; nil: all of them.
  ///   - resume: asked once with what the run is of and nothing done; what it returns is gone on with.
  /// - Throws: an `ExplainedError` for a request that cannot be carried out, `CancellationError`.
  public func compute(
    _ request: ERFRequest, shard: Shard?, resume: (ERFPart) throws -> ERFPart?,
    cancellation: Cancellation = Cancellation(), progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    try compute(
      request.validated { try open($0, cancellation: cancellation) }, shard: shard, resume: resume,
      cancellation: cancellation, progress: progress)
  }

  /// The same of a request that is checked, whose network is open.
  ///
  /// - Parameter watched: the images' files as they were when the run began; nil: they may change meanwhile.
  /// - Throws: also `FileError.changed` naming one that is no longer what it was.
  public func compute(
    _ validated: ValidatedRequest, shard: Shard?, watched: WatchedFiles? = nil,
    resume: (ERFPart) throws -> ERFPart?, cancellation: Cancellation = Cancellation(),
    progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    let start = ComputingClock.now
    var seconds = ERFSeconds()
    let request = validated.request
    let inputs = try request.inputs()
    let size = inputs.size ?? request.size
    let workers = Workers(threads: request.threads, cancellation: cancellation)
    let ahead = InputsAhead(
      inputs, size: size, preprocessing: validated.network.preprocessing, watched: watched,
      workers: workers)
    // While the network is laid out, which one thread is enough for.
    if let first = (shard?.block(of: inputs.count) ?? 0..<inputs.count).first {
      ahead.beginEarly(first)
    }
    let network = try network(
      validated.network, keepsParameters: request.keepsForward, cancellation: cancellation)
    let tap = try network.tap(request.tap)
    let subject = try ERFSubject(request, network, tap, input: size)
    seconds.load = (ComputingClock.now - start).inSeconds
    progress(.prepared(subject))

    let walk = ERFWalk(
      network: network, program: network.program.computing(in: request.precision), tap: tap,
      units: subject.units, rule: request.rule,
      cache: request.keepsForward ? forwards : nil, workers: workers)
    var part = ERFPart(subject, of: inputs, shard: shard)
    if let earlier = try resume(part) {
      try requireSame(inputs, size, as: earlier, for: network, workers: walk.workers)
      let new = part
      part = earlier
      part.addNotes(of: new)
    }
    let features = try addImages(
      of: inputs, ahead, to: &part, by: walk, request, seconds: &seconds, progress: progress)
    if shard == nil, part.done.isEmpty, let first = part.skipped.first {
      throw Failure.allSkipped(images: inputs.count, first: first.image)
    }
    seconds.total = (ComputingClock.now - start).inSeconds
    var result = part.result(seconds: seconds)
    result.untrained = network.untrained
    // A part that was gone on with does not have it.
    result.subject.training = network.record
    result.features = features.map { $0 / Float(part.done.count) }
    return result
  }

  /// The images that `part` is of have to be what they were, as far as the same program can tell on the
  /// same kind of machine: others may prepare pictures with other bits.
  private func requireSame(
    _ inputs: NetworkInputs, _ size: InputSize, as part: ERFPart, for network: Network,
    workers: Workers
  ) throws {
    guard part.makers == [.this] else { return }
    try InputsAhead(
      inputs, size: size, preprocessing: network.preprocessing, workers: Workers(threads: 1)
    ).requireSame(part.done.map { ($0.index, $0.name, $0.hash) }, workers: workers)
  }

  /// Looks at the images that `part` lacks, one after the other.
  ///
  /// - Returns: the sum of their features, where all of the map was computed.
  private func addImages(
    of inputs: NetworkInputs, _ ahead: InputsAhead, to part: inout ERFPart, by walk: ERFWalk,
    _ request: ERFRequest, seconds: inout ERFSeconds, progress: (ERFProgress) -> Void
  ) throws -> [Float] {
    let open = part.open
    var features: [Float] = []
    for (turn, index) in open.enumerated() {
      try walk.workers.cancellation.check()
      let input = {
        try ahead.input(index, following: turn + 1 < open.count ? open[turn + 1] : nil)
      }
      let look = try look(
        at: index, of: inputs, input, by: walk, request, seconds: &seconds
      ) { layer, fraction in
        progress(
          .layer(
            name: layer.scope, image: index, images: inputs.count,
            fraction: (Double(turn) + fraction) / Double(open.count)))
      }
      switch look {
      case .skipped(let image):
        part.skip(index, image)
        progress(.skipped(index, image))
      case .seen(let gradient, let answers, let hash):
        if seconds.first == 0 { seconds.first = seconds.forward + seconds.backward }
        part.map.accumulate(gradient: gradient)
        features.add(answers)
        // Somebody waits for the map, and for nothing of what follows.
        progress(.image(index, of: inputs.count, map: part.map))
        part.add(
          ERFPart.Done(
            index: index, name: inputs.name(index), hash: hash,
            sides: inputs.count > 1
              ? ERFMetrics.sides(of: gradient, part.subject, threads: request.threads) : []))
      }
      progress(.part(part))
    }
    return features
  }

  /// What became of one image.
  private enum Look {
    case seen(gradient: Tensor, features: [Float], hash: String)
    case skipped(SkippedImage)
  }

  private func look(
    at index: Int, of inputs: NetworkInputs, _ made: () throws -> InputsAhead.Ready,
    by walk: ERFWalk, _ request: ERFRequest, seconds: inout ERFSeconds, report: Program.LayerReport
  ) throws -> Look {
    let start = ComputingClock.now
    func skipped(_ reason: SkippedImage.Reason) -> Look {
      .skipped(SkippedImage(name: inputs.name(index), reason: reason))
    }
    let ready: InputsAhead.Ready
    do {
      ready = try made()
    } catch let error as any ExplainedError
      where error.isOfTheFile && request.mayBeSkipped.contains(PathKey(inputs.path(index)))
    {
      return skipped(.unreadable(error.explanation))
    }
    seconds.load += (ComputingClock.now - start).inSeconds
    do {
      let (gradient, features) = try walk.gradient(
        of: ready.input, seconds: &seconds, report: report)
      return .seen(gradient: gradient, features: features, hash: ready.hash)
    } catch let error as NonFiniteError {
      return skipped(.nonFinite(layer: error.layer))
    }
  }
}

extension ERFSubject {
  fileprivate init(
    _ request: ERFRequest, _ network: Network, _ tap: Tap, input size: InputSize
  ) throws {
    let shape = try network.shape(of: tap, input: size)
    self.init(
      model: network.id, weights: request.network.weightsText,
      weightsChoice: network.weightsChoice, weightsHash: network.weightsHash,
      input: size, stages: network.stages, tap: tap.name,
      mapSize: tap.grid.size(of: shape), units: try tap.checked(request.units, shape: shape),
      rule: request.rule)
    precision = request.precision
    preprocessing = network.preparation
    training = network.record
  }
}

extension [Float] {
  /// Adds element by element; to none, takes the others.
  fileprivate mutating func add(_ others: [Float]) {
    guard count == others.count else { return self = others }
    for index in indices { self[index] += others[index] }
  }
}
