// Sessions that look from what their networks do not have.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct SessionTargetTests {
  private func target(
    stage: Int? = nil, block: Int? = nil, layer: String? = nil, units: [Unit] = []
  ) -> Target {
    var target = Target()
    (target.stage, target.block, target.layer, target.units) = (stage, block, layer, units)
    return target
  }

  /// Two networks of four stages at 224 pixels, whose last maps are 7 x 7.
  private func opened(_ target: Target) -> Model {
    var model = makeModel()
    var session = model.session
    session.target = target
    model.readingSession = "s.json"
    _ = update(&model, .sessionRead("s.json", .session(session, path: "s.json")))
    return model
  }

  @Test func theExplorerSaysWhatIsNotThere() {
    let edge = Unit(row: 6, column: 6)
    let wrong: [(read: Target, words: String, shown: Target)] = [
      (target(stage: 9), "target.stage is 9: expected a stage, 1 to 4", target(stage: 4)),
      (target(layer: "nosuch"), "target.layer is \"nosuch\": expected a layer", target()),
      (
        target(units: [Unit(row: 0, column: 1), Unit(row: 99, column: 99)]),
        "target.units[1] is [99, 99]: expected row and column, from 0, on the map of stage4",
        target(units: [Unit(row: 0, column: 1), edge])
      ),
    ]
    for (read, words, shown) in wrong {
      let model = opened(read)
      #expect(model.notice?.kind == .warning)
      #expect(model.notice?.lines.first?.contains(words) == true, "\(words)")
      #expect(model.notice?.lines.first?.hasSuffix("showing what is nearest to it") == true)
      #expect(model.session.target == shown)
      #expect(model.sides.map { $0.asked?.tap } == ["stage4", "stage4"])
      // What is written is what is shown, and there.
      #expect(model.lastingSession.target == shown)
    }
  }

  /// A block beyond the last is that, so that the keys go on from there.
  @Test func aBlockBeyondTheLastIsTheLast() throws {
    let model = opened(target(stage: 2, block: 99))
    let facts = try #require(model.facts(0))
    #expect(model.notice?.lines.first?.contains("target.block is 99") == true)
    #expect(model.session.target == target(stage: 2, block: facts.stages[1].blocks.count))
  }

  @Test func whatIsThereIsNotSpokenOf() {
    for read in [
      target(), target(stage: 4), target(stage: 2, block: 1), target(layer: "stages.0.blocks.1"),
      target(units: [Unit(row: 6, column: 6)]),
    ] {
      let model = opened(read)
      #expect(model.notice == Notice(.note, "opened s.json") && model.session.target == read)
    }
  }

  /// Another network may have fewer stages: what is written is what is on screen.
  @Test func whatIsWrittenIsWhatIsShown() {
    var model = makeModel()
    model.session.target = target(stage: 9, units: [Unit(row: 20, column: 3)])
    let written = target(stage: 4, units: [Unit(row: 6, column: 3)])
    #expect(model.lastingSession.target == written)
  }

  /// A session on the command line is told of in the same words, the state of the last run is not.
  @Test func theFirstSessionIsLookedAt() {
    var session = Session(models: ["RepLKNet-13"])
    session.target = target(stage: 9)
    for path in ["s.json", nil] {
      var options = ExplorerOptions()
      options.sessionPath = path
      var loop = ExplorerLoop(
        session: session, options: options, terminal: FakeTerminal([]),
        engine: TestEngine(FakeComputing(), FakeExporting()))
      loop.start()
      #expect((loop.model.notice?.kind == .warning) == (path != nil))
      loop.finish()
    }
  }
}
