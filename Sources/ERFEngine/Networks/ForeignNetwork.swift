/// A kind of network that this program does not build, told by the names and shapes of a file's parameters,
/// so that a file that does not open is called what it is.
struct ForeignNetwork: Sendable {
  /// With its article: `a DenseNet`.
  let name: String

  /// The kind among all that are known by name.
  init?(in entries: CheckpointEntries) {
    self.init(Names(entries.keys) { entries[$0]?.shape })
  }

  /// The same by shapes alone.
  init?(in shapes: [String: Shape]) {
    self.init(Names(shapes.keys.sorted()) { shapes[$0] })
  }

  private init?(_ names: Names) {
    guard let name = names.kind(Self.relatives) ?? names.residual ?? names.kind(Self.others) else {
      return nil
    }
    self.name = name
  }

  /// The kind among those that have a built-in network's names, as far as they go, and parts of their own.
  init?(relativeIn shapes: [String: Shape]) {
    let names = Names(shapes.keys.sorted()) { shapes[$0] }
    guard let name = names.kind(Self.relatives) ?? names.residual else { return nil }
    self.name = name
  }

  /// Names of a kind, and the runs of whole parts that the parameters of all of it have somewhere.
  private typealias Kind = (name: String, parts: [String])

  private static let relatives: [Kind] = [
    ("a ResNeSt", ["layer1.0.conv2.fc1."]),
    ("an SKNet", ["layer1.0.conv1.attn."]), ("an SKNet", ["layer1.0.conv2.attn."]),
    ("a Res2Net", ["layer1.0.bns.0."]),
    ("CLIP's ResNet", ["attnpool.positional_embedding"]),
    ("an HRNet", ["stage2.0.branches.0."]),
    ("a ResNet that weighs its channels (SE, ECA)", ["layer1.0.se."]),
    ("a ResNet that weighs its channels (SE)", ["layer1.0.se_module."]),
    ("a ResNet with a stem of three convolutions", ["conv1.0.weight", "layer1.0.conv1."]),
    ("an EfficientNet or MobileNetV3", ["blocks.0.0.se."]),
    ("an EfficientNet or MobileNetV3", ["blocks.1.0.se."]),
    ("a SLaK", ["large_kernel.LoRA1."]), ("a UniRepLKNet", ["dwconv.lk_origin."]),
  ]

  private static let others: [Kind] = [
    (
      "a ResNet of pre-activations (ResNetV2)",
      ["stages.0.blocks.0.conv1.", "stages.0.blocks.0.norm1."]
    ),
    ("a RegNet", ["s1.b1.conv1."]), ("a RegNet", ["trunk_output.block1."]),
    ("a CSPNet", ["stages.0.blocks.0.conv1.bn.", "stages.0.conv_transition_b."]),
    ("a RepVGG", ["stages.0.0.conv_kxk.", "stages.0.0.conv_1x1."]),
    ("one of timm's networks of mixed blocks (byobnet)", ["stages.0.0.conv1_1x1."]),
    ("a GhostNet", ["blocks.0.0.ghost1."]),
    (
      "one of timm's efficient networks (MobileNet, MNASNet, EfficientNet)",
      ["conv_stem.weight", "blocks.0.0."]
    ),
    ("a ConvNeXt", ["stages.0.blocks.0.conv_dw.", "stages.0.blocks.0.gamma"]),
    ("a ConvNeXt", ["downsample_layers.0.0.", "stages.0.0.dwconv."]),
    ("a ConvNeXt", ["features.1.0.layer_scale"]),
    ("a Swin Transformer", ["attn.relative_position_bias_table"]),
    ("a vision transformer", ["cls_token"]), ("a vision transformer", ["class_token"]),
    ("a vision transformer", ["patch_embed.proj.weight"]),
    ("an EfficientNet", ["features.1.0.block.0."]), ("a MobileNetV3", ["features.1.block.0.0."]),
    ("an MNASNet", ["layers.8.0.layers.0."]), ("a ShuffleNetV2", ["stage2.0.branch2.0."]),
    ("a DenseNet", ["features.denseblock1."]), ("a SqueezeNet", ["features.3.squeeze."]),
    ("a GoogLeNet", ["inception3a."]), ("an Inception network", ["Mixed_5b."]),
    ("a DLA", ["base_layer.0.", "level2."]),
    ("a VGG or an AlexNet", ["features.0.bias", "features.3.bias"]),
    ("a VGG", ["features.0.bias", "features.4.bias"]),
  ]

  /// The names of a file's parameters, each behind a dot.
  private struct Names {
    private let names: [String]
    /// All of them, a line each.
    private let text: [UInt8]
    private let shapes: (String) -> Shape?
    /// So many that a file of very many tensors costs nothing.
    private static let most = 20_000

    /// - Parameters:
    ///   - names: sorted.
    ///   - shapes: by those names.
    init(_ names: some Sequence<String>, _ shapes: @escaping (String) -> Shape?) {
      self.names = names.prefix(Self.most).map { "." + $0 }
      text = self.names.flatMap { Array("\($0)\n".utf8) }
      self.shapes = shapes
    }

    func kind(_ kinds: [Kind]) -> String? {
      kinds.first { kind in kind.parts.allSatisfy { text.holds("." + $0) } }?.name
    }

    /// A ResNet whose shapes or norms are none of the built-in ones'.
    var residual: String? {
      guard let stem = shape("conv1.weight"), let first = shape("layer1.0.conv1.weight"),
        let second = shape("layer1.0.conv2.weight")
      else { return nil }
      if first[0] > second[1] { return "a ResNeXt, a ResNet of grouped convolutions" }
      if shape("layer1.0.conv3.weight") != nil, first[0] > stem[0] { return "a wide ResNet" }
      // TensorFlow calls the averages so.
      let averages = ["bn1.running_mean", "bn1.moving_mean"]
      let lacksAverages =
        shape("bn1.weight") != nil && averages.allSatisfy { shape($0) == nil }
      return lacksAverages ? "a ResNet whose norms keep no averages (GroupNorm)" : nil
    }

    /// The shape of the parameter that is called so behind a prefix, of convolutions those that have both
    /// channels.
    private func shape(_ name: String) -> Shape? {
      let found =
        shapes(name)
        ?? names.first { $0.hasSuffix("." + name) }.flatMap { shapes(String($0.dropFirst())) }
      return found.flatMap { name.hasPrefix("bn") || $0.rank == 4 ? $0 : nil }
    }
  }
}
