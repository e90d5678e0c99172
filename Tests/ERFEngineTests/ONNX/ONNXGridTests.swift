import TestSupport
import Testing

@testable import ERFEngine

/// Where the pixels of the picture lie in the values of exported graphs.
@Suite struct ONNXGridTests {
  private let folder = try? TemporaryFolder()

  /// A network over pictures of `height` x `width`, whose output is `y`.
  private func network(
    _ height: Int, _ width: Int, values: [String] = [], _ layers: (inout ONNXBytes) -> Void
  ) throws -> ONNXNetwork {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, height, width])
      layers(&graph)
      graph.message(12) { $0.text(1, "y") }
    }
    let path = try #require(folder).write(bytes, to: "grid.onnx")
    return try ONNXNetwork(ONNXModel(path: path), values: values)
  }

  /// Channels, rows and columns of each stage.
  private func stages(_ network: ONNXNetwork) throws -> [[Int]] {
    let blueprint = network.blueprint
    let shapes = try blueprint.shapes(input: blueprint.inputShape(network.size))
    return blueprint.stages.map { tap in
      let map = tap.grid.size(of: shapes[tap.value])
      return [shapes[tap.value].channels, map.height, map.width]
    }
  }

  /// Inside a norm over groups of channels each group is a row: as many of them as a later map has pixels are
  /// no tokens of it.
  @Test(arguments: [(groups: 16, sides: [16, 8, 4]), (groups: 4, sides: [16, 8, 4, 2])])
  func groupsOfChannelsAreNoTokens(_ row: (groups: Int, sides: [Int])) throws {
    let network = try network(32, 32) { graph in
      graph.integers("grouped", [0, row.groups, -1])
      graph.tensor("ones", [row.groups], [Float](repeating: 1, count: row.groups))
      graph.tensor("zeros", [row.groups], [Float](repeating: 0, count: row.groups))
      var (last, channels) = ("x", 3)
      for index in row.sides.indices {
        graph.convolution(last, "c\(index)", [32, channels, 1, 1], strides: [2, 2])
        graph.layer("Shape", ["c\(index)"], "shape\(index)")
        graph.layer("Reshape", ["c\(index)", "grouped"], "rows\(index)")
        graph.layer(
          "InstanceNormalization", ["rows\(index)", "ones", "zeros"], "norm\(index)")
        graph.layer("Reshape", ["norm\(index)", "shape\(index)"], "map\(index)")
        graph.layer("Relu", ["map\(index)"], "r\(index)")
        (last, channels) = ("r\(index)", 32)
      }
      graph.layer("GlobalAveragePool", [last], "y")
    }
    #expect(try stages(network) == row.sides.map { [32, $0, $0] })
  }

  /// Tokens `t` of patches of a side of 8, and what moves the pixels before that.
  private func tokens(_ way: String, _ graph: inout ONNXBytes) {
    graph.convolution("x", "c", [4, 3, 3, 3], strides: [8, 8], pads: [1, 1, 1, 1])
    graph.integers("flat", [0, 0, -1])
    graph.integers("backwards", (0..<48).reversed())
    var map = "c"
    switch way {
    case "transposed":
      graph.layer("Transpose", ["c"], "moved", [("perm", .integers([0, 1, 3, 2]))])
      map = "moved"
    case "rolled":
      for (name, start, end) in [("top", 0, 2), ("rest", 2, 6)] {
        graph.integers("\(name).start", [start])
        graph.integers("\(name).end", [end])
        graph.integers("\(name).axis", [2])
        graph.layer("Slice", ["c", "\(name).start", "\(name).end", "\(name).axis"], name)
      }
      graph.layer("Concat", ["rest", "top"], "moved", [("axis", .integer(2))])
      map = "moved"
    default: break
    }
    graph.layer("Reshape", [map, "flat"], "columns")
    graph.layer("Transpose", ["columns"], "rows", [("perm", .integers([0, 2, 1]))])
    var rows = "rows"
    if way != "plain", way != "transposed", way != "rolled" {
      graph.layer("Gather", ["rows", "backwards"], "turned", [("axis", .integer(1))])
      rows = "turned"
    }
    if way == "classified" {
      graph.tensor("class", [1, 1, 4], [1, 2, 3, 4])
      graph.layer("Concat", ["class", "turned"], "joined", [("axis", .integer(1))])
      rows = "joined"
    }
    graph.layer("Relu", [rows], "t")
    graph.layer("ReduceMean", ["t"], "y", [("axes", .integers([1])), ("keepdims", .integer(0))])
  }

  /// Tokens are taken to lie row by row where the graph does not show how they lie, and a note says so.
  @Test(arguments: [
    ("plain", nil), ("transposed", "6x8, row by row"), ("rolled", "6x8, row by row"),
    ("reversed", "6x8, row by row"), ("classified", "1 token in front of 6x8"),
  ]) func guessedTokensAreTold(_ way: String, _ guess: String?) throws {
    let network = try network(48, 64) { tokens(way, &$0) }
    #expect(try stages(network) == [[4, 6, 8]])
    let line = "the graph does not show where the pixels' tokens lie in stage1: taken to be "
    #expect(network.notes == (guess.map { [line + $0] } ?? []))
  }

  /// A grid of that many tokens is that of the map with as many pixels: either side may have been rounded up.
  @Test(arguments: [(32, 56, [3, 4]), (56, 32, [4, 3])])
  func gridsOfTokensAreThoseOfMaps(_ height: Int, _ width: Int, _ sides: [Int]) throws {
    let network = try network(height, width) { graph in
      // Steps of 14 pixels.
      graph.convolution("x", "c", [4, 3, 3, 3], strides: [14, 14], pads: [1, 1, 1, 1])
      graph.integers("flat", [0, 0, -1])
      graph.integers("backwards", (0..<12).reversed())
      graph.layer("Reshape", ["c", "flat"], "columns")
      graph.layer("Transpose", ["columns"], "rows", [("perm", .integers([0, 2, 1]))])
      graph.layer("Gather", ["rows", "backwards"], "turned", [("axis", .integer(1))])
      graph.layer("Relu", ["turned"], "t")
      graph.layer("ReduceMean", ["t"], "y", [("axes", .integers([1])), ("keepdims", .integer(0))])
    }
    #expect(try stages(network) == [[4] + sides])
  }

  /// Means over rows leave one row, of which what follows is the tokens, as in networks that read lines of text.
  @Test(arguments: [false, true]) func meansOverRowsLeaveOne(_ isMoved: Bool) throws {
    let network = try network(32, 96) { graph in
      graph.convolution("x", "c", [4, 3, 3, 3], strides: [8, 8], pads: [1, 1, 1, 1])
      graph.layer("ReduceMean", ["c"], "m", [("axes", .integers([2])), ("keepdims", .integer(0))])
      graph.layer("Transpose", ["m"], "rows", [("perm", .integers([0, 2, 1]))])
      graph.integers("backwards", (0..<12).reversed())
      graph.layer("Gather", ["rows", "backwards"], "turned", [("axis", .integer(1))])
      graph.layer("Relu", [isMoved ? "turned" : "rows"], "t")
      graph.layer("ReduceMean", ["t"], "y", [("axes", .integers([1])), ("keepdims", .integer(0))])
    }
    #expect(try stages(network) == [[4, 4, 12], [4, 1, 12]])
    #expect(network.notes.map { $0.hasSuffix("1x12, row by row") } == (isMoved ? [true] : []))
  }

  /// A global mean that is taken in two steps is no stage in between.
  @Test func halfAMeanIsNoStage() throws {
    let network = try network(32, 96) { graph in
      graph.convolution("x", "c", [4, 3, 3, 3], strides: [8, 8], pads: [1, 1, 1, 1])
      graph.layer("ReduceMean", ["c"], "m", [("axes", .integers([3])), ("keepdims", .integer(0))])
      graph.layer("ReduceMean", ["m"], "y", [("axes", .integers([2])), ("keepdims", .integer(0))])
    }
    #expect(try stages(network) == [[4, 4, 12]])
  }

  /// Maps are stages whatever their steps down and across: rows that are halved, columns that stay.
  @Test func stagesMayHaveTwoStrides() throws {
    let names = ["a", "b", "c"]
    let network = try network(32, 64, values: names) { graph in
      graph.convolution("x", "a", [4, 3, 3, 3], strides: [2, 1], pads: [1, 1, 1, 1])
      graph.convolution("a", "b", [4, 4, 3, 3], strides: [2, 1], pads: [1, 1, 1, 1])
      graph.convolution("b", "c", [4, 4, 3, 3], strides: [2, 1], pads: [1, 1, 1, 1])
      graph.layer("GlobalAveragePool", ["c"], "y")
    }
    #expect(try stages(network) == [[4, 16, 64], [4, 8, 64], [4, 4, 64]])
    let blueprint = network.blueprint
    #expect(blueprint.stages.map(\.value) == names.map { blueprint.tap($0)?.value })
  }

  /// Patches that are wider than high.
  @Test func patchesMayHaveTwoSides() throws {
    let network = try network(32, 64) { graph in
      graph.convolution("x", "c", [4, 3, 4, 8], strides: [4, 8])
      graph.integers("flat", [0, 0, -1])
      graph.layer("Reshape", ["c", "flat"], "columns")
      graph.layer("Transpose", ["columns"], "rows", [("perm", .integers([0, 2, 1]))])
      graph.layer("Relu", ["rows"], "t")
      graph.layer("ReduceMean", ["t"], "y", [("axes", .integers([1])), ("keepdims", .integer(0))])
    }
    #expect(try stages(network) == [[4, 8, 8]])
    #expect(network.blueprint.stages.map(\.grid) == [.tokens(rows: 8, columns: 8, prefix: 0)])
    #expect(network.notes == [])
  }
}

extension ONNXBytes {
  /// A convolution with weights of `shape`.
  fileprivate mutating func convolution(
    _ input: String, _ output: String, _ shape: [Int], strides: [Int], pads: [Int] = [0, 0, 0, 0]
  ) {
    weights("\(output).weight", shape)
    layer(
      "Conv", [input, "\(output).weight"], output,
      [("strides", .integers(strides)), ("pads", .integers(pads))])
  }
}
