// The file browser: keys, answers that come late, and files on disk.

import Dispatch
import ERFEngine
import Synchronization
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct BrowserTests {
  private let folder = CheckpointFolder(
    path: "/a/b", folders: ["c"],
    files: [.init(name: "x.pth", bytes: 5), .init(name: "y.safetensors", bytes: 6)])

  private func opened(recent: [String] = []) -> Model {
    var model = makeModel()
    _ = model.type("o")
    _ = update(&model, .listed("", .folder(folder, recent: recent)))
    return model
  }

  private func browser(_ model: Model) -> Browser? {
    if case .browser(let browser) = model.overlay { browser } else { nil }
  }

  private func listed(_ effects: [Effect]) -> [String] {
    effects.compactMap { if case .list(let path) = $0 { path } else { nil } }
  }

  private func looked(_ effects: [Effect]) -> [String] {
    effects.compactMap { if case .look(let path) = $0 { path } else { nil } }
  }

  @Test func foldersAreWalked() {
    var model = opened()
    #expect(browser(model)?.entries == [.parent, .folder("c")] + folder.files.map { .file($0) })
    #expect(listed(update(&model, .key(.left))) == ["/a"])
    let above = CheckpointFolder(path: "/a", folders: ["a", "b"], files: [])
    _ = update(&model, .listed("/a", .folder(above, recent: [])))
    #expect(browser(model)?.selected == .folder("b"), "where one comes from is selected")
    #expect(listed(update(&model, .key(.enter))) == ["/a/b"])
    _ = update(&model, .listed("/a/b", .refused("permission\u{1b} denied")))
    #expect(browser(model)?.failure == "permission? denied")
    #expect(listed(update(&model, .key(.backspace))) == ["/"])
    // An answer to an older question changes nothing.
    _ = update(&model, .listed("/a", .folder(above, recent: [])))
    #expect(browser(model)?.path == "/" && browser(model)?.isListing == true)
  }

  /// A path in the palette is one that was typed here: what is wrong with it stands below it.
  @Test func pathsInThePaletteAreVisited() {
    var model = makeModel()
    for scalar in ":/tmp/map.pgm".unicodeScalars { _ = model.type(scalar) }
    let effects = update(&model, .key(.enter))
    #expect(
      effects.contains { if case .visit("/tmp/map.pgm", in: "") = $0 { true } else { false } })
    _ = update(&model, .visited("/tmp/map.pgm", .refused("is no network")))
    let folder = CheckpointFolder(path: "/here", folders: [], files: [])
    _ = update(&model, .listed("", .folder(folder, recent: [])))
    #expect(browser(model)?.query == "/tmp/map.pgm" && browser(model)?.complaint == "is no network")
  }

  /// The look at what a listing selects would end the one at what was typed, whose answer opens it.
  @Test func listingsDoNotEndVisits() {
    var model = makeModel()
    for scalar in ":x.pth".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.enter))
    #expect(browser(model)?.visiting == "x.pth")
    #expect(looked(update(&model, .listed("", .folder(folder, recent: [])))) == [])
    #expect(looked(update(&model, .visited("x.pth", .refused("is no network")))) == ["/a/b/x.pth"])
  }

  @Test func filesAreLookedIntoAndOpened() {
    var model = opened()
    _ = model.type("b")
    #expect(browser(model)?.query == "b")
    _ = update(&model, .key(.control("u")))
    _ = update(&model, .key(.down))
    #expect(looked(update(&model, .key(.down))) == ["/a/b/x.pth"])
    #expect(looked(update(&model, .key(.enter))).isEmpty)
    #expect(browser(model)?.opening == "/a/b/x.pth")
    let choice = NetworkSpec(shown: "resnet-18", weights: .file("/a/b/x.pth"))
    let effects = update(&model, .looked("/a/b/x.pth", .network(choice, summary: "")))
    #expect(model.overlay == nil && model.session.networks[0] == choice)
    func isRemembered(_ effects: [Effect]) -> Bool {
      effects.contains { if case .remember("/a/b/x.pth") = $0 { true } else { false } }
    }
    // Once its weights are in.
    #expect(effects.computed.count == 1 && !isRemembered(effects))
    #expect(model.notice?.lines == ["opening x.pth as A"])
    #expect(
      isRemembered(
        update(&model, .prepared(effects.ids[0], makeSubject(effects.computed[0])))))
    #expect(model.notice?.lines == ["opened x.pth as A"])
    _ = model.type("u")
    #expect(model.session.networks[0].model == "RepLKNet-13")
  }

  /// What only its weights tell: the text is there again with the reason below it, and the file is not
  /// said to have been opened.
  @Test func filesThatAreRefusedLateAreTypedAgain() {
    var model = opened()
    for scalar in "/m/nan.pth".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.enter))
    let choice = NetworkSpec(shown: "resnet-18", weights: .file("/m/nan.pth"))
    let effects = update(
      &model, .visited("/m/nan.pth", .network(choice, path: "/m/nan.pth")))
    #expect(model.overlay == nil)
    let after = update(&model, .failed(effects.ids[0], "nan.pth: conv1 holds NaN"))
    #expect(browser(model)?.query == "/m/nan.pth" && listed(after) == ["/m"])
    #expect(screens(model).allSatisfy { $0.contains("conv1 holds NaN; A stays RepLKNet-13") })
    #expect(
      model.log.map(\.text).filter { $0.contains("nan.pth") }
        == ["refused: nan.pth: conv1 holds NaN; A stays RepLKNet-13"])
    #expect(!after.contains { if case .remember = $0 { true } else { false } })
    let there = CheckpointFolder(path: "/m", folders: [], files: [])
    _ = update(&model, .listed("/m", .folder(there, recent: [])))
    #expect(screens(model).allSatisfy { $0.contains("conv1 holds NaN") })
    #expect(model.session.networks[0].model == "RepLKNet-13")
  }

  /// Where nothing had opened before it, there is nothing to go back to; that the file is being opened is
  /// not said any more.
  @Test func refusalsTakeThePlaceOfTheOpening() {
    var model = makeModel(finished: false)
    _ = model.type("o")
    for scalar in "/m/nan.pth".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.enter))
    let choice = NetworkSpec(shown: "resnet-18", weights: .file("/m/nan.pth"))
    let effects = update(
      &model, .visited("/m/nan.pth", .network(choice, path: "/m/nan.pth")))
    #expect(screens(model).allSatisfy { $0.contains("opening nan.pth as A") })
    _ = update(&model, .failed(effects.ids[0], "nan.pth: conv1 holds NaN"))
    #expect(screens(model).allSatisfy { $0.contains("conv1 holds NaN") })
    #expect(screens(model).allSatisfy { !$0.contains("opening") })
    #expect(model.notice?.kind == .failure && model.openingFile == nil)
  }

  /// What was typed counts from the folder that it was typed in, which the screen says, and still does
  /// when it is there again.
  @Test func relativePathsCountFromTheFolderOnScreen() {
    var model = opened()
    for scalar in "c/nan.pth".unicodeScalars { _ = model.type(scalar) }
    #expect(screens(model).allSatisfy { $0.contains("Enter opens this path in this folder, Tab") })
    guard case .visit("c/nan.pth", in: "/a/b")? = update(&model, .key(.enter)).first else {
      Issue.record("not taken from the folder on screen")
      return
    }
    let choice = NetworkSpec(shown: "resnet-18", weights: .file("/a/b/c/nan.pth"))
    let effects = update(
      &model, .visited("c/nan.pth", .network(choice, path: "/a/b/c/nan.pth")))
    let after = update(&model, .failed(effects.ids[0], "nan.pth: conv1 holds NaN"))
    #expect(browser(model)?.query == "c/nan.pth" && listed(after) == ["/a/b"])
    for _ in "c/nan.pth" { _ = update(&model, .key(.backspace)) }
    for scalar in "'/m/x.pth".unicodeScalars { _ = model.type(scalar) }
    #expect(screens(model).allSatisfy { $0.contains("Enter opens this path, Tab") })
  }

  @Test func refusedFilesStayClosed() {
    var model = opened(recent: ["/r/old.pth"])
    _ = update(&model, .key(.home))
    #expect(browser(model)?.selected == .recent("/r/old.pth"))
    _ = update(&model, .key(.enter))
    _ = update(&model, .looked("/r/old.pth", .refused("no checkpoint")))
    #expect(browser(model)?.opening == nil && model.session.networks[0].model == "RepLKNet-13")
    _ = update(&model, .key(.escape))
    #expect(model.overlay == nil)
    // Closed: what comes late is dropped.
    let choice = NetworkSpec(shown: "resnet-18", weights: .file("/r/old.pth"))
    _ = update(&model, .looked("/r/old.pth", .network(choice, summary: "")))
    #expect(model.session.networks[0].model == "RepLKNet-13")
  }

  @Test func typingFilters() {
    var model = opened()
    for scalar in "ysa".unicodeScalars { _ = model.type(scalar) }
    #expect(browser(model)?.entries == [.file(folder.files[1])])
    #expect(browser(model)?.contents[PathKey("/a/b/y.safetensors")] == .looking)
    _ = model.type("z")
    #expect(browser(model)?.entries == [])
    guard case .visit("ysaz", in: "/a/b")? = update(&model, .key(.enter)).first else {
      Issue.record("what no name in the list begins like is taken as a path")
      return
    }
    _ = update(&model, .visited("ysaz", .refused("/a/b/ysaz: there is no such file")))
    #expect(browser(model)?.query == "ysaz" && browser(model)?.isListing == false)
  }

  /// The text on screen at two sizes.
  private func screens(_ model: Model) -> [String] {
    [(80, 24), (120, 40)].map { columns, rows in
      view(model, size: ScreenSize(rows: rows, columns: columns)).text
    }
  }

  @Test func pathsAreTypedAndPasted() {
    var model = opened()
    for scalar in "~/".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .pasted("mo dels/x.pth\n"))
    #expect(browser(model)?.query == "~/mo dels/x.pth" && browser(model)?.selected == nil)
    #expect(screens(model).allSatisfy { $0.contains("Enter opens this path") })
    guard case .visit("~/mo dels/x.pth", in: "/a/b")? = update(&model, .key(.enter)).first else {
      Issue.record("Enter goes nowhere")
      return
    }
    #expect(screens(model).allSatisfy { $0.contains("opening ...") })
    // What is wrong stands below the text, and the text stays.
    _ = update(&model, .visited("~/mo dels/x.pth", .refused("no such\u{1b} file")))
    #expect(
      screens(model).allSatisfy {
        $0.contains("> ~/mo dels/x.pth_") && $0.contains("no such? file")
      })
    _ = update(&model, .key(.backspace))
    #expect(screens(model).allSatisfy { !$0.contains("no such? file") })
    _ = update(&model, .key(.enter))
    // An answer to another question changes nothing.
    let choice = NetworkSpec(shown: "resnet-18", weights: .file("/h/mo dels/x.pt"))
    _ = update(&model, .visited("~/mo dels/x.pth", .network(choice, path: "/h/mo dels/x.pth")))
    #expect(browser(model) != nil)
    let effects = update(
      &model, .visited("~/mo dels/x.pt", .network(choice, path: "/h/mo dels/x.pt")))
    #expect(model.overlay == nil && model.session.networks[0] == choice)
    // Once its weights are in.
    let opened = update(&model, .prepared(effects.ids[0], makeSubject(effects.computed[0])))
    #expect(opened.contains { if case .remember("/h/mo dels/x.pt") = $0 { true } else { false } })
  }

  @Test func longPathsKeepTheirEnd() {
    var model = opened()
    let path = "/" + [String](repeating: "a-folder", count: 400).joined(separator: "/") + "/end.pth"
    _ = update(&model, .pasted(path))
    #expect(browser(model)?.query == path)
    #expect(screens(model).allSatisfy { $0.contains("a-folder/end.pth_") })
  }

  @Test func tabCompletesPaths() {
    var model = opened()
    _ = update(&model, .key(.tab))
    #expect(browser(model)?.completing == nil)
    _ = model.type("c")
    guard case .complete("c", in: "/a/b")? = update(&model, .key(.tab)).first else {
      Issue.record("Tab does nothing")
      return
    }
    _ = update(&model, .completed("c", longer: "c/", names: ["c"]))
    #expect(browser(model)?.query == "c/" && browser(model)?.complaint == nil)
    _ = update(&model, .key(.tab))
    _ = update(&model, .completed("c/", longer: "c/x", names: ["xa", "xb", "xz"]))
    #expect(browser(model)?.query == "c/x")
    #expect(screens(model).allSatisfy { $0.contains("3 match: ") })
    _ = update(&model, .key(.tab))
    _ = model.type("y")
    _ = update(&model, .completed("c/x", longer: "c/xz", names: ["xz"]))
    #expect(browser(model)?.query == "c/xy", "the text has changed meanwhile")
    let inner = CheckpointFolder(path: "/a/b/c", folders: [], files: [])
    _ = update(&model, .key(.enter))
    _ = update(&model, .visited("c/xy", .folder(inner, recent: [])))
    #expect(browser(model)?.path == "/a/b/c" && browser(model)?.query == "")
    #expect(listed(update(&model, .key(.left))) == ["/a/b"])
  }

  /// Where texts lead: from the home, from the folder on screen, from the root, in quotes.
  @Test func pathsLeadToFilesAndFolders() throws {
    let folder = try TemporaryFolder()
    let bytes = try Fixtures.bytes("checkpoints/zip.pth")
    for name in ["in/a b.pth", "in/it's.pth", "in/'quoted'.pth"] {
      try folder.makeFolder("in")
      _ = try folder.write(bytes, to: name)
    }
    let (path, inner) = (folder.path, folder.file("in"))
    for (text, expected) in [
      ("a b.pth", "in/a b.pth"), (" a b.pth ", "in/a b.pth"), ("'a b.pth' ", "in/a b.pth"),
      ("it's.pth", "in/it's.pth"), ("'quoted'.pth", "in/'quoted'.pth"),
      ("\(inner)/a b.pth", "in/a b.pth"), ("none", "in/none"),
    ] {
      #expect(PathCompletion.resolved(text, in: inner) == folder.file(expected), "\(text)")
    }
    #expect(PathCompletion.resolved("~/x", in: inner) == PathCompletion.expanded("~/x"))
    #expect(PathCompletion.counted("a", in: inner) == ("a b.pth", 1))
    #expect(PathCompletion.counted("in/i", in: path) == ("in/it's.pth", 1))
    #expect(PathCompletion.counted("\(inner)/a", in: "/") == ("\(inner)/a b.pth", 1))
    #expect(PathCompletion.counted("~", in: inner) == ("~/", 1))

    let mailbox = Mailbox<Message> {}
    let browsing = CheckpointBrowsing(
      mailbox: mailbox, engine: TestEngine(FakeComputing(), FakeExporting()), recentPath: nil)
    func visited(_ text: String, in folder: String) -> Visit? {
      let group = DispatchGroup()
      browsing.visit(text, in: folder, group: group)
      group.wait()
      guard case .visited(text, let visit)? = mailbox.takeAll().first else { return nil }
      return visit
    }
    guard case .folder(let listing, _)? = visited("../in/", in: inner) else {
      Issue.record("no folder")
      return
    }
    #expect(listing.path == Folder.whole(inner) && listing.files.count == 3)
    guard case .refused(let reason)? = visited("none.pth", in: inner) else {
      Issue.record("what is not there is refused")
      return
    }
    #expect(reason.contains("none.pth"))
    guard case .refused(let why)? = visited("a b.pth", in: inner) else {
      Issue.record("a file without a network is refused")
      return
    }
    #expect(why.contains("a b.pth"))
  }

  @Test func foldersOnDisk() throws {
    let folder = try TemporaryFolder()
    for name in ["b.PTH", "A.safetensors", "note.txt", ".hidden.pth"] {
      _ = try folder.write([1, 2, 3], to: name)
    }
    try Folder.make(folder.file("sub"))
    let listing = try CheckpointFolder(listing: folder.path)
    #expect(listing.folders == ["sub"])
    #expect(listing.files.map(\.name) == ["A.safetensors", "b.PTH"])
    #expect(listing.files.map(\.bytes) == [3, 3])
    #expect(throws: FileError.self) { try CheckpointFolder(listing: folder.path + "/none") }
    #expect(throws: (any Error).self) {
      try CheckpointBrowsing.contents(of: folder.path + "/b.PTH", Cancellation())
    }
  }

  /// A file that takes long is let go of when the selection leaves it, and holds up none.
  @Test func slowFilesHoldUpNone() throws {
    let folder = try TemporaryFolder()
    // torch.save's layout before 1.6, and then millions of operations that do nothing.
    var slow: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    slow += [0x80, 2, UInt8(ascii: "M"), 0xE9, 0x03, 0x2E]
    slow += [0x80, 2, UInt8(ascii: "}"), 0x2E, 0x80, 2]
    for _ in 0..<8_000_000 { slow += [UInt8(ascii: "N"), UInt8(ascii: "0")] }
    _ = try folder.write(slow, to: "slow.pth")
    _ = try folder.write([1, 2, 3], to: "quick.pth")
    let mailbox = Mailbox<Message> {}
    let browsing = CheckpointBrowsing(
      mailbox: mailbox, engine: TestEngine(FakeComputing(), FakeExporting()), recentPath: nil)
    let group = DispatchGroup()
    browsing.look(folder.file("slow.pth"), group: group)
    browsing.look(folder.file("quick.pth"), group: group)
    group.wait()
    var answers: [String: Browser.Contents?] = [:]
    for case .looked(let path, let contents) in mailbox.takeAll() {
      answers[path] = .some(contents)
    }
    #expect(answers.count == 2)
    // The slow one is to be looked at again when somebody comes back to it.
    #expect(answers[folder.file("slow.pth")] == .some(nil))
    guard case .refused? = answers[folder.file("quick.pth")] ?? nil else {
      Issue.record("\(answers)")
      return
    }
  }

  @Test func recentFilesAreKept() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1], to: "x.pth")
    _ = try folder.write([1], to: "y.pth")
    _ = try folder.write(Array("/gone.pth\n\(folder.path)/y.pth\n".utf8), to: "recent")
    let mailbox = Mailbox<Message> {}
    let exporting = FakeExporting()
    let group = DispatchGroup()
    let browsing = CheckpointBrowsing(
      mailbox: mailbox, engine: TestEngine(FakeComputing(), exporting),
      recentPath: folder.path + "/recent")
    browsing.remember(folder.path + "/x.pth", group: group)
    browsing.list(folder.path, group: group)
    browsing.list(folder.path + "/none", group: group)
    group.wait()
    let answers = mailbox.takeAll()
    guard answers.count == 2, case .listed(_, .folder(_, let recent)) = answers[0],
      case .listed(_, .refused(let reason)) = answers[1]
    else {
      Issue.record("two answers were expected")
      return
    }
    #expect(recent == ["x.pth", "y.pth"].map { folder.path + "/" + $0 })
    #expect(reason.contains("none"))
    #expect(exporting.written.withLock { $0 } == [folder.path + "/recent"])
  }
}
