// What the outlines over a field are, written on them.

import ERFEngine

extension FieldDrawing {
  /// The share that each outline holds, on the outline itself or else beside it, and the size of the
  /// theoretical field. A label that stood on another outline, or between two, would be taken for that
  /// one's: where it has no place of its own it is left out.
  func drawLabels(_ shown: ShownMap, _ outlines: [Outline], on frame: inout Frame) {
    guard layout.map.rows >= 8, layout.map.columns >= 16 else { return }
    let edges = outlines.map { $0.marks.hasDots(in: layout.map) }
    var taken = [Bool](repeating: false, count: layout.map.rows * layout.map.columns)
    // The smallest first, which has the fewest places.
    for (index, outline) in outlines.enumerated().reversed() {
      guard let share = outline.share else { continue }
      let isOutermost = outlines.first?.share == share
      let full = Format.percent(share, digits: 0)
      // Shorter where that is all there is room for.
      for text in [full, full.replacing(" ", with: "")] {
        let places =
          model.session.screen.areas == .contours
          ? contourPlaces(edges[index], text)
          : shown.metrics.ratios.first { $0.threshold == share }.map {
            squarePlaces($0, shown, text, isOutermost: isOutermost)
          } ?? []
        let label = Label(text: text, role: .text, places: places)
        if put(label, edges, own: index, on: &frame, &taken) { break }
        let beside = Label(
          text: text, role: .text, places: besidePlaces(edges, own: index, text))
        if put(beside, edges, own: index, on: &frame, &taken) { break }
      }
    }
    guard model.session.screen.showsTheory else { return }
    let own = outlines.firstIndex { $0.share == nil }
    for label in theoryLabels(shown) {
      if put(label, edges, own: own, on: &frame, &taken) { return }
    }
  }

  /// Where a label may lie: its first cell, in order of preference.
  private struct Label {
    let text: String
    let role: Role
    let places: [(row: Int, column: Int)]
  }

  /// - Returns: whether there was a place for it.
  @discardableResult
  private func put(
    _ label: Label, _ edges: [[Bool]], own: Int?, on frame: inout Frame, _ taken: inout [Bool]
  ) -> Bool {
    let map = layout.map
    let count = label.text.columns
    for place in label.places {
      guard place.row >= 0, place.row < map.rows, place.column >= 0,
        place.column + count <= map.columns
      else { continue }
      let start = place.row * map.columns
      // A blank between two labels, or they would be read as one.
      let around =
        start + max(0, place.column - 1)..<start + min(map.columns, place.column + count + 1)
      let cells = start + place.column..<start + place.column + count
      let isOnAnother = edges.indices.contains { $0 != own && edges[$0][cells].contains(true) }
      guard !isOnAnother, !taken[around].contains(true) else { continue }
      for cell in cells { taken[cell] = true }
      func level(_ offset: Int) -> UInt8 {
        colours.level(
          pixels[place.row * style.pixelsPerCell * map.columns + place.column + offset])
      }
      // One ink for the whole of it, as for its outline.
      let mean = (0..<count).reduce(0) { $0 + Int(level($1)) } / max(1, count)
      let ink: Role = mean > HeatColours.bright ? .background : .text
      for (offset, scalar) in label.text.unicodeScalars.enumerated() {
        let column = place.column + offset
        let level = level(offset)
        let isBright = style != .characters && colours.needsDarkInk(level, for: ink)
        let ground: Paint = style == .characters ? .role(.background) : colours.paint(level)
        frame[map.row + place.row, map.column + column] = Cell(
          scalar, foreground: .role(isBright ? .background : label.role), background: ground,
          attributes: .bold)
      }
      return true
    }
    return false
  }

  /// On the square's upper and lower edges, corners first, then beside it from its own side outwards.
  private func squarePlaces(
    _ ratio: AreaRatio, _ shown: ShownMap, _ text: String, isOutermost: Bool
  ) -> [(row: Int, column: Int)] {
    guard let square = square(ratio, shown) else { return [] }
    let (top, left) = cell(row: square.top, column: square.left)
    // The last pixel that still lies within.
    let (bottom, right) = cell(row: square.bottom - 1e-6, column: square.right - 1e-6)
    let count = text.columns
    let end = right - count
    var places: [(row: Int, column: Int)] = []
    if end > left, bottom > top {
      places = [(top, left + 1), (bottom, left + 1), (top, end), (bottom, end)]
      for row in [top, bottom] { places += (left + 1...end).map { (row, $0) } }
    }
    // A label must not cover the field that it names; beside it there is room for one.
    if bottom > top + 1 {
      for row in [top, bottom] + Array(top + 1..<bottom) {
        places += [(row, right), (row, left - count + 1)]
      }
    }
    guard places.isEmpty, isOutermost else { return places }
    return [(top, right + 2), (top, left - count - 1)]
  }

  /// At the highest point of a contour, then from there down.
  private func contourPlaces(_ edge: [Bool], _ text: String) -> [(row: Int, column: Int)] {
    let columns = layout.map.columns
    return edge.indices.filter { edge[$0] }.flatMap { place in
      [
        (place / columns, place % columns),
        (place / columns, place % columns - text.columns + 1),
      ]
    }
  }

  /// Right next to a contour or a square, to its outside, where the next one is not as near.
  private func besidePlaces(
    _ edges: [[Bool]], own: Int, _ text: String
  ) -> [(row: Int, column: Int)] {
    let columns = layout.map.columns
    let count = text.columns
    let cells = edges[own].indices.filter { edges[own][$0] }
      .map { (row: $0 / columns, column: $0 % columns) }
    guard !cells.isEmpty else { return [] }
    let middleRow = cells.reduce(0) { $0 + $1.row } / cells.count
    let middleColumn = cells.reduce(0) { $0 + $1.column } / cells.count
    let places = cells.flatMap { cell in
      [
        (row: cell.row, column: cell.column + (cell.column < middleColumn ? -count : 1)),
        (row: cell.row + (cell.row < middleRow ? -1 : 1), column: cell.column - count / 2),
      ]
    }
    return places.filter { isClear($0, of: count, edges, own: own) }
  }

  /// Whether so many cells from a place on hold no outline, and those around them none that lies around `own`:
  /// those within stand behind it.
  private func isClear(
    _ place: (row: Int, column: Int), of count: Int, _ edges: [[Bool]], own: Int
  ) -> Bool {
    let map = layout.map
    for row in max(0, place.row - 1)..<max(0, min(map.rows, place.row + 2)) {
      for column in max(0, place.column - 1)..<max(0, min(map.columns, place.column + count + 1)) {
        let isCovered =
          row == place.row && column >= place.column && column < place.column + count
        for index in edges.indices where isCovered || index < own {
          if edges[index][row * map.columns + column] { return false }
        }
      }
    }
    return true
  }

  /// In the longest wording first.
  private func theoryLabels(_ shown: ShownMap) -> [Label] {
    guard let layer = model.facts(index)?.layer(model.session.target) else { return [] }
    let field = shown.field
    let texts = layer.theoryTexts(
      around: field.centre, height: field.height, width: field.width)
    return texts.map { theoryLabel($0, shown, layer) }
  }

  private func theoryLabel(
    _ text: String, _ shown: ShownMap, _ layer: NetworkFacts.Layer
  ) -> Label {
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
          + [bottom, top].flatMap { row in
            (left + 1...right - text.columns).map { (row, $0) }
          }
        : [(bottom + 1, left), (top - 1, left), (bottom + 1, right - text.columns + 1)])
  }

  /// The cell of the map that shows a pixel; it may lie outside.
  private func cell(row: Double, column: Double) -> (row: Int, column: Int) {
    PixelMarks(rows: layout.map.rows, columns: layout.map.columns).place(
      row: row, column: column, in: window)
  }
}
