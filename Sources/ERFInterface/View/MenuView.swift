// Boxes over the panels: the export menu and a line of input.

extension Frame {
  mutating func drawExportMenu(_ model: Model, in area: Area, selection: Int) {
    let kinds = ExportKind.allCases
    let width = min(area.columns, 50)
    let rows = min(area.rows, kinds.count + 2)
    let box = Area(
      row: area.row + max(0, (area.rows - rows) / 3),
      column: area.column + (area.columns - width) / 2, rows: rows, columns: width)
    fill(box, .raised)
    write(
      "export into the current folder", .text, .bold, row: box.row, column: box.column + 2,
      width: width - 3)
    let listed = rows - 2
    let first = max(0, min(selection - listed / 2, kinds.count - listed))
    for (offset, kind) in kinds.dropFirst(first).prefix(listed).enumerated() {
      let isSelected = first + offset == selection
      let isOpen = model.exportRefusal(kind) == nil
      write(
        [
          Span(isSelected ? String(String.UnicodeScalarView([glyphs.focus])) : " ", .accent),
          Span(
            " " + kind.title, isOpen ? (isSelected ? .text : .quiet) : .line,
            isSelected ? .bold : []),
        ], row: box.row + 1 + offset, column: box.column, width: width - 1)
    }
  }

  mutating func drawPrompt(_ prompt: Prompt, in area: Area) {
    let width = min(area.columns, 76)
    let box = Area(
      row: area.row + area.rows / 3, column: area.column + (area.columns - width) / 2, rows: 3,
      columns: width)
    fill(box, .raised)
    write(prompt.label, .quiet, row: box.row, column: box.column + 2, width: width - 3)
    // The end of a long name is what is typed.
    let shown = String(String.UnicodeScalarView(prompt.text.unicodeScalars.suffix(width - 6)))
    write(
      [Span("> ", .accent, .bold), Span(shown), Span("_", .accent)], row: box.row + 1,
      column: box.column + 2, width: width - 3)
  }
}
