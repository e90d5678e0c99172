// The prediction panel: what is asked when, and what is given up.

@testable import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct PredictionTests {
  private func asked(_ effects: [Effect]) -> [PredictionRequest] {
    effects.compactMap { if case .predict(_, let request, _) = $0 { request } else { nil } }
  }

  private func cancelled(_ effects: [Effect]) -> Int {
    effects.filter { if case .cancel = $0 { true } else { false } }.count
  }

  @Test func bothNetworksAreAskedOnceThePanelIsSeen() {
    var model = makeModel(weights: .file("/models/trained.pth"))
    let effects = model.type("8")
    #expect(asked(effects).map(\.network) == model.session.networks)
    #expect(asked(effects).map(\.image) == [.builtIn(0), .builtIn(0)])
    model.finish(effects)
    #expect(!model.predictions.isBusy && asked(model.type("c")).isEmpty)
    let next = asked(model.type("n"))
    #expect(next.map(\.image) == [.builtIn(1), .builtIn(1)])
  }

  /// On a wide screen the panel stays while Jobs, which has a place of its own, has the focus.
  @Test func aPanelThatIsSeenIsAnswered() {
    for (rows, columns, isSeen) in [(60, 200, true), (40, 120, false), (24, 80, false)] {
      var model = makeModel(weights: .file("/models/trained.pth"))
      _ = update(&model, .resized(ScreenSize(rows: rows, columns: columns)))
      model.finish(model.type("8"))
      _ = model.type("6")
      let next = model.type("n")
      #expect(asked(next).map(\.image) == (isSeen ? [.builtIn(1), .builtIn(1)] : []), "\(columns)")
      model.finish(next)
      let text = view(model, size: model.size).text
      #expect(text.contains("looking at the image") == false, "\(columns)")
      #expect(text.contains("55.0 %") == isSeen, "\(columns)")
    }
  }

  /// A larger screen shows a panel that the smaller one had no room for, and asks for it.
  @Test func aScreenThatGrowsAsksForWhatItShows() {
    var model = makeModel(weights: .file("/models/trained.pth"))
    _ = update(&model, .resized(ScreenSize(rows: 24, columns: 80)))
    model.finish(model.type("8"))
    _ = model.type("6")
    _ = model.type("n")
    #expect(asked(update(&model, .resized(ScreenSize(rows: 60, columns: 200)))).count == 2)
  }

  @Test func editsAreComparedWithWhatWas() {
    var model = makeModel(weights: .file("/models/trained.pth"))
    model.finish(model.type("8"))
    _ = model.type("3")
    let first = model.type(">")
    #expect(asked(first).count == 1, "the unedited network was asked before")
    let second = model.type(">")
    #expect(asked(second).count == 1 && cancelled(second) == 2, "the map and the prediction")
    model.finish(second)
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.contains("now    was") && text.contains("55.0 %   5.0 %"))
  }

  @Test func nothingIsAskedUnseenAndEscapeGivesUp() {
    var model = makeModel(weights: .file("/models/trained.pth"))
    #expect(asked(model.type("n")).isEmpty)
    _ = model.type("8")
    let effects = update(&model, .key(.escape))
    #expect(cancelled(effects) == 4 && !model.predictions.isBusy)
    #expect(asked(model.type("c")).isEmpty)
    #expect(asked(model.type("r")).count == 2)
  }

  /// The picture that stands there has a name, whoever says nothing of it.
  @Test(arguments: [(120, 40), (200, 60), (250, 70)])
  func thePictureIsNamedWithoutPredictions(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-31-nano"], weights: .random(seed: 0))
    for key in Key.script("8 z") { model.finish(update(&model, .key(key))) }
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(screen.contains("picture \(model.predictedName)"))
    #expect(screen.contains("random weights: no prediction"))
  }

  @Test func randomWeightsAreNotAsked() {
    var model = makeModel()
    #expect(asked(model.type("8")).isEmpty)
    let text = view(model, size: model.size).text
    #expect(text.components(of: "random weights: no prediction") == 2)
  }

  /// A network that learnt from the built-in shapes has seen no photograph.
  @Test func shapesAreNoPhotographs() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    guard let (id, _) = model.startTraining() else {
      Issue.record("nothing is trained")
      return
    }
    model.finish(update(&model, .training(id, .progressed(makeProgress(1)))))
    _ = update(&model, .trained(id, failure: nil))
    model.finish(model.type("8"))
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.components(of: "knows 10 silhouettes, not photographs") == 1)
    #expect(text.components(of: "names one of 10 classes") == 1)
  }

  /// The same where its file says so, whenever it was trained.
  @Test func filesSayThatTheyKnowShapesAlone() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.sides[1].subject?.training = TrainingRecord(
      metadata: [
        "training.size": "224", "training.recipe": #"{"data":{"shapes":{"count":960}}}"#,
      ])
    model.finish(model.type("8"))
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.components(of: "knows 10 silhouettes, not photographs") == 1)
  }

  /// Where there is little room, the words around its name go, and not the name.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func thePictureIsNamedWholeBesideItsClass(_ size: (Int, Int)) throws {
    var model = makeModel(["RepLKNet-31-nano"])
    let ids = model.type("8").compactMap { effect -> RequestID? in
      if case .predict(let id, _, _) = effect { id } else { nil }
    }
    let id = try #require(ids.first)
    let springer = Classification.Candidate(index: 0, name: "English springer", probability: 1)
    _ = update(&model, .predicted(id, Classification(image: "image", top: [springer], label: 0)))
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    let name = model.predictedName
    let wordings = ["\(name)  shows English springer", "\(name): English springer"]
    #expect(wordings.contains { screen.contains($0) }, "\(screen)")
  }

  /// Networks look at pictures at a size of their own, whatever the maps are made at.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func theSizeOfThePictureIsSaid(_ size: (Int, Int)) {
    var model = makeModel(weights: .file("/models/trained.pth"))
    for case .predict(let id, let request, _) in model.type("8") {
      var answer = makeClasses(request)
      answer.size = InputSize(height: 96, width: 96)
      _ = update(&model, .predicted(id, answer))
    }
    _ = model.type("z")
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(screen.components(of: "  at 96 px") == 2, "\(screen)")
  }

  /// A network that cannot be right because it has no class of that name is not merely wrong.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func aClassThatANetworkLacksIsSaid(_ size: (Int, Int)) {
    var model = makeModel(weights: .file("/models/trained.pth"))
    let springer = Classification.Candidate(index: 0, name: "English springer", probability: 1)
    for case .predict(let id, let request, _) in model.type("8") {
      let isFirst = request.network == model.session.networks[0]
      let answer =
        isFirst
        ? Classification(image: "image", top: [springer], label: 0) : makeClasses(request)
      _ = update(&model, .predicted(id, answer))
    }
    _ = model.type("z")
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(screen.components(of: "has no such class") == 1, "\(screen)")
    #expect(screen.components(of: "  right") == 1)
  }

  @Test func thePictureIsNamedAndWhatIsKnown() {
    var model = makeModel(["RepLKNet-31-nano"])
    guard
      case .predict(let id, _, _)? = model.type("8").first(where: { effect in
        if case .predict = effect { true } else { false }
      })
    else {
      Issue.record("nothing is asked")
      return
    }
    let names = ObjectCategory.allCases.map(\.rawValue)
    let answer = Classification(
      image: "image",
      top: names.indices.map { index in
        Classification.Candidate(index: index, name: names[index], probability: 1.0 / 16)
      }, label: 3)
    _ = update(&model, .predicted(id, answer))
    let text = view(model, size: model.size).text
    #expect(text.contains("picture \(BuiltInImages.name(at: 0))  shows \(names[3])"))
    #expect(text.contains("names one of 16 classes"))
  }
}
