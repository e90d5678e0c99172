import TestSupport
import Testing

@testable import ERFEngine

/// Networks that are not built in, by names and shapes that timm's and torchvision's have.
@Suite struct ForeignNetworkTests {
  private static let kinds: [(names: [String: Shape], kind: String)] = [
    (["layer1.0.se.fc1.weight": [8, 16, 1, 1]], "a ResNet that weighs its channels (SE, ECA)"),
    (["layer1.0.se.conv.weight": [1, 1, 3]], "a ResNet that weighs its channels (SE, ECA)"),
    (["layer1.0.bns.0.weight": [8], "layer1.0.convs.0.weight": [8, 8, 3, 3]], "a Res2Net"),
    (["layer1.0.conv2.fc1.weight": [8, 16, 1, 1]], "a ResNeSt"),
    (
      ["layer1.0.conv1.weight": [8, 4, 1, 1], "layer1.0.conv2.weight": [8, 2, 3, 3]],
      "a ResNeXt, a ResNet of grouped convolutions"
    ),
    (
      [
        "layer1.0.conv1.weight": [8, 4, 1, 1], "layer1.0.conv2.weight": [8, 8, 3, 3],
        "layer1.0.conv3.weight": [16, 8, 1, 1],
      ], "a wide ResNet"
    ),
    (
      [
        "conv1.weight": [0], "conv1.0.weight": [4, 3, 3, 3], "layer1.0.conv1.weight": [4, 4, 1, 1],
      ],
      "a ResNet with a stem of three convolutions"
    ),
    (
      [
        "conv1.weight": [0], "stem.conv.weight": [4, 3, 7, 7],
        "stages.0.blocks.0.conv1.weight": [4, 4, 1, 1], "stages.0.blocks.0.norm1.weight": [4],
      ], "a ResNet of pre-activations (ResNetV2)"
    ),
    (["conv1.weight": [0], "features.denseblock1.denselayer1.norm1.weight": [4]], "a DenseNet"),
    (
      // What timm's MobileNetV1 has of a MobileNetV2's names.
      [
        "conv1.weight": [0], "conv_stem.weight": [32, 3, 3, 3],
        "blocks.0.0.conv_dw.weight": [32, 1, 3, 3], "blocks.0.0.conv_pw.weight": [64, 32, 1, 1],
      ], "one of timm's efficient networks (MobileNet, MNASNet, EfficientNet)"
    ),
    (["conv1.weight": [0], "cls_token": [1, 1, 8]], "a vision transformer"),
    (
      [
        "conv1.weight": [0], "conv_stem.weight": [4, 3, 3, 3],
        "blocks.1.0.se.conv_reduce.weight": [2, 4, 1, 1],
        "blocks.0.0.conv_dw.weight": [4, 1, 3, 3],
      ], "an EfficientNet or MobileNetV3"
    ),
  ]

  /// Named without a model, and as the weights of one: called what it is, with what to do.
  @Test(arguments: kinds.indices)
  func kindsAreNamed(_ index: Int) throws {
    let (names, kind) = Self.kinds[index]
    var shapes: [String: Shape] = [
      "conv1.weight": [4, 3, 7, 7], "bn1.weight": [4], "bn1.running_mean": [4],
    ]
    for (name, shape) in names { shapes[name] = shape == [0] ? nil : shape }
    let folder = try TemporaryFolder()
    let path = folder.file("other.safetensors")
    let tensors = shapes.sorted { $0.key < $1.key }.map { ($0.key, Tensor(zeros: $0.value)) }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let error = #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: path)) }
    #expect(error == .foreign(path: path, kind))
    let line =
      "\(path) holds the weights of \(kind), which is not built in and opens as ONNX: "
      + "torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), \"my.onnx\")"
    #expect(error?.explanation == line)
    guard shapes["conv1.weight"] != nil else { return }
    #expect(try CheckpointInspection(path: path).weights.map(\.network) == [nil])
    var spec = NetworkSpec(file: path)
    spec.source = .catalogue("resnet-50")
    #expect(throws: CheckpointError.foreign(path: path, kind)) { try Network(spec) }
  }

  /// Norms may keep their averages under the names that TensorFlow has for them.
  @Test func averagesOfOtherNames() {
    var shapes: [String: Shape] = [
      "conv1.weight": [4, 3, 7, 7], "bn1.weight": [4], "layer1.0.conv1.weight": [4, 4, 3, 3],
      "layer1.0.conv2.weight": [4, 4, 3, 3],
    ]
    #expect(ForeignNetwork(relativeIn: shapes)?.name.contains("GroupNorm") == true)
    shapes["bn1.moving_mean"] = [4]
    #expect(ForeignNetwork(relativeIn: shapes)?.name == nil)
  }

  /// What has some names and shapes of a built-in network is not said to fit it, whatever it was to be
  /// opened as.
  @Test func nothingFitsByHalf() throws {
    let (names, kind) = try #require(Self.kinds.first { $0.names["conv_stem.weight"] != nil })
    let tensors = names.sorted { $0.key < $1.key }.filter { $0.value != [0] }.map {
      ($0.key, Tensor(zeros: $0.value))
    }
    let folder = try TemporaryFolder()
    let path = folder.file("other.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    #expect(try ModelCatalogue.recognise(Checkpoint(path: path)).id.hasPrefix("mobilenetv2:"))
    var spec = NetworkSpec(file: path)
    spec.source = .catalogue("resnet-50")
    #expect(throws: CheckpointError.foreign(path: path, kind)) { try Network(spec) }
  }

  /// What is built in is called none of these, merged or not.
  @Test(arguments: ModelCatalogue.ids)
  func builtInNetworksAreNone(_ id: String) throws {
    for optional in [OptionalParameters.usual, .merged] {
      let inventory = ParameterInventory(try ModelCatalogue.architecture(id).blueprint(optional))
      let shapes = inventory.entries.mapValues(\.shape)
      #expect(ForeignNetwork(in: shapes)?.name == nil)
    }
  }
}
