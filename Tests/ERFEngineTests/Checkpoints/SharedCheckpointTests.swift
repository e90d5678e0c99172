import TestSupport
import Testing

@testable import ERFEngine

/// Files as PyTorch writes them, in the folder beside the package.
@Suite(.enabled(if: SharedFolder.has("checkpoints"), "no checkpoints beside the repository"))
struct SharedCheckpointTests {
  private static let model =
    "replknet:kernels=31,29,27,13:layers=1,1,2,1:channels=8,16,32,64:classes=10"

  private static func path(_ name: String) -> String { SharedFolder.path("checkpoints/\(name)") }

  @Test(arguments: [
    "plain.pth", "legacy.pth", "wrapped-model.pth", "wrapped-module.pth.tar", "training-state.pth",
    "parameters.pth", "views.pth", "float64.pth", "float64.safetensors",
  ]) func holdsTheSameNetwork(_ name: String) throws {
    let expected = try Network(
      NetworkSpec(model: Self.model, weights: .file(Self.path("plain.safetensors"))))
    let network = try Network(NetworkSpec(model: Self.model, weights: .file(Self.path(name))))
    #expect(network.weightsHash == expected.weightsHash)
  }

  @Test(arguments: [("float16", 0x1p-11), ("bfloat16", 0x1p-8)] as [(String, Float)])
  func roundsNoMoreThanItsType(_ kind: (name: String, precision: Float)) throws {
    let plain = try Checkpoint(path: Self.path("plain.safetensors"))
    let pickled = try Checkpoint(path: Self.path("\(kind.name).pth"))
    let mapped = try Checkpoint(path: Self.path("\(kind.name).safetensors"))
    #expect(pickled.keys == plain.keys)
    for key in plain.keys {
      let expected = try plain.tensor(key).elements
      let found = try pickled.tensor(key).elements
      #expect(try mapped.tensor(key).elements == found)
      let near = zip(found, expected).allSatisfy { abs($0 - $1) <= kind.precision * abs($1) + 1e-7 }
      #expect(near, "\(key)")
    }
    #expect(throws: Never.self) {
      try Network(NetworkSpec(model: Self.model, weights: .file(Self.path("\(kind.name).pth"))))
    }
  }

  @Test func trainedWeightsArePreferred() throws {
    let file = try Checkpoint(path: Self.path("training-state.pth"))
    let parameters = CheckpointParameters(
      file: file, model: Self.model, firstKey: "stem.0.conv.weight")
    #expect(parameters.choice == WeightsChoice(chosen: "model", others: ["model_ema"]))
  }

  @Test(arguments: [
    ("resnet20-12fca82f.th", "resnet20-cifar"), ("resnet32-d509ac18.th", "resnet32-cifar"),
  ]) func realTrainedNetworksOpen(_ pair: (file: String, model: String)) throws {
    let network = try Network(NetworkSpec(model: pair.model, weights: .file(Self.path(pair.file))))
    #expect(network.weightsChoice?.chosen == "state_dict.module")
  }

  @Test func efficientNetOpens() throws {
    let file = try Checkpoint(path: Self.path("efficientnet-lite0-57934424.pth"))
    #expect(file.format == "PyTorch legacy")
    #expect(file.entries["_conv_stem.weight"] == .init(type: "F32", shape: [32, 3, 3, 3]))
    for key in file.keys { #expect(ElementKernels.isFinite(try file.tensor(key)), "\(key)") }
  }

  @Test(arguments: [
    ("runs-a-command.pth", "asks to run code, posix.system"),
    ("runs-a-command.pkl", "asks to run code, posix.system"),
    ("truncated.pth", "cut off"), ("truncated-legacy.pth", "cut off"),
    ("truncated.safetensors", "past the end of the file"),
    ("huge-header.safetensors", "header claims"), ("empty.pth", "is empty"),
    ("not-a-checkpoint.pth", "is no checkpoint"),
    ("missing-tensor.pth", "lacks stages.2.blocks.2.pw1.conv.weight"),
    ("wrong-shape.pth", "should be 8x1x31x31 but is 8x1x29x29"),
    ("nan.pth", "stages.1.blocks.0.pw1.conv.weight holds NaN or Inf"),
  ]) func isRefusedWithItsOwnLine(_ pair: (file: String, words: String)) {
    let error = #expect(throws: CheckpointError.self) {
      try Network(NetworkSpec(model: Self.model, weights: .file(Self.path("refused/\(pair.file)"))))
    }
    let line = error?.explanation ?? ""
    #expect(line.contains(pair.words) && !line.contains("\n"), "\(line)")
  }
}
