// From the session to what the engine is asked.

import ERFEngine

extension ImageChoice {
  /// How many images there are to choose from.
  var available: Int {
    switch source {
    case .builtIn: BuiltInImages.count
    case .files(let paths): paths.count
    case .tensor: 1
    }
  }

  /// The images averaged over.
  var range: Range<Int> {
    let start = max(0, min(first, available - 1))
    return start..<max(start, min(available, start + count))
  }

  var engineSource: ImageSource {
    switch source {
    case .builtIn: .builtInAt(range)
    case .files(let paths): .files(Array(paths[range]))
    case .tensor(let reference): .tensor(reference)
    }
  }

  /// What image `index` is called.
  func name(_ index: Int) -> String {
    switch source {
    case .builtIn: BuiltInImages.name(at: index)
    case .files(let paths): paths[index].fileName.sanitised
    case .tensor(let reference): reference.fileName.sanitised
    }
  }
}

extension Model {
  /// Whether the weights' file tells something of the network that its shapes do not, or parts of it
  /// were left out.
  func isInDoubt(_ side: Int) -> Bool {
    sides[side].subject?.weightsChoice.map { !$0.notes.isEmpty } ?? false
  }

  /// What the session asks of the engine for one of its networks.
  func request(_ side: Int) -> ERFRequest {
    let network = session.networks[side]
    if network.savedMap != nil { return ERFRequest(network: network) }
    var request = ERFRequest(
      network: network, images: session.images.engineSource, size: inputSize(side),
      rule: session.rule, threads: threads)
    // One damaged file among many is named and left out.
    if case .files(let paths) = request.images, paths.count > 1 {
      request.mayBeSkipped = Set(paths.map(PathKey.init))
    }
    if let layer = facts(side)?.layer(session.target) {
      request.tap = layer.name
      request.units = units(on: layer.map)
    }
    // Units and edited stages then build on what was computed before; large inputs would push each
    // other out of memory.
    request.keepsForward = request.size.height * request.size.width <= Self.keptPixels
    return request
  }

  /// Inputs of more pixels are computed anew each time.
  private static let keptPixels = 512 * 512

  /// The units on a network's own map, each once; none: the centre, which stays that where it is marked.
  func units(on map: InputSize) -> [Unit] {
    let from = unitMap ?? map
    var units: [Unit] = []
    for unit in session.target.units.map({ $0.scaled(from: from, to: map) })
    where !units.contains(unit) {
      units.append(unit)
    }
    return units == [Unit(row: map.height / 2, column: map.width / 2)] ? [] : units
  }
}

extension Unit {
  /// The unit at the same relative place of another map, never beyond its edge.
  func scaled(from: InputSize, to: InputSize) -> Unit {
    func place(_ index: Int, _ from: Int, _ to: Int) -> Int {
      guard from != to, from > 0 else { return max(0, min(to - 1, index)) }
      return max(0, min(to - 1, (2 * index + 1) * to / (2 * from)))
    }
    return Unit(
      row: place(row, from.height, to.height), column: place(column, from.width, to.width))
  }
}
