/// ResNet with torchvision's parameter names; bottlenecks put the stride on the 3x3 convolution.
struct ResNet: Architecture, Equatable {
  enum Block: String, Sendable, CaseIterable {
    case basic, bottleneck

    /// Channels a block puts out over its planes.
    var expansion: Int { self == .basic ? 1 : 4 }
  }

  var block: Block
  /// Blocks a stage.
  var layers: [Int]
  /// Planes of the first stage; each stage doubles them.
  var width = 64
  var classes = 1000

  /// He et al. 2016, table 1.
  static let variants: [(id: String, network: ResNet)] = [
    ("resnet-18", ResNet(block: .basic, layers: [2, 2, 2, 2])),
    ("resnet-34", ResNet(block: .basic, layers: [3, 4, 6, 3])),
    ("resnet-50", ResNet(block: .bottleneck, layers: [3, 4, 6, 3])),
    ("resnet-101", ResNet(block: .bottleneck, layers: [3, 4, 23, 3])),
    ("resnet-152", ResNet(block: .bottleneck, layers: [3, 8, 36, 3])),
  ]

  var id: String {
    Self.variants.first { $0.network == self }?.id
      ?? "resnet:block=\(block.rawValue):layers="
      + layers.map(String.init).joined(separator: ",") + ":width=\(width):classes=\(classes)"
  }

  var initialization: Initialization { .heFanOut }
  var preprocessing: Preprocessing { .imageNet }

  func build(_ builder: inout GraphBuilder) throws {
    let input = builder.input
    var x = try builder.block("stem") { builder in
      let width = width
      // The stem's layers stand at the top of the module tree.
      return try builder.atTopLevel { builder in
        var x = try builder.convolution("conv1", input, outputs: width, kernel: 7, stride: 2)
        x = try builder.batchNorm("bn1", x)
        return builder.maxPool(builder.relu(x), kernel: 3, stride: 2, padding: 1)
      }
    }
    for (stage, depth) in layers.enumerated() {
      for index in 0..<depth {
        x = try builder.block("layer\(stage + 1).\(index)") { builder in
          try residual(
            &builder, x, planes: width << stage, stride: stage > 0 && index == 0 ? 2 : 1)
        }
      }
      builder.endStage(stage + 1, x)
    }
    let logits = try builder.block("head") { builder in
      let features = x
      return try builder.atTopLevel { builder in
        let pooled = builder.globalAverage(features)
        return try builder.linear("fc", pooled, outputs: classes)
      }
    }
    builder.endLogits(logits)
  }

  private func residual(
    _ builder: inout GraphBuilder, _ input: GraphBuilder.Value, planes: Int, stride: Int
  ) throws -> GraphBuilder.Value {
    let outputs = planes * block.expansion
    var shortcut = input
    if stride != 1 || input.channels != outputs {
      shortcut = try builder.scope("downsample") { builder in
        let x = try builder.convolution("0", input, outputs: outputs, kernel: 1, stride: stride)
        return try builder.batchNorm("1", x)
      }
    }
    let convolutions: [(outputs: Int, kernel: Int, stride: Int)] =
      block == .basic
      ? [(planes, 3, stride), (planes, 3, 1)]
      : [(planes, 1, 1), (planes, 3, stride), (outputs, 1, 1)]
    var x = input
    for (index, layer) in convolutions.enumerated() {
      x = try builder.convolution(
        "conv\(index + 1)", x, outputs: layer.outputs, kernel: layer.kernel,
        stride: layer.stride)
      x = try builder.batchNorm("bn\(index + 1)", x)
      if index + 1 < convolutions.count { x = builder.relu(x) }
    }
    return builder.relu(builder.add(shortcut, x))
  }
}
