// Signals, stops and hang-ups in the middle of a computation.

import Foundation
import TestSupport
import Testing

extension TerminalTests {
  @Suite struct Signals {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A computation that takes longer than the test.
    private func compute(_ arguments: [String] = []) throws -> TerminalProcess {
      let terminal = try TerminalTests.start(
        ["RepLKNet-31", "--size", "512"] + arguments, in: folder)
      try terminal.wait("a computation") {
        $0.text.contains("RepLKNet-31") && $0.text.contains("cancel")
      }
      return terminal
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func restoresTheTerminal(_ signal: Int32) throws {
      let terminal = try compute()
      #expect(terminal.screen.isOnSecondScreen && !terminal.hasFirstSettings)
      terminal.send(signal: signal)
      let code = try terminal.end()
      #expect(code == -signal)
      TerminalTests.expectRestored(terminal)
    }

    /// ^C is a key, which quits as `q` does and ends nothing by itself.
    @Test func interruptIsAKey() throws {
      let terminal = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      terminal.type("\u{3}")
      #expect(try terminal.end() == 0)
      TerminalTests.expectRestored(terminal)
    }

    /// Swift's runtime asks on the terminal what is to be done about a crash, which ^\\ is none of.
    @Test func quitOfACommandIsPlain() throws {
      let terminal = try TerminalTests.start(
        ["erf", "RepLKNet-31", "--size", "512", "--threads", "1"], in: folder)
      try terminal.wait("a computation") { $0.text.contains("image 1/1") }
      terminal.send(signal: SIGQUIT)
      #expect(try terminal.end() == -SIGQUIT)
      let text = terminal.screen.text.lowercased()
      #expect(!text.contains("crash") && !text.contains("backtrace") && !text.contains("press"))
    }

    @Test(.enabled(if: Sanitizers.areOff))
    func restoresTheTerminalWhenItCrashes() throws {
      let terminal = try compute()
      terminal.send(signal: SIGSEGV)
      let code = try terminal.end()
      #expect(code == -SIGSEGV)
      TerminalTests.expectRestored(terminal)
    }

    @Test func endsWithItsTerminal() throws {
      let terminal = try compute()
      terminal.hangUp()
      let code = try terminal.end()
      #expect(code != 0)
    }

    /// A terminal that is closed sends its signal twice, from the shell and from the kernel: what was on
    /// screen is kept all the same.
    @Test func repeatedSignalsAreOne() throws {
      let terminal = try compute()
      terminal.type("g")
      try terminal.wait("another brightness") { $0.text.contains("linear") }
      for _ in 1...3 { terminal.send(signal: SIGHUP) }
      let code = try terminal.end()
      #expect(code == -SIGHUP)
      let state = folder.path + "/state/replk-tui"
      let kept = try String(contentsOfFile: state + "/session.json", encoding: .utf8)
      #expect(kept.contains("linear"))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: state).allSatisfy {
          !$0.hasSuffix(".tmp")
        })
    }

    /// The terminal is pulled away under the explorer: what was done last is kept, and nothing is left.
    @Test func pulledPlugsKeepTheState() throws {
      let state = folder.path + "/state/replk-tui"
      // What another that was killed has left.
      try FileManager.default.createDirectory(
        atPath: state, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: state + "/.erf-999999999-0-1.tmp"))
      let colours = ["meadow", "dusk", "meadow", "dusk"]
      for round in 0..<4 {
        let terminal = try TerminalTests.start(
          [TerminalTests.four, "--size", "64", "--colormap", colours[round]], in: folder)
        try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
        terminal.type("g")
        try terminal.wait("another brightness") { $0.text.contains("linear") }
        terminal.hangUp()
        #expect(try terminal.end() != 0)
        let kept = try String(contentsOfFile: state + "/session.json", encoding: .utf8)
        #expect(kept.contains("linear") && kept.contains(colours[round]), "round \(round)")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: state).allSatisfy {
            !$0.hasSuffix(".tmp")
          }, "round \(round)")
      }
    }

    /// Options that say nothing of what is shown leave it as it was.
    @Test func howItIsComputedRestoresTheState() throws {
      let first = try TerminalTests.start([TerminalTests.four, "--size", "64"], in: folder)
      try first.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      try TerminalTests.quit(first)
      let again = try TerminalTests.start(["--threads", "1", "--color", "256"], in: folder)
      try again.wait("the same map") {
        $0.text.contains("as you left it") && TerminalTests.isDone($0, maps: 1)
      }
      try TerminalTests.quit(again)
    }

    /// Of two explorers at once the first keeps its state, though the other ends later or sooner.
    @Test func theFirstOfTwoKeepsItsState() throws {
      let terminal = try TerminalProcess(
        "/bin/bash", ["--norc", "--noprofile", "-i"], in: folder.path,
        environment: TerminalTests.environment(["PS1": "ready> "], home: folder))
      try terminal.wait("the shell") { $0.text.contains("ready>") }
      let state = folder.path + "/state/replk-tui/session.json"
      let explorer = "'\(Executable.path)' '\(TerminalTests.four)' --size 64 --colormap"
      func leave() throws {
        terminal.type("q")
        try terminal.wait("the shell again") { !$0.isOnSecondScreen }
      }
      terminal.type("\(explorer) meadow\r")
      try terminal.wait("a map") { $0.isOnSecondScreen && TerminalTests.isDone($0, maps: 1) }
      terminal.type("\u{1a}")
      try terminal.wait("the shell meanwhile") {
        !$0.isOnSecondScreen && $0.text.contains("Stopped")
      }
      terminal.type("\(explorer) dusk\r")
      try terminal.wait("the other explorer") {
        $0.isOnSecondScreen && $0.text.contains("another explorer is open")
          && TerminalTests.isDone($0, maps: 1)
      }
      try leave()
      #expect(!FileManager.default.fileExists(atPath: state))
      terminal.type("fg\r")
      try terminal.wait("the first explorer") {
        $0.isOnSecondScreen && TerminalTests.isDone($0, maps: 1)
      }
      try leave()
      terminal.type("exit 7\r")
      #expect(try terminal.end() == 7)
      let kept = try String(contentsOfFile: state, encoding: .utf8)
      #expect(kept.contains("meadow") && !kept.contains("dusk"))
    }

    @Test func leavesAtOnce() throws {
      let terminal = try compute()
      try TerminalTests.quit(terminal)
    }

    @Test func stopsAndGoesOn() throws {
      let terminal = try TerminalProcess(
        "/bin/bash", ["--norc", "--noprofile", "-i"], in: folder.path,
        environment: TerminalTests.environment(["PS1": "ready> "], home: folder))
      try terminal.wait("the shell") { $0.text.contains("ready>") }
      terminal.type("'\(Executable.path)' RepLKNet-31 --size 512\r")
      try terminal.wait("a computation") {
        $0.isOnSecondScreen && $0.text.contains("cancel") && $0.text.contains("q quit")
      }
      for round in 1...2 {
        terminal.type("\u{1a}")
        try terminal.wait("the shell again, \(round)") {
          !$0.isOnSecondScreen && $0.text.contains("Stopped") && $0.modes.contains(25)
        }
        terminal.type("clear; echo here=$((40 + 2))\r")
        try terminal.wait("the shell's answer") { $0.text.contains("here=42") }
        terminal.resize(rows: 30, columns: 90 + round)
        terminal.type("fg\r")
        try terminal.wait("the explorer again, \(round)") {
          $0.isOnSecondScreen && $0.text.contains("RepLKNet-31") && $0.text.contains("q quit")
        }
      }
      // It has run for long, which is asked about.
      terminal.type("q\r")
      try terminal.wait("the shell at last") { !$0.isOnSecondScreen }
      terminal.type("exit 7\r")
      let code = try terminal.end()
      #expect(code == 7)
    }
  }

  /// What terminals can be, and what the environment says of them.
  @Suite struct Kinds {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func draw(
      _ environment: [String: String], _ arguments: [String] = [],
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> VirtualTerminal {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, "--size", "64"] + arguments, in: folder, environment: environment)
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      let screen = terminal.screen
      terminal.type("q")
      let code = try terminal.end()
      #expect(code == 0, sourceLocation: sourceLocation)
      #expect(
        terminal.hasFirstSettings && !terminal.screen.isOnSecondScreen,
        sourceLocation: sourceLocation)
      #expect(terminal.screen.unknown == [], sourceLocation: sourceLocation)
      return screen
    }

    @Test(arguments: [("linux", 8), ("xterm", 8), ("xterm-256color", 256), ("tmux-256color", 256)])
    func colours(_ term: String, limit: Int) throws {
      let screen = try draw(["TERM": term])
      let colours = screen.backgrounds.union(screen.foregrounds)
      #expect(colours.count > 3)
      #expect(colours.allSatisfy { $0 < limit })
    }

    @Test(arguments: ["vt100", "xterm-mono"])
    func noColours(_ term: String) throws {
      let screen = try draw(["TERM": term])
      #expect(screen.backgrounds.isEmpty && screen.foregrounds.isEmpty)
    }

    @Test func directColours() throws {
      let grounds = try draw(["TERM": "xterm-256color", "COLORTERM": "truecolor"]).backgrounds
      #expect(grounds.contains { $0 >= 256 })
    }

    @Test func noColourAsked() throws {
      let screen = try draw(["NO_COLOR": "1"])
      #expect(screen.backgrounds.isEmpty && screen.foregrounds.isEmpty)
    }

    @Test func noUnicode() throws {
      let screen = try draw(["LC_ALL": "C"])
      #expect(screen.text.unicodeScalars.allSatisfy { $0.isASCII })
      let ascii = try draw([:], ["--ascii"])
      #expect(ascii.text.unicodeScalars.allSatisfy { $0.isASCII })
      let unicode = try draw([:])
      #expect(unicode.text.unicodeScalars.contains { !$0.isASCII })
    }

    @Test func unknownKind() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four, "--size", "64"], in: folder, environment: ["TERM": "no-such-terminal"])
      try terminal.wait("a word about it") { $0.text.contains("TERM is unknown") }
      try terminal.wait("a map") { TerminalTests.isDone($0, maps: 1) }
      try TerminalTests.quit(terminal)
    }

    @Test func dumbKind() throws {
      let terminal = try TerminalTests.start(
        [TerminalTests.four], in: folder, environment: ["TERM": "dumb"])
      let code = try terminal.end()
      #expect(code == 2)
      #expect(terminal.screen.text.contains("place the cursor"))
      #expect(terminal.hasFirstSettings)
    }
  }
}
