// Which modules of an exported graph are layers to choose.

extension ONNXTaps {
  /// The outputs of the modules that hold more than one operator and hand on one value, through which
  /// everything passes, or which is a branch of a network that goes several ways; where a file names no
  /// modules, the cuts behind which values have met.
  mutating func findModules(_ exits: ModuleExits, _ grids: [ONNXGrid?], outputs: [Int]) {
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
        let joins = (before..<cut).contains {
          isLive[$0 + 1] && lowering.nodes[$0].inputs.count > 1
        }
        before = cut
        if joins { addModule("blocks.\(modules.count)", cut) }
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
    // Of those that end together the inner ones come first.
    modules.sort { ($0.end, $1.depth) < ($1.end, $0.depth) }
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
        // What is averaged to one row or column is a gate, not a way of its own.
        let inner = values.compactMap { self.grid($0) }.filter { min($0.rows, $0.columns) > 1 }
        if inner.contains(where: { $0.pixels < pixels && $0.pixels != grid?.pixels }) {
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
    take(
      stages: last.values.sorted { $0.end < $1.end }.enumerated().map { index, module in
        Shown(
          name: "stage\(index + 1)", end: module.end, value: module.value, grid: module.grid)
      })
  }

  private mutating func addModule(_ name: String, _ value: Int) {
    guard let grid = grid(value) else { return }
    modules.append(Shown(name: Self.shown(name), end: value, value: value, grid: grid))
  }

  /// Modules that are no layers of their own accord, and are when they are asked for by name.
  var besides: [ONNXModule] {
    let names = Set((stages + modules + others).map(\.name))
    var found: [ONNXModule] = []
    for path in exits.order where found.count < ONNXModule.most {
      let plain = Self.shown(path)
      let name = plain == path && lowering.isKnown(path) ? "\(Self.modulePrefix)\(path)" : plain
      guard let value = exits.only[path], !names.contains(name), !isDistrusted[value],
        let grid = grid(value), let last = grid.order.last
      else { continue }
      let channels = lowering.layouts[value].shape[last]
      found.append(ONNXModule(name: name, output: [channels, grid.rows, grid.columns]))
    }
    return found
  }

  /// A module may be called like a stage, or like the logits, and be something else.
  static func shown(_ path: String) -> String {
    let isStage = path.hasPrefix("stage") && Int(path.dropFirst("stage".count)) != nil
    return isStage || path == "logits" ? "\(modulePrefix)\(path)" : path
  }

  /// What a module is called by where the program or the file calls something else so.
  static let modulePrefix = "module."
  /// What a value of the file is called by where the program calls something else so.
  static let valuePrefix = "value."
}

extension String {
  /// What follows `prefix`; nil: the text does not begin with it.
  func removing(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}

extension ONNXTaps.Shown {
  /// The length of the module's path: of modules that lie in one another the inner one's is larger.
  fileprivate var depth: Int {
    (name.removing(ONNXTaps.modulePrefix) ?? name).count
  }
}
