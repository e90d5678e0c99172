// A field without its grain: gradients differ so much from pixel to pixel that the outline of a level
// would be dust.

import ERFEngine

/// A map's values on a coarse grid, blurred.
struct SmoothField {
  static let side = 64
  /// Box filters of this reach, three times over, come near a Gaussian of 2.4 cells.
  private static let reach = 2

  /// (side, side) row-major.
  let values: [Double]

  init(_ field: HeatField, curve: Curve) {
    var values = field.resampled(rows: Self.side, columns: Self.side, curve: curve)
    for _ in 0..<3 {
      values = Self.blurred(Self.blurred(values, step: 1), step: Self.side)
    }
    self.values = values
  }

  /// The mean of neighbours along rows (step 1) or columns; at the edge the last value goes on.
  private static func blurred(_ values: [Double], step: Int) -> [Double] {
    let across = step == 1 ? side : 1
    return values.indices.map { index in
      let place = index / step % side
      let start = step == 1 ? index / across * across : index % side
      var sum = 0.0
      for offset in -reach...reach {
        sum += values[start + max(0, min(side - 1, place + offset)) * step]
      }
      return sum / Double(2 * reach + 1)
    }
  }

  /// Between the grid's values, over a window of a map of `length` pixels a side.
  func values(rows: Int, columns: Int, window: PixelWindow, of length: Int) -> [Double] {
    func places(_ count: Int, _ start: Double, _ extent: Double) -> [(low: Int, share: Double)] {
      (0..<count).map { index in
        let pixel = start + extent * (Double(index) + 0.5) / Double(count)
        let place = max(
          0, min(Double(Self.side - 1), pixel / Double(length) * Double(Self.side) - 0.5))
        let low = min(Self.side - 2, Int(place))
        return (low, place - Double(low))
      }
    }
    let across = places(columns, window.column, window.width)
    return places(rows, window.row, window.height).flatMap { row in
      across.map { column in
        let at = row.low * Self.side + column.low
        let top = values[at] * (1 - column.share) + values[at + 1] * column.share
        let below = at + Self.side
        let bottom = values[below] * (1 - column.share) + values[below + 1] * column.share
        return top * (1 - row.share) + bottom * row.share
      }
    }
  }
}
