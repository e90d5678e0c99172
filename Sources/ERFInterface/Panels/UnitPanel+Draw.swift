// The unit panel: the layer, its map as a grid, and the unit on it.

import ERFEngine

extension Frame {
  mutating func drawUnit(_ model: Model, in area: Area) {
    guard let facts = model.facts(model.unitSide), let layer = facts.layer(model.session.target),
      let map = model.unitMap, let unit = model.currentUnit
    else {
      write(
        model.noUnits, .quiet, row: area.row, column: area.column,
        width: area.columns)
      return
    }
    let grid = UnitGrid(map, in: UnitGrid.area(in: area))
    let fields = UnitGrid.fields(of: map, in: area)
    // Fields beside the grid leave the lines above it no more than the columns before them.
    var text = area
    if let fields { text.columns = fields.column - 1 - area.column }
    write(
      model.unitLines(
        rows: area.rows, columns: text.columns, facts, layer, map, unit, step: grid?.step ?? 1,
        isBeside: fields != nil),
      in: text)
    guard let grid else { return }
    drawUnitGrid(grid, answers: model.answers(of: map), unit: unit, model)
    if let fields { drawUnitFields(model, in: fields) }
  }

  /// What the unit sees, A beside B or above it, whichever makes them larger, and the curves below where
  /// there is room.
  mutating func drawUnitFields(_ model: Model, in area: Area) {
    let networks = model.compared.filter { $0.side != nil }
    let count = max(1, networks.count)
    let size = model.inputSize(model.unitSide)
    func fit(_ rows: Int, _ columns: Int) -> HeatmapFit {
      HeatmapFit(
        height: size.height, width: size.width, rows: rows, columns: columns,
        aspect: model.display.cellAspect)
    }
    let width = (area.columns - 3 * (count - 1)) / count
    let beside = fit(area.rows - 1, width)
    let above = fit(area.rows / count - 2, area.columns)
    let isBeside = count == 1 || beside.columns >= above.columns
    let used = isBeside ? beside.rows + 2 : area.rows
    if area.rows - used >= 9 { drawProfiles(model, in: area.below(used)) }
    let names = model.names(of: networks.map(\.asShown.network))
    let columns = isBeside ? width : area.columns
    let headings = zip(networks, names).map {
      model.unitHeadings($0, named: $1, columns: columns)
    }
    // Of two maps both have their numbers, or neither has.
    let isNumbered = headings.contains { $0.first?.isNumbered == true }
    for (index, network) in networks.enumerated() {
      let place =
        isBeside
        ? Area(
          row: area.row, column: area.column + index * (width + 3), rows: beside.rows + 1,
          columns: width)
        : Area(
          row: area.row + index * (area.rows / count), column: area.column,
          rows: area.rows / count - 1, columns: area.columns)
      let numbered = isNumbered ? headings[index].first(where: \.isNumbered) : nil
      if let heading = numbered ?? headings[index].first {
        write(heading.spans, row: place.row, column: place.column, width: place.columns)
      }
      drawUnitField(network, model, in: place)
    }
  }

  /// Below its heading.
  private mutating func drawUnitField(_ network: ComparedNetwork, _ model: Model, in area: Area) {
    let size = model.inputSize(network.side ?? 0)
    let fit = HeatmapFit(
      height: size.height, width: size.width, rows: area.rows - 1, columns: area.columns,
      aspect: model.display.cellAspect)
    let place = Area(row: area.row + 1, column: area.column, rows: fit.rows, columns: fit.columns)
    guard let field = network.field, let metrics = network.metrics else {
      return fill(place, .well)
    }
    drawSmallField(field, metrics, model, in: place)
  }

  /// The layer's map: what it answers, and the units looked from.
  private mutating func drawUnitGrid(
    _ grid: UnitGrid, answers: [Float]?, unit: Unit, _ model: Model
  ) {
    let glyphs = model.display.glyphs
    let style = HeatStyle(model.display)
    let colours = HeatColours(
      scale: .rising(map: UInt8(model.colourMap)), top: Double(answers?.max() ?? 0))
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let level = answers.map { colours.level(grid.mean($0, row: row, column: column)) }
        let place = grid.cells(row: row, column: column)
        for y in place.row..<place.row + place.rows {
          for x in place.column..<place.column + place.columns {
            self[y, x] = Self.answer(
              level, colours, style: style, glyphs: glyphs,
              isMiddle: y == place.row + place.rows / 2
                && x == place.column + (place.columns - 1) / 2)
          }
        }
      }
    }
    // The unit that moves lies over the marked ones.
    for (marked, glyph) in model.markedUnits.map({ ($0, glyphs.ring) }) + [(unit, glyphs.mark)] {
      let place = grid.cells(row: marked.row / grid.step, column: marked.column / grid.step)
      let row = place.row + place.rows / 2
      let column = place.column + (place.columns - 1) / 2
      let level = answers.map {
        colours.level(
          grid.mean($0, row: marked.row / grid.step, column: marked.column / grid.step))
      }
      var cell = self[row, column]
      if case .role = cell.background {} else { cell.scalar = " " }
      cell.scalar = glyph
      cell.foreground = .role((level ?? 0) > 150 && style != .characters ? .background : .accent)
      cell.attributes = .bold
      self[row, column] = cell
    }
  }

  private static func answer(
    _ level: UInt8?, _ colours: HeatColours, style: HeatStyle, glyphs: Glyphs, isMiddle: Bool
  ) -> Cell {
    guard let level else {
      return isMiddle ? Cell(glyphs.dot, foreground: .role(.line)) : Cell()
    }
    let paint = colours.paint(level)
    return style == .characters
      ? Cell(colours.character(level), foreground: paint) : Cell(background: paint)
  }
}

/// What stands over what a unit sees.
private struct UnitHeading {
  let spans: [Span]
  let isNumbered: Bool
}

extension NetworkFacts {
  /// What a target is to its stage.
  fileprivate func blockText(_ target: Target) -> String {
    let stage = stages[min(stages.count, target.stage ?? stages.count) - 1]
    guard let block = target.block, !stage.blocks.isEmpty else { return "its output" }
    let place = min(block, stage.blocks.count) - 1
    if let number = stage.number(place) { return "block \(number) of \(stage.blockCount)" }
    return "before it, the " + (stage.blocks[place].part == .stem ? "stem" : "transition")
  }
}

extension Model {
  /// The lines above the grid: where the unit is.
  ///
  /// - Parameter isBeside: whether its fields lie beside the grid.
  fileprivate func unitLines(
    rows: Int, columns: Int, _ facts: NetworkFacts, _ layer: NetworkFacts.Layer, _ map: InputSize,
    _ unit: Unit, step: Int, isBeside: Bool
  ) -> [[Span]] {
    let target = session.target
    let others = markedUnits.count { $0 != unit }
    let note =
      session.target.units.isEmpty
      ? "  centre"
      : others > 0 ? "  + \(others) marked" : markedUnits.isEmpty ? "" : "  marked"
    var lines: [[Span]] = [
      targetLine(facts, layer, columns: columns),
      layerLine(layer, columns: columns),
      placeLine(unit, on: map, note: note, columns: columns),
      theoryLine(target, columns: columns, isBeside: isBeside),
    ]
    let parts = "\(step) \(display.glyphs.times) \(step) units"
    if rows >= 12 {
      lines.append(
        answers(of: map) == nil
          ? step > 1 ? [Span("each dot: " + parts, .quiet)] : []
          : answersLine(step > 1 ? parts : nil, columns: columns))
    } else if step > 1, rows >= 8 {
      // Without a row of its own it stands behind the theoretical field, which has fewer words then.
      let scale = [Span("  each place " + parts, .quiet)]
      let short = [Span("theory", .quiet)] + theorySpans(target)
      let wordings = [lines[lines.count - 1], short].map { $0 + scale }
      if let whole = wordings.first(where: { $0.width <= columns }) {
        lines[lines.count - 1] = whole
      }
    }
    if rows < 8 { lines.removeLast() }
    return lines
  }

  /// The layer by its name, which is cut where it is too long, and its stride.
  private func layerLine(_ layer: NetworkFacts.Layer, columns: Int) -> [Span] {
    let name = layerText(session.networks[unitSide], layer.name, at: askedSize(unitSide))
    let stride = display.glyphs.separator + "stride \(layer.stride)"
    let cut = name.cutInside(
      columns: max(1, columns - stride.columns), display.glyphs.ellipsis)
    return [Span(cut + stride, .quiet)]
  }

  /// What the grid shows.
  ///
  /// - Parameter parts: of how many units each place is the mean; nil: of one.
  private func answersLine(_ parts: String?, columns: Int) -> [Span] {
    let what = "what \(sides.count > 1 ? Self.letter(unitSide) + "'s" : "the") layer answers"
    let wordings = parts.map { ["\(what) there, \($0) a place", "\(what), \($0)"] } ?? []
    let text = wordings.first { $0.columns <= columns } ?? what + " there"
    return [Span(text, .quiet)]
  }

  private func theoryLine(_ target: Target, columns: Int, isBeside: Bool) -> [Span] {
    let lines = ["theoretical field", "theory"].map { [Span($0, .quiet)] + theorySpans(target) }
    return isBeside || columns >= 48 ? lines.first { $0.width <= columns } ?? lines[1] : lines[1]
  }

  /// The layer by its place in the network. Under a heading that speaks of a map that stayed behind it is said to
  /// be what was asked for, as far as there is room.
  private func targetLine(
    _ facts: NetworkFacts, _ layer: NetworkFacts.Layer, columns: Int
  ) -> [Span] {
    let target = session.target
    let stage = min(target.stage ?? facts.stages.count, facts.stages.count)
    let isNamed = target.layer == layer.name
    let place =
      isNamed ? "a layer by its name" : "stage \(stage) of \(facts.stages.count)"
    let block = isNamed ? "" : display.glyphs.separator + facts.blockText(target)
    let line = [Span(place, .text, .bold), Span(block, .text)]
    guard layout(on: size).fields == nil, measuredOn(comparedSides).stale != nil else {
      return line
    }
    let said = [Span("asked for: ", .warning)] + line
    return said.width <= columns ? said : line
  }

  /// What a map that stayed behind is of, before its network's name; nil: it is what was asked for.
  fileprivate func staleSubject(_ network: ComparedNetwork) -> String? {
    guard network.map != nil, let measured = measuredOn([network]).first, measured.isStale else {
      return nil
    }
    return [measured.layer, measured.unit].compactMap { $0.map { $0 + ", " } }.joined()
  }

  /// Whose field it is, and its number, in the wordings that fit, the fullest first: the last one in any case. What a
  /// map that stayed behind is of goes after its number.
  fileprivate func unitHeadings(
    _ network: ComparedNetwork, named name: String, columns: Int
  ) -> [UnitHeading] {
    let preview =
      network.map == nil ? network.side.flatMap { sides[$0].shown?.previewText } : nil
    let half = network.metrics?.ratio(at: Self.half).map { "half in " + Format.area($0) }
    let numbers = preview.map { [$0 + ", no numbers yet", "no numbers yet"] } ?? half.map { [$0] }
    let letter = Span(
      sides.count > 1 ? network.letter + "  " : "", Role.network(network.side ?? 0), .bold)
    let old = staleSubject(network)
    let stale = old == nil ? [] : [Span("  stale", .warning)]
    func heading(_ text: String, _ number: String? = nil) -> UnitHeading {
      let spans = [letter, Span(text, .text), Span(number.map { "  " + $0 } ?? "", .quiet)]
      return UnitHeading(spans: spans + stale, isNumbered: number != nil)
    }
    let full = (old ?? "what the unit sees, ") + name
    var headings = (numbers ?? []).flatMap { [heading(full, $0), heading(name, $0)] }
    if old != nil || numbers == nil {
      headings.insert(heading(full), at: min(1, headings.count))
    }
    headings.append(heading(name))
    let cut = name.cutInside(columns: columns - 2, display.glyphs.ellipsis)
    let brief = Span(letter.text.prefix(columns: 2), letter.role, .bold)
    let least = UnitHeading(
      spans: [brief, Span(numbers?.last ?? cut, .quiet)] + stale, isNumbered: numbers != nil)
    return headings.filter { $0.spans.width <= columns } + [least]
  }

  /// The unit on the layer's map, in the longest wording that fits.
  private func placeLine(
    _ unit: Unit, on map: InputSize, note: String, columns: Int
  ) -> [Span] {
    let wordings = [("unit row ", ", column "), ("row ", ", column "), ("r", " c")].map {
      [
        Span($0, .quiet), Span("\(unit.row)", .text), Span($1, .quiet),
        Span("\(unit.column)", .text),
        Span(" of \(map.height) \(display.glyphs.times) \(map.width)" + note, .quiet),
      ]
    }
    return wordings.first { $0.width <= columns } ?? wordings[2]
  }
}
