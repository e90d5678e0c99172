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
  }

  private(set) var lowering: ONNXLowering
  private let nodes: [ONNXNode]
  private let size: InputSize
  /// The value that everything leads to.
  private let output: Int
  /// Whether a value is needed for the output.
  private let isLive: [Bool]
  /// Whether a value is needed for any of the outputs.
  private let isNeeded: [Bool]
  /// Values that depend on what holds for another input size alone.
  private let isDistrusted: [Bool]
  /// Pixels of the maps that are computed.
  private let maps: Set<Int>
  /// Values through which everything passes, in order.
  private let cuts: [Int]
  /// The last cut at each size of map, from large to small.
  private(set) var stages: [Shown] = []
  /// What cannot be shown, for people.
  private(set) var gaps: [String] = []
  /// Whether no output of the file can be computed.
  let isPartial: Bool
  private var modules: [Shown] = []
  private var others: [Shown] = []
  private var logits: Int?

  init(
    _ lowering: ONNXLowering, model: ONNXModel, size: InputSize, distrustsFixedSizes: Bool
  ) {
    self.lowering = lowering
    nodes = model.graph.nodes
    self.size = size
    isDistrusted = Self.distrusted(lowering, distrustsFixedSizes)
    let known = model.graph.outputs.compactMap { lowering.computed($0.name) }
      .filter { [isDistrusted] in !isDistrusted[$0] }
    let output = known.first ?? Self.farthest(lowering, isDistrusted)
    self.output = output
    isPartial = known.isEmpty
    isLive = Self.live(lowering, [output])
    isNeeded = Self.live(lowering, known.isEmpty ? [output] : known)
    cuts = Self.cuts(lowering, output, isLive)
    if known.isEmpty {
      gaps =
        lowering.firstGap.map { ["\($0.node) \($0.reason): what stands before it is shown"] }
        ?? []
    }
    maps = Self.maps(lowering, isLive, size)
    let grids = cuts.map { [maps] in ONNXGrid(of: lowering.layouts[$0], input: size, maps: maps) }
    findStages(grids)
    findModules(grids, outputs: known.isEmpty ? [output] : known)
    try? add(values: model.graph.outputs.dropFirst().map(\.name))
    let shape = lowering.layouts[output].shape
    if !known.isEmpty, shape.count == 2 || shape.dropFirst(2).allSatisfy({ $0 == 1 }) {
      logits = output
    }
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
    _ lowering: ONNXLowering, _ isLive: [Bool], _ size: InputSize
  ) -> Set<Int> {
    Set(
      lowering.layouts.indices.filter { isLive[$0] && lowering.layouts[$0].rank == 4 }.compactMap {
        ONNXGrid(of: lowering.layouts[$0], input: size, maps: [])?.pixels
      })
  }

  /// The value that most others lead to, where no output of the file can be computed.
  private static func farthest(_ lowering: ONNXLowering, _ distrusted: [Bool]) -> Int {
    var read = [Bool](repeating: false, count: lowering.nodes.count + 1)
    for (index, node) in lowering.nodes.enumerated() where !distrusted[index + 1] {
      for input in node.inputs { read[input] = true }
    }
    let ends = lowering.nodes.indices.map { $0 + 1 }.filter { !read[$0] && !distrusted[$0] }
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

  // MARK: Stages

  private mutating func findStages(_ grids: [ONNXGrid?]) {
    var groups: [[(cut: Int, grid: ONNXGrid)]] = []
    for (index, grid) in grids.enumerated() {
      guard let grid, grid.pixels < size.height * size.width, grid.pixels > 1 else { continue }
      if let last = groups.last?.last, grid.pixels == last.grid.pixels {
        groups[groups.count - 1].append((index, grid))
      } else if grid.pixels < groups.last?.last?.grid.pixels ?? .max {
        groups.append([(index, grid)])
      }
    }
    // A stem that only thins out the pixels is not a stage.
    let joins = groups.map { group in hasJoin(before: cuts[group[group.count - 1].cut], group) }
    if let first = joins.firstIndex(of: true), groups.count - first >= 3 {
      groups.removeFirst(first)
    }
    let sizes = moduleSizes()
    stages = groups.enumerated().compactMap { index, group in
      let end = stageEnd(group, isLast: index == groups.count - 1, sizes)
      let value = cuts[group[end].cut]
      return Shown(name: "stage\(index + 1)", end: value, value: value, grid: group[end].grid)
    }
  }

  /// Which cut of a size ends the stage: of those since values met for the last time the one that ends
  /// the largest module, so that what only prepares the next stage is left to that; where no module ends
  /// the last one, norms left out.
  private func stageEnd(
    _ group: [(cut: Int, grid: ONNXGrid)], isLast: Bool, _ sizes: [Int: Int]
  ) -> Int {
    var first = group.count - 1
    while first > 0, !hasJoin(between: group[first - 1].cut, group[first].cut) { first -= 1 }
    var best: (end: Int, size: Int)?
    for end in first..<group.count {
      guard let size = sizes[cuts[group[end].cut]], size >= best?.size ?? 2 else { continue }
      best = (end, size)
    }
    var end = best?.end ?? group.count - 1
    while end > 0, isFinalNorm(cuts[group[end].cut], isLast: isLast) { end -= 1 }
    return end
  }

  /// Whether two computed values meet behind one cut and up to another.
  private func hasJoin(between before: Int, _ after: Int) -> Bool {
    (cuts[before]..<cuts[after]).contains {
      isLive[$0 + 1] && lowering.nodes[$0].inputs.count > 1
    }
  }

  /// Operators of the largest module that ends at each value.
  private func moduleSizes() -> [Int: Int] {
    var ends: [String: (value: Int, count: Int)] = [:]
    for (index, node) in lowering.nodes.enumerated() where isLive[index + 1] {
      guard nodes.indices.contains(node.source) else { continue }
      for path in nodes[node.source].modulePath {
        ends[path] = (index + 1, (ends[path]?.count ?? 0) + 1)
      }
    }
    return ends.values.reduce(into: [:]) { $0[$1.value] = max($0[$1.value] ?? 0, $1.count) }
  }

  /// Whether two computed values meet within a group of cuts.
  private func hasJoin(before value: Int, _ group: [(cut: Int, grid: ONNXGrid)]) -> Bool {
    let start = group[0].cut > 0 ? cuts[group[0].cut - 1] : 0
    return (start..<value).contains { isLive[$0 + 1] && lowering.nodes[$0].inputs.count > 1 }
  }

  /// A layer norm that ends a stage belongs to what comes behind it, and a batch norm that ends the last
  /// one, with the rectifier behind it, to the head.
  private func isFinalNorm(_ value: Int, isLast: Bool) -> Bool {
    let node = lowering.nodes[value - 1]
    switch node.op {
    case is LayerNorm: return true
    case is BatchNorm where isLast:
      let source = node.inputs[0]
      guard source > 0 else { return false }
      let maker = lowering.nodes[source - 1].op
      return !(maker is Convolution || maker is DepthwiseConvolution)
    case is Rectifier, is Elementwise, is GELU, is Permutation, is Reshape:
      let source = node.inputs[0]
      return source > 0 && cuts.contains(source) && isFinalNorm(source, isLast: isLast)
    default: return false
    }
  }

  // MARK: Modules

  /// The outputs of the modules that hold more than one operator and hand on one value, through which
  /// everything passes, or which is a branch of a network that goes several ways; where a file names no
  /// modules, the cuts behind which values have met.
  private mutating func findModules(_ grids: [ONNXGrid?], outputs: [Int]) {
    let exits = ModuleExits(lowering, nodes, isNeeded: isNeeded, outputs: outputs)
    let isCut = Set(cuts)
    let open = openRegions(grids)
    for path in exits.order {
      guard let count = exits.counts[path], count > 1 else { continue }
      guard let value = exits.only[path] else { continue }
      // A branch is a block, not one of the layers in it.
      let isBranch =
        count > 5 && (!isLive[value] || open.contains { $0.contains(value) })
        || value != output && outputs.contains(value)
      if isCut.contains(value) || isBranch { addModule(path, value) }
    }
    for path in exits.order where exits.only[path] == nil && exits.counts[path] ?? 0 > 1 {
      guard let last = exits.last[path], isCut.contains(last),
        !modules.contains(where: { $0.end == last })
      else { continue }
      addModule(path, last)
    }
    if stages.isEmpty { findStagesOfBranches() }
    if modules.isEmpty {
      var before = stemEnd
      for cut in cuts where cut > stemEnd {
        guard
          (before..<cut).contains(where: { isLive[$0 + 1] && lowering.nodes[$0].inputs.count > 1 })
        else { continue }
        addModule("blocks.\(modules.count)", cut)
        before = cut
      }
    }
    let last = stages.last?.value ?? 0
    if stemEnd > 0, stemEnd < stages.first?.value ?? 0,
      !modules.contains(where: { $0.end == stemEnd || $0.name == "stem" })
    {
      addModule("stem", stemEnd)
    }
    for stage in stages where !modules.contains(where: { $0.end == stage.value }) {
      // What leads up to a stage belongs to some block.
      addModule("\(stage.name).end", stage.value)
    }
    modules.sort { ($0.end, $1.name.count) < ($1.end, $0.name.count) }
    others += modules.filter {
      $0.end > last && !isCut.contains($0.end)
    }
    modules = modules.filter { $0.end <= last }
  }

  /// The values between cuts where a network goes several ways at several sizes and much of it is
  /// computed there: pyramids, networks with a way down and one up, branches side by side.
  private func openRegions(_ grids: [ONNXGrid?]) -> [Range<Int>] {
    let all = isNeeded.count { $0 }
    var (before, pixels) = (0, size.height * size.width)
    var regions: [Range<Int>] = []
    for (cut, grid) in zip(cuts, grids) {
      let values = (before + 1..<cut + 1).filter { isNeeded[$0] }
      if values.count >= all / 4, values.count > 8 {
        let inner = values.compactMap {
          ONNXGrid(of: lowering.layouts[$0], input: size, maps: maps)?.pixels
        }
        if inner.contains(where: { $0 > 1 && $0 < pixels && $0 != grid?.pixels }) {
          regions.append(before + 1..<cut + 1)
        }
      }
      (before, pixels) = (cut, grid?.pixels ?? pixels)
    }
    return regions
  }

  /// Where nothing alone passes anywhere: the last branch at each number of units.
  private mutating func findStagesOfBranches() {
    var last: [Int: Shown] = [:]
    for module in modules where module.grid.pixels > 1 {
      if module.end >= last[module.grid.pixels]?.end ?? 0 { last[module.grid.pixels] = module }
    }
    stages = last.values.sorted { $0.end < $1.end }.enumerated().map { index, module in
      Shown(
        name: "stage\(index + 1)", end: module.end, value: module.value, grid: module.grid)
    }
  }

  private mutating func addModule(_ name: String, _ value: Int) {
    guard let grid = ONNXGrid(of: lowering.layouts[value], input: size, maps: maps) else { return }
    modules.append(Shown(name: Self.shown(name), end: value, value: value, grid: grid))
  }

  /// A module may be called like a stage, or like the logits, and be something else.
  private static func shown(_ path: String) -> String {
    let isStage = path.hasPrefix("stage") && Int(path.dropFirst("stage".count)) != nil
    return isStage || path == "logits" ? "module.\(path)" : path
  }

  /// Adds values by their names in the file.
  mutating func add(values: [String]) throws {
    for name in values {
      guard let value = lowering.computed(name), !isDistrusted[value],
        let grid = ONNXGrid(of: lowering.layouts[value], input: size, maps: maps)
      else { continue }
      others.append(Shown(name: name, end: value, value: value, grid: grid))
    }
  }

  // MARK: The blueprint

  /// Brings the values that are shown to the order of maps (N, H, W, C) or tokens (N, L, C).
  mutating func arrange() throws {
    func arranged(_ value: Int, _ grid: ONNXGrid) throws -> Int {
      var data = lowering.layouts[value]
      data.place = .value(value)
      guard case .value(let value) = try lowering.arranged(data, grid.order).place else {
        return value
      }
      return value
    }
    for index in stages.indices {
      stages[index].value = try arranged(stages[index].value, stages[index].grid)
    }
    for index in modules.indices {
      modules[index].value = try arranged(modules[index].value, modules[index].grid)
    }
    for index in others.indices {
      others[index].value = try arranged(others[index].value, others[index].grid)
    }
  }

  /// The network, pruned to what its taps need.
  func blueprint() -> (blueprint: Blueprint, weights: [String: Tensor]) {
    var blueprint = Blueprint()
    var slots = ONNXSlots()
    let known = Set(modules.map(\.name))
    let headName = headName
    for (index, node) in lowering.nodes.enumerated() {
      let value = index + 1
      let stage = stages.firstIndex { value <= $0.end }
      let source = nodes.indices.contains(node.source) ? nodes[node.source] : ONNXNode()
      let scope = source.modulePath.last ?? source.outputs.first ?? "value\(value)"
      // The innermost module that is shown, or the next one.
      let block =
        source.modulePath.map(Self.shown).last(where: known.contains)
        ?? modules.first { value <= $0.end }?.name ?? headName
      blueprint.nodes.append(
        Blueprint.Node(
          scope: scope, block: block, role: role(value, stage), stage: stage, op: node.op,
          inputs: node.inputs,
          parameters: zip(node.parameters, node.op.parameterShapes).map {
            slots.expression($0, $1.name, of: node.op)
          }))
    }
    var names: Set<String> = []
    func add(_ name: String, _ kind: Tap.Kind, _ value: Int, _ grid: TokenGrid) {
      guard names.insert(name).inserted else { return }
      blueprint.taps.append(Tap(name: name, kind: kind, value: value, grid: grid))
    }
    // Each stage stands behind its blocks.
    for stage in stages {
      for module in modules where module.end <= stage.end {
        add(module.name, .block, module.value, module.grid.tokens)
      }
      add(stage.name, .stage, stage.value, stage.grid.tokens)
    }
    for other in others { add(other.name, .block, other.value, other.grid.tokens) }
    if let logits {
      add(headName, .block, logits, .map)
      add("logits", .logits, logits, .map)
    }
    return (blueprint.droppingDeadNodes(), slots.weights)
  }

  /// What comes behind the last stage; a module of that name may be another part of it.
  private var headName: String {
    let head = BlueprintBuilder.headBlock
    return nodes.contains { $0.modulePath.contains(head) } ? "output" : head
  }

  private func role(_ value: Int, _ stage: Int?) -> Blueprint.Role {
    guard let stage else { return .head }
    return stage == 0 && value <= stemEnd ? .stem : .block
  }

  /// The first cut at the size of the first stage.
  private var stemEnd: Int {
    guard let first = stages.first else { return 0 }
    return cuts.first {
      ONNXGrid(of: lowering.layouts[$0], input: size, maps: maps)?.pixels == first.grid.pixels
    } ?? 0
  }
}

/// Keys for the parameters of an imported network.
private struct ONNXSlots {
  private(set) var weights: [String: Tensor] = [:]

  /// What can be learnt is asked of weights, by the name that the file has for it; other numbers, such as
  /// tables of positions, belong to the graph.
  mutating func expression(
    _ parameter: ONNXLowering.Parameter, _ name: String, of op: any Operator
  ) -> ParameterExpression {
    guard let weight = parameter.weight, let initializer = Self.initializer(name, parameter, op)
    else { return .constant(ParameterExpression.Constant(parameter.tensor)) }
    var key = weight
    var number = 1
    while let known = weights[key],
      known.shape != parameter.tensor.shape || known.elements != parameter.tensor.elements
    {
      number += 1
      key = "\(weight)#\(number)"
    }
    weights[key] = parameter.tensor
    return .slot(Slot(key: key, shape: parameter.tensor.shape, initializer: initializer))
  }

  private static func initializer(
    _ name: String, _ parameter: ONNXLowering.Parameter, _ op: any Operator
  ) -> Initializer? {
    let shape = parameter.tensor.shape
    switch op {
    case is Convolution, is DepthwiseConvolution, is Linear, is TransposedConvolution:
      guard name == "weight" else { return .constant(0) }
      let fanIn = max(1, shape.count / max(1, shape[0]))
      return .normal(deviation: (2 / Double(fanIn)).squareRoot())
    case is BatchNorm, is LayerNorm, is Affine:
      return .constant(name == "weight" || name == "running_var" ? 1 : 0)
    default: return nil
    }
  }
}
