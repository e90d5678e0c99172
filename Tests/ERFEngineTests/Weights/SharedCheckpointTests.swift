import TestSupport
import Testing

@testable import ERFEngine

/// Files as PyTorch writes them, in the folder beside the package.
@Suite(.enabled(if: SharedFolder.has("checkpoints"), "no checkpoints beside the repository"))
struct SharedCheckpointTests {
  private static let model =
    "replknet:kernels=31,29,27,13:layers=1,1,2,1:channels=8,16,32,64:classes=10"

  private static let canonical = model.replacing(":classes", with: ":small=5:dw=1:classes")

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
    let parameters = try CheckpointParameters(
      file: file, model: Self.model, landmarks: RepLKNet.landmarks)
    #expect(parameters.choice == WeightsChoice(chosen: "model", others: ["model_ema"]))
  }

  @Test func weightsAreChosenByKey() throws {
    var spec = NetworkSpec(file: Self.path("training-state.pth"))
    spec.weightsKey = "model_ema"
    #expect(
      try Network(spec).weightsChoice == WeightsChoice(chosen: "model_ema", others: ["model"]))
    spec.weightsKey = "optimizer"
    #expect(
      throws: CheckpointError.noWeights(
        path: Self.path("training-state.pth"), key: "optimizer", available: ["model", "model_ema"])
    ) { try Network(spec) }
  }

  @Test(arguments: [
    ("resnet20-12fca82f.th", "resnet20-cifar"), ("resnet32-d509ac18.th", "resnet32-cifar"),
  ]) func realTrainedNetworksOpen(_ pair: (file: String, model: String)) throws {
    let network = try Network(NetworkSpec(file: Self.path(pair.file)))
    #expect(network.id == pair.model)
    #expect(network.weightsChoice?.chosen == "state_dict.module")
  }

  /// The field of the case that the weights belong to, with no model named. Rounded weights move it:
  /// the numbers are the shares of the golden's largest value by which PyTorch's map moves when it
  /// loads the same files.
  @Test(
    .enabled(if: GoldenFolder.exists, "no golden vectors beside the repository"),
    arguments: [
      ("plain.pth", 0), ("legacy.pth", 0), ("wrapped-model.pth", 0),
      ("wrapped-module.pth.tar", 0), ("training-state.pth", 0), ("parameters.pth", 0),
      ("views.pth", 0), ("plain.safetensors", 0), ("float64.pth", 0),
      ("float64.safetensors", 0), ("float16.pth", 0.11745), ("float16.safetensors", 0.11745),
      ("bfloat16.pth", 0.21379), ("bfloat16.safetensors", 0.21379),
    ]) func givesTheGoldenMap(_ file: (name: String, rounding: Double)) throws
  {
    let network = try Network(NetworkSpec(file: Self.path(file.name)))
    #expect(network.id == Self.canonical)
    let golden = try Safetensors(path: "\(GoldenFolder.root)/replknet-31.safetensors")
    let input = try golden.tensor("input").channelsLast()
    let activations = try network.program.forward(
      input, to: network.tap(nil).value, workers: Workers())
    let shape = activations.output.shape
    let unit = Unit(row: shape.height / 2, column: shape.width / 2)
    let gradient = try activations.inputGradient(
      of: activations.seed(at: [unit]), workers: Workers())
    var map = ERFMap(height: input.shape.height, width: input.shape.width)
    map.accumulate(gradient: gradient)
    let expected = try golden.tensor("erf/centre").elements.map { Double($0) }
    #expect(abs(relativeError(map.values, expected) - file.rounding) < 1e-4)
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
    ("not-a-checkpoint.pth", "is not a checkpoint"),
    ("missing-tensor.pth", "lacks stages.2.blocks.2.pw1.conv.weight"),
    ("wrong-shape.pth", "should be 8x1x31x31 but is 8x1x29x29"),
    ("nan.pth", "stages.1.blocks.0.pw1.conv.weight holds NaN or Inf"),
  ]) func isRefusedWithItsOwnLine(_ pair: (file: String, words: String)) {
    check(pair.file, model: Self.model, words: pair.words)
    // Without a name the odd kernel cannot be wrong, but it is empty.
    let words = pair.file == "wrong-shape.pth" ? "holds nothing but zeros" : pair.words
    check(pair.file, model: nil, words: words)
  }

  /// What can be read is inspected all the same, with the problem told.
  @Test(arguments: ["missing-tensor.pth", "wrong-shape.pth", "nan.pth"])
  func inspectionTellsTheProblem(_ name: String) throws {
    let file = try CheckpointInspection(path: Self.path("refused/\(name)"))
    let problems = try file.problems(file.names.map(file.tensor))
    let error = #expect(throws: CheckpointError.self) {
      try Network(NetworkSpec(file: file.path))
    }
    #expect(problems == [error].compactMap { $0 })
    let whole = try CheckpointInspection(path: Self.path("training-state.pth"))
    #expect(try whole.problems(whole.names.map(whole.tensor)) == [])
  }

  private func check(
    _ file: String, model: String?, words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let path = Self.path("refused/\(file)")
    let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
      try Network(
        model.map { NetworkSpec(model: $0, weights: .file(path)) } ?? NetworkSpec(file: path))
    }
    let line = error?.explanation ?? ""
    #expect(line.contains(words) && !line.contains("\n"), "\(line)", sourceLocation: sourceLocation)
  }
}
