// Dense linear algebra in double precision, through Eigen.

internal import CEigen

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
    let isDone = unsafe left.values.withUnsafeBufferPointer { a in
      unsafe right.values.withUnsafeBufferPointer { b in
        unsafe result.values.withUnsafeMutableBufferPointer { c in
          unsafe ce_multiply(
            left.rows, right.columns, left.columns, a.baseAddress, b.baseAddress, c.baseAddress)
        }
      }
    }
    precondition(isDone == 1, "out of memory")
    return result
  }

  /// Eigenvalues, rising, and an orthonormal eigenvector a row; nil where the iteration fails.
  ///
  /// - Precondition: square and symmetric; only one half is read.
  func eigensystem() -> (values: [Double], vectors: Matrix)? {
    precondition(rows == columns)
    guard rows > 0 else { return ([], self) }
    var eigenvalues = [Double](repeating: 0, count: rows)
    var vectors = [Double](repeating: 0, count: values.count)
    let isSolved = unsafe values.withUnsafeBufferPointer { a in
      unsafe eigenvalues.withUnsafeMutableBufferPointer { found in
        unsafe vectors.withUnsafeMutableBufferPointer { directions in
          unsafe ce_eigensystem(rows, a.baseAddress, found.baseAddress, directions.baseAddress)
        }
      }
    }
    guard isSolved == 1 else { return nil }
    return (eigenvalues, Matrix(rows: rows, columns: columns, values: vectors))
  }
}
