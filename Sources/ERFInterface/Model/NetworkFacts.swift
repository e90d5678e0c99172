// What is known of a network before it runs: layers, shapes, costs. From a name alone it is cheap enough
// to be asked for on every edit; a file is opened for it by a worker. Kept so that drawing never asks.

public import ERFEngine

/// Layers and costs of a network at an input size.
public struct NetworkFacts: Sendable, Equatable {
  public struct Layer: Sendable, Equatable {
    /// As the engine names it: `stages.0.blocks.1`, `stage1`.
    public let name: String
    let part: NetworkSummary.Row.Part
    /// Height and width of its map.
    public let map: InputSize
    /// Theoretical receptive field in pixels; nil: the whole input, or it is not known.
    public let receptiveField: Int?
    /// Whether that is the whole input, whatever its size.
    let seesWholeInput: Bool
    /// Input pixels between neighbouring units.
    public let stride: MapStride
  }

  public struct Stage: Sendable, Equatable {
    /// With what comes before its first block: the stem or a transition.
    public let blocks: [Layer]
    public let output: Layer

    /// Whether they begin with what only leads to the blocks; more of such a graph's parts are as good
    /// as blocks.
    private var hasPrelude: Bool {
      blocks.first.map { $0.part != .block } ?? false
        && blocks.dropFirst().allSatisfy { $0.part == .block }
    }

    /// The number of a block, from 1; nil for the stem and transitions.
    func number(_ place: Int) -> Int? { hasPrelude ? place == 0 ? nil : place : place + 1 }

    var blockCount: Int { blocks.count - (hasPrelude ? 1 : 0) }
  }

  public let stages: [Stage]
  /// Layers that belong to no stage: what stands behind the last one, and values of a graph that were asked
  /// for by name.
  let others: [Layer]
  /// Maps of what can be computed and is not among these layers: modules of a graph that belong to no stage,
  /// and layers of one unit behind the last.
  private let unlisted: [String: InputSize]
  public private(set) var parameters: Int
  /// Of these, those of a built-in network's classifier.
  private var classifierParameters: Int
  public let multiplyAdds: Int
  /// The input that they are of, which a file may fix.
  public let input: InputSize
  /// Why they are of another input than the one asked for; nil: they are of that one.
  public var refusal: String?

  /// - Throws: what opening the network throws.
  public init(
    _ network: NetworkSpec, size: InputSize, cancellation: Cancellation = Cancellation()
  ) throws {
    self.init(
      try NetworkSummary(network, size: size, cancellation: cancellation), input: size)
  }

  /// - Parameter size: that of the summary's input.
  init(_ summary: NetworkSummary, input size: InputSize) {
    var stages: [Stage] = []
    var blocks: [Layer] = []
    for row in summary.rows {
      let layer = Layer(row, input: size)
      guard row.isStage else {
        blocks.append(layer)
        continue
      }
      stages.append(Stage(blocks: blocks, output: layer))
      blocks = []
    }
    self.stages = stages
    others = blocks.filter { $0.map.height * $0.map.width > 1 }
    let modules = (summary.modules ?? []).map { module in
      (module.name, InputSize(height: module.output[1], width: module.output[2]))
    }
    unlisted = Dictionary(blocks.map { ($0.name, $0.map) } + modules) { first, _ in first }
    input = size
    parameters = summary.parameters
    classifierParameters = summary.classifierParameters
    multiplyAdds = summary.multiplyAdds
  }

  /// Those of what ran: without the classifier, where the weights lack it.
  func running(as subject: ERFSubject?) -> NetworkFacts {
    guard subject?.weightsChoice?.lacksClassifier == true else { return self }
    var facts = self
    facts.parameters -= classifierParameters
    facts.classifierParameters = 0
    return facts
  }

  /// The layer that a target names; stages and blocks beyond the last stand for the last.
  func layer(_ target: Target) -> Layer? {
    if let name = target.layer, let layer = layer(named: name) { return layer }
    guard let last = stages.indices.last else { return nil }
    let stage = stages[min(last, (target.stage ?? stages.count) - 1)]
    guard let block = target.block, !stage.blocks.isEmpty else { return stage.output }
    return stage.blocks[min(block, stage.blocks.count) - 1]
  }

  /// The layer that what a layer shows is the output of: a stage's is that of its last block.
  func end(of layer: Layer) -> String {
    stages.first { $0.output.name == layer.name }?.blocks.last?.name ?? layer.name
  }

  /// Where a layer is that `target` does not name any more.
  func place(of name: String, insteadOf target: Target) -> String {
    if let found = self.target(named: name), found.layer == nil {
      return found.stage == target.stage ?? stages.count
        ? "is elsewhere in the stage" : "is in another stage"
    }
    if offers(name) { return "belongs to no stage" }
    return unlisted[name] == nil ? "is not there" : "has a single unit"
  }

  /// Whether a layer that belongs to no stage can be looked from where it is asked for by its name.
  func offers(_ name: String) -> Bool {
    unlisted[name].map { $0.height * $0.width > 1 } ?? false
  }

  private func layer(named name: String) -> Layer? {
    (stages.lazy.flatMap { $0.blocks + [$0.output] } + others).first { $0.name == name }
  }

  /// A layer of a stage from 0 as plots and headings name it: `s2.1`, `t1`, `stem`.
  func label(stage: Int, place: Int) -> String {
    if let number = stages[stage].number(place) { return "s\(stage + 1).\(number)" }
    // Transitions count from 1, as stages do.
    return stages[stage].blocks[place].part == .stem || stage == 0 ? "stem" : "t\(stage)"
  }

  /// The target of a layer of a stage by its `label`, or of what a stage gives out: `s2`.
  func target(labelled label: String) -> Target? {
    for (index, stage) in stages.enumerated() {
      let block = stage.blocks.indices.first { self.label(stage: index, place: $0) == label }
      guard block != nil || label == "s\(index + 1)" else { continue }
      var target = Target()
      (target.stage, target.block) = (index + 1, block.map { $0 + 1 })
      return target
    }
    return nil
  }

  /// The target of a layer by name.
  func target(named name: String) -> Target? {
    var target = Target()
    for (index, stage) in stages.enumerated() {
      target.stage = index + 1
      if stage.output.name == name { return target }
      if let block = stage.blocks.firstIndex(where: { $0.name == name }) {
        target.block = block + 1
        return target
      }
    }
    guard others.contains(where: { $0.name == name }) else { return nil }
    return Target(layer: name)
  }
}

extension Target {
  init(layer: String) {
    self.init()
    self.layer = layer
  }

  /// The layer of that name in a network; nil where it has none.
  public init?(named tap: String, of network: NetworkSpec, size: InputSize) {
    guard let target = (try? NetworkFacts(network, size: size))?.target(named: tap) else {
      return nil
    }
    self = target
  }
}

extension NetworkFacts.Layer {
  fileprivate init(_ row: NetworkSummary.Row, input: InputSize) {
    name = row.name
    part = row.part
    map = InputSize(height: row.output[1], width: row.output[2])
    receptiveField = row.receptiveField
    seesWholeInput = row.seesWholeInput
    let (rows, columns) = (max(1, map.height), max(1, map.width))
    let side = max(1, (input.height + rows - 1) / rows, (input.width + columns - 1) / columns)
    stride = row.stride ?? MapStride(rows: side, columns: side)
  }
}

/// The facts of the networks that the session names, and the files that are being opened for them.
struct FactsCache: Sendable {
  /// All that facts depend on: weights and how they are fitted change none of them.
  struct Key: Hashable, Sendable {
    let source: NetworkSource
    let edits: [StageEdit]
    let size: InputSize
    let value: String?

    init(_ network: NetworkSpec, size: InputSize) {
      (source, edits, self.size) = (network.source, network.edits, size)
      value = network.exportedValue
    }

    var network: NetworkSpec {
      var spec = NetworkSpec(source, weights: .random(seed: 0))
      spec.edits = edits
      spec.exportedValue = value
      return spec
    }
  }

  /// nil: the network cannot be built; running it will say why.
  private var entries: [Key: NetworkFacts?] = [:]
  /// What is being opened, by whom.
  private(set) var openings: [Key: RequestID] = [:]
  /// What was being opened when the user cancelled.
  private(set) var givenUp: Set<Key> = []
  private static let limit = 64
  /// What can be chosen of the networks in files.
  private(set) var designs = Designs()
  /// Whose file may be another one by now.
  private var outdated: Set<NetworkSource> = []

  subscript(network: NetworkSpec, size: InputSize) -> NetworkFacts? {
    entries[Key(network, size: size)] ?? nil
  }

  /// Whether it is settled what there is to know.
  func isKnown(_ key: Key) -> Bool { entries[key] != nil }

  /// Takes what needs no file; files are for `Model.pursueOpenings`.
  mutating func refresh(_ network: NetworkSpec, _ size: InputSize) {
    let key = Key(network, size: size)
    guard entries[key] == nil, !network.needsOpening, network.savedMap == nil else { return }
    keep(key, NetworkFacts.known(key))
  }

  /// Edits come in runs: a few dozen networks are worth keeping, thousands are not. What a file was
  /// opened for stays longer.
  private mutating func keep(_ key: Key, _ facts: NetworkFacts?) {
    if entries.count >= Self.limit { entries = entries.filter { $0.key.network.needsOpening } }
    if entries.count >= 2 * Self.limit { entries.removeAll() }
    entries[key] = .some(facts)
  }

  mutating func begin(_ key: Key, _ id: RequestID) { openings[key] = id }

  /// Keeps an answer; one that nobody waits for is dropped.
  ///
  /// - Returns: what it is the answer to.
  mutating func answer(
    _ id: RequestID, _ facts: NetworkFacts?, _ design: NetworkDesign?
  ) -> Key? {
    guard let key = openings.first(where: { $0.value == id })?.key else { return nil }
    if wantsDesign(key) {
      designs.keep(design, of: key.source)
      outdated.remove(key.source)
    }
    openings[key] = nil
    keep(key, facts)
    // Where the file fixes the size, they are those of that size, too.
    if var own = facts, own.input != key.size {
      own.refusal = nil
      keep(Key(key.network, size: own.input), own)
    }
    // All that is looked at has facts as well.
    if designs.count > 4 * Self.limit {
      designs.keep(only: Set((Array(entries.keys) + openings.keys).map(\.source)))
    }
    return key
  }

  /// Whether opening a file is to tell the design of its network: edits are made of that.
  func wantsDesign(_ key: Key) -> Bool {
    key.edits.isEmpty && (!designs.isKnown(key.source) || outdated.contains(key.source))
  }

  /// Stops waiting for all but `wanted`.
  mutating func drop(allBut wanted: Set<Key>) -> [RequestID] {
    givenUp.formIntersection(wanted)
    let dropped = openings.filter { !wanted.contains($0.key) }
    for key in dropped.keys { openings[key] = nil }
    return dropped.values.sorted { $0.number < $1.number }
  }

  /// Stops waiting until the same is asked for again.
  mutating func giveUp() -> [RequestID] {
    givenUp.formUnion(openings.keys)
    defer { openings = [:] }
    return openings.values.sorted { $0.number < $1.number }
  }

  /// Lets every file be opened again, which may be another one by now; what is known of its design
  /// holds until then. Returns what is not waited for any more.
  mutating func reopen() -> [RequestID] {
    let ids = giveUp()
    givenUp = []
    entries = entries.filter { !$0.key.network.needsOpening }
    outdated = designs.sources
    return ids
  }

  /// Takes over the designs of another session's files.
  mutating func inherit(_ other: FactsCache) {
    (designs, outdated) = (other.designs, other.designs.sources)
  }
}

extension NetworkFacts {
  /// Nil where the network cannot be built, or not at this size: running it will say why.
  static func known(_ key: FactsCache.Key) -> NetworkFacts? {
    try? NetworkFacts(key.network, size: key.size)
  }
}

extension Model {
  /// The size that is asked of a side's network: a prepared tensor brings its own.
  func askedSize(_ side: Int) -> InputSize {
    if session.networks[side].savedMap != nil {
      return sides[side].subject?.input ?? session.size
    }
    guard case .tensor = session.images.source else { return session.size }
    return sides[side].subject?.input ?? session.size
  }

  /// The size that a side's maps have: the one that is asked for, or else the one that its file fixes.
  func inputSize(_ side: Int) -> InputSize {
    (facts(side) ?? originalFacts(side))?.input ?? askedSize(side)
  }

  /// The same of a network that stands beside those of the sides.
  func inputSize(of network: NetworkSpec) -> InputSize {
    facts(of: network)?.input ?? askedSize(unitSide)
  }

  /// What is known of a network as edited; nil where it cannot be built at this size.
  func facts(_ side: Int) -> NetworkFacts? { facts(of: session.networks[side], on: side) }

  /// What is known of a network that stands beside those of the sides.
  func facts(of network: NetworkSpec) -> NetworkFacts? { facts[network, askedSize(unitSide)] }

  /// What is known of a network as it was opened.
  func originalFacts(_ side: Int) -> NetworkFacts? {
    facts(of: session.networks[side].unedited, on: side)
  }

  /// Once the side's file is open, it is known whether that holds a classifier.
  private func facts(of network: NetworkSpec, on side: Int) -> NetworkFacts? {
    let known = facts[network, askedSize(side)]
    guard let opened = sides[side].opened, opened.weights == network.weights,
      opened.source == network.source
    else { return known }
    return known?.running(as: sides[side].subject)
  }

  /// Takes what is known of the session's networks without opening a file.
  mutating func refreshFacts() {
    for (side, network) in session.networks.enumerated() {
      facts.refresh(network, askedSize(side))
      facts.refresh(network.unedited, askedSize(side))
    }
  }
}
