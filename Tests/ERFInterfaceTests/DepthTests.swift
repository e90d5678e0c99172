// The depth panel: what is asked for in the background, and the numbers written.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct DepthTests {
  private func asked(_ effects: [Effect]) -> [(request: ERFRequest, layers: [String])] {
    effects.compactMap {
      if case .computeDepth(_, let request, let layers) = $0 { (request, layers) } else { nil }
    }
  }

  @Test func oneKeyAsksForAllLayersOfBoth() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let effects = model.type("G")
    let requests = asked(effects)
    #expect(requests.count == 2)
    #expect(requests[0].layers == model.depthLayers(0).map(\.name))
    #expect(requests[0].layers.last == "stage4" && requests[0].layers.contains("stage1"))
    #expect(requests[0].request.size == model.session.size)
    model.finish(effects)
    #expect(model.depthPoints(0).allSatisfy { $0 != nil } && !model.depth.isBusy)
    // Nothing is asked twice; another size is.
    #expect(asked(model.type("c")).isEmpty)
    let larger = model.type("+")
    #expect(asked(larger).isEmpty, "the maps come first")
    model.finish(larger)
    #expect(model.depth.jobs.count == 2)
  }

  /// Depth is of the central unit; where the maps are of another one, it says so.
  @Test(arguments: [(80, 24), (120, 40), (200, 60), (250, 70)])
  func saysWhoseFieldItIs(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("G"))
    let screen = ScreenSize(rows: size.1, columns: size.0)
    #expect(!view(model, size: screen).text.contains("central unit's"))
    model.session.target.units = [Unit(row: 1, column: 2)]
    #expect(view(model, size: screen).text.contains("centre's half"))
    model.finish(model.type("z"))
    #expect(view(model, size: screen).text.contains("central unit's field"))
    #expect(!view(model, size: screen).text.contains("off-centre"))
    #expect(model.depthTitle.contains("central unit"))
  }

  /// Metrics with the screen to itself has what the stages give out, and no more is measured for it.
  @Test(arguments: [(80, 24), (120, 40), (200, 60), (250, 70)])
  func metricsShowTheStages(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let screen = ScreenSize(rows: size.1, columns: size.0)
    _ = update(&model, .resized(screen))
    #expect(asked(model.type("4")).isEmpty)
    let effects = model.type("z")
    #expect(
      asked(effects).map(\.layers) == Array(repeating: (1...4).map { "stage\($0)" }, count: 2))
    model.finish(effects)
    let text = view(model, size: screen).text
    #expect(text.contains("by stage") && text.contains(/s1 +s2 +s3 +s4/))
    #expect(text.contains(/A +\d+\.\d+ % +\d+\.\d+ % +\d+\.\d+ % +\d+\.\d+ %/))
    // The layers between are asked for by the depth view alone.
    let more = asked(model.type("G"))
    #expect(more.count == 2 && more.allSatisfy { !$0.layers.contains("stage1") })
  }

  /// Numbers over the first picture are said to be so, are measured again, and stand beside none over
  /// all pictures.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func onePictureIsNotFour(_ size: (Int, Int)) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"], finished: false)
    model.session.images.count = 4
    let screen = ScreenSize(rows: size.1, columns: size.0)
    model.finish(update(&model, .resized(screen)), images: 4)
    _ = model.type("4")
    func started(_ effects: [Effect]) -> (RequestID, ERFRequest, [String])? {
      effects.lazy.compactMap {
        if case .computeDepth(let id, let request, let layers) = $0 {
          (id, request, layers)
        } else {
          nil
        }
      }.first
    }
    let (id, request, layers) = try #require(started(model.type("z")))
    func tell(_ id: RequestID, _ layers: [String], images: Int) {
      for layer in layers {
        let result = makeResult(request, images: images)
        let field = LayerField(layer: layer, metrics: result.metrics, images: images)
        _ = update(&model, .deepened(id, DepthPoint(field)))
      }
    }
    tell(id, layers, images: 1)
    #expect(view(model, size: screen).text.contains("A: 1 of 4 pictures"))
    // Given up, and looked for again.
    _ = model.type("z")
    _ = model.type("2")
    let again = try #require(started(model.type("4") + model.type("z")))
    #expect(again.2 == layers)
    tell(again.0, Array(layers.prefix(1)), images: 4)
    #expect(model.depthPoints(0).compactMap(\.?.images) == [4])
    tell(again.0, layers, images: 4)
    _ = update(&model, .deepEnough(again.0, failure: nil))
    #expect(model.depthPoints(0).compactMap(\.?.images).allSatisfy { $0 == 4 })
    #expect(!view(model, size: screen).text.contains("A: 1 of 4 pictures"))
    // The blocks come as one when all their pictures are in.
    let blocks = try #require(started(model.type("G")))
    #expect(!blocks.2.contains("stage1"))
    tell(blocks.0, blocks.2, images: 1)
    #expect(model.depthPoints(0).compactMap(\.?.images).allSatisfy { $0 == 4 })
  }

  /// A picture that gave no map is not waited for.
  @Test func skippedPicturesCount() throws {
    var model = makeModel(["RepLKNet-13-nano"])
    model.session.images.count = 2
    model.finish(model.pursue(), images: 2)
    model.finish(model.type("G"))
    #expect(model.depthIsPartial == nil)
    #expect(asked(model.type("c")).isEmpty)
  }

  /// A curve that ends early says why, in the panel and in a figure.
  @Test func curvesThatEndEarlySayWhy() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let effects = model.type("G")
    #expect(model.depthEnds.isEmpty, "it is still measured")
    model.finish(effects)
    #expect(model.depthEnds.isEmpty)
    var empty = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for case .computeDepth(let id, let request, let layers) in empty.type("G") {
      for layer in layers {
        let isReached = request.network.model.contains("13") || !layer.hasPrefix("stage4")
        let metrics =
          isReached
          ? makeResult(request).metrics
          : ERFMetrics(ERFMap(height: 8, width: 8, values: Array(repeating: 0, count: 64)))
        let field = LayerField(layer: layer, metrics: metrics, images: 1)
        _ = update(&empty, .deepened(id, DepthPoint(field)))
      }
      _ = update(&empty, .deepEnough(id, failure: nil))
    }
    let ends = empty.depthEnds
    #expect(ends.count == 1 && ends[0].hasPrefix("B ends at s"), "\(ends)")
    #expect(ends[0].contains(": no gradient reaches the input from s"), "\(ends)")
    for (columns, rows) in [(80, 24), (120, 40), (200, 60), (250, 70)] {
      _ = update(&empty, .resized(ScreenSize(rows: rows, columns: columns)))
      let text = view(empty, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains("B ends at s"), "\(columns)")
    }
    #expect(Figure(empty).caption.contains(ends[0]))
    var short = makeModel(["RepLKNet-13-nano", "resnet20-cifar"])
    short.finish(short.type("G"))
    #expect(short.depthEnds == ["B ends at s3: it has 3 stages"])
  }

  /// What was measured is drawn, over as many pictures as were counted.
  @Test func figuresTakeWhatWasCounted() throws {
    var model = makeModel(["RepLKNet-13-nano"], finished: false)
    model.session.images.count = 4
    model.finish(model.pursue(), images: 4)
    for case .computeDepth(let id, let request, let layers) in model.type("G") {
      for layer in layers {
        let metrics = makeResult(request, images: 4).metrics
        _ = update(
          &model, .deepened(id, DepthPoint(LayerField(layer: layer, metrics: metrics, images: 3))))
      }
      _ = update(&model, .deepEnough(id, failure: nil))
    }
    let figure = Figure(model)
    #expect(figure.isDepthComplete && figure.depthImages == "n = 3")
    #expect(figure.caption.contains("n = 3."))
  }

  /// What is plotted against depth goes into the session, and from there into screens and figures.
  @Test func sessionsHoldWhatIsPlotted() throws {
    var model = makeModel(["RepLKNet-13-nano"])
    model.finish(model.type("G"))
    _ = model.type(">")
    let session = try Session(decoding: model.session.encoded())
    #expect(session == model.session)
    #expect(Model(session: session, display: Display()).depthTitle == "sigma of the field, px")
    let figure = try #require(try Figure(model).encoded(ending: "svg"))
    #expect(String(decoding: figure, as: UTF8.self).contains("sigma of the field, px"))
    func read(_ screen: String) throws -> ScreenChoice {
      let text = #"{"version": 2, "networks": ["replknet-3"], "screen": {\#(screen)}}"#
      return try Session(decoding: Array(text.utf8)).screen
    }
    #expect(try read("").depthMeasure == .area)
    #expect(try read(#""depthMeasure": "radius""#).depthMeasure == .radius)
    let error = #expect(throws: SessionError.self) { try read(#""depthMeasure": "width""#) }
    #expect(error?.explanation.contains("expected one of area, sigma, radius") == true)
  }

  /// Theory differs between networks, so it is said whose it is.
  @Test func theoryHasItsLetter() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("G"))
    let facts = [0, 1].map { model.facts($0)?.layer(Target())?.receptiveField ?? 0 }
    #expect(facts[0] < facts[1])
    let words = "theory A \(facts[0]) px B \(facts[1]) px"
    for (columns, rows) in [(120, 40), (200, 60)] {
      #expect(view(model, size: ScreenSize(rows: rows, columns: columns)).text.contains(words))
    }
    for key in "2b".unicodeScalars { _ = model.type(key) }
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains("A \(facts[0]) px B \(facts[1]) px"), "\(columns)")
    }
  }

  /// With many networks the plot stays and their letters are explained.
  @Test func manyNetworksHaveNamesAndAPlot() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in "MSG".unicodeScalars { model.finish(model.type(key)) }
    let others = model.compared.filter { $0.side == nil }
    #expect(others.count >= 2)
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    let names = model.galleryNames(of: model.compared.map(\.network))
    for (network, name) in zip(model.compared, names).filter({ $0.0.side == nil }).prefix(2) {
      #expect(text.contains("\(network.letter) \(name)"))
    }
    #expect(text.contains("half of field") && text.contains("│···"))
  }

  /// One name of a graph stands for its weights as well.
  @Test func aGraphIsNamedOnce() {
    let graph = NetworkSpec(.file("/graphs/vit.onnx"), weights: .file("/graphs/vit.onnx"))
    let model = makeModel(["RepLKNet-13-nano"])
    let compared = ComparedNetwork(letter: "A", network: graph, side: 0, map: nil)
    #expect(model.weightsText(compared) == "vit.onnx")
    #expect(model.weightsText(compared, isNamed: true) == "own weights")
  }

  /// Where A's and B's layers have different names both are said.
  @Test(arguments: [("4", true), ("G", false)])
  func layersAreNamedOfBoth(_ panel: String, _ isOfTarget: Bool) {
    var model = makeModel(["RepLKNet-31", "resnet20-cifar"])
    model.finish(model.type(panel.unicodeScalars.first!))
    model.finish(model.type("z"))
    let texts = Panels.named(model.focus).subject(model).map { $0.map(\.text).joined() }
    let taps = model.sides.indices.compactMap { model.request($0).tap }
    #expect(taps.count == 2 && taps[0] != taps[1])
    #expect(texts[0].contains("A \(taps[0]), B \(taps[1])") == isOfTarget)
    #expect(isOfTarget || !texts.contains { $0.contains(taps[0]) })
  }

  @Test func zoomedItSaysWhatNumbersHoldFor() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("G"))
    model.finish(model.type("z"))
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.contains("RepLKNet-13-nano  trained · 224 px · 1 picture · rule paper"))
  }

  /// Blocks are in the table as well as in the plot where there is room for all of them.
  @Test func theTableGoesByBlock() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("G"))
    model.finish(model.type("z"))
    let wide = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(wide.contains(/stem +s1\.1 +s1 +t1 +s2\.1/))
    let narrow = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(narrow.contains(/s1 +s2 +s3 +s4/) && !narrow.contains("s1.1 "))
  }

  /// Lines end at the heights of their values, four dots to a row of characters: rows alone would make
  /// a third more of nothing.
  @Test func linesHaveTheHeightOfTheirValues() {
    var canvas = CurveCanvas(
      area: Area(row: 0, column: 0, rows: 10, columns: 20), display: Display())
    canvas.join((0.5, 0), (0.53, 10), .accent)
    canvas.join((0.53, 10), (0.5, 19), .accent)
    var frame = Frame(size: ScreenSize(rows: 10, columns: 20))
    canvas.draw(on: &frame)
    let rows = frame.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .filter { $0.element.contains { $0 != " " } }.map(\.offset)
    // Four dots to a row of characters: 0.5 is dot 20 of 40, 0.53 is dot 18.
    #expect(rows == [4, 5])
    #expect(canvas.row(of: 1) == 0 && canvas.row(of: 0) == 9)
  }

  @Test func enterLooksFromTheLayer() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("G"))
    for _ in 0..<3 { model.finish(update(&model, .key(.left))) }
    let layers = model.depthLayers(0)
    let effects = update(&model, .key(.enter))
    #expect(
      effects.computed.map(\.tap) == [layers[layers.count - 4].name, layers[layers.count - 4].name])
  }

  @Test func numbersAreWritten() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    #expect(model.type("G").count >= 2)
    #expect(model.type("x").isEmpty && model.notice?.lines == ["no layer is measured yet"])
    model.finish(update(&model, .key(.escape)))
    _ = model.type("r")
    model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("G"))
    guard case .writeText(_, let stem, "csv", let text)? = model.type("x").first else {
      Issue.record("nothing is written")
      return
    }
    #expect(stem == "replknet-13-nano_replknet-31-nano_224_depth")
    let records = text.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(records.count == 1 + model.depthLayers(0).count + model.depthLayers(1).count)
    // The last column is of pictures that are still to come.
    #expect(records[0].count == 12 && records.dropFirst().allSatisfy { $0.count == 11 })
    let point = try #require(model.depthPoints(0)[0])
    #expect(String(records[1][9]) == Format.fixed(point.sigma, 3))
    #expect(String(records[1][8]) == Format.fixed(try #require(point.area) * 100, 4))
  }

  @Test func leavingGivesUp() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("G")
    #expect(model.type("4").cancelled.count == 2 && !model.depth.isBusy)
  }
}

@Suite struct GalleryTests {
  private func asked(_ effects: [Effect]) -> [ERFRequest] {
    effects.compactMap { if case .computeMap(_, let request) = $0 { request } else { nil } }
  }

  @Test func aSweepIsOneKey() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    _ = model.type("M")
    let effects = model.type("S")
    let designs = try model.session.gallery.map { try NetworkDesign(model: $0.text) }
    #expect(designs.map { $0.stages[0].kernel } == [3, 7, 13, 25, 31])
    #expect(designs.map { $0.stages[3].kernel } == [3, 7, 13, 13, 13])
    // The largest is the network itself.
    #expect(model.session.gallery[4].edits.isEmpty && asked(effects).count == 4)
    model.finish(effects)
    #expect(model.session.gallery.allSatisfy { model.galleryMap($0) != nil })
    #expect(!model.gallery.isBusy && asked(model.type("c")).isEmpty)
    #expect(try Session(decoding: model.session.encoded()) == model.session)
  }

  @Test func anyOfThemGoesIntoAOrB() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("M")
    #expect(update(&model, .key(.enter)).isEmpty)
    #expect(model.notice?.lines.first?.hasPrefix("the gallery is empty") == true)
    model.finish(model.type("S"))
    model.finish(update(&model, .key(.right)))
    // Its map is there already.
    #expect(update(&model, .key(.enter)).computed.isEmpty)
    #expect(model.notice?.lines == ["A is now K = 7; u undoes it"])
    _ = update(&model, .key(.enter))
    #expect(model.notice?.lines == ["A is K = 7 already"])
    #expect(model.session.networks[0] == model.session.gallery[1] && !model.sides[0].isStale)
    for _ in 0..<5 { _ = update(&model, .key(.backspace)) }
    #expect(model.session.gallery.isEmpty)
    _ = model.type("A")
    _ = model.type("A")
    #expect(model.session.gallery.count == 1 && model.notice?.lines == ["it is there already"])
  }

  @Test func areSeenAtEverySize() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("M")
    model.finish(model.type("S"))
    _ = model.type("z")
    for (columns, rows) in [(80, 24), (120, 40), (200, 60), (250, 70)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains("half in") && text.contains("K = 3"), "\(columns)")
      #expect(columns < 120 || text.components(of: "half in") == 5, "\(columns)")
    }
  }

  /// A time that other work makes longer does not pass for the network's own.
  @Test(arguments: [(80, 24), (120, 40), (200, 60), (250, 70)])
  func timesSayThatTheyAreOfOneRun(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in Key.script("M S z") { model.finish(update(&model, .key(key))) }
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    let times = text.matches(of: /1250 ms(, this run|, 1 run)?/)
    #expect(times.count == 5 && times.allSatisfy { $0.1 != nil }, "\(text)")
  }

  /// On the smallest screen no name, no weights and no number is cut, and bars take what is left.
  @Test func smallTilesSayAll() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    _ = model.type("M")
    model.finish(model.type("S"))
    _ = model.type("z")
    let text = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(text.contains("F 25 25 25 13") && text.contains("B 31 29 27 13"))
    #expect(text.components(of: "trained edited") == 4 && !text.contains("\u{2026}"))
    #expect(text.matches(of: /half( in)? \d+\.\d %/).count == 5)
    #expect(text.contains(/K = 31 29 27 13 +\u{2501}+ \d/))
  }
}
