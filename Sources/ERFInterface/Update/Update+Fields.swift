// How the fields are shown, and the cross-hair on them.

import ERFEngine

extension Model {
  func fieldsRefusal(_ command: CommandName) -> String? {
    switch command {
    case .increase:
      return session.screen.window.zoom < 16 ? nil : "closer than this there is nothing"
    case .decrease: return session.screen.window.zoom > 1 ? nil : "this is the whole input"
    case .choose: return session.screen.cursor == nil ? "the arrows set a cross-hair first" : nil
    case .clear:
      return session.screen.cursor == nil && session.screen.window.zoom == 1
        ? "there is no cross-hair" : nil
    default: return nil
    }
  }

  /// Commands of how the maps are shown, from any panel.
  mutating func changeLook(_ command: CommandName) {
    switch command {
    case .arrangement:
      session.screen.arrangement =
        sides.count > 1 ? session.screen.arrangement.next : .one
    case .curve: session.screen.curve = session.screen.curve.next
    case .rule: session.rule = session.rule.next
    case .areas: session.screen.areas = session.screen.areas.next
    case .theory: session.screen.showsTheory.toggle()
    case .profile: session.screen.profile = session.screen.profile.next
    case .underlay: session.screen.hasUnderlay.toggle()
    default: break
    }
  }

  mutating func changeFields(_ command: CommandName) {
    switch command {
    case .move(let direction): moveCursor(direction, steps: 1)
    case .leap(let direction): moveCursor(direction, steps: 8)
    case .increase: zoomMap(closer: true)
    case .decrease: zoomMap(closer: false)
    case .choose: aimAtCursor()
    case .clear:
      session.screen.cursor = nil
      session.screen.window = ViewWindow()
    default: break
    }
  }

  /// A step is 1/48 of what is seen, so that it looks alike at every zoom.
  private mutating func moveCursor(_ direction: Direction, steps: Int) {
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
    setCursor(cursor)
  }

  mutating func setCursor(_ place: PixelPlace) {
    // Strictly below 1, so that it lies on a pixel of any input.
    let cursor = PixelPlace(
      row: max(0, min(0.9999, place.row)), column: max(0, min(0.9999, place.column)))
    session.screen.cursor = cursor
    session.screen.window.show(cursor)
  }

  private mutating func zoomMap(closer: Bool) {
    let zooms = ViewWindow.zooms
    let zoom = session.screen.window.zoom
    guard let next = closer ? zooms.first(where: { $0 > zoom }) : zooms.last(where: { $0 < zoom })
    else { return }
    session.screen.window.zoom = next
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
      .note, "unit \(unit.row), \(unit.column) of \(layer.map.height) x \(layer.map.width)")
  }
}

extension CaseIterable where Self: Equatable {
  /// The case after this one; the first after the last.
  var next: Self {
    let all = Array(Self.allCases)
    let place = all.firstIndex(of: self) ?? 0
    return all[(place + 1) % all.count]
  }
}
