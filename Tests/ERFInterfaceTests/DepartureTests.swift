// Weights that were trained in the explorer: what is asked before they are left behind.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct DepartureTests {
  private var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])

  /// Training with some moments, over or still under way.
  private mutating func train(moments: Int = 2, isOver: Bool = true) throws {
    let started = model.startTraining()
    let id = try #require(started).id
    for number in 0..<moments {
      _ = update(&model, .training(id, .progressed(makeProgress(number + 1))))
    }
    if isOver { _ = update(&model, .trained(id, failure: nil)) }
  }

  private var question: Question? {
    if case .question(let question)? = model.overlay { question } else { nil }
  }

  private mutating func press(_ keys: String) -> [Effect] {
    Key.script(keys).flatMap { $0 == .enter ? model.enter() : update(&model, .key($0)) }
  }

  private var isFirst: Bool { model.session == .first }

  /// Every way that makes the explorer forget the moments asks, and goes on only with yes.
  @Test(arguments: ["q", "Esc Esc Esc", "F", ": 'session any unit' Enter", "t"])
  func whatWouldBeLostIsAsked(_ keys: String) throws {
    var test = self
    try test.train()
    let before = test.model.session
    let effects = test.press(keys)
    #expect(!effects.quits && test.model.session == before)
    let question = try #require(test.question, "\(keys)")
    #expect(
      question.text == "A was trained up to step 200 of 300, and none of its weights are kept.")
    for (columns, rows) in [(40, 12), (80, 24), (200, 60)] {
      let screen = view(test.model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(screen.contains("A was trained up to step 200"), "\(columns)")
      if columns >= 80 { #expect(screen.contains("k keep step 200 in a file")) }
    }
    var no = test
    for refusal in ["n", "Esc", "q"] {
      no = test
      #expect(!no.press(refusal).quits && no.model.overlay == nil)
      #expect(no.model.film != nil && no.model.session == before)
    }
    let gone = test.press("y")
    switch keys {
    case "q", "Esc Esc Esc": #expect(gone.quits)
    case "F": #expect(test.isFirst && test.model.film == nil)
    case "t":
      guard case .prompt? = test.model.overlay else {
        Issue.record("nothing asks what to train on")
        return
      }
    default: #expect(test.model.session.title.contains("Any unit") && test.model.film == nil)
    }
  }

  /// ^C asks what `q` asks, whatever is open, and pressed again goes.
  @Test(arguments: ["", "?", ": zzz", "o", "e", "w", "t", "z"])
  func interruptsAskOnce(_ keys: String) throws {
    var fresh = self
    _ = fresh.press(keys)
    #expect(update(&fresh.model, .key(.control("c"))).quits)
    var test = self
    try test.train()
    _ = test.press(keys.hasPrefix("t") ? "y t" : keys)
    #expect(!update(&test.model, .key(.control("c"))).quits)
    let question = try #require(test.question)
    #expect(question.text.contains("and none of its weights are kept"))
    #expect(question.action == "quit without them")
    var no = test
    #expect(!no.press("n").quits && no.model.overlay == nil && no.model.film != nil)
    #expect(update(&test.model, .key(.control("c"))).quits)
  }

  /// The third key writes what is on screen, or else the latest; then there is nothing to ask.
  @Test mutating func oneKeyKeeps() throws {
    try train()
    _ = press("Left q")
    guard case .keepWeights(let id, let path, _)? = press("k").first else {
      Issue.record("nothing is kept")
      return
    }
    #expect(path == "/state/step-100.safetensors" && model.overlay == nil)
    var failed = self
    _ = update(&failed.model, .kept(id, path: "x.safetensors", failure: "the disk is full"))
    #expect(!failed.press("q").quits && failed.question != nil)
    _ = update(&model, .kept(id, path: "x.safetensors", failure: nil))
    #expect(press("q").quits)
  }

  @Test mutating func droppedMomentsAreNotAskedAbout() throws {
    try train()
    _ = press("Backspace")
    var back = self
    _ = back.press("Right")
    #expect(!back.press("q").quits)
    #expect(press("q").quits)
  }

  @Test mutating func aRunUnderWayIsAskedAbout() throws {
    try train(moments: 1, isOver: false)
    #expect(!press("q").quits)
    #expect(
      question?.text
        == "A is being trained, now at step 100 of 300, and none of its weights are kept.")
    _ = press("n")
    guard case .keepWeights(let id, _, _)? = press("Enter").first else {
      Issue.record("nothing is kept")
      return
    }
    _ = update(&model, .kept(id, path: "x.safetensors", failure: nil))
    #expect(!press("q").quits && question?.text == "A is being trained, now at step 100 of 300.")
    let effects = press("y")
    #expect(effects.quits && !effects.cancelled.isEmpty)
  }

  /// The question is about the moment in which it is answered.
  @Test mutating func aTrainingGoesOnBehindTheQuestion() throws {
    try train(moments: 1, isOver: false)
    let id = try #require(model.film?.job)
    #expect(!press("q").quits && question?.other?.action == "keep step 100 in a file")
    _ = update(&model, .training(id, .progressed(makeProgress(2))))
    #expect(question?.text.contains("now at step 200 of 300") == true)
    #expect(question?.other?.action == "keep step 200 in a file")
    _ = update(&model, .trained(id, failure: nil))
    #expect(question?.text.hasPrefix("A was trained up to step 200 of 300") == true)
  }

  @Test mutating func nothingIsAskedWhereNothingWasTrained() throws {
    var fresh = self
    #expect(fresh.press("q").quits)
    let started = model.startTraining()
    let id = try #require(started).id
    #expect(model.film?.job == id && press("q").quits)
  }

  /// So is what takes long, for which the answer would have to be waited for again.
  @Test(arguments: ["q", "F", ": 'session any unit' Enter", ": 'quit' Enter"], ["7", "G", "M S"])
  func longRunsAreAskedAbout(_ keys: String, _ panel: String) throws {
    var test = self
    _ = test.press(panel)
    #expect(test.model.isWorking)
    test.model.now = 4
    var short = test
    _ = short.press(keys)
    #expect(short.question == nil)
    test.model.now = 9
    #expect(!test.press(keys).quits)
    let question = try #require(test.question, "\(keys)")
    #expect(question.text == "A run of 9.0 s has not finished." && question.other == nil)
    #expect(!question.action.contains("them"))
    var no = test
    #expect(!no.press("Esc").quits && no.model.isWorking)
    let gone = test.press("Enter")
    #expect(!gone.cancelled.isEmpty && gone.quits == keys.contains("q"))
    // Another training ends nothing.
    _ = no.press("t")
    #expect(no.question == nil)
  }

  /// So does a training that still reads or draws its pictures.
  @Test(arguments: ["q", "F", ": 'session any unit' Enter", "Esc"])
  func aTrainingBeforeItsFirstStepIsAskedAbout(_ keys: String) throws {
    var test = self
    let started = test.model.startTraining()
    let id = try #require(started).id
    test.model.now = 4
    var short = test
    _ = short.press(keys)
    #expect(short.question == nil && short.model.escapeAgain == nil)
    test.model.now = 9
    #expect(!test.press(keys).quits && test.model.film?.job == id)
    guard keys == "Esc" else {
      let question = try #require(test.question, "\(keys)")
      #expect(question.text == "A run of 9.0 s has not finished.")
      #expect(!test.press("Enter").cancelled.isEmpty)
      return
    }
    #expect(test.model.notice?.lines == ["Esc again cancels a run of 9.0 s"])
    #expect(!test.press("Esc").cancelled.isEmpty)
  }

  /// The explorer was left with trained weights on screen, which are in no file of the user's still.
  private mutating func restore() -> String {
    let path = "/home/me/.local/state/replk-tui/training/run-3/step-50.safetensors"
    model.session.networks[0].setWeights(.file(path))
    model.finish(model.pursue())
    return path
  }

  @Test(arguments: ["q", "Esc Esc", "F", ": 'session any unit' Enter", "W q"])
  func restoredWeightsAreAskedAbout(_ keys: String) throws {
    var test = self
    let path = test.restore()
    #expect(!test.press(keys).quits)
    let question = try #require(test.question, "\(keys)")
    #expect(
      question.text
        == "\(keys.hasPrefix("W") ? "RepLKNet-13-nano" : "A") was trained up to step 50 in an earlier "
        + "run, and these weights are in no file yet.")
    var kept = test
    guard case .keepWeights(let id, path, "replknet-13-nano_step-50")? = kept.press("k").first
    else {
      Issue.record("nothing is kept")
      return
    }
    _ = update(&kept.model, .kept(id, path: "x.safetensors", failure: nil))
    #expect(kept.press("q").quits)
    let gone = test.press("y")
    if keys.hasSuffix("q") || keys.hasPrefix("Esc") { #expect(gone.quits) }
    if keys == "F" { #expect(test.isFirst && test.press("q").quits) }
  }

  /// What is known to be kept of an earlier run is told, and weights that are kept go by their file.
  @Test mutating func whatIsKeptOfAnEarlierRunIsTold() throws {
    let path = restore()
    model.keptWeights[path.replacing("step-50", with: "step-20")] = "a.safetensors"
    model.keptWeights["/state/step-30.safetensors"] = "b.safetensors"
    _ = press("q")
    #expect(
      question?.text == "A was trained up to step 50 in an earlier run, and these weights are in "
        + "no file yet; kept of that run: step 20.")
    #expect(model.keptSession.networks[0].weights == .file(path))
    _ = press("n")
    model.keptWeights[path] = "c.safetensors"
    #expect(model.keptSession.networks[0].weights == .file("c.safetensors"))
    #expect(press("q").quits)
  }

  /// Writes the weights of the question, or of the panel, to a file.
  private mutating func keep(with key: String) throws -> (path: String, stem: String) {
    guard case .keepWeights(let id, let path, let stem)? = press(key).first else {
      throw FakeComputing.Failure(description: "nothing is kept")
    }
    _ = update(&model, .kept(id, path: "\(stem).safetensors", failure: nil))
    return (path, stem)
  }

  /// What is on screen is asked about whichever way it came there: copied to B, put into the gallery, or beside
  /// a moment that was kept; neither going back to the weights from before nor another file lets go of it.
  @Test(arguments: ["q", "F", ": 'session any unit' Enter"])
  func whatIsOnScreenIsAskedAbout(_ keys: String) throws {
    for (way, whose) in [
      ("3 X 9 Backspace", "B"), ("M A 9 Backspace", "A network of the gallery"),
      ("Left Enter Right", "A"), ("3 X 9 Left Enter", "B"),
    ] {
      var test = self
      try test.train()
      for effect in test.press(way) {
        guard case .keepWeights(let id, _, _) = effect else { continue }
        _ = update(&test.model, .kept(id, path: "x.safetensors", failure: nil))
      }
      #expect(!test.press(keys).quits)
      let question = try #require(test.question, "\(way), \(keys)")
      #expect(
        question.text == "\(whose) has the weights of step 200, which are in no file yet.",
        "\(way)")
      let (path, stem) = try test.keep(with: "k")
      #expect(path == "/state/step-200.safetensors" && stem == "replknet-13-nano_step-200")
      #expect(test.press("q").quits, "\(way)")
    }
  }

  /// The gallery asks before it lets go of weights that nothing else shows.
  @Test(arguments: ["Backspace", "S"]) func theGalleryAsksToo(_ key: String) throws {
    var test = self
    let path = test.restore()
    _ = test.press("M A")
    var both = test
    _ = both.press(key)
    #expect(both.question == nil)
    _ = test.press(") b")
    let before = test.model.session.gallery
    #expect(before.map(\.weights) == [.file(path)])
    _ = test.press(key)
    let question = try #require(test.question)
    #expect(
      question.text == "A network of the gallery was trained up to step 50 in an earlier run, and "
        + "these weights are in no file yet.")
    #expect(question.action == "go on without them" && test.model.session.gallery == before)
    var no = test
    _ = no.press("n")
    #expect(no.model.overlay == nil && no.model.session.gallery == before)
    // ^C asks about the same weights, and says that it is about to quit.
    var leaving = test
    _ = update(&leaving.model, .key(.control("c")))
    #expect(leaving.model.notice?.lines == ["quit? ^C pressed again quits at once"])
    #expect(!leaving.press("n").quits && leaving.model.notice == nil)
    var kept = test
    let keptPath = try kept.keep(with: "k").path
    #expect(keptPath == path)
    _ = kept.press(key)
    #expect(kept.question == nil && kept.model.session.gallery != before)
    _ = test.press("y")
    #expect(test.model.overlay == nil && test.model.session.gallery != before)
    #expect(test.model.session.gallery.isEmpty == (key == "Backspace"))
  }

  /// So are weights of a training before the one that the panel shows, be that kept or not.
  @Test(arguments: ["q", "F", ": 'session any unit' Enter"])
  func weightsOfTheTrainingBeforeAreAskedAbout(_ keys: String) throws {
    var test = self
    for run in 1...2 {
      let started = test.model.startTraining()
      let id = try #require(started).id
      var progress = makeProgress(1)
      progress.moment = FineTuning.Moment(
        step: run * 10, path: "/tmp/replk-tui-training-a1/run-\(run)/step-\(run * 10).safetensors",
        accuracy: nil)
      _ = update(&test.model, .training(id, .progressed(progress)))
      _ = update(&test.model, .trained(id, failure: nil))
      if run == 1 { _ = test.press("3 X 9 Backspace") }
    }
    _ = try test.keep(with: "Enter")
    #expect(!test.press(keys).quits)
    let question = try #require(test.question, "\(keys)")
    #expect(
      question.text
        == "B was trained up to step 10 in an earlier run, and these weights are in no file yet.")
    _ = try test.keep(with: "k")
    #expect(test.press("q").quits)
  }

  /// Training goes on from them, which loses nothing yet; what a training lost is not asked about twice.
  @Test mutating func trainingRestoredWeightsLosesNothing() throws {
    _ = restore()
    try train(moments: 1)
    #expect(!press("q").quits && question?.text.contains("step 100 of 300") == true)
    #expect(question?.text.contains("step 50 in an earlier run") == true)
  }

  /// Another network in their place loses nothing: the arrows bring the moments back, and undo that network.
  @Test(arguments: [":resnet-101", ")", "b X a"])
  func anotherNetworkInTheirPlaceLosesNothing(_ keys: String) throws {
    var test = self
    try test.train()
    let trained = test.model.session.networks[0]
    _ = test.press(
      keys.hasPrefix(":") ? ": 'resnet-101' Enter" : keys == "b X a" ? "b 3 X a" : keys)
    let other = test.model.session.networks[0]
    #expect(other != trained && test.model.overlay == nil)
    _ = test.press("9 Right Left Right")
    #expect(test.model.session.networks[0].weights == .file("/state/step-200.safetensors"))
    while test.model.session.networks[0] != other, test.model.canUndo {
      _ = test.press("u")
    }
    #expect(test.model.session.networks[0] == other)
  }

  /// The moments go where their network goes.
  @Test mutating func momentsFollowASwap() throws {
    try train()
    _ = press("3 x")
    #expect(model.session.networks[1].weights == .file("/state/step-200.safetensors"))
    let other = model.session.networks[0]
    _ = press("9 Left")
    #expect(model.session.networks[1].weights == .file("/state/step-100.safetensors"))
    #expect(model.session.networks[0] == other)
  }

  /// So they do where a swap is undone or redone while the training goes on, which then goes on there.
  @Test mutating func trainingFollowsUndoneSwaps() throws {
    try train(moments: 1, isOver: false)
    let id = try #require(model.film?.job)
    let names = model.session.networks.map(\.model)
    _ = press("3")
    for (place, key) in ["x", "u", "^R", "u"].enumerated() {
      _ = press(key)
      let side = place % 2 == 0 ? 1 : 0
      #expect(model.session.networks.map(\.model) == (side == 0 ? names : names.reversed()))
      if place < 2 { _ = update(&model, .training(id, .progressed(makeProgress(place + 2)))) }
      // A moment that came while they were swapped stays on screen.
      let latest = WeightsSource.file("/state/step-\(min(3, place + 2))00.safetensors")
      #expect(model.film?.side == side && model.session.networks[side].weights == latest)
      #expect(model.session.networks[1 - side].weights == .trained)
      #expect(model.film.map { model.isOnScreen($0) } == true)
    }
  }

  /// What else is under way for a side goes with it, too: its probe and the file that is being opened.
  @Test mutating func swapsTakeProbesAndFilesAlong() {
    model.openingFile = OpeningFile(
      side: 0, network: NetworkSpec(shown: "x.pth"), path: "x.pth", text: "x.pth", folder: "")
    model.shapeBias.sides[0].failure = "of A"
    for (keys, side) in [("3 x", 1), ("u", 0), ("^R", 1)] {
      _ = press(keys)
      #expect(model.openingFile?.side == side)
      #expect(model.shapeBias.sides[side].failure == "of A")
    }
  }
}
