// Training in the explorer: what the keys start, and what becomes of the moments.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct TrainingTests {
  private var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])

  private mutating func start(sourceLocation: SourceLocation = #_sourceLocation) -> RequestID? {
    guard let (id, request) = model.startTraining() else { return nil }
    #expect(
      request
        == TrainingRequest(network: model.session.networks[0], folder: nil, threads: nil),
      sourceLocation: sourceLocation)
    return id
  }

  private mutating func started(moments: Int, sourceLocation: SourceLocation = #_sourceLocation)
    throws -> RequestID
  {
    let id = try #require(start(), sourceLocation: sourceLocation)
    for number in 0..<moments { _ = news(id, number + 1) }
    return id
  }

  private mutating func news(_ id: RequestID, _ number: Int) -> [Effect] {
    update(&model, .training(id, .progressed(makeProgress(number))))
  }

  private var weights: WeightsSource { model.session.networks[0].weights }

  @Test mutating func momentsComeOnScreen() throws {
    let id = try started(moments: 1)
    #expect(model.focus == .training)
    #expect(weights == .file("/state/step-100.safetensors"))
    let effects = news(id, 2)
    #expect(weights == .file("/state/step-200.safetensors"))
    #expect(effects.contains { if case .compute = $0 { true } else { false } })
    #expect(model.session.networks[1].weights == .trained)
    // One edit, however many moments.
    _ = model.type("u")
    #expect(weights == .trained)
  }

  /// A share of one picture is hardly one.
  @Test(arguments: [(80, 24), (120, 40)])
  mutating func theNumberOfOtherPicturesIsSaid(_ size: (Int, Int)) throws {
    let id = try #require(start())
    var progress = makeProgress(1)
    progress.moment = FineTuning.Moment(
      step: 100, path: "/state/step-100.safetensors", accuracy: 0, asked: 1)
    _ = update(&model, .training(id, .progressed(progress)))
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(text.contains("0.0 % right on 1 "), "\(text)")
  }

  @Test mutating func aSecondPressStops() throws {
    let id = try started(moments: 1)
    guard case .cancel(id)? = model.type("t").first else {
      Issue.record("nothing is cancelled")
      return
    }
    _ = update(&model, .trained(id, failure: nil))
    #expect(model.film?.job == nil)
    #expect(model.notice?.lines.first?.contains("100 steps") == true)
    // Late news of a run that is over.
    _ = news(id, 2)
    #expect(model.film?.moments.count == 1)
  }

  /// Nothing came about, so there is nothing to undo.
  @Test mutating func stoppedBeforeItsFirstStep() throws {
    let id = try #require(start())
    _ = update(&model, .key(.left))
    #expect(model.notice?.lines == ["no step is done yet; t stops the training"])
    #expect(!model.canUndo)
    _ = model.type("t")
    _ = update(&model, .trained(id, failure: nil))
    #expect(model.film == nil && !model.canUndo && weights == .trained)
    #expect(model.notice?.lines.first?.contains("before its first step") == true)
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(!screen.contains("drawing 960"), "\(columns)")
    }
    _ = model.type("u")
    #expect(model.notice?.lines == ["nothing to undo"])
  }

  /// The strip begins with the map from before, which large maps of later moments push out of memory.
  @Test mutating func theFilmBeginsWithTheMapFromBefore() throws {
    let id = try started(moments: 1)
    let before = try #require(model.film.map { model.request($0, moment: nil) })
    #expect(model.film?[before]?.area == model.finishedMaps[before]?.result.metrics.ratio(at: 0.5))
    model.finishedMaps.forget(before)
    #expect(model.film?[before]?.area != nil)
    // At another size it is not known, and measured where somebody looks for it.
    _ = update(&model, .trained(id, failure: nil))
    let effects = model.type("+")
    let larger = try #require(model.film.map { model.request($0, moment: nil) })
    #expect(model.film?[larger] == nil)
    model.finish(effects)
    var asked: [ERFRequest] = []
    for effect in model.pursue() + [] {
      if case .computeMap(_, let request) = effect { asked.append(request) }
    }
    #expect(asked.isEmpty && model.gallery.jobs.values.contains(larger))
    let job = try #require(model.gallery.jobs.first { $0.value == larger }?.key)
    let result = makeResult(larger, sigma: 12)
    _ = update(&model, .mapped(job, result, HeatField(result)))
    #expect(model.film?[larger]?.area == result.metrics.ratio(at: 0.5))
  }

  @Test mutating func momentsAreSteppedThroughKeptAndDropped() throws {
    let id = try started(moments: 2)
    _ = update(&model, .key(.left))
    #expect(weights == .file("/state/step-100.safetensors"))
    // Who looks back is not torn away.
    _ = news(id, 3)
    #expect(weights == .file("/state/step-100.safetensors"))
    let effects = update(&model, .key(.enter))
    guard case .keepWeights(let keep, let path, let stem)? = effects.first else {
      Issue.record("nothing is kept")
      return
    }
    #expect(path == "/state/step-100.safetensors" && stem == "replknet-13-nano_step-100")
    _ = update(&model, .kept(keep, path: "x.safetensors", failure: nil))
    #expect(model.notice?.lines == ["wrote x.safetensors"] && model.saving == nil)
    _ = update(&model, .key(.left))
    #expect(weights == .trained)
    _ = update(&model, .key(.left))
    #expect(model.notice?.lines == ["this is how it began"])
    for _ in 0..<4 { _ = update(&model, .key(.right)) }
    #expect(weights == .file("/state/step-300.safetensors"))
    _ = update(&model, .key(.backspace))
    #expect(weights == .trained)
  }

  /// Where the weights of a training were dropped, undo leads back to what was before the training.
  @Test mutating func aDroppedTrainingIsNoStepOfUndo() throws {
    _ = model.type("W")
    let training = model.startTraining()
    let id = try #require(training?.id)
    _ = news(id, 1)
    _ = update(&model, .trained(id, failure: nil))
    _ = update(&model, .key(.backspace))
    #expect(weights == .random(seed: 0))
    var other = model
    _ = model.type("u")
    #expect(weights == .trained)
    #expect(model.notice?.lines.first?.hasPrefix("undone: A has weights") == true)
    _ = model.type("u")
    #expect(model.notice?.lines == ["nothing to undo"])
    // Back at the moment there is something to undo again.
    _ = update(&other, .key(.right))
    #expect(other.session.networks[0].weights == .file("/state/step-100.safetensors"))
    _ = other.type("u")
    #expect(other.session.networks[0].weights == .random(seed: 0))
  }

  /// Enter keeps what is on screen: other weights in the place of a moment are not taken for it.
  @Test func whatIsKeptIsWhatIsOnScreen() throws {
    var test = self
    _ = try test.started(moments: 2)
    var undone = test
    _ = test.model.type("W")
    #expect(test.weights == .random(seed: 0))
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      var zoomed = test.model
      zoomed.session.screen.isZoomed = true
      for model in [test.model, zoomed] {
        let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
        #expect(screen.contains("A has other weights now"), "\(columns)")
      }
    }
    #expect(update(&test.model, .key(.enter)).isEmpty && test.model.saving == nil)
    let notice = test.model.notice?.lines.first
    #expect(notice?.hasPrefix("A now has weights that are not the training's") == true)
    // Back to the moment that was on screen, by either arrow.
    for arrow in [Key.left, .right] {
      var back = test
      _ = update(&back.model, .key(arrow))
      #expect(back.weights == .file("/state/step-200.safetensors"))
      guard
        case .keepWeights(_, "/state/step-200.safetensors", _)? =
          update(&back.model, .key(.enter)).first
      else {
        Issue.record("nothing is kept")
        return
      }
    }
    // Undo leads to the weights from before, which are marked then.
    _ = undone.model.type("u")
    #expect(undone.weights == .trained)
    #expect(update(&undone.model, .key(.enter)).isEmpty)
    #expect(
      undone.model.notice?.lines
        == ["these are the weights from before; step to a moment to keep it"])
  }

  /// Gradients before and after training lie orders of magnitude apart: each map has a scale of its own.
  @Test func theStripShowsTheMapFromBefore() throws {
    var model = ScreenState.trainedZoomed.model(Display(depth: .mono))
    let film = try #require(model.film)
    let request = model.request(film, moment: nil)
    let result = makeResult(request, peak: 20 * 1e-4)
    model.film?.keep(TrainingFilm.Map(request, result, HeatField(result)))
    for (columns, rows) in [(120, 40), (200, 60), (250, 70)] {
      let lines = view(model, size: ScreenSize(rows: rows, columns: columns)).text
        .split(separator: "\n", omittingEmptySubsequences: false)
      let label = try #require(lines.firstIndex { $0.contains("before") && $0.contains("100") })
      let width = try #require(lines[label].firstRange(of: "100")).lowerBound
      let columns = lines[label].distance(from: lines[label].startIndex, to: width)
      let first = lines[(label + 1)...].prefix(8).map { $0.prefix(columns) }
      #expect(first.contains { $0.contains("@") || $0.contains("%") }, "\(rows)")
      #expect(lines.contains { $0.contains("each by its own maximum (") }, "\(rows)")
    }
  }

  /// A session names what is still there when it is opened again.
  @Test mutating func sessionsNameNoPassingWeights() throws {
    _ = try started(moments: 1)
    for key in ["w", "Y"] as [Unicode.Scalar] {
      _ = model.type(key)
      #expect(model.overlay == nil && model.saving == nil)
      #expect(
        model.notice?.lines
          == ["A's weights are in no file yet: keep them first with Enter in Training (9)"])
    }
    guard case .keepWeights(let keep, _, _)? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is kept")
      return
    }
    _ = update(&model, .kept(keep, path: "x.safetensors", failure: nil))
    _ = model.type("w")
    guard case .save(_, _, let session, _)? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is written")
      return
    }
    #expect(session.networks[0].weights == .file("x.safetensors"))
    #expect(session.networks[1] == model.session.networks[1])
    #expect(weights == .file("/state/step-100.safetensors"))
  }

  /// The prompt was open when a moment came.
  @Test mutating func thePromptForASessionSaysSoToo() throws {
    let id = try started(moments: 0)
    _ = model.type("w")
    _ = news(id, 1)
    _ = update(&model, .key(.enter))
    #expect(model.saving == nil && prompt?.complaint?.contains("in no file yet") == true)
  }

  @Test(arguments: [
    ("/tmp/replk-tui-training-a1B2c3/run-1/step-90.safetensors", true),
    ("/home/me/.local/state/replk-tui/training/run-12/step-50.safetensors", true),
    ("/home/me/training/run-1/step-50.safetensors", false), ("step-50.safetensors", false),
    ("/tmp/replk-tui-training-a1B2c3/run-1/best.safetensors", false),
  ])
  func momentsAreToldByTheirPaths(_ path: String, _ isMoment: Bool) {
    #expect(TrainingFilm.isMoment(path) == isMoment)
    var later = makeModel(["RepLKNet-13-nano"])
    later.session.networks[0].weights = .file(path)
    let refusal = later.unkeptWeights
    #expect((refusal != nil) == isMoment && refusal?.contains("copy \(path)") != false)
  }

  @Test mutating func editsMeanwhileStay() throws {
    let id = try started(moments: 1)
    for key in "3>".unicodeScalars { _ = model.type(key) }
    let edited = model.session.networks[0]
    #expect(edited.isEdited)
    _ = news(id, 2)
    #expect(model.session.networks[0] == edited && model.film?.moments.count == 2)
  }

  @Test mutating func editedNetworksAreTrainedAsEdited() throws {
    for key in "3>".unicodeScalars { _ = model.type(key) }
    let edited = model.session.networks[0].text
    _ = try started(moments: 1)
    #expect(model.session.networks[0].text == edited)
    #expect(weights == .file("/state/step-100.safetensors"))
  }

  @Test mutating func failuresAreTold() throws {
    let id = try #require(start())
    _ = update(&model, .trained(id, failure: "no classes"))
    #expect(model.notice?.kind == .failure && model.film?.failure == "no classes")
    _ = update(&model, .key(.enter))
    #expect(model.notice?.lines == ["nothing was trained yet; t trains the active network"])
  }

  // MARK: The prompt

  private var prompt: Prompt? {
    if case .prompt(let prompt)? = model.overlay { prompt } else { nil }
  }

  @Test mutating func whatToTrainOnIsAsked() throws {
    #expect(model.type("t").isEmpty && model.film == nil)
    #expect(prompt?.label.hasPrefix("train A on") == true && prompt?.text == "")
    #expect(prompt?.hint?.contains("Esc, then W") == true)
    for scalar in "~/pics".unicodeScalars { _ = model.type(scalar) }
    guard case .train(let id, let request)? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is trained")
      return
    }
    #expect(request.folder == "~/pics" && model.film == nil && prompt?.waitsFor == id)
    // Nothing is lost before the run is known to begin.
    _ = update(&model, .trained(id, failure: "~/pics: does not exist"))
    #expect(prompt?.complaint == "~/pics: does not exist" && prompt?.text == "~/pics")
    #expect(model.film == nil && model.canUndo == false)
    _ = update(&model, .key(.escape))
    _ = model.type("W")
    _ = model.type("t")
    #expect(prompt?.hint?.contains("from random weights") == true)
  }

  @Test mutating func aNewClassifierIsSaidAndTheNextTimeKnowsTheFolder() throws {
    _ = model.type("t")
    for scalar in "pics".unicodeScalars { _ = model.type(scalar) }
    guard case .train(let id, _)? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is trained")
      return
    }
    let other = try ModelCatalogue.id(of: "replknet-13-nano", classes: 3)
    let plan = FineTuningPlan(
      model: other, pictures: 30, classes: 3, size: 224, notes: ["a new classifier of 3"])
    _ = update(&model, .training(id, .planned(plan)))
    #expect(model.overlay == nil && model.focus == .training && model.film?.job == id)
    #expect(model.notice == Notice(.warning, "A: a new classifier of 3"))
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains("on pics at 224 px") && text.contains("reading 30 pictures"))
    _ = news(id, 1)
    #expect(model.notice == nil, "the keys come back")
    #expect(model.session.networks[0].model == other)
    #expect(weights == .file("/state/step-100.safetensors"))
    _ = update(&model, .trained(id, failure: nil))
    // Its moments are not kept, which is asked about first.
    _ = model.type("t")
    _ = model.type("y")
    #expect(prompt?.text == "pics")
  }

  @Test mutating func aClosedPromptCancels() throws {
    _ = model.type("t")
    guard case .train(let id, _)? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is trained")
      return
    }
    guard case .cancel(id)? = update(&model, .key(.escape)).first else {
      Issue.record("nothing is cancelled")
      return
    }
    _ = update(&model, .training(id, .planned(makePlan(model.session.networks[0]))))
    _ = update(&model, .trained(id, failure: nil))
    #expect(model.film == nil && model.overlay == nil)
  }

  @Test mutating func picturesThatCannotBeReadAreNamed() throws {
    let id = try #require(start())
    let image = SkippedImage(name: "a.png", reason: .unreadable("a.png: is empty"))
    _ = update(&model, .training(id, .skipped([image])))
    #expect(model.notice?.lines.first?.hasPrefix("1 picture cannot be read") == true)
    #expect(model.log.last?.text.contains("a.png: is empty") == true)
  }

  @Test mutating func jobsTellHowFarItIs() throws {
    _ = try started(moments: 1)
    _ = model.type("6")
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains("33 %  training") && text.contains("12 s left"))
  }

  @Test mutating func exportedGraphsAreRefusedAtOnce() {
    model.session.networks[0] = NetworkSpec(shown: "nets/some.onnx")
    _ = model.type("t")
    #expect(model.overlay == nil)
    #expect(model.notice?.lines.first?.contains("exported graph") == true)
  }

  @Test mutating func trainedAndRandomWeightsTakeTurns() {
    _ = model.type("W")
    #expect(weights == .random(seed: 0))
    _ = model.type("W")
    #expect(weights == .trained)
    model = makeModel(["RepLKNet-13"])
    _ = model.type("W")
    #expect(model.notice?.lines.first?.contains("no trained weights") == true)
  }
}
