// The fields of several layers of one network, from one forward pass an image.

/// What the field of a layer's central unit comes to, over the images so far.
public struct LayerField: Sendable {
  /// As the network names the layer.
  public let layer: String
  public let metrics: ERFMetrics
  /// How many images.
  public let images: Int

  public init(layer: String, metrics: ERFMetrics, images: Int) {
    self.layer = layer
    self.metrics = metrics
    self.images = images
  }
}

extension ERFComputer {
  /// Most bytes that the maps of layers take at once; more layers take further passes.
  private static let mapBytes = 512 << 20

  /// Computes the fields of the central units of `layers`: of each image all of them from the same
  /// activations. The numbers are those of a run of `request` a layer.
  ///
  /// - Parameter report: hears of each layer's field after the first image, and after the last.
  /// - Throws: an `ExplainedError` for a request that cannot be carried out, `CancellationError`.
  public func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation = Cancellation(),
    report: (LayerField) -> Void
  ) throws {
    guard var last = layers.last else { return }
    var request = request
    request.units = []
    request.keepsForward = false
    let opened = try open(request.boundNetwork(), cancellation: cancellation)
    let all = try layers.map { try opened.layers.tap($0, of: opened.id) }
    if let deepest = all.max(by: { $0.value < $1.value }) { last = deepest.name }
    request.tap = last
    let validated = try request.validated { _ in opened }
    let inputs = try request.inputs()
    let network = try network(
      validated.network, keepsParameters: false, cancellation: cancellation)
    let size = inputs.size ?? request.size
    // Two doubles a pixel.
    let atOnce = max(1, Self.mapBytes / (16 * size.height * size.width))
    var start = 0
    while start < layers.count {
      let taps = try layers[start..<min(layers.count, start + atOnce)].map { try network.tap($0) }
      let walk = LayerWalk(
        network: network, taps: taps, rule: request.rule,
        workers: Workers(threads: request.threads, cancellation: cancellation))
      try walk.run(inputs, size, request, report: report)
      start += taps.count
    }
  }
}

/// What a layer is asked for.
private struct Seed {
  let units: [Unit]
  /// Where they lie in its value.
  let region: Region
}

/// Some layers over all images.
private struct LayerWalk {
  let network: Network
  let taps: [Tap]
  let rule: ERFRule
  let workers: Workers

  func run(
    _ inputs: NetworkInputs, _ size: InputSize, _ request: ERFRequest,
    report: (LayerField) -> Void
  ) throws {
    var maps = taps.map { _ in ERFMap(height: size.height, width: size.width, rule: rule) }
    let seeds = try taps.map { tap in
      let shape = try network.shape(of: tap, input: size)
      let units = try tap.checked([], shape: shape)
      return Seed(units: units, region: tap.grid.region(holding: units))
    }
    var firstFailure: (any Error)?
    for index in 0..<inputs.count {
      try workers.cancellation.check()
      do {
        let input = try inputs.input(index, size: size, for: network.preprocessing)
        try add(input, seeds, to: &maps)
      } catch let error as any ExplainedError
        where error.isOfTheFile && request.mayBeSkipped.contains(PathKey(inputs.path(index)))
        || error is NonFiniteError
      {
        // An image that gives no map is left out, as elsewhere.
        firstFailure = firstFailure ?? error
        continue
      }
      if maps[0].images == 1, index + 1 < inputs.count { tell(maps, report) }
    }
    if maps.allSatisfy({ $0.images == 0 }), let firstFailure { throw firstFailure }
    tell(maps, report)
  }

  private func tell(_ maps: [ERFMap], _ report: (LayerField) -> Void) {
    let fields = workers.map(taps.count) { place in
      LayerField(
        layer: taps[place].name, metrics: ERFMetrics(maps[place]), images: maps[place].images)
    }
    for field in fields.compactMap(\.self) where field.images > 0 { report(field) }
  }

  /// Adds one image to the map of each layer.
  ///
  /// - Throws: `NonFiniteError` where the image gives no map of a layer.
  private func add(_ input: Tensor, _ seeds: [Seed], to maps: inout [ERFMap]) throws {
    guard ElementKernels.isFinite(input) else {
      throw NonFiniteError(layer: "the input", phase: .input)
    }
    guard let last = taps.max(by: { $0.value < $1.value }) else { return }
    var parts: [Int: Region] = [:]
    for (tap, seed) in zip(taps, seeds) { parts[tap.value] = seed.region }
    var outputs: [Int: Tensor] = [:]
    let activations = try network.program.forward(
      input, to: last.value, region: parts[last.value], workers: workers, parts: parts
    ) { value, output in
      outputs[value] = output
    }
    var gradients: [Tensor] = []
    for (tap, seed) in zip(taps, seeds) {
      guard let output = outputs[tap.value] else {
        preconditionFailure("every layer lies on the way to the last")
      }
      let gradient = try activations.ending(at: tap.value, output: output).inputGradient(
        at: seed.units, rectified: rule.rectifiesFeatures, workers: workers)
      guard ElementKernels.isFinite(output), ElementKernels.isFinite(gradient) else {
        throw NonFiniteError(layer: tap.name, phase: .forward)
      }
      gradients.append(gradient)
    }
    for (place, gradient) in gradients.enumerated() { maps[place].accumulate(gradient: gradient) }
  }
}
