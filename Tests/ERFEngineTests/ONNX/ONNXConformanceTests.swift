import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// The conformance cases of single operators that the ONNX project ships, run through the engine's
/// operators. REPLK_ONNX_CASES names a folder of such cases: one folder each, with `model.onnx` and
/// `test_data_set_0/input_N.pb`, `output_N.pb`.
@Suite struct ONNXConformanceTests {
  static let root =
    ProcessInfo.processInfo.environment["REPLK_ONNX_CASES"] ?? SharedFolder.path("onnx-node")

  static var exists: Bool { FileManager.default.fileExists(atPath: root) }

  /// Cases that an engine of receptive fields does not run, by what their names hold, and why.
  static let leftOut: [(name: String, reason: String)] = [
    ("training_mode", "statistics of a batch are for training"),
    ("training_dropout", "random numbers"),
    ("dropout_random", "random numbers"),
    ("maxpool_with_argmax", "places of the largest value have no gradient"),
    ("attention_.*past_and_present", "keys of earlier words, for language models"),
    ("attention_.*_qk_matmul", "asks for the scores as well"),
    ("attention_4d_with_qk_matmul", "asks for the scores as well"),
    ("nonpad|padded_kv", "keys of earlier words, for language models"),
    ("maxpool_3d|lppool_3d|conv.*_3d|convtranspose_3d", "three axes of pixels"),
    ("pow_types_int32_float32|pow_types_int64_float32", "real powers rounded to integers"),
  ]

  static func isLeftOut(_ name: String) -> Bool {
    leftOut.contains { name.range(of: $0.name, options: .regularExpression) != nil }
  }

  @Test(.enabled(if: exists, "no folder of ONNX conformance cases")) func everyOperator() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.root).filter {
      $0.hasPrefix("test_")
    }.sorted()
    let left = names.filter(Self.isLeftOut)
    #expect(left.count <= 60, "\(left.count) are left out")
    var failures: [String] = []
    for name in names where !Self.isLeftOut(name) {
      if let flaw = Self.flaw("\(Self.root)/\(name)") { failures.append("\(name): \(flaw)") }
    }
    #expect(failures.isEmpty, "\(failures.count) fail:\n\(failures.joined(separator: "\n"))")
  }

  /// What is wrong with the outputs of a case; nil: they are right.
  private static func flaw(_ folder: String) -> String? {
    do {
      let model = try ONNXModel(path: folder + "/model.onnx")
      var given: [String: ONNXValue] = [:]
      for (index, input) in model.graph.inputs.enumerated() where !input.name.isEmpty {
        let path = "\(folder)/test_data_set_0/input_\(index).pb"
        guard FileManager.default.fileExists(atPath: path) else { continue }
        given[input.name] = ONNXValue(try tensor(path))
      }
      var lowering = ONNXLowering(model, given: given)
      try lowering.run(model.graph.nodes, Cancellation())
      for (index, output) in model.graph.outputs.enumerated() {
        let expected = try tensor("\(folder)/test_data_set_0/output_\(index).pb")
        if let flaw = try flaw(lowering.value(output.name), expected, &lowering) {
          return "output \(index) \(flaw)"
        }
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func tensor(_ path: String) throws -> ONNXConstant {
    let file = try MappedFile(path: path)
    let reader = WireReader(file, path: path, range: 0..<file.count)
    return try ONNXModel.constant(ONNXTensor(reader), in: file, path: path)
  }

  private static func flaw(
    _ value: ONNXValue, _ expected: ONNXConstant, _ lowering: inout ONNXLowering
  ) throws -> String? {
    switch value {
    case .missing(let gap): return "is missing: \(gap.node) \(gap.reason)"
    case .integers(let constant):
      if constant.shape != expected.shape { return "has shape \(constant.shape)" }
      guard let integers = expected.integers else { return "is of integers" }
      return constant.integers == integers ? nil : "differs: \(constant.integers ?? []) \(integers)"
    case .real(let data):
      if data.shape != expected.shape { return "has shape \(data.shape), not \(expected.shape)" }
      guard let tensor = try lowering.tensor(data), expected.integers == nil else {
        return "is no constant, or is of integers"
      }
      for (one, other) in zip(tensor.elements, expected.tensor.elements) {
        if one.isNaN && other.isNaN || one == other { continue }
        if abs(one - other) > 1e-7 + 1e-3 * abs(other) || one.isNaN {
          return "\(one) is not \(other)"
        }
      }
      return nil
    }
  }
}
