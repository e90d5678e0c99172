/// A network out of an ONNX file, for inputs of one size: what it computes, and its weights.
struct ONNXNetwork: Sendable {
  /// The file.
  let model: ONNXModel
  let blueprint: Blueprint
  /// By the keys of the blueprint's slots.
  let weights: [String: Tensor]
  let size: InputSize
  /// The picture that it takes.
  let input: ONNXInput
  /// The size that the file was exported for; nil: the file leaves it open.
  let exportedSize: InputSize?
  /// What was taken for something simpler than it is, and what cannot be shown, for people.
  let notes: [String]

  /// What keeps a value that was asked for, or else the first one, from being shown; nil: all is shown.
  let gap: ONNXGap?
  /// Modules that are layers when they are asked for by name.
  let besides: [ONNXModule]
  /// Why values that were asked for are not shown, where it is no gap.
  let refusals: [String: String]

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
    try model.requireOperatorSet()
    try model.requireData()
    let size = asked ?? input.exportedSize ?? Self.usualSize
    let isOther = input.exportedSize.map { $0 != size } ?? false
    func planned(_ size: InputSize, isOther: Bool) throws -> ONNXTaps {
      let picture = input.picture(size)
      var lowering = ONNXLowering(model, given: [input.name: .real(picture)], input: picture.memory)
      lowering.define(input.name, .real(try input.adapted(picture, &lowering)))
      try lowering.run(model.graph.nodes, cancellation)
      return ONNXTaps(
        lowering, model: model, size: size, countsBatches: !input.isSingle,
        distrustsFixedSizes: isOther)
    }
    var plan = try planned(size, isOther: isOther)
    // At another size than the exported one nothing may be lost by the size, but what nobody asks for.
    var isLost = false
    if isOther, plan.isPartial, let exported = input.exportedSize {
      isLost = plan.show(what: try planned(exported, isOther: false))
    }
    var refusals: [String: String] = [:]
    for value in values where !plan.shows(value) { refusals[value] = plan.add(value) }
    let isEnough = !isLost || !values.isEmpty && values.allSatisfy(plan.shows)
    if plan.stages.isEmpty, isEnough, !values.isEmpty { plan.takeLastOther() }
    guard !plan.stages.isEmpty, isEnough, !(plan.isPartial && plan.hasNoLayers) else {
      throw Self.refusal(model, plan.lowering, input, size, isOther: isOther)
    }
    besides = plan.besides
    try plan.arrange()
    let built = plan.blueprint()
    blueprint = built.blueprint
    weights = built.weights
    self.model = model
    self.size = size
    self.input = input
    self.refusals = refusals
    exportedSize = input.exportedSize
    gap = values.lazy.compactMap(plan.lowering.gap).first ?? plan.lowering.firstGap
    notes = model.notes + plan.lowering.notes + plan.gaps + plan.guesses
  }

  /// Why there is nothing to show.
  private static func refusal(
    _ model: ONNXModel, _ lowering: ONNXLowering, _ input: ONNXInput, _ size: InputSize,
    isOther: Bool
  ) -> ONNXError {
    let isUnknown = lowering.sizeBound.isEmpty && lowering.firstGap?.unknown != nil
    if isOther, !isUnknown, let exported = input.exportedSize {
      return .fixedSize(
        path: model.path, exported: "\(exported.height)x\(exported.width)",
        asked: "\(size.height)x\(size.width)",
        example: "1, \(input.channels), \(size.height), \(size.width)",
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
      path: model.path, operators: lowering.unknownOperators, node: gap.node,
      isDefined: lowering.unknownOperators.contains(where: model.functions.contains))
  }
}

/// A module of an exported graph that can be shown.
struct ONNXModule: Sendable, Equatable {
  /// As `--tap` takes it.
  let name: String
  /// Channels, rows, columns.
  let output: [Int]

  /// More are not told of.
  static let most = 4096
}

extension ONNXNetwork: ParameterSource {
  func parameter(_ slot: Slot) throws -> Tensor {
    guard let tensor = weights[slot.key] else {
      preconditionFailure("\(slot.key) is not a weight of the graph")
    }
    return tensor
  }
}
