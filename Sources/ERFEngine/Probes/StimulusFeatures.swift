// The features that a probe is made from: drawn, forwarded, pooled, with progress over all of it.

/// Pooled features, [stimulus][tap].
struct StimulusFeatures {
  var agreeing: [[[Float]]] = []
  var conflicts: [[[Float]]] = []
  /// Empty where not asked for.
  var shapes: [[[Float]]] = []
  var textures: [[[Float]]] = []
  /// The held-out agreeing stimuli, shuffled.
  var shuffled: [(tiles: Int, features: [[[Float]]])] = []
}

/// Takes the features of all stimuli of a request.
struct FeatureRun {
  let request: ShapeBiasRequest
  let features: PooledFeatures
  let workers: Workers

  private var heldOut: [Int] { StimulusSplit.heldOut(request.agreeing) }

  private var total: Int {
    request.agreeing * (request.cues ? 3 : 1) + request.conflicts
      + request.shuffles.count * heldOut.count
  }

  /// - Throws: `NonFiniteError`, `CancellationError`.
  func all(progress: (ShapeBiasProgress) -> Void) throws -> StimulusFeatures {
    var before = 0
    func take(
      _ phase: ShapeBiasProgress.Phase, _ count: Int, _ image: (Int) -> Image
    ) throws -> [[[Float]]] {
      progress(ShapeBiasProgress(phase: phase, done: before, total: total))
      defer { before += count }
      return try features.vectors(
        count: count, workers: workers,
        progress: {
          progress(ShapeBiasProgress(phase: phase, done: before + $0, total: total))
        }
      ) { index in
        features.network.preprocessing.tensor(
          image(index), size: InputSize(height: request.size, width: request.size))
      }
    }
    func draw(_ kind: StimulusKind, _ index: Int) -> Image {
      BuiltInStimulus(kind: kind, seed: request.seed, index: index).image(size: request.size)
    }
    var result = StimulusFeatures()
    result.agreeing = try take(.agreeing, request.agreeing) { draw(.agreeing, $0) }
    result.conflicts = try take(.conflict, request.conflicts) { draw(.conflict, $0) }
    if request.cues {
      result.shapes = try take(.shape, request.agreeing) { draw(.shape, $0) }
      result.textures = try take(.texture, request.agreeing) { draw(.texture, $0) }
    }
    for tiles in request.shuffles {
      let shuffled = try take(.shuffled, heldOut.count) { index in
        draw(.agreeing, heldOut[index]).shuffled(
          tiles: tiles, seed: request.seed &+ UInt64(heldOut[index]))
      }
      result.shuffled.append((tiles, shuffled))
    }
    return result
  }
}
