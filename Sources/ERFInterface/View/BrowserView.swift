// The file browser: a box with the folder's name, what was typed, the list, and the selected file.

import ERFEngine

extension Frame {
  mutating func drawBrowser(_ model: Model, in area: Area, _ browser: Browser) {
    let width = min(area.columns, 84)
    // What is wrong with a file is said to its end; the list gives way. Where there is no list it stands
    // under the text.
    let status = statusLines(browser, width: width - 2)
    let isEmpty = browser.entries.isEmpty && !browser.isListing
    let most = max(6, min(area.rows, 24))
    let box = Area(
      row: area.row, column: area.column + (area.columns - width) / 2,
      rows: isEmpty ? min(most, 4 + max(2, status.count)) : most, columns: width)
    fill(box, .raised)
    let inner = Area(
      row: box.row, column: box.column + 1, rows: box.rows, columns: box.columns - 2)
    let letter = model.sides.count > 1 ? " as \(Model.letter(model.active))" : ""
    let title = "open a checkpoint or a saved map\(letter)  "
    // The end of a long path says most.
    let path = (browser.folder?.path ?? browser.path).sanitised
    let shown = path.suffix(columns: inner.columns - title.columns)
    write(
      [Span(title, .text, .bold), Span(shown, .quiet)], row: inner.row, column: inner.column,
      width: inner.columns)
    let query = browser.query.sanitised.suffix(columns: inner.columns - 4)
    write(
      [Span("> ", .accent, .bold), Span(query), Span("_", .accent)], row: inner.row + 1,
      column: inner.column, width: inner.columns)
    let rows = max(2, min(status.count, box.rows - 4))
    drawEntries(
      browser,
      in: Area(
        row: inner.row + 2, column: box.column, rows: box.rows - 2 - rows, columns: box.columns - 1)
    )
    write(
      status,
      in: Area(
        row: box.row + box.rows - rows, column: inner.column, rows: rows, columns: inner.columns))
  }

  private mutating func drawEntries(_ browser: Browser, in area: Area) {
    let entries = browser.entries
    guard !entries.isEmpty else {
      let place = browser.isRelative ? " in this folder" : ""
      let text =
        browser.isPath
        ? "Enter opens this path\(place), Tab completes it"
        : browser.folder == nil
          ? ""
          : browser.query.isEmpty
            ? "nothing here" : "no such name in the list; Enter takes it as a path\(place)"
      write(text, .quiet, row: area.row, column: area.column + 1, width: area.columns - 1)
      return
    }
    let first = max(0, min(browser.selection - area.rows / 2, entries.count - area.rows))
    for (offset, entry) in entries.dropFirst(first).prefix(area.rows).enumerated() {
      let isSelected = first + offset == browser.selection
      let row = area.row + offset
      let note = note(entry)
      let noteWidth = note.columns
      let isFolder = if case .folder = entry { true } else { false }
      let room = area.columns - noteWidth - 2
      let name = (browser.name(entry).sanitised + (isFolder ? "/" : ""))
        .cutInside(columns: room - 1, glyphs.ellipsis)
      write(
        [
          Span(isSelected ? String(glyphs.focus) : " ", .accent),
          Span(name, isSelected ? .text : .quiet, isSelected ? .bold : []),
        ], row: row, column: area.column, width: room)
      writeRight(
        [Span(note, .quiet)], row: row, end: area.column + area.columns, width: noteWidth)
    }
  }

  /// What stands at the right of an entry.
  private func note(_ entry: Browser.Entry) -> String {
    switch entry {
    case .recent: "recent"
    case .parent: "folder above"
    case .folder: ""
    case .file(let file): Format.size(file.bytes)
    }
  }

  /// What the selected file holds, or why something cannot be had.
  private func statusLines(_ browser: Browser, width: Int) -> [[Span]] {
    if let failure = browser.failure {
      return wrap(failure, width: width).map { [Span($0, .failure)] }
    }
    if let complaint = browser.complaint {
      return wrap(complaint, width: width).map { [Span($0, .failure)] }
    }
    if browser.visiting != nil { return [[Span("opening ...", .quiet)]] }
    if browser.isListing { return [[Span("listing ...", .quiet)]] }
    guard let path = browser.selectedFile else { return [] }
    switch browser.contents[PathKey(path)] {
    case .network(let choice, let summary):
      let name = choice.savedMap?.fileName ?? choice.model
      return [[Span(name.sanitised, .accent), Span("  " + summary.sanitised, .quiet)]]
    case .refused(let reason):
      return wrap(reason.sanitised, width: width).map { [Span($0, .failure)] }
    case .looking, nil:
      return [[Span(browser.opening == path ? "opening ..." : "looking into it ...", .quiet)]]
    }
  }
}
