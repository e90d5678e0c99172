// Paths that are typed into the palette: what lies there says how it is opened.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct PalettePathTests {
  private func first(_ text: String) -> PaletteEntry? { makeModel().paletteEntries(text).first }

  @Test(arguments: ["/p/x.JPEG", "p/x.png", "x.jpg", "'/p/a b.png'"])
  func picturesAreShown(_ text: String) {
    #expect(first(text)?.action == .pictures(text))
    #expect(first(text)?.title == "show the picture \(text)")
  }

  @Test func severalPicturesAreAveragedOver() {
    let text = "'/p/a b.png' '/c.png'"
    #expect(first(text)?.action == .pictures(text))
    #expect(first(text)?.title.hasPrefix("average over") == true)
  }

  @Test func otherEndingsAreSessionsAndNetworks() {
    for text in ["s/one.json", "one.JSON"] { #expect(first(text)?.action == .sessionFile(text)) }
    // The parts of a checkpoint, and a saved map that is a picture, too.
    let maps = ["/m/map.pgm", "map.npy", "map.CSV", "maps.npz#late"]
    for text in ["m/model.safetensors.index.json"] + maps {
      #expect(first(text)?.action == .file(text))
    }
  }

  /// A folder or a file where the program runs goes before what its name is found in.
  @Test func whatIsThereIsOfferedFirst() {
    var model = makeModel()
    for scalar in ":st".unicodeScalars { _ = model.type(scalar) }
    let others = model.paletteEntries("st")
    #expect(!others.isEmpty && others.first?.action != .pictures("st"))
    _ = update(&model, .key(.down))
    _ = update(&model, .found("st", isThere: true))
    let entries = model.paletteEntries("st")
    #expect(entries.prefix(2).map(\.action) == [.pictures("st"), .file("st")])
    // What was selected before that was known is selected still.
    guard others.count > 1, case .palette(_, let selection)? = model.overlay else {
      Issue.record("nothing is selected")
      return
    }
    #expect(entries[selection] == others[1])
    // A key is what it is.
    _ = update(&model, .key(.control("u")))
    _ = model.type("4")
    _ = update(&model, .found("4", isThere: true))
    #expect(model.paletteEntries("4").first?.action != .pictures("4"))
  }

  /// A key may be called so, too.
  @Test(arguments: [".", ".."]) func theFolderItselfIsAFolder(_ text: String) {
    var model = makeModel()
    for scalar in ":\(text)".unicodeScalars { _ = model.type(scalar) }
    #expect(
      model.paletteEntries(text).prefix(2).map(\.action) == [.pictures(text), .file(text)])
    guard case .listImages(_, let path)? = update(&model, .key(.enter)).first else {
      Issue.record("the folder is not opened")
      return
    }
    #expect(path == text)
  }

  /// The palette with `st` typed, and with Enter and what was typed behind it.
  private func entered(_ keys: [Key] = []) -> Model {
    var model = makeModel()
    for scalar in ":st".unicodeScalars { _ = model.type(scalar) }
    for key in [.enter] + keys { #expect(update(&model, .key(key)).isEmpty) }
    return model
  }

  private static let dropped = ["keys typed before the answer came are dropped; Esc gives up"]

  /// What Enter does with a name depends on what lies there: it waits for the look, and so do the keys
  /// behind it, in their order.
  @Test func enterWaitsForTheLook() throws {
    var model = entered([.character("x"), .backspace, .character("y")])
    #expect(model.overlay == .palette(query: "st", selection: 0) && model.holdsKeys)
    #expect(model.notice?.lines == ["looking for st; Esc gives up"])
    // An answer to what was typed before is none.
    _ = update(&model, .found("s", isThere: true))
    #expect(model.holdsKeys)
    _ = update(&model, .found("st", isThere: true))
    guard case .prompt(let prompt)? = model.overlay else {
      Issue.record("the path is not opened: \(String(describing: model.overlay))")
      return
    }
    // The path that is opened stays as it is.
    #expect(prompt.purpose == .addImages && prompt.text == "st" && !model.holdsKeys)
    #expect(model.notice?.lines == Self.dropped)
    // Where nothing is called so, it is the first of what the name is found in, and keys are commands.
    model = makeModel()
    for scalar in ":swap a and b".unicodeScalars { _ = model.type(scalar) }
    for key in [.enter, .character("z")] as [Key] { _ = update(&model, .key(key)) }
    _ = update(&model, .found("swap a and b", isThere: false))
    #expect(model.session.networks.map(\.model) == ["RepLKNet-31", "RepLKNet-13"])
    #expect(model.session.screen.isZoomed && model.overlay == nil && model.notice == nil)
  }

  @Test func escapeEndsTheWait() {
    var model = entered([.character("x")])
    let before = model.session
    _ = update(&model, .key(.escape))
    #expect(model.overlay == nil && model.notice == nil && model.sought == nil)
    _ = update(&model, .found("st", isThere: true))
    #expect(model.overlay == nil && model.session == before)
  }

  /// Sizes, names of networks, paths and keys are what they are: nothing is waited for.
  @Test(arguments: ["64", "resnet-101", "/m/x/", "z"])
  func enterWaitsForNothingElse(_ text: String) {
    var model = makeModel()
    for scalar in (":" + text).unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.enter))
    #expect(!model.holdsKeys && model.overlay != .palette(query: text, selection: 0))
  }

  /// Each of several paths is looked for, wherever they begin.
  @Test func severalPathsAreLookedForOneByOne() throws {
    let folder = try TemporaryFolder()
    let picture = try Fixtures.bytes("images/binary-16.ppm")
    for name in ["a.ppm", "c.ppm"] { _ = try folder.write(picture, to: name) }
    let names = [folder.file("a.ppm"), folder.path + "/./c.ppm", folder.path + "/./a.ppm"]
    let whole = names.joined(separator: " ")
    #expect(try Set(LocalEngine().images(at: whole).paths) == Set(names.prefix(2)))
    func found(_ text: String) -> Bool? {
      let mailbox = Mailbox<Message> {}
      let runner = EffectRunner(engine: LocalEngine(), mailbox: mailbox)
      _ = runner.carryOut(.find(text), of: makeModel())
      runner.stop(seconds: 60)
      guard case .found(_, let isThere)? = mailbox.takeAll().first else { return nil }
      return isThere
    }
    // Where the tests run there are these two.
    #expect(found(". ..") == true && found(". no-such-name") == false && found("..") == true)
    // An array is where its archive is.
    let archive = try folder.write([1], to: "maps.npz")
    #expect(found(archive + "#late") == true && found(archive + "s#late") == false)
    #expect(first("p/a.jpg p/b.jpg")?.title.hasPrefix("average over") == true)
  }

  /// Keys behind the Enter that opens a file are no part of its path, nor is pasted text.
  @Test(arguments: [Key.character("v"), .backspace, .down, .tab, .enter, .control("u")])
  func keysDoNotSpoilThePathThatIsOpened(_ key: Key) {
    var model = makeModel()
    for scalar in ":a.npy".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.enter))
    for _ in 0..<2 { #expect(update(&model, .key(key)).isEmpty) }
    #expect(model.notice?.lines == Self.dropped)
    #expect(model.log.map(\.text).filter { Self.dropped.contains($0) } == Self.dropped)
    #expect(update(&model, .pasted("b")).isEmpty)
    let map = NetworkSpec(shown: "a.npy")
    _ = update(&model, .visited("a.npy", .network(map, path: "/h/a.npy")))
    #expect(model.overlay == nil && model.session.networks[0] == map)
  }

  /// Nor are they of the path of pictures, which stays where it is refused.
  @Test func keysDoNotSpoilThePathOfPictures() {
    var model = makeModel()
    for scalar in ":p/x.png".unicodeScalars { _ = model.type(scalar) }
    guard case .listImages(let id, _)? = update(&model, .key(.enter)).first else {
      Issue.record("the picture is not looked for")
      return
    }
    #expect(model.type("v").isEmpty && model.notice?.lines == Self.dropped)
    _ = update(&model, .foundImages(id, paths: [], failure: "p/x.png: there is no such file"))
    #expect(model.overlay?.typed == "p/x.png")
    _ = model.type("v")
    #expect(model.overlay?.typed == "p/x.pngv")
  }

  /// What is left once the path was typed and Enter was pressed.
  private func opened(_ path: String) -> Model {
    var model = makeModel()
    for scalar in (":" + path).unicodeScalars { _ = model.type(scalar) }
    let effects = update(&model, .key(.enter))
    #expect(model.overlay == nil && model.isBusy)
    let mailbox = Mailbox<Message> {}
    let runner = EffectRunner(engine: LocalEngine(), mailbox: mailbox)
    for effect in effects {
      guard case .readSession = effect else { continue }
      #expect(runner.carryOut(effect, of: model) == nil)
    }
    runner.stop(seconds: 60)
    for message in mailbox.takeAll() { _ = update(&model, message) }
    return model
  }

  @Test func sessionsOpen() throws {
    let folder = try TemporaryFolder()
    var session = Session(models: ["replknet-3"])
    session.title = "mine"
    let path = try folder.write(session.encoded(), to: "s.json")
    let model = opened(path)
    #expect(model.session == session && model.sessionPath == path)
    #expect(model.notice == Notice(.note, "opened \(path)"))
  }

  /// Nor are keys for the session that gives way to the one that is read; Esc keeps it.
  @Test func keysDoNotReachTheSessionThatGoes() {
    let (other, text) = (Session(models: ["replknet-3"]), "s.json")
    for givesUp in [false, true] {
      var model = makeModel()
      let before = model.session
      for scalar in (":" + text).unicodeScalars { _ = model.type(scalar) }
      _ = update(&model, .key(.enter))
      _ = model.type("v")
      #expect(model.session == before)
      #expect(model.notice?.lines == Self.dropped)
      if givesUp { _ = update(&model, .key(.escape)) }
      _ = update(&model, .sessionRead(text, .session(other, path: text)))
      #expect(model.session == (givesUp ? before : other) && !model.holdsKeys)
    }
  }

  @Test func otherFilesAreNoSessions() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("{}".utf8), to: "s.json")
    let model = opened(path)
    #expect(model.session == makeModel().session && model.readingSession == nil)
    #expect(model.notice?.kind == .failure)
    #expect(model.notice?.lines.first?.hasSuffix("it lacks the field version") == true)
  }
}
