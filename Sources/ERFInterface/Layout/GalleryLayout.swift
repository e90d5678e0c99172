// Where the small maps of the gallery lie.

import ERFEngine

/// Where the maps lie: in one row where there is room, else in as many as it takes; those around the
/// selected one where not all fit.
struct GalleryLayout {
  let places: [(index: Int, area: Area)]
  /// What the last row of maps leaves at its end.
  let spare: Area?

  /// Rows of words above and below a map.
  static let words = 6
  private static let least = (rows: 10, columns: 13)

  /// Rows that the maps with their words take of the area, which wide maps do not fill.
  func usedRows(_ model: Model) -> Int {
    guard let first = places.first?.area, let last = places.last?.area else { return 0 }
    let size = model.inputSize(model.unitSide)
    let fit = HeatmapFit(
      height: size.height, width: size.width, rows: max(1, first.rows - Self.words),
      columns: first.columns, aspect: model.display.cellAspect)
    return last.row - first.row + fit.rows + Self.words
  }

  init(_ model: Model, in area: Area) {
    let count = model.session.gallery.count
    let gap = area.columns >= 100 ? 2 : 1
    var across = 1
    var best = 0
    // As many columns of maps as make them largest.
    for columns in 1...max(1, min(count, (area.columns + gap) / (Self.least.columns + gap))) {
      let rows = (count + columns - 1) / columns
      let width = (area.columns - gap * (columns - 1)) / columns
      let height = area.rows / rows - Self.words
      let side = min(width, Int(Double(height) * model.display.cellAspect))
      if side > best { (best, across) = (side, columns) }
    }
    let fitting = max(1, area.rows / Self.least.rows)
    let down = min((count + across - 1) / across, fitting)
    let shown = min(count, across * down)
    let first = max(0, min(count - shown, model.gallery.selection - shown / 2))
    let width = (area.columns - gap * (across - 1)) / across
    let height = area.rows / max(1, down)
    func place(_ number: Int) -> Area {
      Area(
        row: area.row + number / across * height,
        column: area.column + number % across * (width + gap), rows: height, columns: width)
    }
    places = (0..<shown).map { (first + $0, place($0)) }
    let next = place(shown)
    spare =
      shown % across == 0
      ? nil
      : Area(
        row: next.row, column: next.column, rows: height,
        columns: area.column + area.columns - next.column)
  }
}
