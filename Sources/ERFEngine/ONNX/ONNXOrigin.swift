/// Where the rows and columns of the picture lie among the axes that a value has in memory.
indirect enum ONNXOrigin: Hashable, Sendable {
  /// Along two axes.
  case map(rows: Int, columns: Int)
  /// Row by row along one axis, behind `prefix` others; what else the axis has stands behind them.
  case tokens(axis: Int, rows: Int, columns: Int, prefix: Int)
  /// Along no axes of their own, which were joined to others, as in a norm over groups of channels: the
  /// elements are those of a value of `shape`, where they lie along those of `origin`. Axis i is axis
  /// `order[i]` as they were joined.
  case joined(shape: Shape, origin: ONNXOrigin, order: [Int])

  /// Of every value of a lowered graph; nil: along none, or nobody can tell.
  static func all(of lowering: ONNXLowering) -> [ONNXOrigin?] {
    var origins: [ONNXOrigin?] = [.map(rows: 1, columns: 2)]
    for (index, node) in lowering.nodes.enumerated() {
      let inputs = node.inputs.map { (shape: lowering.shapes[$0], origin: origins[$0]) }
      origins.append(behind(node.op, inputs, output: lowering.shapes[index + 1]))
    }
    return origins
  }

  private typealias Input = (shape: Shape, origin: ONNXOrigin?)

  /// The output's of `op`.
  private static func behind(_ op: any Operator, _ inputs: [Input], output: Shape) -> ONNXOrigin? {
    switch op {
    case let op as Concatenation: return op.joined(inputs)
    case is GlobalAveragePool: return nil
    case let op as Permutation: return inputs[0].origin?.permuted(op.axes)
    case is Reshape: return inputs[0].origin?.reshaped(inputs[0].shape, to: output)
    case let op as Selection: return inputs[0].origin?.selected(op, of: inputs[0].shape)
    case let op as Reduction where op.keepsAxes: return inputs[0].origin?.reduced(op.axes)
    case is Convolution, is DepthwiseConvolution, is Pool, is WindowPool, is TransposedConvolution,
      is Resampling, is DepthToSpace, is SpaceToDepth:
      guard case .map(let rows, let columns)? = inputs[0].origin, Set([rows, columns]) == [1, 2],
        output.rank == 4
      else { return nil }
      return inputs[0].origin
    default:
      // Values of several origins meet where they belong to the same pixels.
      let kept = inputs.lazy.compactMap { $0.origin?.kept($0.shape, in: output) }.first
      if let kept { return kept }
      guard keepsPlaces(op) else { return nil }
      return inputs.first { $0.origin?.isJoined == true && $0.shape == output }?.origin
    }
  }

  /// Whether each element of an output stands for that of an input at its place.
  private static func keepsPlaces(_ op: any Operator) -> Bool {
    switch op {
    case is Elementwise, is Rectifier, is GELU, is Add, is Arithmetic, is Affine, is BatchNorm,
      is LayerNorm:
      true
    default: false
    }
  }

  fileprivate var isJoined: Bool {
    if case .joined = self { true } else { false }
  }

  /// The axes that the pixels lie along.
  private var axes: [Int] {
    switch self {
    case .map(let rows, let columns): [rows, columns]
    case .tokens(let axis, _, _, _): [axis]
    case .joined: []
    }
  }

  /// With its axes in other places; nil: one of them is in none.
  private func moved(_ place: (Int) -> Int?) -> ONNXOrigin? {
    switch self {
    case .map(let rows, let columns):
      guard let rows = place(rows), let columns = place(columns) else { return nil }
      return .map(rows: rows, columns: columns)
    case .tokens(let axis, let rows, let columns, let prefix):
      return place(axis).map { .tokens(axis: $0, rows: rows, columns: columns, prefix: prefix) }
    case .joined: return nil
    }
  }

  /// Behind a permutation: axis i of the output is axis `order[i]`.
  private func permuted(_ order: [Int]) -> ONNXOrigin? {
    if case .joined(let shape, let origin, let old) = self {
      return .joined(shape: shape, origin: origin, order: order.map { old[$0] })
    }
    return moved { axis in order.firstIndex(of: axis) }
  }

  /// Behind a reduction that keeps its axes: of a map it may leave one row, or one column.
  private func reduced(_ axes: [Int]) -> ONNXOrigin? {
    switch self {
    case .map(let rows, let columns):
      axes.contains(rows) && axes.contains(columns) ? nil : self
    case .tokens(let axis, _, _, _): axes.contains(axis) ? nil : self
    case .joined: nil
    }
  }

  /// Behind what computes each pixel at its place, of several broadcast to one another.
  private func kept(_ shape: Shape, in output: Shape) -> ONNXOrigin? {
    let more = output.rank - shape.rank
    guard more >= 0, axes.allSatisfy({ shape[$0] == output[$0 + more] }) else { return nil }
    return moved { $0 + more }
  }

  /// Under another shape, in which the elements lie as they did.
  private func reshaped(_ old: Shape, to new: Shape) -> ONNXOrigin? {
    /// The axis in the new shape of `extent` elements, each as large as an element of an old axis.
    func axis(at old: Int, _ shape: Shape, extent: Int) -> Int? {
      let before = shape.extents[..<old].reduce(1, *)
      // A first one of 1 counts pictures.
      return new.extents.indices.first {
        ($0 > 0 || extent > 1) && new[$0] == extent
          && new.extents[..<$0].reduce(1, *) == before
      }
    }
    let joined = ONNXOrigin.joined(shape: old, origin: self, order: Array(0..<new.rank))
    switch self {
    case .map(let rows, let columns):
      if let first = axis(at: rows, old, extent: old[rows]),
        let second = axis(at: columns, old, extent: old[columns]), first != second
      {
        return .map(rows: first, columns: second)
      }
      guard abs(rows - columns) == 1,
        let axis = axis(at: min(rows, columns), old, extent: old[rows] * old[columns])
      else { return joined }
      // Column by column they are no tokens that are known here.
      guard rows < columns else { return nil }
      return .tokens(axis: axis, rows: old[rows], columns: old[columns], prefix: 0)
    case .tokens(let place, let rows, let columns, let prefix):
      if let axis = axis(at: place, old, extent: old[place]) {
        return .tokens(axis: axis, rows: rows, columns: columns, prefix: prefix)
      }
      guard prefix == 0, old[place] == rows * columns,
        let first = axis(at: place, old, extent: rows), first + 1 < new.rank,
        new[first + 1] == columns
      else { return joined }
      return .map(rows: first, columns: first + 1)
    case .joined(let shape, let origin, let order):
      return order == Array(order.indices) ? origin.reshaped(shape, to: new) : nil
    }
  }

  /// Behind a choice of elements: of maps any, of tokens those of all pixels, with others around them that
  /// are neighbours of theirs.
  private func selected(_ selection: Selection, of shape: Shape) -> ONNXOrigin? {
    guard !isJoined else { return nil }
    guard case .tokens(let axis, let rows, let columns, let prefix) = self,
      let picked = selection.choices[axis]
    else { return self }
    let first = Int(picked.first ?? 0)
    guard (0...prefix).contains(first), first + picked.count >= prefix + rows * columns,
      picked.elementsEqual((first..<first + picked.count).map { Int32($0) })
    else { return nil }
    return .tokens(axis: axis, rows: rows, columns: columns, prefix: prefix - first)
  }
}

extension Concatenation {
  /// Where pixels lie in what is joined: tokens may have others put in front of them and behind.
  fileprivate func joined(_ inputs: [(shape: Shape, origin: ONNXOrigin?)]) -> ONNXOrigin? {
    let known = inputs.indices.filter { inputs[$0].origin.map { !$0.isJoined } ?? false }
    guard let first = known.first, let origin = inputs[first].origin else { return nil }
    switch origin {
    case .map(let rows, let columns): return [rows, columns].contains(axis) ? nil : origin
    case .tokens(axis, let rows, let columns, let prefix):
      var parts: [(extent: Int, input: Int?)] = []
      for constant in constants {
        let input = parts.count { $0.input != nil }
        parts.append(constant.map { ($0[axis], nil) } ?? (extents[input], input))
      }
      guard known.count == 1 else { return nil }
      let before = parts.prefix { $0.input != first }.reduce(0) { $0 + $1.extent }
      return .tokens(axis: axis, rows: rows, columns: columns, prefix: prefix + before)
    case .tokens: return origin
    case .joined: return nil
    }
  }
}
