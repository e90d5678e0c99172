// Figures through the program.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct FigureEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let networks = [3, 9, 13].map {
    "replknet:kernels=\($0),\($0):layers=1,1:channels=8,12:classes=5"
  }

  @Test func threeNetworksOnOnePage() throws {
    let outputs = ["f.svg", "f.pdf", "f.png", "f.tex", "f.csv"]
    let words = ["figure"] + networks + ["--size", "64", "--count", "2"]
    let drawn = try succeed(words + outputs.flatMap { ["-o", $0] }, in: folder)
    #expect(drawn.text == outputs.map { "wrote \($0)\n" }.joined())
    let svg = String(decoding: try folder.read("f.svg"), as: UTF8.self)
    for text in [">A</text>", ">C</text>", ">stage 2</text>", ">column, px</text>", ">64</text>"] {
      #expect(svg.contains(text), "\(text)")
    }
    let csv = String(decoding: try folder.read("f.csv"), as: UTF8.self)
    #expect(csv.split(separator: "\n").count == 4)
    let hashes = csv.split(separator: "\n").dropFirst().compactMap {
      $0.firstMatch(of: /,([0-9a-f]{16}),/)?.1
    }
    #expect(hashes.count == 3 && hashes.allSatisfy { svg.contains("hash \($0)") })
    #expect(svg.contains("n = 2"))
    let tex = String(decoding: try folder.read("f.tex"), as: UTF8.self)
    #expect(tex.components(separatedBy: "\\\\\n").count == 6)
    let pdf = String(decoding: try folder.read("f.pdf"), as: UTF8.self)
    #expect(pdf.hasPrefix("%PDF-") && pdf.contains("MediaBox [ 0 0 516 ") && !pdf.contains("Date"))
    #expect(try folder.read("f.png").prefix(4) == [0x89, 0x50, 0x4e, 0x47])
    // The same again, to the byte; files that are there are not replaced unasked.
    let refused = try Executable.run(words + ["-o", "f.svg"], in: folder)
    expectOneLine(refused, code: 2, mentions: ["f.svg", "--force"])
    _ = try succeed(words + ["-o", "g.pdf", "-o", "g.svg", "-o", "g.png"], in: folder)
    for ending in ["svg", "pdf", "png"] {
      #expect(try folder.read("f.\(ending)") == folder.read("g.\(ending)"), "\(ending)")
    }
  }

  /// A saved map has the place of A or B, whatever number of networks there is.
  @Test func aSavedMapBesideSeveralNetworks() throws {
    _ = try succeed(["erf", networks[0], "--size", "64", "-o", "map.npy"], in: folder)
    let options = ["--size", "64", "--count", "2", "--no-depth", "--force", "-o", "f.csv"]
    for words in [["map.npy", networks[1], networks[2]], [networks[1], "map.npy", networks[2]]] {
      _ = try succeed(["figure"] + words + options, in: folder)
      let csv = String(decoding: try folder.read("f.csv"), as: UTF8.self)
      let rows = csv.split(separator: "\n").dropFirst()
      #expect(rows.map { $0.prefix(2) } == ["A,", "B,", "C,"])
      #expect(rows.map { $0.contains("map.npy") } == words.map { $0 == "map.npy" })
      #expect(rows.count { $0.contains(",2,paper,") } == 2)
    }
    try folder.remove("f.csv")
    for words in [networks + ["map.npy"], ["map.npy", "map.npy", networks[0]]] {
      let outcome = try Executable.run(["figure"] + words + options, in: folder)
      expectOneLine(outcome, code: 2, mentions: ["map.npy", "the first or the second"])
    }
    #expect(folder.names == ["map.npy"])
    let explorer = try Executable.run(networks + ["map.npy"], in: folder)
    expectOneLine(explorer, code: 2, mentions: ["one or two models", "replk-tui figure"])
  }

  /// Panels read their pictures again, which pipes do not allow; a model in a pipe is none either.
  @Test func pipesAreNamedAsSuch() throws {
    _ = try folder.write(try Fixtures.bytes("images/rgb.png"), to: "rgb.png")
    for command in ["figure", "snapshot"] {
      let arguments = [command, networks[0], "--size", "64", "-o", "f.svg", "--image", "/dev/fd/3"]
      let outcome = try Executable.run(
        arguments, in: folder, shell: "cat rgb.png | { exec 3<&0 </dev/null; exec \"$@\"; }")
      expectOneLine(outcome, code: 1, mentions: ["/dev/fd/3", "only once", "save it as a file"])
    }
    let model = try Executable.run(
      ["figure", "/dev/fd/3", "-o", "f.svg"], in: folder,
      shell: "cat rgb.png | { exec 3<&0 </dev/null; exec \"$@\"; }")
    expectOneLine(model, code: 1, mentions: ["/dev/fd/3", "a pipe", "save"])
  }

  /// A session from a pipe is read once, also where a figure is there that could be one of its inputs.
  @Test func aSessionFromAPipe() throws {
    _ = try succeed(
      ["snapshot", networks[0], "--size", "64", "-o", "s.txt", "--script", "w ^U 's.json' Enter"],
      in: folder)
    _ = try folder.write([1], to: "f.csv")
    let arguments = ["figure", "pipe.json", "--no-depth", "-o", "f.csv", "--force"]
    let outcome = try Executable.run(
      arguments, in: folder, shell: "mkfifo pipe.json; cat s.json > pipe.json & exec \"$@\"")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try folder.read("f.csv").count > 1)
  }

  /// A map in a pipe, which would be read twice, is refused, not waited for.
  @Test(arguments: ["pipe.npy", "pipe.csv", "pipe.pgm"])
  func pipesAreNoMaps(_ pipe: String) throws {
    #expect(unsafe mkfifo(folder.file(pipe), 0o600) == 0)
    _ = try folder.write([1], to: "f.csv")
    for words in [
      ["figure", pipe, "--no-depth", "-o", "f.csv", "--force"], ["snapshot", pipe, "-o", "s.txt"],
    ] {
      let outcome = try Executable.run(words, in: folder)
      expectOneLine(outcome, code: 1, mentions: [pipe, "it is not a regular file"])
    }
    #expect(Set(folder.names) == [pipe, "f.csv"])
  }

  /// What a session looks from is there, as what the options name.
  @Test(arguments: [
    (#"{"layer": "nosuch"}"#, [#"target.layer is "nosuch""#, "`replk-tui info` lists"]),
    (#"{"stage": 9}"#, ["target.stage is 9", "a stage, 1 to 2"]),
    (#"{"stage": 2, "block": 99}"#, ["target.block is 99", "a part of the stage, 1 to 3"]),
    (#"{"units": [[0, 1], [99, 99]]}"#, ["target.units[1] is [99, 99]", "stage2", "8x8 at 64 px"]),
  ])
  func sessionsLookFromWhatIsThere(_ target: String, mentions: [String]) throws {
    try session(target)
    for words in [["figure", "s.json", "-o", "f.csv"], ["snapshot", "s.json", "-o", "f.txt"]] {
      let outcome = try Executable.run(words, in: folder)
      expectOneLine(outcome, code: 2, mentions: ["s.json: the session's field"] + mentions)
    }
    #expect(folder.names == ["s.json"])
  }

  /// The transition is the first of the parts that a stage's blocks are counted among.
  @Test func blocksCountTheTransition() throws {
    for (block, layer) in [(1, "transitions.0"), (2, "stages.1.blocks.0")] {
      try session(#"{"stage": 2, "block": \#(block)}"#)
      _ = try succeed(["figure", "s.json", "--no-depth", "-o", "f.csv", "--force"], in: folder)
      #expect(String(decoding: try folder.read("f.csv"), as: UTF8.self).contains(",\(layer),"))
    }
  }

  private func session(_ target: String) throws {
    let text = #"""
      {"version": 2, "networks": [{"source": {"catalogue": "\#(networks[0])"}}], "input": 64,
        "target": \#(target)}
      """#
    _ = try folder.write(Array(text.utf8), to: "s.json")
  }

  @Test func picturesArePreparedAsAskedFor() throws {
    let words = ["figure", networks[0], "--size", "64", "--no-depth"]
    _ = try succeed(words + ["-o", "plain.csv"], in: folder)
    _ = try succeed(words + ["--range", "0:255", "--bgr", "-o", "prepared.csv"], in: folder)
    #expect(try folder.read("plain.csv") != folder.read("prepared.csv"))
  }

  @Test(arguments: [
    (["figure", "replknet-3"], "-o"), (["figure", "-o", "f.svg"], "models"),
    (["figure", "replknet-3", "-o", "f.eps"], ".pdf"),
    (["figure", "missing.json", "-o", "f.svg"], "missing.json"),
    (["figure", "replknet-3", "-o", "f.svg", "--size", "8"], "8"),
    (
      ["figure"] + Array(repeating: "replknet-3", count: 11) + ["-o", "f.svg"],
      "replk-tui: figure draws at most 10 models"
    ),
  ])
  func mistakesAreSaidAtOnce(_ arguments: [String], mention: String) throws {
    let outcome = try Executable.run(arguments, in: folder)
    #expect(outcome.code == 1 || outcome.code == 2)
    expectOneLine(outcome, code: outcome.code, mentions: [mention])
    #expect(folder.names.isEmpty)
  }
}
