// The unit panel: the unit whose field is shown, and its layer, and others whose answers are summed with
// its own.

import ERFEngine

extension PanelName {
  public static let unit = PanelName("unit")
}

enum UnitPanel: Panel {
  static let name = PanelName.unit
  static let summary = "the unit whose field is shown, and its layer"
  static let place = PanelPlace.input
  static let likedRows = 13

  static let commands =
    Direction.allCases.map {
      row(
        .move($0), $0.keys, label: $0.keyLabel, footerKey: "arrows",
        footer: $0 == .up ? "move" : nil, rank: 2, "the unit \($0.phrase)")
    }
    + Direction.allCases.map { row(.leap($0), [$0.farKey], "four units \($0.phrase)") } + [
      row(
        .mark, [key(" "), .enter], label: "Space", footer: "mark", rank: 3,
        "mark the unit, or not, as Enter does: marked units are summed"),
      row(
        .clear, [.backspace], label: "Backspace", footer: "no marks", rank: 4, "forget the marks"),
    ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawUnit(model, in: area)
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    guard model.unitMap != nil else { return .refuse(model.noUnits) }
    switch command {
    case .move(let direction): return .edit { $0.moveUnit(direction, steps: 1) }
    case .leap(let direction): return .edit { $0.moveUnit(direction, steps: 4) }
    case .mark:
      let unmarks = model.currentUnit.map { model.markedUnits.contains($0) } ?? false
      return unmarks || model.session.target.units.count < Model.unitLimit
        ? .edit { $0.markUnit() } : .refuse("\(Model.unitLimit) units are enough")
    case .clear:
      return model.session.target.units.count > 1
        ? .edit { $0.setUnit($0.currentUnit, marked: []) } : .refuse("no unit is marked")
    default: return .nothing
    }
  }

  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? {
    guard pointer.action == .click else { return nil }
    guard let map = model.unitMap, let grid = UnitGrid(map, in: UnitGrid.area(in: area)),
      let unit = grid.unit(row: pointer.row, column: pointer.column)
    else { return [] }
    model.setUnit(unit, marked: model.markedUnits)
    return []
  }
}
