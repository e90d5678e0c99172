// The strides of modules of an exported graph that have no row: no tap says which value is theirs.

/// Strides of modules by the layers that lie in them.
struct ModuleStrides {
  private let shapes: [Shape]
  private let spacings: [UnitSpacing]
  /// Values by the modules that they are computed in.
  private var values: [String: [Int]] = [:]
  /// Of all maps by their sizes.
  private var strides: [InputSize: Set<MapStride>] = [:]

  /// - Throws: `LayerError` for an input that is too small.
  init(_ network: OpenedNetwork, size: InputSize) throws {
    let blueprint = network.layers
    shapes = try blueprint.shapes(input: blueprint.inputShape(size))
    spacings = blueprint.unitSpacings(shapes)
    let wanted = Set(network.besides.map { Self.path(of: $0) })
    let lengths = Set(wanted.map(\.utf8.count))
    for (index, node) in blueprint.nodes.enumerated() {
      let value = Blueprint.value(of: index)
      let shape = shapes[value]
      if shape.isMap {
        let map = InputSize(height: shape.height, width: shape.width)
        if let stride = spacings[value].stride(of: map) {
          strides[map, default: []].insert(stride)
        }
      }
      var scope = node.scope[...]
      while true {
        // Of a hostile file's long name no other beginning is copied.
        if lengths.contains(scope.utf8.count), wanted.contains(String(scope)) {
          values[String(scope), default: []].append(value)
        }
        guard let dot = scope.lastIndex(of: ".") else { break }
        scope = scope[..<dot]
      }
    }
  }

  private static func path(of module: ONNXModule) -> String {
    module.name.removing(ONNXTaps.modulePrefix) ?? module.name
  }

  /// nil: only one unit is left, or layers of the module's size are not all as far apart.
  func stride(of module: ONNXModule) -> MapStride? {
    let map = InputSize(height: module.output[1], width: module.output[2])
    let inner = values[Self.path(of: module)] ?? []
    let same = inner.filter { value in
      let shape = shapes[value]
      return shape.isMap && [shape.channels, shape.height, shape.width] == module.output
    }
    let own = Set((same.isEmpty ? inner : same).compactMap { spacings[$0].stride(of: map) })
    let found = own.count == 1 ? own : strides[map] ?? []
    return found.count == 1 ? found.first : nil
  }
}
