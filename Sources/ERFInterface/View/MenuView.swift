// Boxes over the panels: the export menu and a line of input.

extension Frame {
  mutating func drawExportMenu(_ model: Model, in area: Area, selection: Int) {
    let kinds = ExportKind.all
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
          Span(isSelected ? String(glyphs.focus) : " ", .accent),
          Span(
            " " + kind.title, isOpen ? (isSelected ? .text : .quiet) : .line,
            isSelected ? .bold : []),
        ], row: box.row + 1 + offset, column: box.column, width: width - 1)
    }
  }

  mutating func drawPrompt(_ prompt: Prompt, in area: Area) {
    let width = min(area.columns, 76)
    let state = prompt.complaint ?? (prompt.waitsFor == nil ? prompt.hint ?? "" : "one moment ...")
    let lines = wrap(state, width: width - 4)
    let rows = min(area.rows, 2 + max(2, lines.count))
    let box = Area(
      row: area.row + min(area.rows / 3, area.rows - rows),
      column: area.column + (area.columns - width) / 2, rows: rows, columns: width)
    fill(box, .raised)
    write(prompt.label, .quiet, row: box.row, column: box.column + 2, width: width - 3)
    // The end of a long name is what is typed.
    let shown = prompt.text.sanitised.suffix(columns: width - 6)
    write(
      [Span("> ", .accent, .bold), Span(shown), Span("_", .accent)], row: box.row + 1,
      column: box.column + 2, width: width - 3)
    for (offset, line) in lines.prefix(rows - 2).enumerated() {
      write(
        line, prompt.isSure ? .warning : prompt.complaint == nil ? .quiet : .failure,
        row: box.row + 2 + offset, column: box.column + 2, width: width - 3)
    }
  }

  mutating func drawQuestion(_ question: Question, in area: Area) {
    let width = min(area.columns, 76)
    let lines = wrap(question.text, width: width - 4).map { [Span($0)] }
    let other = question.other.map { [(String($0.key), $0.action)] } ?? []
    let answers = ([("Enter", question.action)] + other + [("Esc", "close")]).map {
      [Span($0.0, .accent, .bold), Span(" \($0.1)   ", .text)]
    }
    let row = Array(answers.joined())
    let rows = lines + [[]] + (row.width <= width - 1 ? [row] : answers)
    let top = min(area.rows / 3, max(0, area.rows - rows.count))
    let box = Area(
      row: area.row + top, column: area.column + (area.columns - width) / 2,
      rows: min(area.rows, rows.count), columns: width)
    fill(box, .raised)
    write(
      rows, in: Area(row: box.row, column: box.column + 2, rows: box.rows, columns: width - 2))
  }
}
