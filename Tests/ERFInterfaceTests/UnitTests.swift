// The unit panel: moving, marking, summing.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct UnitTests {
  private func requested(_ effects: [Effect]) -> [[Unit]] {
    effects.compactMap { if case .compute(_, let request, _) = $0 { request.units } else { nil } }
  }

  @Test func theMapFollowsTheUnit() {
    var model = makeModel(["RepLKNet-13", "RepLKNet-31"])
    _ = model.type("2")
    let effects = update(&model, .key(.up))
    #expect(requested(effects) == [[Unit(row: 2, column: 3)], [Unit(row: 2, column: 3)]])
    model.finish(effects)
    #expect(requested(model.type("L")) == [[Unit(row: 2, column: 6)], [Unit(row: 2, column: 6)]])
    #expect(
      model.type("l").isEmpty && model.notice?.lines == ["this is the edge of the layer's map"])
    // The central unit's map is remembered.
    #expect(requested(model.type("0")).isEmpty)
    #expect(model.sides.allSatisfy { $0.shown?.request.units == [] && !$0.isStale })
  }

  /// Lines above the grid end before the fields that lie beside it.
  @Test(arguments: [(80, 24), (100, 30), (120, 40)])
  func fieldsCoverNoText(_ columns: Int, _ rows: Int) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let size = ScreenSize(rows: rows, columns: columns)
    model.finish(update(&model, .resized(size)))
    let keys = "2 Up Up Space Left Left Left Space Down Down Down Down Space z"
    for key in Key.script(keys) { model.finish(update(&model, .key(key))) }
    let lines = view(model, size: size).text.split(separator: "\n")
    let place = try #require(lines.first { $0.contains("of 7 × 7") })
    #expect(place.contains("row 5, column 0 of 7 × 7  + 2 marked "), "\(place)")
  }

  /// Rows and columns are written as everywhere else, with any note behind them.
  @Test func thePlaceIsWhole() {
    var model = makeModel(["RepLKNet-13", "RepLKNet-31"])
    for key in Key.script("2 K l") { model.finish(update(&model, .key(key))) }
    func screen(_ columns: Int, _ rows: Int) -> String {
      view(model, size: ScreenSize(rows: rows, columns: columns)).text
    }
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      #expect(screen(columns, rows).contains("row 0, column 4 of 7 × 7"), "\(columns)")
    }
    for key in Key.script("Space j") { model.finish(update(&model, .key(key))) }
    #expect(screen(80, 24).contains(/(row 1, column|r1 c)4 of 7 × 7  \+ 1 marked/))
    #expect(screen(200, 60).contains("unit row 1, column 4 of 7 × 7  + 1 marked"))
  }

  @Test func markedUnitsAreSummed() {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("2")
    // The centre stays the centre, marked or not.
    #expect(update(&model, .key(.enter)).isEmpty)
    #expect(model.session.target.units == [Unit(row: 3, column: 3), Unit(row: 3, column: 3)])
    #expect(model.request(0).units.isEmpty)
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(screen.contains("  marked") && !screen.contains(/unit row 3, column 3 (?!of)/))
      #expect(!screen.lowercased().contains("off-c"), "\(columns)")
    }
    _ = model.type("l")
    #expect(model.request(0).units == [Unit(row: 3, column: 4), Unit(row: 3, column: 3)])
    // The cursor on a marked unit is no unit more.
    model.finish(model.type("l"))
    _ = model.type(" ")
    #expect(model.session.target.units.count == 3 && model.request(0).units.count == 2)
    for text in UnitPanel.subject(model) {
      #expect(text.map(\.text).joined().contains("2 units"))
    }
    _ = model.type(" ")
    _ = model.type("h")
    // Over a marked one, Space takes the mark away.
    _ = model.type("h")
    _ = model.type(" ")
    #expect(model.markedUnits.isEmpty && model.request(0).units.isEmpty)
    _ = model.type(" ")
    _ = model.type("k")
    _ = update(&model, .key(.backspace))
    #expect(model.session.target.units == [Unit(row: 2, column: 3)])
    _ = update(&model, .key(.backspace))
    #expect(model.notice?.lines == ["no unit is marked"])
  }

  /// Marks can be taken away where no more can be set.
  @Test func theLimitIsOfMarksAlone() {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("2")
    let unit = Unit(row: 1, column: 1)
    model.session.target.units = [Unit](repeating: unit, count: Model.unitLimit)
    _ = update(&model, .key(.enter))
    #expect(model.session.target.units.count == Model.unitLimit - 1)
    #expect(model.notice?.lines == ["no longer marked"])
    _ = model.type("l")
    _ = model.type(" ")
    _ = model.type("l")
    _ = model.type(" ")
    #expect(model.notice?.lines == ["\(Model.unitLimit) units are enough"])
  }

  @Test func marksGoIntoTheSession() throws {
    var model = makeModel(["RepLKNet-13"])
    for key in "2 lk l" { _ = model.type(key.unicodeScalars.first!) }
    let read = try Session(decoding: model.session.encoded())
    #expect(read == model.session && read.target.units.count == 3)
  }

  @Test func thePlacesOfTheGridAreFoundAgain() throws {
    for map in [InputSize(height: 7, width: 7), InputSize(height: 56, width: 40)] {
      let grid = try #require(UnitGrid(map, in: Area(row: 3, column: 5, rows: 12, columns: 40)))
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          let cells = grid.cells(row: row, column: column)
          #expect(cells.row + cells.rows <= 15 && cells.column + cells.columns <= 45)
          let unit = try #require(grid.unit(row: cells.row, column: cells.column))
          #expect(unit.row / grid.step == row && unit.column / grid.step == column)
        }
      }
      #expect(grid.unit(row: 2, column: 5) == nil && grid.unit(row: 3, column: 4) == nil)
      #expect(grid.unit(row: 200, column: 5) == nil)
    }
  }
}
