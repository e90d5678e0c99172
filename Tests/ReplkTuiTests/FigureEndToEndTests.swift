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
    _ = try succeed(words + outputs.flatMap { ["-o", $0] }, in: folder)
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
    (["figure"] + Array(repeating: "replknet-3", count: 11) + ["-o", "f.svg"], "too many"),
  ])
  func mistakesAreSaidAtOnce(_ arguments: [String], mention: String) throws {
    let outcome = try Executable.run(arguments, in: folder)
    #expect(outcome.code == 1 || outcome.code == 2)
    expectOneLine(outcome, code: outcome.code, mentions: [mention])
    #expect(folder.names.isEmpty)
  }
}
