// A finished run to every format.

import ERFEngine
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite struct HeatmapExportTests {
  private static func result() -> ERFResult {
    var values = (0..<120).map { Double($0 % 7) * 0.3 }
    values[55] = 120
    let map = ERFMap(height: 12, width: 10, values: values, images: 2)
    let subject = ERFSubject(
      model: "replknet-31", weights: "random:7", weightsHash: "0123456789abcdef",
      input: InputSize(height: 12, width: 10), stages: ["stage1"], tap: "stage1",
      mapSize: InputSize(height: 3, width: 2), units: [Unit(row: 1, column: 1)], rule: .paper)
    return ERFResult(
      subject: subject, map: map, metrics: ERFMetrics(map), imageNames: ["a\n.png", "b.png"],
      seconds: ERFSeconds(load: 0.5, forward: 1, backward: .nan, total: 3), peakBytes: 1234)
  }

  private let result = result()

  /// Comments of a PGM turn no direction of writing, as little as what is printed.
  @Test func commentsAreSafeToPrint() throws {
    let folder = try TemporaryFolder()
    let comment = "images: a\u{202E}b\u{1B}c\u{9B}d\u{2066}e\u{F7E9}f"
    let bytes = PGM(height: 1, width: 1, values: [0], comments: [comment]).encoded(.binary16)
    let path = try folder.write(bytes, to: "a.pgm")
    #expect(try PGM.load(path: path).comments == ["images: a b c d e\u{F7E9}f"])
  }

  @Test func writesEachFormatByItsEnding() throws {
    let folder = try TemporaryFolder()
    for name in ["m.pgm", "m.PNG", "m.npy", "m.csv", "m.json"] {
      try HeatmapExport.write(result, to: folder.file(name))
    }
    let pgm = try PGM.load(path: folder.file("m.pgm"))
    #expect(zip(pgm.values, result.map.logScaled).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(pgm.comments == HeatmapExport.comments(result).map { $0.replacing("\n", with: " ") })
    let image = try Image.load(path: folder.file("m.PNG"))
    let colour = ColourMap.ember.colour(at: result.map.logScaled[13])
    #expect(
      Array(image.pixels[39..<42]) == [colour.red, colour.green, colour.blue])
    let npy = try NPY.load(path: folder.file("m.npy"))
    #expect(npy == NPY(shape: [12, 10], values: result.map.values.map { Float($0) }))
    let lines = String(decoding: try folder.read("m.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 12 && lines[0].split(separator: ",").count == 10)
  }

  @Test func refusesOtherEndings() throws {
    let folder = try TemporaryFolder()
    for name in ["m.gif", "m", ".pgm/m", "pgm"] {
      let path = folder.file(name)
      #expect(throws: ExportError.unknownExtension(path: path)) {
        try HeatmapExport.write(result, to: path)
      }
    }
    #expect(ExportError.unknownExtension(path: "a").isUsageError)
    #expect(ExportError.unknownExtension(path: "a").explanation.contains(".npy"))
    #expect(folder.names == [])
  }

  @Test func tellsWhereItComesFrom() {
    let comments = HeatmapExport.comments(result).joined(separator: "|")
    for part in [
      "replknet-31", "random:7", "0123456789abcdef", "12 x 10", "images: 2", "b.png", "stage1",
      "(1, 1)", "rule: paper", "log10(M + 1) / max",
    ] {
      #expect(comments.contains(part))
    }
    var many = result
    many.imageNames = (0..<500).map { "image-\($0).png" }
    #expect(HeatmapExport.comments(many).allSatisfy { $0.count < 500 })
    #expect(HeatmapExport.comments(many).contains { $0.hasSuffix(" more") })
  }

  private struct Document: Decodable {
    struct Entry: Decodable {
      struct Ratio: Decodable {
        let t: Double
        let side: Int?
        let ratio: Double?
      }
      let model, weights, weightsHash, stage, rule: String
      let input, unit: [Int]
      let units: [[Int]]
      let images: [String]
      let ratios, rawRatios: [Ratio]
      let borderShare, sigma: Double
      let seconds: [String: Double?]
      let peakBytes: Int
    }
    let results: [Entry]
  }

  @Test func jsonHoldsTheMetrics() throws {
    let bytes = try ResultReport([result, result], tellsCosts: true).encoded()
    let document = try JSONDecoder().decode(Document.self, from: Data(bytes))
    #expect(document.results.count == 2)
    let entry = try #require(document.results.first)
    #expect(entry.model == "replknet-31" && entry.weights == "random:7")
    #expect(
      entry.input == [12, 10] && entry.unit == [1, 1] && entry.units == [[1, 1]]
        && entry.rule == "paper")
    #expect(entry.images == result.imageNames && entry.peakBytes == 1234)
    #expect(entry.ratios.map(\.side) == result.metrics.ratios.map(\.side))
    #expect(entry.rawRatios.map(\.ratio) == result.metrics.rawRatios.map(\.ratio))
    #expect(entry.sigma == result.metrics.sigma)
    #expect(entry.seconds["total"] == 3)
    #expect(entry.ratios.last?.side == nil)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("\"side\" : null") && text.contains("\"ratio\" : null"))
    #expect(text.contains("\"backward\" : null"))
  }

  /// What a run took is printed; its files are those of any run of the same.
  @Test func filesDoNotTellWhatTheRunTook() throws {
    var other = result
    other.seconds = ERFSeconds(load: 7, forward: 8, backward: 9, total: 24)
    other.peakBytes = 5678
    func file(_ result: ERFResult) throws -> [UInt8] {
      try HeatmapExport.encode(result, format: ExportFormat(path: "a.json"))
    }
    #expect(try file(result) == file(other) && ResultReport([other]).encoded() == file(other))
    func printed(_ result: ERFResult) throws -> [UInt8] {
      try ResultReport([result], tellsCosts: true).encoded()
    }
    #expect(try printed(result) != printed(other))
  }
}
