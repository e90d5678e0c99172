/// ResNet with torchvision's parameter names; bottlenecks put the stride on the 3x3 convolution.
struct ResNet: Architecture, Equatable {
  enum Block: String, Sendable, CaseIterable {
    case basic, bottleneck

    /// Channels a block puts out over its planes.
    var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// The first convolution, by the side of its kernels.
  enum Stem: Int, Sendable, CaseIterable {
    /// 7x7 with stride 2 and a pooling, for photographs.
    case large = 7
    /// 3x3 alone, for the small pictures of CIFAR.
    case small = 3
  }

  var block: Block
  var stem = Stem.large
  /// The kernels are those of the 3x3 convolutions.
  var stages: [StageDesign]
  /// Stride of each stage's first block; where it is 1 and a dilation takes its place, that block keeps
  /// the dilation of the stage before, as in torchvision and timm.
  var strides: [Int]
  /// Whether the stride of a bottleneck lies on its first convolution, as in Caffe's networks.
  var isCaffeStyle = false
  /// Planes of the first stage; each stage doubles them.
  var width = 64
  var classes = 1000

  init(
    block: Block, stem: Stem = .large, layers: [Int], width: Int = 64, classes: Int = 1000
  ) {
    self.block = block
    self.stem = stem
    stages = layers.map { StageDesign(kernel: 3, depth: $0) }
    strides = Self.usualStrides(layers.count)
    self.width = width
    self.classes = classes
  }

  static let strideRange = 1...4

  /// All stages but the first halve the map.
  private static func usualStrides(_ stages: Int) -> [Int] {
    (0..<stages).map { $0 == 0 ? 1 : 2 }
  }

  var initialization: Initialization { .heFanOut }
  var preprocessing: Preprocessing { .imageNet }
  var evaluation: Evaluation {
    stem == .small
      ? Evaluation(side: 32, shorterSide: nil, filter: .bilinear)
      : Evaluation(side: 224, shorterSide: 256, filter: .bilinear)
  }

  func build(_ builder: inout BlueprintBuilder) {
    let input = builder.input
    var x = builder.block("stem", role: .stem) { builder in
      let width = width
      // The stem's layers stand at the top of the module tree.
      return builder.atTopLevel { builder in
        var x = builder.convolution(
          "conv1", input, outputs: width, kernel: stem.rawValue, stride: stem == .large ? 2 : 1)
        x = builder.batchNorm("bn1", x)
        guard stem == .large else { return builder.relu(x) }
        return builder.maxPool(builder.relu(x), kernel: 3, stride: 2, padding: 1)
      }
    }
    for (stage, design) in stages.enumerated() {
      for index in 0..<design.depth {
        x = builder.block("layer\(stage + 1).\(index)") { builder in
          residual(
            &builder, x, planes: width << stage, stride: index == 0 ? strides[stage] : 1,
            dilation: dilation(stage: stage, block: index), design: design)
        }
      }
      builder.endStage(stage + 1, x)
    }
    builder.classifier("fc.weight") {
      $0.linear("fc", $0.globalAverage(x), outputs: classes)
    }
  }

  /// Of the first 3x3 convolution of a block; the second one of a basic block always has its stage's.
  func dilation(stage: Int, block: Int) -> Int {
    let isReplaced = block == 0 && stage > 0 && strides[stage] == 1
    return isReplaced
      ? min(stages[stage - 1].dilation, stages[stage].dilation) : stages[stage].dilation
  }

  private func residual(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, planes: Int, stride: Int,
    dilation: Int, design: StageDesign
  ) -> BlueprintBuilder.Value {
    let outputs = planes * block.expansion
    var shortcut = input
    if design.hasShortcuts, stride != 1 || input.channels != outputs {
      shortcut = builder.scope("downsample") { builder in
        let x = builder.convolution("0", input, outputs: outputs, kernel: 1, stride: stride)
        return builder.batchNorm("1", x)
      }
    }
    let convolutions: [(outputs: Int, kernel: Int, stride: Int)] =
      block == .basic
      ? [(planes, design.kernel, stride), (planes, design.kernel, 1)]
      : [
        (planes, 1, isCaffeStyle ? stride : 1), (planes, design.kernel, isCaffeStyle ? 1 : stride),
        (outputs, 1, 1),
      ]
    var x = input
    for (index, layer) in convolutions.enumerated() {
      let spread = block == .basic && index == 1 ? design.dilation : dilation
      x = builder.convolution(
        "conv\(index + 1)", x, outputs: layer.outputs, kernel: layer.kernel,
        stride: layer.stride, dilation: layer.kernel == 1 ? 1 : spread)
      x = builder.batchNorm("bn\(index + 1)", x)
      if index + 1 < convolutions.count { x = builder.relu(x) }
    }
    return builder.relu(design.hasShortcuts ? builder.add(shortcut, x) : x)
  }
}

/// He et al. 2016, table 1, and all others.
extension ResNet {
  static let family = "resnet"
  static let freeForm =
    "resnet:block=bottleneck:stem=7:layers=3,4,6,3:width=64:kernels=3:stride=1,2,2,2:dilation=1"
    + ":shortcuts=1:style=torch:classes=1000"
  static let openFields: Set<StageField> = [.kernel, .dilation, .shortcuts, .depth]

  static let variants: [(ids: [String], network: ResNet)] = [
    (["resnet-18"], ResNet(block: .basic, layers: [2, 2, 2, 2])),
    (["resnet-34"], ResNet(block: .basic, layers: [3, 4, 6, 3])),
    (["resnet-50"], ResNet(block: .bottleneck, layers: [3, 4, 6, 3])),
    (["resnet-101"], ResNet(block: .bottleneck, layers: [3, 4, 23, 3])),
    (["resnet-152"], ResNet(block: .bottleneck, layers: [3, 8, 36, 3])),
    (
      ["resnet18-cifar"], ResNet(block: .basic, stem: .small, layers: [2, 2, 2, 2], classes: 10)
    ),
    (["resnet-nano"], ResNet(block: .basic, layers: [1, 1, 2, 1], width: 16, classes: 10)),
  ]

  /// What an id calls the places of the stride.
  private enum Style: String, CaseIterable { case torch, caffe }

  var id: String { variantID ?? freeID }

  var freeID: String {
    "resnet:block=\(block.rawValue)" + (stem == .large ? "" : ":stem=\(stem.rawValue)")
      + ":layers=\(stages.map(\.depth).listText):width=\(width)\(stages.kernelField)"
      + (strides == Self.usualStrides(stages.count) ? "" : ":stride=\(strides.listText)")
      + stages.unusualFields + (isCaffeStyle ? ":style=caffe" : "") + ":classes=\(classes)"
  }

  init(_ fields: inout FieldParser) throws(ModelError) {
    block = try fields.choice("block", of: Block.allCases, default: .bottleneck)
    let depths = try fields.list(
      "layers", StageDesign.depths, default: [3, 4, 6, 3], counts: 1...6)
    let expected = "7 or 3"
    let sides = try fields.list("stem", 3...7, default: [7], counts: 1...1, expected: expected)
    guard let stem = Stem(rawValue: sides[0]) else {
      throw .badValue(id: fields.id, field: "stem", value: "\(sides[0])", expected: expected)
    }
    self.stem = stem
    stages = try fields.stages(depths: depths)
    strides = try fields.list(
      "stride", Self.strideRange, default: Self.usualStrides(depths.count),
      counts: depths.count...depths.count)
    isCaffeStyle = try fields.choice("style", of: Style.allCases, default: .torch) == .caffe
    width = try fields.number("width", 1...1024, default: 64)
    classes = try fields.number("classes", 1...100_000, default: 1000)
  }
}
