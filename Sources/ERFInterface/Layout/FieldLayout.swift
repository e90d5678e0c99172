// How a panel divides its area: metrics below the map or beside it, whichever leaves the map larger.

/// Rows and places of the parts of one panel.
struct FieldLayout: Equatable {
  /// Cells of the map.
  let map: Area
  /// The column of numbers to the right of the map; nil where the table lies below.
  let side: Area?
  let headingRows: Int
  let scaleRow: Int
  /// Where the scale starts and ends: below the map with numbers beside, else over the panel.
  let scaleColumn: Int
  let scaleWidth: Int
  /// First row of the table below the map, and its rows: 3, or 2 without the sides; 0 beside.
  let tableRow: Int
  let tableRows: Int
  /// First row of progress, warnings, summary, and how many rows they have.
  let statusRow: Int
  let statusRows: Int

  /// Whether pixels are written left of the map and below it.
  let hasAxes: Bool

  /// Columns that the numbers left of the map take.
  static let axisColumns = 5
  static let leastSide = 34
  static let sideGap = 4

  init(area: Area, height: Int, width: Int, aspect: Double, axes: Bool = false) {
    let below = Self.below(area, height: height, width: width, aspect: aspect, axes: axes)
    if let beside = Self.beside(
      area, height: height, width: width, aspect: aspect, axes: axes),
      beside.map.rows >= below.map.rows
    {
      self = beside
    } else {
      self = below
    }
  }

  private init(
    map: Area, side: Area?, hasAxes: Bool, headingRows: Int,
    scale: (row: Int, column: Int, width: Int),
    table: (row: Int, rows: Int), status: (row: Int, rows: Int)
  ) {
    self.map = map
    self.side = side
    self.hasAxes = hasAxes
    self.headingRows = headingRows
    scaleRow = scale.row
    scaleColumn = scale.column
    scaleWidth = scale.width
    tableRow = table.row
    tableRows = table.rows
    statusRow = status.row
    statusRows = status.rows
  }

  /// Everything in one column; blank rows and second lines appear as height allows.
  private static func below(
    _ area: Area, height: Int, width: Int, aspect: Double, axes: Bool
  ) -> FieldLayout {
    let axisRows = axes && area.rows >= 16 ? 1 : 0
    let axisColumns = axisRows > 0 ? axisColumns : 0
    let headingRows = area.rows >= 15 ? 2 : 1
    let blank = area.rows >= 30 ? 1 : 0
    let statusBlank = area.rows >= 40 ? 1 : 0
    let tableRows = area.rows >= 14 ? 3 : 2
    let statusRows = area.rows >= 40 ? 2 : 1
    // Where there are blank rows one of them holds the axis.
    let below = max(blank, axisRows)
    let rest = headingRows + 1 + tableRows + statusRows + 2 * blank + below + statusBlank
    let fit = HeatmapFit(
      height: height, width: width, rows: max(1, area.rows - rest),
      columns: area.columns - 2 - axisColumns, aspect: aspect)
    let slack = max(0, area.rows - rest - fit.rows)
    let top = area.row + headingRows + blank + (slack > 2 ? slack / 4 : 0)
    let map = Area(
      row: top, column: area.column + (area.columns + axisColumns - fit.columns) / 2,
      rows: fit.rows, columns: fit.columns)
    let scaleRow = top + fit.rows + below
    let tableRow = scaleRow + 1 + blank
    let statusRow = tableRow + tableRows + statusBlank
    return FieldLayout(
      map: map, side: nil, hasAxes: axisRows > 0, headingRows: headingRows,
      scale: (scaleRow, area.column + 1, area.columns - 2), table: (tableRow, tableRows),
      status: (statusRow, statusRows))
  }

  private static func beside(
    _ area: Area, height: Int, width: Int, aspect: Double, axes: Bool
  ) -> FieldLayout? {
    guard area.rows >= 16 else { return nil }
    let axisRows = axes ? 1 : 0
    let axisColumns = axes ? axisColumns : 0
    let isRoomy = area.rows >= 30
    let blank = isRoomy ? 1 : 0
    let statusRows = isRoomy ? 2 : 1
    let below = max(blank, axisRows)
    let rest = 2 + 1 + statusRows + 2 * blank + below
    let columns = area.columns - leastSide - sideGap - 2 - axisColumns
    guard columns >= 16 else { return nil }
    let fit = HeatmapFit(
      height: height, width: width, rows: area.rows - rest, columns: columns, aspect: aspect)
    let map = Area(
      row: area.row + 2 + blank, column: area.column + 1 + axisColumns, rows: fit.rows,
      columns: fit.columns)
    let scaleRow = map.row + map.rows + below
    let sideColumn = map.column + map.columns + 1 + sideGap
    let side = Area(
      row: map.row, column: sideColumn, rows: map.rows,
      columns: min(56, area.column + area.columns - sideColumn))
    return FieldLayout(
      map: map, side: side, hasAxes: axes, headingRows: 2,
      scale: (scaleRow, map.column, map.columns),
      table: (scaleRow, 0), status: (scaleRow + 1 + blank, statusRows))
  }
}
