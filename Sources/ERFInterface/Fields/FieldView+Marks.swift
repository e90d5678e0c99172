// What is outlined over a field: areas, the theoretical field, the cross-hair.

import ERFEngine

extension FieldDrawing {
  /// Nil where nothing is outlined.
  func marks(_ shown: ShownMap) -> PixelMarks? {
    let screen = model.session.screen
    guard screen.areas != .none || screen.showsTheory || screen.cursor != nil else { return nil }
    var marks = PixelMarks(cells: layout.map, unicode: model.display.unicode)
    if !shown.isPreview {
      switch screen.areas {
      case .none: break
      case .squares: outlineSquares(shown, &marks)
      case .contours: outlineContours(shown, &marks)
      }
    }
    if screen.showsTheory { outlineTheory(shown, &marks) }
    if let cursor = screen.cursor {
      marks.cross(
        row: cursor.row * Double(geometry.height),
        column: cursor.column * Double(geometry.width), in: window, .text)
    }
    return marks
  }

  /// From 99 % inwards, so that the smaller ones stay in sight.
  private func outlineSquares(_ shown: ShownMap, _ marks: inout PixelMarks) {
    let field = shown.field
    let origin = shown.metrics.origin
    for ratio in shown.metrics.ratios.reversed() {
      guard let side = ratio.side else { continue }
      let top = Double(origin.row - side / 2)
      let left = Double(origin.column - side / 2)
      // The edges of the input cut it.
      marks.outline(
        top: max(0, top), left: max(0, left), bottom: min(Double(field.height), top + Double(side)),
        right: min(Double(field.width), left + Double(side)), in: window, .text)
    }
  }

  private func outlineContours(_ shown: ShownMap, _ marks: inout PixelMarks) {
    // Of what the area ratios are measured on, whatever is shown of it.
    let contours = SmoothField(shown.field, curve: .log)
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
      of: InputSize(height: geometry.height, width: geometry.width))
  }

  /// The window of pixels that can reach the unit at all, as far as it lies on the input.
  private func outlineTheory(_ shown: ShownMap, _ marks: inout PixelMarks) {
    guard let layer = model.facts(index)?.layer(model.session.target),
      let side = layer.receptiveField
    else { return }
    let half = Double(side) / 2
    let row = Double(shown.field.centre.row + geometry.offset.row) + 0.5
    let column = Double(shown.field.centre.column + geometry.offset.column) + 0.5
    marks.outline(
      top: max(0, row - half), left: max(0, column - half),
      bottom: min(Double(geometry.height), row + half),
      right: min(Double(geometry.width), column + half), in: window, .warning)
  }

  /// Where the cross-hair is and what the map is there, in the longest wording that fits; nil where
  /// there is none.
  func cursorLine(_ shown: ShownMap, width: Int) -> [Span]? {
    guard let cursor = model.session.screen.cursor, !shown.isPreview else { return nil }
    let field = shown.field
    let row = min(field.height - 1, Int(cursor.row * Double(field.height)))
    let column = min(field.width - 1, Int(cursor.column * Double(field.width)))
    guard let value = field.value(row: row, column: column) else { return nil }
    let dy = Double(row - field.centre.row)
    let dx = Double(column - field.centre.column)
    let distance = Format.fixed((dx * dx + dy * dy).squareRoot(), 0)
    let place = [Span("+ ", .accent), Span("row \(row), column \(column)", .text)]
    let near = [Span("+ ", .accent), Span("r\(row) c\(column)", .text)]
    let measured = [Span(" M ", .quiet), Span(Format.significant(value), .text)]
    let off = isCentred ? "the centre" : "the unit"
    let away = [Span("  " + distance + " px", .text), Span(" from " + off, .quiet)]
    let apart = [Span(" " + distance + " px", .text), Span(" off", .quiet)]
    guard let share = field.share(row: row, column: column) else { return place + measured + apart }
    let inside = [
      Span("  " + Format.percent(share), .text), Span(" of the field is nearer", .quiet),
    ]
    let short = [Span(" " + Format.percent(share, digits: 0), .text), Span(" nearer", .quiet)]
    let wordings = [
      place + measured + away + inside, near + measured + away + inside,
      place + measured + apart + short, near + measured + apart + short, near + apart + short,
      near + short,
    ]
    return wordings.first { $0.width <= width } ?? near
  }
}
