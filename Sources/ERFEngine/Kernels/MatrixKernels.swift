// Matrix products through oneDNN, called by single threads on tiles of their own.

internal import COneDNN

/// One row-major matrix product C (rows, columns) = A (rows, inner) * B or B transposed.
@unsafe
struct MatrixProduct {
  var rows: Int
  var columns: Int
  var inner: Int
  var a: UnsafePointer<Float>
  var strideA: Int
  var b: UnsafePointer<Float>
  var strideB: Int
  /// Whether B is stored (columns, inner), as weights are.
  var transposedB: Bool
  var c: UnsafeMutablePointer<Float>
  var strideC: Int
  /// Whether A is stored (inner, rows).
  var transposedA = false
  /// Whether the product is added to C.
  var accumulates = false

  func run() {
    guard unsafe rows > 0 && columns > 0 else { return }
    var product = unsafe cd_product(
      rows: Int64(rows), columns: Int64(columns), inner: Int64(inner), transposed_a: transposedA,
      transposed_b: transposedB, accumulates: accumulates, stride_a: Int64(strideA),
      stride_b: Int64(strideB), stride_c: Int64(strideC))
    let done = unsafe cd_multiply(&product, a, b, c)
    precondition(done, "a matrix product was given impossible sizes")
  }
}

/// A fixed cut of a (rows, columns) product into tiles: by size only, never by thread count.
struct MatrixTiling {
  let rows: Int
  let columns: Int
  let rowTile: Int
  let columnTile: Int

  /// Tiles of at most `maxRows` rows; where that leaves few tiles, wide products are also cut by
  /// columns.
  init(rows: Int, columns: Int, maxRows: Int = 512) {
    self.rows = rows
    self.columns = columns
    let rowTiles = max(1, (rows + maxRows - 1) / maxRows)
    rowTile = max(1, (rows + rowTiles - 1) / rowTiles)
    let wanted = max(1, 8 / rowTiles)
    let chunks = min(wanted, max(1, columns / 128))
    columnTile = max(1, ((columns + chunks - 1) / chunks + 15) / 16 * 16)
  }

  var rowTiles: Int { (rows + rowTile - 1) / rowTile }
  var columnTiles: Int { (columns + columnTile - 1) / columnTile }
  var count: Int { rowTiles * columnTiles }

  subscript(tile: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let row = tile / columnTiles * rowTile
    let column = tile % columnTiles * columnTile
    return (row..<min(rows, row + rowTile), column..<min(columns, column + columnTile))
  }
}

/// Products of whole tensors, over the workers.
enum MatrixKernels {
  /// (rows, inputs) * (outputs, inputs) transposed + bias (outputs) -> (rows, outputs).
  static func multiply(
    _ input: Tensor, weights: Tensor, bias: Tensor?, shape: Shape, workers: Workers
  ) -> Tensor {
    let outputs = weights.shape[0]
    let inner = weights.count / max(1, outputs)
    let rows = shape.pixels
    precondition(input.count == rows * inner && shape.channels == outputs)
    var result = Tensor(uninitialized: shape)
    let c = unsafe result.mutablePointer()
    let a = unsafe input.pointer
    let b = unsafe weights.pointer
    let tiling = MatrixTiling(rows: rows, columns: outputs)
    workers.forEach(tiling.count) { index in
      let tile = tiling[index]
      let target = unsafe c + tile.rows.lowerBound * outputs + tile.columns.lowerBound
      unsafe MatrixProduct(
        rows: tile.rows.count, columns: tile.columns.count, inner: inner,
        a: a + tile.rows.lowerBound * inner, strideA: inner,
        b: b + tile.columns.lowerBound * inner, strideB: inner, transposedB: true,
        c: target, strideC: outputs
      ).run()
      if let bias {
        unsafe ElementKernels.addBias(
          bias.pointer + tile.columns.lowerBound, to: target, rows: tile.rows.count,
          columns: tile.columns.count, stride: outputs)
      }
    }
    return result
  }

  /// (rows, outputs) * (outputs, inputs) -> (rows, inputs): the input gradient of `multiply`.
  static func multiplyGradient(
    _ gradient: Tensor, weights: Tensor, shape: Shape, workers: Workers
  ) -> Tensor {
    let outputs = weights.shape[0]
    let inputs = weights.count / max(1, outputs)
    let rows = shape.count / max(1, inputs)
    precondition(gradient.count == rows * outputs && shape.count == rows * inputs)
    var result = Tensor(uninitialized: shape)
    let c = unsafe result.mutablePointer()
    let a = unsafe gradient.pointer
    let b = unsafe weights.pointer
    let tiling = MatrixTiling(rows: rows, columns: inputs)
    workers.forEach(tiling.count) { index in
      let tile = tiling[index]
      unsafe MatrixProduct(
        rows: tile.rows.count, columns: tile.columns.count, inner: outputs,
        a: a + tile.rows.lowerBound * outputs, strideA: outputs,
        b: b + tile.columns.lowerBound, strideB: inputs, transposedB: false,
        c: c + tile.rows.lowerBound * inputs + tile.columns.lowerBound, strideC: inputs
      ).run()
    }
    return result
  }
}
