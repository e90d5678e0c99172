// Sums and largest values over axes of tensors of any rank.

internal import CKernels

enum ReductionKernels {
  enum Rule: Hashable, Sendable { case sum, maximum, minimum }

  /// Over `axes`, whose extents become 1. Of no elements the sum is 0 and the largest minus infinity.
  static func reduce(
    _ tensor: Tensor, _ rule: Rule, axes: Set<Int>, workers: Workers
  ) -> Tensor {
    var result = tensor
    var extents = tensor.shape.extents
    // From the last axis on, neighbours together.
    var end = extents.count
    while end > 0 {
      guard axes.contains(end - 1) else {
        end -= 1
        continue
      }
      var begin = end - 1
      while begin > 0 && axes.contains(begin - 1) { begin -= 1 }
      let outer = extents[..<begin].reduce(1, *)
      let inner = extents[end...].reduce(1, *)
      let count = extents[begin..<end].reduce(1, *)
      for axis in begin..<end { extents[axis] = 1 }
      result = reduce(
        result, rule, outer: outer, count: count, inner: inner, shape: Shape(extents),
        workers: workers)
      end = begin
    }
    return result
  }

  /// The sum over the axes along which `shape` was repeated: the gradient of broadcasting.
  static func sum(_ tensor: Tensor, to shape: Shape, workers: Workers) -> Tensor {
    if tensor.shape == shape { return tensor }
    let target = Broadcast.padded(shape, tensor.shape.rank)
    let axes = target.indices.filter { target[$0] == 1 && tensor.shape[$0] != 1 }
    return reduce(tensor, .sum, axes: Set(axes), workers: workers).reshaped(shape)
  }

  private static func reduce(
    _ tensor: Tensor, _ rule: Rule, outer: Int, count: Int, inner: Int, shape: Shape,
    workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe tensor.pointer
    guard outer * inner > 0 else { return result }
    let start: Float =
      switch rule {
      case .sum: 0
      case .maximum: -.infinity
      case .minimum: .infinity
      }
    guard count > 0 else {
      unsafe to.update(repeating: start, count: outer * inner)
      return result
    }
    let size = max(1, (1 << 15) / max(1, count * inner))
    workers.forEachRange(of: outer, size: size) { range in
      for row in range {
        let source = unsafe from + row * count * inner
        let target = unsafe to + row * inner
        switch rule {
        case .sum where inner == 1: unsafe target.pointee = sum(source, count)
        case .sum: unsafe sums(source, count, inner, target)
        case .maximum, .minimum:
          let pairing = rule == .maximum ? CK_MAXIMUM : CK_MINIMUM
          unsafe target.update(repeating: start, count: inner)
          for step in 0..<count {
            unsafe ck_binary(pairing, target, 1, source + step * inner, 1, inner, target)
          }
        }
      }
    }
    return result
  }

  /// In double precision: means over whole maps are sums of very many.
  private static func sum(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
    var sum = 0.0
    for index in 0..<count { unsafe sum += Double(row[index]) }
    return Float(sum)
  }

  /// One sum a column, long ones in parts.
  private static func sums(
    _ rows: UnsafePointer<Float>, _ count: Int, _ columns: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let part = 1024
    unsafe ck_channel_sums(rows, min(part, count), columns, target)
    guard count > part else { return }
    let piece = unsafe Scratch(count: columns)
    for first in stride(from: part, to: count, by: part) {
      unsafe ck_channel_sums(
        rows + first * columns, min(part, count - first), columns, piece.base)
      unsafe ck_add(target, piece.base, columns, target)
    }
  }
}
