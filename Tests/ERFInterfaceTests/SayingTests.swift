// What is said of maps: random kernels, maps of nothing, layers, several units, small shares.

import ERFEngine
import Testing

@testable import ERFInterface

private func text(_ model: Model, _ columns: Int, _ rows: Int) -> String {
  view(model, size: ScreenSize(rows: rows, columns: columns)).text
}

private let nano = ["RepLKNet-13-nano", "RepLKNet-31-nano"]
private let sizes = [(80, 24), (120, 40), (200, 60), (250, 70)]

@Suite struct SayingTests {
  /// Kernels that an edit started anew are not trained, whatever the rest is.
  @Test(arguments: sizes) func newKernelsAreRandom(_ size: (Int, Int)) throws {
    var model = makeModel(nano)
    var network = model.session.networks[0]
    network.edits = [StageEdit(stage: 1, .kernel(17))]
    network.fit = .reinitialise(seed: 0)
    #expect(network.seedOfNewKernels == 0)
    model.session.networks[0] = network
    model.sides[0].shown?.network = network
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("new kernels random") || screen.contains("part random"))
    #expect(model.verdict?.conditions.contains { $0.contains("A's new kernels random") } == true)
    #expect(Figure(model).caption.contains("trained, edited, new kernels random:0"))
    network.fit = .crop
    #expect(network.seedOfNewKernels == nil)
  }

  @Test(arguments: sizes) func aMapOfNothingIsSaidToBe(_ size: (Int, Int)) throws {
    var model = makeModel(nano)
    let empty = ERFMap(height: 224, width: 224, values: [Double](repeating: 0, count: 224 * 224))
    model.sides[1].shown?.field = HeatField(empty)
    model.sides[1].shown?.metrics = ERFMetrics(empty)
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("no gradient"))
    #expect(!screen.contains("dim") && !screen.contains("n.r.") && !screen.contains("0.0 px"))
    #expect(model.verdict?.headline.contains("B's map is 0 everywhere") == true)
    #expect(Figure(model).caption.contains("no gradient reaches the input"))
  }

  @Test(arguments: sizes) func anotherLayerIsNamed(_ size: (Int, Int)) {
    var model = makeModel(nano)
    for key in "[[[".unicodeScalars { model.finish(model.type(key)) }
    for panel in "13" {
      if let key = panel.unicodeScalars.first { model.finish(model.type(key)) }
      let screen = text(model, size.0, size.1)
      #expect(screen.contains("s1") || screen.contains("stage1"), "\(panel)")
    }
    #expect(model.verdict?.conditions.contains("s1") == true)
  }

  /// A panel that has the screen says of what it speaks.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)]) func aZoomedPanelNamesWeights(
    _ size: (Int, Int)
  ) {
    var model = makeModel(nano)
    model.finish(model.type("W"))
    for panel in "3245".unicodeScalars {
      model.finish(model.type(panel))
      model.session.screen.isZoomed = true
      let screen = text(model, size.0, size.1)
      #expect(screen.contains("random:0") && screen.contains("224 px"), "\(panel)")
    }
  }

  @Test func severalUnitsAreASum() {
    var model = makeModel(nano)
    for side in 0..<2 {
      model.sides[side].shown?.request.units = [Unit(row: 1, column: 1), Unit(row: 2, column: 5)]
    }
    #expect(model.verdict?.headline.hasPrefix("Sum of 2 units: ") == true)
    #expect(text(model, 80, 24).contains("2 units"))
  }

  @Test func smallSharesKeepTwoDigits() {
    let texts = [0.174, 0.0123, 0.0084, 0.00049, 0.0000821, 0].map { Format.areaNumber($0) }
    #expect(texts == ["17.4", "1.2", "0.84", "0.049", "0.0082", "0.0"])
  }

  @Test func aTooSmallInputIsAWarning() {
    var model = makeModel(nano)
    let flat = ERFMap(height: 224, width: 224, values: [Double](repeating: 1, count: 224 * 224))
    model.sides[1].shown?.metrics = ERFMetrics(flat)
    #expect(model.verdict?.warnings.first?.hasPrefix("Input too small: 23.4 % of B's") == true)
    #expect(text(model, 80, 24).contains("Input too small"))
  }

  @Test func randomBesideTrainedHasItsOwnScale() {
    var networks = [NetworkSpec(model: "RepLKNet-31-nano"), NetworkSpec(model: "RepLKNet-31-nano")]
    let model = makeModel(nano)
    #expect(model.sharesScale(of: networks))
    networks[1].weights = .random(seed: 0)
    #expect(!model.sharesScale(of: networks))
    networks[1] = NetworkSpec(model: "RepLKNet-31-nano")
    #expect(!model.sharesScale(of: networks + [NetworkSpec(model: "RepLKNet-13-nano")]))
  }

  @Test func shortAnswersFitNarrowFields() throws {
    let model = makeModel(nano)
    let verdict = try #require(model.verdict)
    let lines = verdict.lines(rows: 1, width: 26)
    #expect(lines.count == 1 && lines[0].headline.columns <= 26)
    #expect(lines[0].headline.hasSuffix("as much."))
  }

  private func previewed() -> Model {
    var session = Session(models: ["RepLKNet-13", "RepLKNet-31"])
    session.size = InputSize(height: 1024, width: 1024)
    var model = Model(session: session, display: Display(depth: .mono))
    guard case .compute(let id, _, let previews)? = update(&model, .opened).first,
      let preview = previews.first
    else {
      Issue.record("a run of many seconds begins with a preview")
      return model
    }
    let small = makeResult(preview).map
    let map = PartialMap(field: HeatField(small), metrics: ERFMetrics(small), images: 1)
    _ = update(&model, .preview(id, map, .float32))
    return model
  }

  /// What stayed behind is still but a preview.
  @Test func aStalePreviewSaysSo() {
    var model = previewed()
    _ = model.type("[")
    #expect(text(model, 200, 60).contains("stale preview of 256 px"))
    #expect(text(model, 120, 40).contains("stale preview"))
  }

  /// Beside other numbers an empty frame has no numbers yet.
  @Test(arguments: ["2 z", "8 z"]) func aPreviewHasNoNumbersElsewhere(_ keys: String) {
    var model = previewed()
    for key in Key.script(keys) { _ = update(&model, .key(key)) }
    #expect(text(model, 200, 60).contains("no numbers yet"))
  }

  @Test func aCancelledPreviewSaysSo() {
    var model = previewed()
    _ = model.cancelWork()
    #expect(text(model, 200, 60).contains("cancelled, preview of 256 px"))
    // The name goes before a state that can be said in fewer words.
    let narrow = text(model, 120, 40)
    #expect(narrow.contains("A  RepLKNet-13 ") && narrow.contains(" stopped preview"))
  }
}
