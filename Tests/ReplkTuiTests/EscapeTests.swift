// Names that would steer a terminal: nothing that the program prints lets them through, on either
// stream or in JSON, and JSON still says what they were.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct EscapeTests {
  let folder: TemporaryFolder
  /// Turns red, clears the screen, reverses the direction of writing, begins a line.
  private static let evil = "a\u{1b}[31m\u{9b}2j\u{202e}\u{2028}\u{7f}\nz"
  private static let shown = "a?[31m?2j????z"

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.write(Samples.picture(level: 90), to: Self.evil + ".ppm")
  }

  /// Nothing but printable characters and line ends, and the harmless form of the name.
  private func expectPlain(
    _ outcome: Outcome, mentions name: String = shown,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let text = outcome.text + outcome.error
    #expect(text == text.printableLines, sourceLocation: sourceLocation)
    #expect(text.contains(name), "\(text)", sourceLocation: sourceLocation)
  }

  private func run(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Outcome
  {
    let outcome = try Executable.run(arguments, in: folder)
    #expect(outcome.code == 0, "\(outcome.error)", sourceLocation: sourceLocation)
    return outcome
  }

  private let erf = ["erf", Samples.tiny, "--size", "32"]

  @Test func outputsOfErf() throws {
    let outcome = try run(erf + ["-o", Self.evil + ".pgm"])
    expectPlain(outcome, mentions: "wrote \(Self.shown).pgm")
    #expect(outcome.text.split(separator: "\n").last == "wrote \(Self.shown).pgm")
  }

  @Test func picturesOfErf() throws {
    _ = try folder.write(Samples.picture(level: 9), to: "whole.ppm")
    _ = try folder.write(Array("no picture".utf8), to: Self.evil + "2.ppm")
    expectPlain(try run(erf + ["--image", folder.path]), mentions: Self.shown + "2.ppm")
    let json = try run(erf + ["--image", folder.path, "--json"])
    #expect(json.text == json.text.printableLines)
    let images = try #require(try json.results()[0]["images"] as? [String])
    #expect(images.contains(Self.evil + ".ppm"), "escaped, it reads back as it was")
  }

  @Test func picturesOfClassify() throws {
    let arguments = ["classify", Samples.tiny, "--size", "32", "--image", Self.evil + ".ppm"]
    expectPlain(try run(arguments))
    let json = try run(arguments + ["--json"])
    #expect(json.text == json.text.printableLines && json.text.contains("\\u202e"))
  }

  @Test func subjectsOfDecisions() throws {
    let subject = Self.evil.replacing("\n", with: " ")
    let csv = """
      subj,session,trial,rt,object_response,category,condition,imagename
      \(subject),1,1,NaN,cat,cat,0,0001_x_cat1-dog1.png
      \(subject),1,2,NaN,dog,cat,0,0002_x_cat2-dog1.png

      """
    _ = try folder.write(Array(csv.utf8), to: "evil.csv")
    expectPlain(
      try run(["probe", "--decisions", "evil.csv"]), mentions: "a?[31m?2j??? z")
  }

  @Test func namesOfTensors() throws {
    let header = try JSONSerialization.data(withJSONObject: [
      Self.evil: ["dtype": "F32", "shape": [1], "data_offsets": [0, 4]]
    ])
    let length = (0..<8).map { UInt8(header.count >> (8 * $0) & 0xff) }
    _ = try folder.write(length + Array(header) + [0, 0, 0, 0], to: "evil.safetensors")
    let outcome = try Executable.run(["inspect", "evil.safetensors"], in: folder)
    expectPlain(outcome)
    let json = try Executable.run(["inspect", "evil.safetensors", "--json"], in: folder)
    #expect(json.text == json.text.printableLines && json.text.contains("\\u202e"))
  }

  @Test func outputsOfFeaturesConvertAndStimuli() throws {
    let features = ["features", Samples.tiny, "--size", "32", "--tap", "stage1"]
    expectPlain(try run(features + ["-o", Self.evil + ".npy"]))
    expectPlain(try run(["convert", Samples.tiny, Self.evil + ".safetensors"]))
    expectPlain(try run(["stimuli", "--count", "1", "--size", "16", "-o", Self.evil]))
  }

  /// Names of classes, which a file gives.
  @Test func namesOfClasses() throws {
    _ = try folder.write(Samples.picture(level: 9), to: "whole.ppm")
    let names = (0..<7).map { "a\u{1b}[31m\u{202e}z\($0)\n" }.joined()
    _ = try folder.write(Array(names.utf8), to: "names.txt")
    let classify = ["classify", Fixtures.path("names/plain.pth"), "--classes", "names.txt"]
    let arguments = classify + ["--size", "32", "--image", "whole.ppm"]
    expectPlain(try run(arguments), mentions: "a?[31m?z")
    let json = try run(arguments + ["--json"])
    #expect(json.text == json.text.printableLines && json.text.contains("\\u202e"))
  }

  /// Names of classes, which folders give.
  @Test func foldersOfClasses() throws {
    for (place, name) in ["a\u{1b}[31mz", "b\u{202e}z"].enumerated() {
      try folder.makeFolder("val/\(name)")
      _ = try folder.write(Samples.picture(level: UInt8(9 * place)), to: "val/\(name)/x.ppm")
    }
    let arguments = ["classify", Fixtures.path("names/plain.pth"), "--image", "val"]
    expectPlain(try run(arguments + ["--size", "32"]), mentions: "a?[31mz")
  }

  @Test func outputsOfTheOthers() throws {
    let size = ["--size", "32"]
    expectPlain(
      try run(["compare", Samples.tiny, "resnet20-cifar"] + size + ["-o", Self.evil]),
      mentions: "wrote \(Self.shown)/")
    expectPlain(
      try run(["sweep", Samples.tiny, "--sizes", "32", "-o", Self.evil + ".csv"]),
      mentions: "wrote \(Self.shown).csv")
    for index in 1...2 {
      _ = try run(
        erf + ["--count", "2", "--shard", "\(index)/2", "-o", Self.evil + "\(index).erf"])
    }
    let parts = (1...2).map { Self.evil + "\($0).erf" }
    expectPlain(
      try run(["merge"] + parts + ["-o", Self.evil + ".png"]), mentions: "\(Self.shown).png")
    let model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"
    expectPlain(
      try run(
        ["train", model, "--count", "32", "--batch", "8", "--steps", "1"] + size
          + ["-o", Self.evil + ".safetensors"]), mentions: "wrote \(Self.shown).safetensors")
    expectPlain(
      try run(["info", Self.evil + ".safetensors"] + size), mentions: "classes=16")
  }

  @Test func whatIsAskedWrongly() throws {
    for arguments in [[Self.evil], ["erf", Self.evil], ["--\(Self.evil)"], ["help", Self.evil]] {
      let outcome = try Executable.run(arguments, in: folder)
      expectPlain(outcome)
      #expect(outcome.error.filter(\.isNewline).count == 1)
    }
  }
}
