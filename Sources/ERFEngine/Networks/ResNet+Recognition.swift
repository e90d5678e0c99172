// Telling a ResNet by the names and shapes of a file's parameters.

extension ResNet {
  static let landmark = "conv1.weight"
  static let head = "fc"

  /// torchvision's and timm's names; stems of one 7x7 convolution, or of 3x3 as for CIFAR's pictures.
  init?(recognising weights: WeightDictionary) {
    guard let shape = weights[Self.landmark], shape.rank == 4,
      let stem = Stem(rawValue: shape[2])
    else { return nil }
    let count = weights.count("layer") - 1
    guard count > 0 else { return nil }
    let block: Block = weights["layer1.0.conv3.weight"] == nil ? .basic : .bottleneck
    // Without convolutions on the shortcuts it is a network of CIFAR's own family.
    if stem == .small, block == .basic, count == 3, weights["layer2.0.downsample.0.weight"] == nil {
      return nil
    }
    self.init(block: block, layers: [Int](repeating: 1, count: count), width: shape[0])
    self.stem = stem
    classes = weights.classes(head: Self.head) ?? (stem == .small ? 10 : 1000)
    stages = (1...count).map { stage in
      let depth = weights.count("layer\(stage).")
      let kernel = weights.kernel((0..<depth).map { "layer\(stage).\($0).conv2.weight" })
      return StageDesign(kernel: kernel ?? 3, depth: depth)
    }
  }

  /// Strides, dilations and style, which shapes do not tell.
  func adopting(_ hints: FileHints) -> ResNet {
    var network = self
    guard stages.count == 4, stem == .large else { return self }
    if let residual = hints.residual {
      if let strides = residual.strides, let dilations = residual.dilations {
        network.setStrides(strides, dilations: dilations)
      }
      network.isCaffeStyle = residual.isCaffeStyle && block == .bottleneck
    } else if hints.isDilatedSegmentation, block == .bottleneck {
      switch hints.outputStride {
      case 32: break
      case 16: network.setStrides([1, 2, 2, 1], dilations: [1, 1, 1, 2])
      default: network.setStrides([1, 2, 1, 1], dilations: [1, 1, 2, 4])
      }
    }
    return network
  }

  private mutating func setStrides(_ strides: [Int], dilations: [Int]) {
    guard strides.allSatisfy(Self.strideRange.contains),
      dilations.allSatisfy(StageDesign.dilations.contains)
    else { return }
    self.strides = strides
    for stage in stages.indices { stages[stage].dilation = dilations[stage] }
  }
}

extension CifarResNet {
  static let landmark = "conv1.weight"
  static let head = "linear"

  init?(recognising weights: WeightDictionary) {
    guard let stem = weights[Self.landmark], stem.rank == 4, stem[2] == 3,
      weights.count("layer") == 4, weights["layer1.0.downsample.0.weight"] == nil,
      weights["layer2.0.downsample.0.weight"] == nil, weights["layer1.0.conv3.weight"] == nil
    else { return nil }
    classes = weights.classes(head: Self.head) ?? 10
    stages = (1...3).map { stage in
      let depth = weights.count("layer\(stage).")
      let kernel = weights.kernel((0..<depth).map { "layer\(stage).\($0).conv2.weight" })
      return StageDesign(kernel: kernel ?? 3, depth: depth)
    }
  }
}
