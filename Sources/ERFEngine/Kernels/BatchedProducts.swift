// Matrix products of many pairs of matrices.

/// The sizes of products (..., rows, inner) * (..., inner, columns), batches repeated as numpy does.
struct BatchedProduct {
  /// Extents in front of the matrices, of the result.
  let batch: [Int]
  let rows: Int
  let columns: Int
  let inner: Int
  /// Where each product's matrices begin, counted in matrices.
  let left: [Int]
  let right: [Int]

  /// nil where the shapes do not go together. A flag says that a matrix is stored the other way round.
  init?(_ left: Shape, _ right: Shape, transposedLeft: Bool = false, transposedRight: Bool = false)
  {
    guard left.rank >= 2, right.rank >= 2 else { return nil }
    let (a, b) = (left.extents.suffix(2), right.extents.suffix(2))
    (rows, inner) = transposedLeft ? (a.last ?? 0, a.first ?? 0) : (a.first ?? 0, a.last ?? 0)
    let other: Int
    (other, columns) = transposedRight ? (b.last ?? 0, b.first ?? 0) : (b.first ?? 0, b.last ?? 0)
    let (outerLeft, outerRight) = (
      Shape(Array(left.extents.dropLast(2))), Shape(Array(right.extents.dropLast(2)))
    )
    guard other == inner, let shape = Broadcast.shape(outerLeft, outerRight) else { return nil }
    batch = shape.extents
    self.left = Self.places(outerLeft, in: shape)
    self.right = Self.places(outerRight, in: shape)
  }

  var shape: Shape { Shape(batch + [rows, columns]) }

  private static func places(_ own: Shape, in shape: Shape) -> [Int] {
    let extents = Broadcast.padded(own, shape.rank)
    return (0..<shape.count).map { index in
      var (rest, place, stride) = (index, 0, 1)
      for axis in shape.extents.indices.reversed() {
        let position = rest % shape[axis]
        rest /= shape[axis]
        if extents[axis] != 1 { place += position * stride }
        stride *= extents[axis]
      }
      return place
    }
  }
}

extension MatrixKernels {
  /// The products, each matrix as stored: see ``BatchedProduct``.
  static func multiply(
    _ left: Tensor, _ right: Tensor, transposedLeft: Bool = false, transposedRight: Bool = false,
    workers: Workers
  ) -> Tensor {
    guard
      let product = BatchedProduct(
        left.shape, right.shape, transposedLeft: transposedLeft, transposedRight: transposedRight)
    else { preconditionFailure("\(left.shape) times \(right.shape)") }
    var result = Tensor(uninitialized: product.shape)
    let c = unsafe result.mutablePointer()
    let (a, b) = unsafe (left.pointer, right.pointer)
    let (rows, columns, inner) = (product.rows, product.columns, product.inner)
    if inner == 0 {
      unsafe c.update(repeating: 0, count: result.count)
      return result
    }
    let tiling = MatrixTiling(rows: rows, columns: columns)
    // Small products go several to a tile of work.
    let together = max(1, (1 << 18) / max(1, rows * columns * inner))
    let tiles = together > 1 ? 1 : tiling.count
    workers.forEachRange(of: product.left.count * tiles, size: together) { range in
      for index in range {
        let (matrix, tile) = (index / tiles, index % tiles)
        let (some, few) = tiles == 1 ? (0..<rows, 0..<columns) : tiling[tile]
        let (first, second) = unsafe (
          a + product.left[matrix] * rows * inner, b + product.right[matrix] * inner * columns
        )
        unsafe MatrixProduct(
          rows: some.count, columns: few.count, inner: inner,
          a: first + some.lowerBound * (transposedLeft ? 1 : inner),
          strideA: transposedLeft ? rows : inner,
          b: second + few.lowerBound * (transposedRight ? inner : 1),
          strideB: transposedRight ? inner : columns, transposedB: transposedRight,
          c: c + (matrix * rows + some.lowerBound) * columns + few.lowerBound, strideC: columns,
          transposedA: transposedLeft
        ).run()
      }
    }
    return result
  }
}
