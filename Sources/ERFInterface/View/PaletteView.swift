// The command palette: what was typed, and the commands that fit it, with their keys.

extension Frame {
  mutating func drawPalette(_ model: Model, in area: Area, query: String, selection: Int) {
    let glyphs = model.display.glyphs
    let entries = model.paletteEntries(query)
    let width = min(area.columns, 76)
    let listed = max(1, min(entries.count, min(14, area.rows - 3)))
    let column = area.column + (area.columns - width) / 2
    let box = Area(row: area.row, column: column, rows: listed + 2, columns: width)
    fill(box, .raised)
    write(
      [Span(":", .accent, .bold), Span(query, .text), Span("_", .accent)], row: box.row,
      column: column + 1, width: width - 2)
    guard !entries.isEmpty else {
      write(
        model.paletteRefusal(query), .quiet, row: box.row + 1,
        column: column + 1, width: width - 2)
      return
    }
    let first = max(0, min(selection - listed / 2, entries.count - listed))
    for (offset, entry) in entries.dropFirst(first).prefix(listed).enumerated() {
      let isSelected = first + offset == selection
      let row = box.row + 1 + offset
      let marker = isSelected ? String(glyphs.focus) : " "
      let keyWidth = entry.keyLabel.columns
      write(
        [
          Span(marker, .accent),
          Span(entry.title, isSelected ? .text : .quiet, isSelected ? .bold : []),
        ], row: row, column: column, width: width - keyWidth - 2)
      writeRight(
        [Span(entry.keyLabel, .accent)], row: row, end: column + width - 1, width: keyWidth)
    }
    let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    writeRight([Span(count, .quiet)], row: box.row, end: column + width - 1, width: 16)
  }
}
