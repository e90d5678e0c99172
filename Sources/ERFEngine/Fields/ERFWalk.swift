// One image through a network and back, for the map of one layer.

/// One image forward and back.
struct ERFWalk {
  let network: Network
  /// The network's, in the precision asked for.
  let program: Program
  let tap: Tap
  let units: [Unit]
  let rule: ERFRule
  /// Where to look for, and leave, what later runs share with this one.
  let cache: ForwardCache?
  let workers: Workers

  /// ds/dx (1, H, W, 3) for s = sum over units and channels of F[c, row, column], rectified where
  /// the rule says so; and the mean over channels of what is positive of F, (h, w), where all of it
  /// was computed.
  ///
  /// - Throws: `NonFiniteError` naming the layer where NaN or Inf first appeared.
  func gradient(
    of input: Tensor, seconds: inout ERFSeconds, report: Program.LayerReport = { _, _ in }
  ) throws -> (gradient: Tensor, features: [Float]) {
    guard ElementKernels.isFinite(input) else {
      throw NonFiniteError(layer: "the input", phase: .input)
    }
    let start = ComputingClock.now
    let (activations, isFresh) = try forward(input) { report($0, $1 / 2) }
    let output = activations.output
    let isWhole = output.shape == activations.plan.shapes[activations.plan.value]
    let middle = ComputingClock.now
    let gradient = try (consume activations).inputGradient(
      at: units, rectified: rule.rectifiesFeatures, workers: workers
    ) {
      report($0, 0.5 + $1 / 2)
    }
    seconds.forward += (middle - start).inSeconds
    seconds.backward += (ComputingClock.now - middle).inSeconds
    if isFresh {
      seconds.fastest = min(seconds.fastest ?? .infinity, (ComputingClock.now - start).inSeconds)
    }
    if !ElementKernels.isFinite(output) || !ElementKernels.isFinite(gradient) {
      try nameTheLayer(input)
    }
    return (gradient, isWhole && output.shape.isMap ? output.meanPositive() : [])
  }

  /// The pass, and whether all of it was computed now.
  private func forward(
    _ input: Tensor, report: Program.LayerReport
  ) throws -> (Activations, isFresh: Bool) {
    guard let cache else {
      let activations = try program.forward(
        input, to: tap.value, region: region, workers: workers, report: report)
      return (activations, true)
    }
    var isFresh = true
    let activations = try cache.activations(
      of: program, input: input, to: tap.value, workers: workers, report: report,
      began: { isFresh = $0 })
    return (activations, isFresh)
  }

  /// The part of the tap's value that holds the units.
  private var region: Region { tap.grid.region(holding: units) }

  /// Of the gradient too.
  private func nameTheLayer(_ input: Tensor) throws -> Never {
    let activations = try network.requireFinite(
      input, to: tap.name, region: region, keep: .inputGradient, workers: workers)
    _ = try activations.inputGradient(
      at: units, rectified: rule.rectifiesFeatures, workers: workers, checksEveryLayer: true)
    throw NonFiniteError(layer: tap.name, phase: .forward)
  }
}

extension Tensor {
  /// The mean over channels of what is positive, (H, W) of a batch of one.
  fileprivate func meanPositive() -> [Float] {
    let channels = shape.channels
    let elements = elements
    return (0..<shape.height * shape.width).map { place in
      var sum: Float = 0
      for channel in 0..<channels { sum += max(0, elements[place * channels + channel]) }
      return sum / Float(channels)
    }
  }
}
