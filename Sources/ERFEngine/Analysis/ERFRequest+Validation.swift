/// Finding what is wrong with a request without loading weights or computing anything.
extension ERFRequest {
  /// Checks the model, the input size, the layer, the unit, that files are there to be read, and that
  /// the run fits into memory.
  ///
  /// - Throws: the `ExplainedError` that computing would throw.
  public func validate() throws {
    let inputs = try NetworkInputs(images)
    let architecture = try ModelCatalogue.architecture(of: self.network)
    let network = Network(
      shapesOf: architecture,
      graph: try architecture.graph(from: PlaceholderParameters(merged: true)))
    let tap = try network.tap(self.tap)
    let size = inputs.size ?? self.size
    let shape = try network.shape(of: tap, input: size)
    _ = try Network.checked(unit, on: tap, shape: shape)
    let estimate = MemoryEstimate(
      graph: network.graph, shapes: try network.shapes(input: size), value: tap.value)
    guard estimate.bytes < ProcessMemory.machineBytes else {
      throw MemoryError(
        model: network.id, size: size, needed: estimate.bytes,
        available: ProcessMemory.machineBytes)
    }
    if case .file(let path) = self.network.weights { _ = try Checkpoint(path: path) }
  }
}

extension Network {
  /// `unit`, or the centre (H / 2, W / 2) of a map (N, H, W, C).
  static func checked(_ unit: Unit?, on tap: Tap, shape: Shape) throws(ModelError) -> Unit {
    let unit = unit ?? Unit(row: shape.height / 2, column: shape.width / 2)
    guard unit.row >= 0 && unit.row < shape.height && unit.column >= 0 && unit.column < shape.width
    else {
      throw .unitOutside(
        unit, tap: tap.name, size: InputSize(height: shape.height, width: shape.width))
    }
    return unit
  }
}
