// The units of a layer's map on the screen.

import ERFEngine

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
    scale = max(1, min(area.rows >= 40 ? 7 : 4, area.rows / rows, area.columns / (2 * columns)))
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

extension UnitGrid {
  /// Where the grid of units lies.
  static func area(in area: Area) -> Area {
    let lines = area.rows < 8 ? 3 : area.rows < 12 ? 4 : 5
    let columns = area.isRoomy ? area.columns - max(36, area.columns / 2) - 3 : area.columns
    return Area(
      row: area.row + lines, column: area.column, rows: area.rows - lines, columns: columns)
  }

  /// Where the fields of the unit lie beside the grid of its layer, which seldom fills its half; nil
  /// where there is no room.
  static func fields(of map: InputSize, in area: Area) -> Area? {
    guard area.isRoomy, let grid = UnitGrid(map, in: self.area(in: area)) else { return nil }
    let used = max(textColumns, 2 * grid.scale * grid.columns) + 3
    return Area(
      row: area.row, column: area.column + used, rows: area.rows, columns: area.columns - used)
  }

  /// Of the longest line above the grid.
  private static let textColumns = 38
}
