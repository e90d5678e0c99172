// The state under messages, without a terminal or a network.

import ERFEngine
import Testing

@testable import ERFInterface

extension Model {
  mutating func type(_ scalar: Unicode.Scalar) -> [Effect] {
    update(&self, .key(.character(scalar)))
  }

  /// Enter, and the answer that nothing is called like what was typed into the palette.
  mutating func enter() -> [Effect] {
    let effects = update(&self, .key(.enter))
    guard holdsKeys, let text = sought?.text else { return effects }
    return effects + update(&self, .found(text, isThere: false))
  }
}

extension Side {
  func isComplete(_ tap: String) -> Bool { shown?.isComplete == true && shown?.request.tap == tap }
}

extension [Effect] {
  var computed: [ERFRequest] {
    compactMap { if case .compute(_, let request, _) = $0 { request } else { nil } }
  }
  var ids: [RequestID] {
    compactMap { if case .compute(let id, _, _) = $0 { id } else { nil } }
  }
  var cancelled: [RequestID] {
    compactMap { if case .cancel(let id) = $0 { id } else { nil } }
  }
  var quits: Bool { contains { if case .quit = $0 { true } else { false } } }
}

@Suite struct UpdateTests {
  @Test func openingComputesEverySide() {
    var model = Model(
      session: Session(models: ["replknet-3", "replknet-7"]), display: Display())
    let effects = update(&model, .opened)
    #expect(effects.computed.map(\.network.model) == ["replknet-3", "replknet-7"])
    #expect(Set(effects.ids).count == 2)
    #expect(model.sides.allSatisfy { $0.job != nil && !$0.isStale })
    #expect(update(&model, .key(.other)).isEmpty)
  }

  @Test func stageAppliesToBothAndKeepsTheOldMapAsStale() {
    var model = makeModel()
    let effects = model.type("[")
    #expect(effects.computed.map(\.tap) == ["stage3", "stage3"])
    #expect(model.sides.allSatisfy { $0.isStale && $0.shown != nil })
    // What was finished before is back at once.
    #expect(model.type("]").computed.isEmpty)
    #expect(model.sides.allSatisfy { !$0.isStale && $0.job == nil && $0.isComplete("stage4") })
    #expect(model.type("]").isEmpty)
    #expect(model.notice?.lines == ["this is the last stage"])
    for _ in 0..<3 { _ = model.type("[") }
    #expect(model.type("[").isEmpty && model.notice?.lines == ["this is the first stage"])
    for _ in 0..<12 { _ = model.type("{") }
    #expect(model.notice?.lines == ["this is the stem, where the network begins"])
  }

  @Test func blocksOfTheStage() {
    var model = makeModel()
    // transitions.2, then two RepLK blocks and two ConvFFNs: the last is what the stage gives out.
    #expect(
      (0..<4).map { _ in model.type("{").computed.first?.tap } == [
        "stages.3.blocks.2", "stages.3.blocks.1", "stages.3.blocks.0", "transitions.2",
      ])
    #expect(model.type("{").isEmpty)
    #expect(model.type("}").computed.first?.tap == "stages.3.blocks.0")
  }

  @Test func sizeStepsAndSupersedes() {
    var model = makeModel()
    let first = model.type("+")
    #expect(first.computed.map(\.size.height) == [256, 256])
    let second = model.type("=")
    #expect(second.computed.map(\.size.height) == [320, 320])
    #expect(second.cancelled == first.ids)
    // What the superseded run still says is not heard.
    let late = makeResult(makeRequest(size: 256))
    _ = update(&model, .finished(first.ids[0], late, HeatField(late.map)))
    #expect(model.sides[0].shown?.field.height == 224)
    #expect(model.sides[0].job?.id == second.ids[0])
  }

  @Test func sizeEndsAndFixedSizes() {
    var session = Session(models: ["replknet-3"])
    session.size = InputSize(height: 1024, width: 1024)
    var model = Model(session: session, display: Display())
    #expect(update(&model, .opened).count == 1)
    #expect(model.type("+").isEmpty)
    #expect(model.notice?.lines == ["no larger input size to step to; type :2048 for one"])
    model.session.size = InputSize(height: 4096, width: 4096)
    _ = update(&model, .key(.other))
    #expect(model.type("+").isEmpty)
    #expect(model.notice?.lines == ["no larger input size"])
    model.session.images.source = .tensor("x.npy")
    _ = update(&model, .key(.other))
    #expect(model.type("-").isEmpty)
    #expect(model.notice?.lines == ["a prepared tensor has a fixed size"])
  }

  @Test(arguments: [(48, 64), (64, 48), (224, 448), (300, 300), (375, 500), (32, 1024), (7, 9)])
  func stepsOfSizesKeepProportionsAndLeadBack(height: Int, width: Int) {
    let own = InputSize(height: height, width: width)
    let ratio = Double(height) / Double(width)
    for size in own.steps {
      #expect(abs(Double(size.height) / Double(size.width) / ratio - 1) <= 0.076, "\(size)")
      #expect(size.height % 8 == 0 && size.width % 8 == 0 || height % 8 != 0 || width % 8 != 0)
    }
    var model = makeModel(["replknet-3"])
    model.session.size = own
    var seen: [InputSize] = []
    for key in "+++---".unicodeScalars {
      seen.append(model.session.size)
      model.finish(model.type(key))
    }
    #expect(model.session.size == own)
    #expect(Set(seen).count == min(4, own.steps.count - (own.steps.firstIndex(of: own) ?? 0)))
  }

  @Test func unitsMoveOnTheMapAndBack() {
    var model = makeModel()
    _ = model.type("2")
    #expect(
      update(&model, .key(.left)).computed.map(\.unit) == [
        Unit(row: 3, column: 2), Unit(row: 3, column: 2),
      ])
    for _ in 0..<2 { _ = update(&model, .key(.left)) }
    #expect(update(&model, .key(.left)).isEmpty)
    #expect(model.notice?.lines == ["this is the edge of the layer's map"])
    // The map of the central unit is remembered.
    #expect(model.type("0").computed.isEmpty)
    #expect(model.sides.allSatisfy { $0.shown?.request.units == [] && !$0.isStale })
    _ = update(&model, .key(.up))
    #expect(model.type("-").computed[0].unit == nil)
    #expect(model.notice?.lines == ["the unit is the centre again"])
  }

  @Test func unitsKeepTheirRelativePlace() {
    let unit = Unit(row: 6, column: 0)
    let small = InputSize(height: 7, width: 7)
    let large = InputSize(height: 14, width: 28)
    #expect(unit.scaled(from: small, to: small) == unit)
    #expect(unit.scaled(from: small, to: large) == Unit(row: 13, column: 2))
    #expect(Unit(row: 13, column: 27).scaled(from: large, to: small) == Unit(row: 6, column: 6))
    #expect(Unit(row: 90, column: 90).scaled(from: small, to: small) == Unit(row: 6, column: 6))
  }

  @Test func cancelIsSeenAtOnce() {
    var model = makeModel(finished: false)
    let effects = update(&model, .key(.escape))
    #expect(effects.cancelled.count == 2 && effects.computed.isEmpty)
    #expect(model.sides.allSatisfy { $0.job == nil && $0.isCancelled })
    #expect(update(&model, .key(.escape)).isEmpty)
    #expect(model.notice?.lines == ["nothing is open or being computed; Esc again quits"])
    #expect(model.type("r").computed.count == 2)
  }

  @Test func imagesArriveOneByOne() {
    var model = Model(session: Session(models: ["replknet-3"]), display: Display())
    let id = update(&model, .opened).ids[0]
    _ = update(&model, .began(id))
    func layer(_ fraction: Double, _ elapsed: Double) -> Message {
      .layer(id, name: "l\u{1b}[2J", image: 0, images: 3, fraction: fraction, elapsed: elapsed)
    }
    // Seven seconds went by before the first layer: opening the network, and a preview.
    _ = update(&model, layer(0.125, 7))
    #expect(model.sides[0].job?.secondsLeft == nil)
    _ = update(&model, layer(0.25, 8))
    #expect(model.sides[0].job?.secondsLeft == 6)
    #expect(model.sides[0].job?.layer == "l?[2J")
    let map = makeResult(makeRequest()).map
    let partial = PartialMap(field: HeatField(map), metrics: ERFMetrics(map), images: 1)
    _ = update(&model, .image(id, of: 3, partial))
    #expect(model.sides[0].shown?.images == 1)
    #expect(model.sides[0].shown?.isComplete == false)
    #expect(!model.sides[0].isStale)
    #expect(update(&model, .failed(id, "no\nmemory")).isEmpty)
    #expect(model.sides[0].failure == "no?memory")
    #expect(model.sides[0].job == nil)
    #expect(model.log.last?.kind == .failure)
  }

  @Test func longRunsBeginWithAPreview() {
    var model = makeModel()
    // The maps took 1.5 s, so the next run at that size shows a small one first.
    guard case .compute(let id, let request, let previews)? = model.type("[").first,
      let preview = previews.first
    else {
      Issue.record("no preview")
      return
    }
    #expect(request.size.height == 224 && preview.size == InputSize(height: 96, width: 96))
    #expect(preview.images == .builtInAt(0..<1) && preview.tap == "stage3")
    let small = makeResult(preview).map
    _ = update(
      &model,
      .preview(
        id, PartialMap(field: HeatField(small), metrics: ERFMetrics(small), images: 1), .float32))
    #expect(model.sides[0].shown?.isPreview == true && model.sides[0].job?.id == id)
  }

  @Test func exportNamesWhatItWrote() {
    var model = makeModel()
    _ = model.type("e")
    let effects = update(&model, .key(.enter))
    guard case .export(let id, let results, .maps, _)? = effects.first else {
      Issue.record("no export")
      return
    }
    #expect(results.count == 2)
    #expect(model.type("e").isEmpty)
    _ = update(&model, .exported(id, paths: ["a.pgm"], failure: "disk full"))
    #expect(model.notice?.lines == ["wrote a.pgm", "disk full"])
    #expect(model.notice?.kind == .failure)
  }

  /// A picture of a map is as bright as on screen, and says so.
  @Test func picturesLookLikeTheScreen() throws {
    var model = makeModel()
    model.session.screen.curve = .decades
    _ = model.type("e")
    guard case .export(_, let items, .maps, _)? = update(&model, .key(.enter)).first else {
      Issue.record("no export")
      return
    }
    let item = try #require(items.first)
    let look = try #require(item.look)
    #expect(look.top == look.field.tops[.linear])
    var options = ExportOptions()
    options.brightness = look.brightness
    let bytes = try HeatmapExport.encode(
      item.result, format: ExportFormat(path: "a.png"), options: options)
    let scale = "log10(M / \(Format.significant(look.top))) over 3 decades"
    #expect(String(decoding: bytes, as: UTF8.self).contains(scale))
    #expect(try HeatmapExport.encode(item.result, format: ExportFormat(path: "a.png")) != bytes)
  }

  @Test func looksChangeWithoutComputing() {
    var model = makeModel()
    for key: Key in [
      .character("c"), .character("C"), .character("C"), .character("s"), .character("z"), .tab,
      .backTab, .character("?"), .down, .pageUp, .escape, .character("b"),
    ] {
      #expect(update(&model, .key(key)).computed.isEmpty)
    }
    #expect(model.colourMap == ColourRamp.all.count - 1)
    let screen = model.session.screen
    #expect(model.sharesScale && screen.isZoomed && screen.focus == .fields)
    #expect(model.overlay == nil && model.active == 1)
  }

  @Test func focusGoesRoundAndDigitsJump() {
    var model = makeModel()
    for panel in Panels.names.dropFirst() {
      _ = update(&model, .key(.tab))
      #expect(model.focus == panel)
    }
    _ = update(&model, .key(.tab))
    #expect(model.focus == .fields)
    _ = model.type("4")
    #expect(model.focus == .metrics)
    #expect(model.session.screen.recent.first == .metrics)
  }

  @Test func imagesAreChosenAndAveraged() {
    var model = makeModel()
    #expect(model.type("n").computed.map(\.images) == [.builtInAt(1..<2), .builtInAt(1..<2)])
    _ = model.type("5")
    #expect(model.type(">").computed[0].images == .builtInAt(1..<3))
    #expect(model.type("<").computed[0].images == .builtInAt(1..<2))
    #expect(model.type("<").isEmpty)
    let count = BuiltInImages.count
    for _ in 0..<count + 5 { _ = update(&model, .key(.down)) }
    #expect(update(&model, .key(.enter)).computed[0].images == .builtInAt(count - 1..<count))
    #expect(model.type("n").isEmpty && model.notice?.lines == ["there is no image after"])
    model.session.images.first = 0
    model.session.images.count = count
    _ = update(&model, .key(.other))
    #expect(model.type("n").isEmpty)
    #expect(model.notice?.lines == ["all \(count) images are averaged already"])
  }

  @Test func theCrossHairMovesAndAims() {
    var model = makeModel()
    _ = update(&model, .key(.up))
    let start = model.session.screen.cursor
    #expect(abs((start?.row ?? 0) - 96.5 / 224) < 1e-9)
    for _ in 0..<3 { _ = model.type("H") }
    let effects = update(&model, .key(.enter))
    #expect(effects.computed.map(\.unit) == [Unit(row: 3, column: 0), Unit(row: 3, column: 0)])
    for _ in 0..<9 { _ = model.type("J") }
    #expect(model.session.screen.cursor?.row == 0.9999)
    _ = update(&model, .key(.backspace))
    #expect(model.session.screen.cursor == nil)
    #expect(update(&model, .key(.enter)).isEmpty)
    #expect(model.notice?.lines == ["the arrows set a cross-hair first"])
  }

  @Test func theMapIsZoomedAndFollowsTheCrossHair() {
    var model = makeModel()
    #expect(model.type("<").isEmpty && model.notice?.lines == ["this is the whole input"])
    for _ in 0..<4 { _ = model.type(">") }
    #expect(model.session.screen.window.zoom == 16)
    #expect(model.type(">").isEmpty)
    for _ in 0..<40 { _ = model.type("L") }
    let window = model.session.screen.window.pixels(height: 224, width: 224)
    #expect(window.width == 14 && window.column > 120)
    #expect(window.column + window.width >= (model.session.screen.cursor?.column ?? 1) * 224)
  }

  @Test func rulesAreComputedAnewAndLooksAreNot() {
    var model = makeModel()
    #expect(model.type("R").computed.map(\.rule) == [.absolute, .absolute])
    for scalar: Unicode.Scalar in ["g", "v", "d", "T", "p"] { #expect(model.type(scalar).isEmpty) }
    let screen = model.session.screen
    #expect(screen.curve == .decades && screen.arrangement == .three && screen.areas == .squares)
    #expect(screen.showsTheory && screen.profile == .radial)
  }

  @Test func unknownKeysDoNothing() {
    var model = makeModel()
    model.notice = Notice(.note, "kept")
    // What terminals send unasked is no key.
    #expect(update(&model, .key(.other)).isEmpty && model.notice?.lines == ["kept"])
    for key: Key in [.character("%"), .function(7), .control("a")] {
      #expect(update(&model, .key(key)).isEmpty)
      #expect(model.notice?.lines == ["\(key.label) is not a key here; ? lists them"])
    }
  }

  @Test func quittingCancels() {
    var model = makeModel(finished: false)
    let effects = model.type("q")
    #expect(effects.cancelled.count == 2 && effects.quits)
    // What is open is closed first.
    model.overlay = .help(query: "", isSearching: false, scroll: 3)
    #expect(!model.type("q").quits && model.overlay == nil)
  }

  @Test func oneSideSaysWhyTwoAreNeeded() {
    var model = makeModel(["RepLKNet-31"])
    for scalar: Unicode.Scalar in ["b", "s"] {
      #expect(model.type(scalar).isEmpty)
      #expect(model.notice?.lines == ["there is one network; give two to compare"])
    }
  }
}

@Suite struct CommandTests {
  @Test func everyCommandHasOneRowAndKeysAreUnique() {
    for panel in Panels.names {
      let here = Command.table.filter { $0.panel == panel || $0.panel == nil }
      #expect(
        Set(Command.table.filter { $0.panel == panel }.map(\.name)).count
          == Command.table.count { $0.panel == panel })
      // A panel's own keys go before those that hold everywhere.
      let own = here.filter { $0.panel == panel }.flatMap(\.keys)
      #expect(Set(own).count == own.count)
    }
    let everywhere = Command.table.filter { $0.panel == nil }
    #expect(Set(everywhere.map(\.name)).count == everywhere.count)
    #expect(Set(everywhere.flatMap(\.keys)).count == everywhere.flatMap(\.keys).count)
  }

  @Test(arguments: [
    (Unicode.Scalar(9), Key.tab), (Unicode.Scalar(13), .enter), (Unicode.Scalar(12), .control("l")),
    (Unicode.Scalar(27), .escape), (Unicode.Scalar(127), .backspace), ("q", .character("q")),
  ])
  func scalarsBecomeKeys(_ scalar: Unicode.Scalar, _ key: Key) {
    #expect(Key(scalar: scalar) == key)
  }
}
