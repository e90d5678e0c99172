// The commands that make missing shares: each writes where no other run's file lies, wherever it is run.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import replk_tui

@Suite struct MissingSharesTests {
  /// What is missing of a run, where the files that are known hold these shares.
  private func missing(
    _ shares: [Int], of count: Int, known: [(String, Int)],
    command: [String] = ["replk-tui", "erf", "replknet-31-nano"],
    holds: @escaping @Sendable (String, Shard) -> Bool = { _, _ in false }
  ) -> MissingShares {
    MissingShares(
      lack: "some", shards: shares.compactMap { Shard($0, of: count) }, command: command,
      known: known.map { MissingShares.Known(path: $0.0, shard: Shard($0.1, of: count)) },
      ending: ".erf", holds: holds)
  }

  private func names(_ missing: MissingShares) -> [String] {
    missing.commands.split(separator: "\n").map { ShellWords.words(String($0)).last ?? "" }
  }

  /// A file that one share is in, and what the second share's is called.
  @Test(arguments: [
    ("cy/replknet-31-nano-31-of-40.erf", 31, 40, "cy/replknet-31-nano-2-of-40.erf"),
    ("replknet-13-nano-2-3-of-3.erf", 3, 3, "replknet-13-nano-2-2-of-3.erf"),
    ("replknet-13-nano-3-of-3.erf", 3, 3, "replknet-13-nano-2-of-3.erf"),
    ("p30-30.erf", 30, 30, "p2-30.erf"), ("p03-30.erf", 3, 30, "p02-30.erf"),
    ("v3-part3.erf", 3, 7, "v3-part2.erf"), ("part-4-of-4.erf", 4, 4, "part-2-of-4.erf"),
    ("3/a.erf", 3, 4, "3/part-2-of-4.erf"), ("a.erf", 3, 4, "part-2-of-4.erf"),
  ])
  func namesBearTheNumber(_ path: String, _ index: Int, _ count: Int, _ second: String) {
    #expect(names(missing([2], of: count, known: [(path, index)])) == [second])
  }

  /// Where several files are there, the number is the one in which they differ.
  @Test func severalFilesTellTheNumber() {
    #expect(names(missing([2], of: 4, known: [("n1-1.erf", 1), ("n1-3.erf", 3)])) == ["n1-2.erf"])
    #expect(
      names(missing([2], of: 12, known: [("p-10.erf", 10), ("p-09.erf", 9)])) == ["p-02.erf"])
    #expect(
      names(missing([2], of: 4, known: [("a/1.erf", 1), ("b/3.erf", 3)])) == ["a/part-2-of-4.erf"])
  }

  /// A name that only may be right is not one that something else has.
  @Test func aDoubtfulNameIsNoFileThatIsThere() throws {
    let folder = try TemporaryFolder()
    for name in ["net-v2.erf", "net-2-of-4.erf"] { _ = try folder.write([], to: name) }
    #expect(
      names(missing([2], of: 4, known: [(folder.file("net-v1.erf"), 1)]))
        == [folder.file("part-2-of-4.erf")])
    // However plain its number is: what lies there is of another run, or this share of this very one.
    let known = [(folder.file("net-1-of-4.erf"), 1), (folder.file("net-3-of-4.erf"), 3)]
    #expect(names(missing([2], of: 4, known: known)) == [folder.file("part-2-of-4.erf")])
    let holds = { @Sendable (path: String, shard: Shard) in
      path.hasSuffix("/net-2-of-4.erf") && shard.index == 2
    }
    #expect(
      names(missing([2], of: 4, known: known, holds: holds)) == [folder.file("net-2-of-4.erf")])
    _ = try folder.write([], to: "part-2-of-4.erf")
    #expect(names(missing([2], of: 4, known: known)) == [folder.file("part-2-of-4-new.erf")])
  }

  /// What the command reads is named by where it was run, which may be elsewhere, so the file is named from the
  /// root.
  @Test func commandsFitTheFolderOfTheRun() throws {
    let run = ["replk-tui", "erf", "replknet-31-nano"]
    let whole = Folder.whole("..").appending("/x-2.erf").replacing("//", with: "/")
    for (words, name) in [
      (["--image", "nowhere/pictures"], whole), (["--image", "../"], whole),
      (["--image", "pic tures"], whole), (["--image", "pic's"], whole),
      (["--image", "/pictures"], "../x-2.erf"), (["--weights", "my net.th"], whole),
      (["--weights", "random:1", "--at", "1,2"], "../x-2.erf"), ([], "../x-2.erf"),
    ] {
      let some = missing([2], of: 4, known: [("../x-1.erf", 1)], command: run + words)
      #expect(names(some) == [name], "\(words)")
      #expect(some.explanation.contains("in the same folder") == (name == whole))
    }
    for network in ["nowhere/net.onnx", "my net.th", "it's.onnx"] {
      let some = MissingShares(
        lack: "some", shards: nil, command: ["replk-tui", "erf", network],
        known: [MissingShares.Known(path: "un.erf", shard: nil)], ending: ".erf")
      #expect(names(some) == [Folder.whole(".") + "/un.erf"])
    }
  }

  @Test(arguments: [
    [], ["a"], ["a b", "", "it's", "'", "''", "a\\b", "\"x\"", "é ", "--of", "x;y"],
  ])
  func wordsComeBackFromALine(_ words: [String]) {
    #expect(ShellWords.words(ShellWords.text(words)) == words)
  }

  /// A shell does not know that a mark stands over a quote.
  @Test func quotesUnderMarksAreQuoted() {
    let words = ["'\u{301}x"]
    #expect(
      Array(ShellWords.text(words).unicodeScalars) == Array("''\\''\u{301}x'".unicodeScalars))
    #expect(ShellWords.words(ShellWords.text(words)) == words)
  }

  /// A line that somebody pastes means the words that it was made of, whatever stands in them and in whichever
  /// shell, and steers no terminal.
  @Test(arguments: ["dash", "sh", "bash", "zsh", "fish"])
  func controlCharactersCanBePasted(_ shell: String) throws {
    let bytes: [[UInt8]] = [
      Array("a\nb".utf8), Array("end\n\n".utf8), Array("\u{1b}[31m7".utf8),
      Array("\u{202e}gnp.x".utf8), Array("it's\n\\n \"$HOME\" `x` 5%s!x \\".utf8),
      [0x2d, 0xff, 0x39], Array("plain".utf8), Array("\n".utf8),
    ]
    let words = bytes.map { SystemPath.text($0) }
    let line = ShellWords.text(["printf", "%s\\0"] + words)
    #expect(line.printable == line && !line.contains("!"))
    #expect(ShellWords.words(line) == ["printf", "%s\\0"] + words)
    let path = ["/bin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + shell }
      .first(where: FileManager.default.isExecutableFile)
    guard let path else { return }
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-c", line]
    // fish keeps files at home.
    process.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(Array(output) == bytes.flatMap { $0 + [0] })
  }

  @Test func linesAreSpelt() {
    #expect(ShellWords.text(["a", "b\nc"]) == "eval \"$(printf %b 'a \\0047b\\0012c\\0047')\"")
    #expect(ShellWords.text(["a\\b"]) == "'a'\\\\'b'")
    // What only looks like one is taken as it is, and so is a damaged one.
    for line in ["eval \"$(printf %b 'a", "eval", "x eval \"$(printf %b 'a')\""] {
      #expect(ShellWords.words(line).first == String(line.split(separator: " ")[0]))
    }
    #expect(ShellWords.words("eval \"$(printf %b 'a\\09')\"") == ["a09"])
  }
}
