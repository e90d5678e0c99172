import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Damaged ONNX files: whatever is done to their bytes, reading them is an error or an answer, never a
/// trap or a hang.
///
/// The same rounds in every run of the tests; `make fuzz` goes on for ten minutes.
@Suite struct ONNXFuzzTests {
  /// The fixtures, and conformance cases where they are beside the package.
  private static func corpus() throws -> [[UInt8]] {
    var files = try Fixtures.files(in: "onnx").filter { $0.hasSuffix(".onnx") }.map {
      try Fixtures.bytes("onnx/\($0)")
    }
    let root = SharedFolder.path("onnx-node")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root).sorted()) ?? []
    for name in names.filter({ $0.hasPrefix("test_") }) {
      guard let data = FileManager.default.contents(atPath: "\(root)/\(name)/model.onnx") else {
        continue
      }
      files.append([UInt8](data))
    }
    files.append(
      ONNXBytes.model { graph in
        graph.node("Relu", ["x"], ["y"])
        graph.message(5) { tensor in
          tensor.head("w", type: 1, [2])
          tensor.data(9, [0, 0, 0, 0, 1, 1, 1, 1])
        }
      })
    return files
  }

  @Test func damagedFilesNeverTrap() throws {
    let corpus = try Self.corpus()
    let folder = try TemporaryFolder()
    let outcome = Fuzzing.run("onnx", corpus: corpus, rounds: 700) { bytes in
      guard let path = try? folder.write(bytes, to: "damaged.onnx") else { return false }
      return Self.open(path)
    }
    #expect(outcome.accepted > 0 && outcome.accepted < outcome.rounds)
    #expect(outcome.slowest < .seconds(30))
  }

  /// Whether the file at `path` can still be read, its tensors included.
  private static func open(_ path: String) -> Bool {
    guard let model = try? ONNXModel(path: path) else { return false }
    for tensor in model.graph.initializers.values.prefix(16) { _ = try? model.constant(tensor) }
    for node in model.graph.nodes {
      for case .tensor(let tensor) in node.attributes.values { _ = try? model.constant(tensor) }
    }
    _ = try? model.weightsHash()
    // What can still be shown is shown: features and a field.
    guard let network = try? ONNXNetwork(model),
      let program = try? Program(network.blueprint.inferenceForm().chained(), from: network),
      let tap = program.stages.last
    else { return true }
    // Not what is merely large.
    let whole = network.blueprint.inputShape(network.size)
    let elements = (try? network.blueprint.shapes(input: whole))?.reduce(0) { $0 + $1.count }
    guard whole.count < 1 << 20, elements ?? .max < 1 << 24 else { return true }
    let input = Tensor(zeros: whole)
    if let activations = try? program.forward(input, to: tap.value, workers: Workers(threads: 1)) {
      _ = try? activations.inputGradient(
        at: [Unit(row: 0, column: 0)], workers: Workers(threads: 1))
    }
    return true
  }
}
