import TestSupport
import Testing

@testable import ERFEngine

/// Gradients of norms and sums over axes, spelt out in several ways, and of limits, at a row of zeros and at 3, 4: the
/// values are PyTorch's. Of zeros it has a gradient of zero, though the square root has none.
@Suite struct ONNXNormGradientTests {
  private let folder = try? TemporaryFolder()
  private let workers = Workers(threads: 1)
  private let axes: [(String, ONNXAttribute)] = [("axes", .integers([1]))]

  /// `x.norm(dim=1)`
  @Test func norm() throws {
    let gradient = try gradient { $0.layer("ReduceL2", ["x"], "y", axes) }
    expect(gradient, [0, 0, 0.6, 0.8])
  }

  /// The same as older exporters write it.
  @Test(arguments: ["Sqrt", "Pow"]) func rootOfSquares(_ root: String) throws {
    let gradient = try gradient { graph in
      graph.layer("ReduceSumSquare", ["x"], "s", axes + [("keepdims", .integer(0))])
      graph.layer(root, root == "Pow" ? ["s", "half"] : ["s"], "y")
    }
    expect(gradient, [0, 0, 0.6, 0.8])
  }

  /// `x.std(dim=1)`
  @Test func deviation() throws {
    let gradient = try gradient { graph in
      graph.layer("ReduceMean", ["x"], "m", axes)
      graph.layer("Sub", ["x", "m"], "d")
      graph.layer("Mul", ["d", "d"], "s")
      graph.layer("ReduceMean", ["s"], "v", axes)
      graph.layer("Mul", ["v", "two"], "w")
      graph.layer("Sqrt", ["w"], "y")
    }
    expect(gradient, [0, 0, -0.70710678, 0.70710678])
  }

  /// `F.normalize(x, dim=1)`
  @Test func unitVectors() throws {
    let gradient = try gradient { graph in
      graph.layer("ReduceL2", ["x"], "n", axes)
      graph.layer("Clip", ["n", "least"], "c")
      graph.layer("Div", ["x", "c"], "y")
    }
    expect(gradient, [1e12, 1e12, 0.032, -0.024])
  }

  /// The same in one operator, by either norm and along either axis.
  @Test(
    arguments: [
      (1, 1, [1e12, 1e12, 0, 0]), (2, -1, [1e12, 1e12, 0.032, -0.024]),
      (1, 0, [1 / 3, 0.25, 0, 0]), (2, 0, [1 / 3, 0.25, 0, 0]),
    ] as [(Int, Int, [Float])])
  func unitVectorsInOne(_ p: Int, _ axis: Int, _ expected: [Float]) throws {
    let gradient = try gradient {
      $0.layer(
        "LpNormalization", ["x"], "y", [("p", .integer(p)), ("axis", .integer(axis))])
    }
    expect(gradient, expected)
  }

  /// `x.clamp(min=3)`, as both of PyTorch's exporters write it: none on the limit.
  @Test(arguments: ["Clip", "Max"]) func limit(_ operation: String) throws {
    let gradient = try gradient { $0.layer(operation, ["x", "three"], "y") }
    expect(gradient, [0, 0, 0, 1])
  }

  /// The end of `F.lp_pool2d(x, 2, ...)`, here of one window a row.
  @Test func normPool() throws {
    let gradient = try gradient { graph in
      graph.layer("ReduceSumSquare", ["x"], "s", axes)
      graph.layer("Sign", ["s"], "g")
      graph.layer("Abs", ["s"], "a")
      graph.layer("Relu", ["a"], "r")
      graph.layer("Mul", ["g", "r"], "p")
      graph.layer("Pow", ["p", "half"], "y")
    }
    expect(gradient, [0, 0, 0.6, 0.8])
  }

  /// `(100 * x).logsumexp(dim=1)`, whose exponentials alone would be infinite.
  @Test(arguments: [0, 1]) func logarithmOfExponentials(_ keeps: Int) throws {
    let gradient = try gradient { graph in
      graph.layer("Mul", ["x", "hundred"], "h")
      graph.layer("ReduceLogSumExp", ["h"], "y", axes + [("keepdims", .integer(keeps))])
    }
    expect(gradient, [50, 50, 0, 100])
  }

  private func expect(
    _ values: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      values.count == expected.count
        && zip(values, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) },
      "\(values), not \(expected)", sourceLocation: sourceLocation)
  }

  /// Of the sum of what `layers` make.
  private func gradient(_ layers: (inout ONNXBytes) -> Void) throws -> [Float] {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [2, 2])
      let constants: [(String, Float)] = [
        ("two", 2), ("half", 0.5), ("hundred", 100), ("least", 1e-12),
        ("three", 3),
      ]
      for (name, value) in constants { graph.tensor(name, [], [value]) }
      layers(&graph)
      graph.message(12) { $0.text(1, "y") }
    }
    let model = try ONNXModel(path: #require(folder).write(bytes, to: "model.onnx"))
    let input = Tensor(shape: [2, 2], elements: [0, 0, 3, 4])
    var lowering = ONNXLowering(
      model, given: ["x": .real(ONNXData(.value(0), shape: [2, 2]))], input: input.shape)
    try lowering.run(model.graph.nodes, Cancellation())
    #expect(lowering.firstGap == nil)
    var (values, kept) = ([input], [Kept]())
    for node in lowering.nodes {
      let (output, own) = Layer(node.op, node.parameters.map(\.tensor)).forward(
        node.inputs.map { values[$0] }, keep: .inputGradient, workers: workers)
      values.append(output)
      kept.append(own)
    }
    var gradients = values.map { Tensor(zeros: $0.shape) }
    let last = values[values.count - 1]
    gradients[values.count - 1] = Tensor(
      shape: last.shape, elements: [Float](repeating: 1, count: last.count))
    for (index, node) in lowering.nodes.enumerated().reversed() {
      let parts = Layer(node.op, node.parameters.map(\.tensor)).inputGradient(
        of: gradients[index + 1], kept: kept[index], inputs: node.inputs.map { values[$0].shape },
        workers: workers)
      for (value, part) in zip(node.inputs, parts) {
        gradients[value] = FunctionKernels.pair(.add, gradients[value], part, workers: workers)
      }
    }
    return gradients[0].elements
  }
}
