// What a target comes to in the networks that there are.

import ERFEngine

extension Target {
  /// What is shown of it by networks of which A is the first: a stage or block beyond the last stands for the last,
  /// a layer that none of them has for what stage and block say, a unit outside A's map for the one at its edge.
  func nearest(in networks: [NetworkFacts]) -> Target {
    guard let first = networks.first, let count = networks.map(\.stages.count).max(), count > 0
    else { return self }
    var near = self
    if let layer, !networks.contains(where: { $0.has(Target(layer: layer)) }) { near.layer = nil }
    near.stage = stage.map { min($0, count) }
    let blocks = networks.compactMap { facts -> Int? in
      let last = facts.stages.count
      return last == 0 ? nil : facts.stages[min(near.stage ?? count, last) - 1].blocks.count
    }
    near.block = block.map { min($0, max(1, blocks.max() ?? 1)) }
    if let map = first.layer(near)?.map { near.units = units.map { $0.scaled(from: map, to: map) } }
    return near
  }

  /// The first thing that it names and the networks do not have, as it is said of a session's field; nil: all of it
  /// is there.
  func missing(in networks: [NetworkFacts]) -> SessionError? {
    let near = nearest(in: networks)
    if let layer, near.layer == nil {
      return .missingTarget(
        path: "target.layer",
        expected: "a layer of several units that `replk-tui info` lists for one of the networks",
        found: JSONValue.text(layer).kind)
    }
    if let stage, let last = near.stage, stage != last {
      return .missingTarget(
        path: "target.stage", expected: "a stage, \((1...last).words)", found: "\(stage)")
    }
    if let block, let last = near.block, block != last {
      return .missingTarget(
        path: "target.block", expected: "a part of the stage, \((1...last).words)",
        found: "\(block)")
    }
    guard let index = units.indices.first(where: { units[$0] != near.units[$0] }),
      let input = networks.first?.input, let layer = networks.first?.layer(near)
    else { return nil }
    return .missingTarget(
      path: "target.units[\(index)]",
      expected: "row and column, from 0, on the map of \(layer.name), which is "
        + "\(layer.map.height)x\(layer.map.width) at \(input) px",
      found: "[\(units[index].row), \(units[index].column)]")
  }
}

extension NetworkFacts {
  /// Whether a target names a layer that is there, not one beyond the last or of another network.
  func has(_ target: Target) -> Bool {
    if let name = target.layer { return layer(Target(layer: name))?.name == name }
    let stage = target.stage ?? stages.count
    guard stages.indices.contains(stage - 1) else { return false }
    return target.block ?? 0 <= stages[stage - 1].blocks.count
  }
}

extension Model {
  /// The target as it is on screen, as far as the networks are known.
  var shownTarget: Target {
    guard let networks = knownNetworks else { return session.target }
    return session.target.nearest(in: networks)
  }

  /// Says of a session that was read from a file what its target names and no network has, once that is known,
  /// and goes on from what is shown in its place.
  mutating func tellMissingTarget() {
    guard let target = targetRead else { return }
    // Somebody may have gone elsewhere meanwhile.
    guard target == session.target else {
      targetRead = nil
      return
    }
    for network in session.gallery { facts.refresh(network, askedSize(unitSide)) }
    guard let networks = knownNetworks else { return }
    targetRead = nil
    guard let error = target.missing(in: networks) else { return }
    session.target = target.nearest(in: networks)
    tell(.warning, "\(error.explanation); showing what is nearest to it")
  }

  /// What is known of the networks, saved maps aside; nil: not all of it is known yet, or one cannot be built.
  private var knownNetworks: [NetworkFacts]? {
    if case .tensor = session.images.source {
      // Its size is not known before.
      let isKnown = zip(sides, session.networks).allSatisfy { side, network in
        network.savedMap != nil || side.subject != nil
      }
      guard isKnown else { return nil }
    }
    let running = (session.networks + session.gallery).filter { $0.savedMap == nil }
    let known = running.compactMap { facts(of: $0) }
    return known.count == running.count ? known : nil
  }
}
