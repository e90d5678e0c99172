// The state under messages, without a terminal or a network.

import ERFEngine
import Testing

@testable import ERFInterface

extension Model {
  mutating func type(_ scalar: Unicode.Scalar) -> [Effect] {
    update(&self, .key(.character(scalar)))
  }
}

extension [Effect] {
  var computed: [ERFRequest] {
    compactMap { if case .compute(_, let request) = $0 { request } else { nil } }
  }
  var ids: [RequestID] {
    compactMap { if case .compute(let id, _) = $0 { id } else { nil } }
  }
  var cancelled: [RequestID] {
    compactMap { if case .cancel(let id) = $0 { id } else { nil } }
  }
  var quits: Bool { contains { if case .quit = $0 { true } else { false } } }
}

@Suite struct UpdateTests {
  @Test func openingComputesEveryPanel() {
    var model = Model(requests: [makeRequest("a"), makeRequest("b")], display: Display())
    let effects = update(&model, .opened)
    #expect(effects.computed.map(\.network.name) == ["a", "b"])
    #expect(Set(effects.ids).count == 2)
    #expect(model.panels.allSatisfy { $0.job != nil && !$0.isStale })
  }

  @Test func stageAppliesToBothAndKeepsTheOldMapAsStale() {
    var model = makeModel()
    let effects = model.type("2")
    #expect(effects.computed.map(\.tap) == ["stage2", "stage2"])
    #expect(model.panels.allSatisfy { $0.isStale && $0.shown != nil })
    #expect(model.type("2").isEmpty)
  }

  @Test func stageKeysKeepToTheStagesThereAre() {
    var model = makeModel()
    #expect(model.type("5").isEmpty)
    #expect(model.notice?.lines == ["there are 4 stages"])
    var early = makeModel(finished: false)
    #expect(early.type("1").isEmpty)
    #expect(early.notice != nil)
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
    #expect(model.panels[0].shown?.field.height == 224)
    #expect(model.panels[0].job?.id == second.ids[0])
  }

  @Test func sizeEndsAndFixedSizes() {
    var model = Model(requests: [makeRequest(size: 1024)], display: Display())
    #expect(model.type("+").isEmpty)
    #expect(model.notice?.lines == ["no larger input size"])
    model.panels[0].request.images = .tensor("x.npy")
    #expect(model.type("-").isEmpty)
    #expect(model.notice?.lines == ["a prepared tensor has a fixed size"])
    var oblong = Panel(request: makeRequest())
    oblong.request.size = InputSize(height: 224, width: 448)
    #expect(oblong.resized(true) == InputSize(height: 256, width: 512))
  }

  @Test func chosenUnitGoesBackToTheCentre() {
    var model = makeModel()
    model.panels[0].request.unit = Unit(row: 1, column: 1)
    #expect(model.type("-").computed[0].unit == nil)
    #expect(model.notice?.lines == ["the unit is the centre again"])
  }

  @Test func cancelIsSeenAtOnce() {
    var model = makeModel(finished: false)
    let effects = update(&model, .key(.escape))
    #expect(effects.cancelled.count == 2)
    #expect(model.panels.allSatisfy { $0.job == nil && $0.isCancelled })
    #expect(update(&model, .key(.escape)).isEmpty)
    #expect(model.notice?.lines == ["nothing is being computed"])
    #expect(model.type("r").computed.count == 2)
  }

  @Test func imagesArriveOneByOne() {
    var model = Model(requests: [makeRequest()], display: Display())
    let id = update(&model, .opened).ids[0]
    _ = update(&model, .began(id))
    _ = update(
      &model,
      .layer(id, name: "l\u{1b}[2J", image: 0, images: 3, fraction: 0.25, elapsed: 1))
    #expect(model.panels[0].job?.secondsLeft == 3)
    #expect(model.panels[0].job?.layer == "l?[2J")
    let map = makeResult(makeRequest()).map
    let partial = PartialMap(field: HeatField(map), metrics: ERFMetrics(map), images: 1)
    _ = update(&model, .image(id, of: 3, partial))
    #expect(model.panels[0].shown?.images == 1)
    #expect(model.panels[0].shown?.isComplete == false)
    #expect(!model.panels[0].isStale)
    #expect(model.type("e").isEmpty)
    _ = update(&model, .failed(id, "no\nmemory"))
    #expect(model.panels[0].failure == "no?memory")
    #expect(model.panels[0].job == nil)
  }

  @Test func exportNamesWhatItWrote() {
    var model = makeModel()
    let effects = model.type("e")
    guard case .export(let id, let results, _)? = effects.first else {
      Issue.record("no export")
      return
    }
    #expect(results.count == 2)
    #expect(model.type("e").isEmpty)
    _ = update(&model, .exported(id, paths: ["a.pgm"], failure: "disk full"))
    #expect(model.notice?.lines == ["wrote a.pgm", "disk full"])
    #expect(model.notice?.kind == .failure)
  }

  @Test func looksChangeWithoutComputing() {
    var model = makeModel()
    for key: Key in [
      .character("c"), .character("C"), .character("C"), .character("s"), .character("z"), .tab,
      .backTab, .character("?"), .down, .pageUp, .escape,
    ] {
      #expect(update(&model, .key(key)).computed.isEmpty)
    }
    #expect(model.colourMap == ColourRamp.all.count - 1)
    #expect(model.scale == .own && model.isZoomed && model.focus == 0 && model.overlay == nil)
  }

  @Test func unknownKeysDoNothing() {
    var model = makeModel()
    model.notice = Notice(.note, "kept")
    for key: Key in [.character("%"), .left, .function(7), .other, .control("a")] {
      #expect(update(&model, .key(key)).isEmpty)
    }
    #expect(model.notice?.lines == ["kept"])
  }

  @Test func quittingCancels() {
    var model = makeModel(finished: false)
    let effects = model.type("q")
    #expect(effects.cancelled.count == 2 && effects.quits)
    model.overlay = .help(scroll: 3)
    #expect(model.type("q").quits)
  }

  @Test func onePanelSaysWhyTwoAreNeeded() {
    var model = makeModel(["RepLKNet-31"])
    for scalar: Unicode.Scalar in ["z", "s"] {
      #expect(model.type(scalar).isEmpty)
      #expect(model.notice?.lines == ["there is one panel; give two networks to compare"])
    }
  }
}

@Suite struct CommandTests {
  @Test func everyCommandHasOneRowAndKeysAreUnique() {
    #expect(Set(Command.table.map(\.name)) == Set(CommandName.allCases))
    #expect(Command.table.count == CommandName.allCases.count)
    let keys = Command.table.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }

  @Test(arguments: [
    (Unicode.Scalar(9), Key.tab), (Unicode.Scalar(13), .enter), (Unicode.Scalar(12), .control("l")),
    (Unicode.Scalar(27), .escape), (Unicode.Scalar(127), .backspace), ("q", .character("q")),
  ])
  func scalarsBecomeKeys(_ scalar: Unicode.Scalar, _ key: Key) {
    #expect(Key(scalar: scalar) == key)
  }
}
