/// Finding what is wrong with a request without loading weights or computing anything.
extension ERFRequest {
  /// Checks the model, the input size, the layer, the unit, that the weights' file holds the network,
  /// and that the run fits into memory.
  ///
  /// - Throws: the `ExplainedError` that computing would throw.
  public func validate() throws {
    let (network, estimate) = try shapes()
    guard estimate.bytes < ProcessMemory.machineBytes else {
      throw MemoryError(
        model: network.id, size: try inputSize(), needed: estimate.bytes,
        available: ProcessMemory.machineBytes)
    }
    try Network.requireWeights(self.network)
  }

  /// How much memory the run will take at most.
  func memoryEstimate() throws -> MemoryEstimate { try shapes().estimate }

  private func inputSize() throws -> InputSize { try NetworkInputs(images).size ?? size }

  private func shapes() throws -> (network: Network, estimate: MemoryEstimate) {
    let size = try inputSize()
    let architecture = try ModelCatalogue.architecture(of: self.network)
    let network = Network(
      shapesOf: architecture,
      graph: try architecture.graph(from: PlaceholderParameters(merged: true)))
    let tap = try network.tap(self.tap)
    let shape = try network.shape(of: tap, input: size)
    let units = try Network.checked(self.units, on: tap, shape: shape)
    let running = network.graph.droppingBatchNorms().chained()
    let estimate = MemoryEstimate(
      training: try architecture.graph(from: PlaceholderParameters()),
      plan: RegionPlan(
        running, value: running.tap(tap.name)?.value ?? running.nodes.count,
        region: keepsForward ? nil : Region(holding: units),
        shapes: try running.shapes(
          input: Shape(height: size.height, width: size.width, channels: 3))),
      keepsForward: keepsForward)
    return (network, estimate)
  }
}

extension Network {
  /// `units`, or the centre (H / 2, W / 2) of a map (N, H, W, C) where there are none.
  static func checked(_ units: [Unit], on tap: Tap, shape: Shape) throws(ModelError) -> [Unit] {
    for unit in units {
      guard (0..<shape.height).contains(unit.row) && (0..<shape.width).contains(unit.column) else {
        throw .unitOutside(
          unit, tap: tap.name, size: InputSize(height: shape.height, width: shape.width))
      }
    }
    return units.isEmpty ? [Unit(row: shape.height / 2, column: shape.width / 2)] : units
  }
}
