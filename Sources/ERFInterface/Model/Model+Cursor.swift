// The cross-hair on the maps, and the part of them that is seen.

import ERFEngine

extension Model {
  /// A step is 1/48 of what is seen, so that it looks alike at every zoom.
  mutating func moveCursor(_ direction: Direction, steps: Int) {
    guard var cursor = session.screen.cursor else {
      session.screen.cursor = centrePlace
      session.screen.window.show(centrePlace)
      return
    }
    let step = Double(steps) / (48 * Double(session.screen.window.zoom))
    switch direction {
    case .up: cursor.row -= step
    case .down: cursor.row += step
    case .left: cursor.column -= step
    case .right: cursor.column += step
    }
    let before = session.screen.cursor
    setCursor(cursor)
    if session.screen.cursor == before {
      notice = Notice(.note, "this is the edge of the input")
    }
  }

  mutating func setCursor(_ place: PixelPlace) {
    // Strictly below 1, so that it lies on a pixel of any input.
    let cursor = PixelPlace(
      row: max(0, min(0.9999, place.row)), column: max(0, min(0.9999, place.column)))
    session.screen.cursor = cursor
    session.screen.window.show(cursor)
  }

  mutating func setZoom(_ zoom: Int) {
    session.screen.window.zoom = zoom
    session.screen.window.centre = session.screen.cursor ?? centrePlace
    session.screen.window.show(session.screen.window.centre)
  }

  /// The middle of the unit's receptive field as a share of the input.
  private var centrePlace: PixelPlace {
    guard let field = sides[active].shown?.field else { return PixelPlace(row: 0.5, column: 0.5) }
    return PixelPlace(
      row: (Double(field.centre.row) + 0.5) / Double(field.height),
      column: (Double(field.centre.column) + 0.5) / Double(field.width))
  }

  /// The unit whose receptive field has its middle nearest to the cross-hair.
  mutating func aimAtCursor() {
    guard let cursor = session.screen.cursor, let layer = facts(unitSide)?.layer(session.target)
    else {
      notice = Notice(.note, noUnits)
      return
    }
    let size = inputSize(unitSide)
    func nearest(_ share: Double, _ length: Int, _ count: Int) -> Int {
      let stride = (Double(length) / Double(max(1, count))).rounded(.up)
      return max(0, min(count - 1, Int(((share * Double(length) - 0.5) / stride).rounded())))
    }
    let unit = Unit(
      row: nearest(cursor.row, size.height, layer.map.height),
      column: nearest(cursor.column, size.width, layer.map.width))
    setUnit(unit, marked: markedUnits)
    notice = Notice(
      .note,
      "unit row \(unit.row), column \(unit.column) of \(layer.map.height) x \(layer.map.width)")
  }
}
