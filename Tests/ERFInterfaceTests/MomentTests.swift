// What the training panel says of moments whose network was edited, or measured otherwise, since.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct MomentTests {
  private var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])

  private mutating func train() throws {
    let started = model.startTraining()
    let id = try #require(started).id
    for number in 1...3 {
      model.finish(update(&model, .training(id, .progressed(makeProgress(number)))))
    }
    _ = update(&model, .trained(id, failure: nil))
  }

  private mutating func press(_ keys: String) {
    for key in Key.script(keys) { model.finish(update(&model, .key(key))) }
  }

  private func screen(_ columns: Int, _ rows: Int) -> String {
    view(model, size: ScreenSize(rows: rows, columns: columns)).text
  }

  private mutating func keep() -> [String]? {
    guard
      case .keepWeights(let id, "/state/step-300.safetensors", _)? =
        update(&model, .key(.enter)).first
    else { return nil }
    _ = update(&model, .kept(id, path: "x.safetensors", failure: nil))
    return model.notice?.lines
  }

  /// The file holds what was trained; so says everything that speaks of it.
  @Test mutating func whatIsKeptHoldsNoEdits() throws {
    try train()
    #expect(!screen(80, 24).contains("before edits"))
    press("3 > 9")
    #expect(model.session.networks[0].isEdited)
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let text = screen(columns, rows)
      #expect(text.contains(/before (the )?edits: 100|all without the edits of A/), "\(text)")
      #expect(!text.contains("step 300: 100"), "\(columns)")
    }
    let lines = keep()
    #expect(
      lines
        == ["wrote x.safetensors: the weights of step 300, without the edits on screen"])
    press("z")
    for (columns, rows) in [(120, 40), (200, 60)] {
      #expect(screen(columns, rows).contains("all without the edits of A"), "\(columns)")
    }
    press("z u 9")
    let whole = keep()
    #expect(whole == ["wrote x.safetensors"])
  }

  /// Whoever comes back to a step of an earlier run is told which others of it are in files.
  @Test mutating func keptStepsAreRemembered() throws {
    let state = "/home/me/.local/state/replk-tui"
    let run = state + "/training/run-3"
    model.session.networks[0].setWeights(.file(run + "/step-50.safetensors"))
    model.keptWeights = [
      run + "/step-20.safetensors": "a.safetensors", "/state/step-30.safetensors": "b.safetensors",
    ]
    let bytes = try model.keptSession.written(to: state, from: "/home/me").encoded()
    let session = try Session(decoding: bytes).read(from: state) { _ in true }
    var restored = Model(session: session, display: Display())
    restored.finish(update(&restored, .opened))
    _ = restored.type("q")
    guard case .question(let question)? = restored.overlay else {
      Issue.record("nothing is asked")
      return
    }
    #expect(question.text.hasSuffix("in no file yet; kept of that run: step 20."))
    #expect(restored.keptSession.keptSteps == [run: [20]])
    // Without a step of that run there is nothing to remember.
    restored.session.networks[0].setWeights(.trained)
    #expect(restored.keptSession.keptSteps.isEmpty)
  }

  /// A network is called as on screen where its weights would be lost.
  @Test mutating func lossesNameTheNetworkAsTheScreenDoes() {
    let id = "resnet:block=basic:layers=1,1,2,1:width=16:classes=16"
    let run = "/home/me/.local/state/replk-tui/training/run-3/step-"
    model.setAside[id] = .file(run + "107.safetensors")
    for step in [75, 100] { model.keptWeights[run + "\(step).safetensors"] = "\(step).pth" }
    #expect(
      model.unkeptMoments.map(\.loss) == [
        "resnet-nano, classes 16 was trained up to step 107 in an earlier run, and these weights "
          + "are in no file yet; kept of that run: steps 75, 100."
      ])
  }

  @Test mutating func theStripSaysWhyPlacesAreBlank() throws {
    let words = "blank: not computed yet, Left or Right does it"
    let sizes = [(120, 40), (200, 60)]
    try train()
    press("z")
    for (columns, rows) in sizes { #expect(!screen(columns, rows).contains(words), "\(columns)") }
    press("+")
    for (columns, rows) in sizes {
      let text = screen(columns, rows)
      #expect(text.contains(words) && text.contains("each by its own maximum"), "\(text)")
    }
    press("Left Left Left")
    for (columns, rows) in sizes { #expect(!screen(columns, rows).contains(words), "\(columns)") }
  }
}
