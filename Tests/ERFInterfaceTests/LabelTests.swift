// What the labels of outlines must not do: stand on another outline, which would be read as theirs.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct LabelTests {
  /// Maps of many widths, each at several places of the window.
  @Test(arguments: [(30, 16), (40, 19), (50, 30), (90, 50)], [AreaMarks.squares, .contours])
  func eachStandsOnItsOwnOutline(_ size: (Int, Int), _ areas: AreaMarks) throws {
    var counts: [String: Int] = [:]
    for sigma in stride(from: 4.0, through: 70, by: 6) {
      for zoom in [1, 2] {
        var model = makeModel(["RepLKNet-31"], display: Display(depth: .mono))
        let result = makeResult(model.request(0), sigma: sigma)
        model.sides[0].shown?.field = HeatField(result.map)
        model.sides[0].shown?.metrics = result.metrics
        model.session.screen.areas = areas
        model.session.screen.window.zoom = zoom
        for (share, count) in try labels(model, size) { counts[share, default: 0] += count }
      }
    }
    #expect(counts.keys.count == 4 || size.0 < 50, "\(counts)")
    #expect(!counts.isEmpty)
  }

  /// The labels on a map, each checked to cover no outline but its own.
  private func labels(_ model: Model, _ size: (Int, Int)) throws -> [String: Int] {
    let drawing = FieldDrawing(
      model: model, index: 0, area: Area(row: 0, column: 0, rows: size.1, columns: size.0))
    let shown = try #require(model.sides[0].shown)
    let outlines = drawing.outlines(shown)
    let map = drawing.layout.map
    var frame = Frame(size: ScreenSize(rows: size.1, columns: size.0))
    drawing.drawLabels(shown, outlines, on: &frame)
    var counts: [String: Int] = [:]
    for row in 0..<map.rows {
      for column in 0..<max(0, map.columns - 3) {
        let cells = (column..<column + 4).map { frame[map.row + row, map.column + $0] }
        let text = String(String.UnicodeScalarView(cells.map(\.scalar)))
        guard text.hasSuffix(" %") else { continue }
        counts[text, default: 0] += 1
        for outline in outlines {
          let share = Format.percent(outline.share ?? 0, digits: 0)
          let dots = outline.marks.hasDots(in: map)
          let covers = dots[row * map.columns + column..<row * map.columns + column + 4]
          #expect(share == text || !covers.contains(true), "\(text) on \(share)")
        }
      }
    }
    #expect(counts.values.allSatisfy { $0 == 1 })
    return counts
  }

  /// An outline of too few cells for its label has it beside it where there is room: of three as small as
  /// one the outermost.
  @Test func aSmallOutlineIsNamedBesideIt() throws {
    var model = makeModel(["RepLKNet-31"], display: Display(depth: .mono))
    model.session.screen.areas = .squares
    // Half of it in a dot, the rest all over the input.
    let values = (0..<224 * 224).map { place in
      max(abs(place / 224 - 112), abs(place % 224 - 112)) <= 4 ? 1e4 : 0.005
    }
    let map = ERFMap(height: 224, width: 224, values: values)
    model.sides[0].shown?.field = HeatField(map)
    model.sides[0].shown?.metrics = ERFMetrics(map)
    let counts = try labels(model, (50, 30))
    #expect(counts["50 %"] == 1 && counts["99 %"] == 1, "\(counts)")
  }

  /// The smallest stays unnamed where its name would hide it, the rest do not.
  @Test func aMapOfFewCellsNamesWhatItCan() throws {
    var model = makeModel(["RepLKNet-31"], display: Display(depth: .mono))
    model.session.screen.areas = .squares
    let result = makeResult(model.request(0), sigma: 40)
    model.sides[0].shown?.field = HeatField(result.map)
    model.sides[0].shown?.metrics = result.metrics
    let few = try labels(model, (30, 16))
    let many = try labels(model, (90, 50))
    #expect(few["99 %"] == 1 && many.count == 4, "\(few) \(many)")
  }
}
