/// ResNet with torchvision's parameter names; bottlenecks put the stride on the 3x3 convolution.
struct ResNet: Architecture, Equatable {
  enum Block: String, Sendable, CaseIterable {
    case basic, bottleneck

    /// Channels a block puts out over its planes.
    var expansion: Int { self == .basic ? 1 : 4 }
  }

  var block: Block
  /// The kernels are those of the 3x3 convolutions.
  var stages: [StageDesign]
  /// Planes of the first stage; each stage doubles them.
  var width = 64
  var classes = 1000

  init(block: Block, layers: [Int], width: Int = 64, classes: Int = 1000) {
    self.block = block
    stages = layers.map { StageDesign(kernel: 3, depth: $0) }
    self.width = width
    self.classes = classes
  }

  var initialization: Initialization { .heFanOut }
  var preprocessing: Preprocessing { .imageNet }

  func build(_ builder: inout BlueprintBuilder) {
    let input = builder.input
    var x = builder.block("stem", role: .stem) { builder in
      let width = width
      // The stem's layers stand at the top of the module tree.
      return builder.atTopLevel { builder in
        var x = builder.convolution("conv1", input, outputs: width, kernel: 7, stride: 2)
        x = builder.batchNorm("bn1", x)
        return builder.maxPool(builder.relu(x), kernel: 3, stride: 2, padding: 1)
      }
    }
    for (stage, design) in stages.enumerated() {
      for index in 0..<design.depth {
        x = builder.block("layer\(stage + 1).\(index)") { builder in
          residual(
            &builder, x, planes: width << stage, stride: stage > 0 && index == 0 ? 2 : 1,
            design: design)
        }
      }
      builder.endStage(stage + 1, x)
    }
    builder.classifier("fc.weight") {
      $0.linear("fc", $0.globalAverage(x), outputs: classes)
    }
  }

  private func residual(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, planes: Int, stride: Int,
    design: StageDesign
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
      : [(planes, 1, 1), (planes, design.kernel, stride), (outputs, 1, 1)]
    var x = input
    for (index, layer) in convolutions.enumerated() {
      x = builder.convolution(
        "conv\(index + 1)", x, outputs: layer.outputs, kernel: layer.kernel,
        stride: layer.stride, dilation: layer.kernel == 1 ? 1 : design.dilation)
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
    "resnet:block=bottleneck:layers=3,4,6,3:width=64:kernels=3:dilation=1:shortcuts=1"
    + ":classes=1000"
  static let openFields: Set<StageField> = [.kernel, .dilation, .shortcuts, .depth]

  static let variants: [(ids: [String], network: ResNet)] = [
    (["resnet-18"], ResNet(block: .basic, layers: [2, 2, 2, 2])),
    (["resnet-34"], ResNet(block: .basic, layers: [3, 4, 6, 3])),
    (["resnet-50"], ResNet(block: .bottleneck, layers: [3, 4, 6, 3])),
    (["resnet-101"], ResNet(block: .bottleneck, layers: [3, 4, 23, 3])),
    (["resnet-152"], ResNet(block: .bottleneck, layers: [3, 8, 36, 3])),
    (["resnet-nano"], ResNet(block: .basic, layers: [1, 1, 2, 1], width: 16, classes: 16)),
  ]

  var id: String { variantID ?? freeID }

  private var freeID: String {
    "resnet:block=\(block.rawValue):layers=\(stages.map(\.depth).listText):width=\(width)"
      + "\(stages.kernelField)\(stages.unusualFields):classes=\(classes)"
  }

  init(_ fields: inout FieldParser) throws(ModelError) {
    block = try fields.choice("block", of: Block.allCases, default: .bottleneck)
    let depths = try fields.list(
      "layers", StageDesign.depths, default: [3, 4, 6, 3], counts: 1...6)
    stages = try fields.stages(depths: depths)
    width = try fields.number("width", 1...1024, default: 64)
    classes = try fields.number("classes", 1...100_000, default: 1000)
  }
}
