// `replk-tui erf` from the command line to its table and its JSON.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ERFEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func erf(_ arguments: [String]) throws -> Outcome {
    try succeed(["erf", Samples.tiny] + arguments, in: folder)
  }

  private func result(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation)
    throws -> [String: Any]
  {
    let results = try erf(arguments + ["--json"]).results()
    #expect(results.count == 1, sourceLocation: sourceLocation)
    return try #require(results.first, sourceLocation: sourceLocation)
  }

  @Test func printsTheTable() throws {
    let text = try erf(["--size", "64"]).text
    for part in [Samples.tinyName, "random:0", "64x64", "stage2", "t = 20 %", "t = 99 %", "sigma"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(folder.names == [])
  }

  /// Kernels without bfloat16 run on every machine.
  @Test func precisionsThatTheProcessorLacksAreRefused() throws {
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--isa", "scalar", "--precision", "bf16"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["bf16", "AVX512_BF16", "f32"])
    let unknown = try Executable.run(["erf", Samples.tiny, "--precision", "f16"], in: folder)
    expectOneLine(unknown, code: 2, mentions: ["--precision", "f16", "f32, bf16"])
  }

  @Test(.enabled(if: Precision.bfloat16.isAvailable)) func precisionIsSaidEverywhere() throws {
    let arguments = ["--size", "64", "--precision", "bf16"]
    let text = try erf(arguments + ["-o", "map.pgm"]).text
    #expect(text.contains("precision bf16") && text.contains("for a first look"))
    let pgm = String(decoding: try folder.read("map.pgm").prefix(600), as: UTF8.self)
    #expect(pgm.contains("# precision: bf16"))
    #expect(try result(arguments)["precision"] as? String == "bf16")
    // The exact map is another one.
    let exact = try Executable.run(
      ["erf", Samples.tiny, "--size", "64", "-o", "map.pgm"], in: folder)
    expectOneLine(exact, code: 2, mentions: ["map.pgm", "--force"])
  }

  @Test func printsExactlyTheDocumentedJSON() throws {
    let outcome = try erf(["--size", "48x64", "--json"])
    #expect(try Set(outcome.object().keys) == ["results"])
    let result = try #require(try outcome.results().first)
    #expect(
      Set(result.keys) == [
        "model", "weights", "weightsHash", "input", "images", "skipped", "stage", "unit", "units",
        "rule",
        "ratios",
        "rawRatios", "measuredFrom", "borderShare", "sigma", "centreOfMass", "radii", "seconds",
        "peakBytes", "makers",
      ])
    #expect(result["model"] as? String == Samples.tinyName)
    #expect(result["weights"] as? String == "random:0")
    #expect((result["weightsHash"] as? String)?.isEmpty == false)
    #expect(result["input"] as? [Int] == [48, 64])
    #expect((result["images"] as? [String])?.count == 1)
    #expect(result["stage"] as? String == "stage2")
    #expect(result["unit"] as? [Int] == [3, 4])
    #expect(result["rule"] as? String == "paper")
    for key in ["borderShare", "sigma", "peakBytes"] {
      #expect(try #require(result[key] as? Double) >= 0, "\(key)")
    }
    let seconds = try #require(result["seconds"] as? [String: Double])
    #expect(Set(seconds.keys) == ["load", "forward", "backward", "first", "total"])
    for key in ["ratios", "rawRatios"] {
      let ratios = try #require(result[key] as? [[String: Any]])
      #expect(ratios.allSatisfy { Set($0.keys) == ["t", "side", "ratio"] })
      #expect(ratios.map { $0["t"] as? Double } == [0.2, 0.3, 0.5, 0.99])
    }
  }

  @Test func sidesAreNullWhereNotReached() throws {
    // No centred square that fits into 32 rows holds 99 %.
    let result = try result(["--size", "32x128"])
    let ratios = try #require(result["ratios"] as? [[String: Any]])
    let last = try #require(ratios.last)
    #expect(last["side"] is NSNull)
    #expect(last["ratio"] is NSNull)
    #expect(try erf(["--size", "32x128"]).text.contains("not reached"))
    // Around a unit in the corner squares are cut, and said to be.
    let corner = try erf(["--size", "64", "--at", "0,0"]).text
    #expect(!corner.contains("not reached") && corner.contains("cut off at the edges of the input"))
  }

  @Test func idsAreCaseInsensitive() throws {
    let outcome = try succeed(
      ["erf", "RepLKNet:Kernels=3:LAYERS=1:channels=4", "--size", "32", "--json"], in: folder)
    let model = try #require(try outcome.results().first?["model"] as? String)
    #expect(model.hasPrefix("replknet:kernels=3:layers=1:channels=4:"))
    for id in ["RepLKNet-31", "REPLKNET-31", "ResNet-50", "resnet20-CIFAR"] {
      #expect(try succeed(["info", id], in: folder).text.hasPrefix(id.lowercased()), "\(id)")
    }
  }

  @Test func tapsAnyLayer() throws {
    #expect(try result(["--size", "64", "--stage", "1"])["stage"] as? String == "stage1")
    let block = "stages.1.blocks.0"
    #expect(try result(["--size", "64", "--tap", block])["stage"] as? String == block)
    #expect(try result(["--size", "64", "--at", "1,2"])["unit"] as? [Int] == [1, 2])
  }

  @Test func seedsDecide() throws {
    let arguments = ["--size", "32", "--weights"]
    let first = try result(arguments + ["random:7"])["weightsHash"] as? String
    let again = try result(arguments + ["random:7"])["weightsHash"] as? String
    let other = try result(arguments + ["random:8"])["weightsHash"] as? String
    #expect(first == again)
    #expect(first != other)
  }

  @Test(arguments: [Samples.tiny, "resnet:block=bottleneck:layers=1,1:width=4:classes=5"])
  func threadsDoNotChangeAByte(_ model: String) throws {
    for threads in ["1", "2"] {
      _ = try succeed(
        [
          "erf", model, "--size", "200x216", "--count", "2", "--threads", threads,
          "-o", "threads-\(threads).npy",
        ], in: folder)
    }
    #expect(try folder.read("threads-1.npy") == folder.read("threads-2.npy"))
  }

  @Test func readsFoldersInOrder() throws {
    _ = try folder.write(Samples.picture(level: 90), to: "b.ppm")
    _ = try folder.write(Samples.picture(level: 180), to: "a.ppm")
    _ = try folder.write(Array("no picture".utf8), to: "notes.txt")
    let all = try result(["--size", "32", "--image", "."])
    #expect(all["images"] as? [String] == ["a.ppm", "b.ppm"])
    let first = try result(["--size", "32", "--image", ".", "--count", "1"])
    #expect(first["images"] as? [String] == ["a.ppm"])
    let named = try result(["--size", "32", "--image", "b.ppm", "--image", "a.ppm"])
    #expect(named["images"] as? [String] == ["b.ppm", "a.ppm"])
  }

  @Test(.enabled(if: SharedFolder.has("data/imagenet"), "no photographs beside the repository"))
  func readsPhotographs() throws {
    let photographs = SharedFolder.path("data/imagenet")
    let result = try result(["--size", "64", "--image", photographs, "--count", "2"])
    #expect((result["images"] as? [String])?.count == 2)
  }

  @Test func oneSpoiltImageIsSkippedAndTold() throws {
    _ = try folder.write(Samples.noise(images: 2, spoilt: 1), to: "noise.npy")
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--tensor", "noise.npy", "--json"], in: folder)
    expectOneLine(outcome, code: 0, mentions: ["skipped noise.npy[0]", "NaN"])
    #expect(try outcome.results().first?["images"] as? [String] == ["noise.npy[1]"])
  }
}

/// PyTorch's numbers, through the whole program.
@Suite struct GoldenEndToEndTests {
  let folder: TemporaryFolder
  let golden: Safetensors

  init() throws {
    folder = try TemporaryFolder()
    golden = try Safetensors(path: Samples.checkpoint)
  }

  private func map(tensor: String, arguments: [String] = []) throws -> [Float] {
    _ = try succeed(
      [
        "erf", Samples.tiny, "--weights", Samples.checkpoint, "--tensor", tensor, "-o", "m.npy",
        "--force",
      ]
        + arguments, in: folder)
    return try NPY.load(path: folder.file("m.npy")).values
  }

  private func error(_ found: [Float], _ expected: [Float]) -> Double {
    relativeError(found.map { Double($0) }, expected.map { Double($0) })
  }

  @Test func tensorsOfSafetensorsGiveTheGoldenMaps() throws {
    // PyTorch's are summed over the two inputs, the program's are their mean.
    let centre = try map(tensor: Samples.checkpoint + "#input").map { $0 * 2 }
    #expect(try error(centre, golden.tensor("erf/centre").elements) < 1e-4)
    let other = try map(
      tensor: Samples.checkpoint + "#input", arguments: ["--stage", "1", "--at", "1,2"]
    ).map { $0 * 2 }
    #expect(try error(other, golden.tensor("erf/stage1@1,2").elements) < 1e-4)
  }

  @Test func tensorsOfNumPyGiveTheSame() throws {
    let input = try golden.tensor("input")
    let array = NPY(shape: input.shape.extents, values: input.elements)
    let path = try folder.write(array.encoded(), to: "input.npy")
    #expect(try map(tensor: path) == map(tensor: Samples.checkpoint + "#input"))
  }

  @Test(arguments: ["stage1", "stage2", "logits"])
  func featuresAreTheGoldenOnes(_ tap: String) throws {
    let outcome = try succeed(
      [
        "features", Samples.tiny, "--weights", Samples.checkpoint, "--tensor",
        Samples.checkpoint + "#input", "--tap", tap, "-o", "f.npy",
      ], in: folder)
    let array = try NPY.load(path: folder.file("f.npy"))
    let expected = try golden.tensor(tap)
    #expect(array.shape == expected.shape.extents)
    #expect(error(array.values, expected.elements) < 1e-4)
    #expect(outcome.text.contains("f.npy"))
  }

  /// The estimate decides whether a run is refused: it has to be near what the process takes.
  @Test(
    .enabled(if: Sanitizers.areOff),
    arguments: [
      ("replknet-3", 224), ("resnet-101", 256), ("resnet-18", 1024), ("replknet-31", 768),
    ])
  func memoryIsAsEstimated(_ model: String, _ size: Int) throws {
    let results = try succeed(
      ["erf", model, "--size", "\(size)", "--json"], in: folder
    ).results()
    let taken = try #require(results[0]["peakBytes"] as? Int)
    let estimate = try ERFRequest(
      network: NetworkSpec(model: model), size: InputSize(height: size, width: size)
    ).memoryEstimate()
    let ratio = Double(estimate.bytes) / Double(taken)
    #expect((0.85...1.15).contains(ratio), "estimated \(estimate.bytes), took \(taken)")
  }
}
