// Features cut into shares, which say what they are of.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct FeaturesEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let features = ["features", Samples.tiny, "--tap", "stage1", "--size", "32"]

  private func make(_ run: [String], shards count: Int) throws -> [String] {
    try (1...count).map { index in
      let name = "f-\(index).safetensors"
      _ = try succeed(run + ["--shard", "\(index)/\(count)", "-o", name], in: folder)
      return name
    }
  }

  /// Any order, as a shell has it for ten files and more; with more shares than inputs some are empty.
  @Test func mergedSharesAreOneRun() throws {
    let run = features + ["--count", "4"]
    _ = try succeed(run + ["-o", "one.npy"], in: folder)
    _ = try succeed(run + ["-o", "one.safetensors"], in: folder)
    let parts = try make(run, shards: 5)
    for (number, order) in [parts, parts.reversed()].enumerated() {
      for ending in ["npy", "safetensors"] {
        let name = "all\(number).\(ending)"
        let told = try succeed(["merge"] + order + ["-o", name], in: folder)
        #expect(try folder.read(name) == folder.read("one.\(ending)"), "\(name)")
        #expect(told.text.contains("4x8x8x8 float32\nrows: 0 "))
      }
    }
    let part = try Features(path: folder.file(parts[1]))
    #expect(part.rows.map(\.index) == [0] && part.shards.map(\.text) == ["2/5"])
    #expect(part.inputs == 4 && part.subject.tap == "stage1")
  }

  @Test func whatDoesNotGoTogetherIsNamed() throws {
    let run = features + ["--count", "4"]
    let parts = try make(run, shards: 2)
    expectOneLine(
      try Executable.run(["merge", parts[0], parts[1], parts[1], "-o", "f.npy"], in: folder),
      code: 2, mentions: ["\(parts[1]) is given twice"])
    for (more, word) in [
      (["--weights", "random:1"], "weights"), (["--count", "3"], "numbers of inputs"),
      (["--tap", "stage2"], "layer"), (["--bgr"], "preparation"),
    ] {
      // In the place of what the run says of it.
      let own = run.firstIndex(of: more[0]).map { $0..<$0 + 2 }
      let kept = run.indices.filter { own?.contains($0) != true }.map { run[$0] }
      let other = kept + more + ["--shard", "2/2", "-o", "other.safetensors"]
      _ = try succeed(other, in: folder)
      expectOneLine(
        try Executable.run(["merge", parts[0], "other.safetensors", "-o", "f.npy"], in: folder),
        code: 2, mentions: [parts[0], "other.safetensors", word])
      // Nor does a run go on from another one, unless that is to be replaced.
      expectOneLine(
        try Executable.run(run + ["--shard", "2/2", "-o", "other.safetensors"], in: folder),
        code: 2, mentions: ["other.safetensors is of another run", word, "--force"])
      try FileManager.default.removeItem(atPath: folder.file("other.safetensors"))
    }
    expectOneLine(
      try Executable.run(run + ["--shard", "1/2", "-o", parts[1]], in: folder), code: 2,
      mentions: [parts[1], "share 2/2", "share 1/2"])
    let before = try folder.read(parts[1])
    _ = try succeed(run + ["--shard", "1/2", "-o", parts[1], "--force"], in: folder)
    #expect(try folder.read(parts[1]) != before)
    #expect(try folder.read(parts[1]) == folder.read(parts[0]))
    #expect(!folder.names.contains("f.npy"))
  }

  @Test func missingSharesComeWithTheirCommands() throws {
    let run = features + ["--count", "4"]
    _ = try succeed(run + ["-o", "one.npy"], in: folder)
    let parts = try make(run, shards: 4)
    for name in [parts[1], parts[2]] {
      try FileManager.default.removeItem(atPath: folder.file(name))
    }
    let outcome = try Executable.run(
      ["merge", parts[3], parts[0], "-o", "all.npy"], in: folder)
    expectOneLine(
      outcome, code: 1, mentions: ["2 of 4 inputs are missing", "shares 2, 3 of 4"])
    let unnamed = try Executable.run(["merge", parts[3], parts[0]], in: folder)
    #expect(unnamed.error == outcome.error && unnamed.text == outcome.text)
    for line in outcome.text.split(separator: "\n") {
      let words = line.dropFirst("replk-tui ".count)
      #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0, "\(line)")
    }
    expectOneLine(
      try Executable.run(["merge"] + parts, in: folder), code: 2,
      mentions: ["merge of .safetensors files needs -o FILE.npy"])
    _ = try succeed(["merge"] + parts + ["-o", "all.npy"], in: folder)
    #expect(try folder.read("all.npy") == folder.read("one.npy"))
    let some = try succeed(
      ["merge", parts[0], parts[3], "--partial", "-o", "some.npy"], in: folder)
    #expect(some.text.contains("2x8x8x8"))
  }

  /// Shares without an input make no array, but a share to go on with, as those of maps do.
  @Test func sharesWithoutInputsAreMerged() throws {
    let parts = try make(features, shards: 3)
    let merge = ["merge", parts[0], parts[1], "--partial", "-o"]
    _ = try succeed(merge + ["some.safetensors"], in: folder)
    let some = try Features(path: folder.file("some.safetensors"))
    #expect(some.rows.isEmpty && some.shards.map(\.text) == ["1/3", "2/3"])
    expectOneLine(
      try Executable.run(merge + ["some.npy"], in: folder), code: 1,
      mentions: ["none of the shares holds an input"])
    _ = try succeed(features + ["-o", "one.npy"], in: folder)
    _ = try succeed(["merge", "some.safetensors", parts[2], "-o", "all.npy"], in: folder)
    #expect(try folder.read("all.npy") == folder.read("one.npy"))
  }

  /// Arrays do not say which share they are.
  @Test func arraysAreNoShares() throws {
    expectOneLine(
      try Executable.run(features + ["--shard", "1/2", "-o", "f.npy"], in: folder), code: 2,
      mentions: ["f.npy", "FILE.safetensors"])
    _ = try succeed(features + ["-o", "f.npy"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "f.npy", "f.npy", "-o", "g.npy"], in: folder), code: 2,
      mentions: ["f.npy", "--shard I/N -o FILE.safetensors"])
    _ = try succeed(["convert", Samples.tiny, "net.safetensors"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "net.safetensors", "-o", "g.npy"], in: folder), code: 1,
      mentions: ["net.safetensors was not written by `features"])
  }

  /// Rows stand for inputs: a broken picture of a folder has a row of NaN and is named, one that was named
  /// ends the run.
  @Test func brokenPicturesHaveRowsOfNaN() throws {
    try folder.makeFolder("in")
    for (name, level) in [("a", 50), ("c", 150)] {
      _ = try folder.write(Samples.picture(level: UInt8(level)), to: "in/\(name).ppm")
    }
    _ = try succeed(
      features + ["--image", "in/a.ppm", "--image", "in/c.ppm", "-o", "two.npy"], in: folder)
    _ = try folder.write(Array("no picture".utf8), to: "in/b.ppm")
    let outcome = try Executable.run(features + ["--image", "in", "-o", "f.npy"], in: folder)
    expectOneLine(outcome, code: 0, mentions: ["in/b.ppm", "row 1 is NaN"])
    #expect(outcome.text.contains("rows: 0 a.ppm, 1 b.ppm, 2 c.ppm"))
    let two = try NPY(decoding: folder.read("two.npy"), path: "two.npy")
    let three = try NPY(decoding: folder.read("f.npy"), path: "f.npy")
    #expect(three.shape == [3, 8, 8, 8])
    let width = 8 * 8 * 8
    #expect(three.values[..<width] == two.values[..<width])
    #expect(three.values[width..<2 * width].count { $0.isNaN } == width)
    #expect(three.values[(2 * width)...] == two.values[width...])
    let named = try Executable.run(
      features + ["--image", "in/b.ppm", "-o", "g.npy"], in: folder)
    expectOneLine(named, code: 1, mentions: ["in/b.ppm"])
    #expect(!folder.names.contains("g.npy"))
  }

  /// So has an input that holds NaN, whichever of a tensor it is; a tensor of nothing else ends the run.
  @Test func spoiltInputsHaveRowsOfNaN() throws {
    _ = try folder.write(Samples.noise(images: 3), to: "x.npy")
    _ = try folder.write(Samples.noise(images: 3, spoilt: 1), to: "nan.npy")
    _ = try folder.write(Samples.noise(images: 2, spoilt: 2), to: "all.npy")
    let features = ["features", Samples.tiny, "--tap", "stage1", "--tensor"]
    _ = try succeed(features + ["x.npy", "-o", "whole.npy"], in: folder)
    let run = features + ["nan.npy", "-o", "f.safetensors"]
    let told = "skipped nan.npy[0]: the input holds NaN or Inf; its row 0 is NaN"
    // The second time nothing is left to do.
    for _ in 0..<2 {
      expectOneLine(try Executable.run(run, in: folder), code: 0, mentions: [told])
    }
    let whole = try NPY(decoding: folder.read("whole.npy"), path: "whole.npy")
    let found = try Features(path: folder.file("f.safetensors"))
    let width = 8 * 8 * 8
    #expect(found.rows.map { $0.reason == nil } == [false, true, true])
    #expect(found.values[..<width].allSatisfy { $0.isNaN })
    #expect(found.values[width...] == whole.values[width...])
    expectOneLine(
      try Executable.run(features + ["all.npy", "-o", "g.npy"], in: folder), code: 1,
      mentions: ["all.npy[0]: the input holds NaN or Inf"])
    #expect(!folder.names.contains("g.npy"))
  }

  /// An input that is another one by now is not gone on with.
  @Test func changedInputsAreNamed() throws {
    _ = try folder.write(Samples.picture(level: 50), to: "a.ppm")
    let run = features + ["--image", "a.ppm", "-o", "f.safetensors"]
    _ = try succeed(run, in: folder)
    let before = try folder.read("f.safetensors")
    _ = try folder.write(Samples.picture(level: 51), to: "a.ppm")
    expectOneLine(
      try Executable.run(run, in: folder), code: 1, mentions: ["a.ppm has changed", "--force"])
    #expect(try folder.read("f.safetensors") == before)
    _ = try succeed(run + ["--force"], in: folder)
    #expect(try folder.read("f.safetensors") != before)
  }
}
