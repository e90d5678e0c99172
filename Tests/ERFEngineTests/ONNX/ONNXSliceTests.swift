import TestSupport
import Testing

@testable import ERFEngine

/// Of a map that is sliced, as much is computed as units see, and that is their theoretical field.
@Suite struct ONNXSliceTests {
  private let folder = try? TemporaryFolder()
  private let size = InputSize(height: 32, width: 48)

  /// The first layer of YOLO's networks: every second pixel of every second row, four times, as channels.
  @Test func slicesBecomeChannels() throws {
    let path = try model { graph in
      let parts = [(0, 0), (1, 0), (0, 1), (1, 1)].map { row, column in
        let (rows, part) = ("rows\(row)\(column)", "part\(row)\(column)")
        Self.slice(&graph, "x", from: row, axis: 2, step: 2, to: rows)
        Self.slice(&graph, rows, from: column, axis: 3, step: 2, to: part)
        return part
      }
      graph.layer("Concat", parts, "y", [("axis", .integer(1))])
      graph.weights("w", [4, 12, 3, 3])
    }
    let summary = try NetworkSummary(OpenedNetwork(NetworkSpec(file: path)), size: size)
    let stage = try #require(summary.rows.last { $0.isStage })
    #expect(stage.output == [4, 16, 24] && stage.receptiveField == 6 && stage.stride == 2)
    try checkRegions(path)
  }

  /// Every third column from the second one on, and rows without the first five.
  @Test func slicesThatDoNotDivideTheMap() throws {
    let path = try model { graph in
      Self.slice(&graph, "x", from: 5, axis: 2, step: 1, to: "rows")
      Self.slice(&graph, "rows", from: 1, axis: 3, step: 3, to: "y")
      graph.weights("w", [4, 3, 3, 3])
    }
    let blueprint = try ONNXNetwork(ONNXModel(path: path), values: ["z"]).blueprint
    let tap = try #require(blueprint.tap("z"))
    let shapes = try blueprint.shapes(input: blueprint.inputShape(size))
    #expect(shapes[tap.value] == [1, 27, 16, 4])
    // Three columns three apart.
    #expect(blueprint.theoreticalFields(shapes)[tap.value] == .side(7))
  }

  /// Windows that move back through the picture are planned, and no more is told of them.
  @Test func whatIsFlippedIsPlanned() throws {
    let path = try model { graph in
      Self.slice(&graph, "x", from: -1, axis: 3, step: -1, to: "y")
      graph.weights("w", [4, 3, 3, 3])
    }
    let summary = try NetworkSummary(OpenedNetwork(NetworkSpec(file: path)), size: size)
    #expect(summary.receptiveField == nil && !summary.seesWholeInput)
    try checkRegions(path)
  }

  /// What units of the last stage see is the rectangle that is planned, to the pixel.
  private func checkRegions(_ path: String) throws {
    let regions = try SeenRegions(path: path, size: size)
    for unit in [Unit(row: 0, column: 0), Unit(row: 7, column: 11), Unit(row: 15, column: 23)] {
      #expect(try regions.seen(from: unit).columns.count < 8, "\(unit)")
    }
  }

  private static func slice(
    _ graph: inout ONNXBytes, _ input: String, from start: Int, axis: Int, step: Int,
    to output: String
  ) {
    let settings = [
      ("starts", start), ("ends", step > 0 ? Int.max : Int.min), ("axes", axis), ("steps", step),
    ]
    for (name, number) in settings { graph.integers("\(output).\(name)", [number]) }
    graph.layer("Slice", [input] + settings.map { "\(output).\($0.0)" }, output)
  }

  /// A 3x3 convolution with the weights `w` over the `y` that `make` makes of `x`.
  private func model(_ make: (inout ONNXBytes) -> Void) throws -> String {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 48])
      make(&graph)
      graph.layer("Conv", ["y", "w"], "z", [("pads", .integers([1, 1, 1, 1]))])
      graph.message(12) { $0.text(1, "z") }
    }
    return try #require(folder).write(bytes, to: "model.onnx")
  }
}
