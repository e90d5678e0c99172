/// Finding what is wrong with a request without loading weights or computing anything.
extension ERFRequest {
  /// Checks the model, the input size, the layer, the unit, and that files are there to be read.
  ///
  /// - Throws: the `ExplainedError` that computing would throw.
  public func validate() throws {
    let inputs = try NetworkInputs(images)
    let architecture = try ModelCatalogue.architecture(model)
    let network = Network(
      shapesOf: architecture, graph: try architecture.graph(from: PlaceholderParameters()))
    let tap = try network.tap(self.tap)
    let shape = try network.shape(of: tap, input: inputs.size ?? size)
    _ = try Network.checked(unit, on: tap, shape: shape)
    if case .file(let path) = weights { _ = try Safetensors(path: path) }
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
