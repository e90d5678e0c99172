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
    #expect(Self.names.count >= 24)
  }

  @Test(arguments: names) func stagesAndFields(_ file: String) throws {
    let network = try ONNXNetwork(ONNXModel(path: Fixtures.path("onnx/\(file)")))
    let stem = file.split(separator: "-").dropLast().joined(separator: "-")
    let golden = try Safetensors(path: Fixtures.path("onnx/\(stem).safetensors"))
    let program = try Program(network.blueprint.inferenceForm().chained(), from: network)
    let input = try golden.tensor("input").channelsLast()
    let stages = golden.keys.filter { $0.hasPrefix("stage") }
    #expect(program.stages.count == stages.count, "\(program.stages.map(\.name))")
    for (index, tap) in program.stages.enumerated().prefix(stages.count) {
      let expected = try golden.tensor("stage\(index + 1)")
      let activations = try program.forward(input, to: tap.value, workers: Workers(threads: 2))
      let output = activations.output
      let size = tap.grid.size(of: output.shape)
      let prefix = output.count / output.shape.channels - size.height * size.width
      let features = output.elements.dropFirst(prefix * output.shape.channels)
      #expect(
        features.count == expected.count, "\(tap.name): \(output.shape), not \(expected.shape)")
      let largest = expected.elements.map(abs).max() ?? 0
      let worst = zip(features, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-5 * max(1, largest), "features of \(tap.name): \(worst)")
      let unit = Unit(row: size.height / 2, column: size.width / 2)
      let gradient = try activations.inputGradient(at: [unit], workers: Workers(threads: 2))
      let map = try golden.tensor("map\(index + 1)").elements
      let most = map.max() ?? 0
      let own = gradient.elements
      let errors = map.indices.map { pixel in
        abs((0..<3).reduce(0) { $0 + max(0, own[pixel * 3 + $1]) } - map[pixel])
      }
      #expect(errors.max() ?? .infinity <= 1e-4 * most, "field of \(tap.name)")
    }
  }
}
