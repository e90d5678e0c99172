import TestSupport
import Testing

@testable import ERFEngine

/// Graphs some of whose nodes wait for their own results, which no valid graph has.
@Suite struct ONNXCycleTests {
  private let folder = try? TemporaryFolder()

  /// A convolution from `x` to `c`, and what `more` adds to it.
  private func model(_ output: String, _ more: (inout ONNXBytes) -> Void) throws -> String {
    let bytes = ONNXBytes.convolution { graph in
      more(&graph)
      graph.message(12) { $0.text(1, output) }
    }
    return try #require(folder).write(bytes, to: "model.onnx")
  }

  private func network(_ path: String) throws -> ONNXNetwork {
    try ONNXNetwork(ONNXModel(path: path))
  }

  /// A ring of two nodes behind the first layer.
  private static func ring(_ graph: inout ONNXBytes) {
    graph.node("Add", ["b", "c"], ["a"])
    graph.node("Relu", ["a"], ["b"])
  }

  private static let note = "the graph has a cycle through a, which no valid ONNX graph has"

  @Test func whatStandsBeforeACycleIsShown() throws {
    let path = try model("b", Self.ring)
    #expect(
      try network(path).notes == [
        Self.note,
        "Relu b reads a, which is made from its own result (a cycle): what stands before it is "
          + "shown, up to stage1",
      ])
    #expect(try network(path).blueprint.stages.count == 1)
  }

  /// Whoever asks for a layer of the cycle, or one behind it, is told in one line.
  @Test(arguments: ["a", "b", "d"]) func layersOfACycleAreRefused(_ layer: String) throws {
    let path = try model("d") { graph in
      Self.ring(&graph)
      graph.node("Elu", ["b"], ["d"])
    }
    var request = ERFRequest(
      network: NetworkSpec(file: path), size: InputSize(height: 32, width: 32))
    request.tap = layer
    let error = #expect(throws: ONNXError.self) { try request.validate() }
    #expect(error?.isUsageError == true)
    let words = error?.explanation ?? ""
    #expect(
      words.contains(
        "has no layer '\(layer)' that can be shown: Relu b reads a, which is made from its own "
          + "result (a cycle)"), "\(words)")
    #expect(!words.contains("\n"))
  }

  @Test func aCycleThatNobodyAsksForIsNoted() throws {
    let path = try model("r") { graph in
      Self.ring(&graph)
      graph.node("Relu", ["c"], ["r"])
    }
    #expect(try network(path).notes == [Self.note])
    #expect(try !network(path).blueprint.stages.isEmpty)
  }

  @Test func aNodeMayNotReadItsOwnResult() throws {
    let path = try model("a") { $0.node("Add", ["c", "a"], ["a"]) }
    #expect(try network(path).notes.first == Self.note)
  }

  @Test func aGraphThatIsACycleIsRefused() throws {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 32])
      graph.node("Add", ["b", "x"], ["a"])
      graph.node("Relu", ["a"], ["b"])
      graph.message(12) { $0.text(1, "b") }
    }
    let path = try #require(folder).write(bytes, to: "ring.onnx")
    let error = #expect(throws: ONNXError.self) { try network(path) }
    #expect(
      error?.explanation
        == "\(path): Relu b reads a, which is made from its own result (a cycle)")
  }

  /// Inputs and outputs that are left out have no name, which makes no node wait for another.
  @Test func whatIsLeftOutIsNoCycle() throws {
    let path = try model("d") { graph in
      graph.node("Clip", ["c", "", ""], ["k"])
      graph.node("Dropout", ["k"], ["d", ""])
    }
    #expect(try network(path).notes.isEmpty)
    #expect(try ONNXModel(path: path).graph.nodes.map(\.operation) == ["Conv", "Clip", "Dropout"])
  }
}
