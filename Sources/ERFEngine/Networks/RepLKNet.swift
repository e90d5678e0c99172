/// RepLKNet (arXiv:2203.06717, section 4 and Fig. 4): [B], [C], [K] free a stage.
struct RepLKNet: Architecture, Equatable {
  /// K and B of each stage: B RepLK blocks, each followed by a ConvFFN. The small kernel is only where K
  /// is not smaller.
  var stages: [StageDesign]
  /// C: width a stage.
  var channels: [Int]
  /// Width of the depth-wise convolution over that of the block.
  var depthwiseRatio: Double
  var classes: Int
  var preprocessing: Preprocessing

  init(
    kernels: [Int], layers: [Int] = [2, 2, 18, 2], channels: [Int] = [128, 256, 512, 1024],
    smallKernel: Int? = 5, depthwiseRatio: Double = 1, classes: Int = 1000,
    preprocessing: Preprocessing = .imageNet
  ) {
    stages = zip(kernels, layers).map {
      StageDesign(kernel: $0, smallKernel: smallKernel, depth: $1)
    }
    self.channels = channels
    self.depthwiseRatio = depthwiseRatio
    self.classes = classes
    self.preprocessing = preprocessing
  }

  /// Width of the ConvFFN's hidden layer over that of the block.
  private static let hiddenRatio = 4

  var initialization: Initialization { .frameworkDefault }
  var evaluation: Evaluation { Evaluation(side: 224, shorterSide: 256, filter: .bicubic) }

  func build(_ builder: inout BlueprintBuilder) {
    var x = stem(&builder)
    for (stage, design) in stages.enumerated() {
      for block in 0..<design.depth {
        x = builder.block("stages.\(stage).blocks.\(2 * block)") {
          largeKernelBlock(&$0, x, design: design)
        }
        x = builder.block("stages.\(stage).blocks.\(2 * block + 1)") {
          feedForward(&$0, x, hasShortcut: design.hasShortcuts)
        }
      }
      builder.endStage(stage + 1, x)
      featureNorm(&builder, x, stage: stage)
      guard stage + 1 < channels.count else { break }
      x = builder.block("transitions.\(stage)", role: .transition) { builder in
        let width = channels[stage + 1]
        let wide = convBN(&builder, "0", x, outputs: width, kernel: 1, relu: true)
        return convBN(
          &builder, "1", wide, outputs: width, kernel: 3, stride: 2, groups: width, relu: true)
      }
    }
    builder.classifier("head.weight") { builder in
      let normalised = builder.batchNorm("norm", x)
      return builder.linear("head", builder.globalAverage(normalised), outputs: classes)
    }
  }

  /// The norm of a stage's features that the released code has with `norm_intermediate_features`; the
  /// next stage does not see it.
  private func featureNorm(
    _ builder: inout BlueprintBuilder, _ features: BlueprintBuilder.Value, stage: Int
  ) {
    let name = "stages.\(stage).norm"
    guard builder.holds(name + ".weight", .featureNorm) else { return }
    _ = builder.block(name, role: .head) { builder in
      builder.atTopLevel { $0.batchNorm(name, features) }
    }
  }

  private func stem(_ builder: inout BlueprintBuilder) -> BlueprintBuilder.Value {
    let width = channels[0]
    let input = builder.input
    return builder.block("stem", role: .stem) { builder in
      var x = convBN(&builder, "0", input, outputs: width, kernel: 3, stride: 2, relu: true)
      x = convBN(&builder, "1", x, outputs: width, kernel: 3, groups: width, relu: true)
      x = convBN(&builder, "2", x, outputs: width, kernel: 1, relu: true)
      return convBN(
        &builder, "3", x, outputs: width, kernel: 3, stride: 2, groups: width, relu: true)
    }
  }

  /// BN, 1x1, K x K depth-wise beside the small kernel, ReLU, 1x1, shortcut.
  private func largeKernelBlock(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, design: StageDesign
  ) -> BlueprintBuilder.Value {
    let width = Int(Double(input.channels) * depthwiseRatio)
    var x = builder.batchNorm("prelkb_bn", input)
    x = convBN(&builder, "pw1", x, outputs: width, kernel: 1, relu: true)
    x = builder.scope("large_kernel") { builder in
      if builder.holds("lkb_reparam.weight", .mergedKernel) {
        return builder.convolution(
          "lkb_reparam", x, outputs: width, kernel: design.kernel, groups: width,
          dilation: design.dilation, bias: true)
      }
      return builder.mergeable("lkb_reparam") { builder in
        let large = convBN(
          &builder, "lkb_origin", x, outputs: width, kernel: design.kernel, groups: width,
          dilation: design.dilation)
        guard let smallKernel = design.parallelKernel else { return large }
        let small = convBN(
          &builder, "small_conv", x, outputs: width, kernel: smallKernel, groups: width)
        return builder.add(large, small)
      }
    }
    x = builder.relu(x)
    x = convBN(&builder, "pw2", x, outputs: input.channels, kernel: 1)
    return design.hasShortcuts ? builder.add(input, x) : x
  }

  /// ConvFFN: BN, 1x1, GELU, 1x1, shortcut.
  private func feedForward(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, hasShortcut: Bool
  ) -> BlueprintBuilder.Value {
    var x = builder.batchNorm("preffn_bn", input)
    x = convBN(
      &builder, "pw1", x, outputs: input.channels * Self.hiddenRatio, kernel: 1)
    x = builder.gelu(x)
    x = convBN(&builder, "pw2", x, outputs: input.channels, kernel: 1)
    return hasShortcut ? builder.add(input, x) : x
  }

  private func convBN(
    _ builder: inout BlueprintBuilder, _ name: String, _ input: BlueprintBuilder.Value,
    outputs: Int,
    kernel: Int, stride: Int = 1, groups: Int = 1, dilation: Int = 1, relu: Bool = false
  ) -> BlueprintBuilder.Value {
    builder.scope(name) { builder in
      let convolved = builder.convolution(
        "conv", input, outputs: outputs, kernel: kernel, stride: stride, groups: groups,
        dilation: dilation)
      let normalised = builder.batchNorm("bn", convolved)
      return relu ? builder.relu(normalised) : normalised
    }
  }
}

/// The variants of the paper's tables 5 and 6 and of the released checkpoints, and all others.
extension RepLKNet {
  static let family = "replknet"
  static let freeForm =
    "replknet:kernels=31,29,27,13:layers=2,2,18,2:channels=128,256,512,1024:small=5:dw=1"
    + ":dilation=1:shortcuts=1:norm=imagenet:classes=1000"
  static let openFields = Set(StageField.allCases)

  static let variants: [(ids: [String], network: RepLKNet)] = [
    (["replknet-3"], RepLKNet(kernels: [3, 3, 3, 3])),
    (["replknet-7"], RepLKNet(kernels: [7, 7, 7, 7])),
    (["replknet-13"], RepLKNet(kernels: [13, 13, 13, 13])),
    (["replknet-25"], RepLKNet(kernels: [25, 25, 25, 13])),
    (["replknet-31", "replknet-31b"], RepLKNet(kernels: [31, 29, 27, 13])),
    (
      ["replknet-31l"],
      RepLKNet(kernels: [31, 29, 27, 13], channels: [192, 384, 768, 1536])
    ),
    (
      ["replknet-xl"],
      RepLKNet(
        kernels: [27, 27, 27, 13], channels: [256, 512, 1024, 2048], smallKernel: nil,
        depthwiseRatio: 1.5, preprocessing: .half)
    ),
    (["replknet-3-nano"], nano([3, 3, 3, 3])),
    (["replknet-7-nano"], nano([7, 7, 7, 7])),
    (["replknet-13-nano"], nano([13, 13, 13, 13])),
    (["replknet-31-nano"], nano([31, 29, 27, 13])),
    (["replknet-31-nano-noshortcut"], nano([31, 29, 27, 13], hasShortcuts: false)),
    (["replknet-31-nano-noreparam"], nano([31, 29, 27, 13], smallKernel: nil)),
  ]

  /// The small networks that ship trained, on the ten classes of Imagenette.
  private static func nano(
    _ kernels: [Int], smallKernel: Int? = 5, hasShortcuts: Bool = true
  ) -> RepLKNet {
    var network = RepLKNet(
      kernels: kernels, layers: [1, 1, 2, 1], channels: [16, 32, 64, 128],
      smallKernel: smallKernel, classes: 10)
    for stage in network.stages.indices { network.stages[stage].hasShortcuts = hasShortcuts }
    return network
  }

  var id: String { variantID ?? freeID }

  var freeID: String {
    "replknet:kernels=\(stages.map(\.kernel).listText)"
      + ":layers=\(stages.map(\.depth).listText)"
      + ":channels=\(channels.listText)"
      + ":small=\(stages.map { $0.smallKernel ?? 0 }.fieldText)"
      + ":dw=\(depthwiseRatio.shortText)\(stages.unusualFields)"
      + (preprocessing == .half ? ":norm=half" : "") + ":classes=\(classes)"
  }

  /// What ids call the statistics that images are normalised with.
  private enum Normalisation: String, CaseIterable { case imagenet, half }

  init(_ fields: inout FieldParser) throws(ModelError) {
    let kernels = try fields.list("kernels", StageDesign.kernels, default: nil, counts: 1...6)
    for kernel in kernels where kernel % 2 == 0 {
      throw .badValue(
        id: fields.id, field: "kernels", value: "\(kernel)", expected: FieldParser.oddSides)
    }
    let isStandard = kernels.count == 4
    let depths = try fields.list(
      "layers", StageDesign.depths, default: isStandard ? [2, 2, 18, 2] : nil, counts: 1...6)
    channels = try fields.list(
      "channels", 1...8192, default: isStandard ? [128, 256, 512, 1024] : nil, counts: 1...6)
    guard depths.count == kernels.count && channels.count == kernels.count else {
      throw .unequalLengths(id: fields.id, fields: ["kernels", "layers", "channels"])
    }
    let small = try fields.perStage(
      "small", 0...63, default: 5, stages: kernels.count,
      expected: "0 (none) or an odd number, one or as many as stages",
      where: FieldParser.isOddOrNone)
    stages = try fields.stages(kernels: kernels, small: small, depths: depths)
    depthwiseRatio = try fields.decimal("dw", 0.25...8, default: 1)
    for channels in channels where Double(channels) * depthwiseRatio < 1 {
      throw .badValue(
        id: fields.id, field: "dw", value: depthwiseRatio.shortText,
        expected: "at least one depth-wise channel for \(channels.counted("channel"))")
    }
    let normalisation = try fields.choice(
      "norm", of: Normalisation.allCases, default: .imagenet)
    preprocessing = normalisation == .half ? .half : .imageNet
    classes = try fields.number("classes", 1...100_000, default: 1000)
  }
}

extension Double {
  /// `1.5`, and `1` rather than `1.0`.
  var shortText: String { self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)" }
}
