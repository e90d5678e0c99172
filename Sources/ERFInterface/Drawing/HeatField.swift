// The numbers behind a drawn heat map, prepared by the worker so that drawing at any size, place and
// scale costs no more than the pixels drawn.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
public import ERFEngine

/// How map values become brightness.
public enum Curve: String, Sendable, CaseIterable {
  /// log10(M + 1), as the paper shows it; linear where M is far below 1.
  case log
  /// log10(M / max), three decades of it: a true logarithm, whatever the size of M.
  case decades
  case linear
  /// The fourth root, as VMamba's figures have it.
  case power

  /// The curve's value; negative ones mirror positive ones.
  @inline(__always)
  func callAsFunction(_ value: Double) -> Double {
    let size = abs(value)
    let curved =
      switch self {
      case .log: log1p(size) * M_LOG10E
      // Means are taken of M; the logarithm comes with the colours.
      case .decades, .linear: size
      case .power: size.squareRoot().squareRoot()
      }
    return value < 0 ? -curved : curved
  }
}

/// A place on the input in pixels; the middle of pixel i is i + 0.5.
public struct PixelPlace: Sendable, Equatable {
  public var row: Double
  public var column: Double

  public init(row: Double, column: Double) {
    self.row = row
    self.column = column
  }
}

/// A map on all scales.
public struct HeatField: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// Whether there may be negative values.
  public let isSigned: Bool
  /// The pixel that distances are measured from.
  public let centre: (row: Int, column: Int)
  /// Sums over the values of each curve.
  private let areas: [Curve: SummedArea]
  /// Mean of each curve at distances 0, 1, 2, ... pixels from the centre.
  public let radial: [Curve: [Double]]
  /// The largest mean of each curve over the parts of a grid: what the highest colour stands for, on
  /// screens of any size. Not the map's own largest value: that is often a single pixel, beside which
  /// all else would be black.
  public let tops: [Curve: Double]
  /// Parts of that grid, down and across.
  static let topGrid = 64

  /// - Parameter centre: row and column; nil: the middle.
  public init(_ map: ERFMap, centre: (row: Int, column: Int)? = nil) {
    self = Self.made(of: map, centre: centre) {}.field
  }

  /// The field of `map`, and what is made beside it: a map waits for both on its way to the screen.
  static func made<Beside: Sendable>(
    of map: ERFMap, centre: (row: Int, column: Int)?, beside: @Sendable () -> Beside
  ) -> (field: HeatField, beside: Beside) {
    let values = map.values
    let distances = Distances(
      height: map.height, width: map.width, centre: centre ?? (map.height / 2, map.width / 2))
    let curves = Curve.allCases.filter { $0 != .decades }
    // Side by side, not one within the other: what is nested gets no threads of its own.
    let (made, parts) = Concurrently.both(beside, each: curves) {
      Self.part(of: values, curve: $0, distances)
    }
    let field = HeatField(
      map, distances, Dictionary(uniqueKeysWithValues: zip(curves, parts)))
    return (field, made)
  }

  private init(_ map: ERFMap, _ distances: Distances, _ parts: [Curve: Part]) {
    height = map.height
    width = map.width
    isSigned = map.rule.isSigned
    centre = distances.centre
    var parts = parts
    parts[.decades] = parts[.linear]
    areas = parts.mapValues(\.area)
    radial = parts.mapValues(\.radial)
    tops = parts.compactMapValues(\.top)
  }

  /// Of one curve: sums over its values, their means by distance, and the highest colour's.
  private struct Part {
    let area: SummedArea
    let radial: [Double]
    let top: Double?
  }

  // The first map waits for these loops, and the rest of the interface is built to be small.
  @_optimize(speed)
  private static func part(
    of values: [Double], curve: Curve, _ distances: Distances
  ) -> Part {
    let (rows, columns) = (distances.height, distances.width)
    var sums = [Double](repeating: 0, count: distances.counts.count)
    let area = SummedArea(height: rows, width: columns) { row, column in
      let value = curve(values[row * columns + column])
      sums[distances[row, column]] += value
      return value
    }
    let means = area.means(
      rows: min(rows, topGrid), columns: min(columns, topGrid),
      window: PixelWindow(row: 0, column: 0, height: rows, width: columns))
    return Part(
      area: area, radial: distances.means(of: sums), top: means.lazy.map(abs).max())
  }

  /// The field of a result, with distances measured from its unit.
  public init(_ result: ERFResult) {
    self.init(result.map, centre: result.subject.centrePixel)
  }

  public static func == (left: HeatField, right: HeatField) -> Bool {
    left.height == right.height && left.width == right.width && left.centre == right.centre
      && left.areas == right.areas
  }

  /// Reduced or enlarged to `rows` x `columns`: each value is the mean over the part of the input
  /// that its pixel covers, so that a narrow peak is dimmed but never skipped.
  public func resampled(
    rows: Int, columns: Int, curve: Curve = .log, window: PixelWindow? = nil
  ) -> [Double] {
    guard rows > 0, columns > 0, let area = areas[curve] else { return [] }
    let window = window ?? PixelWindow(row: 0, column: 0, height: height, width: width)
    return area.means(rows: rows, columns: columns, window: window)
  }

  /// M at a pixel; nil outside.
  public func value(row: Int, column: Int) -> Double? {
    guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
    return areas[.linear]?.sum(row..<row + 1, column..<column + 1)
  }

  /// Where the value of each pixel lies between no colour and the highest, -1...1.
  ///
  /// - Parameter top: the curve's value at the highest colour.
  func shares(_ curve: Curve, top: Double) -> [Double] {
    let colours = HeatColours(
      scale: .rising(map: 0), top: top, decades: curve == .decades ? HeatColours.decades : nil)
    return resampled(rows: height, columns: width, curve: .linear).map {
      max(-1, min(1, colours.share(curve($0))))
    }
  }
}

/// A part of an input, in pixels.
public struct PixelWindow: Sendable, Equatable {
  public var row: Double
  public var column: Double
  public var height: Double
  public var width: Double

  public init(row: Int, column: Int, height: Int, width: Int) {
    self.row = Double(row)
    self.column = Double(column)
    self.height = Double(height)
    self.width = Double(width)
  }
}

/// Sums over rectangles of a grid in constant time: `table[r][c]` is the sum over all rows before r
/// and columns before c.
struct SummedArea: Sendable, Equatable {
  private let columns: Int
  private let rows: Int
  /// (rows + 1, columns + 1) row-major.
  private let table: [Double]

  init(_ values: [Double], height: Int, width: Int) {
    self.init(height: height, width: width) { values[$0 * width + $1] }
  }

  /// `value` is asked for each row and column once, in row-major order.
  @inline(__always)
  init(height: Int, width: Int, value: (_ row: Int, _ column: Int) -> Double) {
    rows = height
    columns = width
    var table = [Double](repeating: 0, count: (height + 1) * (width + 1))
    for row in 0..<height {
      var sum = 0.0
      let above = row * (width + 1)
      for column in 0..<width {
        sum += value(row, column)
        table[above + width + 1 + column + 1] = table[above + column + 1] + sum
      }
    }
    self.table = table
  }

  func sum(_ rows: Range<Int>, _ columns: Range<Int>) -> Double {
    let stride = self.columns + 1
    return table[rows.upperBound * stride + columns.upperBound]
      - table[rows.lowerBound * stride + columns.upperBound]
      - table[rows.upperBound * stride + columns.lowerBound]
      + table[rows.lowerBound * stride + columns.lowerBound]
  }

  /// Means over equal parts of a window; samples at the edge of a part count by the share covered.
  func means(rows: Int, columns: Int, window: PixelWindow) -> [Double] {
    func edges(_ start: Double, _ length: Double, _ parts: Int, _ limit: Int) -> [Double] {
      (0...parts).map { max(0, min(Double(limit), start + length * Double($0) / Double(parts))) }
    }
    let across = edges(window.column, window.width, columns, self.columns)
    var above = corner(edges(window.row, window.height, rows, self.rows)[0], across)
    let down = edges(window.row, window.height, rows, self.rows)
    var result = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      let below = corner(down[row + 1], across)
      let height = down[row + 1] - down[row]
      for column in 0..<columns {
        let area = height * (across[column + 1] - across[column])
        let sum = below[column + 1] - below[column] - above[column + 1] + above[column]
        result[row * columns + column] = area > 0 ? sum / area : 0
      }
      above = below
    }
    return result
  }

  /// The table between its entries, at one row and several columns.
  private func corner(_ row: Double, _ across: [Double]) -> [Double] {
    let stride = columns + 1
    let low = min(Int(row), rows)
    let high = min(low + 1, rows)
    let part = row - Double(low)
    return across.map { place in
      let left = min(Int(place), columns)
      let right = min(left + 1, columns)
      let share = place - Double(left)
      let top = table[low * stride + left] * (1 - share) + table[low * stride + right] * share
      let bottom = table[high * stride + left] * (1 - share) + table[high * stride + right] * share
      return top * (1 - part) + bottom * part
    }
  }
}

/// The pixels of a map by their distance from a centre, rounded to whole pixels.
private struct Distances {
  let height: Int
  let width: Int
  let centre: (row: Int, column: Int)
  /// Number of pixels at distances 0, 1, 2, ..., up to the farthest.
  let counts: [Int]

  init(height: Int, width: Int, centre: (row: Int, column: Int)) {
    self.height = height
    self.width = width
    self.centre = centre
    var counts = [Int](repeating: 0, count: height + width + 1)
    for row in 0..<height {
      for column in 0..<width {
        counts[Self.distance(row - centre.row, column - centre.column)] += 1
      }
    }
    self.counts = Array(counts.prefix((counts.lastIndex { $0 > 0 } ?? 0) + 1))
  }

  subscript(row: Int, column: Int) -> Int {
    Self.distance(row - centre.row, column - centre.column)
  }

  /// The root of a whole number never lies halfway, and a call a pixel is what all others wait for.
  private static func distance(_ rows: Int, _ columns: Int) -> Int {
    Int(Double(rows * rows + columns * columns).squareRoot() + 0.5)
  }

  /// Mean at each distance; 0 where there are no pixels.
  func means(of sums: [Double]) -> [Double] {
    zip(sums, counts).map { $1 > 0 ? $0 / Double($1) : 0 }
  }
}
