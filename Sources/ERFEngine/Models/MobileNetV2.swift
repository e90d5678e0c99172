/// MobileNetV2 (Sandler et al. 2018) with torchvision's parameter names and a free width.
struct MobileNetV2: Architecture, Equatable {
  var width = 1.0
  var classes = 1000

  var id: String {
    self == MobileNetV2()
      ? "mobilenetv2" : "mobilenetv2:width=\(width.shortText):classes=\(classes)"
  }

  var initialization: Initialization { .heFanOutSmallHead }
  var preprocessing: Preprocessing { .imageNet }

  /// Expansion, channels, repeats and stride of each group of inverted residuals (table 2).
  private static let groups: [(expansion: Int, channels: Int, repeats: Int, stride: Int)] = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  /// Stages end before the layers that double the stride: after these `features`.
  private static let stageEnds = [3, 6, 13, 18]

  func build(_ builder: inout GraphBuilder) throws {
    let input = builder.input
    var layer = 0
    var x = try builder.block("features.0") {
      try convBN(
        &$0, "0", "1", input, outputs: Self.rounded(32 * width), kernel: 3, stride: 2, relu: true)
    }
    for group in Self.groups {
      for index in 0..<group.repeats {
        layer += 1
        x = try builder.block("features.\(layer)") {
          try invertedResidual(
            &$0, x, outputs: Self.rounded(Double(group.channels) * width),
            expansion: group.expansion, stride: index == 0 ? group.stride : 1)
        }
        if let stage = Self.stageEnds.firstIndex(of: layer) { builder.endStage(stage + 1, x) }
      }
    }
    layer += 1
    x = try builder.block("features.\(layer)") {
      try convBN(
        &$0, "0", "1", x, outputs: Self.rounded(1280 * max(1, width)), kernel: 1, relu: true)
    }
    builder.endStage(Self.stageEnds.count, x)
    let logits = try builder.block("classifier") { builder in
      let pooled = builder.globalAverage(x)
      return try builder.linear("1", pooled, outputs: classes)
    }
    builder.endLogits(logits)
  }

  private func invertedResidual(
    _ builder: inout GraphBuilder, _ input: GraphBuilder.Value, outputs: Int, expansion: Int,
    stride: Int
  ) throws -> GraphBuilder.Value {
    let hidden = input.channels * expansion
    let x = try builder.scope("conv") { builder in
      var x = input
      var index = 0
      if expansion != 1 {
        x = try convBN(&builder, "0.0", "0.1", x, outputs: hidden, kernel: 1, relu: true)
        index = 1
      }
      x = try convBN(
        &builder, "\(index).0", "\(index).1", x, outputs: hidden, kernel: 3, stride: stride,
        groups: hidden, relu: true)
      return try convBN(
        &builder, "\(index + 1)", "\(index + 2)", x, outputs: outputs, kernel: 1)
    }
    return stride == 1 && input.channels == outputs ? builder.add(input, x) : x
  }

  private func convBN(
    _ builder: inout GraphBuilder, _ conv: String, _ norm: String, _ input: GraphBuilder.Value,
    outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, relu: Bool = false
  ) throws -> GraphBuilder.Value {
    let x = try builder.convolution(
      conv, input, outputs: outputs, kernel: kernel, stride: stride, groups: groups)
    let normalised = try builder.batchNorm(norm, x)
    return relu ? builder.relu6(normalised) : normalised
  }

  /// The nearest multiple of 8, at least 8, and not more than a tenth below `channels`.
  private static func rounded(_ channels: Double) -> Int {
    let nearest = max(8, Int(channels + 4) / 8 * 8)
    return Double(nearest) < 0.9 * channels ? nearest + 8 : nearest
  }
}
