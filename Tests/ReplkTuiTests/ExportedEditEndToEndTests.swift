// Edits of exported graphs on the command line, in the kernels panel and in sessions.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct ExportedEditEndToEndTests {
  private let folder: TemporaryFolder
  private let file = Fixtures.path("onnx/resnet-ts.onnx")

  init() throws { folder = try TemporaryFolder() }

  private func screen(_ name: String) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  private func network(_ name: String) throws -> [String: Any] {
    let session = try #require(
      JSONSerialization.jsonObject(with: Data(folder.read(name))) as? [String: Any])
    return try #require((session["networks"] as? [[String: Any]])?.first)
  }

  @Test func idsNameEdits() throws {
    let sigma = try [":kernels=3", ":kernels=1", ":dilation=2", ":shortcuts=0"].map { edit in
      let result = try succeed(["erf", file + edit, "--json"], in: folder).results()[0]
      if edit != ":kernels=3" {
        #expect((result["model"] as? String)?.hasPrefix(file + ":") == true)
      }
      return try #require(result["sigma"] as? Double)
    }
    let plain = try succeed(["erf", file, "--json"], in: folder).results()[0]
    #expect(plain["sigma"] as? Double == sigma[0], "kernels as they are")
    #expect(Set(sigma).count == 4)
    #expect(sigma[1] < sigma[0] && sigma[2] > sigma[0])
    let wrong = try Executable.run(["erf", file + ":kernels=4"], in: folder)
    expectOneLine(wrong, code: 2, mentions: ["kernels=4", "odd numbers"])
    let absent = try Executable.run(["erf", "none.onnx:kernels=3"], in: folder)
    expectOneLine(absent, code: 1, mentions: ["none.onnx"])
  }

  @Test func thePanelEditsStageByStage() throws {
    let common = ["snapshot", file, "--size", "48", "--screen", "160x60"]
    _ = try succeed(
      common + ["-o", "a.txt", "--script", "3 z Down > Right > w ^U 'a.json' Enter"], in: folder)
    let edited = try screen("a.txt")
    #expect(edited.contains("stage 1 4 dense 3x3"))
    #expect(edited.contains("dense 5x5 stride 2 dilation 2"))
    let kept = try network("a.json")
    let edits = try #require(kept["edits"] as? [[String: Int]])
    #expect(edits == [["stage": 2, "kernel": 5, "dilation": 2]])
    #expect((kept["source"] as? [String: String]) == ["file": file])
    // The session opens again, and undo leads back.
    _ = try succeed(
      [
        "snapshot", "a.json", "--screen", "160x60", "-o", "b.txt", "--script",
        "3 z U w ^U 'b.json' Enter",
      ],
      in: folder)
    #expect(try network("b.json")["edits"] == nil)
    let undone = try screen("b.txt")
    #expect(!undone.contains("dense 5x5"))
    _ = try succeed(
      common + ["-o", "c.txt", "--script", "3 > u w ^U 'c.json' Enter"], in: folder)
    #expect(try network("c.json")["edits"] == nil)
  }

  /// What a stage does not have cannot be chosen.
  @Test func tokensHaveNoKernels() throws {
    _ = try succeed(
      [
        "snapshot", Fixtures.path("onnx/vit-ts.onnx"), "--size", "48", "--screen", "160x50", "-o",
        "x.txt", "--script", "3 >",
      ], in: folder)
    #expect(try screen("x.txt").contains("stage 1 has no kernels larger than 1x1 to choose"))
  }

  @Test func sweepsChangeKernels() throws {
    _ = try succeed(
      ["sweep", file, "--kernels", "1,3,5", "--sizes", "48", "-o", "x.csv"], in: folder)
    let rows = try screen("x.csv").split(separator: "\n")
    #expect(rows.count == 4 && rows[1].contains(":kernels=1,1,1") && !rows[2].contains(":kernels"))
    let outcome = try Executable.run(
      ["sweep", Fixtures.path("onnx/vit-ts.onnx"), "--kernels", "3", "-o", "y.csv"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["--kernels", "are fixed"])
  }

  /// Values inside the network, by the names that the file has for them.
  @Test func anyValueIsALayer() throws {
    let name = "/layer2/layer2.0/conv2/Conv_output_0"
    let result = try succeed(["erf", file, "--tap", name, "--json"], in: folder).results()[0]
    #expect(result["stage"] as? String == name)
    _ = try succeed(["features", file, "--tap", name, "--size", "48", "-o", "f.npy"], in: folder)
    #expect(try NPY.load(path: folder.file("f.npy")).shape == [1, 16, 6, 6])
    let outcome = try Executable.run(["erf", file, "--tap", "nowhere"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["nowhere", "layer2.0"])
  }
}
