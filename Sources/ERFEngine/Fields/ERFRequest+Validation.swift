/// Finding out what is wrong with a request before any numbers are read or computed.
extension ERFRequest {
  /// Checks the model, the input size, the layer, the unit, that the weights' file holds the network,
  /// and that the run fits into memory.
  ///
  /// - Throws: the `ExplainedError` that computing would throw.
  public func validate() throws { _ = try validated() }

  /// The same, with what was opened for it: computing goes on with that.
  ///
  /// - Parameter open: opens its network, or has it open already.
  public func validated(
    opening open: (NetworkSpec) throws -> OpenedNetwork = { try OpenedNetwork($0) }
  ) throws -> ValidatedRequest {
    WorkCount.note(.validation)
    try PrecisionError.require(precision)
    let opened = try openedNetwork(open)
    try NetworkInputs(images).requireChannels(for: opened.preprocessing)
    try requireMemory(opened)
    if tap == "logits" { try opened.requireClassifier() } else { try opened.requireWeights() }
    return ValidatedRequest(request: self, network: opened)
  }

  fileprivate func requireMemory(_ opened: OpenedNetwork) throws {
    let estimate = try memoryEstimate(of: opened)
    let size = try inputSize()
    try MemoryError.require(
      estimate.bytes + NetworkInputs(images).heldBytes, code: estimate.codeBytes,
      for: "\(opened.id) at \(size.height)x\(size.width)",
      advice: "choose a smaller input or network")
  }

  /// How much memory the run will take at most.
  func memoryEstimate() throws -> MemoryEstimate {
    try memoryEstimate(of: openedNetwork { try OpenedNetwork($0) })
  }

  /// The network with the layer that is asked for: of an exported graph any value by the name that the
  /// file has for it.
  private func openedNetwork(
    _ open: (NetworkSpec) throws -> OpenedNetwork
  ) throws -> OpenedNetwork {
    let network = try boundNetwork()
    guard network.exportedGraph != nil, let tap else { return try open(network) }
    var showing = network
    showing.exportedValue = tap
    do {
      let opened = try open(network)
      return opened.layers.tap(tap) == nil ? try open(showing) : opened
    } catch ONNXError.fixedSize {
      // The layer may stand before what fixes the size.
      return try open(showing)
    }
  }

  /// The network for inputs of the size that will be run.
  func boundNetwork() throws -> NetworkSpec {
    network.exportedGraph == nil ? network : network.bound(to: try inputSize())
  }

  private func inputSize() throws -> InputSize { try NetworkInputs(images).size ?? size }

  /// - Parameter isWhole: whether the map is computed whole, not only where the units' fields lie.
  func memoryEstimate(of network: OpenedNetwork, isWhole: Bool = false) throws -> MemoryEstimate {
    let size = try inputSize()
    let layers = network.layers
    let tap = try network.tap(self.tap)
    let shape = try layers.shape(of: tap, input: size, model: network.id)
    let units = try tap.checked(self.units, shape: shape)
    let running = layers.chained()
    let value = running.tap(tap.name)?.value ?? running.nodes.count
    let shapes = try running.upTo(value).shapes(input: running.inputShape(size))
    let region = keepsForward || isWhole ? nil : tap.grid.region(holding: units)
    return MemoryEstimate(
      network.blueprint,
      plan: RegionPlan(running, value: value, region: region, shapes: shapes),
      keepsForward: keepsForward)
  }
}

/// A request that can be carried out, with its network open.
public struct ValidatedRequest: Sendable {
  public let request: ERFRequest
  public let network: OpenedNetwork
}

extension ValidatedRequest {
  /// Checks once more that the run fits into memory, beside what was opened since.
  ///
  /// - Throws: `MemoryError`.
  public func requireMemory() throws { try request.requireMemory(network) }

  /// What an export of this request tells of it, known before anything is computed: the size of the
  /// input, the layer, its units, and the names of the images.
  ///
  /// - Throws: what validating throws.
  public func subject() throws -> (
    input: InputSize, tap: String, units: [Unit], images: [String]
  ) {
    let inputs = try request.inputs()
    let input = inputs.size ?? request.size
    let layers = network.layers
    let tap = try layers.tap(request.tap, of: network.id)
    let shape = try layers.shape(of: tap, input: input, model: network.id)
    return (
      input, tap.name, try tap.checked(request.units, shape: shape),
      (0..<inputs.count).map(inputs.name)
    )
  }
}

extension OpenedNetwork {
  /// The tap `name`; nil: the last stage.
  ///
  /// - Throws: `ModelError.unknownTap`; of a graph some of which is lost, `ONNXError.lostLayer`.
  func tap(_ name: String?) throws -> Tap {
    if let name, let path = spec.exportedGraph, let reason = refusals[name] {
      throw ONNXError.noLayer(
        path: path, layer: name, reason: reason, layers: layers.taps.map(\.name))
    }
    if let name, let path = spec.exportedGraph, let gap, layers.tap(name) == nil {
      throw ONNXError.lostLayer(
        path: path, layer: name, node: gap.node, reason: gap.reason,
        layers: layers.taps.map(\.name))
    }
    return try layers.tap(name, of: id)
  }
}

extension Tap {
  /// `units`, or the centre (H / 2, W / 2) of the grid over a value of shape `shape` where there are
  /// none.
  func checked(_ units: [Unit], shape: Shape) throws(ModelError) -> [Unit] {
    let size = grid.size(of: shape)
    for unit in units {
      guard (0..<size.height).contains(unit.row) && (0..<size.width).contains(unit.column) else {
        throw .unitOutside(unit, tap: name, size: size)
      }
    }
    return units.isEmpty ? [Unit(row: size.height / 2, column: size.width / 2)] : units
  }
}
