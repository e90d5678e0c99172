import TestSupport
import Testing

@testable import ERFEngine

/// Small files of `make_checkpoints.py`: element i of each tensor is i / 2 - 1.
@Suite struct TorchCheckpointTests {
  private static let shapes: [String: Shape] = [
    "plain": [2, 3], "half": [5], "brain": [5], "double": [5], "whole": [6], "transposed": [3, 2],
    "window": [4], "parameter": [2, 2],
  ]

  private static func path(_ name: String) -> String { Fixtures.path("checkpoints/\(name)") }

  @Test(arguments: [
    ("zip.pth", "PyTorch zip", ""), ("legacy.pth", "PyTorch legacy", ""),
    ("protocol4.pth", "PyTorch zip", ""), ("wrapped.pth", "PyTorch zip", "model.module."),
  ]) func readsEveryTensor(_ file: (name: String, format: String, prefix: String)) throws {
    let checkpoint = try Checkpoint(path: Self.path(file.name))
    #expect(checkpoint.format == file.format)
    for (key, shape) in Self.shapes {
      let tensor = try checkpoint.tensor(file.prefix + key)
      #expect(tensor.shape == shape && checkpoint.entries[file.prefix + key]?.shape == shape)
      let expected = (0..<shape.count).map { index in
        let value = Float(index) / 2 - 1
        return key == "whole" ? value.rounded(.towardZero) : value
      }
      #expect(tensor.elements == expected, "\(key)")
    }
  }

  @Test func tellsWhatElseTheFileSays() throws {
    let checkpoint = try Checkpoint(path: Self.path("wrapped.pth"))
    #expect(checkpoint.metadata["epoch"] == "119")
    #expect(checkpoint.entries["model.module.whole"]?.type == "I64")
    #expect(checkpoint.entries["model.module.brain"]?.type == "BF16")
  }

  @Test func prefersTrainedToAveragedWeights() throws {
    let checkpoint = try Checkpoint(path: Self.path("wrapped.pth"))
    let parameters = try CheckpointParameters(file: checkpoint, model: "test", landmark: "plain")
    #expect(
      parameters.choice == WeightsChoice(chosen: "model.module", others: ["model_ema.module"]))
    #expect(parameters.weights.shapes == Self.shapes)
  }

  @Test(arguments: ["runs-a-command.pth", "runs-a-command-legacy.pth", "runs-a-command.pkl"])
  func commandsAreRefusedByName(_ name: String) {
    let path = Self.path(name)
    #expect(throws: CheckpointError.asksToRunCode(path: path, name: "posix.system")) {
      try Checkpoint(path: path)
    }
  }

  @Test func otherPicklesAreRefused() {
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: Self.path("no-checkpoint.pkl"))
    }
    #expect(error?.explanation.contains("not one written by torch.save") == true)
  }
}
