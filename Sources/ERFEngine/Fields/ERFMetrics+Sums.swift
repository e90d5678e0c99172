// The sums over a map that its metrics are made of.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ERFMetrics {
  /// All that one pass over a map gives; of a signed map, of its absolute values.
  ///
  /// A map waits for them on its way to the screen, and at a million pixels every array between a value
  /// and its sum takes longer to clear than to add up.
  struct Sums {
    /// Sum of M.
    private(set) var total = 0.0
    /// What of it lies within one sixteenth of the shorter side from the border.
    private(set) var border = 0.0
    /// Sums of M times the row, and times the column.
    private(set) var rowMoment = 0.0
    private(set) var columnMoment = 0.0
    /// M by the i of the smallest square of side 2i + 1 around the origin that holds a pixel.
    private(set) var squares: [Double]
    /// A, the log-scaled map, by the same.
    private(set) var logSquares: [Double]
    /// M by distance from the origin, rounded up to whole pixels.
    private(set) var circles: [Double]

    init(of map: ERFMap, around origin: (row: Int, column: Int)) {
      let (height, width) = (map.height, map.width)
      squares = [Double](repeating: 0, count: max(height, width) + 1)
      logSquares = squares
      circles = [Double](
        repeating: 0, count: Int(hypot(Double(height), Double(width))) + 2)
      let peak = log1p(map.peak)
      guard peak > 0 else { return }
      let margin = max(1, min(height, width) / 16)
      for row in 0..<height {
        let reach = abs(row - origin.row)
        let square = Double(reach * reach)
        let isAtBorder = row < margin || row >= height - margin
        for column in 0..<width {
          let value = abs(map[row * width + column])
          let away = abs(column - origin.column)
          let ring = max(reach, away)
          squares[ring] += value
          // log1p keeps the digits of networks whose scores are far below 1.
          logSquares[ring] += log1p(value) / peak
          let distance = (square + Double(away * away)).squareRoot()
          // Rounded up, without a call for each pixel.
          let whole = Int(distance)
          circles[distance > Double(whole) ? whole + 1 : whole] += value
          total += value
          rowMoment += value * Double(row)
          columnMoment += value * Double(column)
          if isAtBorder || column < margin || column >= width - margin { border += value }
        }
      }
    }
  }
}

extension ERFMap {
  /// Sum of |M| times the squared distance from a place.
  func spread(about centre: (row: Double, column: Double)) -> Double {
    var spread = 0.0
    for row in 0..<height {
      let dy = Double(row) - centre.row
      for column in 0..<width {
        let dx = Double(column) - centre.column
        spread += abs(self[row * width + column]) * (dy * dy + dx * dx)
      }
    }
    return spread
  }
}
