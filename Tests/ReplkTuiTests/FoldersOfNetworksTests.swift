// Shares of sweeps and decisions whose networks' files lie in several folders, as machines have them.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct FoldersOfNetworksTests {
  let folder: TemporaryFolder

  /// The same graph and the same weights in two folders.
  init() throws {
    folder = try TemporaryFolder()
    for name in ["a", "b", "s/cat"] { try folder.makeFolder(name) }
    for name in ["a", "b"] {
      _ = try folder.write(Fixtures.bytes("onnx/resnet-ts.onnx"), to: "\(name)/net.onnx")
      _ = try succeed(["convert", Samples.tiny, "\(name)/w.safetensors"], in: folder)
    }
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  /// Runs share 1 with the file in one folder, share 2 with that in the other, and all of it with the first, whose
  /// bytes the merge has.
  private func expectMerge(of run: (String) -> [String], _ option: String) throws {
    _ = try succeed(run("a") + [option, "one.csv"], in: folder)
    for (index, place) in ["a", folder.file("b")].enumerated() {
      _ = try succeed(
        run(place) + [option, "\(index).csv", "--shard", "\(index + 1)/2"], in: folder)
    }
    _ = try succeed(["merge", "1.csv", "0.csv", "-o", "all.csv", "--force"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    // What another folder has may be gone on with.
    let share = try folder.read("0.csv")
    _ = try succeed(run("b") + [option, "0.csv", "--shard", "1/2"], in: folder)
    #expect(try folder.read("0.csv") == share)
  }

  @Test func sweepsOfGraphs() throws {
    try expectMerge(
      of: { ["sweep", "\($0)/net.onnx", "--kernels", "3,5", "--sizes", "48"] }, "-o")
    let rows = try text("all.csv")
    #expect(rows.contains("\n1,2,net.onnx,net.onnx,"))
    #expect(
      rows.contains("\n2,2,\"net.onnx:kernels=5,5,5\",\"net.onnx, edited (kernels"), "\(rows)")
  }

  @Test func sweepsOfWeights() throws {
    try expectMerge(
      of: { ["sweep", Samples.tiny, "--weights", "\($0)/w.safetensors", "--sizes", "32,40"] }, "-o")
  }

  /// Equal names within a sweep are told apart.
  @Test func equalNamesWithinASweep() throws {
    _ = try succeed(
      ["convert", Samples.tiny, "--weights", "random:1", "b/w.safetensors", "--force"], in: folder)
    _ = try succeed(
      [
        "sweep", Samples.tiny, "--weights", "a/w.safetensors", "--weights",
        folder.file("b/w.safetensors"), "--sizes", "32", "-o", "x.csv",
      ], in: folder)
    let rows = try text("x.csv")
    #expect(rows.contains("\",a/w.safetensors,") && rows.contains("\",b/w.safetensors,"), "\(rows)")
  }

  /// Another file of a network is told, however the commands spell the folders, also where neither share has a point
  /// of the same file.
  @Test func otherContentsOfEqualNames() throws {
    for (place, graph) in [
      ("x/a", "resnet-ts"), ("x/b", "resnet-dynamo"), ("y/a", "resnet-dynamo"),
      ("y/b", "resnet-ts"),
    ] {
      try folder.makeFolder(place)
      _ = try folder.write(Fixtures.bytes("onnx/\(graph).onnx"), to: place + "/net.onnx")
    }
    for (index, place) in ["x", "y"].enumerated() {
      _ = try succeed(
        [
          "sweep", "\(place)/a/net.onnx", "\(place)/b/net.onnx", "--sizes", "48", "--shard",
          "\(index + 1)/2", "-o", "\(place).csv",
        ], in: folder)
    }
    expectOneLine(
      try Executable.run(["merge", "x.csv", "y.csv", "-o", "all.csv"], in: folder), code: 2,
      mentions: ["not of one sweep: a file of their networks (a/net.onnx, b/net.onnx) differs"])
    // So is one that was replaced between two shares of one command.
    for share in 1...2 {
      _ = try succeed(
        [
          "sweep", Samples.tiny, "--weights", "a/w.safetensors", "--weights", "b/w.safetensors",
          "--sizes", "32", "--shard", "\(share)/2", "-o", "\(share).csv",
        ], in: folder)
      _ = try succeed(
        ["convert", Samples.tiny, "--weights", "random:1", "b/w.safetensors", "--force"],
        in: folder)
    }
    expectOneLine(
      try Executable.run(["merge", "1.csv", "2.csv", "-o", "all.csv"], in: folder), code: 2,
      mentions: ["a file of their networks (a/w.safetensors, b/w.safetensors) differs"])
  }

  @Test func decisionsOfGraphs() throws {
    for index in 1...3 {
      _ = try folder.write(
        Samples.picture(level: UInt8(60 * index)), to: "s/cat/cat\(index)-dog1.ppm")
    }
    // As many as the graph has classes.
    let names = "cat dog airplane bear bicycle bird boat bottle car chair"
    _ = try folder.write(Array(names.replacing(" ", with: "\n").utf8), to: "names.txt")
    try expectMerge(
      of: { ["probe", "\($0)/net.onnx", "--classes", "names.txt", "--stimuli", "s"] }, "--csv")
    #expect(try Set(DecisionFile.read(folder.file("all.csv")).map(\.subject)).count == 1)
    // Another graph of that name is another network.
    _ = try folder.write(Fixtures.bytes("onnx/resnet-dynamo.onnx"), to: "b/net.onnx")
    _ = try succeed(
      [
        "probe", "b/net.onnx", "--classes", "names.txt", "--stimuli", "s", "--csv", "2.csv",
        "--shard", "2/2",
      ], in: folder)
    expectOneLine(
      try Executable.run(["merge", "0.csv", "2.csv", "-o", "x.csv"], in: folder), code: 2,
      mentions: ["2.csv and 0.csv are not of one run", "weights "])
  }
}
