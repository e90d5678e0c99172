import Synchronization

/// Computes effective receptive fields: one path from a request to a map, for the subcommands and
/// the explorer alike. Networks stay loaded between requests.
public final class ERFComputer: Sendable {
  /// Why a request gave no map.
  public enum Failure: ExplainedError, Equatable {
    case tooManyBuiltIn(asked: Int, available: Int)
    case noImages
    case nothingFinite(images: Int, first: String, layer: String)

    public var isUsageError: Bool {
      if case .nothingFinite = self { false } else { true }
    }

    public var explanation: String {
      switch self {
      case .tooManyBuiltIn(let asked, let available):
        "\(asked) images asked for, but only \(available) are built in: "
          + "give a folder with --image"
      case .noImages: "no images to average over: give at least one"
      case .nothingFinite(let images, let first, let layer):
        images == 1
          ? "\(first) gives no map: NaN or Inf first appears in \(layer)"
          : "none of the \(images) images gives a map: NaN or Inf first appears in \(layer) "
            + "(for \(first))"
      }
    }
  }

  private struct Key: Hashable {
    let model: String
    let weights: WeightsSource
    /// Tells a checkpoint from the one that was there before.
    let version: FileVersion?
  }

  /// The networks used last, most recent first.
  private let networks = Mutex<[(key: Key, network: Network)]>([])
  private static let cached = 2

  public init() {}

  /// The network of a request, loaded on first use.
  public func network(_ model: String, weights: WeightsSource) throws -> Network {
    let key = Key(
      model: model.lowercased(), weights: weights, version: FileVersion(of: weights))
    let found = networks.withLock { networks in
      networks.first { $0.key == key }?.network
    }
    let network = try found ?? Network(id: model, weights: weights)
    networks.withLock { networks in
      networks.removeAll { $0.key == key }
      networks.insert((key, network), at: 0)
      if networks.count > Self.cached { networks.removeLast() }
    }
    return network
  }

  /// Runs `request`, reporting as it goes.
  ///
  /// - Throws: an `ExplainedError` for a request that cannot be carried out, `CancellationError`.
  public func compute(
    _ request: ERFRequest, cancellation: Cancellation = Cancellation(),
    progress: (ERFProgress) -> Void = { _ in }
  ) throws -> ERFResult {
    let clock = ContinuousClock()
    let start = clock.now
    var seconds = ERFSeconds()
    try request.validate()
    let inputs = try NetworkInputs(request.images)
    let network = try network(request.model, weights: request.weights)
    let tap = try network.tap(request.tap)
    let size = inputs.size ?? request.size
    let shape = try network.shape(of: tap, input: size)
    let unit = try Network.checked(request.unit, on: tap, shape: shape)
    let subject = ERFSubject(
      model: network.id, weights: request.weights.description, weightsHash: network.weightsHash,
      input: size, stages: network.stages, tap: tap.name,
      mapSize: InputSize(height: shape.height, width: shape.width), unit: unit,
      rule: request.rule)
    seconds.load = (clock.now - start).inSeconds
    progress(.prepared(subject))

    let walk = ERFWalk(
      network: network, tap: tap, unit: unit,
      workers: Workers(threads: request.threads, cancellation: cancellation))
    var map = ERFMap(height: size.height, width: size.width)
    var names: [String] = []
    var firstFailure: (name: String, layer: String)?
    for index in 0..<inputs.count {
      try cancellation.check()
      let loading = clock.now
      let (name, input) = try inputs.input(index, size: size, for: network.preprocessing)
      seconds.load += (clock.now - loading).inSeconds
      do {
        let gradient = try walk.gradient(of: input, seconds: &seconds) { layer, fraction in
          progress(
            .layer(
              name: layer.scope, image: index, images: inputs.count,
              fraction: (Double(index) + fraction) / Double(inputs.count)))
        }
        map.accumulate(gradient: gradient)
        names.append(name)
        progress(.image(index, of: inputs.count, map: map))
      } catch let error as NonFiniteError {
        firstFailure = firstFailure ?? (name, error.layer)
        progress(.skipped(index, name: name, layer: error.layer))
      }
    }
    if names.isEmpty, let firstFailure {
      throw Failure.nothingFinite(
        images: inputs.count, first: firstFailure.name, layer: firstFailure.layer)
    }
    seconds.total = (clock.now - start).inSeconds
    return ERFResult(
      subject: subject, map: map, metrics: ERFMetrics(map), imageNames: names, seconds: seconds,
      peakBytes: ProcessMemory.peakBytes)
  }
}

/// One image forward and back.
struct ERFWalk {
  let network: Network
  let tap: Tap
  let unit: Unit
  let workers: Workers

  /// ds/dx (1, H, W, 3) for s = sum over channels of ReLU(F[c, row, column]).
  ///
  /// - Throws: `NonFiniteError` naming the layer where NaN or Inf first appeared.
  func gradient(
    of input: Tensor, seconds: inout ERFSeconds, report: Graph.LayerReport = { _, _ in }
  ) throws -> Tensor {
    guard ElementKernels.isFinite(input) else {
      throw NonFiniteError(layer: "the input", phase: .input)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let activations = try network.graph.forward(input, to: tap.value, workers: workers) {
      report($0, $1 / 2)
    }
    let middle = clock.now
    let gradient = try activations.inputGradient(
      of: activations.seed(at: [unit]), workers: workers
    ) { report($0, 0.5 + $1 / 2) }
    seconds.forward += (middle - start).inSeconds
    seconds.backward += (clock.now - middle).inSeconds
    if !ElementKernels.isFinite(activations.output) || !ElementKernels.isFinite(gradient) {
      try nameTheLayer(input)
    }
    return gradient
  }

  /// Runs once more, slowly, looking at every layer: checking always would cost every run a pass
  /// over all activations.
  private func nameTheLayer(_ input: Tensor) throws -> Never {
    let activations = try network.graph.forward(
      input, to: tap.value, workers: workers, checksEveryLayer: true)
    _ = try activations.inputGradient(
      of: activations.seed(at: [unit]), workers: workers, checksEveryLayer: true)
    throw NonFiniteError(layer: tap.name, phase: .forward)
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
