// Keys as fingers expect them: what closes and what quits, what the palette means, and what is told.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct FingersTests {
  @Test(arguments: ["?", ":", "e", "w", "o", "A", "t"])
  func escapeClosesWhatIsOpenAndOnlyThenQuits(_ key: String) throws {
    let opener = try #require(key.unicodeScalars.first)
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    if key == "A" { _ = model.type("5") }
    _ = model.type(opener)
    try #require(model.overlay != nil, "\(key) opens something")
    // Where nothing is typed, q closes as well; where text is typed it is a letter.
    if model.overlay?.isTyping == false {
      var other = model
      #expect(!other.type("q").quits && other.overlay == nil)
    } else {
      var other = model
      #expect(!other.type("q").quits && other.overlay != nil)
    }
    #expect(!update(&model, .key(.escape)).quits && model.overlay == nil)
    #expect(model.type("q").quits)
  }

  /// Esc that would lose more than five seconds of work says so first.
  @Test func escapeAsksBeforeALongRunIsLost() throws {
    var model = makeModel()
    let id = try #require(model.type("+").ids.first)
    _ = update(&model, .began(id))
    func layer(_ elapsed: Double) -> Message {
      .layer(id, name: "stages.0", image: 0, images: 1, fraction: 0.2, elapsed: elapsed)
    }
    _ = update(&model, layer(4))
    var short = model
    #expect(!update(&short, .key(.escape)).cancelled.isEmpty)
    _ = update(&model, layer(7))
    #expect(update(&model, .key(.escape)).cancelled.isEmpty)
    #expect(model.notice?.lines == ["Esc again cancels a run of 7.0 s"])
    var other = model
    // Another key in between, and it is asked anew.
    _ = other.type("c")
    #expect(update(&other, .key(.escape)).cancelled.isEmpty)
    #expect(!update(&model, .key(.escape)).cancelled.isEmpty && !model.isComputing)
  }

  /// What is computed beside the maps is a run as well.
  @Test(arguments: ["7", "G", "M S"])
  func escapeAsksBeforeALongRunBesideTheMapsIsLost(_ keys: String) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in Key.script(keys) { _ = update(&model, .key(key)) }
    #expect(model.isWorking && !model.isComputing)
    model.now = 4
    var short = model
    #expect(!update(&short, .key(.escape)).cancelled.isEmpty)
    model.now = 9
    #expect(update(&model, .key(.escape)).cancelled.isEmpty)
    #expect(model.notice?.lines == ["Esc again cancels a run of 9.0 s"])
    #expect(!update(&model, .key(.escape)).cancelled.isEmpty && model.requestsBeside.isEmpty)
  }

  /// With nothing to close and nothing to cancel, Esc gives the panels their places back, then quits
  /// when pressed twice.
  @Test func escapeTwiceQuitsWhereNothingIsOpen() {
    var model = makeModel()
    _ = model.type("z")
    #expect(!update(&model, .key(.escape)).quits && !model.session.screen.isZoomed)
    #expect(!update(&model, .key(.escape)).quits)
    #expect(model.notice?.lines == ["nothing is open or being computed; Esc again quits"])
    var other = model
    // Another key in between, and it is asked anew.
    _ = other.type("c")
    #expect(!update(&other, .key(.escape)).quits)
    #expect(update(&model, .key(.escape)).quits)
  }

  /// Kernels that are being summed are work as well.
  @Test func escapeCancelsTheSumOfKernels() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("3")
    #expect(model.kernelMaps.job != nil)
    #expect(!update(&model, .key(.escape)).cancelled.isEmpty)
    #expect(model.notice?.lines == ["cancelled; r computes again"])
  }

  /// The Esc that was to cancel a run does not quit where the run has ended meanwhile.
  @Test func escapeMeansWhatWasSaid() throws {
    var model = makeModel()
    let effects = model.type("+")
    let id = try #require(effects.ids.first)
    _ = update(&model, .began(id))
    _ = update(
      &model,
      .layer(id, name: "stages.0", image: 0, images: 1, fraction: 0.9, elapsed: 7))
    _ = update(&model, .key(.escape))
    #expect(model.notice?.lines == ["Esc again cancels a run of 7.0 s"])
    model.finish(effects)
    #expect(!model.isComputing && !update(&model, .key(.escape)).quits)
    #expect(update(&model, .key(.escape)).quits)
  }

  @Test func undoAndRedoSayWhatTheyDid() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    _ = model.type("3")
    model.finish(model.type(">"))
    // Both ways the map is remembered: nothing is computed.
    #expect(model.type("u").computed.isEmpty)
    #expect(model.notice?.lines.joined().hasPrefix("undone: B stage 1 kernel is 31, not ") == true)
    #expect(model.sides[1].measured != nil && !model.sides[1].isStale)
    #expect(update(&model, .key(.control("r"))).computed.isEmpty)
    #expect(model.notice?.lines.joined().hasPrefix("redone: B stage 1 kernel is ") == true)
    #expect(!model.sides[1].isStale)
  }

  /// Stages gone through come back without being computed, and the swap of A and B costs nothing.
  @Test func finishedMapsAreRemembered() {
    var model = makeModel()
    let before = model.sides.map { $0.measured?.metrics }
    model.finish(model.type("["))
    #expect(model.type("]").computed.isEmpty)
    #expect(model.sides.map { $0.measured?.metrics } == before && !model.isComputing)
    #expect(FinishedMaps.limit >= 64 << 20)
    // What is asked for anew is computed anew.
    #expect(model.type("r").computed.count == 2)
  }

  /// A word and what is first in the list.
  @Test(arguments: [
    ("open", "open a checkpoint"), ("save", "write the session"), ("export", "files: maps"),
    ("difference", "A | B"), ("profile", "plot"), ("screenshot", "files: maps"),
    ("quit", "quit"), ("size", "input"), ("seed", "seed"),
  ])
  func thePaletteKnowsWords(_ word: String, _ title: String) {
    let entries = makeModel().paletteEntries(word)
    let first = entries.first?.title.lowercased() ?? ""
    #expect(
      first.contains(title.lowercased()) || first.contains(word),
      "\(word): \(entries.prefix(3).map(\.title))")
  }

  @Test func thePaletteTakesNumbersNamesAndPaths() {
    let model = makeModel()
    #expect(model.paletteEntries("300").first?.action == .size(InputSize(height: 300, width: 300)))
    #expect(model.paletteEntries("resnet-101").first?.action == .network("resnet-101"))
    #expect(model.paletteEntries("~/nets/a.pth").first?.action == .file("~/nets/a.pth"))
    #expect(model.paletteEntries("b.safetensors").first?.action == .file("b.safetensors"))
    // As the browser lists them.
    for name in ["c.pth.tar", "d.pkl", "e.index.json"] {
      #expect(model.paletteEntries(name).first?.action == .file(name))
    }
  }

  @Test func thePaletteTakesSizesAsTheCommandLineDoes() {
    let model = makeModel()
    let oblong = InputSize(height: 224, width: 512)
    #expect(model.paletteEntries("224x512").first?.action == .size(oblong))
    for text in ["8192", "100000", "4x4", "99999999999999999999"] {
      #expect(model.paletteEntries(text).isEmpty)
      #expect(model.paletteRefusal(text).contains("from 8 to 4096 pixels"))
    }
    #expect(model.paletteRefusal("zzzz").contains("nothing has that name"))
  }

  /// A folder holds pictures; a file by its ending is a checkpoint.
  @Test func thePaletteTellsFoldersFromFiles() {
    var model = makeModel()
    #expect(model.paletteEntries("/pictures/").map(\.action) == [.pictures("/pictures/")])
    #expect(model.paletteEntries("/a/pictures").first?.action == .pictures("/a/pictures"))
    for scalar in ":/pictures/".unicodeScalars { _ = model.type(scalar) }
    let effects = update(&model, .key(.enter))
    #expect(
      effects.contains { if case .listImages(_, "/pictures/") = $0 { true } else { false } })
    #expect(model.paletteEntries("zoom").first?.keyLabel == "z")
    guard case .export(let kind)? = model.paletteEntries("pdf").first?.action else {
      Issue.record("no export of a PDF")
      return
    }
    #expect(kind.figureEnding == "pdf")
  }

  /// A path is offered until it is known that nothing lies there.
  @Test func thePaletteOffersNoPathToNothing() {
    var model = makeModel()
    var effects: [Effect] = []
    for scalar in ":/m/x.pth".unicodeScalars { effects = model.type(scalar) }
    guard case .find("/m/x.pth")? = effects.first else {
      Issue.record("nobody looks")
      return
    }
    let offered = PaletteEntry.Action.file("/m/x.pth")
    #expect(model.isBusy && model.paletteEntries("/m/x.pth").first?.action == offered)
    // An answer to another text.
    _ = update(&model, .found("/m/x.pt", isThere: false))
    #expect(model.isBusy && model.paletteEntries("/m/x.pth").first?.action == offered)
    _ = update(&model, .found("/m/x.pth", isThere: false))
    #expect(model.paletteEntries("/m/x.pth").isEmpty)
    #expect(view(model, size: model.size).text.contains("there is no such file or folder"))
    #expect(update(&model, .key(.enter)).isEmpty && model.overlay != nil)
    _ = update(&model, .key(.backspace))
    effects = model.type("h")
    #expect(model.paletteEntries("/m/x.pth").first?.action == offered && effects.count == 1)
    _ = update(&model, .found("/m/x.pth", isThere: true))
    #expect(model.paletteEntries("/m/x.pth").first?.action == offered)
    // What was dropped at once is looked for when it is chosen.
    _ = update(&model, .key(.control("u")))
    #expect(update(&model, .pasted("'/a b.png' '/c.png'")).isEmpty && model.sought == nil)
  }

  /// A key of another panel says whose it is.
  @Test func keysThatDoNothingSayWhy() {
    var model = makeModel()
    _ = model.type("X")
    #expect(model.notice?.lines.first?.hasPrefix("X is a key of Kernels (3): copy") == true)
    _ = model.type("Z")
    #expect(model.notice?.lines == ["Z is not a key here; ? lists them"])
  }

  /// So does every key in every panel that changes nothing, and every one that the table does not have.
  @Test func noKeyIsSilent() {
    let others: [Key] = [.enter, .backspace, .delete, .home, .end, .function(5), .control("k")]
    let letters = "9@ ".unicodeScalars.map { Key.character($0) }
    let keys = Set(Command.table.flatMap(\.keys) + others + letters)
    for names in [["RepLKNet-13", "RepLKNet-31"], ["RepLKNet-13"], ["a/map.npy"]] {
      for panel in Panels.names {
        var start = makeModel(names)
        start.session.screen.moveFocus(to: panel)
        start.finish(start.pursue())
        start.notice = nil
        for key in keys {
          var model = start
          let effects = update(&model, .key(key))
          let isSeen =
            model.session != start.session || model.lists != start.lists
            || model.depth.selection != start.depth.selection
            || model.shapeBias.stimulus != start.shapeBias.stimulus
          #expect(
            isSeen || !effects.isEmpty || model.overlay != nil || model.notice != nil,
            "\(names) \(panel.rawValue) \(key.label)")
        }
      }
    }
  }

  /// The same of a command that is chosen by its key, and of keys where something is open.
  @Test func commandsWithoutEffectSayWhy() {
    func notice(_ script: String, _ names: [String] = ["RepLKNet-13", "RepLKNet-31"]) -> String? {
      var model = makeModel(names)
      for key in Key.script(script) { model.finish(update(&model, .key(key))) }
      return model.notice?.lines.first
    }
    #expect(notice(":r Enter") == "computing again what is on screen")
    #expect(notice(":a Enter") == "edits go to A already")
    #expect(notice(":a Enter", ["RepLKNet-13"]) == "there is one network; give two to compare")
    #expect(notice("1") == "Fields has the focus already")
    #expect(notice(":224 Enter") == "the input has this size already")
    #expect(notice(":RepLKNet-13 Enter")?.hasSuffix(" already") == true)
    #expect(notice("3 Up") == "the table goes no further up")
    #expect(notice("5 Up") == "this is the first image")
    #expect(notice("e x") == "x does nothing here: Esc closes the menu")
    #expect(notice("? x") == "x does nothing here: Esc closes the help")
    #expect(notice("+", ["a/map.npy"]) == "saved maps keep their size")
    #expect(notice("T", ["a/map.npy"]) == "a saved map has no theoretical field")
    #expect(notice("i", ["a/map.npy"])?.hasPrefix("a saved map does not hold") == true)
    #expect(notice("M S", ["a/map.npy"]) == "a saved map is not a network")
  }

  /// A seed is of random weights: trained ones stay, and the line says how to come to others.
  @Test func seedsAreOfRandomWeights() {
    func typing(_ script: String, _ name: String) -> Model {
      var model = makeModel([name])
      for key in Key.script(script) { model.finish(update(&model, .key(key))) }
      return model
    }
    let trained = typing(":'seed 5' Enter", "RepLKNet-13-nano")
    #expect(trained.session.networks[0].weights == .trained)
    #expect(
      trained.notice?.lines
        == ["A's weights are not random: W switches to random ones, which take a seed"])
    for name in ["seed 5", "random:5"] {
      let random = typing("W :'\(name)' Enter", "RepLKNet-13-nano")
      #expect(random.session.networks[0].weights == .random(seed: 5))
      #expect(random.notice?.lines == ["A has seed 5 now; u undoes it"])
      let undone = typing(":'\(name)' Enter u", "RepLKNet-13")
      #expect(undone.session.networks[0].weights == .random(seed: 0))
    }
    #expect(typing(":'seed 0' Enter", "RepLKNet-13").notice?.lines == ["A has seed 0 already"])
  }

  @Test func theStateOfAFormerRunSaysSo() {
    var options = ExplorerOptions()
    options.isRestored = true
    let terminal = FakeTerminal([])
    let loop = ExplorerLoop(
      session: .first, options: options, terminal: terminal,
      engine: TestEngine(FakeComputing(), FakeExporting()))
    #expect(loop.model.notice?.lines == ["as you left it; F starts afresh"])
    for (columns, rows) in [(80, 24), (120, 40)] {
      let screen = view(loop.model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(screen.contains("as you left it; F starts afresh"))
    }
  }
}

@Suite struct CurveTests {
  /// Where two curves run through one place, both of their colours are seen along it.
  @Test func curvesInOnePlaceAreBothSeen() {
    var canvas = CurveCanvas(
      area: Area(row: 0, column: 0, rows: 4, columns: 20), display: Display())
    let values = [0.1, 0.5, 0.9]
    canvas.add(values, .accent)
    canvas.add(values, .second)
    var frame = Frame(size: ScreenSize(rows: 4, columns: 20))
    canvas.draw(on: &frame)
    let inks = Set(frame.cells.filter { $0.scalar != " " }.map(\.foreground))
    #expect(inks == [.role(.accent), .role(.second)])
  }

  /// Without colours or Braille each curve has a character of its own.
  @Test func curvesHaveCharactersOfTheirOwn() {
    let signs = (0..<8).map { CurveCanvas.sign(Role.network($0)) }
    #expect(Set(signs).count == 8 && signs[0] == "*" && signs[1] == "o")
  }

  @Test func theTheoreticalFieldHasItsSizeWrittenOnIt() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.screen.showsTheory = true
    let field = model.facts(0)?.layer(model.session.target)?.receptiveField ?? 0
    for (columns, rows) in [(120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      // It is more than there is of the input, which its outline alone does not tell.
      let texts = ["theory \(field) px: the whole input", "theory \(field) px > input"]
      #expect(texts.contains { screen.contains($0) }, "\(columns)")
    }
  }

  @Test func theTheoreticalFieldIsTheWholeInputWhereItReachesBeyondAllSides() throws {
    let model = makeModel(["RepLKNet-13-nano"])
    let layer = try #require(model.facts(0)?.layer(model.session.target))
    let field = try #require(layer.receptiveField)
    func texts(_ side: Int, at place: Int) -> [String] {
      layer.theoryTexts(around: (place, place), height: side, width: side)
    }
    #expect(texts(field, at: field / 2).first == "theory \(field) px: the whole input")
    #expect(texts(field + 2, at: field / 2 + 1) == ["theory \(field) px"])
    #expect(texts(field, at: 0) == ["theory \(field) px"])
  }

  /// Where one line has no room for all curves, none of them is cut off.
  @Test(arguments: [24, 36, 50]) func legendsTakeLinesOfTheirOwn(_ columns: Int) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    _ = model.type("M")
    model.finish(model.type("S"))
    var frame = Frame(size: ScreenSize(rows: 20, columns: columns))
    frame.drawProfiles(model, in: Area(row: 0, column: 0, rows: 20, columns: columns))
    let glyphs = model.display.glyphs
    for network in model.compared {
      #expect(frame.text.contains("\(glyphs.mark) \(network.letter)"), "\(network.letter)")
    }
    #expect(!frame.text.contains("\(glyphs.ellipsis)"))
    // Where even lines have none, the letters are left to the tables.
    frame = Frame(size: ScreenSize(rows: 6, columns: columns))
    frame.drawProfiles(model, in: Area(row: 0, column: 0, rows: 6, columns: columns))
    #expect(frame.text.contains("share") && !frame.text.contains("\(glyphs.ellipsis)"))
  }

  /// All networks of a sweep have rows, lines and places in the depth view.
  @Test func manyNetworksHaveRowsAndLines() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    _ = model.type("M")
    model.finish(model.type("S"))
    let letters = model.compared.map(\.letter)
    #expect(letters == ["A", "B", "C", "D", "E", "F"])
    #expect(model.compared.allSatisfy { $0.metrics != nil })
    model.finish(model.type("4"))
    let size = ScreenSize(rows: 60, columns: 200)
    let metrics = view(model, size: size).text
    for letter in letters {
      #expect(metrics.contains(try Regex(" \(letter) +\\d+\\.\\d+%")), "\(letter)")
    }
    #expect(metrics.contains("C K = 3") && metrics.contains("F K = 25 25 25 13"))
    // The distances of a half stand under the curves.
    #expect(metrics.contains(/C 9|C 1\d/))
    model.finish(model.type("G"))
    #expect(
      model.compared.allSatisfy { network in model.depthPoints(network).allSatisfy { $0 != nil } })
    #expect(view(model, size: size).text.contains("F K = 25 25 25 13"))
    // Rows for all have room where the panel has the screen.
    model.finish(model.type("z"))
    #expect(view(model, size: size).text.contains(/\n? +F +\d/))
    let csv = model.depthCSV.split(separator: "\n")
    #expect(csv.count == 1 + letters.count * model.depthLayers(0).count)
  }
}
