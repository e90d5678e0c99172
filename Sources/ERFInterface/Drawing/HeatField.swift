// The numbers behind a drawn heat map: the log-scaled map, and its reduction to a screen's pixels.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
public import ERFEngine

/// log10(M + 1) of a map, (H, W) row-major. Made once by the worker, drawn many times.
public struct HeatField: Sendable, Equatable {
  public let height: Int
  public let width: Int
  public let values: [Float]
  /// The largest value.
  public let peak: Double

  public init(height: Int, width: Int, values: [Float]) {
    precondition(values.count == height * width)
    self.height = height
    self.width = width
    self.values = values
    peak = Double(values.max() ?? 0)
  }

  public init(_ map: ERFMap) {
    self.init(
      height: map.height, width: map.width, values: map.values.map { Float(log1p($0) * M_LOG10E) })
  }

  /// Reduced or enlarged to `rows` x `columns`: each value is the mean over the area that its pixel
  /// covers, so that the mean over the map stays, and a narrow peak is dimmed but never skipped.
  public func resampled(rows: Int, columns: Int) -> [Double] {
    guard rows > 0, columns > 0 else { return [] }
    let across = Self.overlaps(from: width, to: columns)
    let down = Self.overlaps(from: height, to: rows)
    var narrow = [Double](repeating: 0, count: height * columns)
    for row in 0..<height {
      for (column, overlap) in across.enumerated() {
        var sum = 0.0
        for (offset, weight) in overlap.weights.enumerated() {
          sum += weight * Double(values[row * width + overlap.start + offset])
        }
        narrow[row * columns + column] = sum
      }
    }
    var result = [Double](repeating: 0, count: rows * columns)
    for (row, overlap) in down.enumerated() {
      for (offset, weight) in overlap.weights.enumerated() {
        let source = (overlap.start + offset) * columns
        for column in 0..<columns {
          result[row * columns + column] += weight * narrow[source + column]
        }
      }
    }
    return result
  }

  /// For each of `to` equal cells over `from` samples: the first sample touched and the share of the
  /// cell that each touched sample covers.
  private static func overlaps(from: Int, to: Int) -> [(start: Int, weights: [Double])] {
    let scale = Double(from) / Double(to)
    return (0..<to).map { cell in
      let low = Double(cell) * scale
      let high = Double(cell + 1) * scale
      let start = min(from - 1, Int(low))
      let end = max(start + 1, min(from, Int(high.rounded(.up))))
      var weights = (start..<end).map { sample in
        max(0, min(high, Double(sample + 1)) - max(low, Double(sample)))
      }
      let sum = weights.reduce(0, +)
      weights = sum > 0 ? weights.map { $0 / sum } : [1]
      return (start, weights)
    }
  }
}
