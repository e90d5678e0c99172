// A linear read-out of frozen features, fitted in closed form.

/// Ridge regression on one-hot categories (Hoerl and Kennard 1970): scores = W z + b, where z are the
/// features, each with the mean and deviation of the training stimuli removed.
///
/// W minimises |Y - Z W^T|^2 + lambda |W|^2 with centred Y. Lambda is the one of ``candidates`` with
/// the least squared error when each training stimulus is left out in turn, which for ridge has a
/// closed form (Golub, Heath and Wahba 1979): residual / (1 - h).
struct RidgeReadOut {
  /// Lambda over the mean eigenvalue of Z Z^T that are tried: half decades from 1e-4 to 1e3.
  static let candidates: [Double] = [
    1e-4, 3.162_277_66e-4, 1e-3, 3.162_277_66e-3, 1e-2, 3.162_277_66e-2, 1e-1, 3.162_277_66e-1,
    1, 3.162_277_66, 10, 31.622_776_6, 100, 316.227_766, 1000,
  ]

  /// Removed from each feature, and by what it is then divided.
  let mean: [Double]
  let deviation: [Double]
  /// (features, classes)
  let weights: Matrix
  /// One a class: its share of the training stimuli.
  let intercept: [Double]
  let lambda: Double
  /// Mean over stimuli and classes of the squared error of those left out.
  let leaveOneOutError: Double

  /// Scores of all classes.
  func scores(_ features: [Float]) -> [Double] {
    var scores = intercept
    for (index, value) in features.enumerated() {
      let z = (Double(value) - mean[index]) / deviation[index]
      for column in scores.indices { scores[column] += z * weights[index, column] }
    }
    return scores
  }
}

/// Why a read-out could not be fitted.
public enum ReadOutError: ExplainedError, Equatable {
  case constantFeatures(tap: String)
  case notSolved(tap: String)

  public var explanation: String {
    switch self {
    case .constantFeatures(let tap):
      "no read-out of \(tap): all stimuli give it the same features"
    case .notSolved(let tap):
      "no read-out of \(tap): the eigenvalues of its features could not be computed"
    }
  }
}

// MARK: Fitting

extension RidgeReadOut {
  /// Fits features of training stimuli, all of one length, to classes 0 ..< `classes`.
  ///
  /// - Parameter lambda: nil: chosen by leaving one out.
  /// - Throws: ``ReadOutError`` naming `tap`.
  init(
    features: [[Float]], labels: [Int], classes: Int, lambda fixed: Double? = nil, tap: String
  ) throws(ReadOutError) {
    precondition(features.count == labels.count && features.count > 1)
    let standard = Standardised(features)
    guard !standard.isConstant else { throw .constantFeatures(tap: tap) }
    let targets = Targets(labels: labels, classes: classes)
    guard let basis = Basis(standard.matrix) else { throw .notSolved(tap: tap) }
    let projected = basis.scores.transposed * targets.centred
    let meanEigenvalue = basis.eigenvalues.reduce(0, +) / Double(features.count)
    let tried = fixed.map { [$0] } ?? Self.candidates.map { $0 * meanEigenvalue }
    var best: (lambda: Double, error: Double)?
    for lambda in tried {
      let error = basis.leaveOneOutError(
        lambda: lambda, projected: projected, targets: targets.centred)
      if error < best?.error ?? .infinity { best = (lambda, error) }
    }
    guard let best else { throw .notSolved(tap: tap) }
    mean = standard.mean
    deviation = standard.deviation
    intercept = targets.mean
    lambda = best.lambda
    leaveOneOutError = best.error
    weights = basis.weights(lambda: best.lambda, projected: projected)
  }

  /// Features with mean 0 and deviation 1; those that never change are left at 0.
  private struct Standardised {
    let mean: [Double]
    let deviation: [Double]
    /// (stimuli, features)
    let matrix: Matrix
    let isConstant: Bool

    init(_ features: [[Float]]) {
      let width = features[0].count
      let count = Double(features.count)
      var mean = [Double](repeating: 0, count: width)
      for row in features {
        for column in 0..<width { mean[column] += Double(row[column]) / count }
      }
      var variance = [Double](repeating: 0, count: width)
      for row in features {
        for column in 0..<width {
          let difference = Double(row[column]) - mean[column]
          variance[column] += difference * difference / count
        }
      }
      // Below float32's resolution a feature only carries rounding.
      let varies = zip(mean, variance).map { $1.squareRoot() > 1e-6 * max(abs($0), 1e-30) }
      deviation = zip(varies, variance).map { $0 ? $1.squareRoot() : .infinity }
      self.mean = mean
      isConstant = !varies.contains(true)
      var values: [Double] = []
      values.reserveCapacity(features.count * width)
      for row in features {
        for column in 0..<width {
          values.append((Double(row[column]) - mean[column]) / deviation[column])
        }
      }
      matrix = Matrix(rows: features.count, columns: width, values: values)
    }
  }

  private struct Targets {
    let mean: [Double]
    /// (stimuli, classes), one-hot less its mean.
    let centred: Matrix

    init(labels: [Int], classes: Int) {
      var mean = [Double](repeating: 0, count: classes)
      for label in labels { mean[label] += 1 / Double(labels.count) }
      var values: [Double] = []
      values.reserveCapacity(labels.count * classes)
      for label in labels {
        for column in 0..<classes { values.append((column == label ? 1 : 0) - mean[column]) }
      }
      self.mean = mean
      centred = Matrix(rows: labels.count, columns: classes, values: values)
    }
  }

  /// The directions of Z, from the smaller of Z Z^T and Z^T Z, so that every lambda is cheap.
  private struct Basis {
    let eigenvalues: [Double]
    /// Z V: coordinates of the stimuli along the eigenvectors, (stimuli, directions).
    let scores: Matrix
    /// V, (features, directions)
    let directions: Matrix

    init?(_ z: Matrix) {
      let isWide = z.columns > z.rows
      let gram = isWide ? z * z.transposed : z.transposed * z
      guard let system = gram.eigensystem(), let largest = system.values.last else { return nil }
      // Directions without any variance beyond rounding add nothing.
      let kept = system.values.indices.filter { system.values[$0] > 1e-12 * largest }
      eigenvalues = kept.map { system.values[$0] }
      let rows = kept.flatMap { index in
        (0..<gram.rows).map { system.vectors[index, $0] }
      }
      let vectors = Matrix(rows: kept.count, columns: gram.rows, values: rows)
      if isWide {
        // Z Z^T = U L U^T: Z V = U L^1/2 and V = Z^T U L^-1/2.
        var scores = vectors.transposed
        var directions = z.transposed * scores
        for column in kept.indices {
          let root = eigenvalues[column].squareRoot()
          for row in 0..<scores.rows { scores[row, column] *= root }
          for row in 0..<directions.rows { directions[row, column] /= root }
        }
        self.scores = scores
        self.directions = directions
      } else {
        directions = vectors.transposed
        scores = z * directions
      }
    }

    /// `projected`: (Z V)^T Y, (directions, classes).
    func leaveOneOutError(lambda: Double, projected: Matrix, targets: Matrix) -> Double {
      let fitted = scores * shrunk(projected, lambda)
      var sum = 0.0
      for row in 0..<targets.rows {
        // 1 / n is the intercept's part.
        var leverage = 1 / Double(targets.rows)
        for column in eigenvalues.indices {
          leverage += scores[row, column] * scores[row, column] / (eigenvalues[column] + lambda)
        }
        for column in 0..<targets.columns {
          let residual = (targets[row, column] - fitted[row, column]) / max(1e-9, 1 - leverage)
          sum += residual * residual
        }
      }
      return sum / Double(targets.values.count)
    }

    func weights(lambda: Double, projected: Matrix) -> Matrix {
      directions * shrunk(projected, lambda)
    }

    private func shrunk(_ projected: Matrix, _ lambda: Double) -> Matrix {
      var result = projected
      for row in eigenvalues.indices {
        for column in 0..<result.columns { result[row, column] /= eigenvalues[row] + lambda }
      }
      return result
    }
  }
}
