// How pictures are prepared and classes named, on the command line, in sessions and on the screen.

import Foundation
import TestSupport
import Testing

@Suite struct PreparationEndToEndTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let small = ["--size", "32", "--json"]

  @Test func whatANetworkTakesAnywayChangesNothing() throws {
    let plain = try succeed(["erf", Samples.tiny] + small, in: folder).results()[0]
    let said = try succeed(
      ["erf", Samples.tiny, "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"] + small,
      in: folder
    ).results()[0]
    #expect(said["sigma"] as? Double == plain["sigma"] as? Double)
    #expect(plain["preprocessing"] == nil && said["preprocessing"] == nil)
  }

  /// Shares are of one run, whether somebody spelt out what the network takes or not.
  @Test func whatANetworkTakesAnywayIsNoOtherRun() throws {
    let run = ["erf", Samples.tiny, "--size", "32", "--count", "2"]
    _ = try succeed(run + ["--shard", "1/2", "-o", "1.erf"], in: folder)
    _ = try succeed(
      run + ["--mean", "0.485,0.456,0.406", "--shard", "2/2", "-o", "2.erf"], in: folder)
    _ = try succeed(["merge", "1.erf", "2.erf", "-o", "map.npy"], in: folder)
    _ = try succeed(run + ["-o", "whole.npy"], in: folder)
    #expect(try folder.read("map.npy") == folder.read("whole.npy"))
  }

  /// One for all networks, or one each in their order.
  @Test func eachNetworkHasItsOwn() throws {
    let results = try succeed(
      ["compare", Samples.tiny, Samples.tiny, "--range", "own", "--range", "0:255"] + small,
      in: folder
    ).results()
    #expect(results[0]["preprocessing"] == nil)
    let kept = try #require(results[1]["preprocessing"] as? [String: [Double]])
    #expect(kept == ["range": [0, 255]])
    #expect(results[0]["sigma"] as? Double != results[1]["sigma"] as? Double)
    let both = try succeed(
      ["compare", Samples.tiny, Samples.tiny, "--range", "0:255"] + small, in: folder
    ).results()
    #expect(both[0]["sigma"] as? Double == results[1]["sigma"] as? Double)
    #expect(both[1]["sigma"] as? Double == results[1]["sigma"] as? Double)
  }

  @Test(arguments: [
    ["--mean", "1,2"], ["--mean", "1,2,x"], ["--mean", "inf"], ["--std", "0"], ["--std", "1,-1,1"],
    ["--range", "255"], ["--range", "0:0"], ["--range", "0:1:2"], ["--range", "0:1e9"],
    ["--mean", "0", "--mean", "1"],
  ])
  func refusedInOneLine(_ words: [String]) throws {
    let outcome = try Executable.run(["erf", Samples.tiny] + words, in: folder)
    expectOneLine(outcome, code: 2, mentions: [words[0], "expected"])
  }

  /// Prepared inputs are prepared.
  @Test func tensorsAreLeftAlone() throws {
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--tensor", "\(Samples.checkpoint)#input", "--bgr"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["--tensor", "--bgr"])
  }

  @Test func sessionsKeepItAndTheScreenShowsIt() throws {
    _ = try folder.write(Array("a\nb\nc\nd\ne\n".utf8), to: "names.txt")
    _ = try succeed(
      [
        "snapshot", Samples.tiny, "--size", "64", "--range", "0:255", "--mean", "104,117,123",
        "--bgr", "--classes", "names.txt", "-o", "x.txt", "--screen", "160x50", "--script",
        "w ^U 'x.json' Enter",
      ], in: folder)
    let screen = String(decoding: try folder.read("x.txt"), as: UTF8.self)
    let words = "range 0:255, mean 104,117,123, BGR"
    #expect(screen.contains("(\(words))"), "in the heading")
    let session = try #require(
      JSONSerialization.jsonObject(with: Data(folder.read("x.json"))) as? [String: Any])
    let network = try #require((session["networks"] as? [[String: Any]])?.first)
    let kept = try #require(network["preprocessing"] as? [String: Any])
    #expect(kept["mean"] as? [Double] == [104, 117, 123] && kept["bgr"] as? Bool == true)
    #expect(network["classes"] as? String == "names.txt")
    _ = try succeed(
      ["snapshot", "x.json", "--script", "4 z", "--screen", "160x50", "-o", "again.txt"],
      in: folder)
    let again = String(decoding: try folder.read("again.txt"), as: UTF8.self)
    #expect(again.contains("prepared A  \(words)"), "among the metrics")
    _ = try succeed(
      [
        "snapshot", Samples.tiny, Samples.tiny, "--size", "64", "--range", "own", "--range",
        "0:255", "-o", "two.txt", "--screen", "160x50",
      ], in: folder)
    let two = String(decoding: try folder.read("two.txt"), as: UTF8.self)
    #expect(two.contains("pictures prepared differently"), "in the verdict")
    _ = try succeed(
      [
        "snapshot", Samples.tiny, Samples.tiny, "--size", "64", "--mean", "own", "--mean",
        "0.485,0.456,0.406", "-o", "same.txt", "--screen", "160x50",
      ], in: folder)
    let same = String(decoding: try folder.read("same.txt"), as: UTF8.self)
    #expect(!same.contains("prepared differently"), "that is what the network takes")
  }

  @Test func classesAreNamed() throws {
    _ = try folder.write(Samples.picture(level: 90), to: "grey.ppm")
    _ = try folder.write(Array("ant\nbee\ncod\ndog\nelk\n".utf8), to: "names.txt")
    let common = ["classify", Samples.tiny, "--size", "64", "--image", "grey.ppm"]
    let text = try succeed(common + ["--classes", "names.txt"], in: folder).text
    for name in ["ant", "bee", "cod", "dog", "elk"] { #expect(text.contains(name)) }
    _ = try folder.write(Array("ant\nbee\n".utf8), to: "few.txt")
    let outcome = try Executable.run(common + ["--classes", "few.txt"], in: folder)
    expectOneLine(outcome, code: 1, mentions: ["few.txt", "2 classes", "5"])
    let missing = try Executable.run(common + ["--classes", "none.txt"], in: folder)
    expectOneLine(missing, code: 1, mentions: ["none.txt"])
  }
}
