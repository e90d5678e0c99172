// Where the small maps of the gallery lie.

import ERFEngine

/// Where the maps lie: in one row where there is room, else in as many as it takes; those around the
/// selected one where not all fit.
struct GalleryLayout {
  let places: [(index: Int, area: Area)]
  /// What the last row of maps leaves at its end.
  let spare: Area?

  /// Rows of words above and below a map.
  static let words = 7
  private static let tile = TileGrid.Tile(leastRows: 4, leastColumns: 13, words: words)

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
    guard
      let grid = TileGrid(
        count, of: Self.tile, in: area, gap: area.columns >= 100 ? 2 : 1,
        aspect: model.display.cellAspect)
    else {
      // The selected one alone, whatever there is of it.
      places = [(max(0, min(count - 1, model.gallery.selection)), area)]
      spare = nil
      return
    }
    let first = max(0, min(count - grid.shown, model.gallery.selection - grid.shown / 2))
    places = (0..<grid.shown).map { (first + $0, grid.place($0)) }
    let next = grid.place(grid.shown)
    spare =
      grid.shown % grid.across == 0
      ? nil
      : Area(
        row: next.row, column: next.column, rows: next.rows,
        columns: area.column + area.columns - next.column)
  }
}
