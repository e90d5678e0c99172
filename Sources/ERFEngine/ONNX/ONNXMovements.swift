// Rules of operators that move elements: shapes, axes, parts.

extension ONNXOperators {
  static let movements: [String: Rule] = [
    "Identity": { [try $0.value($1, 0)] },
    "Dropout": { lowering, node in
      guard try !node.has(2) || lowering.integers(node, 2) == [0] else {
        throw ONNXRefusal.reason("is meant for training")
      }
      let value = try lowering.value(node, 0)
      guard case .real(let data) = value, node.outputs.count > 1 else { return [value] }
      // Nothing is dropped.
      let all = [Int](repeating: 1, count: data.count)
      return [value, .integers(ONNXConstant(integers: all, shape: data.shape, type: .bool))]
    },
    "Cast": { lowering, node in
      guard ONNXType(rawValue: node.integer("to", 1))?.isReal == true else {
        throw ONNXRefusal.reason("makes integers of values that depend on the picture")
      }
      return [.real(try lowering.real(node, 0))]
    },
    "CastLike": { lowering, node in [.real(try lowering.real(node, 0))] },
    "Transpose": { lowering, node in
      let data = try lowering.real(node, 0)
      let axes = node.integers("perm") ?? Array(data.shape.indices.reversed())
      guard axes.sorted() == Array(data.shape.indices) else {
        throw ONNXRefusal.reason("permutes \(axes.count.counted("axis", "axes")) of \(data.rank)")
      }
      return [.real(lowering.renamed(data, axes))]
    },
    "Reshape": { lowering, node in
      let data = try lowering.real(node, 0)
      guard let target = try node.integers("shape") ?? lowering.integers(node, 1) else {
        throw ONNXRefusal.reason("has no shape")
      }
      let shape = try ONNXShapes.resolved(
        target, of: data.shape, zeroIsZero: node.integer("allowzero", 0) != 0)
      lowering.requireFree(target, from: data)
      return [.real(try lowering.reshaped(data, to: shape))]
    },
    "Flatten": { lowering, node in
      let data = try lowering.real(node, 0)
      let axis = node.integer("axis", 1)
      guard axis >= -data.rank, axis <= data.rank else {
        throw ONNXRefusal.reason("names axis \(axis) of \(data.rank)")
      }
      let first = axis < 0 ? axis + data.rank : axis
      return [
        .real(
          try lowering.reshaped(
            data, to: [data.shape[..<first].reduce(1, *), data.shape[first...].reduce(1, *)]))
      ]
    },
    "Squeeze": { lowering, node in
      let data = try lowering.real(node, 0)
      let named = try lowering.axes(node)?.map { try lowering.axis($0, rank: data.rank) }
      let axes = named ?? data.shape.indices.filter { data.shape[$0] == 1 }
      return [
        .real(
          try lowering.reshaped(
            data, to: data.shape.indices.filter { !axes.contains($0) }.map { data.shape[$0] }))
      ]
    },
    "Unsqueeze": { lowering, node in
      let data = try lowering.real(node, 0)
      let axes = try lowering.axes(node) ?? []
      let rank = data.rank + axes.count
      let places = Set(try axes.map { try lowering.axis($0, rank: rank) })
      guard places.count == axes.count else { throw ONNXRefusal.reason("names an axis twice") }
      var rest = data.shape[...]
      return [
        .real(
          try lowering.reshaped(
            data, to: (0..<rank).map { places.contains($0) ? 1 : rest.removeFirst() }))
      ]
    },
    "Expand": { lowering, node in
      let data = try lowering.real(node, 0)
      guard let target = try lowering.integers(node, 1), target.allSatisfy({ $0 >= 0 }),
        let shape = Broadcast.shape(Shape(data.shape), Shape(target))
      else { throw ONNXRefusal.reason("cannot repeat \(Shape(data.shape)) like this") }
      if target.contains(where: { $0 > 1 }) { lowering.bindSize() }
      let padded = try lowering.padded(data, to: shape.rank)
      return [.real(try lowering.repeated(padded, to: shape.extents))]
    },
    "Tile": { lowering, node in
      let data = try lowering.real(node, 0)
      guard let counts = try lowering.integers(node, 1), counts.count == data.rank,
        counts.allSatisfy({ $0 >= 0 && $0 < 1 << 24 })
      else { throw ONNXRefusal.reason("does not say how often") }
      var choices: [Int: [Int32]] = [:]
      for (axis, count) in counts.enumerated() where count != 1 {
        let extent = data.shape[axis]
        try ONNXShapes.requireModest(extent, times: count)
        choices[axis] = (0..<extent * count).map { Int32($0 % extent) }
      }
      return [.real(try lowering.selected(data, choices, summary: "repeat"))]
    },
    "Slice": { lowering, node in
      [.real(try lowering.slice(node, lowering.real(node, 0)))]
    },
    "Split": { try $0.split($1) },
    "Concat": { lowering, node in
      let parts = try node.inputs.indices.map { try lowering.real(node, $0) }
      return [.real(try lowering.joined(parts, node.integer("axis", 1)))]
    },
    "Gather": { lowering, node in
      [.real(try lowering.gather(node, lowering.real(node, 0)))]
    },
    "GatherND": { lowering, node in
      [.real(try lowering.gatherPoints(node, lowering.real(node, 0)))]
    },
    "ScatterND": { lowering, node in [.real(try lowering.scatterPoints(node))] },
    "Pad": { lowering, node in [.real(try lowering.pad(node, lowering.real(node, 0)))] },
    "DepthToSpace": { lowering, node in
      let data = try lowering.real(node, 0)
      let side = node.integer("blocksize", 1)
      guard data.rank == 4, (1..<1 << 16).contains(side), data.shape[1] % (side * side) == 0 else {
        throw ONNXRefusal.reason("does not fit \(Shape(data.shape))")
      }
      let map = try lowering.map(data)
      let op = DepthToSpace(side: side, isBlockLast: node.text("mode") == "CRD")
      return [.real(try lowering.emit(op, [map], order: map.order))]
    },
    "SpaceToDepth": { lowering, node in
      let data = try lowering.real(node, 0)
      let side = node.integer("blocksize", 1)
      guard data.rank == 4, (1..<1 << 16).contains(side), data.shape[2] % side == 0,
        data.shape[3] % side == 0
      else {
        throw ONNXRefusal.reason("does not fit \(Shape(data.shape))")
      }
      let map = try lowering.map(data)
      return [.real(try lowering.emit(SpaceToDepth(side: side), [map], order: map.order))]
    },
  ]
}

/// Arithmetic of shapes.
enum ONNXShapes {
  /// The shape that a Reshape asks for: 0 is the extent as it was, -1 what is left.
  static func resolved(_ target: [Int], of shape: [Int], zeroIsZero: Bool) throws -> [Int] {
    var result: [Int] = []
    for (axis, extent) in target.enumerated() {
      guard extent >= -1, extent < 1 << 40 else { throw ONNXRefusal.reason("asks for \(extent)") }
      if extent == 0, !zeroIsZero {
        guard axis < shape.count else { throw ONNXRefusal.reason("copies axis \(axis) of none") }
        result.append(shape[axis])
      } else {
        result.append(extent)
      }
    }
    let count = shape.reduce(1, *)
    var known = 1
    for extent in result where extent != -1 {
      let (product, overflow) = known.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw ONNXRefusal.reason("asks for an impossible shape") }
      known = product
    }
    let open = result.indices.filter { result[$0] == -1 }
    guard open.count <= 1, open.isEmpty ? known == count : known > 0 && count % known == 0 else {
      throw ONNXRefusal.reason(
        "makes (\(target.map(String.init).joined(separator: ", "))) of \(Shape(shape))")
    }
    if let axis = open.first { result[axis] = count / known }
    return result
  }

  static func requireModest(_ extent: Int, times count: Int) throws {
    let (product, overflow) = extent.multipliedReportingOverflow(by: count)
    guard !overflow, product <= ONNXLowering.mostElements else {
      throw ONNXRefusal.reason("asks for more elements than can be held")
    }
  }
}
