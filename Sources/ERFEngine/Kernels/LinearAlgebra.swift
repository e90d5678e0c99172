// Dense linear algebra in double precision, through LAPACK and BLAS.

#if canImport(Accelerate)
  internal import Accelerate
#else
  internal import CLAPACK
#endif

/// A matrix of doubles, (rows, columns) row-major.
struct Matrix: Equatable {
  let rows: Int
  let columns: Int
  var values: [Double]

  init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  var transposed: Matrix {
    var result = Matrix(
      rows: columns, columns: rows, values: [Double](repeating: 0, count: values.count))
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// A B.
  static func * (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.columns == right.rows, "\(left.columns) columns, \(right.rows) rows")
    var result = Matrix(
      rows: left.rows, columns: right.columns,
      values: [Double](repeating: 0, count: left.rows * right.columns))
    guard left.columns > 0 && !result.values.isEmpty else { return result }
    // By columns, as BLAS counts, these are the transposed matrices: C^T = B^T A^T.
    var (m, n, k) = (Int32(right.columns), Int32(left.rows), Int32(left.columns))
    var (one, zero) = (1.0, 0.0)
    var asIs = CChar(UInt8(ascii: "N"))
    unsafe left.values.withUnsafeBufferPointer { a in
      unsafe right.values.withUnsafeBufferPointer { b in
        unsafe result.values.withUnsafeMutableBufferPointer { c in
          #if canImport(Accelerate)
            unsafe dgemm_(
              &asIs, &asIs, &m, &n, &k, &one, b.baseAddress!, &m, a.baseAddress!, &k, &zero,
              c.baseAddress!, &m)
          #else
            unsafe dgemm_(
              &asIs, &asIs, &m, &n, &k, &one, b.baseAddress, &m, a.baseAddress, &k, &zero,
              c.baseAddress, &m, 1, 1)
          #endif
        }
      }
    }
    return result
  }

  /// Eigenvalues, rising, and an orthonormal eigenvector a row; nil where the iteration fails.
  ///
  /// - Precondition: square and symmetric; only one half is read.
  func eigensystem() -> (values: [Double], vectors: Matrix)? {
    precondition(rows == columns)
    guard rows > 0 else { return ([], self) }
    var size = Int32(rows)
    var vectors = values
    var eigenvalues = [Double](repeating: 0, count: rows)
    // LAPACK's documented least sizes for dsyevd with vectors.
    var workCount = Int32(1 + 6 * rows + 2 * rows * rows)
    var indexCount = Int32(3 + 5 * rows)
    var work = [Double](repeating: 0, count: Int(workCount))
    var indices = [Int32](repeating: 0, count: Int(indexCount))
    var info: Int32 = 0
    var withVectors = CChar(UInt8(ascii: "V"))
    var half = CChar(UInt8(ascii: "U"))
    #if canImport(Accelerate)
      unsafe dsyevd_(
        &withVectors, &half, &size, &vectors, &size, &eigenvalues, &work, &workCount, &indices,
        &indexCount, &info)
    #else
      unsafe dsyevd_(
        &withVectors, &half, &size, &vectors, &size, &eigenvalues, &work, &workCount, &indices,
        &indexCount, &info, 1, 1)
    #endif
    guard info == 0 else { return nil }
    return (eigenvalues, Matrix(rows: rows, columns: columns, values: vectors))
  }
}
