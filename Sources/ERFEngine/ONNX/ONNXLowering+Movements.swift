// Slices, joins, gathers and pads as selections of elements.

extension ONNXLowering {
  /// Notes a shape that names extents which follow from the input's size.
  mutating func requireFree(_ target: [Int], from data: ONNXData) {
    // Pixels may be gathered by -1; what is spelt out is right for one size alone.
    let pixels = data.rank > 2 ? data.shape[2...].reduce(1, *) : 1
    let literal = target.dropFirst().filter { $0 > 1 }
    if data.rank >= 3, pixels > 1, !data.isConstant,
      !literal.isEmpty, literal != [data.shape[1]], !target.contains(-1) || literal.count > 1
    {
      bindSize()
    }
  }

  /// What `choices` picks along the axes that it names.
  mutating func selected(
    _ data: ONNXData, _ choices: [Int: [Int32]], fill: Float = 0, summary: String
  ) throws -> ONNXData {
    if choices.isEmpty { return data }
    let op = Selection(choices: data.order.map { choices[$0] }, fill: fill, summary: summary)
    return try emit(op, [data], order: data.order)
  }

  /// Repeated along axes of extent 1.
  mutating func repeated(_ data: ONNXData, to shape: [Int]) throws -> ONNXData {
    var choices: [Int: [Int32]] = [:]
    for axis in shape.indices where shape[axis] != data.shape[axis] {
      try ONNXShapes.requireModest(1, times: shape[axis])
      choices[axis] = [Int32](repeating: 0, count: shape[axis])
    }
    return try selected(data, choices, summary: "repeat")
  }

  mutating func slice(_ node: ONNXNode, _ data: ONNXData) throws -> ONNXData {
    let starts = try node.integers("starts") ?? integers(node, 1) ?? []
    let ends = try node.integers("ends") ?? integers(node, 2) ?? []
    let axes = try node.integers("axes") ?? integers(node, 3) ?? Array(starts.indices)
    let steps = try integers(node, 4) ?? [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count
    else { throw ONNXRefusal.reason("has starts and ends that do not fit") }
    var choices: [Int: [Int32]] = [:]
    for index in starts.indices {
      let axis = try axis(axes[index], rank: data.rank)
      let extent = data.shape[axis]
      let step = steps[index]
      guard step != 0, step > -(1 << 31), step < 1 << 31, extent < 1 << 31 else {
        throw ONNXRefusal.reason("steps by \(step)")
      }
      // Ends beyond the axis are cut to it, and may be as far away as numbers go.
      func bound(_ value: Int) -> Int {
        let clamped = max(-(1 << 40), min(1 << 40, value))
        let counted = clamped < 0 ? clamped + extent : clamped
        return step > 0 ? max(0, min(extent, counted)) : max(-1, min(extent - 1, counted))
      }
      let (start, end) = (bound(starts[index]), bound(ends[index]))
      let picked = stride(from: start, to: end, by: step).map { Int32($0) }
      if picked.count != extent || step < 0 {
        choices[axis] = picked
        if data.rank == 4, axis >= 2, ends[index] > 0, ends[index] < 1 << 30 { bindSize() }
      }
    }
    return try selected(data, choices, summary: "slice")
  }

  mutating func split(_ node: ONNXNode) throws -> [ONNXValue] {
    let data = try real(node, 0)
    let axis = try axis(node.integer("axis", 0), rank: data.rank)
    let extent = data.shape[axis]
    let count = node.integer("num_outputs", max(1, node.outputs.count))
    guard count > 0, count < 1 << 16 else { throw ONNXRefusal.reason("splits into \(count)") }
    let each = (extent + count - 1) / count
    let sizes =
      try node.integers("split") ?? integers(node, 1)
      ?? (0..<count).map { min(each, extent - min(extent, $0 * each)) }
    guard sizes.allSatisfy({ $0 >= 0 && $0 <= extent }), sizes.reduce(0, +) == extent else {
      throw ONNXRefusal.reason("splits \(extent) into other parts")
    }
    var first = 0
    return try sizes.map { size in
      defer { first += size }
      if size == extent { return .real(data) }
      let picked = (first..<first + size).map { Int32($0) }
      return .real(try selected(data, [axis: picked], summary: "slice"))
    }
  }

  mutating func joined(_ parts: [ONNXData], _ axis: Int) throws -> ONNXData {
    guard
      let largest = parts.filter({ !$0.isConstant }).max(by: { $0.count < $1.count })
        ?? parts.first
    else { throw ONNXRefusal.reason("joins nothing") }
    let axis = try self.axis(axis, rank: largest.rank)
    for part in parts {
      guard part.rank == largest.rank,
        part.shape.indices.allSatisfy({ $0 == axis || part.shape[$0] == largest.shape[$0] })
      else { throw ONNXRefusal.reason("joins \(Shape(part.shape)) to \(Shape(largest.shape))") }
    }
    // What has no elements adds none.
    let whole = parts.filter { $0.count > 0 }
    if whole.count == 1 { return whole[0] }
    if whole.isEmpty { return parts[0] }
    let lying = try whole.map { try arranged($0, largest.order) }
    let position = largest.position(of: axis)
    let given = lying.filter { !$0.isConstant }
    let constant = given.isEmpty ? [] : lying.filter(\.isConstant)
    let op = Concatenation(
      axis: position,
      constants: lying.map { $0.isConstant && !given.isEmpty ? $0.memory : nil },
      extents: (given.isEmpty ? lying : given).map { $0.memory[position] })
    let parameters = constant.compactMap { part -> Parameter? in
      guard case .constant(let tensor) = part.place else { return nil }
      return Parameter(tensor: tensor, weight: part.weight)
    }
    return try emit(op, given.isEmpty ? lying : given, parameters, order: largest.order)
  }

  mutating func gather(_ node: ONNXNode, _ data: ONNXData) throws -> ONNXData {
    let axis = try axis(node.integer("axis", 0), rank: data.rank)
    guard node.has(1), case .integers(let table) = try value(node.inputs[1]),
      let integers = table.integers
    else { throw ONNXRefusal.reason("picks by what is in the picture") }
    let extent = data.shape[axis]
    let picked = try integers.map { index -> Int32 in
      guard index >= -extent, index < extent else {
        throw ONNXRefusal.reason("picks \(index) of \(extent)")
      }
      return Int32(index < 0 ? index + extent : index)
    }
    let result = try selected(data, [axis: picked], summary: "gather")
    return try reshaped(
      result, to: Array(data.shape[..<axis]) + table.shape + Array(data.shape[(axis + 1)...]))
  }

  /// Places in the first axes of `shape` behind `batch`, one for each row of the indices.
  private func places(
    _ indices: ONNXConstant, _ shape: [Int], batch: Int
  ) throws -> (rows: [Int32], depth: Int) {
    guard let integers = indices.integers, let depth = indices.shape.last,
      depth > 0, batch + depth <= shape.count, indices.shape.count > batch,
      Array(indices.shape[..<batch]) == Array(shape[..<batch])
    else { throw ONNXRefusal.reason("has indices that do not fit") }
    let perBatch = indices.shape[batch..<indices.shape.count - 1].reduce(1, *)
    let inner = shape[batch..<batch + depth].reduce(1, *)
    let rows = try (0..<integers.count / depth).map { row -> Int32 in
      var place = 0
      for axis in 0..<depth {
        let extent = shape[batch + axis]
        let index = integers[row * depth + axis]
        guard index >= -extent, index < extent else {
          throw ONNXRefusal.reason("picks \(index) of \(extent)")
        }
        place = place * extent + (index < 0 ? index + extent : index)
      }
      place += row / max(1, perBatch) * inner
      guard let place = Int32(exactly: place) else { throw ONNXRefusal.reason("picks too far") }
      return place
    }
    return (rows, depth)
  }

  mutating func gatherPoints(_ node: ONNXNode, _ data: ONNXData) throws -> ONNXData {
    guard node.has(1), case .integers(let indices) = try value(node.inputs[1]) else {
      throw ONNXRefusal.reason("picks by what is in the picture")
    }
    let batch = node.integer("batch_dims", 0)
    guard batch >= 0, batch < data.rank else { throw ONNXRefusal.reason("has \(batch) batches") }
    let (rows, depth) = try places(indices, data.shape, batch: batch)
    let rest = Array(data.shape[(batch + depth)...])
    let flat = try reshaped(
      data, to: [data.shape[..<(batch + depth)].reduce(1, *)] + rest)
    let picked = try selected(flat, [0: rows], summary: "gather")
    return try reshaped(picked, to: Array(indices.shape.dropLast()) + rest)
  }

  /// Rows of the first input replaced by, or combined with, those of the third.
  mutating func scatterPoints(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    let updates = try real(node, 2)
    guard node.has(1), case .integers(let indices) = try value(node.inputs[1]) else {
      throw ONNXRefusal.reason("writes to places that depend on the picture")
    }
    let (rows, depth) = try places(indices, data.shape, batch: 0)
    let rest = Array(data.shape[depth...])
    let outer = data.shape[..<depth].reduce(1, *)
    let flat = try inOrder(reshaped(data, to: [outer] + rest))
    let news = try inOrder(reshaped(updates, to: [rows.count] + rest))
    let way = node.text("reduction") ?? "none"
    if way != "none" || data.isConstant && updates.isConstant {
      guard let old = try tensor(flat), let new = try tensor(news) else {
        throw ONNXRefusal.reason("combines values that depend on the picture by '\(way)'")
      }
      return try reshaped(
        ONNXData(Self.scattered(old, rows, new, way: way)), to: data.shape)
    }
    // Each row comes from the old ones or, the last to be put there, from the new ones.
    var choice = (0..<Int32(outer)).map { $0 }
    for (index, row) in rows.enumerated() { choice[Int(row)] = Int32(outer + index) }
    let both = try joined([flat, news], 0)
    return try reshaped(selected(both, [0: choice], summary: "scatter"), to: data.shape)
  }

  private static func scattered(
    _ old: Tensor, _ rows: [Int32], _ new: Tensor, way: String
  ) -> Tensor {
    var elements = old.elements
    let added = new.elements
    let length = rows.isEmpty ? 0 : added.count / rows.count
    for (index, row) in rows.enumerated() {
      for column in 0..<length {
        let place = Int(row) * length + column
        let value = added[index * length + column]
        switch way {
        case "add": elements[place] += value
        case "mul": elements[place] *= value
        case "max": elements[place] = max(elements[place], value)
        case "min": elements[place] = min(elements[place], value)
        default: elements[place] = value
        }
      }
    }
    return Tensor(shape: old.shape, elements: elements)
  }

  mutating func pad(_ node: ONNXNode, _ data: ONNXData) throws -> ONNXData {
    let pads = try node.integers("pads") ?? integers(node, 1) ?? []
    let fill = try node.has(2) ? scalar(node, 2) ?? 0 : node.float("value", 0)
    let axes =
      try integers(node, 3)?.map { try axis($0, rank: data.rank) }
      ?? Array(data.shape.indices)
    guard pads.count == 2 * axes.count else {
      throw ONNXRefusal.reason(
        "has \(pads.count.counted("pad")) for \(axes.count.counted("axis", "axes"))")
    }
    let mode = node.text("mode") ?? "constant"
    var choices: [Int: [Int32]] = [:]
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[axes.count + index])
      if before == 0, after == 0 { continue }
      let extent = data.shape[axis]
      guard abs(before) < 1 << 24, abs(after) < 1 << 24, extent < 1 << 30 else {
        throw ONNXRefusal.reason("pads by \(before) and \(after)")
      }
      if axis >= 2 || data.rank < 4 { bindSize() }
      choices[axis] = try (-before..<max(-before, extent + after)).map { place in
        if (0..<extent).contains(place) { return Int32(place) }
        switch mode {
        case "constant": return -1
        case "edge" where extent > 0: return Int32(max(0, min(extent - 1, place)))
        case "reflect" where extent > 1:
          let period = 2 * (extent - 1)
          let turned = ((place % period) + period) % period
          return Int32(turned < extent ? turned : period - turned)
        case "wrap" where extent > 0: return Int32(((place % extent) + extent) % extent)
        default: throw ONNXRefusal.reason("pads by '\(mode)' an axis of \(extent)")
        }
      }
    }
    return try selected(data, choices, fill: fill, summary: "pad")
  }
}
