// What units can be reached from at all, as far as windows and operators tell.

/// What a unit of a value can be reached from, the largest of all its units.
enum TheoreticalField: Hashable, Sendable {
  /// A square of so many input pixels a side.
  case side(Int)
  case wholeInput
  /// Elements were moved in a way that windows do not describe.
  case unknown

  /// Pixels; nil: all of them, or it is not known.
  var side: Int? {
    if case .side(let side) = self { side } else { nil }
  }
}

extension Blueprint {
  /// What a unit of each value can be reached from.
  ///
  /// - Parameter shapes: of all values.
  func theoreticalFields(_ shapes: [Shape]) -> [TheoreticalField] {
    var sights: [Sight] = [.spans(.pixels)]
    for node in nodes {
      sights.append(
        Sight(
          through: node.op, of: node.inputs.map { sights[$0] }, node.inputs.map { shapes[$0] },
          output: shapes[sights.count], images: shapes[0].batch))
    }
    return sights.map(\.field)
  }
}

/// What the units of a value see, on the way through a network.
private enum Sight {
  /// Those of a map (N, H, W, C) or of its tokens (N, L, C), row by row.
  case spans(MapSpans)
  case wholeInput
  /// `plane`: of a map whose channels were moved in front, so many elements in a row hold each pixel once.
  case unknown(plane: Int?)

  var field: TheoreticalField {
    switch self {
    case .spans(let spans): .side(spans.side)
    case .wholeInput: .wholeInput
    case .unknown: .unknown
    }
  }

  private var known: MapSpans? {
    if case .spans(let spans) = self { spans } else { nil }
  }

  private var isWholeInput: Bool {
    if case .wholeInput = self { true } else { false }
  }

  /// - Parameters:
  ///   - inputs: what the units of each input see.
  ///   - shapes: of the inputs.
  ///   - images: how many the network is given.
  init(
    through op: any Operator, of inputs: [Sight], _ shapes: [Shape], output: Shape, images: Int
  ) {
    if inputs.contains(where: \.isWholeInput) {
      // Of parts side by side each sees what it saw, and a later operator may take the one that sees less.
      let isParted =
        op is Concatenation && op.window == .everything && !inputs.allSatisfy(\.isWholeInput)
      self = isParted ? .unknown(plane: nil) : .wholeInput
    } else if inputs[0].isMixed(by: op, shapes, images: images) {
      self = .wholeInput
    } else if let spans = Self.windowed(by: op, inputs, shapes, output: output) {
      self = .spans(spans)
    } else {
      self = .unknown(plane: inputs[0].plane(through: op, shapes[0]))
    }
  }

  /// Of maps of one size that are seen through a window; nil: there is none that tells.
  private static func windowed(
    by op: any Operator, _ inputs: [Sight], _ shapes: [Shape], output: Shape
  ) -> MapSpans? {
    let known = inputs.compactMap(\.known)
    // Of values of several sizes one is the same for all pixels.
    guard known.count == inputs.count, Set(shapes.map { Region(of: $0) }).count == 1 else {
      return nil
    }
    let all: MapSpans? = known.dropFirst().reduce(known[0]) { $0?.joined($1) }
    // A constant that differs between pixels, such as a code of positions, makes no unit see more.
    let isByPixel =
      op is Arithmetic
      && shapes.allSatisfy { $0.extents.dropLast() == output.extents.dropLast() }
    let window = isByPixel || makesTokens(op, shapes[0], output) ? .pixel : op.window
    // Tokens have no neighbours that windows over rows and columns know.
    guard shapes[0].isMap || window == .pixel else { return nil }
    return all?.seen(through: window, shapes[0])
  }

  /// Whether the pixels of a map become tokens, row by row.
  private static func makesTokens(_ op: any Operator, _ map: Shape, _ output: Shape) -> Bool {
    op is Reshape && map.isMap
      && output == [map.batch, map.height * map.width, map.channels]
  }

  /// Whether each number that an operator computes of such a value, its first input, comes from all pixels.
  private func isMixed(by op: any Operator, _ shapes: [Shape], images: Int) -> Bool {
    let shape = shapes[0]
    switch op {
    // Windows and rows that were made a batch see no further than themselves.
    case is Attention: return shape[0] == images
    case let product as MatrixMultiplication:
      guard known == nil || !shape.isMap, product.constant == nil else { return false }
      return shapes.allSatisfy { (3...4).contains($0.rank) && $0[0] == images }
    case is GlobalAveragePool: return isMixed(over: [1, 2], of: shape, images: images)
    case let reduction as Reduction:
      return isMixed(over: reduction.axes, of: shape, images: images)
    case let norm as LayerNorm:
      return isMixed(
        over: Array(shape.rank - norm.row.count..<shape.rank), of: shape, images: images)
    case is Linear, is Softmax:
      return isMixed(over: [shape.rank - 1], of: shape, images: images)
    default: return false
    }
  }

  /// Whether all numbers along some axes come from all pixels together.
  private func isMixed(over axes: [Int], of shape: Shape, images: Int) -> Bool {
    guard case .unknown(let plane?) = self else {
      let isTokens = known != nil && shape.rank == 3
      guard isTokens || shape.isMap, shape[0] == images else { return false }
      let pixels = isTokens ? [1] : [1, 2]
      return pixels.allSatisfy { axes.contains($0) }
    }
    // Those that lie next to each other in memory.
    let inner = shape.extents.indices.reversed().prefix { axes.contains($0) }
    let row = inner.reduce(1) { $0 * shape[$1] }
    return plane > 0 && row > 0 && row % plane == 0
  }

  /// How many elements in a row hold each pixel once after an operator that moves those of such a value.
  private func plane(through op: any Operator, _ shape: Shape) -> Int? {
    switch (self, op) {
    case (.spans, let permutation as Permutation):
      let isTurned = [[0, 3, 1, 2], [0, 3, 2, 1], [0, 2, 1]].contains(permutation.axes)
      return isTurned ? shape.extents[1..<shape.rank - 1].reduce(1, *) : nil
    case (.unknown(let plane), is Reshape): return plane
    default: return nil
    }
  }
}
