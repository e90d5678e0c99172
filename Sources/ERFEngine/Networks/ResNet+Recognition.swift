extension ResNet {
  static let landmark = "conv1.weight"

  /// torchvision's and timm's names; stems of one 7x7 convolution only.
  init?(recognising weights: WeightDictionary) {
    guard let stem = weights[Self.landmark], stem.rank == 4, stem[2] == 7 else { return nil }
    let count = weights.count("layer") - 1
    guard count > 0 else { return nil }
    let block: Block = weights["layer1.0.conv3.weight"] == nil ? .basic : .bottleneck
    self.block = block
    width = stem[0]
    classes = weights["fc.weight"]?.extents.first ?? 1000
    stages = (1...count).map { stage in
      let depth = weights.count("layer\(stage).")
      let kernel = weights.kernel((0..<depth).map { "layer\(stage).\($0).conv2.weight" })
      return StageDesign(kernel: kernel ?? 3, depth: depth)
    }
  }
}

extension CifarResNet {
  static let landmark = "conv1.weight"

  init?(recognising weights: WeightDictionary) {
    guard let stem = weights[Self.landmark], stem.rank == 4, stem[2] == 3,
      weights.count("layer") == 4, weights["layer1.0.downsample.0.weight"] == nil
    else { return nil }
    classes = weights["linear.weight"]?.extents.first ?? 10
    stages = (1...3).map { stage in
      let depth = weights.count("layer\(stage).")
      let kernel = weights.kernel((0..<depth).map { "layer\(stage).\($0).conv2.weight" })
      return StageDesign(kernel: kernel ?? 3, depth: depth)
    }
  }
}
