// What the screens must not say: numbers of previews, squares that are not there, networks that did not
// open, scales that depend on the window.

import ERFEngine
import Testing

@testable import ERFInterface

private func text(_ model: Model, _ columns: Int, _ rows: Int) -> String {
  view(model, size: ScreenSize(rows: rows, columns: columns)).text
}

private let sizes = [(80, 24), (120, 40), (200, 60), (250, 70)]

@Suite struct PreviewTests {
  /// RepLKNet-31 at 1024 with a preview of 256 pixels in place of A's map.
  private func previewed(sourceLocation: SourceLocation = #_sourceLocation) throws -> Model {
    var session = Session(models: ["RepLKNet-13", "RepLKNet-31"])
    session.size = InputSize(height: 1024, width: 1024)
    var model = Model(session: session, display: Display(depth: .mono))
    let effects = update(&model, .opened)
    guard case .compute(let id, _, let previews)? = effects.first, let preview = previews.first
    else {
      Issue.record("a run of many seconds begins with a preview", sourceLocation: sourceLocation)
      return model
    }
    #expect(preview.size == InputSize(height: 256, width: 256), sourceLocation: sourceLocation)
    let small = makeResult(preview).map
    _ = update(
      &model,
      .preview(
        id, PartialMap(field: HeatField(small), metrics: ERFMetrics(small), images: 1), .float32))
    return model
  }

  @Test func isDrawnToScaleAroundTheUnit() throws {
    let model = try previewed()
    let shown = try #require(model.sides[0].shown)
    #expect(shown.isPreview && shown.offset == (384, 384))
    #expect(shown.inputSize == InputSize(height: 1024, width: 1024))
    let area = Area(row: 0, column: 0, rows: 30, columns: 60)
    let geometry = FieldGeometry(model, index: 0, area: area)
    let map = geometry.layout.map
    let outside = geometry.cells(outside: shown.field).count
    // A quarter of the height and of the width.
    let inside = Double(map.rows * map.columns - outside) / Double(map.rows * map.columns)
    #expect(abs(inside - 1.0 / 16) < 0.02)
  }

  @Test(arguments: sizes) func hasNoNumbers(_ size: (Int, Int)) throws {
    var model = try previewed()
    #expect(model.sides[0].measured == nil && model.verdict == nil)
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("preview of 256 px"))
    // Of the made map: 1.2, 1.7, 3.0 and 32.1 %.
    for number in ["1.2 %", "1.7 %", "3.0 %", "32.1 %", "border", "image ·"] {
      #expect(!screen.contains(number) || number == "border", "\(number)")
    }
    #expect(screen.contains("—"))
    _ = model.type("4")
    let metrics = text(model, size.0, size.1)
    #expect(!metrics.contains("32.1") && !metrics.contains("112, 112"))
    #expect(model.type("y").isEmpty && model.notice?.lines == ["there are no metrics yet"])
  }

  @Test func shortRunsHaveNone() {
    var model = Model(session: .first, display: Display())
    let runs = update(&model, .opened).compactMap { effect -> (InputSize, [ERFRequest])? in
      if case .compute(_, let request, let previews) = effect {
        (request.size, previews)
      } else {
        nil
      }
    }
    #expect(runs.map(\.0) == [InputSize](repeating: InputSize(height: 1024, width: 1024), count: 2))
    #expect(runs.allSatisfy { $0.1.isEmpty })
    // A machine on which the last map took 3 s.
    model.pace = 1e9
    let previews = model.type("R").compactMap { effect -> [ERFRequest]? in
      if case .compute(_, _, let previews) = effect { previews } else { nil }
    }
    #expect(previews.map(\.count) == [1, 1])
  }

  /// The same numbers name another unit of the map of a smaller input, whose size a file would have to
  /// be opened for.
  @Test(arguments: [(units: [Unit(row: 5, column: 5)], previews: 0), (units: [], previews: 1)])
  func anotherUnitIsNoPreview(_ asked: (units: [Unit], previews: Int)) throws {
    var session = Session(networks: [NetworkSpec(file: "/nowhere/replknet.safetensors")])
    session.size = InputSize(height: 256, width: 256)
    session.target.units = asked.units
    var model = Model(session: session, display: Display())
    guard case .open(let id, _, let size, _)? = update(&model, .opened).first else {
      Issue.record("the file is not opened")
      return
    }
    model.pace = 1
    let facts = try NetworkFacts(NetworkSpec(model: "RepLKNet-13"), size: size)
    guard
      case .compute(_, let request, let previews)? = update(&model, .known(id, facts, design: nil))
        .first
    else {
      Issue.record("nothing is computed")
      return
    }
    #expect(request.units == asked.units && previews.count == asked.previews)
  }
}

@Suite struct UnitTruthTests {
  /// A flat map measured from its upper left corner.
  private func cornered() -> Model {
    var model = makeModel()
    let flat = ERFMap(height: 224, width: 224, values: [Double](repeating: 1, count: 224 * 224))
    for side in 0..<2 {
      model.sides[side].shown?.metrics = ERFMetrics(flat, around: (0, 0))
      model.sides[side].shown?.field = HeatField(flat, centre: (0, 0))
    }
    return model
  }

  @Test(arguments: sizes) func squaresAreSaidToBeCut(_ size: (Int, Int)) {
    var model = cornered()
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("around the unit, cut"))
    #expect(screen.contains("Off-centre unit: "))
    #expect(!screen.contains("input too small") && !screen.contains("at border"))
    _ = model.type("4")
    let metrics = text(model, size.0, size.1)
    #expect(metrics.contains("square around the unit, cut"))
    model.session.target.units = [Unit(row: 1, column: 1), Unit(row: 2, column: 2)]
    _ = model.type("z")
    let zoomed = text(model, size.0, size.1)
    #expect(zoomed.contains("around the units' middle, cut"))
    #expect(!zoomed.contains("around the unit,") && !zoomed.contains("from the unit "))
    #expect(!metrics.contains("published") && !metrics.contains("paper:"))
  }

  /// The unit that is looked from, marked, is still one.
  @Test(arguments: sizes) func aMarkedUnitIsOne(_ size: (Int, Int)) {
    var model = cornered()
    model.session.target.units = [Unit(row: 1, column: 1), Unit(row: 1, column: 1)]
    _ = model.type("4")
    #expect(text(model, size.0, size.1).contains("square around the unit, cut"))
    _ = model.type("2")
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("  marked") && !screen.contains("+ 1 marked"))
    model.session.target.units.append(Unit(row: 2, column: 2))
    #expect(text(model, size.0, size.1).contains("+ 1 marked"))
  }

  /// A cross-hair takes the line below the map, and the unit is said elsewhere.
  @Test(arguments: [(60, 20), (80, 24), (120, 40), (200, 60), (250, 70)])
  func anOffCentreUnitIsAlwaysSaid(_ size: (Int, Int)) {
    var model = makeModel()
    model.finish(model.type("2"))
    for key in "KKJ".unicodeScalars { model.finish(model.type(key)) }
    _ = model.type("1")
    _ = update(&model, .key(.left))
    let screen = text(model, size.0, size.1)
    #expect(
      screen.contains("off-centre") || screen.contains("unit row ")
        || screen.contains("Off-centre"), "\(size)")
  }

  /// The square of half a flat map around its corner reaches 0.71 of the way across.
  @Test func squaresAreDrawnAroundTheUnit() throws {
    var model = cornered()
    model.session.screen.areas = .squares
    let drawing = FieldDrawing(
      model: model, index: 0, area: Area(row: 0, column: 0, rows: 40, columns: 80))
    let shown = try #require(model.sides[0].shown)
    let marks = try #require(drawing.marks(drawing.outlines(shown)))
    let edge = Int(0.707 * Double(marks.columns))
    let row = marks.rows / 4
    #expect((edge - 3...edge + 3).contains { marks[row, $0] != nil })
    // Nothing where the centred square would be.
    #expect((0..<marks.columns / 4).allSatisfy { $0 < 2 || marks[marks.rows / 2, $0] == nil })
  }

  @Test func publishedNumbersNeedTheirTarget() {
    var model = makeModel()
    _ = model.type("4")
    #expect(text(model, 120, 40).contains("published A"))
    model.finish(model.type("["))
    #expect(!text(model, 120, 40).contains("published A"))
    model.finish(model.type("]"))
    // Dimmed at 224 px with random weights.
    let frame = view(model, size: ScreenSize(rows: 40, columns: 120))
    let place = frame.text.split(separator: "\n", omittingEmptySubsequences: false)
      .firstIndex { $0.contains("10.2%") }
    let row = place ?? 0
    let cell = (0..<120).map { frame[row, $0] }.last { $0.scalar == "6" }
    #expect(place != nil && cell?.foreground == .role(.line))
  }

  /// An edit of one network that has the id of another is not what was published of that.
  @Test func publishedNumbersAreNotOfEdits() throws {
    var model = makeModel(weights: .file("/models/some.pth"))
    model.session.size = InputSize(height: 1024, width: 1024)
    model.finish(update(&model, .resized(model.size)))
    model.finish(model.type("4"))
    func role() throws -> Paint? {
      let frame = view(model, size: ScreenSize(rows: 40, columns: 120))
      let lines = frame.text.split(separator: "\n", omittingEmptySubsequences: false)
      let row = try #require(lines.firstIndex { $0.contains("published A") })
      return (0..<120).map { frame[row, $0] }.last { $0.scalar == "%" }?.foreground
    }
    #expect(try role() == .role(.text))
    let design = try NetworkDesign(model: "replknet-31")
    model.session.networks[0].source = .catalogue("replknet-31")
    model.session.networks[0].edits = try #require(
      NetworkDesign(model: "replknet-13").edits(from: design))
    model.finish(update(&model, .resized(model.size)))
    #expect(try role() == .role(.line))
  }
}

@Suite struct ScaleTests {
  @Test func isSharedOnlyByVariantsOfOneNetwork() throws {
    var model = makeModel()
    #expect(!model.sharesScale && text(model, 120, 40).contains("own scales"))
    _ = model.type("s")
    #expect(model.sharesScale)
    var same = makeModel(["RepLKNet-31", "replknet-31"])
    // Beside trained weights there is nothing to be seen of random ones.
    same.session.networks[1].weights = .file("a.pth")
    #expect(!same.sharesScale)
    same.session.networks[0].weights = .file("b.pth")
    #expect(same.sharesScale)
    _ = same.type("s")
    #expect(!same.sharesScale)
    // What is so anyway is no choice, and a choice does not outlive the networks that it was made for.
    _ = same.type("s")
    #expect(same.sharesScale && same.session.screen.hasSharedScale == nil)
    same.edit { $0 = NetworkSpec(shown: "a/map.npy") }
    #expect(!same.sharesScale)
    _ = model.type("b")
    model.edit { $0 = NetworkSpec(shown: "a/map.npy") }
    #expect(!model.sharesScale && model.session.networks[1].savedMap != nil)
    for session in [makeModel().session, model.session, same.session] {
      #expect(try Session(decoding: session.encoded()) == session)
    }
  }

  /// The made map's highest mean over a part of the 64 x 64 parts, at any size.
  @Test func endsAtTheMapsMaximumWhateverTheWindow() {
    let tops = [(80, 24), (120, 40), (200, 60), (250, 70)].map { size in
      text(makeModel(), size.0, size.1).matches(of: /(\d\.\d+) +[a-z ]*log₁₀/).map { $0.1 }.joined()
    }
    #expect(Set(tops.map { $0.prefix(4) }) == ["1.32"], "\(tops)")
  }

  @Test func equalMapsDifferByNothing() throws {
    var model = makeModel(["RepLKNet-31", "RepLKNet-31"])
    _ = model.type("v")
    let field = try #require(model.sides[0].shown?.field)
    model.sides[1].shown?.field = field
    for (columns, rows) in sizes {
      let screen = text(model, columns, rows)
      #expect(screen.contains("A - B") || screen.contains("A − B"), "\(columns)")
      #expect(!screen.contains("-0 "), "\(columns)")
    }
  }

  /// Of a map that its side's last run left behind, there is no difference either.
  @Test func mapsThatStayedBehindHaveNoDifference() {
    var model = makeModel()
    _ = model.type("v")
    #expect(!text(model, 200, 60).contains("is stale"))
    model.sides[1].failure = "damaged"
    model.sides[1].asked?.tap = "stage1"
    #expect(text(model, 200, 60).contains("B is stale"))
  }

  /// So does that of their difference, which says what it is in wherever there is room.
  @Test func theDifferencesScaleIsThatOfAnyWindow() {
    let sizes = [(80, 24), (120, 40), (200, 60), (250, 70)]
    for keys in ["v", "vs", "vgg"] {
      var model = makeModel()
      for key in keys.unicodeScalars { _ = model.type(key) }
      let screens = sizes.map { text(model, $0.0, $0.1) }
      let ends = screens.map { screen -> [String] in
        let both = screen.matches(of: #/-(\d[\d.]*) [^\n\d]+ (\d[\d.]*)/#)
          .filter { $0.1 == $0.2 }
        let either = screen.matches(of: #/±(\d[\d.]*)/#)
        return both.map { String($0.1) } + either.map { String($0.1) }
      }
      #expect(Set(ends).count == 1 && ends[0].count == 1, "\(keys): \(ends)")
      // A narrow bar has one number for both of its ends rather than two without a word.
      #expect(screens[0].contains(#/±[\d.]+  \p{L}/#), "\(keys)")
      if keys == "v" { #expect(screens.allSatisfy { $0.contains("of max") }) }
    }
  }

  @Test(arguments: [
    (1.0, 1.0), (0.1, 2.0 / 3), (0.01, 1.0 / 3), (0.001, 0.0), (1e-9, 0.0), (0.0, 0.0),
  ])
  func threeDecadesAreATrueLogarithm(_ value: Double, _ share: Double) {
    // Whatever the size of M.
    for top in [1.0, 4e-5] {
      let colours = HeatColours(scale: .rising(map: 0), top: top, decades: HeatColours.decades)
      #expect(abs(colours.share(value * top) - share) < 1e-9)
      #expect(abs(colours.share(-value * top) + share) < 1e-9)
    }
  }

  @Test func theLogarithmicBarHasTicks() {
    var model = makeModel(display: Display(depth: .mono))
    model.session.screen.curve = .decades
    for (columns, rows) in sizes {
      let screen = text(model, columns, rows)
      #expect(screen.contains(/of (mean )?M = 2/), "\(columns)")
      #expect(screen.contains(/\.001.*\.01.*\.1.*1/), "\(columns)")
    }
  }

  /// Where there is room the bar says that it ends at a mean, not at the largest pixel, and stays a bar.
  @Test(arguments: [(Curve.log, "log₁₀(M+1)"), (.linear, "M"), (.power, "M^1/4")])
  func theBarSaysWhatItEndsAt(_ curve: Curve, _ value: String) {
    var model = makeModel(display: Display(depth: .mono))
    model.session.screen.curve = curve
    for (columns, rows) in [(200, 60), (250, 70)] {
      #expect(text(model, columns, rows).contains("  largest mean of \(value)"), "\(columns)")
    }
    #expect(text(model, 120, 40).contains("  mean M") == (curve == .linear))
    for (columns, rows) in sizes {
      #expect(text(model, columns, rows).contains(value), "\(columns)")
    }
  }

  /// The bar and the maximum are there however many characters that takes.
  @Test(arguments: [(9.97e-5, "1.0e-04"), (4.2e-13, "4.2e-13"), (123_456, "123456")])
  func theBarStaysWhateverTheMaximum(_ peak: Double, _ text: String) {
    var model = makeModel(display: Display(depth: .mono))
    model.session.screen.curve = .decades
    for side in 0..<2 {
      let flat = ERFMap(
        height: 224, width: 224, values: [Double](repeating: peak, count: 224 * 224))
      model.sides[side].shown?.field = HeatField(flat)
    }
    for (columns, rows) in sizes {
      let screen = ERFInterfaceTests.text(model, columns, rows)
      #expect(screen.components(of: text) == 2, "\(columns)")
      #expect(screen.components(of: ".001") == 2, "\(columns)")
    }
    // Beside a panel on 80 columns there is room for half of the labels.
    _ = model.type("5")
    let narrow = ERFInterfaceTests.text(model, 80, 24)
    #expect(narrow.components(of: ".001") == 2 && !narrow.contains(".00."))
  }

  @Test func darkMapsGetAHint() {
    var model = makeModel()
    let spike = ERFMap(
      height: 224, width: 224,
      values: (0..<224 * 224).map { $0 == 112 * 224 + 112 ? 1 : 1e-6 })
    model.sides[0].shown?.field = HeatField(spike)
    for (columns, rows) in sizes {
      #expect(text(model, columns, rows).contains("mostly dark: g"), "\(columns)")
    }
    // A warning leaves room for it.
    model.sides[0].shown?.metrics = ERFMetrics(
      ERFMap(height: 224, width: 224, values: [Double](repeating: 1, count: 224 * 224)))
    for (columns, rows) in sizes {
      let screen = text(model, columns, rows)
      #expect(screen.contains("at border") && screen.contains("dark: g"), "\(columns)")
    }
    model.session.screen.curve = .decades
    #expect(!text(model, 200, 60).contains("mostly dark"))
    // A window of any size says the same of a map that is dark but for a disc.
    let disc = ERFMap(
      height: 224, width: 224,
      values: (0..<224 * 224).map { index in
        let (row, column) = (index / 224 - 112, index % 224 - 112)
        return row * row + column * column < 55 * 55 ? 1 : 1e-6
      })
    for side in 0..<2 { model.sides[side].shown?.field = HeatField(disc) }
    model.session.screen.curve = .log
    let said = [(60, 20), (80, 24), (120, 40), (200, 60), (250, 70)].map {
      text(model, $0.0, $0.1).contains("mostly dark: g")
    }
    #expect(Set(said).count == 1, "\(said)")
  }
}
