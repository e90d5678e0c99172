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
    let lines = model.unitLines(
      rows: area.rows, columns: area.columns, facts, layer, map, unit)
    for (offset, line) in lines.prefix(area.rows).enumerated() {
      write(
        line, row: area.row + offset, column: area.column, width: area.columns)
    }
    let place = model.unitGridArea(in: area)
    guard let grid = UnitGrid(map, in: place) else { return }
    drawUnitGrid(grid, answers: model.answers(of: map), unit: unit, model)
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
              level, colours, style: style, glyphs: glyphs, isFirst: x == place.column)
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
    _ level: UInt8?, _ colours: HeatColours, style: HeatStyle, glyphs: Glyphs, isFirst: Bool
  ) -> Cell {
    guard let level else {
      return isFirst ? Cell(glyphs.dot, foreground: .role(.line)) : Cell()
    }
    let paint = colours.paint(level)
    return style == .characters
      ? Cell(colours.character(level), foreground: paint) : Cell(background: paint)
  }
}

/// Where the units of a layer's map lie in the panel: each in some cells, or some in one cell.
struct UnitGrid {
  let map: InputSize
  /// So many units across and down share a place.
  let step: Int
  /// Rows of cells of a place, which is twice as wide.
  let scale: Int
  let origin: (row: Int, column: Int)

  var rows: Int { (map.height + step - 1) / step }
  var columns: Int { (map.width + step - 1) / step }

  /// Nil where there is no room.
  init?(_ map: InputSize, in area: Area) {
    guard area.rows > 0, area.columns > 1, map.height > 0, map.width > 0 else { return nil }
    self.map = map
    step = max(
      1, (map.height + area.rows - 1) / area.rows, (2 * map.width + area.columns - 1) / area.columns
    )
    let rows = (map.height + step - 1) / step
    let columns = (map.width + step - 1) / step
    scale = max(1, min(4, area.rows / rows, area.columns / (2 * columns)))
    origin = (area.row, area.column)
  }

  func cells(row: Int, column: Int) -> Area {
    Area(
      row: origin.row + row * scale, column: origin.column + column * 2 * scale, rows: scale,
      columns: 2 * scale)
  }

  /// The unit in the middle of the place that holds a cell of the screen; nil outside.
  func unit(row: Int, column: Int) -> Unit? {
    guard row >= origin.row, column >= origin.column else { return nil }
    let down = (row - origin.row) / scale
    let across = (column - origin.column) / (2 * scale)
    guard down < rows, across < columns else { return nil }
    return Unit(
      row: min(map.height - 1, down * step + step / 2),
      column: min(map.width - 1, across * step + step / 2))
  }

  /// The mean of the units that share a place.
  func mean(_ values: [Float], row: Int, column: Int) -> Double {
    var sum = 0.0
    var count = 0
    for y in row * step..<min(map.height, (row + 1) * step) {
      for x in column * step..<min(map.width, (column + 1) * step) {
        sum += Double(values[y * map.width + x])
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : 0
  }
}

extension Model {
  /// Why there are no units to choose from.
  var noUnits: String {
    session.networks[unitSide].savedMap == nil
      ? "the network cannot be built at this size" : "a saved map has no units"
  }

  /// What network A's layer answers, where the map on screen is of this layer.
  func answers(of map: InputSize) -> [Float]? {
    guard let result = sides[unitSide].shown?.result, result.subject.mapSize == map,
      result.subject.tap == facts(unitSide)?.layer(session.target)?.name,
      result.features.count == map.height * map.width
    else { return nil }
    return result.features
  }
}

extension Model {
  /// The lines above the grid: where the unit is.
  fileprivate func unitLines(
    rows: Int, columns: Int, _ facts: NetworkFacts, _ layer: NetworkFacts.Layer, _ map: InputSize,
    _ unit: Unit
  ) -> [[Span]] {
    let target = session.target
    let stage = min(target.stage ?? facts.stages.count, facts.stages.count)
    let blocks = facts.stages[stage - 1].blocks.count
    let block = target.block.map { "block \(min($0, blocks)) of \(blocks)" } ?? "its output"
    let marked = markedUnits.count
    let note =
      session.target.units.isEmpty
      ? "  centre" : marked > 0 ? "  + \(marked) marked" : ""
    var lines: [[Span]] = [
      [
        Span("stage \(stage) of \(facts.stages.count)", .text, .bold),
        Span(display.glyphs.separator + block, .text),
      ],
      [Span(layer.name.sanitised, .quiet)],
      [
        Span("unit ", .quiet), Span("\(unit.row), \(unit.column)", .text),
        Span(" of \(map.height) \(display.glyphs.times) \(map.width)", .quiet),
        Span(note, .quiet),
      ],
      [
        Span(columns < 40 ? "theory " : "theoretical field ", .quiet),
        Span(layer.receptiveField.map { "\($0) px" } ?? "whole input", .text),
        Span("  stride \(layer.stride)", .quiet),
      ],
    ]
    if rows >= 12 {
      lines.append(
        answers(of: map) == nil
          ? []
          : [Span("what the layer answers there", .quiet)])
    }
    if rows < 8 { lines.removeLast() }
    return lines
  }

  /// Where the grid of units lies.
  func unitGridArea(in area: Area) -> Area {
    let lines = area.rows < 8 ? 3 : area.rows < 12 ? 4 : 5
    return Area(
      row: area.row + lines, column: area.column, rows: area.rows - lines, columns: area.columns)
  }
}
