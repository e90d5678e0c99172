/// MobileNetV2 (Sandler et al. 2018) with torchvision's parameter names and a free width.
struct MobileNetV2: Architecture, Equatable {
  /// Kernels are those of the depth-wise convolutions (the paper's tables 3, 4 and 11 enlarge them);
  /// the depth is fixed.
  var stages = depths.map { StageDesign(kernel: 3, depth: $0) }
  var width = 1.0
  var classes = 1000

  var initialization: Initialization { .heFanOutSmallHead }
  var preprocessing: Preprocessing { .imageNet }

  /// Expansion, channels, repeats and stride of each group of inverted residuals (table 2).
  static let groups: [(expansion: Int, channels: Int, repeats: Int, stride: Int)] = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  /// Inverted residuals a stage; stages end before the layers that double the stride.
  private static let depths = [3, 3, 7, 4]

  func build(_ builder: inout BlueprintBuilder) {
    let input = builder.input
    var layer = 0
    var stage = 0
    var stageEnd = stages[0].depth
    var x = builder.block("features.0", role: .stem) {
      convBN(
        &$0, "0", "1", input, outputs: Self.rounded(32 * width), kernel: 3, stride: 2, relu: true)
    }
    for group in Self.groups {
      for index in 0..<group.repeats {
        layer += 1
        x = builder.block("features.\(layer)") {
          invertedResidual(
            &$0, x, outputs: Self.rounded(Double(group.channels) * width),
            expansion: group.expansion, stride: index == 0 ? group.stride : 1,
            design: stages[stage])
        }
        // The last stage takes in the 1x1 convolution behind its blocks.
        if layer == stageEnd, stage + 1 < stages.count {
          builder.endStage(stage + 1, x)
          stage += 1
          stageEnd += stages[stage].depth
        }
      }
    }
    layer += 1
    x = builder.block("features.\(layer)") {
      convBN(
        &$0, "0", "1", x, outputs: Self.rounded(1280 * max(1, width)), kernel: 1, relu: true)
    }
    builder.endStage(stages.count, x)
    builder.classifier("classifier.1.weight") {
      $0.linear("classifier.1", $0.globalAverage(x), outputs: classes)
    }
  }

  private func invertedResidual(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, outputs: Int,
    expansion: Int,
    stride: Int, design: StageDesign
  ) -> BlueprintBuilder.Value {
    let hidden = input.channels * expansion
    let x = builder.scope("conv") { builder in
      var x = input
      var index = 0
      if expansion != 1 {
        x = convBN(&builder, "0.0", "0.1", x, outputs: hidden, kernel: 1, relu: true)
        index = 1
      }
      x = builder.scope("\(index)") {
        depthwise(&$0, x, stride: stride, design: design)
      }
      return convBN(
        &builder, "\(index + 1)", "\(index + 2)", x, outputs: outputs, kernel: 1)
    }
    let hasShortcut = design.hasShortcuts && stride == 1 && input.channels == outputs
    return hasShortcut ? builder.add(input, x) : x
  }

  /// The depth-wise convolution, with the small kernel beside it where there is one.
  private func depthwise(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, stride: Int,
    design: StageDesign
  ) -> BlueprintBuilder.Value {
    func large(_ builder: inout BlueprintBuilder) -> BlueprintBuilder.Value {
      convBN(
        &builder, "0", "1", input, outputs: input.channels, kernel: design.kernel,
        stride: stride, groups: input.channels, dilation: design.dilation)
    }
    // Merged files have one kernel with a bias.
    let isMerged =
      builder.holds("0.bias", .mergedKernel) && !builder.holds("small.0.weight", .foldedBias)
    guard let smallKernel = design.parallelKernel, !isMerged else {
      return builder.relu6(large(&builder))
    }
    let sum = builder.mergeable("0") { builder in
      let large = large(&builder)
      let small = builder.scope("small") {
        convBN(
          &$0, "0", "1", input, outputs: input.channels, kernel: smallKernel, stride: stride,
          groups: input.channels)
      }
      return builder.add(large, small)
    }
    return builder.relu6(sum)
  }

  private func convBN(
    _ builder: inout BlueprintBuilder, _ conv: String, _ norm: String,
    _ input: BlueprintBuilder.Value,
    outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, dilation: Int = 1,
    relu: Bool = false
  ) -> BlueprintBuilder.Value {
    let x = builder.convolution(
      conv, input, outputs: outputs, kernel: kernel, stride: stride, groups: groups,
      dilation: dilation)
    let normalised = builder.batchNorm(norm, x)
    return relu ? builder.relu6(normalised) : normalised
  }

  /// The nearest multiple of 8, at least 8, and not more than a tenth below `channels`.
  static func rounded(_ channels: Double) -> Int {
    let nearest = max(8, Int(channels + 4) / 8 * 8)
    return Double(nearest) < 0.9 * channels ? nearest + 8 : nearest
  }
}

extension MobileNetV2 {
  static let family = "mobilenetv2"
  static let freeForm = "mobilenetv2:width=1:kernels=3:small=0:dilation=1:shortcuts=1:classes=1000"
  static let openFields: Set<StageField> = [.kernel, .smallKernel, .dilation, .shortcuts]
  static let variants = [(ids: ["mobilenetv2"], network: MobileNetV2())]

  var id: String { variantID ?? freeID }

  var freeID: String {
    let small = stages.map { $0.smallKernel ?? 0 }
    return "mobilenetv2:width=\(width.shortText)\(stages.kernelField)"
      + (small.contains { $0 != 0 } ? ":small=\(small.fieldText)" : "")
      + "\(stages.unusualFields):classes=\(classes)"
  }

  init(_ fields: inout FieldParser) throws(ModelError) {
    width = try fields.decimal("width", 0.05...4, default: 1)
    let count = Self.depths.count
    let kernels = try fields.perStage(
      "kernels", StageDesign.kernels, default: 3, stages: count,
      expected: "\(FieldParser.oddSides), one or as many as stages", where: FieldParser.isOdd)
    let small = try fields.perStage(
      "small", 0...63, default: 0, stages: count,
      expected: "0 (none) or an odd number, one or as many as stages",
      where: FieldParser.isOddOrNone)
    stages = try fields.stages(kernels: kernels, small: small, depths: Self.depths)
    classes = try fields.number("classes", 1...100_000, default: 1000)
  }
}
