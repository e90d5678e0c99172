/// Where the rows and columns of the picture lie among the axes that a value has in memory.
enum ONNXOrigin: Hashable, Sendable {
  /// Along two axes.
  case map(rows: Int, columns: Int)
  /// Row by row along one axis, behind `prefix` others; what else the axis has stands behind them.
  case tokens(axis: Int, rows: Int, columns: Int, prefix: Int)

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
    case let op as Permutation:
      return inputs[0].origin?.moved { axis in op.axes.firstIndex(of: axis) }
    case is Reshape: return inputs[0].origin?.reshaped(inputs[0].shape, to: output)
    case let op as Selection: return inputs[0].origin?.selected(op, of: inputs[0].shape)
    case is Convolution, is DepthwiseConvolution, is Pool, is WindowPool, is TransposedConvolution,
      is Resampling, is DepthToSpace, is SpaceToDepth:
      guard case .map(let rows, let columns)? = inputs[0].origin, Set([rows, columns]) == [1, 2],
        output.rank == 4
      else { return nil }
      return inputs[0].origin
    default:
      // Values of several origins meet where they belong to the same pixels.
      return inputs.lazy.compactMap { $0.origin?.kept($0.shape, in: output) }.first
    }
  }

  /// The axes that the pixels lie along.
  private var axes: [Int] {
    switch self {
    case .map(let rows, let columns): [rows, columns]
    case .tokens(let axis, _, _, _): [axis]
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
    switch self {
    case .map(let rows, let columns):
      if let first = axis(at: rows, old, extent: old[rows]),
        let second = axis(at: columns, old, extent: old[columns]), first != second
      {
        return .map(rows: first, columns: second)
      }
      guard columns == rows + 1,
        let axis = axis(at: rows, old, extent: old[rows] * old[columns])
      else { return nil }
      return .tokens(axis: axis, rows: old[rows], columns: old[columns], prefix: 0)
    case .tokens(let place, let rows, let columns, let prefix):
      if let axis = axis(at: place, old, extent: old[place]) {
        return .tokens(axis: axis, rows: rows, columns: columns, prefix: prefix)
      }
      guard prefix == 0, old[place] == rows * columns,
        let first = axis(at: place, old, extent: rows), first + 1 < new.rank,
        new[first + 1] == columns
      else { return nil }
      return .map(rows: first, columns: first + 1)
    }
  }

  /// Behind a choice of elements: of maps any, of tokens those of all pixels, with others around them that
  /// are neighbours of theirs.
  private func selected(_ selection: Selection, of shape: Shape) -> ONNXOrigin? {
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
    let known = inputs.indices.filter { inputs[$0].origin != nil }
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
    }
  }
}
