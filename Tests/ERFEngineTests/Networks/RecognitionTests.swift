import TestSupport
import Testing

@testable import ERFEngine

/// Networks from the names and shapes of their parameters alone.
@Suite struct RecognitionTests {
  private static let tiny = "layers=1,1,2,1:channels=8,16,32,64"

  /// What shapes tell comes back; a small kernel that is larger than the large one was never there.
  @Test(
    arguments: [
      "replknet:kernels=31,29,27,13:\(tiny):small=5:dw=1:classes=10",
      "replknet:kernels=13,9:layers=1,3:channels=8,12:small=0:dw=1.5:classes=7",
      "resnet:block=basic:layers=2,2,2,2:width=8:classes=10",
      "resnet:block=bottleneck:layers=1,1:width=4:kernels=3,7:classes=5", "resnet-18",
      "resnet-50", "resnet20-cifar", "resnet-cifar:layers=1,2,1:kernels=5:classes=7",
      "mobilenetv2", "mobilenetv2:width=0.25:classes=10",
      "mobilenetv2:width=0.35:kernels=3,5,13,7:small=0,3,3,0:classes=10", "efficientnet-lite0",
      "efficientnet-lite1", "efficientnet-lite2", "efficientnet-lite3", "efficientnet-lite4",
      "efficientnet-lite:width=0.5:depth=1.4:classes=3",
    ] + RepLKNet.variants.filter { $0.network.stages.allSatisfy(\.hasShortcuts) }.map(\.ids[0]))
  func namesAndShapesTell(_ id: String) throws {
    for merged in [false, true] {
      let weights = try weights(of: id, merged: merged)
      // Merged kernels do not tell whether there was a small one.
      let expected =
        merged
        ? id.replacing("small=0:dw", with: "small=5:dw").replacing(":small=0,3,3,0", with: "")
          .replacing("-noreparam", with: "")
        : id
      #expect(ModelCatalogue.recognise(weights).map(\.id) == [expected], "merged: \(merged)")
    }
  }

  private func weights(of id: String, merged: Bool) throws -> WeightDictionary {
    let inventory = ParameterInventory(
      try ModelCatalogue.architecture(id).blueprint(merged ? .merged : .usual))
    return WeightDictionary(prefix: "", shapes: inventory.entries.mapValues(\.shape))
  }

  /// Strides and dilations a stage, as ids give them: torchvision's network for segmentation.
  @Test func stridesAreAsked() throws {
    let id =
      "resnet:block=bottleneck:layers=3,4,6,3:width=8:stride=1,2,1,1:dilation=1,1,2,4:classes=7"
    let network = try ModelCatalogue.architecture(id)
    #expect(network.id == id)
    let blueprint = network.blueprint()
    let size = InputSize(height: 224, width: 224)
    let shapes = try blueprint.shapes(input: blueprint.inputShape(size))
    let stages = try (1...4).map { stage in
      shapes[try #require(blueprint.tap("stage\(stage)")).value].extents
    }
    #expect(stages == [[1, 56, 56, 32], [1, 28, 28, 64], [1, 28, 28, 128], [1, 28, 28, 256]])
  }

  @Test(arguments: [
    "stride=1,2,1", "stride=1,2,1,1,1", "stride=1,2,1,0", "stride=1,2,1,x", "dilation=0,1,1,1",
    "dilation=1,1,2", "dilation=1,1,-2,4",
  ])
  func otherStridesAreRefused(_ field: String) {
    let error = #expect(throws: ModelError.self) {
      try ModelCatalogue.architecture("resnet:block=bottleneck:layers=3,4,6,3:width=8:\(field)")
    }
    let line = error?.explanation ?? ""
    #expect(line.contains(field.prefix { $0 != "=" }) && !line.contains("\n"), "\(line)")
  }

  @Test func backbonesAreRecognised() throws {
    let whole = try weights(of: "resnet-18", merged: false)
    let backbone = WeightDictionary(
      prefix: "", shapes: whole.shapes.filter { !$0.key.hasPrefix("fc.") })
    #expect(ModelCatalogue.recognise(backbone).map(\.id) == ["resnet-18"])
  }

  /// timm's MobileNetV2, whose modules come in the same order under names of their own.
  @Test func otherLibrariesNamesAreTaken() throws {
    let folder = try TemporaryFolder()
    let spec = NetworkSpec(model: "mobilenetv2:width=0.35:classes=5", weights: .random(seed: 2))
    let tensors = try Network.trainingForm(spec).stateDictionary
    var modules = ["conv_stem", "bn1"]
    for (group, repeats) in [1, 2, 3, 4, 3, 3, 1].enumerated() {
      for index in 0..<repeats {
        let names =
          group == 0
          ? ["conv_dw", "bn1", "conv_pw", "bn2"]
          : ["conv_pw", "bn1", "conv_dw", "bn2", "conv_pwl", "bn3"]
        modules += names.map { "blocks.\(group).\(index).\($0)" }
      }
    }
    modules += ["conv_head", "bn2", "classifier"]
    var scopes: [String] = []
    let renamed = tensors.map { key, value in
      let parts = key.split(separator: ".")
      let scope = parts.dropLast().joined(separator: ".")
      if scopes.last != scope { scopes.append(scope) }
      return ("\(modules[scopes.count - 1]).\(parts[parts.count - 1])", value)
    }
    #expect(scopes.count == modules.count)
    let path = folder.file("timm.safetensors")
    try SafetensorsWriter(
      tensors: renamed.map { ("model." + $0.0, $0.1) }, type: .float32, metadata: [:]
    ).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(try network.id == spec.model && network.weightsHash == Network(spec).weightsHash)
    #expect(network.weightsChoice?.chosen == "model")
    // What is missing is called as in the file.
    try SafetensorsWriter(
      tensors: renamed.filter { $0.0 != "blocks.3.1.bn2.weight" }, type: .float32, metadata: [:]
    ).write(to: path)
    let error = #expect(throws: CheckpointError.self) {
      try Network(NetworkSpec(file: path))
    }
    guard case .mismatch(_, let mismatch)? = error else { return }
    #expect(mismatch.missing.count == 1 && mismatch.extra.isEmpty)
    let inspection = try CheckpointInspection(path: path)
    #expect(inspection.weights.map(\.network) == [spec.model])
  }

  @Test func strangeShapesAreNoNetwork() {
    for shapes: [String: Shape] in [
      [:], ["conv1.weight": [64]], ["conv1.weight": [64, 3, 7, 7]],
      ["stem.0.conv.weight": [1 << 40, 3, 3, 3], "stages.0.blocks.9999.x": []],
      ["features.0.0.weight": [32, 3, 3, 3]], ["_conv_stem.weight": []],
    ] {
      #expect(ModelCatalogue.recognise(WeightDictionary(prefix: "", shapes: shapes)).isEmpty)
    }
  }
}
