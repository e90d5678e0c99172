// Where the fields, their difference and the plot lie.

import ERFEngine

/// Where the fields lie.
struct FieldsParts {
  let sides: [(index: Int, area: Area)]
  let difference: Area?
  let plot: Area?
  /// What the maps say in words.
  let verdict: Area?

  /// Two fields need some width; where they have not got it, the active one is shown.
  init(_ model: Model, in area: Area) {
    let screen = model.session.screen
    let fields: Int
    switch screen.arrangement {
    case .three where model.sides.count > 1 && area.columns >= 60: fields = 3
    case .two, .three: fields = model.sides.count > 1 && area.columns >= 40 ? 2 : 1
    case .one: fields = 1
    }
    let gap = area.columns >= 70 ? 3 : 1
    let width = (area.columns - gap * (fields - 1)) / fields
    let words = Self.verdictRows(in: area, fields: fields)
    verdict =
      words > 0
      ? Area(
        row: area.row + area.rows - words, column: area.column, rows: words,
        columns: area.columns)
      : nil
    let area = Area(
      row: area.row, column: area.column, rows: area.rows - words, columns: area.columns)
    let rows = Self.plotRows(model, in: area, fieldWidth: width)
    plot =
      rows > 0
      ? Area(
        row: area.row + area.rows - rows, column: area.column, rows: rows, columns: area.columns)
      : nil
    let places = (0..<fields).map {
      Area(
        row: area.row, column: area.column + $0 * (width + gap),
        rows: area.rows - (rows > 0 ? rows + 1 : 0), columns: width)
    }
    sides = fields == 1 ? [(model.active, places[0])] : [(0, places[0]), (1, places[1])]
    difference = fields == 3 ? places[2] : nil
  }

  /// Beside a panel maps are as small as their columns are few, and leave a row to what they say.
  private static func verdictRows(in area: Area, fields: Int) -> Int {
    let isNarrow = fields > 1 && area.columns < 60
    if area.rows >= 30 || area.rows >= 20 && isNarrow { return 3 }
    return area.rows >= 20 ? 2 : area.rows >= 13 ? 1 : 0
  }

  /// What the fields leave, where that is enough to plot in.
  private static func plotRows(_ model: Model, in area: Area, fieldWidth: Int) -> Int {
    guard model.session.screen.profile != .none else { return 0 }
    let size = model.inputSize(0)
    let map =
      Double(fieldWidth - 2) * Double(size.height)
      / (Double(max(1, size.width)) * max(0.2, model.display.cellAspect))
    let numbers = area.rows >= 40 ? 13 : area.rows >= 30 ? 11 : 9
    let left = area.rows - Int(map.rounded()) - numbers
    // A quarter of the height where there is much of it.
    let quarter = area.rows >= 30 ? max(9, area.rows / 4) : 0
    if left >= 5 { return max(quarter, min(18, left)) }
    return quarter
  }
}
