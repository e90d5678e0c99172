// Sessions, exports and the clipboard, as far as they are values.

import ERFEngine
import TestSupport
import Synchronization
import Testing

@testable import ERFInterface

@Suite struct FileTests {
  @Test func theSessionIsWrittenUnderTheNameGiven() throws {
    var model = makeModel()
    _ = model.type("w")
    for _ in 0..<20 { _ = update(&model, .key(.backspace)) }
    for scalar in "mine".unicodeScalars { _ = model.type(scalar) }
    #expect(model.overlay == .prompt(Prompt(purpose: .saveSession, text: "mine")))
    guard
      case .save(let id, "mine.json", let session, isSure: false)? = update(&model, .key(.enter))
        .first
    else {
      Issue.record("nothing is written")
      return
    }
    #expect(session == model.session)
    #expect(update(&model, .key(.enter)).isEmpty && model.overlay != nil)
    _ = update(&model, .saved(id, path: "mine.json", failure: nil))
    #expect(model.overlay == nil)
    #expect(model.notice?.lines == ["wrote mine.json"] && model.log.last?.text == "wrote mine.json")
    _ = model.type("w")
    #expect(model.overlay == .prompt(Prompt(purpose: .saveSession, suggestion: "mine.json")))
    // The file that it wrote itself is asked for too: others may have changed it since.
    guard case .save(let again, "mine.json", _, isSure: false)? = update(&model, .key(.enter)).first
    else {
      Issue.record("nothing is written, or unasked")
      return
    }
    _ = update(&model, .saved(again, path: "mine.json", failure: nil))
    _ = model.type("w")
    _ = update(&model, .key(.control("u")))
    #expect(update(&model, .key(.enter)).isEmpty)
    guard case .prompt(let prompt)? = model.overlay else {
      Issue.record("the prompt is gone")
      return
    }
    #expect(prompt.complaint == "no name given")
  }

  /// What ends as folders do is no name of a file: with an ending it would be that of a hidden one. Whoever is to
  /// write it says what it is.
  @Test(arguments: ["ff/", "'/in/a b/' ", "ff/.", "..", "~", "/"])
  func foldersAreNoSessions(_ text: String) {
    var model = makeModel()
    model.overlay = .prompt(Prompt(purpose: .saveSession, text: text))
    guard case .save(let id, let path, _, _)? = update(&model, .key(.enter)).first else {
      Issue.record("nobody is asked")
      return
    }
    #expect(path == TypedPath.meant(text) && TypedPath.isOfFolder(path))
    _ = update(&model, .saved(id, path: path, failure: "is a folder"))
    guard case .prompt(let prompt)? = model.overlay else {
      Issue.record("the prompt is gone")
      return
    }
    #expect(prompt.text == text && prompt.complaint == "is a folder" && model.saving == nil)
  }

  /// A folder is told from one that is not there; nothing is written or made.
  @Test func foldersAreToldFromNone() throws {
    let folder = try TemporaryFolder()
    let mailbox = Mailbox<Message> {}
    let runner = EffectRunner(engine: LocalEngine(), mailbox: mailbox)
    let session = Session(models: ["replknet-3"])
    for (path, beginning) in [
      (folder.path + "/", "\(folder.path)/ is a folder: add a name"),
      (folder.path + "/none/", "there is no folder \(folder.path)/none/: add a name"),
    ] {
      _ = runner.carryOut(
        .save(RequestID(1), path: path, session, isSure: false), of: makeModel())
      runner.stop(seconds: 60)
      let failures = mailbox.takeAll().compactMap { message -> String? in
        if case .saved(_, path, let failure) = message { failure } else { nil }
      }
      #expect(failures.first?.hasPrefix(beginning) == true, "\(failures)")
    }
    #expect(!LocalEngine().exists(folder.path + "/none"))
  }

  /// The text stays, with what is wrong below it, and nothing is replaced unasked.
  @Test func promptsKeepTheirTextAndAsk() {
    var model = makeModel()
    _ = model.type("w")
    func entered() -> (id: RequestID, isSure: Bool)? {
      for case .save(let id, _, _, let isSure) in update(&model, .key(.enter)) {
        return (id, isSure)
      }
      return nil
    }
    guard let first = entered() else {
      Issue.record("nothing is written")
      return
    }
    _ = update(&model, .saveNeedsWord(first.id, "session.json already exists: Enter replaces it"))
    for (columns, rows) in [(80, 24), (120, 40)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains("> session.json_") && text.contains("Enter replaces it"))
    }
    let second = entered()
    #expect(!first.isSure && second?.isSure == true)
    _ = second.map { update(&model, .saved($0.id, path: "session.json", failure: "disk full")) }
    let text = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(text.contains("> session.json_") && text.contains("disk full"))
    // Another name is another question.
    _ = model.type("x")
    #expect(entered()?.isSure == false)
  }

  @Test func tabCompletesAndHomeIsKnown() throws {
    let folder = try TemporaryFolder()
    for name in ["photos-a.png", "photos-b.png", "other.txt"] {
      try LocalEngine().write([1], to: folder.file(name))
    }
    try LocalEngine().write([1], to: folder.file("deep/inside.txt"))
    let path = folder.path
    #expect(PathCompletion.counted("\(path)/ph") == ("\(path)/photos-", 2))
    #expect(PathCompletion.counted("\(path)/oth") == ("\(path)/other.txt", 1))
    #expect(PathCompletion.counted("\(path)/de") == ("\(path)/deep/", 1))
    #expect(PathCompletion.counted("\(path)/none") == ("\(path)/none", 0))
    #expect(PathCompletion.expanded("~/a") != "~/a" && PathCompletion.expanded("a~/b") == "a~/b")
    #expect(
      PathCompletion.question("\(path)/other.txt", LocalEngine())?.contains("replaces") == true)
    #expect(
      PathCompletion.question("\(path)/no/x.json", LocalEngine())?.contains("makes it") == true)
    #expect(PathCompletion.question("\(path)/new.json", LocalEngine()) == nil)
    var model = makeModel()
    _ = model.type("w")
    guard case .complete(let text, in: "")? = update(&model, .key(.tab)).first else {
      Issue.record("Tab does nothing")
      return
    }
    _ = update(&model, .completed(text, longer: "sessions/", names: ["sessions"]))
    #expect(model.overlay == .prompt(Prompt(purpose: .saveSession, text: "sessions/")))
  }

  @Test func theMenuOffersWhatCanBeHad() {
    var model = makeModel(finished: false)
    _ = model.type("e")
    #expect(update(&model, .key(.enter)).isEmpty)
    #expect(model.notice?.lines == ["no finished map to export yet"])
    for _ in 0..<50 { _ = update(&model, .key(.down)) }
    guard case .exportScreen(_, "png")? = update(&model, .key(.enter)).first else {
      Issue.record("the last entry is the screen as PNG")
      return
    }
    #expect(model.exporting != nil && model.overlay == nil)
    // What is written is the screen from before, without a word of its being written.
    #expect(model.notice == nil)
    #expect(model.type("e").isEmpty)
  }

  @Test func metricsAreTableLines() {
    var model = makeModel()
    guard case .copyMetrics? = model.type("y").first else {
      Issue.record("nothing is copied")
      return
    }
    func lines(_ text: String) -> [[String]] {
      text.split(separator: "\n").map {
        $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      }
    }
    let copied = lines(Figure(model).tabbed)
    #expect(copied.count == 3 && copied.allSatisfy { $0.count == copied[0].count })
    // Weights, size, layer, unit, pictures and rule stand beside the numbers, as in a figure's table.
    let facts = zip(copied[0], copied[1]).map { "\($0) \($1)" }
    for fact in [
      "network RepLKNet-13", "weights random:0", "input 224", "layer stage4", "row 3", "column 3",
      "rule paper", "squares centred", "pictures 1: image 0", "state ",
    ] {
      #expect(facts.contains(fact), "\(fact): \(facts)")
    }
    // Maps of an older request say so.
    _ = model.type("[")
    let stale = lines(Figure(model).tabbed)
    let state = stale[0].firstIndex(of: "state")
    #expect(state != nil && stale.dropFirst().allSatisfy { $0[state ?? 0] == "stale" })
  }

  /// A run that was stopped has figures and tables, which say of how many pictures it is.
  @Test func stoppedRunsAreExportedAsTables() throws {
    var model = makeModel(["RepLKNet-13-nano"])
    model.session.images.count = 6
    model.finish(model.pursue(), images: 6)
    model.sides[0].shown?.result = nil
    model.sides[0].shown?.images = 4
    for kind in ExportKind.all {
      let refusal = model.exportRefusal(kind)
      #expect((refusal == nil) == (kind.figureEnding != nil || kind.screenEnding != nil))
      #expect(refusal?.hasPrefix("A was stopped at 4 of 6: figures and tables take that") != false)
    }
    #expect(Figure(model).csv.contains("4 of 6, partial: "))
  }
}

@Suite struct SnapshotTests {
  @Test func scriptsAreKeys() {
    #expect(
      Key.script("3 b Down >> ^R F1 'a b' Esc") == [
        .character("3"), .character("b"), .down, .character(">"), .character(">"), .control("r"),
        .function(1), .character("a"), .character(" "), .character("b"), .escape,
      ])
    #expect(Key.script(":net31 Enter").count == 7)
  }

  @Test func playingWaitsForEachEffect() {
    var session = Session(models: ["replknet-3", "replknet-7"])
    session.size = InputSize(height: 64, width: 64)
    let computing = FakeComputing()
    let exporting = FakeExporting()
    let model = Headless.play(
      Key.script("[ 3 > w Enter e Enter"), on: session, display: Display(),
      engine: TestEngine(computing, exporting))
    #expect(!model.isBusy && model.sides.allSatisfy { $0.shown?.isComplete == true })
    #expect(computing.calls.finished.load(ordering: .sequentiallyConsistent) == 5)
    #expect(model.sides[0].shown?.subject?.tap == "stage3")
    #expect(exporting.written.withLock { $0.count } == 7)
    let left = Headless.play(
      Key.script("q c"), on: session, display: Display(), engine: TestEngine(computing, exporting))
    #expect(left.session.screen.colours == ColourRamp.all[0].name)
  }

  /// A script ends although an export of the screen gives no answer of its own.
  @Test(.timeLimit(.minutes(Sanitizers.areOff ? 2 : 20)), arguments: ["txt", "ans", "svg", "png"])
  func aScriptExportsTheScreen(ending: String) throws {
    let folder = try TemporaryFolder()
    let kinds = ExportKind.all
    let place = try #require(kinds.firstIndex { $0.screenEnding == ending })
    let model = Headless.play(
      [.character("e")] + [Key](repeating: .down, count: place) + [.enter],
      on: Session(models: ["replknet-3"]), display: Display(depth: .mono),
      size: ScreenSize(rows: 24, columns: 80),
      engine: TestEngine(FakeComputing(), FolderExporting(folder: folder.path)))
    #expect(!model.isBusy && model.notice?.lines == ["wrote replk-tui-screen.\(ending)"])
    #expect(folder.names == ["replk-tui-screen.\(ending)"])
    let bytes = try folder.read("replk-tui-screen.\(ending)")
    #expect(!bytes.isEmpty)
    if ending == "txt" {
      let lines = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 25 && lines.dropLast().allSatisfy { $0.unicodeScalars.count <= 80 })
      #expect(lines[0].contains("replk-tui"))
    }
  }

  @Test func screensAreFilesOfEveryKind() throws {
    let frame = view(makeModel(), size: ScreenSize(rows: 24, columns: 80))
    #expect(String(decoding: Snapshot.text(frame), as: UTF8.self) == frame.text + "\n")
    let coloured = String(decoding: Snapshot.ansi(frame, depth: .trueColour), as: UTF8.self)
    var bare = ""
    var isEscape = false
    for scalar in coloured.unicodeScalars {
      if scalar == "\u{1b}" { isEscape = true }
      if !isEscape { bare.unicodeScalars.append(scalar) }
      if scalar == "m" { isEscape = false }
    }
    let lines = bare.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(24).allSatisfy { $0.unicodeScalars.count == 80 })
    let svg = String(decoding: Snapshot.svg(frame), as: UTF8.self)
    #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n") && svg.contains(">RepLKNet-13<"))
    let png = try Snapshot.png(frame, scale: 1)
    #expect(png.prefix(4) == [0x89, 0x50, 0x4e, 0x47])
    #expect(try Snapshot.encode(frame, ending: "bmp", depth: .mono) == nil)
  }

  /// Whatever a screen shows has strokes, else pictures would have holes.
  @Test(arguments: ScreenState.allCases.filter { !ScreenState.foreign.contains($0) })
  func everyCharacterCanBeDrawn(_ state: ScreenState) {
    let frame = view(state.model(Display()), size: ScreenSize(rows: 60, columns: 200))
    let drawn: Set<Unicode.Scalar> = [" ", "▀", "▎", "─", "━", "│", "●"]
    let missing = Set(frame.cells.map(\.scalar)).filter {
      !drawn.contains($0) && !(0x2800...0x28ff).contains($0.value)
        && !(0x2581...0x2588).contains($0.value) && StrokeFont.strokes($0).isEmpty
    }
    #expect(missing.isEmpty)
  }

  @Test func everyASCIICharacterHasStrokes() {
    for value in 33...126 {
      #expect(Unicode.Scalar(value).map { !StrokeFont.strokes($0).isEmpty } == true)
    }
  }
}
