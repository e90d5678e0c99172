import TestSupport
import Testing

@testable import ERFEngine

/// Triangles and diagonals: what causal attention masks with.
@Suite struct ONNXTriangleTests {
  private let folder = try? TemporaryFolder()

  /// The matrix that a node makes of 1 to 6 in two rows.
  private func result(_ operation: String, _ settings: [(String, ONNXAttribute)], diagonal: Int?)
    throws -> [Float]
  {
    let bytes = ONNXBytes.model { graph in
      graph.tensor("m", [2, 3], (1...6).map { Float($0) })
      graph.message(1) { node in
        for input in diagonal == nil ? ["m"] : ["m", "k"] { node.text(1, input) }
        node.text(2, "y")
        node.text(4, operation)
        for (name, value) in settings { node.attribute(name, value) }
      }
      graph.message(12) { $0.text(1, "y") }
    }
    let model = try ONNXModel(path: #require(folder).write(bytes, to: "model.onnx"))
    let given = diagonal.map { ["k": ONNXValue.integers(ONNXConstant(integers: [$0], shape: []))] }
    var lowering = ONNXLowering(model, given: given ?? [:])
    try lowering.run(model.graph.nodes, Cancellation())
    guard case .real(let data) = try lowering.value("y") else { return [] }
    return try #require(try lowering.tensor(data)).elements
  }

  @Test func partsOfMatricesAreKept() throws {
    #expect(try result("Trilu", [], diagonal: nil) == [1, 2, 3, 0, 5, 6])
    #expect(try result("Trilu", [("upper", .integer(0))], diagonal: nil) == [1, 0, 0, 4, 5, 0])
    #expect(try result("Trilu", [], diagonal: 1) == [0, 2, 3, 0, 0, 6])
    #expect(try result("Trilu", [("upper", .integer(0))], diagonal: -1) == [0, 0, 0, 4, 0, 0])
    #expect(try result("Trilu", [], diagonal: .max) == [0, 0, 0, 0, 0, 0])
    #expect(try result("Trilu", [], diagonal: .min) == [1, 2, 3, 4, 5, 6])
    #expect(try result("EyeLike", [("k", .integer(1))], diagonal: nil) == [0, 1, 0, 0, 0, 1])
  }
}
