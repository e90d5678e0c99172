/// EfficientNet-Lite (Tan and Le 2019 in the form for small devices: no squeeze-and-excitation,
/// ReLU6), with the parameter names of the efficientnet_lite_pytorch checkpoints.
struct EfficientNetLite: Architecture, Equatable {
  /// Where the network was trained, which its parameters' names and shapes do not tell.
  enum Style: String, Sendable, CaseIterable {
    /// In TensorFlow: padding that follows the input, 1e-3 in the batch norms, and statistics of its own
    /// for the pictures.
    case tensorFlow = "tf"
    /// In PyTorch, as timm's own: padding of half a kernel, 1e-5, and ImageNet's statistics.
    case torch
  }

  /// Factor on the channels between stem and head.
  var width = 1.0
  /// Factor on the repeats of all groups but the first and the last.
  var depth = 1.0
  var style = Style.tensorFlow
  var classes = 1000

  /// Whether the blocks of each stage add their input to their output.
  var shortcuts = [Bool](repeating: true, count: stageEnds.count)

  var initialization: Initialization { .frameworkDefault }
  var preprocessing: Preprocessing { style == .tensorFlow ? .efficientNetLite : .imageNet }

  /// The size that the released network of this width and depth was trained for.
  var evaluation: Evaluation {
    let side = Self.sizes.first { $0.depth >= depth && $0.width >= width }?.side ?? 300
    return Evaluation(side: side, shorterSide: side + 32, filter: .bicubic)
  }

  private static let sizes = [
    (width: 1.0, depth: 1.0, side: 224), (width: 1.0, depth: 1.1, side: 240),
    (width: 1.1, depth: 1.2, side: 260), (width: 1.2, depth: 1.4, side: 280),
  ]

  /// A run of inverted residuals, the first of which has the stride.
  struct Group {
    let repeats: Int
    let kernel: Int
    let stride: Int
    let expansion: Int
    let channels: Int
  }

  /// Table 1 of the paper, at width and depth 1.
  static let groups = [
    Group(repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 16),
    Group(repeats: 2, kernel: 3, stride: 2, expansion: 6, channels: 24),
    Group(repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 40),
    Group(repeats: 3, kernel: 3, stride: 2, expansion: 6, channels: 80),
    Group(repeats: 3, kernel: 5, stride: 1, expansion: 6, channels: 112),
    Group(repeats: 4, kernel: 5, stride: 2, expansion: 6, channels: 192),
    Group(repeats: 1, kernel: 3, stride: 1, expansion: 6, channels: 320),
  ]

  /// Stages end before the groups that double the stride, the last one before the head.
  private static let stageEnds = [1, 2, 4, 6]
  private static let stemChannels = 32
  private static let headChannels = 1280

  /// How often `group` repeats at a factor on the depth: first and last group keep their number.
  static func repeats(ofGroup group: Int, depth: Double) -> Int {
    let repeats = groups[group].repeats
    guard group > 0 && group + 1 < groups.count else { return repeats }
    return Int((depth * Double(repeats)).rounded(.up))
  }

  private static func stage(ofGroup group: Int) -> Int {
    stageEnds.firstIndex { group <= $0 } ?? stageEnds.count - 1
  }

  func build(_ builder: inout BlueprintBuilder) {
    let input = builder.input
    var x = builder.block("stem", role: .stem) { builder in
      builder.atTopLevel {
        convBN(
          &$0, "_conv_stem", "_bn0", input, outputs: Self.stemChannels, kernel: 3, stride: 2)
      }
    }
    var block = 0
    for (index, group) in Self.groups.enumerated() {
      for repetition in 0..<Self.repeats(ofGroup: index, depth: depth) {
        x = builder.block("_blocks.\(block)") {
          invertedResidual(
            &$0, x, group, stride: repetition == 0 ? group.stride : 1,
            hasShortcut: shortcuts[Self.stage(ofGroup: index)])
        }
        block += 1
      }
      if let stage = Self.stageEnds.firstIndex(of: index) { builder.endStage(stage + 1, x) }
    }
    let wide = builder.block("_conv_head", role: .head) { builder in
      builder.atTopLevel {
        convBN(&$0, "_conv_head", "_bn1", x, outputs: Self.headChannels, kernel: 1)
      }
    }
    builder.classifier("_fc.weight") {
      $0.linear("_fc", $0.globalAverage(wide), outputs: classes)
    }
  }

  private func invertedResidual(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, _ group: Group, stride: Int,
    hasShortcut: Bool
  ) -> BlueprintBuilder.Value {
    let hidden = input.channels * group.expansion
    let outputs = MobileNetV2.rounded(Double(group.channels) * width)
    var x = input
    if group.expansion != 1 {
      x = convBN(&builder, "_expand_conv", "_bn0", x, outputs: hidden, kernel: 1)
    }
    x = convBN(
      &builder, "_depthwise_conv", "_bn1", x, outputs: hidden, kernel: group.kernel,
      stride: stride, groups: hidden)
    x = convBN(
      &builder, "_project_conv", "_bn2", x, outputs: outputs, kernel: 1, rectified: false)
    let adds = hasShortcut && stride == 1 && input.channels == outputs
    return adds ? builder.add(input, x) : x
  }

  private func convBN(
    _ builder: inout BlueprintBuilder, _ conv: String, _ norm: String,
    _ input: BlueprintBuilder.Value,
    outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, rectified: Bool = true
  ) -> BlueprintBuilder.Value {
    let x = builder.convolution(
      conv, input, outputs: outputs, kernel: kernel, stride: stride, groups: groups,
      paddingFollowsInput: kernel > 1 && style == .tensorFlow)
    let normalised = builder.batchNorm(norm, x, epsilon: style == .tensorFlow ? 1e-3 : 1e-5)
    return rectified ? builder.relu6(normalised) : normalised
  }
}

/// The released networks, and all others.
extension EfficientNetLite {
  static let family = "efficientnet-lite"
  static let freeForm =
    "efficientnet-lite:width=1:depth=1:shortcuts=1:style=tf:classes=1000"
  static let openFields: Set<StageField> = [.shortcuts]

  static let variants: [(ids: [String], network: EfficientNetLite)] = [
    (["efficientnet-lite0"], EfficientNetLite()),
    (["efficientnet-lite1"], EfficientNetLite(depth: 1.1)),
    (["efficientnet-lite2"], EfficientNetLite(width: 1.1, depth: 1.2)),
    (["efficientnet-lite3"], EfficientNetLite(width: 1.2, depth: 1.4)),
    (["efficientnet-lite4"], EfficientNetLite(width: 1.4, depth: 1.8)),
    (["efficientnet-lite0-timm"], EfficientNetLite(style: .torch)),
    (["efficientnet-lite1-timm"], EfficientNetLite(depth: 1.1, style: .torch)),
    (["efficientnet-lite2-timm"], EfficientNetLite(width: 1.1, depth: 1.2, style: .torch)),
    (["efficientnet-lite3-timm"], EfficientNetLite(width: 1.2, depth: 1.4, style: .torch)),
    (["efficientnet-lite4-timm"], EfficientNetLite(width: 1.4, depth: 1.8, style: .torch)),
  ]

  var id: String { variantID ?? freeID }

  var freeID: String {
    "efficientnet-lite:width=\(width.shortText):depth=\(depth.shortText)"
      + stages.unusualFields + (style == .tensorFlow ? "" : ":style=\(style.rawValue)")
      + ":classes=\(classes)"
  }

  init(_ fields: inout FieldParser) throws(ModelError) {
    width = try fields.decimal("width", 0.05...4, default: 1)
    depth = try fields.decimal("depth", 0.1...8, default: 1)
    let flags = try fields.perStage(
      "shortcuts", 0...1, default: 1, stages: Self.stageEnds.count)
    shortcuts = flags.map { $0 == 1 }
    style = try fields.choice("style", of: Style.allCases, default: .tensorFlow)
    classes = try fields.number("classes", 1...100_000, default: 1000)
  }

  /// Only the shortcuts are free; the kernel told of a stage is the one of its last blocks.
  var stages: [StageDesign] {
    get {
      Self.stageEnds.indices.map { stage in
        let groups = Self.groups.indices.filter { Self.stage(ofGroup: $0) == stage }
        return StageDesign(
          kernel: Self.groups[Self.stageEnds[stage]].kernel, hasShortcuts: shortcuts[stage],
          depth: groups.reduce(0) { $0 + Self.repeats(ofGroup: $1, depth: depth) })
      }
    }
    set { shortcuts = newValue.map(\.hasShortcuts) }
  }
}
