// The explorer in a pseudo-terminal, as a user has it. Waits look for signs on the screen, never at
// the clock.

import ERFEngine
import Foundation
import TestSupport
import Testing

/// What all of them share. One at a time, since each takes a terminal.
@Suite(.serialized) struct TerminalTests {
  /// Four stages, tiny.
  static let four = "replknet:kernels=13,13,13,13:layers=1,1,1,1:channels=4,8,8,8:classes=5"
  static let wide = "replknet:kernels=13,13,31,13:layers=1,1,1,1:channels=4,8,8,8:classes=5"

  static func environment(_ changes: [String: String], home: TemporaryFolder) -> [String: String] {
    var environment = [
      "HOME": home.path, "XDG_STATE_HOME": home.file("state"), "TMPDIR": "/tmp",
      "PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
    ]
    for name in ["LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] {
      environment[name] = ProcessInfo.processInfo.environment[name]
    }
    return environment.merging(changes) { $1 }
  }

  static func start(
    _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:],
    rows: Int = 24, columns: Int = 80
  ) throws -> TerminalProcess {
    try TerminalProcess(
      Executable.path, arguments, in: folder.path,
      environment: Self.environment(environment, home: folder), rows: rows, columns: columns)
  }

  /// Whether so many maps are there, up to date, and nothing is being computed.
  static func isDone(_ screen: VirtualTerminal, maps count: Int = 2) -> Bool {
    let text = screen.text
    return text.contains("q quit") && !text.contains("stale") && !text.contains("cancel")
      && shares(text).count >= 4 * count
  }

  /// All shares of the screen, such as the area ratios.
  static func shares(_ text: String) -> [Substring] {
    text.matches(of: /\d+\.\d %|not reached/).map(\.output)
  }

  /// Ends with `q`, and expects the terminal as it was.
  static func quit(
    _ terminal: TerminalProcess, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    // Enter answers what is asked where a run has taken long.
    terminal.type("q\r")
    let code = try terminal.end()
    #expect(code == 0, sourceLocation: sourceLocation)
    expectRestored(terminal, sourceLocation: sourceLocation)
  }

  static func expectRestored(
    _ terminal: TerminalProcess, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(terminal.hasFirstSettings, sourceLocation: sourceLocation)
    #expect(!terminal.screen.isOnSecondScreen, sourceLocation: sourceLocation)
    #expect(terminal.screen.modes == [7, 25], "modes left on", sourceLocation: sourceLocation)
    #expect(terminal.screen.unknown == [], sourceLocation: sourceLocation)
  }
}

extension TerminalTests {
  /// From the first frame to the last key.
  @Suite struct Work {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func editsOneStageAndSeesTheRatiosChange() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, "--size", "96"], in: folder, rows: 40, columns: 120)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      let before = TerminalTests.shares(terminal.screen.text)
      terminal.type("3jj")
      for kernel in [15, 17, 19, 21, 23, 25, 27, 29, 31] {
        terminal.type(">")
        try terminal.wait("kernel \(kernel)") { $0.text.contains("<\(kernel)>") }
      }
      terminal.type("1")
      try terminal.wait("another map") {
        TerminalTests.isDone($0, maps: 1) && TerminalTests.shares($0.text) != before
      }
      #expect(terminal.screen.isOnSecondScreen)
      #expect(!terminal.screen.modes.contains(25), "the cursor is hidden")
      try TerminalTests.quit(terminal)
    }

    /// Where the state cannot be kept, nobody looks for another explorer.
    @Test func aStateWithoutAPlaceIsToldOf() throws {
      _ = try folder.write([], to: "state")
      let terminal = try TerminalTests.start(
        [TerminalTests.four, "--size", "64"], in: folder, rows: 24, columns: 160)
      try terminal.wait("the reason") { $0.text.contains("will not be kept") }
      #expect(terminal.screen.text.contains("Not a directory"))
      #expect(!terminal.screen.text.contains("another explorer"))
      try TerminalTests.quit(terminal)
    }

    /// Of keys and answers that the terminal's entry does not know arrows are arrows, the rest presses no
    /// keys.
    @Test func sequencesOfOtherTerminalsPressNoKeys() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.wide, "--size", "96"], in: folder, rows: 40, columns: 120)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      func top() -> Substring? { terminal.screen.text.split(separator: "\n").first }
      let before = top()
      terminal.type(
        "\u{1b}[97;5u\u{1b}]11;rgb:0000/0000/0000\u{1b}\\\u{1b}[?62;22c\u{1b}P1+r544e=78\u{1b}\\"
          + "\u{1b}_Gi=1;OK\u{1b}\\\u{1b}]52;c;v\u{7}3\u{1b}[B\u{1b}[B")
      // Stage 3, the only one with this kernel.
      try terminal.wait("two down") { $0.text.contains("<31>") }
      #expect(top() == before && terminal.screen.text.contains("stage4"))
      try TerminalTests.quit(terminal)
    }

    @Test func comparesExportsWritesAndOpensAgain() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, TerminalTests.wide, "--size", "96"], in: folder, rows: 40,
        columns: 120)
      try terminal.wait("two maps") { TerminalTests.isDone($0) }
      let shown = TerminalTests.shares(terminal.screen.text)
      terminal.type("v")
      try terminal.wait("the difference") { $0.text.contains("A - B") || $0.text.contains("A − B") }
      terminal.type("e\r")
      try terminal.wait("the paths of what was written") { $0.text.contains(".npy") }
      for ending in [".pgm", ".png", ".npy"] {
        #expect(folder.names.filter { $0.hasSuffix(ending) }.count == 2)
      }
      let pgm = try #require(folder.names.first { $0.hasSuffix(".pgm") })
      let bytes = try folder.read(pgm)
      #expect(bytes.starts(with: Array("P5\n".utf8)))
      terminal.type("w")
      try terminal.wait("the name") { $0.text.contains("session.json") }
      terminal.type("\r")
      // The prompt is open until the file is there; keys typed before go to it.
      try terminal.wait("the session") { $0.text.contains("wrote session.json") }
      try TerminalTests.quit(terminal)

      let again = try TerminalTests.start(["session.json"], in: folder, rows: 40, columns: 120)
      try again.wait("the difference again") {
        $0.text.contains("A - B") || $0.text.contains("A − B")
      }
      again.type("vv")
      try again.wait("the same numbers") {
        TerminalTests.isDone($0) && TerminalTests.shares($0.text) == shown
      }
      try TerminalTests.quit(again)
    }

    /// Bracketed paste: text is no command, its line breaks are no Enter, and the mode is left off.
    @Test func pastedTextGoesIntoThePrompt() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, "--size", "64"], in: folder, rows: 40, columns: 120)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      #expect(terminal.screen.modes.contains(2004))
      terminal.type("\u{1b}[200~q[\r\u{1b}[201~")
      try terminal.wait("where pasted text goes") { $0.text.contains("a line of input") }
      terminal.type("w\u{15}\u{1b}[200~my q\rfile\u{1b}[201~")
      try terminal.wait("the text") { $0.text.contains("> my q file_") }
      terminal.type("\r")
      try terminal.wait("the session") { $0.text.contains("wrote my q file.json") }
      try TerminalTests.quit(terminal)
    }

    /// ^C leaves also where the end of a paste does not come, as when a connection broke; with more behind it, it is
    /// part of the text.
    @Test func interruptsEndUnfinishedPastes() throws {
      let terminal = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      terminal.type("w\u{15}\u{1b}[200~a\u{3}b\u{1b}[201~")
      try terminal.wait("the text") { $0.text.contains("> ab_") }
      terminal.type("\u{1b}[200~c")
      try terminal.wait("more text") { $0.text.contains("> abc_") }
      terminal.type("\u{3}")
      #expect(try terminal.end() == 0)
      TerminalTests.expectRestored(terminal)
    }

    /// A line may bring the bytes of a character one by one.
    @Test func charactersArriveInParts() throws {
      let terminal = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      terminal.type("w\u{15}")
      try terminal.wait("a line of input") { $0.text.contains("> _") }
      for byte in "視é".utf8 {
        terminal.type([byte])
        // Long enough for the program to read what is there.
        Thread.sleep(forTimeInterval: 0.1)
      }
      try terminal.wait("the characters") { $0.text.contains("> 視é_") }
      terminal.type([0xff])
      terminal.type("b")
      try terminal.wait("what follows a stray byte") { $0.text.contains("> 視éb_") }
      terminal.type("\u{1b}")
      try TerminalTests.quit(terminal)
    }

    @Test func followsEverySize() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, TerminalTests.wide, "--size", "64"], in: folder)
      try terminal.wait("two maps") { TerminalTests.isDone($0) }
      for (rows, columns) in [(1, 1), (60, 200), (11, 39), (12, 40), (50, 2), (5, 250), (1, 1)] {
        terminal.resize(rows: rows, columns: columns)
        terminal.type("c")
      }
      terminal.resize(rows: 30, columns: 100)
      try terminal.wait("two maps in the new size") {
        TerminalTests.isDone($0) && $0.cells[29].map(\.scalar).contains("q")
      }
      try TerminalTests.quit(terminal)
    }

    @Test func sendsTheClipboardAndTheMouseWhatTheyNeed() throws {
      let terminal = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      terminal.type("y")
      try terminal.wait("the clipboard") {
        $0.systemCommands.contains { $0.hasPrefix("52;c;") }
      }
      terminal.type("m")
      try terminal.wait("the mouse") { $0.modes.contains(1000) }
      try TerminalTests.quit(terminal)
    }

    /// Wide names, marks over letters, bytes that are not UTF-8: listed in columns, opened, typed.
    @Test func namesOfAnyScript() throws {
      let bytes = try Fixtures.bytes("names/plain.pth")
      let names = [
        "視覚モデル.pth", "re\u{301}seau.pth",
        SystemPath.text(Array("caf".utf8) + [0xe9] + Array(".pth".utf8)),
      ]
      for name in names { try AtomicFile.write(bytes, to: folder.file(name)) }
      let terminal = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      for (typed, shown) in [
        ("視モ", "視覚モデル.pth"), ("seau", "re\u{301}seau.pth"), ("caf", "caf?.pth"),
      ] {
        terminal.type("o")
        try terminal.wait("the list") { screen in
          ["視覚モデル.pth", "re\u{301}seau.pth", "caf?.pth"].allSatisfy(screen.text.contains)
            && Self.places(of: "43 kB", on: screen).count == 3
        }
        let sizes = Self.places(of: "43 kB", on: terminal.screen).map(\.column)
        #expect(Set(sizes).count == 1, "\(terminal.screen.text)")
        terminal.type(typed)
        try terminal.wait("what was typed") { $0.text.contains("> \(typed)_") }
        terminal.type("\r")
        try terminal.wait("the network of \(shown)") { screen in
          screen.text.contains("opened \(shown)") && TerminalTests.isDone(screen, maps: 1)
        }
      }
      terminal.type("w\u{15}図e\u{301}\r")
      try terminal.wait("the session") { $0.text.contains("wrote 図e\u{301}.json") }
      terminal.type("w\r")
      try terminal.wait("a question") { $0.text.contains("already exists") }
      terminal.type("\u{1b}")
      try terminal.wait("the panels") { $0.text.contains("q quit") }
      #expect(folder.names.contains("図e\u{301}.json"))
      try TerminalTests.quit(terminal)
    }

    @Test func opensWithoutAClassifierWhenTold() throws {
      _ = try folder.write(Fixtures.bytes("names/head-mlp.pth"), to: "mlp.pth")
      let terminal = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      terminal.type("o")
      try terminal.wait("the list") { $0.text.contains("mlp.pth") }
      terminal.type("mlp")
      try terminal.wait("what was typed") { $0.text.contains("> mlp_") }
      terminal.type("\r")
      try terminal.wait("a choice") { $0.text.contains("Enter open it so") }
      #expect(terminal.screen.text.contains("Its field can be computed"))
      terminal.type("\r")
      try terminal.wait("its map") {
        $0.text.contains("mlp.pth #") && TerminalTests.isDone($0, maps: 1)
      }
      try TerminalTests.quit(terminal)
    }

    /// The protocol that entries such as tmux's own know alone ends at column 223.
    @Test(arguments: ["xterm-256color", "tmux-256color", "screen"])
    func clicksReachTheLastColumns(_ term: String) throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, "--size", "64"], in: folder, environment: ["TERM": term], rows: 60,
        columns: 300)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      if terminal.screen.text.contains("TERM is unknown") {
        print("skipped: there is no terminal entry \(term) here")
        return try TerminalTests.quit(terminal)
      }
      terminal.type("m")
      try terminal.wait("the mouse, and columns without an end") {
        $0.modes.isSuperset(of: [1000, 1006])
      }
      let (row, column) = try #require(Self.places(of: "5 Images", on: terminal.screen).first)
      #expect(column > 223)
      terminal.type("\u{1b}[<0;\(column + 1);\(row + 1)M\u{1b}[<0;\(column + 1);\(row + 1)m")
      try terminal.wait("the panel") { $0.text.contains("mean over 1 of") }
      // In two parts, as a slow line sends it, and nonsense, which does nothing.
      let (other, right) = try #require(Self.places(of: "2 Unit", on: terminal.screen).first)
      terminal.type("\u{1b}[<0;99999999999999999999;5M\u{1b}[<0;x")
      terminal.type("\u{1b}[<0;\(right + 1)")
      terminal.type(";\(other + 1)M")
      try terminal.wait("the other panel") { !$0.text.contains("mean over 1 of") }
      terminal.type("m")
      try terminal.wait("no mouse") { $0.modes.isDisjoint(with: [1000, 1006]) }
      terminal.type("m")
      try terminal.wait("the mouse again") { $0.modes.isSuperset(of: [1000, 1006]) }
      try TerminalTests.quit(terminal)
    }

    /// From 0.
    private static func places(
      of words: String, on screen: VirtualTerminal
    ) -> [(row: Int, column: Int)] {
      let scalars = Array(words.unicodeScalars)
      return screen.cells.enumerated().compactMap { index, row in
        (0...row.count - scalars.count).first { start in
          scalars.indices.allSatisfy { row[start + $0].scalar == scalars[$0] }
        }.map { (index, $0) }
      }
    }
  }
}
