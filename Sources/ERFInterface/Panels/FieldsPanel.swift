// The fields as a panel: the cross-hair on the maps, how close they are seen, and clicks on them.

import ERFEngine

enum FieldsPanel: Panel {
  static let name = PanelName.fields
  static let summary = "the effective receptive fields"
  static let place = PanelPlace.main
  static let likedRows = 20

  static let commands =
    Direction.allCases.map {
      row(
        .move($0), $0.keys, label: $0.keyLabel, footerKey: "arrows",
        footer: $0 == .up ? "cross-hair" : nil, rank: 2, "the cross-hair \($0.phrase)")
    }
    + Direction.allCases.map {
      row(.leap($0), [$0.farKey], "the cross-hair eight steps \($0.phrase)")
    } + [
      row(
        .choose, [.enter, key(" ")], label: "Enter", footer: "unit there", rank: 3,
        "look from the unit under the cross-hair"),
      row(
        .increase, [key(">"), key(".")], label: ">", footer: "closer", rank: 4,
        "closer, around the cross-hair"),
      row(.decrease, [key("<"), key(",")], label: "<", footer: "farther", rank: 5, "farther"),
      row(
        .clear, [.backspace], label: "Backspace", footer: "clear", rank: 6,
        "no cross-hair, the whole input"),
    ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawFields(model, in: area)
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    let screen = model.session.screen
    switch command {
    case .move(let direction): return .edit { $0.moveCursor(direction, steps: 1) }
    case .leap(let direction): return .edit { $0.moveCursor(direction, steps: 8) }
    case .increase:
      guard let zoom = ViewWindow.zooms.first(where: { $0 > screen.window.zoom }) else {
        return .refuse("this is the closest")
      }
      return .edit { $0.setZoom(zoom) }
    case .decrease:
      guard let zoom = ViewWindow.zooms.last(where: { $0 < screen.window.zoom }) else {
        return .refuse("this is the whole input")
      }
      return .edit { $0.setZoom(zoom) }
    case .choose:
      return screen.cursor == nil
        ? .refuse("the arrows set a cross-hair first") : .edit { $0.aimAtCursor() }
    case .clear:
      guard screen.cursor != nil || screen.window.zoom > 1 else {
        return .refuse("there is no cross-hair")
      }
      return .edit { model in
        model.session.screen.cursor = nil
        model.session.screen.window = ViewWindow()
      }
    default: return .nothing
    }
  }

  /// A click looks from the unit there, the wheel comes closer to it.
  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? {
    for (index, place) in FieldsParts(model, in: area).sides where place.contains(pointer) {
      guard
        let at = FieldGeometry(model, index: index, area: place).place(under: pointer),
        model.sides[index].shown != nil
      else { return nil }
      model.session.screen.side = index
      model.setCursor(at)
      let command: CommandName =
        switch pointer.action {
        case .click: .choose
        case .wheelUp: .increase
        case .wheelDown: .decrease
        }
      if case .change(let change) = plan(command, model) { return change(&model) }
      return []
    }
    return nil
  }
}
