import TestSupport
import Testing

@testable import ERFEngine

/// Tiny networks as PyTorch exports them, by both of its exporters: features of every stage, and the
/// receptive fields of the unit in the middle, against PyTorch's in double precision. Made by
/// Fixtures/make_onnx.py.
@Suite struct ONNXGoldenTests {
  static let names: [String] =
    Fixtures.files(in: "onnx").filter { $0.hasSuffix(".onnx") }

  @Test func thereAreBothExportersOfEvery() {
    let stems = Set(Self.names.map(Self.stem))
    #expect(stems.count >= 24)
    #expect(Set(Self.names) == Set(stems.flatMap { ["\($0)-ts.onnx", "\($0)-dynamo.onnx"] }))
  }

  @Test(arguments: Fixtures.files(in: "onnx")) func filesAreSmall(_ name: String) throws {
    #expect(try Fixtures.bytes("onnx/\(name)").count <= 150 << 10)
  }

  /// The operators that networks of timm and torchvision are mostly exported as.
  private static let common: Set = [
    "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Conv", "Div", "Einsum",
    "Erf", "Expand", "Flatten", "Gather", "Gelu", "Gemm", "GlobalAveragePool", "HardSigmoid",
    "HardSwish", "InstanceNormalization", "LSTM", "LayerNormalization", "LeakyRelu", "MatMul",
    "MaxPool", "Mul", "Neg", "Pad", "Pow", "Reciprocal", "ReduceL2", "ReduceMean", "ReduceSum",
    "Relu", "Reshape", "Resize", "Sigmoid", "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub",
    "Tanh", "Transpose", "Unsqueeze",
  ]

  @Test func commonOperatorsOccur() throws {
    let found = try Self.names.reduce(into: Set<String>()) { found, name in
      let model = try ONNXModel(path: Fixtures.path("onnx/\(name)"))
      found.formUnion(model.graph.nodes.map(\.operation))
    }
    #expect(Self.common.subtracting(found).sorted() == [])
  }

  static func stem(_ file: String) -> String {
    file.split(separator: "-").dropLast().joined(separator: "-")
  }

  @Test(arguments: names) func stagesAndFields(_ file: String) throws {
    let network = try ONNXNetwork(ONNXModel(path: Fixtures.path("onnx/\(file)")))
    let golden = try Safetensors(path: Fixtures.path("onnx/\(Self.stem(file)).safetensors"))
    let program = try Program(network.blueprint.inferenceForm().chained(), from: network)
    let input = try golden.tensor("input").channelsLast()
    let stages = golden.keys.filter { $0.hasPrefix("stage") }
    #expect(program.stages.count == stages.count, "\(program.stages.map(\.name))")
    var shown = program.stages.prefix(stages.count).enumerated().map { index, tap in
      (tap: tap, feature: "stage\(index + 1)", field: "map\(index + 1)")
    }
    for key in golden.keys where key.hasPrefix("layer:") {
      let name = String(key.dropFirst("layer:".count))
      shown.append((try #require(program.tap(name)), key, "field:\(name)"))
    }
    #expect(shown.count >= 2 || file.hasPrefix("mixer"))
    for (tap, feature, field) in shown {
      let expected = try golden.tensor(feature)
      let activations = try program.forward(input, to: tap.value, workers: Workers(threads: 2))
      let output = activations.output
      let size = tap.grid.size(of: output.shape)
      let prefix = if case .tokens(_, _, let prefix) = tap.grid { prefix } else { 0 }
      let channels = output.shape.channels
      let features = output.elements.dropFirst(prefix * channels).prefix(
        size.height * size.width * channels)
      #expect(
        features.count == expected.count, "\(tap.name): \(output.shape), not \(expected.shape)")
      let largest = expected.elements.map(abs).max() ?? 0
      let worst = zip(features, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-5 * max(1, largest), "features of \(tap.name): \(worst)")
      let unit = Unit(row: size.height / 2, column: size.width / 2)
      let gradient = try activations.inputGradient(at: [unit], workers: Workers(threads: 2))
      let map = try golden.tensor(field).elements
      let most = map.max() ?? 0
      let own = gradient.elements
      let errors = map.indices.map { pixel in
        abs((0..<3).reduce(0) { $0 + max(0, own[pixel * 3 + $1]) } - map[pixel])
      }
      #expect(errors.max() ?? .infinity <= 1e-4 * most, "field of \(tap.name)")
    }
  }

  /// Norms and functions that are spelt out are one operator each.
  @Test(arguments: ["spelt-ts", "spelt-dynamo"]) func speltOutOperatorsAreOne(
    _ name: String
  ) throws {
    let blueprint = try ONNXNetwork(ONNXModel(path: Fixtures.path("onnx/\(name).onnx"))).blueprint
    func functions(_ wanted: ScalarFunction) -> Int {
      blueprint.nodes.count { ($0.op as? Elementwise)?.function == wanted }
    }
    let norms = blueprint.nodes.compactMap { $0.op as? LayerNorm }
    #expect(norms.map(\.isCentred) == [true, true, true, false])
    #expect(norms.map(\.hasWeight) == [true, false, true, true])
    #expect(norms.map(\.hasBias) == [true, false, true, false])
    #expect(norms.map(\.epsilon) == [1e-6, 1e-5, 1e-6, 1e-6])
    #expect(blueprint.nodes.count { $0.op is GELU } == 2)
    #expect(functions(.geluTanh) == 2)
    #expect(functions(.silu) == 1 && functions(.hardSwish) == 1)
    // The newer exporter writes softplus as a choice between it and its input above 20.
    #expect(functions(.mish) == (name == "spelt-ts" ? 1 : 0))
    for node in blueprint.nodes {
      #expect(!(node.op is Reduction), "\(node.op.summary)")
      #expect((node.op as? Arithmetic)?.function != .divide, "\(node.op.summary)")
      #expect((node.op as? Arithmetic)?.function != .subtract, "\(node.op.summary)")
    }
  }
}
