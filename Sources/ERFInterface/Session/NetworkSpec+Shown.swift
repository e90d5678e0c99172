// Networks as the explorer opens them: what a word stands for, and how its weights follow edits.

public import ERFEngine

extension NetworkSpec {
  /// What a word on the command line or a name of the palette stands for: a network, or a saved map in
  /// the place of one.
  ///
  /// - Parameter weights: nil for those that one would expect: a file's own, or `WeightsSource.usual`.
  public init(shown model: String, weights: WeightsSource? = nil) {
    let source = SavedMap.isSaved(model) ? .file(model) : NetworkSpec(model: model).source
    self.init(shown: source, weights: weights)
  }

  /// - Parameter weights: nil for those that one would expect.
  init(shown source: NetworkSource, weights: WeightsSource?) {
    self.init(source, weights: .random(seed: 0))
    self.weights = weights ?? (needsOpening ? .file(model) : .usual(for: model))
    followEdits()
  }

  /// The network that the engine would open, as the explorer edits it: where a file says which one it
  /// is, named.
  ///
  /// - Parameter open: opens it, or has it open already.
  /// - Throws: `ModelError`, `CheckpointError`.
  public init(
    opening spec: NetworkSpec,
    by open: (NetworkSpec) throws -> OpenedNetwork = { try OpenedNetwork($0) }
  ) throws {
    self = try spec.named(opening: open)
    inputSize = nil
    followEdits()
  }

  /// The same network with other weights; edits stay.
  mutating func setWeights(_ weights: WeightsSource) {
    self.weights = weights
    if case .file = weights {} else { weightsKey = nil }
    followEdits()
  }

  /// Zeros around a kernel leave the map as it is, so other ways of bringing weights to new shapes come
  /// first: random networks start anew, as if built that way, and trained kernels are stretched.
  private mutating func followEdits() {
    fit = .interpolate
    if case .random(let seed) = weights { fit = .reinitialise(seed: seed) }
  }

  /// Where random weights come from: the network's own seed, where it has one.
  var initialSeed: UInt64 { if case .random(let seed) = weights { seed } else { 0 } }

  /// The file of a saved map that stands in the place of a network; nil for networks.
  public var savedMap: String? {
    guard case .file(let path) = source, SavedMap.isSaved(path) else { return nil }
    return path
  }

  /// What the hash of its weights depends on: the same at any size, whatever layer is looked from.
  var hashKey: NetworkSpec {
    var spec = self
    (spec.inputSize, spec.exportedValue) = (nil, nil)
    return spec
  }

  /// The files that the network and its weights are read from, or the map in its place.
  var ownFiles: [String] {
    if let savedMap { return [savedMap] }
    var paths: [String] = []
    if case .file(let path) = source { paths.append(path) }
    if case .file(let path) = weights, !paths.contains(where: { PathKey.areSame($0, path) }) {
      paths.append(path)
    }
    return paths
  }

  /// Whether a file has to be opened to learn what network this is.
  var needsOpening: Bool {
    guard case .file = source else { return false }
    return savedMap == nil
  }
}
