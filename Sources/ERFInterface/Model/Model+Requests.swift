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
  /// What the session asks of the engine for one of its networks.
  func request(_ side: Int) -> ERFRequest {
    let network = session.networks[side]
    var request = ERFRequest(
      network: network.spec, images: session.images.engineSource, size: session.size,
      rule: session.rule, threads: threads)
    if let layer = facts(side)?.layer(session.target) {
      request.tap = layer.name
      request.unit = unit(on: side)
    }
    return request
  }

  /// The unit on a network's own map; nil: the centre.
  func unit(on side: Int) -> Unit? {
    guard let unit = session.target.units.first, let map = facts(side)?.layer(session.target)?.map
    else { return nil }
    return unit.scaled(from: facts(0)?.layer(session.target)?.map ?? map, to: map)
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
