/// RepLKNet (arXiv:2203.06717, section 4 and Fig. 4): [B], [C], [K] free a stage.
struct RepLKNet: Architecture, Equatable {
  /// K: side of the large kernel, a stage.
  var kernels: [Int]
  /// B: number of RepLK blocks, each followed by a ConvFFN, a stage.
  var layers = [2, 2, 18, 2]
  /// C: width a stage.
  var channels = [128, 256, 512, 1024]
  /// Side of the parallel kernel that re-parameterization adds; nil: none. Not where K is smaller.
  var smallKernel: Int? = 5
  /// Width of the depth-wise convolution over that of the block.
  var depthwiseRatio = 1.0
  var classes = 1000
  var preprocessing = Preprocessing.imageNet

  /// Width of the ConvFFN's hidden layer over that of the block.
  private static let hiddenRatio = 4

  var initialization: Initialization { .frameworkDefault }

  func build(_ builder: inout GraphBuilder) throws {
    var x = try stem(&builder)
    for stage in channels.indices {
      for block in 0..<layers[stage] {
        x = try builder.block("stages.\(stage).blocks.\(2 * block)") {
          try largeKernelBlock(&$0, x, kernel: kernels[stage])
        }
        x = try builder.block("stages.\(stage).blocks.\(2 * block + 1)") {
          try feedForward(&$0, x)
        }
      }
      builder.endStage(stage + 1, x)
      guard stage + 1 < channels.count else { break }
      x = try builder.block("transitions.\(stage)") { builder in
        let width = channels[stage + 1]
        let wide = try convBN(&builder, "0", x, outputs: width, kernel: 1, relu: true)
        return try convBN(
          &builder, "1", wide, outputs: width, kernel: 3, stride: 2, groups: width, relu: true)
      }
    }
    let logits = try builder.block("head") { builder in
      try builder.atTopLevel { builder in
        let normalised = try builder.batchNorm("norm", x)
        return try builder.linear("head", builder.globalAverage(normalised), outputs: classes)
      }
    }
    builder.endLogits(logits)
  }

  private func stem(_ builder: inout GraphBuilder) throws -> GraphBuilder.Value {
    let width = channels[0]
    let input = builder.input
    return try builder.block("stem") { builder in
      var x = try convBN(&builder, "0", input, outputs: width, kernel: 3, stride: 2, relu: true)
      x = try convBN(&builder, "1", x, outputs: width, kernel: 3, groups: width, relu: true)
      x = try convBN(&builder, "2", x, outputs: width, kernel: 1, relu: true)
      return try convBN(
        &builder, "3", x, outputs: width, kernel: 3, stride: 2, groups: width, relu: true)
    }
  }

  /// BN, 1x1, K x K depth-wise beside the small kernel, ReLU, 1x1, shortcut.
  private func largeKernelBlock(
    _ builder: inout GraphBuilder, _ input: GraphBuilder.Value, kernel: Int
  ) throws -> GraphBuilder.Value {
    let width = Int(Double(input.channels) * depthwiseRatio)
    var x = try builder.batchNorm("prelkb_bn", input)
    x = try convBN(&builder, "pw1", x, outputs: width, kernel: 1, relu: true)
    x = try builder.scope("large_kernel") { builder in
      if builder.holds("lkb_reparam.weight") {
        return try builder.convolution(
          "lkb_reparam", x, outputs: width, kernel: kernel, groups: width, bias: true)
      }
      let large = try convBN(
        &builder, "lkb_origin", x, outputs: width, kernel: kernel, groups: width)
      guard let smallKernel, smallKernel <= kernel else { return large }
      let small = try convBN(
        &builder, "small_conv", x, outputs: width, kernel: smallKernel, groups: width)
      return builder.add(large, small)
    }
    x = builder.relu(x)
    x = try convBN(&builder, "pw2", x, outputs: input.channels, kernel: 1)
    return builder.add(input, x)
  }

  /// ConvFFN: BN, 1x1, GELU, 1x1, shortcut.
  private func feedForward(
    _ builder: inout GraphBuilder, _ input: GraphBuilder.Value
  ) throws -> GraphBuilder.Value {
    var x = try builder.batchNorm("preffn_bn", input)
    x = try convBN(
      &builder, "pw1", x, outputs: input.channels * Self.hiddenRatio, kernel: 1)
    x = builder.gelu(x)
    x = try convBN(&builder, "pw2", x, outputs: input.channels, kernel: 1)
    return builder.add(input, x)
  }

  private func convBN(
    _ builder: inout GraphBuilder, _ name: String, _ input: GraphBuilder.Value, outputs: Int,
    kernel: Int, stride: Int = 1, groups: Int = 1, relu: Bool = false
  ) throws -> GraphBuilder.Value {
    try builder.scope(name) { builder in
      let convolved = try builder.convolution(
        "conv", input, outputs: outputs, kernel: kernel, stride: stride, groups: groups)
      let normalised = try builder.batchNorm("bn", convolved)
      return relu ? builder.relu(normalised) : normalised
    }
  }
}

/// The variants of the paper's tables 5 and 6 and of the released checkpoints.
extension RepLKNet {
  static let variants: [(id: String, aliases: [String], network: RepLKNet)] = [
    ("replknet-3", [], RepLKNet(kernels: [3, 3, 3, 3])),
    ("replknet-7", [], RepLKNet(kernels: [7, 7, 7, 7])),
    ("replknet-13", [], RepLKNet(kernels: [13, 13, 13, 13])),
    ("replknet-25", [], RepLKNet(kernels: [25, 25, 25, 13])),
    ("replknet-31", ["replknet-31b"], RepLKNet(kernels: [31, 29, 27, 13])),
    (
      "replknet-31l", [],
      RepLKNet(kernels: [31, 29, 27, 13], channels: [192, 384, 768, 1536])
    ),
    (
      "replknet-xl", [],
      RepLKNet(
        kernels: [27, 27, 27, 13], channels: [256, 512, 1024, 2048], smallKernel: nil,
        depthwiseRatio: 1.5, preprocessing: .half)
    ),
  ]

  var id: String {
    Self.variants.first { $0.network == self }?.id ?? freeID
  }

  private var freeID: String {
    let list = { (numbers: [Int]) in numbers.map(String.init).joined(separator: ",") }
    return "replknet:kernels=\(list(kernels)):layers=\(list(layers)):channels=\(list(channels))"
      + ":small=\(smallKernel ?? 0):dw=\(depthwiseRatio.shortText):classes=\(classes)"
  }
}

extension Double {
  /// `1.5`, and `1` rather than `1.0`.
  var shortText: String { self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)" }
}
