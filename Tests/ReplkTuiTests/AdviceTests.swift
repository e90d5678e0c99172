// What a message says would help does help, in every command that opens checkpoints.

import Foundation
import TestSupport
import Testing

@Suite struct AdviceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The words before and after the file.
  private static let commands: [([String], [String])] = [
    (["erf"], ["--size", "32", "-o", "a.npy"]),
    (["compare"], ["resnet20-cifar", "--size", "32"]),
    (["features"], ["--size", "32", "-o", "a.npy"]),
    (["probe"], ["--count", "64", "--size", "32"]),
    (["info"], []),
    (["convert"], ["a.safetensors"]),
    (["snapshot"], ["--size", "32", "-o", "a.txt"]),
    (["figure"], ["--size", "32", "-o", "a.svg"]),
    (["sweep"], ["--sizes", "32", "-o", "a.csv"]),
    (
      ["train", "resnet:block=basic:layers=1,1,1,1:width=2", "--from"],
      ["--count", "32", "--batch", "8", "--steps", "1", "--size", "32", "-o", "a.safetensors"]
    ),
  ]

  @Test(arguments: commands.map(\.0[0]), ["extra", "extra-headless", "head-mlp"])
  func adviceWorks(_ command: String, _ name: String) throws {
    let (before, after) = try #require(Self.commands.first { $0.0[0] == command })
    let words = before + [Fixtures.path("names/\(name).pth")] + after
    let outcome = try Executable.run(words, in: folder)
    // These ask for no classifier.
    let opensAnyway = ["info", "train"].contains(command) && name == "head-mlp"
    #expect((outcome.code == 0) == opensAnyway, "\(outcome.error)")
    if opensAnyway { return }
    let advice = outcome.error.matches(of: /--allow-missing head|--ignore-extra/)
      .flatMap { $0.output.split(separator: " ").map(String.init) }
    #expect(!advice.isEmpty, "\(outcome.error)")
    let mended = try Executable.run(words + advice, in: folder)
    #expect(mended.code == 0, "\(advice): \(mended.error)")
  }

  /// Training makes a classifier anew where the weights have none, and learns with it.
  @Test func classifiersAreMadeAnew() throws {
    let train = try #require(Self.commands.last)
    let path = Fixtures.path("names/head-mlp.pth")
    let trained = try succeed(train.0 + [path] + train.1, in: folder)
    #expect(
      trained.text.contains("has no classifier of its own: a new one of 16 classes is made"),
      "\(trained.text)")
    let info = try succeed(["inspect", "a.safetensors"], in: folder)
    #expect(info.text.contains("fc.weight") && info.text.contains("16"), "\(info.text)")
  }
}
