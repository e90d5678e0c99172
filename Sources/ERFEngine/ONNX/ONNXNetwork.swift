/// A network out of an ONNX file, for inputs of one size: what it computes, and its weights.
struct ONNXNetwork: Sendable {
  let blueprint: Blueprint
  /// By the keys of the blueprint's slots.
  let weights: [String: Tensor]
  let size: InputSize
  /// The size that the file was exported for; nil: the file leaves it open.
  let exportedSize: InputSize?
  /// What was taken for something simpler than it is, and what cannot be shown, for people.
  let notes: [String]

  /// What it takes where no size is asked for.
  var ownSize: InputSize { exportedSize ?? Self.usualSize }

  /// Where nothing says otherwise.
  static let usualSize = InputSize(height: 224, width: 224)

  /// - Parameters:
  ///   - size: nil: the one that the file was exported for, or 224x224.
  ///   - values: names of values, as the file calls them, to be tapped besides.
  /// - Throws: `ONNXError`, `CheckpointError`, `CancellationError`.
  init(
    _ model: ONNXModel, size asked: InputSize? = nil, values: [String] = [],
    cancellation: Cancellation = Cancellation()
  ) throws {
    let input = try ONNXInput(model)
    try model.requireData()
    let size = asked ?? input.exportedSize ?? Self.usualSize
    let picture = input.picture(size)
    var lowering = ONNXLowering(model, given: [input.name: .real(picture)], input: picture.memory)
    lowering.define(input.name, .real(try input.adapted(picture, &lowering)))
    try lowering.run(model.graph.nodes, cancellation)
    let isOther = input.exportedSize.map { $0 != size } ?? false
    var plan = ONNXTaps(lowering, model: model, size: size, distrustsFixedSizes: isOther)
    // At another size than the exported one, nothing may be lost by the size.
    let isLost = isOther && plan.isPartial && lowering.firstGap?.unknown == nil
    if plan.stages.isEmpty || isLost {
      throw Self.refusal(model, lowering, input, size, isOther: isOther)
    }
    plan.add(values: values)
    try plan.arrange()
    let built = plan.blueprint()
    blueprint = built.blueprint
    weights = built.weights
    self.size = size
    exportedSize = input.exportedSize
    notes = plan.lowering.notes + plan.gaps
  }

  /// Why there is nothing to show.
  private static func refusal(
    _ model: ONNXModel, _ lowering: ONNXLowering, _ input: ONNXInput, _ size: InputSize,
    isOther: Bool
  ) -> ONNXError {
    if isOther, let exported = input.exportedSize {
      return .fixedSize(
        path: model.path, exported: "\(exported.height)x\(exported.width)",
        asked: "\(size.height)x\(size.width)",
        reason: lowering.sizeBound.first.map { "\($0) names extents of that size" }
          ?? lowering.firstGap.map { "\($0.node) \($0.reason)" } ?? "its shapes are fixed")
    }
    guard let gap = lowering.firstGap else {
      return .unsupported(path: model.path, reason: "it has no layers over the pixels of a picture")
    }
    guard gap.unknown != nil else {
      return .badNode(path: model.path, node: gap.node, reason: gap.reason)
    }
    return .unknownOperators(
      path: model.path, operators: lowering.unknownOperators, node: gap.node, reachable: nil)
  }
}

extension ONNXNetwork: ParameterSource {
  func parameter(_ slot: Slot) throws -> Tensor {
    guard let tensor = weights[slot.key] else {
      preconditionFailure("\(slot.key) is not a weight of the graph")
    }
    return tensor
  }
}

/// The picture among a graph's inputs.
struct ONNXInput: Sendable {
  let name: String
  let channels: Int
  /// Whether channels come last in the file's order.
  private let isChannelsLast: Bool
  /// nil: the file leaves it open.
  let exportedSize: InputSize?

  init(_ model: ONNXModel) throws(ONNXError) {
    // Older files list weights among the inputs.
    let inputs = model.graph.inputs.filter { model.graph.initializers[$0.name] == nil }
    guard let input = inputs.first(where: { $0.shape?.count ?? 4 == 4 }) else {
      throw .unsupported(path: model.path, reason: "it has no input of pictures (1, 3, H, W)")
    }
    name = input.name
    let shape = input.shape ?? [.fixed(1), .fixed(3), .free("H"), .free("W")]
    func extent(_ axis: Int) -> Int? {
      if case .fixed(let extent) = shape[axis] { extent } else { nil }
    }
    let counts = [3, 1, 4]
    func isChannels(_ axis: Int) -> Bool { extent(axis).map(counts.contains) ?? false }
    isChannelsLast = !isChannels(1) && isChannels(3)
    let axes =
      isChannelsLast ? (channels: 3, rows: 1, columns: 2) : (channels: 1, rows: 2, columns: 3)
    channels = extent(axes.channels) ?? 3
    let sides = [extent(axes.rows), extent(axes.columns)].compactMap { $0 }
    guard counts.contains(channels), (extent(0) ?? 1) == 1, sides.allSatisfy({ $0 <= 1 << 14 })
    else {
      throw .unsupported(
        path: model.path,
        reason: "its input is \(shape.map(\.text).joined(separator: "x")), not one picture "
          + "(1, 3, H, W): export it with torch.onnx.export(model, (torch.zeros(1, 3, H, W),), "
          + "\"m.onnx\")")
    }
    if let height = extent(axes.rows), let width = extent(axes.columns) {
      exportedSize = InputSize(height: height, width: width)
    } else {
      exportedSize = nil
    }
  }

  /// The value 0: a picture (1, H, W, 3), counted in the file's order of axes.
  func picture(_ size: InputSize) -> ONNXData {
    isChannelsLast
      ? ONNXData(.value(0), shape: [1, size.height, size.width, 3])
      : ONNXData(
        .value(0), shape: [1, 3, size.height, size.width], order: ONNXData.channelsLast(4))
  }

  /// What the graph gets of a picture: the mean of the colours where it takes grey ones, and zeros as a
  /// fourth channel.
  func adapted(_ picture: ONNXData, _ lowering: inout ONNXLowering) throws -> ONNXData {
    let axis = isChannelsLast ? 3 : 1
    switch channels {
    case 1: return try lowering.reduced(picture, .mean, [axis], keeps: true)
    case 4: return try lowering.selected(picture, [axis: [0, 1, 2, -1]], summary: "opaque")
    default: return picture
    }
  }
}

extension ONNXValueInfo.Extent {
  fileprivate var text: String {
    switch self {
    case .fixed(let extent): "\(extent)"
    case .free(let name): name.isEmpty ? "?" : name
    }
  }
}
