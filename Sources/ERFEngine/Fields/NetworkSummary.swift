/// What a network costs and sees, by block and stage: the numbers of the paper's Table 5.
///
/// Parameters are those of the inference form, kernels merged and batch norms folded: every
/// convolution's weights and one bias a channel, plus the head. Multiply-adds are those of the
/// convolutions, counting every tap; the table leaves the head's out, and so does the total here. Of an
/// exported graph all are counted, and each operator belongs to the first row that needs it.
public struct NetworkSummary: Sendable, Encodable, Equatable {
  public struct Row: Sendable, Encodable, Equatable {
    /// What it is to the network.
    public enum Part: Sendable { case stem, block, transition, stage }

    private enum CodingKeys: CodingKey {
      case name, isStage, output, parameters, multiplyAdds, receptiveField, seesWholeInput, stride
    }

    /// `stages.0.blocks.1`, `stage1`, ...
    public let name: String
    public let part: Part
    /// Whether this sums up the blocks since the stage before.
    public let isStage: Bool
    /// Output (C, H, W) of one image.
    public let output: [Int]
    public let parameters: Int
    public let multiplyAdds: Int
    /// Side in input pixels of what one unit can be reached from, the largest of all units; nil: the whole
    /// input, or it is not known.
    public let receptiveField: Int?
    /// Whether a unit can be reached from the whole input, whatever its size.
    public let seesWholeInput: Bool
    /// Input pixels between neighbouring units; nil where only one unit is left, or they are no whole number.
    public let stride: MapStride?
  }

  /// A module of an exported graph that has no row and can be tapped.
  public struct Module: Sendable, Encodable, Equatable {
    /// As `--tap` takes it.
    public let name: String
    /// Output (C, H, W) of one image.
    public let output: [Int]
    /// Input pixels between neighbouring units; nil where only one unit is left, or it is not known.
    public let stride: MapStride?
  }

  public let model: String
  /// Height and width.
  public let input: [Int]
  public let rows: [Row]
  /// Nil for built-in networks.
  public private(set) var modules: [Module]?
  /// Of the inference form.
  public let parameters: Int
  /// Of the convolutions; of an exported graph those of all layers.
  public let multiplyAdds: Int
  /// Whether `multiplyAdds` are all.
  public let countsAll: Bool
  /// Of the training form: with batch norms' scales and shifts, and parallel branches apart.
  public let trainingParameters: Int
  /// Theoretical receptive field and stride of the last stage.
  public let receptiveField: Int?
  /// Whether a unit of the last stage can be reached from the whole input, whatever its size.
  public let seesWholeInput: Bool
  public let stride: MapStride?
  /// Of `parameters`, those of a built-in network's classifier; 0 where it has none.
  public var classifierParameters: Int {
    rows.first { $0.name == BlueprintBuilder.headBlock }?.parameters ?? 0
  }
  /// Which kernel weights this input meets pixels with.
  public let kernelReach: KernelReach
  /// What there is to know of the file that the network is from; nil: nothing.
  public var notes: [String]?

  /// - Parameter hasClassifier: false: as it is without its classifier.
  /// - Throws: `ModelError` for an id that names no network and for an input that is too small.
  public init(model id: String, size: InputSize, hasClassifier: Bool = true) throws {
    let spec =
      NetworkSpec.isEditedExport(id)
      ? try NetworkSpec(editedExport: id) : NetworkSpec(model: id, weights: .random(seed: 0))
    try self.init(spec, size: size, hasClassifier: hasClassifier)
  }

  /// Of the network that `spec` names, edits included: weights, unless they are all that tells which
  /// network it is, are not looked at.
  ///
  /// - Parameter hasClassifier: false: as a network of the catalogue is without its classifier.
  /// - Throws: `ModelError`, `EditError`, `CancellationError`, and for an exported graph what reading it
  ///   throws.
  public init(
    _ spec: NetworkSpec, size: InputSize, hasClassifier: Bool = true,
    cancellation: Cancellation = Cancellation()
  ) throws {
    guard case .catalogue(let id) = spec.source else {
      try self.init(
        OpenedNetwork(spec.bound(to: size), cancellation: cancellation), size: size)
      return
    }
    let architecture = try ModelCatalogue.architecture(id).edited(by: spec.edits)
    let blueprint = architecture.blueprint(hasClassifier ? .usual : .headless)
    try self.init(
      blueprint, running: blueprint.inferenceForm(), model: architecture.id, size: size)
  }

  /// Of a network that is open.
  public init(_ network: OpenedNetwork, size: InputSize) throws {
    try self.init(
      network.blueprint, running: network.layers, model: network.id, size: size,
      isExported: network.spec.exportedGraph != nil)
    guard network.spec.exportedGraph != nil else { return }
    let strides = try ModuleStrides(network, size: size)
    modules = network.besides.map { module in
      Module(name: module.name, output: module.output, stride: strides.stride(of: module))
    }
  }

  /// - Parameter running: the inference form of `training`.
  private init(
    _ training: Blueprint, running blueprint: Blueprint, model id: String, size: InputSize,
    isExported: Bool = false
  ) throws {
    let shapes = try blueprint.shapes(input: blueprint.inputShape(size))
    let fields = blueprint.receptiveFields()
    let theory = blueprint.theory(shapes, windows: fields)
    let spacings = isExported ? blueprint.unitSpacings(shapes) : nil
    guard let last = blueprint.stages.last else { preconditionFailure("networks have stages") }
    try blueprint.requireSize(size, for: last, model: id)
    let owners = isExported ? blueprint.firstTaps : blueprint.nodes.map(\.block)
    var rows: [Row] = []
    var stageParameters = 0
    var stageMultiplyAdds = 0
    for tap in blueprint.taps where tap.kind != .logits {
      var parameters = 0
      var multiplyAdds = 0
      if tap.kind == .block {
        for (index, node) in blueprint.nodes.enumerated() where owners[index] == tap.name {
          parameters += node.op.foldedParameterCount
          multiplyAdds += node.op.multiplyAdds(
            inputs: node.inputs.map { shapes[$0] }, output: shapes[Blueprint.value(of: index)])
        }
        stageParameters += parameters
        stageMultiplyAdds += multiplyAdds
      } else {
        (parameters, multiplyAdds) = (stageParameters, stageMultiplyAdds)
        (stageParameters, stageMultiplyAdds) = (0, 0)
      }
      let shape = shapes[tap.value]
      let map = tap.grid.size(of: shape)
      let field = theory[tap.value]
      rows.append(
        Row(
          name: tap.name, part: blueprint.part(tap), isStage: tap.kind == .stage,
          output: [shape.channels, map.height, map.width], parameters: parameters,
          multiplyAdds: multiplyAdds, receptiveField: field.side,
          seesWholeInput: field == .wholeInput,
          stride: fields[tap.value].map { MapStride(rows: $0.stride, columns: $0.stride) }
            ?? spacings?[tap.value].stride(of: map)))
    }
    kernelReach = try KernelReach(blueprint, size: size)
    model = id
    input = [size.height, size.width]
    self.rows = rows
    parameters = rows.filter { !$0.isStage }.reduce(0) { $0 + $1.parameters }
    multiplyAdds = blueprint.nodes.enumerated().reduce(0) { sum, entry in
      let (index, node) = entry
      guard isExported || !(node.op is Linear) else { return sum }
      return sum
        + node.op.multiplyAdds(
          inputs: node.inputs.map { shapes[$0] }, output: shapes[Blueprint.value(of: index)])
    }
    countsAll = isExported
    trainingParameters = training.nodes.reduce(0) { $0 + $1.op.learntParameterCount }
    let lastStage = rows.last { $0.isStage }
    receptiveField = lastStage?.receptiveField
    seesWholeInput = lastStage?.seesWholeInput ?? false
    stride = lastStage?.stride
  }
}

extension Blueprint {
  fileprivate func part(_ tap: Tap) -> NetworkSummary.Row.Part {
    guard tap.kind == .block else { return .stage }
    switch nodes.first(where: { $0.block == tap.name })?.role {
    case .stem: return .stem
    case .transition: return .transition
    default: return .block
    }
  }

  /// For each node the first row that needs it, in the order in which rows are listed, behind the last
  /// stage in that in which they are computed.
  fileprivate var firstTaps: [String] {
    let blocks = taps.filter { $0.kind != .logits }
    let end = (blocks.lastIndex { $0.kind == .stage } ?? -1) + 1
    let listed = blocks[..<end].filter { $0.kind == .block }
    var names = [String](repeating: "", count: nodes.count)
    for tap in listed + blocks[end...].sorted(by: { $0.value < $1.value }) {
      var open = [tap.value]
      while let value = open.popLast() {
        guard let index = Blueprint.node(of: value), names[index].isEmpty else { continue }
        names[index] = tap.name
        open += nodes[index].inputs
      }
    }
    return names
  }

  /// What a unit of each value, of taps at least, can be reached from.
  ///
  /// - Parameters:
  ///   - shapes: of all values.
  ///   - windows: the `receptiveFields`.
  fileprivate func theory(
    _ shapes: [Shape], windows: [(side: Int, stride: Int)?]
  ) -> [TheoreticalField] {
    let told = windows.map { window in window.map { TheoreticalField.side($0.side) } }
    // Of built-in networks, and most others, one rule tells all.
    guard taps.contains(where: { told[$0.value] == nil }) else {
      return told.map { $0 ?? .unknown }
    }
    return zip(told, theoreticalFields(shapes)).map { $0 ?? $1 }
  }

  /// Side and stride, in input pixels, of the window that one unit of each value can be reached
  /// from; nil once a value sees everything, or no single window tells.
  func receptiveFields() -> [(side: Int, stride: Int)?] {
    var fields: [(side: Int, stride: Int)?] = [(1, 1)]
    for node in nodes {
      let inputs = node.inputs.map { fields[$0] }
      guard let (extent, stride) = node.op.reach, inputs.allSatisfy({ $0 != nil })
      else {
        fields.append(nil)
        continue
      }
      let known = inputs.compactMap { $0 }
      let step = known.map(\.stride).max() ?? 1
      let side = known.map(\.side).max() ?? 1
      fields.append(Self.field(side, step, through: extent, stride))
    }
    return fields
  }

  /// Wider than any input: what would see more sees everything.
  static let widest = 1 << 20

  /// nil: it is wider than any input, as those of graphs that nobody trained may be.
  private static func field(
    _ side: Int, _ step: Int, through extent: Int, _ stride: Int
  ) -> (side: Int, stride: Int)? {
    // Side and step are no wider, so that products have room.
    guard extent <= widest, stride <= widest else { return nil }
    let field = (side: side + (extent - 1) * step, stride: step * stride)
    return field.side <= widest && field.stride <= widest ? field : nil
  }
}

extension Blueprint {
  /// Inputs smaller than the stride of a tap would leave it less than one whole unit.
  func requireSize(_ size: InputSize, for tap: Tap, model: String) throws(ModelError) {
    guard let stride = receptiveFields()[tap.value]?.stride else { return }
    guard size.height >= stride && size.width >= stride else {
      throw .inputTooSmall(model: model, size: size, tap: tap.name, minimum: stride)
    }
  }
}
