// The unit panel: the unit that the arrows move, and others that are marked so that their answers are
// summed with its own.

import ERFEngine

extension Model {
  /// Most units that are summed.
  static let unitLimit = 64

  func unitRefusal(_ command: CommandName) -> String? {
    guard unitMap != nil else { return noUnits }
    switch command {
    case .mark:
      return session.target.units.count < Self.unitLimit
        ? nil : "\(Self.unitLimit) units are enough"
    case .clear: return session.target.units.count > 1 ? nil : "no unit is marked"
    default: return nil
    }
  }

  /// Units that stay where they are.
  /// On the present map, which may be smaller than the one that they were marked on.
  var markedUnits: [Unit] {
    guard let map = unitMap else { return [] }
    return session.target.units.dropFirst().map { $0.scaled(from: map, to: map) }
  }

  mutating func changeUnit(_ command: CommandName) {
    switch command {
    case .move(let direction): moveUnit(direction, steps: 1)
    case .leap(let direction): moveUnit(direction, steps: 4)
    case .mark: markUnit()
    case .clear: setUnit(currentUnit, marked: [])
    default: break
    }
  }

  private mutating func moveUnit(_ direction: Direction, steps: Int) {
    guard let map = unitMap, let unit = currentUnit else { return }
    var moved = unit
    switch direction {
    case .up: moved.row -= steps
    case .down: moved.row += steps
    case .left: moved.column -= steps
    case .right: moved.column += steps
    }
    moved.row = max(0, min(map.height - 1, moved.row))
    moved.column = max(0, min(map.width - 1, moved.column))
    guard moved != unit else {
      notice = Notice(.note, "this is the edge of the layer's map")
      return
    }
    setUnit(moved, marked: markedUnits)
  }

  /// Marks the unit, or takes the mark from one that has it.
  private mutating func markUnit() {
    guard let unit = currentUnit else { return }
    var marked = markedUnits
    if let place = marked.firstIndex(of: unit) {
      marked.remove(at: place)
    } else {
      marked.append(unit)
      notice = Notice(.note, "marked; the arrows add another unit to it")
    }
    setUnit(unit, marked: marked)
  }

  /// The centre alone is written as no unit, so that it stays the centre at other sizes.
  mutating func setUnit(_ unit: Unit?, marked: [Unit]) {
    guard let unit, let map = unitMap else { return }
    let isCentre = unit == Unit(row: map.height / 2, column: map.width / 2)
    session.target.units = isCentre && marked.isEmpty ? [] : [unit] + marked
  }
}
