/// The CIFAR ResNets (He et al. 2016, section 4.2) of depth 6n + 2, with the parameter-free shortcut
/// of option A and the parameter names of the widely shared checkpoints.
struct CifarResNet: Architecture, Equatable {
  /// Three, of as many blocks each in the paper.
  var stages: [StageDesign]
  var classes = 10

  init(depth: Int, classes: Int = 10) {
    stages = [StageDesign](
      repeating: StageDesign(kernel: 3, depth: (depth - 2) / 6), count: Self.planes.count)
    self.classes = classes
  }

  /// Width of each stage.
  private static let planes = [16, 32, 64]

  var initialization: Initialization { .heFanIn }
  var preprocessing: Preprocessing { .imageNet }
  var evaluation: Evaluation { Evaluation(side: 32, shorterSide: nil, filter: .bilinear) }

  func build(_ builder: inout BlueprintBuilder) {
    let input = builder.input
    var x = builder.block("stem", role: .stem) { builder in
      builder.atTopLevel { builder in
        let x = builder.convolution("conv1", input, outputs: 16, kernel: 3)
        return builder.relu(builder.batchNorm("bn1", x))
      }
    }
    for (stage, planes) in Self.planes.enumerated() {
      for index in 0..<stages[stage].depth {
        x = builder.block("layer\(stage + 1).\(index)") { builder in
          residual(
            &builder, x, planes: planes, stride: stage > 0 && index == 0 ? 2 : 1,
            design: stages[stage])
        }
      }
      builder.endStage(stage + 1, x)
    }
    builder.classifier("linear.weight") {
      $0.linear("linear", $0.globalAverage(x), outputs: classes)
    }
  }

  private func residual(
    _ builder: inout BlueprintBuilder, _ input: BlueprintBuilder.Value, planes: Int, stride: Int,
    design: StageDesign
  ) -> BlueprintBuilder.Value {
    var shortcut = input
    if design.hasShortcuts, stride != 1 || input.channels != planes {
      shortcut = builder.subsample(input, stride: stride, extra: planes - input.channels)
    }
    var x = builder.convolution(
      "conv1", input, outputs: planes, kernel: design.kernel, stride: stride,
      dilation: design.dilation)
    x = builder.relu(builder.batchNorm("bn1", x))
    x = builder.convolution(
      "conv2", x, outputs: planes, kernel: design.kernel, dilation: design.dilation)
    x = builder.batchNorm("bn2", x)
    return builder.relu(design.hasShortcuts ? builder.add(shortcut, x) : x)
  }
}

/// The depths that papers compare, and all others.
extension CifarResNet {
  static let classNames = ClassNames.cifar10
  static let family = "resnet-cifar"
  static let freeForm = "resnet-cifar:depth=20:kernels=3:dilation=1:shortcuts=1:classes=10"
  static let openFields: Set<StageField> = [.kernel, .dilation, .shortcuts, .depth]

  static let variants: [(ids: [String], network: CifarResNet)] =
    [20, 32, 44, 56, 110].map { (["resnet\($0)-cifar"], CifarResNet(depth: $0)) }

  var id: String { variantID ?? freeID }

  var freeID: String {
    let depths = stages.map(\.depth)
    let depth =
      Set(depths).count == 1 ? "depth=\(6 * depths[0] + 2)" : "layers=\(depths.listText)"
    return "resnet-cifar:\(depth)\(stages.kernelField)\(stages.unusualFields):classes=\(classes)"
  }

  init(_ fields: inout FieldParser) throws(ModelError) {
    let depth = try fields.number("depth", 8...1202, default: 20)
    guard (depth - 2) % 6 == 0 else {
      throw .badValue(
        id: fields.id, field: "depth", value: "\(depth)", expected: "6n + 2, such as 20 or 56")
    }
    let usual = [Int](repeating: (depth - 2) / 6, count: Self.planes.count)
    let depths = try fields.list("layers", StageDesign.depths, default: usual, counts: 3...3)
    stages = try fields.stages(depths: depths)
    classes = try fields.number("classes", 1...100_000, default: 10)
  }
}
