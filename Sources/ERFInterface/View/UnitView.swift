// The unit panel: the layer, its map as a grid, and the unit on it.

import ERFEngine

extension Frame {
  mutating func drawUnit(_ model: Model, in area: Area) {
    let glyphs = model.display.glyphs
    guard let facts = model.facts(0), let layer = facts.layer(model.session.target),
      let map = model.unitMap, let unit = model.currentUnit
    else {
      write(
        "the network cannot be built at this size", .quiet, row: area.row, column: area.column,
        width: area.columns)
      return
    }
    let target = model.session.target
    let stage = min(target.stage ?? facts.stages.count, facts.stages.count)
    let blocks = facts.stages[stage - 1].blocks.count
    let block = target.block.map { "block \(min($0, blocks)) of \(blocks)" } ?? "its output"
    var lines: [[Span]] = [
      [
        Span("stage \(stage) of \(facts.stages.count)", .text, .bold),
        Span(glyphs.separator + block, .text),
      ],
      [Span(layer.name.sanitised, .quiet)],
      [
        Span("unit ", .quiet), Span("\(unit.row), \(unit.column)", .text),
        Span(" of \(map.height) \(glyphs.times) \(map.width)", .quiet),
        Span(model.session.target.units.isEmpty ? "  centre" : "", .quiet),
      ],
      [
        Span("theoretical field ", .quiet),
        Span(layer.receptiveField.map { "\($0) px" } ?? "whole input", .text),
        Span("  stride \(layer.stride)", .quiet),
      ],
    ]
    if area.rows < 8 { lines.removeLast() }
    for (offset, line) in lines.prefix(area.rows).enumerated() {
      write(
        line, row: area.row + offset, column: area.column, width: area.columns)
    }
    drawUnitGrid(
      map, unit: unit, glyphs: glyphs,
      in: Area(
        row: area.row + lines.count + 1, column: area.column,
        rows: area.rows - lines.count - 1, columns: area.columns))
  }

  /// The layer's map, a dot a unit where there is room, else a dot for several.
  private mutating func drawUnitGrid(
    _ map: InputSize, unit: Unit, glyphs: Glyphs, in area: Area
  ) {
    guard area.rows > 0 else { return }
    let step = max(
      1, (map.height + area.rows - 1) / area.rows, (2 * map.width + area.columns - 1) / area.columns
    )
    let rows = (map.height + step - 1) / step
    let columns = (map.width + step - 1) / step
    for row in 0..<min(rows, area.rows) {
      for column in 0..<columns where 2 * column < area.columns {
        let isUnit = unit.row / step == row && unit.column / step == column
        self[area.row + row, area.column + 2 * column] = Cell(
          isUnit ? glyphs.mark : glyphs.dot, foreground: .role(isUnit ? .accent : .line),
          attributes: isUnit ? .bold : [])
      }
    }
  }
}
