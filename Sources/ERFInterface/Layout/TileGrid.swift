// Where several maps of one size lie with the words around each.

/// Tiles in rows and columns: as many as have room, and their maps as large as can be.
struct TileGrid {
  /// What a map has to have at least, and what stands around it.
  struct Tile {
    let leastRows: Int
    let leastColumns: Int
    /// Rows of words above and below the map.
    let words: Int
  }

  /// Tiles that have room.
  let shown: Int
  let across: Int
  private let area: Area
  private let gap: Int
  private let width: Int
  private let height: Int

  /// Nil where not even one map has the rows and columns that it needs.
  init?(_ count: Int, of tile: Tile, in area: Area, gap: Int, aspect: Double) {
    var best: (across: Int, down: Int, shown: Int, side: Int)?
    let most = min(count, (area.columns + gap) / (tile.leastColumns + gap))
    let fitting = area.rows / (tile.leastRows + tile.words)
    guard most > 0, fitting > 0 else { return nil }
    for columns in 1...most {
      let width = (area.columns - gap * (columns - 1)) / columns
      let rows = min((count + columns - 1) / columns, fitting)
      let side = min(width, Int(Double(area.rows / rows - tile.words) * aspect))
      let shown = min(count, rows * columns)
      let (known, largest) = (best?.shown ?? 0, best?.side ?? 0)
      if (shown, side) > (known, largest) { best = (columns, rows, shown, side) }
    }
    guard let best else { return nil }
    self.area = area
    self.gap = gap
    across = best.across
    shown = best.shown
    width = (area.columns - gap * (across - 1)) / across
    height = area.rows / best.down
  }

  /// The tile of that number, from 0, words and all.
  func place(_ number: Int) -> Area {
    Area(
      row: area.row + number / across * height,
      column: area.column + number % across * (width + gap), rows: height, columns: width)
  }
}
