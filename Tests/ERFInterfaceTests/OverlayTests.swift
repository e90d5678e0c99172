// The palette and the searchable help.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct OverlayTests {
  private func typing(_ text: String, _ keys: [Key] = []) -> Model {
    var model = makeModel()
    for scalar in text.unicodeScalars { _ = model.type(scalar) }
    for key in keys { _ = update(&model, .key(key)) }
    return model
  }

  @Test func lettersOfTheQueryAreFoundInOrder() {
    #expect("open replknet-31 as A".fuzzyScore("rep31") != nil)
    #expect("open replknet-31 as A".fuzzyScore("31rep") == nil)
    #expect("anything".fuzzyScore("") == 0)
    let word = "next stage".fuzzyScore("stage") ?? 0
    let scattered = "shift the average".fuzzyScore("stage") ?? 0
    #expect(word > scattered)
  }

  @Test func paletteRunsCommandsOfAnyPanel() {
    var model = typing(":swap a and b")
    #expect(model.paletteEntries("swap a and b").first?.keyLabel == "x")
    let effects = model.enter()
    #expect(model.overlay == nil && model.focus == .kernels)
    #expect(model.session.networks.map(\.model) == ["RepLKNet-31", "RepLKNet-13"])
    // The maps change sides with their networks: nothing is computed.
    #expect(effects.computed.isEmpty)
  }

  @Test func paletteOpensNetworksAndSizes() {
    var model = typing("b:open resnet-101")
    let effects = update(&model, .key(.enter))
    #expect(effects.computed.map(\.network.model) == ["resnet-101"])
    #expect(model.session.networks.map(\.model) == ["RepLKNet-13", "resnet-101"])
    for scalar in "u:input size 64".unicodeScalars { _ = model.type(scalar) }
    #expect(model.session.networks[1].model == "RepLKNet-31")
    _ = model.enter()
    #expect(model.session.size.height == 64)
  }

  /// The beginning of a name goes before words and letters found anywhere.
  @Test func namesGoBeforeScatteredHits() {
    let model = makeModel()
    func first(_ query: String) -> PaletteEntry.Action? {
      model.paletteEntries(query).first?.action
    }
    #expect(first("Kernel sw") == .session("kernel-sweep"))
    #expect(first("nano-13-31") == .session("nano-13-31"))
    #expect(first("resnet101") == .network("resnet-101"))
    guard case .command(let command)? = first("theory") else {
      Issue.record("no command")
      return
    }
    #expect(command.name == .theory)
  }

  /// Beginnings of words come before the initials of a command's name, those before what lies within words.
  @Test func initialsAreFoundBeforePartsOfWords() {
    let model = makeModel()
    func first(_ query: String) -> PaletteEntry.Action? {
      model.paletteEntries(query).first?.action
    }
    func command(_ query: String) -> CommandName? {
      guard case .command(let command)? = first(query) else { return nil }
      return command.name
    }
    #expect(command("oac") == .open && command("tnb") == .nextBlock)
    #expect(command("sb") == .panel(.shapeBias))
    // As does the middle of "cancel".
    #expect(command("nc") == .nextColours)
    #expect(model.paletteEntries("nc").contains { $0.title.hasPrefix("cancel") })
    #expect(first("net31") == .network("replknet-31"))
    let entries = model.paletteEntries("rep31").map(\.action)
    #expect(entries.contains(.network("replknet-31")))
  }

  /// Enter on a name that nothing has does nothing, be its letters in some sentence or not.
  @Test(arguments: ["nothere", "data", "test", "images2", "open nothere"])
  func scatteredLettersAreNoName(_ text: String) {
    var model = makeModel()
    let before = model.session
    for scalar in (":" + text).unicodeScalars { _ = model.type(scalar) }
    #expect(model.enter().isEmpty && model.session == before)
    #expect(model.overlay == .palette(query: text, selection: 0))
    #expect(model.paletteEntries(text).isEmpty)
    #expect(view(model, size: model.size).text.contains("nothing has that name"))
  }

  /// Initials are those of a name from its beginning, and no number is another one than was typed.
  @Test(arguments: ["s5", "is5", "fc", "size 5", "input size 51", "nexst"])
  func fewLettersAreNoOtherName(_ text: String) {
    let entries = makeModel().paletteEntries(text)
    #expect(entries.isEmpty, "\(entries.map(\.title))")
    #expect(makeModel().paletteEntries("size 512").first?.title == "input size 512")
  }

  /// A path is no part of a title, whatever signs that has.
  @Test func pathsAreFoundInNoTitle() {
    var model = makeModel()
    for scalar in ":m/max".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .found("m/max", isThere: false))
    #expect(model.paletteEntries("m/max").isEmpty)
    #expect(view(model, size: model.size).text.contains("there is no such file or folder"))
  }

  /// A key's own letter is that key's command, whatever else begins so; longer words are names.
  @Test func keysGoBeforeBeginningsOfNames() {
    let model = makeModel()
    func first(_ query: String) -> CommandName? {
      guard case .command(let command)? = model.paletteEntries(query).first?.action else {
        return nil
      }
      return command.name
    }
    let known: [(String, CommandName)] = [
      ("e", .export), ("w", .write), ("W", .weights), ("q", .quit), ("o", .open), ("r", .recompute),
      ("[", .previousStage), (" e", .export),
    ]
    for (query, name) in known { #expect(first(query) == name, "\(query)") }
    #expect(model.paletteEntries("ef").first?.action == .network("efficientnet-lite0"))
    // Keys of other panels are found by their letter, too.
    #expect(model.paletteEntries("x").prefix(2).map(\.keyLabel) == ["x", "x"])
    // The rest that begins so stays in the list, once.
    let entries = model.paletteEntries("e")
    #expect(entries.contains { $0.action == .network("efficientnet-lite0") })
    #expect(entries.count { $0 == entries[0] } == 1)
    #expect(model.paletteEntries("8").first?.title == "input size 8")
  }

  /// Numbers are not found in the letters of a name; of plain whole ones it is told which are sizes.
  @Test(arguments: [
    ("2x2", true), ("9000", true), (" 9000 ", true), ("1e5", false), ("1e", false), ("-5", false),
    ("+224", false), ("+7.5", false), (".5", false), ("1E-3", false), (" 1e3 ", false),
  ])
  func numbersAreNoLettersOfNames(_ text: String, isSize: Bool) {
    var model = makeModel()
    #expect(model.paletteEntries(text).isEmpty)
    let before = model.session
    for scalar in (":" + text).unicodeScalars { _ = model.type(scalar) }
    let line = isSize ? "input sizes go from 8 to 4096 pixels" : "nothing has that name"
    #expect(view(model, size: model.size).text.contains(line))
    #expect(model.enter().isEmpty && model.session == before)
    #expect(model.overlay == .palette(query: text, selection: 0))
  }

  /// As at the prompts of editors.
  @Test(arguments: ["e", "edit", "open"])
  func wordsForOpeningAreNoPartOfWhatIsOpened(_ word: String) {
    let model = makeModel()
    #expect(
      model.paletteEntries("\(word) /m/x.pth").first?.action == .file("/m/x.pth"))
    #expect(
      model.paletteEntries("\(word) resnet-50").first?.action == .network("resnet-50"))
  }

  /// What was typed stays where nothing has that name.
  @Test func paletteSaysWhatIsNotThere() {
    let model = typing(":zzzzzz", [.enter])
    #expect(model.overlay == .palette(query: "zzzzzz", selection: 0))
    #expect(typing(":q", [.escape]).overlay == nil)
    #expect(typing(":ab", [.backspace]).overlay == .palette(query: "a", selection: 0))
  }

  /// A whole path takes the place of a suggestion that was not touched; anything else goes on from it.
  @Test func pastedPathsReplaceSuggestions() {
    func text(after keys: String, pasting pasted: String) -> String? {
      var model = makeModel()
      model.sessionPath = "/home/me/a.json"
      _ = model.type("w")
      for key in keys.unicodeScalars { _ = update(&model, .key(Key(scalar: key))) }
      _ = update(&model, .pasted(pasted))
      guard case .prompt(let prompt) = model.overlay else { return nil }
      return prompt.text
    }
    #expect(text(after: "", pasting: "/tmp/x/c.json") == "/tmp/x/c.json")
    #expect(text(after: "", pasting: "~/c.json") == "~/c.json")
    #expect(text(after: "", pasting: ".bak") == "/home/me/a.json.bak")
    #expect(text(after: "b", pasting: "/c.json") == "/home/me/a.jsonb/c.json")
  }

  @Test func pastedTextIsText() {
    var model = typing("w")
    _ = update(&model, .pasted("q\n[x\u{1b}"))
    guard case .prompt(let prompt)? = model.overlay else {
      Issue.record("the prompt is gone")
      return
    }
    #expect(prompt.text == "session.jsonq [x")
    // Words of two lines stay two, and ends of lines are no part of a name.
    model = typing("w")
    _ = update(&model, .pasted("\n/s/a.json\r\n\nq\n"))
    #expect(model.overlay?.typed == "/s/a.json q")
    // Over the panels it is no command.
    model = makeModel()
    let target = model.session.target
    #expect(update(&model, .pasted("q[t")).isEmpty)
    #expect(model.session.target == target && model.overlay == nil)
    #expect(model.notice?.lines.first?.contains("line of input") == true)
  }

  /// Lines of input take as much as a path may have, and say so; however long a text is, matching it
  /// costs no more than reading it.
  @Test(arguments: [":", "w", "o", "?/"]) func longTextsAreCut(_ keys: String) {
    let text = String(repeating: "word ", count: 20_000)
    let start = ContinuousClock.now
    var model = typing(keys)
    _ = update(&model, .key(.control("u")))
    _ = update(&model, .pasted(text))
    #expect(model.overlay?.typed == String(text.prefix(EditedLine.limit)))
    #expect(model.notice?.lines == [EditedLine.full])
    let size = ScreenSize(rows: 24, columns: 80)
    #expect(view(model, size: size).text.contains("no more than 4096 bytes"))
    for _ in 0..<2000 { _ = update(&model, .key(.character("x"))) }
    #expect(model.overlay?.typed?.utf8.count == EditedLine.limit)
    _ = update(&model, .key(.backspace))
    #expect(model.notice == nil && model.overlay?.typed?.utf8.count == EditedLine.limit - 1)
    #expect(start.duration(to: .now) < .seconds(60))
  }

  @Test func longQueriesFitNoShortName() {
    let query = String(repeating: "e", count: 100_000)
    #expect("open replknet-31 as A".fuzzyScore(query) == nil)
    #expect("e e".fuzzyScore("e   e") != nil)
  }

  @Test func helpBeginsWithTheKeysOfThePanel() {
    var model = makeModel()
    func first() -> String { Help.lines(model, width: 80).first?.map(\.text).joined() ?? "" }
    func all() -> [String] { Help.lines(model, width: 80).map { $0.map(\.text).joined() } }
    // The panel's own keys, then the tour, which the first page still reaches.
    #expect(first() == "In Fields")
    #expect(all().prefix(20).contains("What to press first"))
    _ = model.type("3")
    #expect(first() == "In Kernels")
    let tour = all().firstIndex(of: "What to press first")
    #expect((tour ?? .max) < (all().firstIndex(of: "What is computed") ?? 0))
    // Each key of it does something.
    let keys = Set(Command.table.flatMap(\.keys).map(\.label))
    for step in Help.tour {
      for word in step.keys.split(separator: " ") where word != "/" {
        #expect(keys.contains(String(word)), "\(word)")
      }
    }
  }

  @Test func helpIsSearched() {
    let model = typing("?/undo")
    #expect(model.overlay == .help(query: "undo", isSearching: true, scroll: 0))
    let lines = Help.lines(model, width: 80, query: "UNDO").map { $0.map(\.text).joined() }
    #expect(lines.contains { $0.contains("undo the last edit") })
    #expect(!lines.contains { $0.contains("colour map") })
    #expect(
      typing("?/undo", [.enter, .escape]).overlay == .help(query: "", isSearching: false, scroll: 0)
    )
    #expect(typing("?/undo", [.enter, .escape, .escape]).overlay == nil)
  }
}
