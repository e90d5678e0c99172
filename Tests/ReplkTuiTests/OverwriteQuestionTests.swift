// Whoever sits at a terminal is asked before a file is replaced.

import ERFEngine
import Foundation
import TestSupport
import Testing

extension TerminalTests {
  /// Whoever sits at a terminal is asked.
  @Suite struct Questions {
    private static let erf = ["erf", Samples.tiny, "--size", "32"]
    private static let classes16 =
      "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"

    /// All commands that write files.
    static let cases: [OverwriteTests.Case] =
      OverwriteTests.cases + [
        .init(arguments: erf + ["-o", "out.pgm"], output: "out.pgm"),
        .init(
          arguments: [
            "compare", Samples.tiny, "resnet20-cifar", "--size", "32", "-o", "out",
          ], output: "out/results.json"),
        .init(
          arguments: ["figure", Samples.tiny, "--size", "32", "--no-depth", "-o", "out.svg"],
          output: "out.svg"),
        .init(
          arguments: [
            "train", classes16, "--count", "32", "--batch", "8", "--size", "32", "--steps", "1",
            "-o", "out.safetensors",
          ], output: "out.safetensors"),
        .init(
          arguments: ["merge", "1.erf", "2.erf", "-o", "out.pgm"], output: "out.pgm",
          earlier: (1...2).map {
            erf + ["--count", "2", "--shard", "\($0)/2", "-o", "\($0).erf"]
          }),
      ]

    @Test(arguments: cases, ["n", "y"])
    func everyCommandAsks(_ one: OverwriteTests.Case, _ answer: String) throws {
      let folder = try TemporaryFolder()
      let other = Array("of somebody else".utf8)
      try one.prepare(folder, other)
      let terminal = try TerminalTests.start(one.arguments, in: folder, columns: 200)
      try terminal.wait("a question") { $0.text.contains("replace it? [y/N]") }
      #expect(try folder.read(one.output) == other)
      terminal.type(answer + "\r")
      #expect(try terminal.end() == (answer == "y" ? 0 : 2), "\(terminal.screen.text)")
      #expect(try (folder.read(one.output) == other) == (answer == "n"))
    }

    /// A training that stopped is called that.
    @Test func trainingsThatStoppedAreCalledThat() throws {
      let folder = try TemporaryFolder()
      let command = ["train", Self.classes16, "--count", "32", "--batch", "8", "--size", "32"]
      _ = try succeed(command + ["--steps", "1", "-o", "n.safetensors"], in: folder)
      let before = try folder.read("n.safetensors")
      // The same file, of a training that was to be longer.
      let longer = String(decoding: before, as: UTF8.self).contains("\\\"steps\\\":1")
      try #require(longer)
      let patched = try Self.replacing("\\\"steps\\\":1", with: "\\\"steps\\\":9", in: before)
      _ = try folder.write(patched, to: "n.safetensors")
      let terminal = try TerminalTests.start(
        command + ["--steps", "1", "-o", "n.safetensors"], in: folder, columns: 200)
      try terminal.wait("a question") {
        $0.text.contains("holds a training that stopped after step 1 of 9: replace it? [y/N]")
      }
      terminal.type("n\r")
      #expect(try terminal.end() == 2)
      #expect(try folder.read("n.safetensors") == patched)
    }

    private static func replacing(
      _ old: String, with new: String, in bytes: [UInt8]
    ) throws -> [UInt8] {
      let place = try #require(bytes.firstRange(of: Array(old.utf8)))
      return Array(bytes[..<place.lowerBound]) + Array(new.utf8) + bytes[place.upperBound...]
    }

    @Test(arguments: [("n", false), ("", false), ("y", true), ("yes", true)])
    func filesAreReplacedWhereThatIsWanted(_ answer: String, isReplaced: Bool) throws {
      let folder = try TemporaryFolder()
      let other = Array("of somebody else".utf8)
      _ = try folder.write(other, to: "out.npy")
      let terminal = try TerminalTests.start(
        ["features", Samples.tiny, "--size", "32", "--tap", "stage1", "-o", "out.npy"], in: folder)
      try terminal.wait("a question") { $0.text.contains("replace it? [y/N]") }
      #expect(try folder.read("out.npy") == other)
      terminal.type(answer + "\r")
      #expect(try terminal.end() == (isReplaced ? 0 : 2))
      #expect(try (folder.read("out.npy") == other) != isReplaced)
    }
  }
}
