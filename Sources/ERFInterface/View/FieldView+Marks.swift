// What is outlined over a field: areas, the theoretical field, the cross-hair.

import ERFEngine

extension FieldDrawing {
  /// Nil where nothing is outlined.
  func marks(_ shown: ShownMap) -> PixelMarks? {
    let screen = model.session.screen
    guard screen.areas != .none || screen.showsTheory || screen.cursor != nil else { return nil }
    var marks = PixelMarks(cells: layout.map, unicode: model.display.unicode)
    switch screen.areas {
    case .none: break
    case .squares: outlineSquares(shown, &marks)
    case .contours: outlineContours(shown, &marks)
    }
    if screen.showsTheory { outlineTheory(shown, &marks) }
    if let cursor = screen.cursor {
      marks.cross(
        row: cursor.row * Double(shown.field.height),
        column: cursor.column * Double(shown.field.width), in: window, .text)
    }
    return marks
  }

  /// From 99 % inwards, so that the smaller ones stay in sight.
  private func outlineSquares(_ shown: ShownMap, _ marks: inout PixelMarks) {
    let field = shown.field
    for ratio in shown.metrics.ratios.reversed() {
      guard let side = ratio.side else { continue }
      let top = Double(field.height / 2 - side / 2)
      let left = Double(field.width / 2 - side / 2)
      marks.outline(
        top: top, left: left, bottom: top + Double(side), right: left + Double(side), in: window,
        .text)
    }
  }

  private func outlineContours(_ shown: ShownMap, _ marks: inout PixelMarks) {
    // Levels are of the whole map, also where a part of it is seen.
    let whole = shown.field.resampled(rows: 64, columns: 64, curve: model.session.screen.curve)
    let levels = ContourLevels.levels(of: whole, shares: ERFMetrics.thresholds)
    let values = shown.field.resampled(
      rows: marks.rows, columns: marks.columns, curve: model.session.screen.curve, window: window)
    for level in levels.reversed() { marks.contour(values, level: level, .text) }
  }

  /// The window of pixels that can reach the unit at all, as far as it lies on the input.
  private func outlineTheory(_ shown: ShownMap, _ marks: inout PixelMarks) {
    guard let layer = model.facts(index)?.layer(model.session.target),
      let side = layer.receptiveField
    else { return }
    let field = shown.field
    let half = Double(side) / 2
    let row = Double(field.centre.row) + 0.5
    let column = Double(field.centre.column) + 0.5
    marks.outline(
      top: max(0, row - half), left: max(0, column - half),
      bottom: min(Double(field.height), row + half), right: min(Double(field.width), column + half),
      in: window, .warning)
  }

  /// Where the cross-hair is and what the map is there; nil where there is none.
  func cursorLine(_ shown: ShownMap) -> [Span]? {
    guard let cursor = model.session.screen.cursor else { return nil }
    let field = shown.field
    let row = min(field.height - 1, Int(cursor.row * Double(field.height)))
    let column = min(field.width - 1, Int(cursor.column * Double(field.width)))
    guard let value = field.value(row: row, column: column) else { return nil }
    let dy = Double(row - field.centre.row)
    let dx = Double(column - field.centre.column)
    let distance = Format.fixed((dx * dx + dy * dy).squareRoot(), 0)
    var spans = [
      Span("+ ", .accent), Span("\(row),\(column)", .text), Span(" M ", .quiet),
      Span(Format.significant(value), .text), Span(" at ", .quiet), Span(distance + " px", .text),
    ]
    if let share = field.share(row: row, column: column) {
      spans += [Span(" inside ", .quiet), Span(Format.percent(share), .text)]
    }
    return spans
  }
}
