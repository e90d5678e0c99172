// Attention head by head, in blocks of rows whose scores stay in the cache.

internal import CKernels

/// Sizes of one attention: queries (N, L, heads, depth), keys (N, M, heads, depth), values
/// (N, M, heads, width).
struct AttentionGeometry: Sendable {
  let batch: Int
  let heads: Int
  let queries: Int
  let keys: Int
  let depth: Int
  let width: Int
  let scale: Float
  /// (1 or N, 1 or heads, L, M), added to the scaled scores; nil: nothing is.
  var bias: Tensor?

  /// Rows whose scores are computed at a time.
  var rows: Int { max(1, min(queries, max(8, (1 << 15) / max(1, keys)))) }

  fileprivate func biasOffset(image: Int, head: Int) -> Int {
    guard let shape = bias?.shape else { return 0 }
    let (images, heads) = (shape[0], shape[1])
    return ((images == 1 ? 0 : image) * heads + (heads == 1 ? 0 : head)) * queries * keys
  }
}

enum AttentionKernels {
  /// softmax(scale Q K^T + bias) V, (N, L, heads, width).
  static func forward(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ g: AttentionGeometry, workers: Workers
  ) -> Tensor {
    var output = Tensor(
      uninitialized: Shape([g.batch, g.queries, g.heads, g.width]))
    let to = unsafe output.mutablePointer()
    let (q, k, v) = unsafe (query.pointer, key.pointer, value.pointer)
    let blocks = (g.queries + g.rows - 1) / g.rows
    workers.forEach(g.batch * g.heads * blocks) { index in
      let (pair, block) = (index / blocks, index % blocks)
      let (image, head) = (pair / g.heads, pair % g.heads)
      let rows = block * g.rows..<min(g.queries, (block + 1) * g.rows)
      let scores = unsafe Scratch(count: rows.count * g.keys)
      unsafe weights(g, image, head, rows, q, k, scores.base)
      unsafe MatrixProduct(
        rows: rows.count, columns: g.width, inner: g.keys, a: scores.base, strideA: g.keys,
        b: v + (image * g.keys * g.heads + head) * g.width, strideB: g.heads * g.width,
        transposedB: false,
        c: to + ((image * g.queries + rows.lowerBound) * g.heads + head) * g.width,
        strideC: g.heads * g.width
      ).run()
    }
    return output
  }

  /// The softmax of the scores of some rows.
  private static func weights(
    _ g: AttentionGeometry, _ image: Int, _ head: Int, _ rows: Range<Int>,
    _ q: UnsafePointer<Float>, _ k: UnsafePointer<Float>, _ scores: UnsafeMutablePointer<Float>
  ) {
    let count = rows.count * g.keys
    unsafe MatrixProduct(
      rows: rows.count, columns: g.keys, inner: g.depth,
      a: q + ((image * g.queries + rows.lowerBound) * g.heads + head) * g.depth,
      strideA: g.heads * g.depth, b: k + (image * g.keys * g.heads + head) * g.depth,
      strideB: g.heads * g.depth, transposedB: true, c: scores, strideC: g.keys
    ).run()
    if g.scale != 1 {
      unsafe ck_unary(CK_AFFINE, g.scale, 0, scores, count, scores, nil)
    }
    if let bias = g.bias {
      let table =
        unsafe bias.pointer + g.biasOffset(image: image, head: head) + rows.lowerBound * g.keys
      unsafe ck_add(scores, table, count, scores)
    }
    unsafe ck_softmax(scores, rows.count, g.keys, scores)
  }

  /// The gradients of queries, keys and values; scores are computed anew.
  static func gradient(
    _ gradient: Tensor, _ query: Tensor, _ key: Tensor, _ value: Tensor, _ g: AttentionGeometry,
    workers: Workers
  ) -> [Tensor] {
    var (dQuery, dKey, dValue) = (
      Tensor(uninitialized: query.shape), Tensor(zeros: key.shape), Tensor(zeros: value.shape)
    )
    let (dq, dk, dv) = unsafe (
      dQuery.mutablePointer(), dKey.mutablePointer(), dValue.mutablePointer()
    )
    let (q, k, v, d) = unsafe (query.pointer, key.pointer, value.pointer, gradient.pointer)
    // Keys and values of a head gather from all rows, so that heads are the parts of the work.
    workers.forEach(g.batch * g.heads) { pair in
      let (image, head) = (pair / g.heads, pair % g.heads)
      let scores = unsafe Scratch(count: g.rows * g.keys)
      let slopes = unsafe Scratch(count: g.rows * g.keys)
      let keyPlace = (image * g.keys * g.heads + head) * g.depth
      let valuePlace = (image * g.keys * g.heads + head) * g.width
      for first in stride(from: 0, to: g.queries, by: g.rows) {
        let rows = first..<min(g.queries, first + g.rows)
        let queryPlace = ((image * g.queries + first) * g.heads + head) * g.depth
        let outputPlace = ((image * g.queries + first) * g.heads + head) * g.width
        unsafe weights(g, image, head, rows, q, k, scores.base)
        // dV += P^T dO
        unsafe MatrixProduct(
          rows: g.keys, columns: g.width, inner: rows.count, a: scores.base, strideA: g.keys,
          b: d + outputPlace, strideB: g.heads * g.width, transposedB: false,
          c: dv + valuePlace, strideC: g.heads * g.width, transposedA: true, accumulates: true
        ).run()
        // dP = dO V^T
        unsafe MatrixProduct(
          rows: rows.count, columns: g.keys, inner: g.width, a: d + outputPlace,
          strideA: g.heads * g.width, b: v + valuePlace, strideB: g.heads * g.width,
          transposedB: true, c: slopes.base, strideC: g.keys
        ).run()
        unsafe ck_softmax_gradient(
          scores.base, slopes.base, rows.count, g.keys, slopes.base)
        if g.scale != 1 {
          unsafe ck_unary(
            CK_AFFINE, g.scale, 0, slopes.base, rows.count * g.keys, slopes.base, nil)
        }
        // dQ = dS K, dK += dS^T Q
        unsafe MatrixProduct(
          rows: rows.count, columns: g.depth, inner: g.keys, a: slopes.base, strideA: g.keys,
          b: k + keyPlace, strideB: g.heads * g.depth, transposedB: false, c: dq + queryPlace,
          strideC: g.heads * g.depth
        ).run()
        unsafe MatrixProduct(
          rows: g.keys, columns: g.depth, inner: rows.count, a: slopes.base, strideA: g.keys,
          b: q + queryPlace, strideB: g.heads * g.depth, transposedB: false, c: dk + keyPlace,
          strideC: g.heads * g.depth, transposedA: true, accumulates: true
        ).run()
      }
    }
    return [dQuery, dKey, dValue]
  }
}
