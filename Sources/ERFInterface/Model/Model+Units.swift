// The units looked from: the one that the arrows move, and others that are marked so that their answers
// are summed with its own.

import ERFEngine

extension Model {
  /// Most units that are summed.
  static let unitLimit = 64

  /// Why there are no units to choose from.
  var noUnits: String {
    if let file = opening(unitSide) { return "opening \(file)" }
    if isUnopened(unitSide) { return "\(name(unitSide)) is not open; r opens it" }
    return session.networks[unitSide].savedMap == nil
      ? "the network cannot be built at this size" : "a saved map has no units"
  }

  /// Units that stay where they are, on the present map, which may be smaller than the one that they
  /// were marked on.
  var markedUnits: [Unit] {
    guard let map = unitMap else { return [] }
    return session.target.units.dropFirst().map { $0.scaled(from: map, to: map) }
  }

  /// Whether maps are the sum of several units': one that is marked and looked from is one.
  var looksFromSeveral: Bool { request(unitSide).units.count > 1 }

  /// That what is measured around the middle may not be around the unit, and of whose maps that is so;
  /// nil where all units are known.
  var assumedMiddle: String? {
    let letters = sides.indices.filter { sides[$0].measured?.isUnitAssumed ?? false }
    guard letters.count < sides.count else { return ShownMap.assumedMiddle }
    return letters.first.map { "\(Self.letter($0))'s \(ShownMap.assumedMiddle)" }
  }

  mutating func moveUnit(_ direction: Direction, steps: Int) {
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
  mutating func markUnit() {
    guard let unit = currentUnit else { return }
    var marked = markedUnits
    if let place = marked.firstIndex(of: unit) {
      marked.remove(at: place)
      notice = Notice(.note, "no longer marked")
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

  /// What network A's layer answers, where the map on screen is of this layer.
  func answers(of map: InputSize) -> [Float]? {
    guard let result = sides[unitSide].shown?.result, result.subject.mapSize == map,
      result.subject.tap == facts(unitSide)?.layer(session.target)?.name,
      result.features.count == map.height * map.width
    else { return nil }
    return result.features
  }
}
