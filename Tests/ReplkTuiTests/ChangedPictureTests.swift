// Pictures that are replaced while a run looks at them, and those that shares count twice.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ChangedPictureTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, level) in [("a", 90), ("c", 120), ("other", 150)] {
      _ = try folder.write(Samples.picture(level: UInt8(level)), to: "\(name).ppm")
    }
  }

  /// Runs the program over three pictures, the last of which is replaced when it waits for the second.
  private func replacingTheLast(_ arguments: [String]) throws -> Outcome {
    try Executable.run(
      arguments + Executable.threeImages, in: folder,
      shell: """
        mkfifo b.ppm
        (exec 3> b.ppm; cp other.ppm c.ppm; cat a.ppm >&3) &
        exec "$@"
        """)
  }

  private static let line = "c.ppm: has changed since this run began"

  /// What was done is of the pictures that the run began with, and stays.
  @Test func replacedPicturesEndAMap() throws {
    let outcome = try replacingTheLast(["erf", Samples.tiny, "-o", "p.erf"])
    expectOneLine(outcome, code: 1, mentions: [Self.line])
    #expect(outcome.text.isEmpty)
    #expect(try ERFPart(path: folder.file("p.erf")).done.map(\.name) == ["a.ppm", "b.ppm"])
  }

  @Test(arguments: ["f.safetensors", "f.npy"])
  func replacedPicturesEndFeatures(_ name: String) throws {
    let outcome = try replacingTheLast(["features", Samples.tiny, "--tap", "stage1", "-o", name])
    expectOneLine(outcome, code: 1, mentions: [Self.line])
    let rows = try? Features(path: folder.file(name)).rows.map(\.name)
    // An array cannot say which rows it has.
    #expect(rows == (name == "f.npy" ? nil : ["a.ppm", "b.ppm"]))
  }

  /// No network is shown other pictures than the one before.
  @Test func comparedNetworksLookAtTheSamePictures() throws {
    try folder.makeFolder("p")
    for index in 0..<6 {
      _ = try folder.write(Samples.picture(level: UInt8(60 + index)), to: "p/\(index).ppm")
    }
    let outcome = try Executable.run(
      [
        "compare", Samples.tiny, "resnet-50", "--size", "64", "--threads", "1", "--image", "p",
        "--shard", "1/1", "-o", "out",
      ], in: folder, once: "ls out/*.erf > /dev/null",
      "kill -STOP $$; for picture in p/*; do cp other.ppm $picture; done; kill -CONT $$")
    expectOneLine(outcome, code: 1, mentions: ["p/", "has changed since this run began"])
    let first = try #require(
      FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
        .first { $0.hasPrefix("replknet") })
    #expect(try ERFPart(path: folder.file("out/\(first)")).isFinished)
  }

  /// One picture in shares of different folders, under several names or not, is said to be there twice.
  @Test func picturesThatCountTwiceAreToldOf() throws {
    for (name, levels) in [("one", [60, 61]), ("two", [61, 60])] {
      for (index, level) in levels.enumerated() {
        try FileManager.default.createDirectory(
          atPath: folder.file("\(name)/\(index)"), withIntermediateDirectories: true)
        _ = try folder.write(Samples.picture(level: UInt8(level)), to: "\(name)/\(index)/x.ppm")
      }
    }
    for (run, ending) in [
      (["erf", Samples.tiny], "erf"),
      (["features", Samples.tiny, "--tap", "stage1"], "safetensors"),
    ] {
      for (name, share) in [("one", "1/2"), ("two", "2/2")] {
        _ = try succeed(
          run + ["--size", "32", "--image", name, "--shard", share, "-o", "\(name).\(ending)"],
          in: folder)
      }
      let files = ["one", "two"].map { "\($0).\(ending)" }
      expectOneLine(
        try Executable.run(["merge"] + files + ["-o", "all.npy", "--force"], in: folder), code: 0,
        mentions: [
          "note: 1 picture was counted twice: 0/x.ppm of \(files[0]) and 1/x.ppm of \(files[1])"
        ])
    }
  }

  /// Nor does it depend on how a run is cut what is said of a picture that it has twice.
  @Test func picturesThatCountTwiceInOneShareAreToldOf() throws {
    for (index, level) in [60, 61, 60].enumerated() {
      try folder.makeFolder("all/\(index)")
      _ = try folder.write(Samples.picture(level: UInt8(level)), to: "all/\(index)/x.ppm")
    }
    for (run, ending) in [
      (["erf", Samples.tiny], "erf"),
      (["features", Samples.tiny, "--tap", "stage1"], "safetensors"),
    ] {
      for count in 1...2 {
        let files = (1...count).map { "\($0)-of-\(count).\(ending)" }
        for (index, file) in files.enumerated() {
          _ = try succeed(
            run + ["--size", "32", "--image", "all", "--shard", "\(index + 1)/\(count)"]
              + ["-o", file], in: folder)
        }
        let first = count == 1 ? "0/x.ppm" : "0/x.ppm of \(files[0])"
        // In whatever order they are given.
        expectOneLine(
          try Executable.run(
            ["merge"] + files.reversed() + ["-o", "all.npy", "--force"], in: folder), code: 0,
          mentions: [
            "note: 1 picture was counted twice: \(first) and 2/x.ppm of \(files[count - 1])"
          ])
      }
    }
  }

  private static let older = "replk-tui 0.0.1 (1234567)"

  /// What of several versions is merged is said, of whatever kind the shares are.
  @Test func severalVersionsAreToldOf() throws {
    func older(_ makers: [ERFPart.Maker]) -> [ERFPart.Maker] {
      makers.map {
        ERFPart.Maker(
          program: Self.older, instructionSet: $0.instructionSet, library: $0.library)
      }
    }
    _ = try succeed(["stimuli", "-o", "s", "--count", "4", "--size", "16"], in: folder)
    let classifier = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    for (run, ending) in [
      (["erf", Samples.tiny, "--size", "32", "--count", "2", "-o"], "erf"),
      (
        ["features", Samples.tiny, "--size", "32", "--count", "2", "--tap", "stage1", "-o"],
        "safetensors"
      ), (["probe", classifier, "--stimuli", "s", "--csv"], "csv"),
    ] {
      for index in 1...2 {
        _ = try succeed(run + ["\(index).\(ending)", "--shard", "\(index)/2"], in: folder)
      }
      let path = folder.file("1.\(ending)")
      switch ending {
      case "erf":
        var part = try ERFPart(path: path)
        part.makers = older(part.makers)
        _ = try folder.write(part.encoded(), to: "1.erf")
      case "safetensors":
        var part = try Features(path: path)
        part.makers = older(part.makers)
        try AtomicFile.write(parts: part.contents(), to: path)
      default:
        var share = try DecisionShare(path: path)
        share.makers = older(share.makers)
        _ = try folder.write(share.encoded(), to: "1.csv")
      }
      let output = ending == "csv" ? "all.csv" : "all.npy"
      expectOneLine(
        try Executable.run(
          ["merge", "1.\(ending)", "2.\(ending)", "-o", output, "--force"], in: folder),
        code: 0, mentions: ["note: shares were computed with \(Self.older)", "numbers may differ"])
      // A finished share says who made it.
      #expect(
        try succeed(run + ["1.\(ending)", "--shard", "1/2"], in: folder).text.contains(
          "left as it is (computed by \(Self.older); --force computes it anew)"))
    }
    // Several versions may tell one file by several hashes.
    _ = try succeed(
      ["erf", Samples.tiny, "--size", "32", "--count", "2", "--weights", "random:1"]
        + ["--shard", "2/2", "-o", "3.erf"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "1.erf", "3.erf"], in: folder), code: 2,
      mentions: ["weights", Self.older, "compute all parts with one", "each of the 2 networks"])
  }
}
