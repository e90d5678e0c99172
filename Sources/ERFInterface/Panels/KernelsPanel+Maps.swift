// The aggregated kernels of the selected stage, before and after the small ones are merged into them:
// the view of the paper's appendix C.

import ERFEngine

extension Frame {
  /// Nothing where there is no room, or nothing known.
  mutating func drawKernelMaps(_ model: Model, side: Int, in area: Area) {
    guard area.rows >= 5 else { return }
    let spec = model.session.networks[side]
    guard let stages = model.kernelMaps.known[spec] else {
      let isWaited = model.kernelMaps.job != nil && model.kernelMaps.asked == spec
      let text = isWaited ? "summing the kernels" : ""
      return write(text, .quiet, row: area.row, column: area.column, width: area.columns)
    }
    let stage = model.lists.stage
    guard stages.indices.contains(stage), let kernels = stages[stage] else { return }
    let hasSmall = kernels.before != kernels.after
    write(
      Self.kernelTitle(
        "|w| of stage \(stage + 1)", ", summed over channels", reached: kernels.reached,
        width: area.columns), row: area.row, column: area.column, width: area.columns)
    let gap = 3
    let columns = (area.columns - gap) / 2
    let fit = HeatmapFit(
      height: kernels.after.side, width: kernels.after.side, rows: min(16, area.rows - 2),
      columns: columns, aspect: model.display.cellAspect)
    // Room for what stands below each.
    let pitch = max(fit.columns, min(18, columns)) + gap
    let maps = hasSmall ? [kernels.before, kernels.after] : [kernels.after]
    let captions = Self.kernelCaptions(
      Array(zip(hasSmall ? ["before", "merged"] : ["kernels"], maps)),
      width: hasSmall ? pitch - 2 : area.columns)
    for (index, map) in maps.enumerated() {
      let place = Area(
        row: area.row + 1, column: area.column + index * pitch, rows: fit.rows,
        columns: fit.columns)
      drawKernel(map, reached: kernels.reached, model, in: place)
      write(
        captions[index], row: place.row + place.rows, column: place.column,
        width: hasSmall ? pitch : area.columns)
    }
  }

  /// Every stage's kernels, before and after merging where that differs.
  mutating func drawAllKernelMaps(_ model: Model, side: Int, in area: Area) {
    guard area.rows >= 5 else { return }
    guard let stages = model.kernelMaps.known[model.session.networks[side]] else {
      let isWaited = model.kernelMaps.asked == model.session.networks[side]
      let text = isWaited ? "summing the kernels" : ""
      return write(text, .quiet, row: area.row, column: area.column, width: area.columns)
    }
    let isMerged = stages.contains { $0.map { $0.before != $0.after } ?? false }
    write(
      Self.kernelTitle(
        "|w| summed over channels", isMerged ? ", before merging and after" : "",
        reached: stages.lazy.compactMap { $0?.reached }.first, width: area.columns),
      row: area.row, column: area.column, width: area.columns)
    let gap = 2
    let width = (area.columns - gap * (stages.count - 1)) / max(1, stages.count)
    let all = stages.map { kernels in
      kernels.map { $0.before == $0.after ? [$0.after] : [$0.before, $0.after] } ?? []
    }
    var captions = Self.kernelCaptions(
      all.joined().map { ("\($0.side)x\($0.side)", $0) }, width: width)[...]
    for (index, kernels) in stages.enumerated() {
      guard let kernels else { continue }
      let column = area.column + index * (width + gap)
      let maps = all[index]
      let reason = isMerged && maps.count == 1 ? Self.unmergedReason(model, side, index) : nil
      write(
        Self.stageTitle(index + 1, unmerged: reason, width: width), .quiet, row: area.row + 1,
        column: column, width: width)
      let rows = (area.rows - 2) / maps.count - 1
      let fit = HeatmapFit(
        height: kernels.after.side, width: kernels.after.side, rows: max(1, rows), columns: width,
        aspect: model.display.cellAspect)
      for (place, map) in maps.enumerated() {
        let row = area.row + 2 + place * (fit.rows + 1)
        drawKernel(
          map, reached: kernels.reached, model,
          in: Area(row: row, column: column, rows: fit.rows, columns: fit.columns))
        write(
          captions.popFirst() ?? [], row: row + fit.rows, column: column, width: width)
      }
      let used = 2 + maps.count * (fit.rows + 1)
      let rest = area.below(used + 1)
      drawKernelShares(
        kernels, model, side,
        in: Area(row: rest.row, column: column, rows: min(16, rest.rows), columns: width))
    }
  }

  /// Why a stage has one map where others have two, in full and in short; nil where nobody knows.
  private static func unmergedReason(
    _ model: Model, _ side: Int, _ index: Int
  ) -> (long: String, short: String)? {
    guard let stages = model.design(side)?.stages, stages.indices.contains(index)
    else { return nil }
    if stages[index].parallelKernel == nil {
      return (long: ", no small kernel", short: ": no small")
    }
    guard stages[index].dilation > 1 else { return nil }
    return (long: ", not merged: dilated", short: ": dilated")
  }

  private static func stageTitle(
    _ stage: Int, unmerged reason: (long: String, short: String)?, width: Int
  ) -> String {
    guard let reason else { return "stage \(stage)" }
    let wordings = ["stage \(stage)" + reason.long, "stage \(stage)" + reason.short]
    return wordings.first { $0.columns <= width } ?? "\(stage)" + reason.short
  }

  /// How much of the sum lies in squares around the middle, from none to all; nothing where there is little
  /// room.
  private mutating func drawKernelShares(
    _ kernels: StageKernels, _ model: Model, _ side: Int, in area: Area
  ) {
    guard area.rows >= 8, area.columns >= 16 else { return }
    let hasSmall = kernels.before != kernels.after
    let (own, glyphs) = (Role.network(side), model.display.glyphs)
    let titles = ["% of |w| within n \(glyphs.times) n", "% within n \(glyphs.times) n"]
    let title = titles.first { $0.columns <= area.columns } ?? titles[1]
    write(title, .text, row: area.row, column: area.column, width: area.columns)
    if hasSmall {
      write(
        [Span("before", .quiet), Span("  merged", own)], row: area.row + 1, column: area.column,
        width: area.columns)
    }
    let axis = 4
    let plot = Area(
      row: area.row + 2, column: area.column + axis, rows: area.rows - 3,
      columns: area.columns - axis)
    for row in plot.row..<plot.row + plot.rows {
      self[row, plot.column - 1] = Cell(glyphs.upright, foreground: .role(.line))
    }
    writeRight([Span("100", .quiet)], row: plot.row, end: plot.column - 1, width: 3)
    var curves = CurveCanvas(area: plot, display: model.display)
    let maps = (hasSmall ? [(kernels.before, Role.quiet)] : []) + [(kernels.after, own)]
    for (map, role) in maps {
      let sides = stride(from: 1, through: map.side, by: 2)
      curves.add([0] + sides.map { map.share(ofMiddle: $0) }, role)
    }
    curves.draw(on: &self)
    let last = plot.row + plot.rows
    write("0", .quiet, row: last, column: plot.column, width: 2)
    let end = "n = \(kernels.after.side)"
    writeRight(
      [Span(end, .quiet)], row: last, end: plot.column + plot.columns, width: end.columns)
  }

  /// What maps are of, and how much of each lies in its middle, in the longest wording in which all fit.
  private static func kernelCaptions(
    _ maps: [(name: String, map: KernelMap)], width: Int
  ) -> [[Span]] {
    let wordings = maps.map { name, map in
      let share = Span(Format.percent(map.share(ofMiddle: map.middle), digits: 0), .text)
      let middle = map.middle > 1 ? "\(map.middle)x\(map.middle)" : "centre"
      let whole = map.middle > 1 ? "the middle \(middle)" : "the centre"
      return [
        [Span(name + "  ", .quiet), share, Span(" in \(whole)", .quiet)],
        [Span(name + "  ", .quiet), share, Span(" in \(middle)", .quiet)],
        [Span(name + " ", .quiet), share, Span(" in \(middle)", .quiet)],
        [Span("\(name) \(middle) ", .quiet), share],
        [share, Span(" in \(middle)", .quiet)],
      ]
    }
    let chosen = (0..<5).first { place in wordings.allSatisfy { $0[place].width <= width } } ?? 4
    return wordings.map { $0[chosen] }
  }

  /// What is drawn, and the word for the outline where there is one, which comes first where both do
  /// not fit.
  private static func kernelTitle(
    _ name: String, _ more: String, reached: StageKernels.Reached?, width: Int
  ) -> [Span] {
    let title = Span(name, .text)
    guard let reached else {
      let whole = [title, Span(more, .quiet)]
      return whole.width <= width ? whole : [title]
    }
    let key = Span(", outlined: reached at \(reached.trainedAt) px", .warning)
    let whole = [title, Span(more, .quiet), key]
    let short = [title, key]
    return [whole, short].first { $0.width <= width }
      ?? [title, Span(", box: met at \(reached.trainedAt) px", .warning)]
  }

  private mutating func drawKernel(
    _ map: KernelMap, reached: StageKernels.Reached?, _ model: Model, in area: Area
  ) {
    let style = HeatStyle(model.display)
    let side = Double(map.side)
    let window = PixelWindow(row: 0, column: 0, height: map.side, width: map.side)
    let values = SummedArea(map.values, height: map.side, width: map.side).means(
      rows: area.rows * style.pixelsPerCell, columns: area.columns, window: window)
    var marks: PixelMarks?
    if let reached {
      var outline = PixelMarks(cells: area, unicode: model.display.unicode)
      let (top, left) = ((side - Double(reached.rows)) / 2, (side - Double(reached.columns)) / 2)
      outline.outline(
        top: top, left: left, bottom: side - top, right: side - left, in: window, .warning)
      marks = outline
    }
    let colours = HeatColours(
      scale: .rising(map: UInt8(model.colourMap)), top: values.max() ?? 0)
    drawHeat(values, in: area, colours: colours, style: style, marks: marks)
  }
}

extension KernelMap {
  /// Side of the part in the middle whose share tells small kernels from large ones: the parallel small
  /// kernel of the paper, or less of kernels that are not larger than that.
  var middle: Int { side > 5 ? 5 : side > 3 ? 3 : 1 }
}
