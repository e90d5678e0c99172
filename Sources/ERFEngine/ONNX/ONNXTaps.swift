/// Which values of a lowered graph are shown: its stages, the outputs of its modules, its logits.
struct ONNXTaps {
  /// A value that is shown.
  struct Shown {
    var name: String
    /// As it is computed.
    let end: Int
    /// With its axes in order.
    var value: Int
    let grid: ONNXGrid
    /// Its axes, where they are not those that it was computed with.
    var view: ONNXData?
  }

  private(set) var lowering: ONNXLowering
  let nodes: [ONNXNode]
  let size: InputSize
  /// The value that everything leads to.
  let output: Int
  /// Whether a value is needed for the output.
  let isLive: [Bool]
  /// Whether a value is needed for any of the outputs.
  let isNeeded: [Bool]
  /// Values that depend on what holds for another input size alone.
  let isDistrusted: [Bool]
  /// Where the picture's pixels lie in every value.
  private let origins: [ONNXOrigin?]
  /// Sides of the maps that are computed, by the number of their pixels.
  private let maps: [Int: InputSize]
  let exits: ModuleExits
  /// What the file calls the graph's outputs.
  private let outputNames: [String]
  /// Values through which everything passes, in order.
  let cuts: [Int]
  /// The last cut at each size of map, from large to small.
  private(set) var stages: [Shown] = []
  /// The first cut at the size of the first stage; 0 where there is none.
  private(set) var stemEnd = 0
  /// What cannot be shown, for people.
  private(set) var gaps: [String] = []
  /// Whether no output of the file can be computed.
  let isPartial: Bool
  var modules: [Shown] = []
  var others: [Shown] = []
  private(set) var logits: Int?

  init(
    _ lowering: ONNXLowering, model: ONNXModel, size: InputSize, countsBatches: Bool,
    distrustsFixedSizes: Bool
  ) {
    self.lowering = lowering
    nodes = model.graph.nodes
    self.size = size
    isDistrusted = Self.distrusted(lowering, distrustsFixedSizes)
    let known = model.graph.outputs.compactMap { lowering.computed($0.name) }
      .filter { [isDistrusted] in !isDistrusted[$0] }
    let output =
      Self.main(known, lowering) ?? Self.farthest(lowering, model.graph.nodes, isDistrusted)
    self.output = output
    isPartial = known.isEmpty
    isLive = Self.live(lowering, [output])
    isNeeded = Self.live(lowering, known.isEmpty ? [output] : known)
    cuts = Self.cuts(lowering, output, isLive)
    outputNames = model.graph.outputs.map(\.name)
    origins = ONNXOrigin.all(of: lowering)
    maps = Self.maps(lowering, isLive, size, origins)
    let outputs = known.isEmpty ? [output] : known
    exits = ModuleExits(
      lowering, nodes, isNeeded: isNeeded, outputs: outputs, names: Set(outputNames))
    let grids = cuts.map(grid)
    findStages(grids)
    findModules(exits, grids, outputs: outputs)
    for name in outputNames where lowering.computed(name) != output {
      _ = add(value: name, as: name)
    }
    findGaps(outputNames)
    let last = lowering.layouts[output]
    // What counts no batches may hand on the vector alone.
    let isAlone = !countsBatches && last.rank == 1 && last.count > 1
    if !known.isEmpty, isAlone || Self.isVector(last) { logits = output }
  }

  // MARK: Along the graph

  private static func distrusted(_ lowering: ONNXLowering, _ applies: Bool) -> [Bool] {
    var flags = [false]
    for node in lowering.nodes {
      flags.append(
        applies && lowering.boundNumbers.contains(node.source)
          || node.inputs.contains { flags[$0] })
    }
    return flags
  }

  private static func live(_ lowering: ONNXLowering, _ outputs: [Int]) -> [Bool] {
    var needed = [Bool](repeating: false, count: lowering.nodes.count + 1)
    for output in outputs { needed[output] = true }
    for index in lowering.nodes.indices.reversed() where needed[index + 1] {
      for input in lowering.nodes[index].inputs { needed[input] = true }
    }
    return needed
  }

  private static func maps(
    _ lowering: ONNXLowering, _ isLive: [Bool], _ size: InputSize, _ origins: [ONNXOrigin?]
  ) -> [Int: InputSize] {
    var (known, guessed): ([Int: InputSize], [Int: InputSize]) = ([:], [:])
    /// A row or a column gives way to a map of as many pixels.
    func keep(_ sides: InputSize, in maps: inout [Int: InputSize]) {
      let old = maps[sides.height * sides.width]
      if let old, min(old.height, old.width) > min(sides.height, sides.width) { return }
      maps[sides.height * sides.width] = sides
    }
    for (value, data) in lowering.layouts.enumerated() where isLive[value] && data.rank == 4 {
      guard let grid = ONNXGrid(of: data, origin: origins[value], input: size, maps: [:]) else {
        continue
      }
      let sides = InputSize(height: grid.rows, width: grid.columns)
      if origins[value] == nil {
        keep(sides, in: &guessed)
      } else {
        keep(sides, in: &known)
      }
    }
    return known.merging(guessed) { known, _ in known }
  }

  /// The picture's pixels in a value; nil: there are none.
  func grid(_ value: Int) -> ONNXGrid? {
    ONNXGrid(of: lowering.layouts[value], origin: origins[value], input: size, maps: maps)
  }

  /// Of the outputs that can be computed the one that the network leads to: the first where it is one vector
  /// for a picture, as logits are; else the one that most is computed for, since backbones hand on the maps
  /// of all their stages.
  private static func main(_ outputs: [Int], _ lowering: ONNXLowering) -> Int? {
    guard let first = outputs.first, outputs.count > 1,
      !isVector(lowering.layouts[first])
    else { return outputs.first }
    // Each look is a walk, and what most is computed for comes late.
    let late = Set(outputs.sorted(by: >).prefix(64))
    let needs = outputs.filter(late.contains).map { output in
      (output: output, count: live(lowering, [output]).count { $0 })
    }
    return needs.reduce(needs[0]) { $1.count > $0.count ? $1 : $0 }.output
  }

  private static func isVector(_ data: ONNXData) -> Bool {
    data.rank >= 2 && data.shape.dropFirst(2).allSatisfy { $0 == 1 }
  }

  /// Whether nothing up to the output has a kernel or a matrix of weights: what is left of a graph whose
  /// first layer is not known is how it prepares its pictures.
  var hasNoLayers: Bool {
    !lowering.nodes.indices.contains { index in
      isLive[index + 1]
        && lowering.nodes[index].parameters.contains {
          $0.tensor.shape.extents.count { $0 > 1 } > 1
        }
    }
  }

  /// The value that most others lead to, where no output of the file can be computed: of those of the file
  /// that nothing goes on from. Parts of functions and norms that are run as one are none of them.
  private static func farthest(
    _ lowering: ONNXLowering, _ nodes: [ONNXNode], _ distrusted: [Bool]
  ) -> Int {
    func known(_ name: String) -> Int? {
      lowering.computed(name).flatMap { distrusted[$0] ? nil : $0 }
    }
    var read: Set<String> = []
    for node in nodes where node.outputs.contains(where: { known($0) != nil }) {
      read.formUnion(node.reads)
    }
    let names = nodes.flatMap(\.outputs).filter { !read.contains($0) }
    let ends = Set(names.compactMap(known)).sorted()
    // Of many ends only the last few are looked at: each look is a walk.
    return ends.suffix(64).max { left, right in
      let (one, other) = (live(lowering, [left]), live(lowering, [right]))
      return one.count { $0 } < other.count { $0 }
    } ?? 0
  }

  /// The values that alone are needed by what comes after them.
  private static func cuts(
    _ lowering: ONNXLowering, _ output: Int, _ isLive: [Bool]
  ) -> [Int] {
    var lastUse = [Int](repeating: -1, count: output + 1)
    for index in 0..<output where isLive[index + 1] {
      for input in lowering.nodes[index].inputs { lastUse[input] = index }
    }
    lastUse[output] = .max
    var ending = [[Int]](repeating: [], count: output + 1)
    for value in 0..<output where isLive[value] && lastUse[value] >= 0 {
      ending[lastUse[value]].append(value)
    }
    var open = isLive[0] ? 1 : 0
    var cuts: [Int] = []
    for index in 0..<output where isLive[index + 1] {
      open += 1 - ending[index].count
      if open == 1 { cuts.append(index + 1) }
    }
    return cuts
  }

  /// Takes what `exported` shows, the same graph at the size that the file was exported for, as far as it is
  /// known here too.
  ///
  /// - Returns: whether anything is lost.
  mutating func show(what exported: ONNXTaps) -> Bool {
    let (theirs, own) = (exported.lowering.ends, lowering.ends)
    func known(_ shown: Shown) -> Shown? {
      guard shown.end > 0 else { return nil }
      let source = exported.lowering.nodes[shown.end - 1].source
      guard theirs[source] == shown.end, let value = own[source], !isDistrusted[value],
        let grid = grid(value)
      else { return nil }
      return Shown(name: shown.name, end: value, value: value, grid: grid)
    }
    modules = exported.modules.compactMap(known)
    others = exported.others.compactMap(known)
    take(stages: exported.stages.compactMap(known))
    let isLost =
      stages.count < exported.stages.count || modules.count < exported.modules.count
      || others.count < exported.others.count || !exported.isPartial
    // What stands behind the last stage that is left.
    let last = stages.last?.end ?? 0
    others += modules.filter { $0.end > last }
    modules.removeAll { $0.end > last }
    gaps = []
    findGaps(outputNames)
    if gaps.isEmpty, let node = lowering.sizeBound.first {
      gaps = [
        "\(node) names extents of the size that the file was exported for: what stands before it is shown"
      ]
    }
    return isLost
  }

  /// What is taken for granted of the tokens of layers, a line for each kind of them.
  var guesses: [String] {
    var lines: [String] = []
    for shown in stages + modules + others {
      guard let guess = shown.grid.guess, !lines.contains(where: { $0.hasSuffix(guess) }) else {
        continue
      }
      lines.append(
        "the graph does not show where the pixels' tokens lie in \(shown.name): taken to be \(guess)"
      )
    }
    return lines
  }

  /// Whether there is a layer of this name.
  func shows(_ name: String) -> Bool {
    (stages + modules + others).contains { $0.name == name }
  }

  /// Tells what keeps outputs from being shown, and how far the network goes without them.
  private mutating func findGaps(_ outputs: [String]) {
    if isPartial {
      let last = stages.last.map { ", up to \($0.name)" } ?? ""
      gaps =
        lowering.firstGap.map { ["\($0.node) \($0.reason): what stands before it is shown\(last)"] }
        ?? []
      return
    }
    for name in outputs {
      guard let gap = lowering.gap(of: name) else { continue }
      let line = "\(gap.node) \(gap.reason): the output \(name) is left out"
      if !gaps.contains(line) { gaps.append(line) }
    }
  }

  // MARK: What is shown

  /// Takes values as the stages, and what leads up to the first of them as the stem.
  mutating func take(stages: [Shown]) {
    self.stages = stages
    stemEnd = 0
    guard let first = stages.first,
      let cut = cuts.first(where: { grid($0)?.pixels == first.grid.pixels })
    else { return }
    stemEnd = cut
  }

  /// Takes the last of the layers that were asked for as the only stage, where the graph has none.
  mutating func takeLastOther() {
    guard let last = (modules + others).max(by: { $0.end < $1.end }) else { return }
    modules.removeAll { $0.name == last.name }
    others.removeAll { $0.name == last.name }
    take(stages: [last])
  }

  /// Adds what `name` calls: a value of the file, or the output of a module.
  ///
  /// - Returns: why it is not added; nil where it is, or where no such thing is known.
  mutating func add(_ name: String) -> String? {
    let (value, module) = (name.removing(Self.valuePrefix), name.removing(Self.modulePrefix))
    if let value { return add(value: value, as: name) }
    let path = module ?? name
    guard module != nil || !lowering.isKnown(name), exits.counts[path] != nil else {
      return add(value: name, as: name)
    }
    guard !exits.lost.contains(path) else { return nil }
    guard let value = exits.only[path] else {
      return "the module outputs no value, or several: choose one of them by its name in the file"
    }
    return add(value, as: name)
  }

  /// Adds the value that the file calls `name`.
  private mutating func add(value name: String, as shown: String) -> String? {
    guard let value = lowering.computed(name) else {
      return lowering.isConstant(name) ? "it does not depend on the picture" : nil
    }
    return add(value, as: shown, seenAs: lowering.data(name))
  }

  private mutating func add(_ value: Int, as shown: String, seenAs view: ONNXData? = nil) -> String?
  {
    let data = view ?? lowering.layouts[value]
    guard !isDistrusted[value] else {
      return "the file computes it only for the size that it was exported for"
    }
    guard let grid = ONNXGrid(of: data, origin: origins[value], input: size, maps: maps) else {
      let shape = Shape(data.shape)
      return "its shape \(shape) is neither a map of the picture's pixels nor a list of its tokens"
    }
    others.append(Shown(name: shown, end: value, value: value, grid: grid, view: view))
    return nil
  }

  /// Brings the values that are shown to the order of maps (N, H, W, C) or tokens (N, L, C), logits to
  /// (N, classes).
  mutating func arrange() throws {
    func arranged(_ shown: Shown) throws -> Int {
      var data = shown.view ?? lowering.layouts[shown.value]
      data.place = .value(shown.value)
      guard case .value(let value) = try lowering.arranged(data, shown.grid.order).place else {
        return shown.value
      }
      return value
    }
    for index in stages.indices {
      stages[index].value = try arranged(stages[index])
    }
    for index in modules.indices {
      modules[index].value = try arranged(modules[index])
    }
    for index in others.indices {
      others[index].value = try arranged(others[index])
    }
    if let vector = logits,
      case .value(let row) = try lowering.padded(lowering.layouts[vector], to: 2).place
    {
      logits = row
    }
  }
}
