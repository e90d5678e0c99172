// How far apart the units of a layer are in the input.

/// Input pixels between neighbouring units of a layer's map.
public struct MapStride: Sendable, Hashable, Encodable {
  /// Down.
  public let rows: Int
  /// Across.
  public let columns: Int

  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// A number, or an array of two where they differ.
  public func encode(to encoder: any Encoder) throws {
    guard rows != columns else {
      var container = encoder.singleValueContainer()
      return try container.encode(rows)
    }
    var container = encoder.unkeyedContainer()
    try container.encode(rows)
    try container.encode(columns)
  }
}

extension MapStride: ExpressibleByIntegerLiteral {
  /// The same down and across.
  public init(integerLiteral value: Int) { self.init(rows: value, columns: value) }
}

extension MapStride: CustomStringConvertible {
  /// `8`, or `8x4` where they differ.
  public var description: String { rows == columns ? "\(rows)" : "\(rows)x\(columns)" }
}

extension Blueprint {
  /// How far apart the units of each value are.
  ///
  /// - Parameter shapes: of all values.
  func unitSpacings(_ shapes: [Shape]) -> [UnitSpacing] {
    var spacings = [UnitSpacing(ofInput: shapes[0])]
    for node in nodes {
      spacings.append(
        UnitSpacing(
          through: node.op, of: node.inputs.map { (spacings[$0], shapes[$0]) },
          output: shapes[spacings.count]))
    }
    return spacings
  }
}

/// The units of the last map that a value was made of. What only moves elements, mixes them or averages over them lays
/// its units over the same pixels.
struct UnitSpacing: Sendable {
  fileprivate struct Axis {
    let units: Int
    /// Input pixels from one to the next.
    let step: Double

    /// So many units over the same pixels.
    func over(_ units: Int) -> Axis {
      Axis(units: units, step: step * Double(self.units) / Double(units))
    }

    /// nil: it is no whole number.
    var whole: Int? {
      let rounded = step.rounded()
      guard abs(step - rounded) < 1e-6, rounded >= 1, rounded <= Double(Blueprint.widest) else {
        return nil
      }
      return Int(rounded)
    }
  }

  private let rows: Axis
  private let columns: Axis

  private init(rows: Axis, columns: Axis) {
    self.rows = rows
    self.columns = columns
  }

  /// Of the network's input.
  init(ofInput shape: Shape) {
    self.init(rows: Axis(units: shape.height, step: 1), columns: Axis(units: shape.width, step: 1))
  }

  /// Of what an operator makes of values, at least one.
  init(through op: any Operator, of inputs: [(spacing: Self, shape: Shape)], output: Shape) {
    // What is the same for all pixels, such as a gate, has fewer elements.
    let most = inputs.map(\.shape.count).max()
    let largest = inputs.filter { $0.shape.count == most }
    let (spacing, shape) = largest.first { $0.spacing.isWhole } ?? largest[0]
    guard shape.isMap, output.isMap else {
      self = spacing
      return
    }
    let (rows, columns) = (spacing.rows.over(shape.height), spacing.columns.over(shape.width))
    func stepped(_ down: Double, _ across: Double) -> Self {
      Self(
        rows: Axis(units: output.height, step: rows.step * down),
        columns: Axis(units: output.width, step: columns.step * across))
    }
    switch op.window {
    case .sliding(let window): self = stepped(Double(window.stride), Double(window.stride))
    case .transposed(let window):
      self = stepped(1 / Double(window.stride), 1 / Double(window.stride))
    case .resampled(let down, let across):
      self.init(rows: rows.resampled(by: down), columns: columns.resampled(by: across))
    case .picked(let down, let across):
      self.init(rows: rows.picked(by: down), columns: columns.picked(by: across))
    case .pixel, .tiles, .everything:
      switch op {
      case let pool as WindowPool:
        self = stepped(Double(pool.strides[0]), Double(pool.strides[1]))
      case let layer as TransposedConvolution:
        self = stepped(1 / Double(layer.convolution.stride), 1 / Double(layer.convolution.stride))
      default: self = spacing
      }
    }
  }

  private var isWhole: Bool { rows.whole != nil && columns.whole != nil }

  /// The stride of such a value where its units lie on a grid of this size; nil: there is one alone, or neighbours are
  /// no whole number of pixels apart.
  func stride(of grid: InputSize) -> MapStride? {
    let (down, across) = (rows.over(grid.height).whole, columns.over(grid.width).whole)
    // Along an axis of one unit there are no neighbours.
    switch (grid.height > 1, grid.width > 1) {
    case (true, true):
      guard let down, let across else { return nil }
      return MapStride(rows: down, columns: across)
    case (true, false): return down.map { MapStride(rows: $0, columns: $0) }
    case (false, true): return across.map { MapStride(rows: $0, columns: $0) }
    case (false, false): return nil
    }
  }
}

extension UnitSpacing.Axis {
  fileprivate func resampled(by weights: AxisWeights?) -> Self {
    guard let weights else { return self }
    return Self(
      units: weights.rows.count,
      step: step * Double(weights.inputs) / Double(weights.rows.count))
  }

  /// Of units that lie in another order, or unevenly, as of those that they are picked from.
  fileprivate func picked(by choices: [Int32]?) -> Self {
    guard let choices, let (_, step) = choices.progression(over: units) else { return self }
    return Self(units: choices.count, step: self.step * Double(step))
  }
}
