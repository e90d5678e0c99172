// Which values end the stages of an exported graph.

extension ONNXTaps {
  mutating func findStages(_ grids: [ONNXGrid?]) {
    var groups: [[(cut: Int, grid: ONNXGrid)]] = []
    // A convolution with two strides ends where its pixels are thinned out.
    let named = lowering.named
    let grids = zip(cuts, grids).map { named.contains($0) ? $1 : nil }
    for (index, grid) in grids.enumerated() {
      guard let grid, grid.pixels < size.height * size.width, grid.pixels > 1 else { continue }
      if let last = groups.last?.last, grid.pixels == last.grid.pixels {
        groups[groups.count - 1].append((index, grid))
      } else if grid.pixels < groups.last?.last?.grid.pixels ?? .max {
        groups.append([(index, grid)])
      }
    }
    groups.removeAll { onlyAverages($0) }
    // A stem that only thins out the pixels is not a stage.
    let joins = groups.map { group in hasJoin(before: cuts[group[group.count - 1].cut], group) }
    if let first = joins.firstIndex(of: true), groups.count - first >= 3 {
      groups.removeFirst(first)
    }
    if groups.isEmpty, losesNoPixels { groups = enlargedGroups(grids) }
    let sizes = moduleSizes()
    let (norms, lastNorms) = (finalNorms(isLast: false), finalNorms(isLast: true))
    take(
      stages: groups.enumerated().map { index, group in
        let end = stageEnd(
          group, sizes, norms: index == groups.count - 1 ? lastNorms : norms)
        let value = cuts[group[end].cut]
        return Shown(name: "stage\(index + 1)", end: value, value: value, grid: group[end].grid)
      })
  }

  /// Whether a group of cuts is what rows or columns were averaged to, and no more: a step on the way to the
  /// head's vector.
  private func onlyAverages(_ group: [(cut: Int, grid: ONNXGrid)]) -> Bool {
    let ops = group.map { lowering.maker(cuts[$0.cut])?.op }
    return ops.contains { $0 is Reduction }
      && ops.allSatisfy { $0 is Reduction || $0 is Reshape || $0 is Permutation }
  }

  /// Whether no map has fewer pixels than the input, but for single ones.
  private var losesNoPixels: Bool {
    lowering.layouts.indices.allSatisfy { value in
      guard isLive[value], lowering.layouts[value].rank == 4 else { return true }
      let extents = lowering.layouts[value].memory.extents
      let pixels = extents[1] * extents[2]
      return pixels == 1 || pixels >= size.height * size.width
    }
  }

  /// The cuts of a network whose maps are never smaller than the picture, such as one that takes noise away or
  /// enlarges: those of the picture's size, which padding may add to, and those of each whole multiple of it.
  /// What is enlarged only for a while is no stage.
  private func enlargedGroups(_ grids: [ONNXGrid?]) -> [[(cut: Int, grid: ONNXGrid)]] {
    var groups: [(times: Int, cuts: [(cut: Int, grid: ONNXGrid)])] = []
    for (index, grid) in grids.enumerated() {
      guard let grid else { continue }
      let times = grid.rows / size.height
      guard times > 0, times == grid.columns / size.width else { continue }
      while let last = groups.last, last.times > times { groups.removeLast() }
      if groups.last?.times != times { groups.append((times, [])) }
      groups[groups.count - 1].cuts.append((index, grid))
    }
    return groups.map { $0.cuts }
  }

  /// Which cut of a size ends the stage: of those since values met for the last time the one that ends
  /// the largest module, so that what only prepares the next stage is left to that; where no module ends
  /// the last one, norms left out.
  private func stageEnd(
    _ group: [(cut: Int, grid: ONNXGrid)], _ sizes: [Int: Int], norms: [Bool]
  ) -> Int {
    var first = group.count - 1
    while first > 0, !hasJoin(between: group[first - 1].cut, group[first].cut) { first -= 1 }
    var best: (end: Int, size: Int)?
    for end in first..<group.count {
      guard let size = sizes[cuts[group[end].cut]], size >= best?.size ?? 2 else { continue }
      best = (end, size)
    }
    var end = best?.end ?? group.count - 1
    while end > 0, norms[cuts[group[end].cut]] { end -= 1 }
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

  /// Which values are norms that stand behind a stage: a layer norm that ends one belongs to what comes
  /// behind it, and a batch norm that ends the last one, with the rectifier behind it, to the head.
  private func finalNorms(isLast: Bool) -> [Bool] {
    let isCut = Set(cuts)
    var norms = [false]
    for node in lowering.nodes {
      let source = node.inputs.first ?? 0
      switch node.op {
      case is LayerNorm: norms.append(true)
      case is BatchNorm where isLast:
        let maker = lowering.maker(source)?.op
        norms.append(!(maker == nil || maker is Convolution || maker is DepthwiseConvolution))
      case is Rectifier, is Elementwise, is GELU, is Permutation, is Reshape:
        norms.append(isCut.contains(source) && norms[source])
      default: norms.append(false)
      }
    }
    return norms
  }
}
