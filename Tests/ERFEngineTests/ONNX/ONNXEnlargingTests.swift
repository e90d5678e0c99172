import TestSupport
import Testing

@testable import ERFEngine

/// Maps that are enlarged on the way, or padded: of what they are made of, as much is computed as units see, and
/// that is their theoretical field.
@Suite struct ONNXEnlargingTests {
  private let folder = try? TemporaryFolder()

  @Test(
    arguments: [
      "DepthToSpace", "Reshape", "AveragePool", "nearest", "linear", "ConvTranspose 2",
      "ConvTranspose 4", "Add", "reflect", "edge", "constant",
    ], [4, 5])
  func whatUnitsSeeIsKnown(_ way: String, _ kernel: Int) throws {
    let path = try #require(folder).write(Self.bytes(way, kernel: kernel), to: "model.onnx")
    let size = InputSize(height: 32, width: 32)
    let regions = try SeenRegions(path: path, size: size)
    #expect(regions.output.channels == 6)
    var side = 0
    for row in 0..<regions.output.height {
      for column in 0..<regions.output.width {
        let seen = try regions.seen(from: Unit(row: row, column: column))
        side = max(side, seen.rows.count, seen.columns.count)
      }
    }
    let summary = try NetworkSummary(OpenedNetwork(NetworkSpec(file: path)), size: size)
    #expect(summary.receptiveField == side && side < 32)
  }

  /// Where no map is smaller than the picture, the last one of its size ends a stage, and the last one of each
  /// multiple of it, unless the network goes back.
  @Test(
    arguments: [
      ("reflect", 1, [32], [5]), ("constant", 1, [32], [5]), ("Resize", 1, [32, 64], [3, 4]),
      ("Resize", 2, [32], [4]),
    ] as [(String, Int, [Int], [Int])])
  func networksThatNeverGetSmallerHaveStages(
    _ way: String, _ step: Int, _ sides: [Int], _ fields: [Int]
  ) throws {
    let pads: (String, ONNXAttribute) = ("pads", .integers([1, 1, 1, 1]))
    let steps: (String, ONNXAttribute) = ("strides", .integers([step, step]))
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 32])
      graph.weights("w", [4, 3, 3, 3])
      graph.weights("u", [4, 4, 3, 3])
      graph.layer("Conv", ["x", "w"], "c", [pads])
      graph.layer("Relu", ["c"], "r")
      let isResized = way == "Resize"
      if isResized {
        graph.tensor("scales", [4], [1, 1, 2, 2])
        graph.layer("Resize", ["r", "", "scales"], "y")
      } else {
        graph.integers("more", [0, 0, 1, 1, 0, 0, 1, 1])
        graph.layer("Pad", ["r", "more"], "y", [("mode", .text(way))])
      }
      graph.layer("Conv", ["y", "u"], "z", isResized ? [steps, pads] : [steps])
      graph.message(12) { $0.text(1, "z") }
    }
    let path = try #require(folder).write(bytes, to: "model.onnx")
    let (spec, size) = (NetworkSpec(file: path), InputSize(height: 32, width: 32))
    let stages = try NetworkSummary(OpenedNetwork(spec), size: size).rows.filter(\.isStage)
    #expect(stages.map(\.output) == sides.map { [4, $0, $0] })
    #expect(stages.compactMap(\.receptiveField) == fields)
    _ = try ERFComputer().compute(ERFRequest(network: spec, size: size))
  }

  /// Steps that multiply to more than a number holds: no side is told, and nothing traps.
  @Test(arguments: [false, true]) func stepsBeyondAnyInput(_ isEnlarged: Bool) throws {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 32])
      graph.tensor("scales", [4], [1, 1, 2, 2])
      graph.weights("w", [8, 3, 4, 4])
      graph.layer("Conv", ["x", "w"], "c", [("strides", .integers([4, 4]))])
      graph.layer(
        isEnlarged ? "Resize" : "Relu", isEnlarged ? ["c", "", "scales"] : ["c"], "0")
      graph.weights("u", [8, 8, 1, 1])
      for index in 0..<12 {
        graph.layer(
          "Conv", ["\(index)", "u"], "\(index + 1)", [("strides", .integers([1000, 1000]))])
      }
      graph.message(12) { $0.text(1, "12") }
    }
    let path = try #require(folder).write(bytes, to: "steps.onnx")
    let blueprint = try ONNXNetwork(ONNXModel(path: path)).blueprint
    #expect(try blueprint.shapes(input: [1, 32, 32, 3]).last == [1, 1, 1, 8])
    #expect((blueprint.receptiveFields().last ?? nil) == nil)
    let shapes = try blueprint.shapes(input: [1, 32, 32, 3])
    #expect(blueprint.theoreticalFields(shapes).last == .unknown)
    _ = try NetworkSummary(
      OpenedNetwork(NetworkSpec(file: path)), size: InputSize(height: 32, width: 32))
  }

  /// Patches, which are enlarged some way, and a convolution over what that makes.
  private static func bytes(_ way: String, kernel: Int) -> [UInt8] {
    ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 32])
      graph.tensor("scales", [4], [1, 1, 2, 2])
      graph.weights("w", [8, 3, 4, 4])
      graph.layer("Conv", ["x", "w"], "c", [("strides", .integers([4, 4]))])
      var channels = 8
      switch way {
      case "DepthToSpace":
        graph.layer("DepthToSpace", ["c"], "y", [("blocksize", .integer(2))])
        channels = 2
      case "Reshape":
        graph.integers("six", [1, 2, 2, 2, 8, 8])
        graph.integers("four", [1, 2, 16, 16])
        graph.layer("Reshape", ["c", "six"], "s")
        graph.layer("Transpose", ["s"], "t", [("perm", .integers([0, 1, 4, 2, 5, 3]))])
        graph.layer("Reshape", ["t", "four"], "y")
        channels = 2
      case "AveragePool":
        graph.layer("DepthToSpace", ["c"], "d", [("blocksize", .integer(2))])
        graph.layer(
          "AveragePool", ["d"], "y",
          [("kernel_shape", .integers([3, 3])), ("pads", .integers([1, 1, 1, 1]))])
        channels = 2
      case "ConvTranspose 2":
        graph.weights("v", [8, 4, 2, 2])
        graph.layer("ConvTranspose", ["c", "v"], "y", [("strides", .integers([2, 2]))])
        channels = 4
      case "ConvTranspose 4":
        graph.weights("v", [8, 4, 4, 4])
        graph.layer(
          "ConvTranspose", ["c", "v"], "y",
          [("strides", .integers([2, 2])), ("pads", .integers([1, 1, 1, 1]))])
        channels = 4
      case "Add":
        graph.layer("DepthToSpace", ["c"], "d", [("blocksize", .integer(2))])
        graph.weights("v", [8, 2, 3, 3])
        graph.layer(
          "Conv", ["d", "v"], "e",
          [("strides", .integers([2, 2])), ("pads", .integers([1, 1, 1, 1]))])
        graph.layer("Add", ["e", "c"], "y")
      case "reflect", "edge", "constant":
        graph.integers("pads", [0, 0, 2, 2, 0, 0, 2, 2])
        graph.layer("Pad", ["c", "pads"], "y", [("mode", .text(way))])
      default: graph.layer("Resize", ["c", "", "scales"], "y", [("mode", .text(way))])
      }
      graph.weights("u", [6, channels, kernel, kernel])
      let around = [Int](repeating: (kernel - 4) * 2, count: 4)
      graph.layer(
        "Conv", ["y", "u"], "z",
        [("strides", .integers([4, 4])), ("pads", .integers(around))])
      graph.message(12) { $0.text(1, "z") }
    }
  }
}
