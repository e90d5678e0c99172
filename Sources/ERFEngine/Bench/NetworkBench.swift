/// One network's effective receptive field, forward and back, timed by kind of operator.
public struct NetworkBench: Sendable {
  public static let models = ["replknet-3", "replknet-13", "replknet-31", "resnet-101"]
  public static let sizes = [224, 1024]

  /// What one kind of operator takes.
  public struct Share: Sendable, Encodable {
    /// `conv 1x1`, `depth-wise 31x31`, ...
    public let kind: String
    /// Seconds of an average run, forward and back.
    public let forward: Double
    public let backward: Double
  }

  public struct Timing: Sendable, Encodable {
    public let model: String
    public let size: Int
    /// Medians, in seconds.
    public let forward: Double
    public let backward: Double
    public let total: Double
    /// Multiply-adds of forward and gradient, each counting every tap of every convolution over the
    /// whole map, as if nothing were left out.
    public let multiplyAdds: Int
    /// That work over the time it took, against the machine's measured peak: 0...1, and more only
    /// where leaving out what cannot matter wins.
    public let shareOfPeak: Double
    /// Slowest first.
    public let operators: [Share]
  }

  public let repetitions: Int
  public let workers: Workers
  public let peak: MachinePeak

  public init(repetitions: Int, workers: Workers, peak: MachinePeak) {
    self.repetitions = repetitions
    self.workers = workers
    self.peak = peak
  }

  /// Checks that the field of `model` over `size` x `size` pixels fits into memory.
  ///
  /// - Throws: `ModelError`, `MemoryError`.
  public static func requireMemory(model: String, size: Int) throws {
    let spec = NetworkSpec(model: model, weights: .random(seed: 1))
    let request = ERFRequest(network: spec, size: InputSize(height: size, width: size))
    try MemoryError.require(
      try request.memoryEstimate().bytes, for: "\(model) at \(size)x\(size)",
      advice: "time less of it (--quick, --part)")
  }

  /// Times `model` with random weights over one built-in picture of `size` x `size` pixels.
  ///
  /// - Throws: `ModelError`, `CancellationError`.
  public func timing(model: String, size: Int) throws -> Timing {
    let network = try Network(NetworkSpec(model: model, weights: .random(seed: 1)))
    let tap = try network.tap(nil)
    let pixels = InputSize(height: size, width: size)
    let shapes = try network.shapes(input: pixels)
    let units = try tap.checked([], shape: shapes[tap.value])
    let input = try NetworkInputs(.builtIn(1)).input(
      0, size: pixels, for: network.preprocessing
    )
    let walk = ERFWalk(
      network: network, program: network.program, tap: tap, units: units, rule: .paper, cache: nil,
      workers: workers)
    var runs: [ERFSeconds] = []
    var split = OperatorSplit()
    for run in 0...max(1, repetitions) {
      var seconds = ERFSeconds()
      var clock = LayerClock()
      _ = try walk.gradient(of: input, seconds: &seconds) { node, fraction in
        clock.lap(node.op.summary, isForward: fraction <= 0.5)
      }
      // The first run lays out weights and asks the system for memory.
      guard run > 0 else { continue }
      runs.append(seconds)
      split.add(clock)
    }
    let forward = Stopwatch.median(runs.map(\.forward))
    let backward = Stopwatch.median(runs.map(\.backward))
    let total = Stopwatch.median(runs.map { $0.forward + $0.backward })
    let plan = RegionPlan(
      network.program.blueprint, value: tap.value, region: tap.grid.region(holding: units),
      shapes: shapes)
    let adds = 2 * plan.multiplyAdds
    return Timing(
      model: network.id, size: size, forward: forward, backward: backward, total: total,
      multiplyAdds: adds, shareOfPeak: 2 * Double(adds) / total / (peak.gflops * 1e9),
      operators: split.shares(runs: runs.count))
  }
}

/// Seconds between the layers of one run, by what each layer is.
private struct LayerClock {
  var forward: [String: Double] = [:]
  var backward: [String: Double] = [:]
  private var last = ContinuousClock.now

  mutating func lap(_ kind: String, isForward: Bool) {
    let now = ContinuousClock.now
    let seconds = (now - last).inSeconds
    if isForward {
      forward[kind, default: 0] += seconds
    } else {
      backward[kind, default: 0] += seconds
    }
    last = now
  }
}

/// The sum over runs.
private struct OperatorSplit {
  private var forward: [String: Double] = [:]
  private var backward: [String: Double] = [:]

  mutating func add(_ clock: LayerClock) {
    forward.merge(clock.forward, uniquingKeysWith: +)
    backward.merge(clock.backward, uniquingKeysWith: +)
  }

  func shares(runs: Int) -> [NetworkBench.Share] {
    Set(forward.keys).union(backward.keys).map { kind in
      NetworkBench.Share(
        kind: kind, forward: (forward[kind] ?? 0) / Double(runs),
        backward: (backward[kind] ?? 0) / Double(runs))
    }.sorted { ($1.forward + $1.backward, $0.kind) < ($0.forward + $0.backward, $1.kind) }
  }
}

extension RegionPlan {
  /// Multiply-adds of one forward pass, of what the unit sees.
  fileprivate var multiplyAdds: Int {
    order.reduce(0) { sum, index in
      sum
        + blueprint.nodes[index].op.multiplyAdds(
          inputs: inputShapes(of: index), output: shape(of: Blueprint.value(of: index)))
    }
  }
}
