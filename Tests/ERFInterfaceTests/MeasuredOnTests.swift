// What panels say their numbers are of, and that numbers which are no comparison are not taken for one.

@testable import ERFEngine
import Testing

@testable import ERFInterface

private let wide = ScreenSize(rows: 60, columns: 200)
private let widest = ScreenSize(rows: 70, columns: 250)

private func subject(_ panel: any Panel.Type, _ model: Model) -> String {
  panel.subject(model).first.map { $0.map(\.text).joined() } ?? ""
}

@Suite struct MeasuredOnTests {
  private func nanos() -> Model { makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"]) }

  /// B's map is of another size than A's, as where its file fixes it.
  private func ofTwoSizes() -> Model {
    var model = nanos()
    model.sides[1].shown?.field = HeatField(makeResult(makeRequest(size: 448)))
    return model
  }

  @Test func sizesAreThoseOfTheMaps() {
    var model = ofTwoSizes()
    for panel in [UnitPanel.self, MetricsPanel.self, ImagesPanel.self] as [any Panel.Type] {
      #expect(subject(panel, model).contains("A 224 px, B 448 px · 1 picture"), "\(panel)")
    }
    for key in Key.script("4 z") { model.finish(update(&model, .key(key))) }
    let screen = view(model, size: wide).text
    #expect(screen.contains("Not comparable: A at 224 px, B at 448 px."))
    // The areas by stage were measured at the size that is asked for.
    #expect(screen.contains("by stage  224 px · 1 picture"))
    #expect(model.verdict?.headline == "Not comparable: A at 224 px, B at 448 px.")
    #expect(!view(nanos(), size: wide).text.contains("Not comparable"))
  }

  /// A map that is older than what is asked for keeps its own layer and size.
  @Test(arguments: [("[", "stage3"), ("+", "256 px")])
  func oldMapsAreSaidToBeOld(_ key: String, _ asked: String) {
    var model = nanos()
    _ = model.type(key.unicodeScalars.first!)
    for panel in [UnitPanel.self, MetricsPanel.self, ImagesPanel.self] as [any Panel.Type] {
      let text = subject(panel, model)
      #expect(text.hasSuffix("224 px · 1 picture · stage4 · stale"), "\(text)")
      #expect(!text.contains(asked))
    }
  }

  /// Where the other network has no map yet it is said whose is old.
  @Test func oldMapsBesideNoneHaveTheirLetter() {
    var model = nanos()
    model.sides[1].shown = nil
    _ = model.type("[")
    for panel in [UnitPanel.self, ImagesPanel.self] as [any Panel.Type] {
      let text = subject(panel, model)
      #expect(text.hasSuffix("224 px · 1 picture · stage4 · A stale"), "\(text)")
    }
  }

  /// Costs depend on the input alone, whatever the maps are of.
  @Test func kernelsSayTheInputAlone() {
    var model = nanos()
    _ = model.type("+")
    let text = subject(KernelsPanel.self, model)
    #expect(text.hasSuffix("256 px") && !text.contains("picture") && !text.contains("stage"))
  }

  @Test func picturesAreThoseOfTheMaps() {
    var model = nanos()
    model.session.images.count = 6
    model.finish(model.pursue(), images: 6)
    #expect(subject(MetricsPanel.self, model).contains(" 6 pictures · "))
    model.sides[1].shown?.result = nil
    model.sides[1].shown?.images = 4
    #expect(subject(MetricsPanel.self, model).contains("A 6 pictures, B 4 of 6 pictures"))
    #expect(model.comparisonObstacle == "A over 6 pictures, B over 4")
  }

  /// As many pictures need not be the same.
  private func onOtherPictures() -> Model {
    var model = nanos()
    for case .compute(let id, let request, _) in model.type("n")
    where model.sides[0].job?.id == id {
      let result = makeResult(request, sigma: 20)
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    model.sides[1].job = nil
    model.sides[1].isCancelled = true
    return model
  }

  @Test func otherPicturesAreNamed() {
    var model = onOtherPictures()
    let names = [1, 0].map { BuiltInImages.name(at: $0) }
    let text = subject(MetricsPanel.self, model)
    #expect(text.contains("1 picture: A \(names[0]), B \(names[1])"), "\(text)")
    #expect(text.hasSuffix("B stale"), "\(text)")
    for key in Key.script("4 z") { _ = update(&model, .key(key)) }
    let reason = "Not comparable: A and B saw different pictures"
    #expect(view(model, size: wide).text.contains(reason + "."))
    func lines(_ width: Int) -> [String] {
      model.mapSubject(Span("here "), width: width).map { $0.map(\.text).joined() }
    }
    #expect(lines(200).count == 1 && lines(200)[0].hasSuffix(" · \(reason)"))
    // Where there is less room the reason has lines of its own and is not cut.
    #expect(lines(60).last == reason && lines(24).dropFirst().joined(separator: " ") == reason)
  }

  /// A map that stayed behind keeps its network's name, above it and in legends.
  @Test(arguments: ["2 z", "4 z"])
  func staleMapsKeepTheirNames(_ keys: String) {
    var model = nanos()
    for key in Key.script(keys) { _ = update(&model, .key(key)) }
    model.session.networks[1] = NetworkSpec(model: "replknet-7-nano")
    let text = view(model, size: wide).text
    #expect(text.contains("B RepLKNet-31-nano") && !text.contains("B RepLKNet-7-nano"), "\(text)")
  }

  /// What was asked for is called so beside a map that stayed behind, which keeps its layer.
  @Test func theUnitPanelTellsWhatIsShownFromWhatIsAsked() {
    var model = nanos()
    for key in Key.script("2 z") { _ = update(&model, .key(key)) }
    let settled = view(model, size: widest).text
    #expect(settled.contains("what the unit sees") && !settled.contains("asked for"))
    _ = model.type("[")
    let text = view(model, size: widest).text
    #expect(text.contains("asked for: stage 3 of 4"), "\(text)")
    #expect(text.contains(/A  stage4, RepLKNet-13-nano.*  stale/), "\(text)")
    #expect(!text.contains("what the unit sees"))
    // Beside the fields headings of their own say it.
    _ = model.type("z")
    #expect(!view(model, size: widest).text.contains("asked for"))
  }

  /// Tables name the pictures, and which maps are old.
  @Test func tablesSayWhatIsStale() throws {
    let rows = Figure(onOtherPictures()).csv.split(separator: "\n")
    try #require(rows.count == 3)
    #expect(rows[0].hasSuffix(",pictures,state,notes"))
    #expect(rows[1].hasSuffix(",1: image 0,,") && rows[2].hasSuffix(",1: image 0,stale,"))
  }

  /// All units that are summed have their places in the table.
  @Test func summedUnitsAreAllInTheTable() throws {
    var model = nanos()
    #expect(Figure(model).csv.contains(",stage4,3,3,"))
    model.session.target.units = [Unit(row: 0, column: 3), Unit(row: 2, column: 5)]
    model.finish(model.pursue())
    let lines = Figure(model).csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let row = try #require(lines[0].firstIndex(of: "row"))
    for line in lines.dropFirst() { #expect(line[row...row + 1] == ["0;2", "3;5"]) }
  }

  /// A picture of the screen says of what the maps on it are.
  @Test func picturesOfTheScreenSayWhatIsShown() {
    func facts(_ model: Model) -> [String: String] {
      Dictionary(model.provenance.map { ($0.keyword, $0.text) }) { first, _ in first }
    }
    var model = nanos()
    let settled = facts(model)
    #expect(settled["State"] == nil && settled["Layer"] == "stage4")
    #expect(settled["Images"] == "1: image 0")
    for key in "[+R".unicodeScalars { _ = model.type(key) }
    model.session.networks[1] = NetworkSpec(model: "replknet-7-nano")
    let stale = facts(model)
    #expect(stale["State"] == "A, B stale")
    for keyword in ["Networks", "Input", "Layer", "Images", "Rule"] {
      #expect(stale[keyword] == settled[keyword], "\(keyword)")
    }
    #expect(facts(ofTwoSizes())["Input"] == "A 224, B 448")
  }

  /// Where a map is a preview, or not there, or out of a file, the others' facts are theirs alone.
  @Test func picturesOfTheScreenSayWhoseFactsTheyAre() {
    func facts(_ model: Model) -> [String: String] {
      Dictionary(model.provenance.map { ($0.keyword, $0.text) }) { first, _ in first }
    }
    var model = nanos()
    model.sides[0].shown?.isPreview = true
    model.sides[0].shown?.result = nil
    model.sides[1].shown = nil
    let early = facts(model)
    #expect(early["State"] == "A preview of 224 px; B no map")
    #expect(early["Images"] == "A 1: \(BuiltInImages.name(at: 0))")
    let beside = facts(makeModelBesideAMap())
    #expect(beside["Layer"] == "B stage4" && beside["Rule"] == "B paper")
    #expect(beside["Images"] == "B 1: image 0" && beside["State"] == nil)
  }

  /// A square that the input cuts is longer than the input, which its table says.
  @Test func cutSquaresAreCalledSoInTables() {
    var model = nanos()
    #expect(Figure(model).csv.components(of: ",centred,") == 2)
    let map = ERFMap(height: 224, width: 224, values: [Double](repeating: 1, count: 224 * 224))
    model.sides[0].shown?.metrics = ERFMetrics(map, around: (0, 0))
    model.sides[0].shown?.result?.metrics = ERFMetrics(map, around: (0, 0))
    let rows = Figure(model).csv.split(separator: "\n")
    #expect(rows[1].contains(",\"around the unit, cut by the input\","), "\(rows[1])")
    #expect(rows[2].contains(",centred,"))
  }

  /// A run that was stopped has its layer, its pictures and its hash as well.
  @Test func stoppedRunsAreInTheCaption() throws {
    var model = nanos()
    model.session.images.count = 6
    model.finish(model.pursue(), images: 6)
    model.sides[1].shown?.result = nil
    model.sides[1].shown?.images = 5
    let caption = Figure(model).caption
    #expect(caption.contains("n = 5 of 6, partial: \(BuiltInImages.name(at: 0)), "), "\(caption)")
    #expect(caption.components(of: ", hash 0123456789abcdef]") == 2, "\(caption)")
    #expect(caption.components(of: ") the central unit of stage4") == 2, "\(caption)")
    #expect(!caption.contains(")  "))
  }

  /// A saved map has no layers, and no weights that anybody knows.
  @Test func depthMakesNothingUpOfSavedMaps() {
    var model = makeModelBesideAMap()
    for key in Key.script("G z") { model.finish(update(&model, .key(key))) }
    let screen = view(model, size: wide).text
    #expect(screen.contains("saved map · 64 px · has no layers"), "\(screen)")
    #expect(screen.contains(" · 224 px · 1 picture · rule paper"))
    #expect(!screen.contains("map.npy  random"))
  }
}

@Suite struct ComparabilityTests {
  /// The gallery compares what the verdict on A and B compares, and says why it does not.
  @Test func theGalleryFollowsTheVerdict() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.gallery = Array(model.session.networks.reversed())
    func keep(_ size: Int, of side: Int) {
      let network = model.session.networks[side]
      let result = makeResult(makeRequest(size: size), sigma: side == 0 ? 20 : 45)
      model.finishedMaps.keep(
        FinishedMaps.Entry(
          request: model.galleryRequest(network), network: network, result: result,
          field: HeatField(result)))
    }
    keep(224, of: 0)
    keep(448, of: 1)
    #expect(model.galleryVerdicts == ["Not comparable: A at 224 px, B at 448 px."])
    #expect(
      model.gallerySubject[0].map(\.text).joined().contains("A 224 px, B 448 px · 1 picture"))
    keep(224, of: 1)
    #expect(model.galleryVerdicts.first?.contains(" sees ") == true)
  }

  /// A unit in the corner has a quarter of a square that lies whole around one beside it.
  @Test func aSquareThatIsCutIsNoWholeOne() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    func flat(_ places: Range<Int>, around place: Int) -> ERFMetrics {
      let values = (0..<224 * 224).map {
        places.contains($0 / 224) && places.contains($0 % 224) ? 1.0 : 0
      }
      return ERFMetrics(
        ERFMap(height: 224, width: 224, values: values), around: (place, place))
    }
    model.sides[0].shown?.metrics = flat(0..<224, around: 0)
    model.sides[1].shown?.metrics = flat(8..<25, around: 16)
    let verdict = try #require(model.verdict)
    #expect(verdict.kind == .difference)
    #expect(verdict.caveats == ["A's square is cut by the border", "A's cut by border"])
    #expect(verdict.conditions.last == "A's square is cut by the border")
    #expect(Figure(model).caption.contains(" (A's square is cut by the border)."))
    // Both cut, or neither, is what "cut by the input" says of both.
    model.sides[1].shown?.metrics = flat(0..<112, around: 0)
    #expect(model.verdict?.caveats == [])
  }

  /// Three networks, of which one has a square in the corner and another kernels that were started anew.
  private func cutAndPartlyRandom() -> Model {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.target.units = [Unit(row: 0, column: 0)]
    model.finish(model.pursue())
    var edited = NetworkSpec(model: "replknet-31-nano")
    edited.edits = [StageEdit(stage: 1, .kernel(17))]
    edited.fit = .reinitialise(seed: 0)
    model.session.gallery = model.session.networks + [edited]
    for (network, side) in zip(model.session.gallery, [224, 16, 16]) {
      let values = (0..<224 * 224).map { $0 / 224 < side && $0 % 224 < side ? 1.0 : 0 }
      let request = model.galleryRequest(network)
      var result = makeResult(request)
      result.map = ERFMap(height: 224, width: 224, values: values)
      let around = side == 224 ? (row: 0, column: 0) : (row: 8, column: 8)
      result.metrics = ERFMetrics(result.map, around: around)
      let field = HeatField(result.map)
      model.finishedMaps.keep(
        FinishedMaps.Entry(request: request, network: network, result: result, field: field))
      guard let place = model.session.networks.firstIndex(of: network) else { continue }
      model.sides[place].shown?.metrics = result.metrics
    }
    return model
  }

  /// What the verdict on two maps tells is told of more of them, too, in the same words.
  @Test func galleryAndFiguresHaveTheCaveatsOfTheVerdict() throws {
    let model = cutAndPartlyRandom()
    let caveats = "C's new kernels random. A's square is cut by the border."
    let verdict = try #require(model.galleryVerdicts.first)
    #expect(verdict.hasSuffix(" " + caveats), "\(verdict)")
    #expect(model.galleryVerdicts.last?.hasSuffix(" C partly random. A's cut by border.") == true)
    #expect(Figure(model).caption.contains(caveats))
  }

  @Test(arguments: [
    (0.0366, "0.037"), (0.5, "0.50"), (0.0996, "0.10"), (0.996, "1.0"), (2.24, "2.2"),
    (9.96, "10"), (11.3, "11"), (0, "0.0"),
  ])
  func factorsHaveTwoDigits(_ factor: Double, _ text: String) {
    #expect(Format.factor(factor) == text)
    #expect(Model.times(factor) == text + " times")
  }
}

@Suite struct DepthLayerTests {
  private func layers(_ labels: String) -> [DepthLayer] {
    labels.split(separator: " ").map { label in
      let number = label.drop { !$0.isNumber }.prefix { $0.isNumber }
      let stage = (Int(number) ?? 1) + (label.hasPrefix("t") ? 1 : 0)
      return DepthLayer(
        name: String(label), target: Target(), label: String(label), stage: stage,
        isOutput: label.hasPrefix("s\(number)") && !number.isEmpty && !label.contains("."))
    }
  }

  /// Every layer of any network has its place, before and behind those that it stands between.
  @Test(arguments: [
    (
      ["stem s1.1 s1 t1 s2.1 s2", "s1.1 s1.2 s1 s2.1 s2.2 s2"],
      "stem s1.1 s1.2 s1 t1 s2.1 s2.2 s2"
    ),
    (
      ["s1.1 s1.2 s1 s2.1 s2.2 s2", "stem s1.1 s1 t1 s2.1 s2"],
      "stem s1.1 s1.2 s1 t1 s2.1 s2.2 s2"
    ),
    (["s1 t1 s2", "s1 s2.1 s2"], "s1 t1 s2.1 s2"), (["s1 s2", "s1"], "s1 s2"),
    (["stem stem s1", "stem s1"], "stem stem s1"), ([], ""),
  ])
  func unionsHaveAllLayers(_ networks: [String], _ expected: String) {
    let union = DepthLayer.union(networks.map { layers($0) })
    #expect(union.map(\.label).joined(separator: " ") == expected)
  }

  /// A network with fewer layers keeps its own columns in the table.
  @Test func theTableHasTheLayersOfBoth() {
    var model = makeModel(["RepLKNet-3-nano", "resnet-50"])
    for key in Key.script("G z") { model.finish(update(&model, .key(key))) }
    let labels = [0, 1].map { Set(model.depthLayers($0).map(\.label)) }
    #expect(labels[0].count < labels[1].count && !labels[0].isSubset(of: labels[1]))
    let lines = view(model, size: ScreenSize(rows: 60, columns: 240)).text.split(separator: "\n")
    let header = lines.first { line in
      labels[0].union(labels[1]).allSatisfy { line.contains(" \($0)") }
    }
    #expect(header != nil)
  }
}
