// Something to look at soon where a map takes long: the same unit on a smaller input, or the same map in
// bfloat16.

import ERFEngine

extension Model {
  /// Runs that are expected to take longer than this many seconds are preceded by a preview.
  static let patience = 1.0

  /// How fast a machine is taken to be that has not computed a map yet, in multiply-adds a second.
  private static let firstPace = 2e10

  /// What comes before the map that is asked for.
  func previews(of request: ERFRequest, _ index: Int) -> [ERFRequest] {
    var isRounded = session.screen.previewsInBFloat16 && hasBFloat16
    // A prepared batch is looked at as a whole, which would come first as a whole.
    if case .tensor = request.images { isRounded = false }
    return [small(request, index), isRounded ? request.inBFloat16 : nil].compactMap(\.self)
  }

  /// A smaller run that comes first where the whole one would keep the user waiting.
  private func small(_ request: ERFRequest, _ index: Int) -> ERFRequest? {
    if case .tensor = request.images { return nil }
    let size = request.size
    guard expectedSeconds(of: request, index) > Self.patience else { return nil }
    func half(_ side: Int) -> Int { max(64, min(256, side / 2) / 32 * 32) }
    var preview = request
    preview.size = InputSize(height: half(size.height), width: half(size.width))
    guard preview.size.height < size.height, preview.size.width < size.width else { return nil }
    preview.images = request.images.firstAlone
    guard !request.units.isEmpty else { return preview }
    // The same numbers name other units of a smaller map: without its size there is nothing to show.
    guard let map = facts[request.network, size],
      let tap = request.tap, let target = map.target(named: tap),
      let small = facts(of: request.network, at: preview.size),
      let from = map.layer(target)?.map, let to = small.layer(target)?.map
    else { return nil }
    preview.units = request.units.map { $0.scaled(from: from, to: to) }
    return preview
  }

  /// Another size of a file would have to be opened first.
  private func facts(of network: NetworkSpec, at size: InputSize) -> NetworkFacts? {
    network.needsOpening
      ? facts[network, size] : NetworkFacts.known(FactsCache.Key(network, size: size))
  }

  /// From what the network costs, and how fast the last map was.
  private func expectedSeconds(of request: ERFRequest, _ index: Int) -> Double {
    guard let facts = facts(index) else {
      return max(request.size.height, request.size.width) >= 384 ? .infinity : 0
    }
    let images = session.images.range.count
    return Double(facts.multiplyAdds) * Double(images) / (pace ?? Self.firstPace)
  }

  /// Remembers how fast a map was; smaller ones say more of loading than of computing.
  mutating func keepPace(_ result: ERFResult, _ index: Int) {
    guard let facts = facts(index), session.networks[index].savedMap == nil,
      result.seconds.total > 0.02
    else { return }
    pace = Double(facts.multiplyAdds) * Double(result.map.images) / result.seconds.total
  }

  /// Puts a preview on the place of the input that it is a part of.
  mutating func preview(_ id: RequestID, _ map: PartialMap, _ precision: Precision) {
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return }
    sides[index].show(map, of: map.images, id, isPreview: true)
    sides[index].shown?.precision = precision
    let centre = unitPixel(index)
    sides[index].shown?.offset = (
      centre.row - map.field.centre.row, centre.column - map.field.centre.column
    )
  }

  /// Says how far a preview was off, now that the exact map is there.
  mutating func previewDeviated(
    _ id: RequestID, _ precision: Precision, _ deviation: MapDeviation
  ) {
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return }
    sides[index].deviation = deviation
    tell(.note, ["\(Self.letter(index)): the \(precision.rawValue) preview was \(deviation.text)"])
  }

  /// The pixel that the unit asked for looks from.
  private func unitPixel(_ index: Int) -> (row: Int, column: Int) {
    let size = inputSize(index)
    guard let layer = facts(index)?.layer(session.target) else {
      return (size.height / 2, size.width / 2)
    }
    let units = units(on: layer.map)
    return ERFSubject.centrePixel(
      of: units.isEmpty
        ? [Unit(row: layer.map.height / 2, column: layer.map.width / 2)] : units,
      mapSize: layer.map, input: size)
  }
}

extension ERFRequest {
  /// The same over the first picture alone, in bfloat16.
  fileprivate var inBFloat16: ERFRequest {
    var preview = self
    preview.precision = .bfloat16
    preview.images = images.firstAlone
    return preview
  }
}

extension ImageSource {
  /// The first of the images.
  fileprivate var firstAlone: ImageSource {
    switch self {
    case .builtIn: .builtIn(1)
    case .builtInAt(let range): .builtInAt(range.prefix(1))
    case .files(let paths): .files(Array(paths.prefix(1)))
    case .tensor: self
    }
  }
}
