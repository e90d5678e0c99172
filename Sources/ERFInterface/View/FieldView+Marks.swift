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
    let contours = SmoothField(shown.field, curve: model.session.screen.curve)
    let values = contours.values(
      rows: marks.rows, columns: marks.columns,
      window: model.session.screen.window.pixels(height: 1 << 16, width: 1 << 16), of: 1 << 16)
    let levels = ContourLevels.levels(of: contours.values, shares: ERFMetrics.thresholds)
    for level in levels.reversed() { marks.contour(values, level: level, .text) }
  }

  /// The first of the images under the part that is seen; nil where it is not wanted or not there.
  func underlay(_ shown: ShownMap) -> [RGB]? {
    let images = model.session.images
    guard model.session.screen.hasUnderlay, style != .characters,
      let name = images.picture(images.range.lowerBound),
      case .small(let image)? = model.pictures[name]
    else { return nil }
    return image.averages(
      rows: layout.map.rows * style.pixelsPerCell, columns: layout.map.columns, window: window,
      of: InputSize(height: shown.field.height, width: shown.field.width))
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

  /// Where the cross-hair is and what the map is there, in the longest wording that fits; nil where
  /// there is none.
  func cursorLine(_ shown: ShownMap, width: Int) -> [Span]? {
    guard let cursor = model.session.screen.cursor else { return nil }
    let field = shown.field
    let row = min(field.height - 1, Int(cursor.row * Double(field.height)))
    let column = min(field.width - 1, Int(cursor.column * Double(field.width)))
    guard let value = field.value(row: row, column: column) else { return nil }
    let dy = Double(row - field.centre.row)
    let dx = Double(column - field.centre.column)
    let distance = Format.fixed((dx * dx + dy * dy).squareRoot(), 0)
    let place = [Span("+ ", .accent), Span("\(row),\(column)", .text)]
    let measured = [Span(" M ", .quiet), Span(Format.significant(value), .text)]
    let away = [Span(" at ", .quiet), Span(distance + " px", .text)]
    guard let share = field.share(row: row, column: column) else { return place + measured + away }
    let inside = [Span(" inside ", .quiet), Span(Format.percent(share), .text)]
    let short = [Span(" in ", .quiet), Span(Format.percent(share, digits: 0), .text)]
    let wordings = [
      place + measured + away + inside, place + measured + away + short,
      place + measured + [Span("  ")] + away.suffix(1) + short, place + away + short,
      [place[0]] + measured + short,
    ]
    return wordings.first { $0.width <= width } ?? place + short
  }
}
