// Completion scripts in the shells that they are for, and manual pages in man.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine
@testable import replk_tui

extension TerminalTests {
  /// Among the others that take a terminal, of which there is one at a time.
  @Suite struct CompletionTests {
    /// A shell with the program on its path and its completions read.
    private struct Session {
      let terminal: TerminalProcess
      let folder: TemporaryFolder

      /// - Parameter isInstalled: whether zsh finds them in a file on its path of functions, as `make
      ///   install` leaves it there.
      init(_ shell: Shell, isInstalled: Bool = false) throws {
        folder = try TemporaryFolder()
        _ = try folder.write([1], to: "weights.pth")
        try FileManager.default.createDirectory(
          atPath: folder.file("photos"), withIntermediateDirectories: false)
        var environment = TerminalTests.environment(["PS1": "ready> "], home: folder)
        let bin = (Executable.path as NSString).deletingLastPathComponent
        environment["PATH"] = "\(bin):\(environment["PATH"] ?? "")"
        let (arguments, start) =
          switch shell {
          case .bash:
            (["--norc", "--noprofile", "-i"], "source <(replk-tui completions bash)")
          case .zsh:
            (
              ["-f", "-i"],
              (isInstalled
                ? "mkdir site; replk-tui completions zsh > site/_replk-tui; fpath=($PWD/site $fpath); "
                : "")
                + "autoload -Uz compinit; compinit -u -D; "
                + (isInstalled ? "" : "source <(replk-tui completions zsh); ")
                + "zstyle ':completion:*' menu no; PS1='ready> '"
            )
          case .fish:
            (
              ["--no-config", "--private", "-i"],
              "function fish_prompt; echo 'ready> '; end; replk-tui completions fish | source"
            )
          }
        terminal = try TerminalProcess(
          CompletionTests.path(shell) ?? "", arguments, in: folder.path, environment: environment,
          rows: 50, columns: 100)
        terminal.type(start + "; echo be''gun\r")
        try terminal.wait("its start") { $0.text.contains("begun") }
      }

      /// Types `text` and a tab, waits for what the line becomes or what is offered below it, and leaves
      /// an empty line.
      func complete(_ text: String, to expected: String) throws {
        terminal.type(text + "\t")
        try terminal.wait("\(expected) behind \(text)") { $0.text.contains(expected) }
        terminal.type("\u{15}")
      }

      func leave() throws {
        terminal.type("exit\r")
        _ = try terminal.end()
      }
    }

    fileprivate static func path(_ shell: Shell) -> String? {
      ["/bin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + shell.rawValue }
        .first(where: FileManager.default.isExecutableFile)
    }

    private static let shells = Shell.allCases.filter { path($0) != nil }

    @Test(arguments: shells) func completes(_ shell: Shell) throws {
      let session = try Session(shell)
      try session.complete("replk-tui sna", to: "replk-tui snapshot")
      try session.complete("replk-tui replknet-31-nano-nosh", to: "replknet-31-nano-noshortcut")
      try session.complete("replk-tui erf --colorm", to: "erf --colormap")
      try session.complete("replk-tui erf --rule op", to: "--rule openerf")
      try session.complete("replk-tui convert wei", to: "convert weights.pth")
      try session.complete("replk-tui compare -o pho", to: "-o photos/")
      try session.complete("replk-tui --asc", to: "replk-tui --ascii")
      try session.complete("replk-tui completions fi", to: "completions fish")
      try session.complete("replk-tui manual snaps", to: "manual snapshot")
      try session.complete("replk-tui nano-13", to: "replk-tui nano-13-31")
      try session.complete("replk-tui snapshot nano-13", to: "snapshot nano-13-31")
      try session.complete("replk-tui erf --weights tra", to: "--weights trained")
      try session.complete("replk-tui erf --weights rand", to: "--weights random:")
      try session.complete("replk-tui erf --weights weig", to: "--weights weights.pth")
      try session.complete("replk-tui --vers", to: "replk-tui --version")
      try session.complete("replk-tui hel", to: "replk-tui help")
      try session.complete("replk-tui help snaps", to: "help snapshot")
      try session.complete("replk-tui erf --colormap tid", to: "--colormap tide")
      try session.complete("replk-tui erf --colormap=tid", to: "--colormap=tide")
      try session.complete("replk-tui erf --weights=tra", to: "--weights=trained")
      try session.leave()
    }

    /// Where compinit finds the script, its first call is what reads it.
    @Test(.enabled(if: path(.zsh) != nil, "zsh is not installed"))
    func anInstalledScriptCompletesAtOnce() throws {
      let session = try Session(.zsh, isInstalled: true)
      try session.complete("replk-tui sna", to: "replk-tui snapshot")
      try session.complete("replk-tui erf --rule op", to: "--rule openerf")
      try session.leave()
    }

    /// What a command offers it takes.
    @Test func wordsAreTaken() throws {
      let folder = try TemporaryFolder()
      func offered(_ name: String, by options: [Option]) -> [String] {
        guard let option = options.first(where: { $0.names[0] == name }),
          case .words(let words) = option.completedValue
        else { return [] }
        return words
      }
      for (command, operands) in [
        ("erf", [Samples.tiny, "--size", "32", "-o", "map.png", "--force"]),
        ("snapshot", [Samples.tiny, "--size", "32", "-o", "screen.txt", "--force"]),
      ] {
        let options = try #require(Command.all.first { $0.name == command }).options
        let words = offered("--colormap", by: options)
        #expect(!words.isEmpty)
        for word in words {
          _ = try succeed([command] + operands + ["--colormap", word], in: folder)
        }
      }
      let sets = offered("--isa", by: Options.run)
      #expect(Set(sets).isSuperset(of: InstructionSet.available))
      #if arch(x86_64)
        #expect(!sets.contains("neon"))
      #endif
    }

    /// Where no word belongs, none is offered: the line stays as it was typed.
    @Test(arguments: shells) func offersNothingWhereNothingBelongs(_ shell: Shell) throws {
      let session = try Session(shell)
      for (line, next) in [("models", "wei"), ("stimuli", "replknet-31-nano-nosh")] {
        session.terminal.type("replk-tui \(line) \(next)\t")
        session.terminal.type("END")
        try session.terminal.wait("what was typed") { $0.text.contains("\(line) \(next)END") }
        session.terminal.type("\u{15}")
      }
      try session.leave()
    }

    /// Nothing of the tables gets lost on the way, whether the shell is here or not.
    @Test(arguments: Shell.allCases) func scriptsHoldEveryOption(_ shell: Shell) throws {
      let script = Completions().script(for: shell)
      for command in Command.all {
        #expect(script.contains(command.name))
        for name in command.options.flatMap(\.names) {
          let spelled =
            shell != .fish
            ? name : name.hasPrefix("--") ? "-l \(name.dropFirst(2))" : "-s \(name.dropFirst())"
          #expect(script.contains(spelled), "\(command.name) \(name)")
        }
      }
    }

    @Test func aShellThatIsNoneIsRefused() throws {
      let folder = try TemporaryFolder()
      expectOneLine(
        try Executable.run(["completions", "tcsh"], in: folder), code: 2,
        mentions: ["bash, zsh, fish"])
      expectOneLine(
        try Executable.run(["completions"], in: folder), code: 2, mentions: ["bash, zsh, fish"])
    }
  }

  @Suite struct ManualTests {
    private static let man = ["/usr/bin/man", "/bin/man"].first(
      where: FileManager.default.isExecutableFile)

    /// As man shows it, warnings of troff counted as failures.
    private func rendered(_ page: String, sourceLocation: SourceLocation = #_sourceLocation) throws
      -> String
    {
      let folder = try TemporaryFolder()
      _ = try folder.write(Array(page.utf8), to: "page.1")
      let process = Process()
      process.executableURL = URL(
        fileURLWithPath: try #require(Self.man, sourceLocation: sourceLocation))
      process.arguments = ["--warnings=w", "-l", folder.file("page.1")]
      process.environment = [
        "MANPAGER": "cat", "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
        "MAN_KEEP_FORMATTING": "",
      ]
      let (output, error) = (Pipe(), Pipe())
      process.standardOutput = output
      process.standardError = error
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let complaints = String(
        decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, sourceLocation: sourceLocation)
      #expect(complaints == "", sourceLocation: sourceLocation)
      return text
    }

    @Test(.enabled(if: man != nil, "man is not installed")) func everyPageRenders() throws {
      let overview = try rendered(Manual.overview())
      for part in ["NAME", "SYNOPSIS", "KEYS", "replk-tui-erf(1)", "--cell-aspect", "nano-13-31"] {
        #expect(overview.contains(part), "\(part)")
      }
      for command in Command.all {
        let page = try rendered(Manual.page(of: command))
        #expect(page.contains("replk-tui-\(command.name) - "), "\(command.name)")
        for name in command.options.flatMap(\.names) {
          #expect(page.contains(name), "\(command.name) \(name)")
        }
      }
    }

    @Test func namesEveryPage() throws {
      let folder = try TemporaryFolder()
      let names = try succeed(["manual", "--list"], in: folder).text.split(separator: "\n")
      #expect(names.map(String.init) == Command.all.map(\.name))
      #expect(try succeed(["manual", "erf"], in: folder).text.hasPrefix(".TH REPLK\\-TUI\\-ERF 1"))
      expectOneLine(
        try Executable.run(["manual", "snapshit"], in: folder), code: 2, mentions: ["snapshot"])
    }

    @Test func versionSaysWhatResultsDependOn() throws {
      let folder = try TemporaryFolder()
      let text = try succeed(["--version"], in: folder).text
      #expect(
        text.wholeMatch(
          of:
            /replk-tui \d+\.\d+\.\d+( \([0-9a-f]{10}(-dirty)?\))?, (scalar|avx2|avx512|neon), oneDNN \d+\.\d+\.\d+\n/
        ) != nil, "\(text)")
    }

    @Test func shippedSessionsOpenByName() throws {
      let folder = try TemporaryFolder()
      _ = try succeed(["snapshot", "nano-13-31", "-o", "screen.txt"], in: folder)
      let screen = String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: folder.file("screen.txt"))),
        as: UTF8.self)
      #expect(screen.contains("RepLKNet-13-nano") || screen.contains("replknet-13-nano"))
    }
  }
}
