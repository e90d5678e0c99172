// The images panel: the list, which of them the maps are averaged over, and which have come so far.

extension Frame {
  mutating func drawImages(_ model: Model, in area: Area) {
    let images = model.session.images
    let range = images.range
    let glyphs = model.display.glyphs
    var heading = [
      Span("mean over \(range.count) of \(images.available)", .text, .bold)
    ]
    if case .builtIn = images.source { heading.append(Span("  generated pictures", .quiet)) }
    write(heading, row: area.row, column: area.column, width: area.columns)
    let rows = area.rows - 2
    guard rows > 0 else { return }
    let first = max(0, min(model.lists.image - rows / 2, images.available - rows))
    for (offset, index) in (first..<images.available).prefix(rows).enumerated() {
      let isUsed = range.contains(index)
      let isSelected = model.focus == .images && index == model.lists.image
      let marker = isSelected ? String(String.UnicodeScalarView([glyphs.focus])) : " "
      let mark = isUsed ? String(String.UnicodeScalarView([glyphs.mark])) : " "
      write(
        [
          Span(marker, .accent), Span(mark + " ", .accent),
          Span("\(index + 1)".leftPadded(3) + "  ", .quiet),
          Span(images.name(index), isUsed ? .text : .quiet, isSelected ? .bold : []),
        ], row: area.row + 2 + offset, column: area.column - 1, width: area.columns + 1)
    }
  }
}
