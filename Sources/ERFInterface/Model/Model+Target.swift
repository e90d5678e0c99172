// Input size, layer and unit: both networks move together, since maps of different layers or sizes
// are no comparison. A network whose file fixes its size stays where it is.

import ERFEngine

extension Model {
  /// Sides of the input in pixels that `+` and `-` step through.
  static let sizes = [
    32, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
  ]

  /// What another input size comes to.
  func sizePlan(larger: Bool) -> Plan {
    if let refusal = fixedSize { return .refuse(refusal) }
    let origin = stepsFrom.flatMap { $0.steps.contains(session.size) ? $0 : nil } ?? session.size
    guard let size = origin.step(from: session.size, larger: larger) else {
      let side = max(session.size.height, session.size.width) * 2
      return .refuse(
        larger && session.size.height == session.size.width && Session.sides.contains(side)
          ? "no larger input size to step to; type :\(side) for one"
          : "no \(larger ? "larger" : "smaller") input size")
    }
    if let refusal = refusal(of: size) { return .refuse(refusal) }
    return .edit { model in
      model.stepsFrom = origin
      model.take(size)
    }
  }

  /// Why no network takes a size, where that is known already: their files fix another one.
  func refusal(of size: InputSize) -> String? {
    var asked = self
    asked.session.size = size
    let lines = asked.running.compactMap(asked.fixedSizeLine)
    return lines.isEmpty || lines.count < asked.running.count
      ? nil : lines.joined(separator: "; ")
  }

  /// The sides whose maps are computed.
  var running: [Int] { sides.indices.filter { session.networks[$0].savedMap == nil } }

  /// That a side stays at the size that its file fixes, and why; nil where it takes the one asked for.
  func fixedSizeLine(_ side: Int) -> String? {
    guard let facts = facts(side), let refusal = facts.refusal else { return nil }
    return "\(Self.letter(side)) stays at \(facts.input): \(refusal.sanitised)"
  }

  /// Asks for another input size.
  mutating func take(_ size: InputSize) {
    session.size = size
    history.chooseSize()
    unitsBefore = session.target.units
    forgetUnits()
  }

  /// Goes back to a size where another one is refused.
  mutating func giveUp(for size: InputSize) {
    session.size = size
    if session.target.units.isEmpty { session.target.units = unitsBefore }
    unitsBefore = []
  }

  /// Why the input has the size that it has; nil where it can be chosen.
  var fixedSize: String? {
    if case .tensor = session.images.source { return "a prepared tensor has a fixed size" }
    if isOfSavedMaps { return "saved maps keep their size" }
    return nil
  }

  /// Whether nothing is there that could be computed at another size or by another rule.
  var isOfSavedMaps: Bool {
    (session.networks + session.gallery).allSatisfy { $0.savedMap != nil }
  }

  /// A chosen unit means nothing on a map of another size.
  mutating func forgetUnits() {
    guard !session.target.units.isEmpty else { return }
    session.target.units = []
    notice = Notice(.note, "the unit is the centre again")
  }

  /// What a step to another layer or back to its centre comes to.
  func targetPlan(_ command: CommandName) -> Plan {
    guard facts(unitSide) != nil else { return .refuse(noUnits) }
    if command == .centreUnit {
      return session.target.units.isEmpty
        ? .refuse("this is the central unit") : .edit { $0.session.target.units = [] }
    }
    guard let target = aimed(command) else {
      switch command {
      case .nextStage: return .refuse("this is the last stage")
      case .previousStage: return .refuse("this is the first stage")
      case .nextBlock:
        return .refuse(
          session.target.layer == nil ? "this is the end of the stage" : "this is the last layer")
      default: return .refuse("this is \(firstPart)")
      }
    }
    return .edit { model in
      model.session.target = target
      model.forgetUnits()
    }
  }

  /// What the present stage begins with.
  private var firstPart: String {
    let plain = "the first block of the stage"
    guard let facts = facts(unitSide), let last = facts.stages.indices.last else { return plain }
    let index = min(last, (session.target.stage ?? last + 1) - 1)
    guard let first = facts.stages[index].blocks.first, facts.stages[index].number(0) == nil else {
      return plain
    }
    return first.part == .stem || index == 0
      ? "the stem, where the network begins" : "the transition, where the stage begins"
  }

  /// The target after one step; nil at the end. Block numbers run to the stage's output, which is
  /// what its last block gives.
  private func aimed(_ command: CommandName) -> Target? {
    let networks = sides.indices.compactMap { facts($0) }
    guard let count = networks.map(\.stages.count).max(), count > 0 else { return nil }
    var target = session.target
    if let name = target.layer { return aimed(command, from: name) }
    let stage = min(target.stage ?? count, count)
    let blocks = networks.map { $0.stages[min(stage, $0.stages.count) - 1].blocks.count }.max() ?? 0
    switch command {
    case .nextStage:
      guard stage < count else { return nil }
      (target.stage, target.block) = (stage + 1, nil)
    case .previousStage:
      guard stage > 1 else { return nil }
      (target.stage, target.block) = (stage - 1, nil)
    case .nextBlock:
      guard let block = target.block else {
        guard stage == count else { return nil }
        return others { !$0.isEmpty }.first.map { Target(layer: $0.name) }
      }
      target.block = block + 1 >= blocks ? nil : block + 1
    case .previousBlock:
      let block = target.block ?? blocks
      guard block > 1 else { return nil }
      (target.stage, target.block) = (stage, block - 1)
    default: return nil
    }
    return target
  }

  /// What is known of the networks, of the active one first.
  private var activeFirst: [NetworkFacts] {
    ([active] + sides.indices.filter { $0 != active }).compactMap { facts($0) }
  }

  /// The target of a layer by its name in the active network, or else in the other one, or as the screen
  /// writes it: `s2.1`, `stage 2`.
  func target(named name: String) -> Target? {
    let label = name.lowercased().replacing("stage ", with: "s")
    return activeFirst.lazy.compactMap { $0.target(named: name) }.first
      ?? (activeFirst.contains { $0.offers(name) } ? Target(layer: name) : nil)
      ?? activeFirst.lazy.compactMap { $0.target(labelled: label) }.first
  }

  /// Looks from a layer; one that no network lists is asked for of exported graphs.
  mutating func look(from target: Target) {
    session.target = target
    if let name = target.layer, !activeFirst.contains(where: { $0.target(named: name) != nil }) {
      session.showLayer()
    }
    forgetUnits()
  }

  /// The layers that belong to no stage, of the active network where they are as asked for, else of the
  /// other one.
  private func others(where isWanted: ([NetworkFacts.Layer]) -> Bool) -> [NetworkFacts.Layer] {
    activeFirst.map(\.others).first(where: isWanted) ?? []
  }

  /// The same from a layer that belongs to no stage: they stand behind the last one.
  private func aimed(_ command: CommandName, from name: String) -> Target? {
    let layers = others { layers in layers.contains { $0.name == name } }
    let place = layers.firstIndex { $0.name == name } ?? 0
    switch command {
    case .nextBlock where place + 1 < layers.count: return Target(layer: layers[place + 1].name)
    case .previousBlock where place > 0: return Target(layer: layers[place - 1].name)
    case .previousBlock, .previousStage: return Target()
    default: return nil
    }
  }

  /// The network on whose map units are chosen: A, unless that is a saved map.
  var unitSide: Int { session.networks.firstIndex { $0.savedMap == nil } ?? 0 }

  /// Height and width of the map that units are chosen on.
  var unitMap: InputSize? { facts(unitSide)?.layer(session.target)?.map }

  /// The unit looked from, on network A's map.
  var currentUnit: Unit? {
    guard let map = unitMap else { return nil }
    let unit = session.target.units.first ?? Unit(row: map.height / 2, column: map.width / 2)
    return unit.scaled(from: map, to: map)
  }
}

extension InputSize {
  /// The sizes to step through from this one: the longer side is one of `Model.sizes`, the other keeps the
  /// proportions as nearly as whole blocks of pixels allow, as large as this size is made of, at most 32;
  /// those that keep them badly are left out.
  var steps: [InputSize] {
    let (long, short) = (max(height, width), min(height, width))
    guard short > 0 else { return [] }
    let block = 1 << min(5, (long | short).trailingZeroBitCount)
    let ratio = Double(short) / Double(long)
    var steps = Model.sizes.compactMap { side -> InputSize? in
      guard side != long else { return nil }
      let other = Int((Double(side) * ratio / Double(block)).rounded()) * block
      guard Session.sides.contains(other),
        abs(Double(other) / (Double(side) * ratio) - 1) <= 0.07
      else { return nil }
      return height >= width
        ? InputSize(height: side, width: other) : InputSize(height: other, width: side)
    }
    steps.append(self)
    return steps.sorted { max($0.height, $0.width) < max($1.height, $1.width) }
  }

  /// The next of them; nil at the end.
  func step(from size: InputSize, larger: Bool) -> InputSize? {
    func side(_ size: InputSize) -> Int { max(size.height, size.width) }
    return larger
      ? steps.first { side($0) > side(size) } : steps.last { side($0) < side(size) }
  }
}
