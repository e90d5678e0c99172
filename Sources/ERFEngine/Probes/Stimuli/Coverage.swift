// Antialiased vector shapes: how much of each pixel lies inside.
//
// Additions, multiplications, divisions and square roots of IEEE numbers alone, so that every machine
// draws the same bytes.

/// Share of each pixel that is covered, 0...1, (size, size) row-major.
struct Coverage {
  let size: Int
  private(set) var values: [Float]

  init(size: Int) {
    self.size = size
    values = [Float](repeating: 0, count: size * size)
  }

  subscript(row: Int, column: Int) -> Float { values[row * size + column] }

  /// Covers more: what two parts share counts once.
  mutating func add(_ part: Part) {
    apply(part) { below, above in below + above - below * above }
  }

  /// Covers less.
  mutating func cut(_ part: Part) {
    apply(part) { below, above in below * (1 - above) }
  }

  private mutating func apply(_ part: Part, _ combine: (Float, Float) -> Float) {
    for row in 0..<part.rows.count {
      let target = (part.rows.lowerBound + row) * size + part.columns.lowerBound
      let source = row * part.columns.count
      for column in 0..<part.columns.count where part.values[source + column] > 0 {
        values[target + column] = combine(
          values[target + column], min(1, part.values[source + column]))
      }
    }
  }

  /// The mean over squares of side 2 `reach` + 1, twice: soft edges for light and shadow.
  func blurred(reach: Int) -> Coverage {
    var result = self
    for _ in 0..<2 {
      result.blurLines(reach: reach, lineStep: size, step: 1)
      result.blurLines(reach: reach, lineStep: 1, step: size)
    }
    return result
  }

  private mutating func blurLines(reach: Int, lineStep: Int, step: Int) {
    let scale = 1 / Float(2 * reach + 1)
    var line = [Float](repeating: 0, count: size)
    for index in 0..<size {
      let start = index * lineStep
      for position in 0..<size { line[position] = values[start + position * step] }
      var sum: Float = 0
      for position in 0..<min(reach, size) { sum += line[position] }
      for position in 0..<size {
        if position + reach < size { sum += line[position + reach] }
        if position - reach - 1 >= 0 { sum -= line[position - reach - 1] }
        values[start + position * step] = max(0, sum * scale)
      }
    }
  }
}

extension Coverage {
  /// A rectangle of covered pixels.
  struct Part {
    let rows: Range<Int>
    let columns: Range<Int>
    /// (rows, columns)
    fileprivate(set) var values: [Float]

    /// The pixels around `points`, cut to the canvas.
    private init(around points: some Sequence<SIMD2<Float>>, reach: Float, size: Int) {
      var low = SIMD2<Float>(repeating: Float(size))
      var high = SIMD2<Float>(repeating: 0)
      for point in points {
        low = pointwiseMin(low, point)
        high = pointwiseMax(high, point)
      }
      func span(_ low: Float, _ high: Float) -> Range<Int> {
        let first = max(0, min(size, Int((low - reach).rounded(.down))))
        return first..<max(first, min(size, Int((high + reach).rounded(.up)) + 1))
      }
      rows = span(low.y, high.y)
      columns = span(low.x, high.x)
      values = [Float](repeating: 0, count: rows.count * columns.count)
    }

    /// What closed outlines (column, row) enclose; outlines of opposite direction cut holes.
    ///
    /// Every edge adds the area to its right to the pixels it crosses, and a running sum along each
    /// row turns that into covered area: exact for polygons.
    init(inside outlines: [[SIMD2<Float>]], size: Int) {
      self.init(around: outlines.joined(), reach: 1, size: size)
      guard !values.isEmpty else { return }
      for outline in outlines {
        var previous = outline[outline.count - 1]
        for point in outline {
          addEdge(previous, point)
          previous = point
        }
      }
      for row in 0..<rows.count {
        var sum: Float = 0
        for index in row * columns.count..<(row + 1) * columns.count {
          sum += values[index]
          values[index] = min(1, abs(sum))
        }
      }
    }

    private mutating func addEdge(_ from: SIMD2<Float>, _ to: SIMD2<Float>) {
      guard from.y != to.y else { return }
      let direction: Float = from.y < to.y ? 1 : -1
      let (top, bottom) = from.y < to.y ? (from, to) : (to, from)
      let slope = (bottom.x - top.x) / (bottom.y - top.y)
      let first = max(rows.lowerBound, Int(top.y.rounded(.down)))
      let last = min(rows.upperBound - 1, Int(bottom.y.rounded(.down)))
      guard first <= last else { return }
      for row in first...last {
        let low = max(top.y, Float(row))
        let high = min(bottom.y, Float(row + 1))
        guard high > low else { continue }
        let start = top.x + (low - top.y) * slope
        let end = top.x + (high - top.y) * slope
        addSpan(
          row: row - rows.lowerBound, min(start, end) - Float(columns.lowerBound),
          max(start, end) - Float(columns.lowerBound), height: direction * (high - low))
      }
    }

    /// One edge within one row, from column `left` to `right`.
    private mutating func addSpan(row: Int, _ left: Float, _ right: Float, height: Float) {
      let width = columns.count
      let start = row * width
      let left = max(0, left)
      let right = max(left, right)
      var column = Int(left)
      guard column < width else { return }
      if Int(right) == column || right - left < 1e-4 {
        let middle = (left + right) / 2 - Float(column)
        values[start + column] += height * (1 - middle)
        if column + 1 < width { values[start + column + 1] += height * middle }
        return
      }
      // Area gained per column, spread over this and the next.
      let perColumn = height / (right - left)
      var position = left
      while position < right && column < width {
        let end = min(right, Float(column + 1))
        let part = (end - position) * perColumn
        let middle = (position + end) / 2 - Float(column)
        values[start + column] += part * (1 - middle)
        if column + 1 < width { values[start + column + 1] += part * middle }
        position = end
        column += 1
      }
    }

    /// A line of `width` pixels through `points`, round at its ends and bends.
    init(along points: [SIMD2<Float>], width: Float, size: Int) {
      self.init(around: points, reach: width / 2 + 1, size: size)
      for (from, to) in zip(points, points.dropFirst()) {
        addSegment(from, to, radius: width / 2)
      }
    }

    private mutating func addSegment(
      _ from: SIMD2<Float>, _ to: SIMD2<Float>, radius: Float
    ) {
      let along = to - from
      let square = max(1e-6, (along * along).sum())
      let reach = radius + 1
      func span(_ one: Float, _ other: Float, _ bounds: Range<Int>) -> Range<Int> {
        let low = max(bounds.lowerBound, Int((min(one, other) - reach).rounded(.down)))
        let high = min(bounds.upperBound, Int((max(one, other) + reach).rounded(.up)) + 1)
        return low..<max(low, high)
      }
      for row in span(from.y, to.y, rows) {
        for column in span(from.x, to.x, columns) {
          let offset = SIMD2(Float(column) + 0.5, Float(row) + 0.5) - from
          let share = min(1, max(0, (offset * along).sum() / square))
          let away = offset - along * share
          let cover = min(1, max(0, radius + 0.5 - (away * away).sum().squareRoot()))
          let index =
            (row - rows.lowerBound) * columns.count + column - columns.lowerBound
          values[index] = max(values[index], min(cover, 2 * radius))
        }
      }
    }
  }
}
