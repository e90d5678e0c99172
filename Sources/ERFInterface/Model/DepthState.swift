// How the fields grow through the networks: what is known so far of each layer.

public import ERFEngine

/// What a layer's field of the central unit comes to.
public struct DepthPoint: Sendable, Equatable {
  /// As the engine names the layer.
  public let layer: String
  /// What the smallest square covers that holds half of the field, 0...1; nil: not reached.
  public let area: Double?
  /// Of M, in pixels.
  public let sigma: Double
  /// Within which half of M lies, in pixels.
  public let radius: Int?
  public let images: Int

  public init(_ field: LayerField) {
    layer = field.layer
    area = field.metrics.ratio(at: Model.half)
    sigma = field.metrics.sigma
    radius = field.metrics.distance(holding: 0.5)
    images = field.images
  }
}

extension DepthMeasure {
  func title(of field: String) -> String {
    switch self {
    case .area: "share of the input that holds half of \(field), %"
    case .sigma: "sigma of \(field), px"
    case .radius: "distance that holds half of \(field), px"
    }
  }

  /// The same in fewer words.
  func briefTitle(of field: String) -> String {
    switch self {
    case .area: "half of \(field), % of the input"
    case .sigma: title(of: field)
    case .radius: "half of \(field) within, px"
    }
  }

  /// Nil where there is none, or none that a logarithmic axis has a place for.
  func value(_ point: DepthPoint) -> Double? {
    switch self {
    case .area: point.area.map { $0 * 100 }
    case .sigma: point.sigma > 0 ? point.sigma : nil
    case .radius: point.radius.flatMap { $0 > 0 ? Double($0) : nil }
    }
  }
}

/// Points by what they were asked for, and what is under way.
struct DepthState: Sendable {
  /// All layers of a network by one request of its last: everything but the layer is the same.
  struct Key: Sendable, Equatable {
    var request: ERFRequest

    init(_ request: ERFRequest) {
      self.request = request
      self.request.tap = nil
      self.request.units = []
      self.request.keepsForward = false
    }

    /// How many pictures are asked for; a tensor's are known once it is read.
    var images: Int {
      switch request.images {
      case .builtIn(let count): count
      case .builtInAt(let range): range.count
      case .files(let paths): paths.count
      case .tensor: .max
      }
    }
  }

  struct Series: Sendable {
    let key: Key
    /// Over all pictures.
    private(set) var points: [String: DepthPoint] = [:]
    /// Over the first pictures alone, of layers that are being measured or were given up.
    private(set) var partial: [String: DepthPoint] = [:]
    /// The layers last asked for.
    var asked: [String] = []
    var job: RequestID?
    var failure: String?
    var isCancelled = false
    /// Whether all that was asked for last was gone through, with or without a map of every layer.
    fileprivate(set) var isSettled = false

    /// Whether all layers that were asked for are measured over all pictures.
    var isComplete: Bool {
      job == nil && failure == nil && !isCancelled && !points.isEmpty
        && asked.allSatisfy { points[$0] != nil }
    }

    /// What can be shown together: numbers over one picture are not mixed with those over several.
    var shown: [String: DepthPoint] { points.isEmpty ? partial : points }

    /// Over how many pictures that is, where more were asked for: of how many, as far as that is known.
    var shownPartial: (images: Int, of: Int?)? {
      guard points.isEmpty, let images = partial.values.map(\.images).min() else { return nil }
      return (images, key.images == .max ? nil : key.images)
    }

    mutating func keep(_ point: DepthPoint) {
      if point.images >= key.images {
        points[point.layer] = point
        partial[point.layer] = nil
      } else if points[point.layer] == nil {
        partial[point.layer] = point
      }
    }

    /// All pictures were looked at; those that gave no map count no more.
    mutating func complete() {
      for layer in asked {
        if let last = partial.removeValue(forKey: layer) { points[layer] = last }
      }
      isSettled = true
    }
  }

  /// The networks looked at last, most recent first.
  private(set) var series: [Series] = []
  /// The selected layer, counted over stages and blocks; nil: none.
  var selection: Int?

  private static let limit = 12

  subscript(key: Key) -> Series? { series.first { $0.key == key } }

  var isBusy: Bool { series.contains { $0.job != nil } }
  var jobs: [RequestID] { series.compactMap(\.job) }

  mutating func begin(_ key: Key, _ id: RequestID, layers: [String]) {
    if let place = series.firstIndex(where: { $0.key == key }) {
      series[place].job = id
      series[place].asked = layers
      series[place].failure = nil
      series[place].isCancelled = false
      series[place].isSettled = false
    } else {
      series.insert(Series(key: key, asked: layers, job: id), at: 0)
      if series.count > Self.limit { series.removeLast() }
    }
  }

  /// Changes the series that waits for an answer; one that nobody waits for is dropped.
  mutating func with(_ id: RequestID, _ change: (inout Series) -> Void) {
    guard let place = series.firstIndex(where: { $0.job == id }) else { return }
    change(&series[place])
  }

  /// Gives up what runs for other networks than those of `keys`; what was given up.
  mutating func drop(allBut keys: [Key]) -> [RequestID] {
    var dropped: [RequestID] = []
    for place in series.indices where !keys.contains(series[place].key) {
      guard let id = series[place].job else { continue }
      series[place].job = nil
      dropped.append(id)
    }
    return dropped
  }

  /// Gives up all until it is asked for anew.
  mutating func cancelAll() -> [RequestID] {
    let ids = jobs
    for place in series.indices where series[place].job != nil {
      series[place].job = nil
      series[place].isCancelled = true
    }
    return ids
  }

  mutating func forget() { series = [] }

  /// Forgets those of networks of which `isOutdated` holds; what ran for them.
  mutating func forget(where isOutdated: (NetworkSpec) -> Bool) -> [RequestID] {
    let jobs = series.filter { isOutdated($0.key.request.network) }.compactMap(\.job)
    series.removeAll { isOutdated($0.key.request.network) }
    return jobs
  }
}

extension Model {
  /// What is plotted by layer. It is of the central unit, which has to be said where the maps are not.
  var depthTitle: String {
    session.screen.depthMeasure.title(of: depthSubject)
  }

  var depthSubject: String {
    session.target.units.isEmpty ? "the field" : "the central unit's field"
  }
}

extension NetworkFacts {
  /// The layer of that name; the last block of a stage gives out what the stage does.
  fileprivate func depthLayer(_ name: String) -> DepthLayer? {
    let stage = stages.first { $0.blocks.last?.name == name }
    let name = stage?.output.name ?? name
    return Model.depthLayers(self).first { $0.name == name }
  }
}

extension Model {
  /// The network whose layers are chosen: the active one, or beside a saved map, which has none, the other.
  var depthSide: Int { session.networks[active].savedMap == nil ? active : unitSide }

  /// The layers of a network in order: each stage's blocks, then what it gives out.
  func depthLayers(_ side: Int) -> [DepthLayer] {
    facts(side).map(Self.depthLayers) ?? []
  }

  func depthLayers(_ network: ComparedNetwork) -> [DepthLayer] {
    if let side = network.side { return depthLayers(side) }
    return facts(of: network.network).map(Self.depthLayers) ?? []
  }

  /// The layer that a request of a side taps in few letters, `s2.1`; nil where that is what one expects:
  /// the last stage, of as many as the other network has.
  func layerLabel(_ side: Int, _ request: ERFRequest) -> String? {
    layerLabel(facts(side), request)
  }

  /// The same of a network of which this is known.
  func layerLabel(_ known: NetworkFacts?, _ request: ERFRequest) -> String? {
    guard let tap = request.tap else { return nil }
    guard let layer = known?.depthLayer(tap) else { return tap.sanitised }
    let stages = sides.indices.compactMap { facts($0)?.stages.count }
    let isLast = layer.isOutput && layer.stage == known?.stages.count
    return isLast && Set(stages).count < 2 ? nil : layer.label
  }

  /// A layer that a network's map is of, by the engine's name, which says more than the label of a stage's
  /// output, and by its label: `s2.1 stages.1.blocks.0`, `stage2`.
  func layerText(_ network: NetworkSpec, _ tap: String, at size: InputSize) -> String {
    guard let layer = facts[network, size]?.depthLayer(tap), layer.label != tap,
      layer.name != tap || !layer.isOutput
    else { return tap.sanitised }
    return "\(layer.label) \(tap.sanitised)"
  }

  fileprivate static func depthLayers(_ facts: NetworkFacts) -> [DepthLayer] {
    facts.stages.enumerated().flatMap { index, stage in
      let stageNumber = index + 1
      // The last block gives out what the stage does.
      let blocks = stage.blocks.dropLast().enumerated().map { place, layer in
        var target = Target()
        (target.stage, target.block) = (stageNumber, place + 1)
        return DepthLayer(
          name: layer.name, target: target, label: facts.label(stage: index, place: place),
          stage: stageNumber, isOutput: false)
      }
      var target = Target()
      target.stage = stageNumber
      return blocks + [
        DepthLayer(
          name: stage.output.name, target: target, label: "s\(stageNumber)", stage: stageNumber,
          isOutput: true)
      ]
    }
  }

  /// Where layers stand along the depth: at whole numbers what stages give out, blocks between.
  static func depthPlaces(_ layers: [DepthLayer]) -> [Double] {
    layers.indices.map { index in
      let stage = layers[index].stage
      let of = layers.count { $0.stage == stage }
      let place = layers[..<index].count { $0.stage == stage }
      return Double(stage - 1) + Double(place + 1) / Double(of)
    }
  }

  func depthKey(_ side: Int) -> DepthState.Key { DepthState.Key(request(side)) }

  /// What is known of a side's layers; nil in the place of those that are still to come.
  func depthPoints(_ side: Int) -> [DepthPoint?] {
    let known = depth[depthKey(side)]?.shown ?? [:]
    return depthLayers(side).map { known[$0.name] }
  }

  func depthPoints(_ network: ComparedNetwork) -> [DepthPoint?] {
    let known = depth[DepthState.Key(request(network))]?.shown ?? [:]
    return depthLayers(network).map { known[$0.name] }
  }

  /// Over how many pictures, of how many, a network's numbers are where more are to come, or were given up.
  func depthPartial(_ network: ComparedNetwork) -> (images: Int, of: Int?)? {
    depth[DepthState.Key(request(network))]?.shownPartial
  }

  /// `1 of 4 pictures`.
  func depthPartialText(_ network: ComparedNetwork) -> String? {
    depthPartial(network).map { partial in
      partial.of.map { "\(partial.images) of \($0.counted("picture"))" }
        ?? partial.images.counted("picture")
    }
  }

  /// `A, B: 1 of 4 pictures`, where numbers are of fewer pictures than were asked for; nil: of all.
  var depthIsPartial: String? {
    let partial = compared.compactMap { network -> (letter: String, words: String)? in
      depthPartialText(network).map { (letter: network.letter, words: $0) }
    }
    guard let first = partial.first else { return nil }
    return partial.map(\.letter).joined(separator: ", ") + ": \(first.words)"
  }

  /// Why curves end before the deepest stage, network by network in a few words; empty where none does, or
  /// more is still to come.
  var depthEnds: [String] {
    let compared = compared.filter { $0.network.savedMap == nil }
    let stages = compared.compactMap { depthLayers($0).last?.stage }
    return compared.compactMap { network in
      depthEnd(network, of: stages.max() ?? 0).map {
        compared.count > 1 ? "\(network.letter) \($0)" : $0
      }
    }
  }

  private func depthEnd(_ network: ComparedNetwork, of stages: Int) -> String? {
    guard let series = depth[DepthState.Key(request(network))], series.job == nil else {
      return nil
    }
    let layers = depthLayers(network)
    let points = depthPoints(network)
    let last = points.lastIndex { $0?.area != nil }
    let place = last.map { "ends at \(layers[$0].label)" } ?? "has no curve"
    if let failure = series.failure { return "\(place): \(failure)" }
    if series.isCancelled { return "\(place): stopped; r measures again" }
    if let first = points.indices.first(where: { $0 > last ?? -1 && points[$0] != nil }) {
      return "\(place): no gradient reaches the input from \(layers[first].label)"
    }
    // Metrics asks for stages alone.
    if let first = layers.indices.first(where: { $0 > last ?? -1 }) {
      return series.isSettled && series.asked.contains(layers[first].name)
        ? "\(place): there is no map of \(layers[first].label)" : nil
    }
    let own = layers.last?.stage ?? 0
    return own < stages ? "\(place): it has \(own.counted("stage"))" : nil
  }

  /// The points of all networks as CSV, a line a layer.
  var depthCSV: String {
    var lines = [
      "network,weights,input,images,rule,stage,layer,label,area_half_percent,sigma_px,"
        + "radius_half_px,partial_of\n"
    ]
    for compared in compared {
      let network = compared.network
      let size = compared.side.map(inputSize) ?? inputSize(of: network)
      let partialOf = depthPartial(compared).map { $0.of.map { "\($0)" } ?? "unknown" }
      for (layer, point) in zip(depthLayers(compared), depthPoints(compared)) {
        guard let point else { continue }
        let fields = [
          designs.text(network), network.weightsText, "\(size)", "\(point.images)",
          session.rule.rawValue, "\(layer.stage)", layer.name, layer.label,
          point.area.map { Format.fixed($0 * 100, 4) } ?? "", Format.fixed(point.sigma, 3),
          point.radius.map { "\($0)" } ?? "", partialOf ?? "",
        ]
        lines.append(CSVRecords.line(fields))
      }
    }
    return lines.joined()
  }
}
