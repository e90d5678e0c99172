// The verdict in words, against the numbers that it speaks of.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct VerdictTests {
  /// A and B with half of their fields in these shares of the input, image by image.
  private func model(
    _ a: [Double], _ b: [Double], names: [String] = ["RepLKNet-13-nano", "RepLKNet-31-nano"]
  ) -> Model {
    var model = makeModel(names)
    for (side, shares) in [a, b].enumerated() {
      guard let shown = model.sides[side].shown, var result = shown.result else { continue }
      func ratios(_ share: Double) -> [AreaRatio] {
        ERFMetrics.thresholds.map { AreaRatio(threshold: $0, side: 11, ratio: share) }
      }
      result.imageRatios = shares.count > 1 ? shares.map(ratios) : []
      model.sides[side].shown?.result = result
      model.sides[side].shown?.images = shares.count
      model.sides[side].shown?.metrics = Self.metrics(
        shares.reduce(0, +) / Double(shares.count))
    }
    return model
  }

  /// A flat square that half of the mass's logarithm fills: a map of 100 x 100 whose centred square of
  /// side 10 sqrt(share) x ... is 1.
  private static func metrics(_ share: Double) -> ERFMetrics {
    let side = Int((share * 2).squareRoot() * 100)
    let low = 50 - side / 2
    let values = (0..<10_000).map { index in
      (low..<low + side).contains(index / 100) && (low..<low + side).contains(index % 100)
        ? 1.0 : 0
    }
    return ERFMetrics(ERFMap(height: 100, width: 100, values: values))
  }

  @Test func saysHowManyTimes() throws {
    let model = model([0.07, 0.08, 0.09], [0.17, 0.18, 0.19])
    let verdict = try #require(model.verdict)
    #expect(verdict.kind == .difference && verdict.headline.hasPrefix("B sees 2."))
    #expect(verdict.headline.hasSuffix(" times as much as A."))
    // Standard deviations of 7, 8, 9 and of 17, 18, 19 per cent: 1.
    #expect(verdict.detail.contains("±1.0 % of the input, half of A's in"))
    #expect(verdict.detail.hasSuffix("3 pictures, 224 px, trained."))
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(screen.contains(verdict.headline), "\(columns)")
    }
  }

  /// A map that stayed behind while the other went on to another layer answers nothing.
  @Test func mapsThatStayedBehindDoNotCompare() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let effects = model.type("[")
    for effect in effects {
      guard case .compute(let id, let request, _) = effect else { continue }
      if model.sides[1].job?.id == id {
        _ = update(&model, .failed(id, "damaged"))
      } else {
        let result = makeResult(request)
        _ = update(&model, .finished(id, result, HeatField(result)))
      }
    }
    #expect(model.sides[1].isStale && !model.sides[0].isStale)
    #expect(
      model.verdict?.headline == "Not comparable: B's map is stale, its last run failed.")
    // Back at the layer of both they do.
    model.finish(model.type("]"))
    #expect(model.verdict?.kind == .difference)
  }

  /// A field that weights reach into which training never met is no finding.
  @Test func warnsOfWeightsThatMetNoPixel() throws {
    var model = model([0.07], [0.18])
    let untrained = UntrainedWeights(trainedAt: 96, share: 0.85, note: "")
    model.sides[1].shown?.result?.untrained = untrained
    let warning = "Trained at 96 px: up to 85 % of a stage's kernel weights are noise here."
    #expect(model.verdict?.warnings.contains(warning) == true)
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(screen.contains("Trained at 96 px"), "\(columns)")
      #expect(screen.contains("as much as A."), "\(columns)")
    }
    let lines = try #require(model.verdict?.lines(rows: 1, width: 70))
    #expect(lines.count == 1 && lines[0].warning.contains("noise"))
    // Not at the size that it was trained at, or below.
    model.sides[1].shown?.result?.untrained = UntrainedWeights(
      trainedAt: 224, share: 0.85, note: "")
    #expect(model.verdict?.warnings == [])
  }

  @Test func saysWhatTheSpreadHides() throws {
    let verdict = try #require(model([0.10, 0.20, 0.30], [0.12, 0.22, 0.32]).verdict)
    #expect(verdict.kind == .same)
    #expect(verdict.headline == "No difference beyond the spread over pictures.")
  }

  @Test func aFactorOfOneIsNone() throws {
    let verdict = try #require(model([0.18], [0.18]).verdict)
    #expect(verdict.kind == .same && verdict.headline == "A and B see about as much.")
  }

  @Test func theSmallerMayBeB() throws {
    let verdict = try #require(model([0.2], [0.05]).verdict)
    #expect(verdict.headline.hasPrefix("A sees ") && verdict.headline.hasSuffix("as much as B."))
    #expect(verdict.detail.contains("1 picture"))
  }

  @Test func saysWhyNot() throws {
    var sizes = model([0.07], [0.18])
    let large = makeResult(makeRequest(size: 448))
    sizes.sides[1].shown?.field = HeatField(large)
    #expect(sizes.verdict?.headline == "Not comparable: A at 224 px, B at 448 px.")
    var weights = model([0.07], [0.18])
    weights.sides[0].shown?.network.weights = .random(seed: 0)
    #expect(
      weights.verdict?.headline == "Not comparable: A has random weights, B is trained.")
    // Before and after training is a comparison.
    weights.sides[1].shown?.network.source = .catalogue("RepLKNet-13-nano")
    #expect(weights.verdict?.kind == .difference)
    #expect(weights.verdict?.detail.contains("A untrained") == true)
    var images = model([0.07], [0.18])
    images.sides[1].shown?.request.images = .builtInAt(3..<4)
    #expect(images.verdict?.headline == "Not comparable: A and B saw different pictures.")
    var units = model([0.07], [0.18])
    let flat = ERFMap(height: 224, width: 224, values: [Double](repeating: 1, count: 224 * 224))
    units.sides[1].shown?.metrics = ERFMetrics(flat, around: (0, 0))
    #expect(units.verdict?.headline == "Not comparable: A and B look from different places.")
  }

  /// The shares are of the mean map; two states of one network are not two networks.
  @Test func oneNetworkTwiceIsSaidToBeOne() throws {
    var model = model([0.07, 0.08], [0.17, 0.18])
    #expect(model.verdict?.detail.contains("mean map of 2 pictures") == true)
    let network = try #require(model.sides[0].shown?.network)
    model.sides[1].shown?.network = network
    model.sides[0].shown?.network.weights = .random(seed: 0)
    #expect(
      model.verdict?.headline.hasPrefix("One network, A untrained: B sees 2.") == true)
    // With other kernels besides nobody can tell what makes the difference.
    model.sides[0].shown?.network.edits = [StageEdit(stage: 0, .kernel(7))]
    #expect(model.verdict?.kind == .notComparable)
    model.sides[0].shown?.network.edits = network.edits
    model.sides[0].shown?.network.weights = .file("/state/step-100.safetensors")
    model.sides[0].shown?.subject?.weightsHash = "fedcba9876543210"
    #expect(model.verdict?.headline.hasPrefix("One network, other weights: B sees 2.") == true)
    // Training gives it the classes of its pictures.
    model.sides[1].shown?.network.source = .catalogue(
      "replknet:kernels=13,13,13,13:layers=1,1,2,1:channels=16,32,64,128:small=5:dw=1:classes=16")
    #expect(model.verdict?.headline.hasPrefix("One network, other weights: B sees 2.") == true)
  }

  /// Only what ships, or what its file says was trained, is called so.
  @Test func filesThatSayNothingAreNotCalledTrained() throws {
    var model = model([0.07], [0.18])
    func conditions() -> String? { model.verdict?.conditions.last }
    model.sides[1].shown?.network.weights = .file("/models/some.pth")
    #expect(conditions() == "B's weights of some.pth")
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(!screen.contains("px, trained"), "\(columns)")
    }
    model.sides[0].shown?.network.weights = .file("/models/some.pth")
    #expect(conditions() == "weights of some.pth")
    model.sides[0].shown?.network.weights = .file("/models/other.pth")
    #expect(conditions() == "A's weights of other.pth, B's weights of some.pth")
    model.sides[0].shown?.network.weights = .random(seed: 0)
    #expect(
      model.verdict?.headline
        == "Not comparable: A has random weights, B has weights of some.pth.")
    // One with a record of its training is trained, whoever wrote it.
    let record = try #require(TrainingRecord(metadata: ["training.size": "96"]))
    for side in [0, 1] {
      model.sides[side].shown?.network.weights = .file("/state/step-100.safetensors")
      model.sides[side].shown?.subject?.training = record
    }
    #expect(conditions() == "trained")
    model.sides[1].shown?.network.edits = [StageEdit(stage: 0, .kernel(19))]
    #expect(conditions() == "trained, B edited")
  }

  /// Weights that are random in part, files beside trained networks and other layers change what the
  /// answer means: it is never without them, whatever else there is to be said.
  @Test func whatChangesTheMeaningStays() throws {
    func expect(_ model: Model, _ wordings: [String], from width: Int) throws {
      let verdict = try #require(model.verdict)
      for rows in 1...3 {
        for width in width...140 {
          let lines = verdict.lines(rows: rows, width: width)
          let text = lines.map { $0.headline + $0.rest + $0.warning }.joined(separator: " ")
          #expect(wordings.contains { text.contains($0) }, "\(rows) rows of \(width): \(text)")
          #expect(text.contains("times as much"), "\(rows) rows of \(width): \(text)")
          #expect(lines.count <= rows)
        }
      }
    }
    var random = model([0.07], [0.18])
    #expect(random.verdict?.caveats == [])
    random.sides[1].shown?.network.edits = [StageEdit(stage: 0, .kernel(19))]
    random.sides[1].shown?.network.fit = .reinitialise(seed: 0)
    let wordings = ["B partly random", "B's new kernels random"]
    try expect(random, wordings, from: 44)
    random.sides[1].shown?.result?.untrained = UntrainedWeights(
      trainedAt: 96, share: 0.85, note: "")
    try expect(random, wordings, from: 44)
    for size in [ScreenSize(rows: 24, columns: 80), ScreenSize(rows: 40, columns: 120)] {
      let screen = view(random, size: size).text
      #expect(wordings.contains { screen.contains($0) }, "\(size.columns)")
    }
    var layers = model([0.07], [0.18])
    layers.sides[0].shown?.request.tap = "stage1"
    layers.sides[1].shown?.network.weights = .file("/models/net.onnx")
    try expect(layers, ["s1 against last stage, B from a file", "A s1, B last stage"], from: 70)
  }

  /// Beside any panel of the smallest usual screen: untrained, the layer, and an input that is too small.
  @Test(arguments: Array("234567GM".unicodeScalars))
  func besidePanelsNothingThatWeakensItIsLost(_ key: Unicode.Scalar) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"], weights: .random(seed: 0))
    _ = update(&model, .resized(ScreenSize(rows: 24, columns: 80)))
    for side in 0...1 {
      let ring = (0..<10_000).map { [0, 99].contains($0 / 100) ? Double(side + 1) * 9 : 1 }
      model.sides[side].shown?.metrics = ERFMetrics(
        ERFMap(height: 100, width: 100, values: ring))
      model.sides[side].shown?.request.tap = "stage2"
    }
    try #require(model.verdict?.warnings.isEmpty == false)
    _ = model.type(key)
    let screen = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(screen.contains("(1 picture, 224 px, s2, untrained)"), "\(screen)")
    #expect(screen.contains("Input too small"), "\(screen)")
  }

  /// With two lines of the width that a panel leaves, whatever else is to be said of two networks.
  @Test func longAnswersLoseWordsRatherThanConditions() throws {
    var model = model([0.07], [0.18])
    for side in 0...1 {
      model.sides[side].shown?.request.units = [Unit(row: 1, column: 1), Unit(row: 2, column: 2)]
      model.sides[side].shown?.request.tap = "stage1"
    }
    let network = try #require(model.sides[0].shown?.network)
    model.sides[1].shown?.network = network
    model.sides[0].shown?.network.weights = .random(seed: 0)
    let lines = try #require(model.verdict?.lines(rows: 2, width: 41))
    let text = lines.map { $0.headline + $0.rest }.joined(separator: " ")
    #expect(lines.allSatisfy { ($0.headline + $0.rest).columns <= 41 })
    #expect(
      text.contains("Sum of 2") && text.contains("s1") && text.contains("as much"), "\(text)")
    #expect(text.contains("(1 picture, 224 px, ") || text.contains("(n=1, 224 px, "), "\(text)")
  }

  /// What was measured, over how many pictures and at which size, stands beside every answer.
  @Test(arguments: ["RepLKNet-31-nano", "RepLKNet-31-nano-noreparam"], [1, 4])
  func theBasisIsAlwaysSaid(_ name: String, _ pictures: Int) throws {
    let shares = [0.07, 0.08, 0.09, 0.07].prefix(pictures)
    let model = model(
      Array(shares), shares.map { $0 * 2 }, names: ["RepLKNet-13-nano", name])
    let verdict = try #require(model.verdict)
    for rows in 1...3 {
      for width in (rows == 1 ? 52 : 36)...140 {
        let lines = verdict.lines(rows: rows, width: width)
        let text = lines.map { $0.headline + $0.rest + $0.warning }.joined(separator: " ")
        #expect(
          text.contains("\(pictures.counted("picture")), 224 px")
            || text.contains("n=\(pictures), 224 px"), "\(rows) rows of \(width): \(text)")
        #expect(lines.count <= rows && text.contains("times as much"))
      }
    }
  }

  /// No session that ships has an answer without it on the smallest usual screen.
  @Test(arguments: ReadyMadeSession.all.map(\.name))
  func sessionsSayWhatTheyMeasure(_ name: String) throws {
    let ready = try #require(ReadyMadeSession.all.first { $0.name == name })
    let size = ScreenSize(rows: 24, columns: 80)
    var model = Model(session: ready.session, display: Display(), size: size)
    model.finish(update(&model, .opened))
    try #require(model.verdict != nil)
    let screen = view(model, size: size).text
    #expect(
      screen.contains(/\d pictures?, \d+ px|n=\d+, \d+ px|\d+ px · \d+ pictures?/), "\(screen)")
  }

  /// Edits without a training, and runs that were given up, weaken an answer, too.
  @Test func editedAndStoppedAreCaveats() {
    var edited = model([0.07], [0.18])
    edited.sides[1].shown?.network.edits = [StageEdit(stage: 0, .kernel(19))]
    #expect(edited.verdict?.caveats == ["trained, B edited", "B edited"])
    var stopped = model([0.07], [0.18])
    for side in 0...1 {
      stopped.sides[side].shown?.result = nil
      stopped.sides[side].shown?.ofImages = 4
    }
    #expect(stopped.verdict?.caveats == ["stopped at 1 of 4 pictures", "1 of 4"])
  }

  /// A run that was stopped is not a training that was finished.
  @Test func stoppedTrainingSaysHowFarItCame() throws {
    var model = model([0.07], [0.18])
    let metadata = [
      "training.size": "96", "training.steps": "38",
      "training.recipe": #"{"data": {"shapes": {}}, "size": 96, "steps": 300}"#,
    ]
    let record = try #require(TrainingRecord(metadata: metadata))
    #expect(record.progress?.text == "38 of 300 steps")
    model.sides[1].shown?.network.weights = .file("/state/step-38.safetensors")
    model.sides[1].shown?.subject?.training = record
    #expect(model.verdict?.conditions.last == "B trained 38 of 300 steps")
    #expect(model.verdict?.caveats == ["B trained 38 of 300 steps", "B 38/300 steps"])
    let whole = metadata.merging(["training.steps": "300"]) { $1 }
    model.sides[1].shown?.subject?.training = TrainingRecord(metadata: whole)
    #expect(model.verdict?.conditions.last == "trained" && model.verdict?.caveats == [])
  }

  /// A training in the explorer that came to its end is said beside an edit.
  @Test func whatWasTrainedHereAndEditedIsBoth() {
    var model = makeModel(["RepLKNet-13-nano"])
    for key in Key.script("3 >") { model.finish(update(&model, .key(key))) }
    let metadata = [
      "training.size": "224", "training.steps": "300",
      "training.recipe": #"{"data": {"shapes": {}}, "size": 224, "steps": 300}"#,
    ]
    let path = "/tmp/replk-tui-training-a1B2c3/run-1/step-300.safetensors"
    model.sides[0].shown?.network.weights = .file(path)
    model.sides[0].shown?.subject?.training = TrainingRecord(metadata: metadata)
    #expect(model.verdict?.caveats == ["trained 300 steps, edited", "300 steps, edited"])
  }

  @Test func untrainedNetworksSaySo() {
    let verdict = makeModel().verdict
    #expect(verdict?.detail.contains("untrained") == true)
    #expect(makeModel(["RepLKNet-31-nano"]).verdict?.kind == .single)
    #expect(makeModel(finished: false).verdict == nil)
  }

  /// The gallery's sentence in fewer words rather than without its end, which is a warning.
  @Test(arguments: [(80, 24), (120, 40)])
  func theGallerysVerdictIsWhole(_ size: (Int, Int)) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    var effects: [Effect] = []
    for key in Key.script("b M S") { effects += update(&model, .key(key)) }
    var sigma = 10.0
    while !effects.isEmpty {
      var next: [Effect] = []
      for case .computeMap(let id, let request) in effects {
        let result = makeResult(request, sigma: sigma)
        sigma += 25
        next += update(&model, .mapped(id, result, HeatField(result)))
      }
      effects = next
    }
    let lines = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
      .split(separator: "\n")
    #expect(model.galleryVerdicts.first?.contains("Input too small: up to ") == true)
    let last = try #require(lines.dropLast().last { line in line.contains { $0 != " " } })
    #expect(last.hasSuffix("."), "\(last)")
  }
}

@Suite struct FirstScreenTests {
  @Test func isTheComparisonInMiniature() {
    var model = Model(session: .first, display: Display())
    let requests = update(&model, .opened).computed
    #expect(requests.map(\.network.model) == ["RepLKNet-13-nano", "RepLKNet-31-nano"])
    #expect(requests.allSatisfy { $0.network.weights == .trained })
    #expect(requests.allSatisfy { $0.images == .builtInAt(0..<4) })
    #expect(requests.allSatisfy { $0.size == InputSize(height: 1024, width: 1024) })
    #expect(model.session.screen.areas == .squares && !model.sharesScale)
  }

  /// One picture after the other refines what is on the screen.
  @Test func picturesRefineTheMap() {
    var model = Model(session: .first, display: Display())
    let id = update(&model, .opened).ids[0]
    let map = makeResult(model.request(0), images: 1)
    let partial = PartialMap(
      field: HeatField(map), metrics: map.metrics, images: 1)
    _ = update(&model, .image(id, of: 4, partial))
    #expect(model.sides[0].measured?.images == 1 && model.sides[0].job != nil)
  }

  @Test func afreshIsAKeyAway() {
    var model = makeModel()
    _ = model.type("3")
    let before = model.session
    let effects = model.type("F")
    #expect(model.session == .first && effects.computed.count == 2)
    // Nothing is lost by it: edits of the new session are undone first, then the old one is back.
    _ = model.type(")")
    _ = model.type("u")
    #expect(model.session.networks == Session.first.networks)
    _ = model.type("u")
    #expect(model.session == before && model.sides.count == before.networks.count)
    _ = model.type("u")
    #expect(model.notice?.lines == ["nothing to undo"])
  }
}
