/// The CIFAR ResNets (He et al. 2016, section 4.2) of depth 6n + 2, with the parameter-free shortcut
/// of option A and the parameter names of the widely shared checkpoints.
struct CifarResNet: Architecture, Equatable {
  var depth: Int
  var classes = 10

  static let depths = [20, 32, 44, 56, 110]

  var id: String {
    if classes == 10 && Self.depths.contains(depth) { return "resnet\(depth)-cifar" }
    return "resnet-cifar:depth=\(depth):classes=\(classes)"
  }

  var initialization: Initialization { .heFanIn }
  var preprocessing: Preprocessing { .imageNet }

  func build(_ builder: inout GraphBuilder) throws {
    let input = builder.input
    var x = try builder.block("stem") { builder in
      try builder.atTopLevel { builder in
        let x = try builder.convolution("conv1", input, outputs: 16, kernel: 3)
        return builder.relu(try builder.batchNorm("bn1", x))
      }
    }
    for (stage, planes) in [16, 32, 64].enumerated() {
      for index in 0..<(depth - 2) / 6 {
        x = try builder.block("layer\(stage + 1).\(index)") { builder in
          try residual(
            &builder, x, planes: planes, stride: stage > 0 && index == 0 ? 2 : 1)
        }
      }
      builder.endStage(stage + 1, x)
    }
    let logits = try builder.block("head") { builder in
      let features = x
      return try builder.atTopLevel { builder in
        let pooled = builder.globalAverage(features)
        return try builder.linear("linear", pooled, outputs: classes)
      }
    }
    builder.endLogits(logits)
  }

  private func residual(
    _ builder: inout GraphBuilder, _ input: GraphBuilder.Value, planes: Int, stride: Int
  ) throws -> GraphBuilder.Value {
    var shortcut = input
    if stride != 1 || input.channels != planes {
      shortcut = builder.subsample(input, stride: stride, extra: planes - input.channels)
    }
    var x = try builder.convolution("conv1", input, outputs: planes, kernel: 3, stride: stride)
    x = builder.relu(try builder.batchNorm("bn1", x))
    x = try builder.convolution("conv2", x, outputs: planes, kernel: 3)
    x = try builder.batchNorm("bn2", x)
    return builder.relu(builder.add(shortcut, x))
  }
}
