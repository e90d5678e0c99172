// What the outlines over a field are, written on them.

import ERFEngine

extension FieldDrawing {
  /// The share that each outline holds, at its upper edge, and the size of the theoretical field; a
  /// label that would lie over another goes elsewhere on its outline, or is left out.
  func drawLabels(_ shown: ShownMap, on frame: inout Frame) {
    guard layout.map.rows >= 8, layout.map.columns >= 16 else { return }
    var taken: Set<Cells> = []
    if !shown.isPreview {
      for label in areaLabels(shown) { put(label, on: &frame, &taken) }
    }
    if model.session.screen.showsTheory, let label = theoryLabel(shown) {
      put(label, on: &frame, &taken)
    }
  }

  /// Where a label may lie: its first cell, in order of preference.
  private struct Label {
    let text: String
    let role: Role
    let places: [(row: Int, column: Int)]
  }

  private struct Cells: Hashable {
    let row: Int
    let column: Int
  }

  private func put(_ label: Label, on frame: inout Frame, _ taken: inout Set<Cells>) {
    let map = layout.map
    let count = label.text.columns
    for place in label.places {
      guard place.row >= 0, place.row < map.rows, place.column >= 0,
        place.column + count <= map.columns
      else { continue }
      let cells = (place.column - 1..<place.column + count + 1).map {
        Cells(row: place.row, column: $0)
      }
      guard taken.isDisjoint(with: cells) else { continue }
      taken.formUnion(cells)
      for (offset, scalar) in label.text.unicodeScalars.enumerated() {
        let column = place.column + offset
        let level = colours.level(pixels[place.row * style.pixelsPerCell * map.columns + column])
        let isBright = style != .characters && (colours.isDiverging || level > 150)
        let ground: Paint = style == .characters ? .role(.background) : colours.paint(level)
        frame[map.row + place.row, map.column + column] = Cell(
          scalar, foreground: .role(isBright ? .background : label.role), background: ground,
          attributes: .bold)
      }
      return
    }
  }

  private func areaLabels(_ shown: ShownMap) -> [Label] {
    switch model.session.screen.areas {
    case .none: return []
    case .squares:
      let half = 0.5
      let outermost = shown.metrics.ratios.last { $0.side != nil }?.threshold
      return shown.metrics.ratios.compactMap { ratio in
        guard let side = ratio.side else { return nil }
        let origin = shown.metrics.origin
        let top = cell(
          row: max(0, Double(origin.row - side / 2)),
          column: max(0, Double(origin.column - side / 2)))
        let bottom = cell(
          row: min(Double(shown.field.height), Double(origin.row + side / 2)) - half,
          column: min(Double(shown.field.width), Double(origin.column + side / 2)) - half)
        let text = Format.percent(ratio.threshold, digits: 0)
        let end = bottom.column - text.columns
        // A label must not cover the field that it names; beside it there is room for one.
        guard end > top.column, bottom.row > top.row else {
          guard ratio.threshold == outermost else { return nil }
          return Label(
            text: text, role: .text,
            places: [(top.row, bottom.column + 2), (top.row, top.column - text.columns - 1)])
        }
        return Label(
          text: text, role: .text,
          places: [
            (top.row, top.column + 1), (bottom.row, top.column + 1), (top.row, end),
            (bottom.row, end),
          ])
      }
    case .contours: return contourLabels(shown)
    }
  }

  /// At the highest point of each contour.
  private func contourLabels(_ shown: ShownMap) -> [Label] {
    let map = layout.map
    let contours = SmoothField(shown.field, curve: .log)
    let values = contours.values(
      rows: map.rows, columns: map.columns,
      window: model.session.screen.window.pixels(height: 1 << 16, width: 1 << 16), of: 1 << 16)
    let levels = ContourLevels.levels(of: contours.values, shares: ERFMetrics.thresholds)
    return zip(ERFMetrics.thresholds, levels).compactMap { share, level in
      guard let first = values.firstIndex(where: { $0 >= level }) else { return nil }
      let text = Format.percent(share, digits: 0)
      let column = first % map.columns
      return Label(
        text: text, role: .text,
        places: [(first / map.columns, column), (first / map.columns, column - 5)])
    }
  }

  private func theoryLabel(_ shown: ShownMap) -> Label? {
    guard let layer = model.facts(index)?.layer(model.session.target) else { return nil }
    let text = layer.receptiveField.map { "theory \($0) px" } ?? "theory: the whole input"
    let half = layer.receptiveField.map { Double($0) / 2 } ?? .infinity
    let row = Double(shown.field.centre.row + geometry.offset.row)
    let column = Double(shown.field.centre.column + geometry.offset.column)
    let left = cell(row: 0, column: max(window.column, column - half)).column
    let bottom = cell(
      row: min(window.row + window.height, row + half) - 0.5, column: 0
    ).row
    let top = cell(row: max(window.row, row - half), column: 0).row
    let right = cell(row: 0, column: min(window.column + window.width, column + half) - 0.5).column
    // Below or above where it would cover what lies within.
    let isWide = right - left > text.columns && bottom > top + 1
    return Label(
      text: text, role: .warning,
      places: isWide
        ? [(bottom, left + 1), (top, left + 1)]
        : [(bottom + 1, left), (top - 1, left), (bottom + 1, right - text.columns + 1)])
  }

  /// The cell of the map that shows a pixel; it may lie outside.
  private func cell(row: Double, column: Double) -> (row: Int, column: Int) {
    PixelMarks(rows: layout.map.rows, columns: layout.map.columns).place(
      row: row, column: column, in: window)
  }
}
