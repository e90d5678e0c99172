// Copies that change where elements stand: permuted axes, elements picked along axes, parts joined.

enum MovementKernels {
  /// The elements with the axes in the order `axes`: axis i of the result is axis `axes[i]`.
  static func permute(_ tensor: Tensor, axes: [Int], workers: Workers) -> Tensor {
    let shape = Shape(axes.map { tensor.shape[$0] })
    let plan = PermutationPlan(tensor.shape, axes: axes)
    if plan.isIdentity { return tensor.reshaped(shape) }
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe tensor.pointer
    let outer = plan.outer.reduce(1) { $0 * $1.extent }
    let size = max(1, (1 << 14) / max(1, plan.rows.extent * plan.columns.extent * plan.block))
    workers.forEachRange(of: outer, size: size) { range in
      for index in range {
        var (rest, source, target) = (index, 0, 0)
        for axis in plan.outer.reversed() {
          let position = rest % axis.extent
          rest /= axis.extent
          source += position * axis.source
          target += position * axis.target
        }
        unsafe transpose(plan, from + source, to + target)
      }
    }
    return result
  }

  /// One matrix of blocks, in tiles that stay in the first-level cache.
  private static func transpose(
    _ plan: PermutationPlan, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
  ) {
    let (rows, columns, block) = (plan.rows, plan.columns, plan.block)
    let side = 16
    for top in stride(from: 0, to: rows.extent, by: side) {
      for left in stride(from: 0, to: columns.extent, by: side) {
        for row in top..<min(rows.extent, top + side) {
          for column in left..<min(columns.extent, left + side) {
            let source = unsafe from + row * rows.source + column * columns.source
            let target = unsafe to + row * rows.target + column * columns.target
            if block == 1 {
              unsafe target.pointee = source.pointee
            } else {
              unsafe target.update(from: source, count: block)
            }
          }
        }
      }
    }
  }

  /// The elements that `choices` names along each axis (nil: all in order), `fill` where one is -1.
  static func select(
    _ tensor: Tensor, _ choices: [[Int32]?], fill: Float, workers: Workers
  ) -> Tensor {
    let plan = SelectionPlan(tensor.shape, choices)
    var result = Tensor(uninitialized: plan.shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe tensor.pointer
    plan.forEachRow(workers: workers) { row, source in
      let target = unsafe to + row * plan.rowLength
      guard let source else {
        unsafe target.update(repeating: fill, count: plan.rowLength)
        return
      }
      guard let inner = plan.inner else {
        unsafe target.update(from: from + source + plan.shift, count: plan.rowLength)
        return
      }
      for (index, choice) in inner.enumerated() {
        let place = unsafe target + index * plan.block
        if choice < 0 {
          unsafe place.update(repeating: fill, count: plan.block)
        } else {
          unsafe place.update(
            from: from + source + Int(choice) * plan.block, count: plan.block)
        }
      }
    }
    return result
  }

  /// The gradient of `select` with respect to a tensor of `shape`: what was picked twice gets both.
  static func selectGradient(
    _ gradient: Tensor, _ choices: [[Int32]?], shape: Shape, workers: Workers
  ) -> Tensor {
    let plan = SelectionPlan(shape, choices)
    precondition(plan.shape == gradient.shape)
    var result = plan.isPermutation ? Tensor(uninitialized: shape) : Tensor(zeros: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let isInjective = plan.isInjective
    func put(_ source: UnsafePointer<Float>, _ place: UnsafeMutablePointer<Float>, _ count: Int) {
      if isInjective {
        unsafe place.update(from: source, count: count)
      } else {
        for index in 0..<count { unsafe place[index] += source[index] }
      }
    }
    // Rows that may meet in one place are added by one thread, in order.
    let workers = plan.isInjective ? workers : Workers(threads: 1)
    plan.forEachRow(workers: workers) { row, target in
      guard let target else { return }
      let source = unsafe from + row * plan.rowLength
      guard let inner = plan.inner else {
        return unsafe put(source, to + target + plan.shift, plan.rowLength)
      }
      for (index, choice) in inner.enumerated() where choice >= 0 {
        unsafe put(
          source + index * plan.block, to + target + Int(choice) * plan.block, plan.block)
      }
    }
    return result
  }

  /// The parts one after the other along `axis`.
  static func concatenate(_ parts: [Tensor], axis: Int, workers: Workers) -> Tensor {
    var extents = parts[0].shape.extents
    extents[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    var result = Tensor(uninitialized: Shape(extents))
    let to = unsafe result.mutablePointer()
    let outer = extents[..<axis].reduce(1, *)
    let length = extents[axis...].reduce(1, *)
    var first = 0
    for part in parts {
      let from = unsafe part.pointer
      let own = part.shape.extents[axis...].reduce(1, *)
      let place = first
      workers.forEachRange(of: outer, size: max(1, (1 << 16) / max(1, own))) { range in
        for row in range {
          unsafe (to + row * length + place).update(from: from + row * own, count: own)
        }
      }
      first += own
    }
    return result
  }
}

/// How a permutation is carried out: matrices of blocks, one for each position of the other axes.
private struct PermutationPlan {
  struct Axis {
    var extent = 1
    var source = 0
    var target = 0
  }

  private(set) var outer: [Axis] = []
  /// The axis that is innermost in the result, and the one that is innermost in the source.
  private(set) var rows = Axis()
  private(set) var columns = Axis()
  /// Elements that stay together.
  private(set) var block = 1
  let isIdentity: Bool

  init(_ shape: Shape, axes order: [Int]) {
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in strides.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    // Axes of the result, neighbours that stay neighbours as one.
    var axes: [Axis] = []
    for axis in order where shape[axis] != 1 {
      if let last = axes.last, last.source == strides[axis] * shape[axis] {
        axes[axes.count - 1].extent *= shape[axis]
        axes[axes.count - 1].source = strides[axis]
      } else {
        axes.append(Axis(extent: shape[axis], source: strides[axis]))
      }
    }
    var stride = 1
    for index in axes.indices.reversed() {
      axes[index].target = stride
      stride *= axes[index].extent
    }
    isIdentity = axes.count <= 1
    if let last = axes.last, last.source == 1 {
      block = last.extent
      axes.removeLast()
    }
    // What is innermost in the source, or was before the block was taken off.
    if let inner = axes.indices.min(by: { axes[$0].source < axes[$1].source }) {
      columns = axes.remove(at: inner)
    }
    if let inner = axes.popLast() { rows = inner }
    outer = axes
  }
}

/// How elements are picked: rows of the result, and where each comes from.
private struct SelectionPlan {
  let shape: Shape
  private let outer: [(extent: Int, choice: [Int32]?, stride: Int)]
  /// Elements of a row of the result.
  let rowLength: Int
  /// What a row picks, in blocks; nil: a stretch that begins `shift` elements in.
  let inner: [Int32]?
  let block: Int
  let shift: Int
  /// Whether no element is picked twice.
  let isInjective: Bool
  /// Whether every element is picked once.
  let isPermutation: Bool

  init(_ source: Shape, _ choices: [[Int32]?]) {
    precondition(choices.count == source.rank)
    shape = Shape(zip(source.extents, choices).map { $1?.count ?? $0 })
    isInjective = choices.allSatisfy { choice in
      guard let picked = choice?.filter({ $0 >= 0 }) else { return true }
      return Set(picked).count == picked.count
    }
    isPermutation =
      isInjective && shape == source && choices.allSatisfy { $0?.contains(-1) != true }
    // The last axis with a choice ends the rows; behind it all stays as it is.
    let last = choices.lastIndex { $0 != nil } ?? 0
    block = source.extents.dropFirst(last + 1).reduce(1, *)
    let choice = choices.isEmpty ? nil : choices[last]
    rowLength = (choice?.count ?? source.extents.first ?? 1) * block
    let start = Int(choice?.first ?? 0)
    let isStretch =
      choice.map { choice in
        start >= 0 && choice.indices.allSatisfy { Int(choice[$0]) == start + $0 }
      } ?? true
    inner = isStretch ? nil : choice
    shift = isStretch ? start * block : 0
    var stride = block * (source.rank > 0 ? source[last] : 1)
    var axes: [(Int, [Int32]?, Int)] = []
    for axis in (0..<last).reversed() {
      axes.append((choices[axis]?.count ?? source[axis], choices[axis], stride))
      stride *= source[axis]
    }
    outer = axes.map { (extent: $0.0, choice: $0.1, stride: $0.2) }
  }

  /// Visits each row of the result with the element where its source begins; nil: none.
  func forEachRow(workers: Workers, _ body: (_ row: Int, _ source: Int?) -> Void) {
    guard rowLength > 0 else { return }
    let rows = outer.reduce(1) { $0 * $1.extent }
    workers.forEachRange(of: rows, size: max(1, (1 << 15) / rowLength)) { range in
      for row in range {
        var (rest, source) = (row, 0)
        var isThere = true
        for axis in outer {
          let position = rest % axis.extent
          rest /= axis.extent
          let choice = axis.choice.map { Int($0[position]) } ?? position
          if choice < 0 { isThere = false }
          source += choice * axis.stride
        }
        body(row, isThere ? source : nil)
      }
    }
  }
}
