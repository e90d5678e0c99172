// What the program tells about networks and about itself.

import Foundation
import TestSupport
import Testing

@Suite struct InfoEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Table 5 of the paper (arXiv:2203.06717): millions of parameters and 10^9 multiply-adds at 224.
  @Test(arguments: [
    ("replknet-3", 71.756, 12.938), ("replknet-7", 72.237, 13.062),
    ("replknet-13", 73.681, 13.435), ("replknet-25", 78.234, 14.808),
    ("RepLKNet-31", 79.389, 15.353),
  ])
  func totals(_ model: String, parameters: Double, multiplyAdds: Double) throws {
    let summary = try succeed(["info", model, "--json"], in: folder).object()
    let found = try #require(summary["parameters"] as? Int)
    let cost = try #require(summary["multiplyAdds"] as? Int)
    #expect(abs(Double(found) / 1e6 - parameters) <= 0.000_501)
    #expect(abs(Double(cost) / 1e9 - multiplyAdds) <= 0.000_501)
  }

  @Test func tableHasEveryStage() throws {
    let text = try succeed(["info", "replknet-31"], in: folder).text
    for part in ["stage1", "stage4", "stages.2.blocks.35", "79.389 M", "15.353 G"] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func everyListedModelHasATable() throws {
    let listed = try succeed(["models"], in: folder).text.split(
      separator: "\n", omittingEmptySubsequences: false
    ).prefix { !$0.isEmpty }
    #expect(listed.count > 15)
    for model in listed {
      let text = try succeed(["info", String(model), "--size", "64"], in: folder).text
      #expect(text.contains("multiply-adds"), "\(model)")
    }
  }

  /// Windows of attention see neither a square nor all.
  @Test func fieldsThatAreNotKnownAreNotTold() throws {
    let words = ["info", Fixtures.path("onnx/swin-ts.onnx")]
    let lines = try succeed(words, in: folder).text.split(separator: "\n")
    let line = try #require(lines.first { $0.contains("layer1.0") })
    #expect(line.contains(" ? ") && !line.contains("all"))
    let rows = try succeed(words + ["--json"], in: folder).object()["rows"] as? [[String: Any]]
    let row = try #require(rows?.first { $0["name"] as? String == "layer1.0" })
    #expect(row["receptiveField"] == nil && row["seesWholeInput"] as? Bool == false)
  }

  @Test func version() throws {
    #expect(try succeed(["--version"], in: folder).text.hasPrefix("replk-tui "))
  }

  /// What prints JSON says which build did.
  @Test(arguments: [
    ["info", "replknet-3-nano"], ["inspect", Fixtures.path("resnet-tiny.safetensors")],
    ["classify", "replknet-3-nano", "--image", "grey.pgm"],
    ["probe", "replknet:kernels=3:layers=1:channels=8:classes=5"],
  ])
  func makersOfDocuments(_ words: [String]) throws {
    _ = try folder.write(Array("P2 2 2 255 0 9 99 255\n".utf8), to: "grey.pgm")
    var document = try succeed(words + ["--json"], in: folder).object()
    if let report = (document["results"] as? [[String: Any]])?.first, words[0] == "probe" {
      document = report
    }
    let maker = try #require(document["maker"] as? [String: String])
    let version = try succeed(["--version"], in: folder).text
    let program = try #require(maker["program"])
    #expect(version.hasPrefix(program))
    #expect(version.contains(try #require(maker["instructionSet"])))
  }
}
