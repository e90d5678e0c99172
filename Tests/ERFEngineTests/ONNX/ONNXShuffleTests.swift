import TestSupport
import Testing

@testable import ERFEngine

/// Pixel shuffles that are spelt as changes of shape around a transposition are run as what they are.
@Suite struct ONNXShuffleTests {
  struct Spelling: Sendable {
    /// Shapes, one after the other, up to that of six axes.
    let before: [[Int]]
    let axes: [Int]
    let after: [[Int]]
    /// Whether the graph has channels last.
    var isChannelsLast = false
  }

  static let spellings = [
    // Of 12 channels, 4 rows and 6 columns, enlarged.
    Spelling(before: [[1, 3, 2, 2, 4, 6]], axes: [0, 1, 4, 2, 5, 3], after: [[1, 3, 8, 12]]),
    Spelling(before: [[1, 2, 2, 3, 4, 6]], axes: [0, 3, 4, 1, 5, 2], after: [[1, 3, 8, 12]]),
    Spelling(
      before: [[1, 4, 6, 3, 2, 2]], axes: [0, 1, 4, 2, 5, 3], after: [[1, 8, 12, 3]],
      isChannelsLast: true),
    Spelling(
      before: [[1, 4, 6, 2, 2, 3]], axes: [0, 1, 3, 2, 4, 5], after: [[1, 8, 12, 3]],
      isChannelsLast: true),
    // As PyTorch's exporter writes it where sizes are not known.
    Spelling(
      before: [[1, 12, 1, 1, 4, 6], [1, 3, 2, 2, 4, 6]], axes: [0, 1, 4, 2, 5, 3],
      after: [[1, 3, 8, 1, 6, 2], [1, 3, 8, 1, 12, 1], [1, 3, 8, 12]]),
    // The other way round.
    Spelling(before: [[1, 12, 2, 2, 3, 2]], axes: [0, 1, 3, 5, 2, 4], after: [[1, 48, 2, 3]]),
    Spelling(before: [[1, 12, 2, 2, 3, 2]], axes: [0, 3, 5, 1, 2, 4], after: [[1, 48, 2, 3]]),
    Spelling(
      before: [[1, 2, 2, 3, 2, 12]], axes: [0, 1, 3, 5, 2, 4], after: [[1, 2, 3, 48]],
      isChannelsLast: true),
    Spelling(
      before: [[1, 2, 2, 3, 2, 12]], axes: [0, 1, 3, 2, 4, 5], after: [[1, 2, 3, 48]],
      isChannelsLast: true),
    Spelling(
      before: [[1, 12, 4, 1, 6], [1, 12, 2, 2, 6], [1, 12, 2, 2, 3, 2]],
      axes: [0, 1, 3, 5, 2, 4], after: [[1, 48, 1, 1, 2, 3], [1, 48, 2, 3]]),
  ]

  private let folder = try? TemporaryFolder()
  private let workers = Workers(threads: 1)

  @Test(arguments: spellings) func areOneOperator(_ spelling: Spelling) throws {
    let model = try ONNXModel(
      path: #require(folder).write(Self.bytes(spelling), to: "model.onnx"))
    let picture = ONNXData(.value(0), shape: [1, 12, 4, 6], order: ONNXData.channelsLast(4))
    var lowering = ONNXLowering(model, given: ["x": .real(picture)], input: picture.memory)
    try lowering.run(model.graph.nodes, Cancellation())
    let output = try #require(lowering.data("y"))
    let node = try #require(lowering.maker(of: output))
    #expect(node.op is DepthToSpace || node.op is SpaceToDepth, "\(node.op.summary)")
    #expect(node.inputs == [0])
    // By what the nodes say, as the graph counts axes.
    var expected = OperatorChecks.values([1, 12, 4, 6], seed: 3)
    let input = permuted(expected, [0, 2, 3, 1])
    if spelling.isChannelsLast { expected = input }
    for shape in spelling.before { expected = expected.reshaped(Shape(shape)) }
    expected = permuted(expected, spelling.axes)
    for shape in spelling.after { expected = expected.reshaped(Shape(shape)) }
    let (result, _) = Layer(node.op).forward([input], keep: .nothing, workers: workers)
    let own = permuted(result, (0..<4).map(output.position))
    #expect(own.shape == expected.shape && own.elements == expected.elements)
  }

  /// Blocks of other sides down than across, and tokens of windows, are no pixel shuffles.
  @Test func othersAreLeft() throws {
    for spelling in [
      Spelling(before: [[1, 2, 2, 3, 4, 6]], axes: [0, 1, 4, 2, 5, 3], after: [[1, 2, 8, 18]]),
      Spelling(
        before: [[1, 2, 2, 3, 2, 12]], axes: [0, 1, 3, 2, 4, 5], after: [[6, 2, 2, 12]],
        isChannelsLast: true),
    ] {
      let model = try ONNXModel(
        path: #require(folder).write(Self.bytes(spelling), to: "model.onnx"))
      let picture = ONNXData(.value(0), shape: [1, 12, 4, 6], order: ONNXData.channelsLast(4))
      var lowering = ONNXLowering(model, given: ["x": .real(picture)], input: picture.memory)
      try lowering.run(model.graph.nodes, Cancellation())
      #expect(lowering.data("y")?.shape == spelling.after[0])
      #expect(!lowering.nodes.contains { $0.op is DepthToSpace || $0.op is SpaceToDepth })
    }
  }

  /// Both ways in a network of PyTorch, whose values ONNXGoldenTests compares.
  @Test(arguments: ["ts", "dynamo"]) func theoreticalFieldIsKnown(_ exporter: String) throws {
    let path = Fixtures.path("onnx/subpixel-\(exporter).onnx")
    let summary = try NetworkSummary(
      OpenedNetwork(NetworkSpec(file: path)), size: InputSize(height: 48, width: 48))
    #expect(summary.receptiveField == 46)
  }

  private func permuted(_ tensor: Tensor, _ axes: [Int]) -> Tensor {
    MovementKernels.permute(tensor, axes: axes, workers: workers)
  }

  private static func bytes(_ spelling: Spelling) -> [UInt8] {
    ONNXBytes.model { graph in
      graph.picture("x", [1, 12, 4, 6])
      var last = "x"
      func add(_ operation: String, _ inputs: [String], perm: [Int]? = nil, to name: String) {
        graph.layer(
          operation, [last] + inputs, name,
          perm.map { [("perm", ONNXAttribute.integers($0))] } ?? [])
        last = name
      }
      if spelling.isChannelsLast { add("Transpose", [], perm: [0, 2, 3, 1], to: "l") }
      for (index, shape) in (spelling.before + spelling.after).enumerated() {
        if index == spelling.before.count {
          add("Transpose", [], perm: spelling.axes, to: "t")
        }
        graph.integers("shape\(index)", shape)
        let isEnd = index == spelling.before.count + spelling.after.count - 1
        add("Reshape", ["shape\(index)"], to: isEnd ? "y" : "r\(index)")
      }
      graph.message(12) { $0.text(1, "y") }
    }
  }
}
