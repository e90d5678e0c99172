// Saved maps in the place of networks.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct SavedMapPanelTests {
  @Test func aSavedMapStandsBesideANetwork() throws {
    var model = Model(session: Session(models: ["a/map.npy", "RepLKNet-31"]), display: Display())
    let effects = update(&model, .opened)
    guard case .openMap(let id, "a/map.npy")? = effects.first else {
      Issue.record("the map is not opened")
      return
    }
    var result = makeResult(makeRequest(size: 64))
    result.subject.model = "a/map.npy"
    _ = update(&model, .finished(id, result, HeatField(result)))
    model.finish(Array(effects.dropFirst()))
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains("A  map.npy") && text.contains("saved map · input 64 × 64"))
    #expect(!model.isBusy)
    // The size, the images and the unit are the network's alone.
    for key in "+n2k" {
      for effect in model.type(key.unicodeScalars.first!) {
        if case .openMap = effect { Issue.record("the map is read again for \(key)") }
      }
    }
    #expect(model.session.target.units.count == 1)
    let back = try Session(decoding: model.session.encoded())
    #expect(back == model.session)
  }

  /// There is nothing to train, and the panel offers it of the network alone.
  @Test func savedMapsAreNotOfferedForTraining() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in "9z".unicodeScalars { _ = model.type(key) }
    let sizes = [(80, 24), (120, 40), (200, 60)].map { ScreenSize(rows: $1, columns: $0) }
    for size in sizes { #expect(view(model, size: size).text.contains("t trains A, RepLKNet-13")) }
    model.session.networks[0] = NetworkSpec(shown: "a/map.npy")
    model.finish(model.pursue())
    for size in sizes {
      let text = view(model, size: size).text
      #expect(text.contains("A, map.npy: a saved map cannot be trained; b, then t trains B"))
      #expect(!text.contains("trains A") && !text.contains("what will be drawn"))
    }
    model.session.networks[1] = NetworkSpec(shown: "b/map.npy")
    model.finish(model.pursue())
    for size in sizes {
      let text = view(model, size: size).text
      #expect(text.contains("a saved map cannot be trained.") && !text.contains("t trains"))
    }
  }

  /// Maps are opened as on the command line, by a path that is typed into the palette or the browser.
  @Test(arguments: ["m.npy", "m.csv", "m.pgm"], [":", "o "])
  func mapsOpenWhileTheExplorerRuns(_ name: String, _ key: String) throws {
    let folder = try TemporaryFolder()
    let (first, path) = (folder.file("first.npy"), folder.file(name))
    try HeatmapExport.write(makeResult(makeRequest(size: 64)), to: first)
    try HeatmapExport.write(makeResult(makeRequest(size: 32)), to: path)
    let model = Headless.play(
      Key.script("\(key)'\(path)' Enter"), on: Session(models: [first]), display: Display(),
      engine: LocalEngine())
    #expect(model.session.networks.map(\.savedMap) == [path] && model.overlay == nil)
    #expect(model.notice?.lines == ["opened \(name) as A"])
    // Titles have the beginning of the hash of the file's contents.
    let hash = try SavedMap.load(path: path).subject.fileHash
    let other = try SavedMap.load(path: first).subject.fileHash
    #expect(hash.count == 16 && hash != other)
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains("saved map #\(hash.prefix(8)) · input 32 × 32"))
  }

  @Test func mapsAreListedAndLookedInto() throws {
    let folder = try TemporaryFolder()
    try HeatmapExport.write(makeResult(makeRequest(size: 64)), to: folder.file("m.npy"))
    _ = try folder.write(Array("name,size\n".utf8), to: "table.csv")
    let engine = LocalEngine()
    #expect(try engine.listing(of: folder.path).files.map(\.name) == ["m.npy", "table.csv"])
    let contents = try engine.contents(of: folder.file("m.npy"), cancellation: Cancellation())
    #expect(contents.network.savedMap == folder.file("m.npy"))
    #expect(contents.summary == "saved map, 64 px")
    #expect(throws: (any Error).self) {
      try engine.contents(of: folder.file("table.csv"), cancellation: Cancellation())
    }
  }

  /// Layers are those of the network beside a saved map, which has none.
  @Test func depthIsThatOfTheNetworkBesideAMap() {
    var model = makeModelBesideAMap()
    model.finish(model.type("G"))
    let measure = model.session.screen.depthMeasure
    model.finish(model.type(">"))
    #expect(model.notice == nil && model.session.screen.depthMeasure == measure.next)
    _ = update(&model, .key(.left))
    #expect(model.depth.selection == model.depthLayers(1).count - 2)
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      _ = view(model, size: ScreenSize(rows: rows, columns: columns))
    }
  }

  /// Where rows stand side by side, a saved map has dashes for what it has not.
  @Test func stagesOfAMapAreDashes() throws {
    var model = makeModelBesideAMap()
    let size = ScreenSize(rows: 40, columns: 120)
    model.finish(update(&model, .resized(size)))
    for key in Key.script("4 z") { model.finish(update(&model, .key(key))) }
    let screen = view(model, size: size).text.split(separator: "\n")
    let title = try #require(screen.firstIndex { $0.contains("half of the field, by stage") })
    let rows = screen[(title + 2)...(title + 3)].map { $0.dropFirst(49).split(separator: " ") }
    #expect(rows[0] == ["A", "—", "—", "—", "—"], "\(rows)")
    #expect(rows[1].first == "B" && rows[1].count { $0 == "%" } == 4, "\(rows)")
  }

  /// Where there is no network, nothing is by stage or by layer, and the panels say why.
  @Test func panelsOfAMapAloneSayWhatItHasNot() {
    var model = Model(session: Session(models: ["map.pgm"]), display: Display())
    for case .openMap(let id, _) in update(&model, .opened) {
      let result = makeResult(makeRequest(size: 64))
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    func screen(_ panel: Character, _ columns: Int, _ rows: Int) -> String {
      var zoomed = model
      for key in Key.script("\(panel) z") { _ = update(&zoomed, .key(key)) }
      return view(zoomed, size: ScreenSize(rows: rows, columns: columns)).text
    }
    #expect(!screen("4", 120, 40).contains("by stage"))
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let depth = screen("G", columns, rows)
      #expect(depth.contains("a saved map has no layers"), "\(columns)")
      #expect(!depth.split(separator: "\n").contains { $0.split(separator: " ") == ["A"] })
      let bias = screen("7", columns, rows)
      #expect(bias.contains("a saved map cannot be") && !bias.contains("not probed yet"))
    }
    // It was read, which is no run forward and back.
    #expect(!screen("6", 120, 40).contains("where the time went"))
  }

  /// What was found of a network is not said of the map that takes its place.
  @Test func aMapTakesNoNumbersOver() {
    var model = makeModel(["RepLKNet-13-nano"])
    model.finish(model.type("7"))
    #expect(model.shapeBias.sides[0].shown != nil)
    model.session.networks[0] = NetworkSpec(shown: "a/map.npy")
    _ = model.pursue()
    #expect(model.shapeBias.sides[0].shown == nil)
    #expect(
      view(model, size: ScreenSize(rows: 60, columns: 200)).text
        .contains("a saved map cannot be probed"))
  }

  /// A session knows the file that its map was read from.
  @Test func anotherMapThanBeforeIsToldOf() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.npy")
    func saved(_ session: Session) -> Model {
      Headless.play([], on: session, display: Display(), engine: LocalEngine())
    }
    try HeatmapExport.write(makeResult(makeRequest(size: 64)), to: path)
    let hash = try SavedMap.load(path: path).subject.fileHash
    let bytes = try saved(Session(models: [path])).lastingSession.encoded()
    #expect(String(decoding: bytes, as: UTF8.self).contains(hash))
    let session = try Session(decoding: bytes)
    #expect(saved(session).replacedWeights.isEmpty)
    try folder.remove("m.npy")
    try HeatmapExport.write(makeResult(makeRequest(size: 32)), to: path)
    let other = try SavedMap.load(path: path).subject.fileHash
    let model = saved(session)
    let line =
      "m.npy is not the file that this session was saved with "
      + "(#\(hash.prefix(8)), now #\(other.prefix(8)))"
    #expect(model.replacedWeights == [line] && model.notice == Notice(.warning, line))
    // What is written is the hash of what is seen.
    #expect(model.lastingSession.weightsHashes.map(\.value) == [other])
  }

  /// Where room is short the size goes first, and the hash last.
  @Test(arguments: [
    (40, "saved map #01234567 · input 64 × 64"), (30, "saved map #01234567 · 64 px"),
    (20, "saved map #01234567"), (10, "#01234567"),
  ])
  func headingsHaveTheHash(_ width: Int, _ text: String) {
    var model = Model(session: Session(models: ["a/map.npy"]), display: Display())
    for case .openMap(let id, _) in update(&model, .opened) {
      var result = makeResult(makeRequest(size: 64))
      result.subject.fileHash = "0123456789abcdef"
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    #expect(MapHeading(model, index: 0).facts(width).map(\.text).joined() == text)
  }

  /// Profiles of maps of two sizes have one scale of pixels: that of 64 ends where that of 224 goes on.
  @Test(arguments: [(Profile.horizontal, 224), (.vertical, 224), (.radial, 112)])
  func profilesOfTwoSizesHaveOneScale(_ profile: Profile, _ end: Int) throws {
    var session = Session(models: ["a/map.npy", "RepLKNet-31"])
    session.screen.profile = profile
    var model = Model(session: session, display: Display(depth: .mono, unicode: false))
    let effects = update(&model, .opened)
    for case .openMap(let id, _) in effects {
      let result = makeResult(makeRequest(size: 64))
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    model.finish(effects.filter { if case .openMap = $0 { false } else { true } })
    var frame = Frame(size: ScreenSize(rows: 20, columns: 120))
    frame.drawProfiles(model, in: Area(row: 0, column: 0, rows: 20, columns: 120))
    let lines = frame.text.split(separator: "\n").map(Array.init)
    #expect(frame.text.contains("\(end) px"))
    let plot = lines.dropFirst().dropLast()
    let last = plot.compactMap { $0.lastIndex(of: "*") }.max() ?? 0
    let first = plot.compactMap { $0.lastIndex(of: "o") }.max() ?? 0
    #expect(last < 120 * 2 / 5 && first > 110, "\(last) \(first)")
  }

  /// The middle of a map whose file names no unit is only assumed: that its border cuts much says nothing of the input.
  @Test func inputsOfUnknownUnitsAreNotTooSmall() throws {
    let folder = try TemporaryFolder()
    let flat = NPY(shape: [64, 64], values: [Float](repeating: 1, count: 64 * 64))
    let result = try SavedMap.load(path: folder.write(flat.encoded(), to: "flat.npy"))
    #expect(Model.isCutByInput(result.metrics, nil))
    #expect(!Model.isCutByInput(result.metrics, result.record))
  }

  /// A file that says nothing of its map is given no weights, no images and no rule.
  @Test func nothingIsMadeUp() throws {
    let folder = try TemporaryFolder()
    let computed = makeResult(makeRequest(size: 64), images: 4)
    try HeatmapExport.write(computed, to: folder.file("m.npy"))
    try HeatmapExport.write(computed, to: folder.file("m.pgm"))
    for (name, weights, images) in [("m.npy", "", ""), ("m.pgm", "random:0", "4")] {
      let path = folder.file(name)
      var model = Model(session: Session(models: [path]), display: Display())
      for case .openMap(let id, _) in update(&model, .opened) {
        let result = try SavedMap.load(path: path)
        _ = update(&model, .finished(id, result, HeatField(result)))
      }
      let row = try #require(Figure(model).csv.split(separator: "\n").last)
        .split(separator: ",", omittingEmptySubsequences: false)
      #expect(row[2] == weights)
      #expect(row[3] == (weights.isEmpty ? "" : computed.subject.weightsHash))
      #expect(row[8] == images && row[9] == (images.isEmpty ? "" : "paper"))
      let conditions = (images.isEmpty ? [] : ["4 pictures"]) + ["64 px", "a saved map"]
      #expect(model.verdict?.conditions == conditions)
      #expect(model.verdict?.basis.first == (images.isEmpty ? "64 px" : "4 pictures, 64 px"))
      #expect(
        ExportNaming.stem(
          model.session.networks[0], try #require(model.sides[0].subject), model.designs)
          == "\(name)-64")
      let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
      #expect(!text.contains("1 of 1") && !text.contains("trained"))
      let small = view(model, size: ScreenSize(rows: 40, columns: 120)).text
      #expect(!small.contains("1 image") && small.contains("4 images") == !images.isEmpty)
      let report = "A \(name), saved map, 64 px" + (images.isEmpty ? ": " : ", \(images) images: ")
      #expect(model.log.last?.text.hasPrefix(report) == true, "\(model.log.map(\.text))")
    }
  }

  /// A map of a run that was stopped is called so wherever it is shown, as far as its file tells.
  @Test func partialMapsAreCalledSo() throws {
    let folder = try TemporaryFolder()
    let computed = makeResult(makeRequest(size: 64), images: 4)
    let pictures = "4 of 9, partial: a, b, c, d"
    let comments = HeatmapExport.comments(computed).map {
      $0.hasPrefix("images: ") ? "images: " + pictures : $0
    }
    let pgm = PGM(
      height: 64, width: 64, values: HeatmapExport.picture(computed.map), comments: comments)
    let path = try folder.write(pgm.encoded(), to: "m.pgm")
    var model = Model(session: Session(models: [path]), display: Display())
    for case .openMap(let id, _) in update(&model, .opened) {
      let result = try SavedMap.load(path: path)
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    for size in [(80, 24), (120, 40), (200, 60)].map({ ScreenSize(rows: $1, columns: $0) }) {
      let lines = view(model, size: size).text.split(separator: "\n")
      #expect(lines.contains { $0.contains("m.pgm") && $0.contains("partial, 4 of 9") }, "\(size)")
    }
    #expect(model.verdict?.caveats.first == "partial, 4 of 9 pictures")
    let subject = try #require(MetricsPanel.subject(model).first).map(\.text).joined()
    #expect(subject.hasSuffix("4 of 9 pictures · stage4"), "\(subject)")
    #expect(model.verdict?.conditions == ["4 of 9 pictures", "64 px", "a saved map"])
    #expect(model.log.last?.text.contains("saved map, 64 px, 4 of 9 images: ") == true)
    let table = Figure(model).table
    try #require(table.count == 2)
    let cells = Dictionary(uniqueKeysWithValues: zip(table[0], table[1]))
    #expect(cells["pictures"] == pictures && cells["images"] == "4")
    #expect(cells["model"] == computed.subject.model && cells["weights"] == "random:0")
    let facts = model.provenance
    #expect(facts.contains(PNGText(keyword: "Images", text: pictures)))
    let networks = try #require(facts.first { $0.keyword == "Networks" }).text
    #expect(networks.contains("m.pgm (model \(computed.subject.model), weights random:0, hash "))
    // Bare numbers have it in their names.
    let shown = try #require(model.sides[0].shown?.exported)
    #expect(
      ExportNaming.mapStem(model.session.networks[0], shown, model.designs) == "m.pgm-64_4-of-9")
    #expect(
      try LocalEngine().contents(of: path, cancellation: Cancellation()).summary
        == "saved map, 64 px, partial, 4 of 9 pictures")
  }

  /// A file that names its unit is measured around that, and all that is said of it tells so.
  @Test func mapsAreMeasuredAroundTheirUnits() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.pgm")
    var computed = makeResult(makeRequest(size: 64))
    computed.subject.units = [Unit(row: 1, column: 2)]
    try HeatmapExport.write(computed, to: path)
    var model = Model(session: Session(models: [path]), display: Display())
    for case .openMap(let id, _) in update(&model, .opened) {
      let result = try SavedMap.load(path: path)
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    // Seven units over 64 pixels have a stride of ten.
    let shown = try #require(model.sides[0].measured)
    #expect(shown.metrics.origin == (10, 20) && shown.field.centre == (10, 20))
    #expect(model.verdict?.headline.hasPrefix("Off-centre unit: half of the field") == true)
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text.lowercased()
    #expect(text.contains("input 64 × 64 · stage4 · unit row 1, column 2"), "\(text)")
    #expect(!text.contains("centred square") && !text.contains("input too small"))
    let figure = Figure(model)
    let row = try #require(figure.csv.split(separator: "\n").last)
      .split(separator: ",", omittingEmptySubsequences: false)
    #expect(row[5...7] == ["stage4", "1", "2"])
    #expect(figure.caption.contains("around the unit, cut by the input"))
  }

  /// The empty gallery names the keys that add something, and no others.
  @Test func theEmptyGalleryOffersNoMap() {
    var model = makeModelBesideAMap()
    for key in Key.script("M z") { _ = update(&model, .key(key)) }
    func screen() -> String { view(model, size: ScreenSize(rows: 40, columns: 120)).text }
    #expect(screen().contains("No networks yet: a saved map is not a network."))
    #expect(!screen().contains("A adds"))
    _ = model.type("l")
    #expect(model.notice?.lines == ["the gallery is empty: a saved map is not a network"])
    _ = model.type("b")
    #expect(screen().contains("No networks yet: A adds the active one, S adds it"))
  }

  @Test func aMapHasNoKernelsAndNoUnits() {
    var model = Model(session: Session(models: ["map.pgm"]), display: Display())
    for case .openMap(let id, _) in update(&model, .opened) {
      let result = makeResult(makeRequest(size: 64))
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    for (keys, reason) in [
      ("3>", "this network has no stages to edit"), ("2k", "a saved map has no units"),
      ("]", "a saved map has no units"),
    ] {
      for key in keys { _ = model.type(key.unicodeScalars.first!) }
      #expect(model.notice?.lines == [reason], "\(keys)")
    }
    for panel in Panels.names {
      model.session.screen.moveFocus(to: panel)
      _ = view(model, size: ScreenSize(rows: 60, columns: 200))
    }
  }
}
