#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The numbers that summarise a map; those of a signed map are of its absolute values.
public struct ERFMetrics: Sendable, Equatable {
  /// The thresholds of the paper's Table 10.
  public static let thresholds = [0.2, 0.3, 0.5, 0.99]

  /// Area ratios on A, the log-scaled map: the paper's Table 10.
  public let ratios: [AreaRatio]
  /// Area ratios on M itself.
  public let rawRatios: [AreaRatio]
  /// Share of M's mass within one sixteenth of the shorter side from the border: above a few
  /// percent the input is too small to tell networks apart.
  public let borderShare: Double
  /// Centre of mass of M, in pixels (row, column).
  public let centreOfMass: (row: Double, column: Double)
  /// Square root of half the trace of M's covariance about its centre of mass, in pixels.
  public let sigma: Double
  /// Share of M's mass within each distance (0, 1, 2, ... pixels) from the centre pixel.
  public let radialMass: [Double]

  public static func == (left: ERFMetrics, right: ERFMetrics) -> Bool {
    left.ratios == right.ratios && left.rawRatios == right.rawRatios
      && left.borderShare == right.borderShare && left.centreOfMass == right.centreOfMass
      && left.sigma == right.sigma && left.radialMass == right.radialMass
  }
}

/// The smallest centred square holding more than a share `threshold` of a map's mass.
public struct AreaRatio: Sendable, Equatable {
  public let threshold: Double
  /// Side of the square in pixels, odd; nil where no square in range holds that share.
  public let side: Int?
  /// side^2 / (H W); nil where not reached.
  public let ratio: Double?

  public init(threshold: Double, side: Int?, ratio: Double?) {
    self.threshold = threshold
    self.side = side
    self.ratio = ratio
  }
}

extension ERFMetrics {
  /// The area ratios on A alone.
  static func ratios(of map: ERFMap) -> [AreaRatio] {
    areaRatios(map.logScaled.map(abs), height: map.height, width: map.width)
  }

  public init(_ map: ERFMap) {
    let values = map.rule.isSigned ? map.values.map(abs) : map.values
    let height = map.height
    let width = map.width
    ratios = Self.ratios(of: map)
    rawRatios = Self.areaRatios(values, height: height, width: width)

    let total = values.reduce(0, +)
    let margin = max(1, min(height, width) / 16)
    var border = 0.0
    var rowMoment = 0.0
    var columnMoment = 0.0
    var rings = [Double](repeating: 0, count: Int(hypot(Double(height), Double(width))) + 2)
    for row in 0..<height {
      for column in 0..<width {
        let value = values[row * width + column]
        if row < margin || column < margin || row >= height - margin || column >= width - margin {
          border += value
        }
        rowMoment += value * Double(row)
        columnMoment += value * Double(column)
        let distance = hypot(Double(row - height / 2), Double(column - width / 2))
        rings[Int(distance.rounded(.up))] += value
      }
    }
    guard total > 0 else {
      borderShare = 0
      centreOfMass = (Double(height / 2), Double(width / 2))
      sigma = 0
      radialMass = []
      return
    }
    let centre = (row: rowMoment / total, column: columnMoment / total)
    var spread = 0.0
    for row in 0..<height {
      for column in 0..<width {
        let dy = Double(row) - centre.row
        let dx = Double(column) - centre.column
        spread += values[row * width + column] * (dy * dy + dx * dx)
      }
    }
    borderShare = border / total
    centreOfMass = centre
    sigma = (spread / total / 2).squareRoot()
    var inside = 0.0
    radialMass = rings.map { ring in
      inside += ring
      return inside / total
    }
  }

  /// The first i in 1 ..< min(H, W) / 2 whose centred square of side 2i + 1 holds more than `t` of
  /// the sum; the centre is (H / 2, W / 2) by integer division.
  ///
  /// The released script knows square maps only; on others, a square has to fit into the map.
  static func areaRatios(_ values: [Double], height: Int, width: Int) -> [AreaRatio] {
    // Mass by the side of the smallest centred square that holds a pixel.
    var rings = [Double](repeating: 0, count: max(height, width) + 1)
    for row in 0..<height {
      for column in 0..<width {
        rings[max(abs(row - height / 2), abs(column - width / 2))] += values[row * width + column]
      }
    }
    let total = rings.reduce(0, +)
    var sides = [Int?](repeating: nil, count: thresholds.count)
    var sum = rings[0]
    for i in 1..<max(1, min(height, width) / 2) where total > 0 {
      sum += rings[i]
      for (index, threshold) in thresholds.enumerated()
      where sides[index] == nil && sum / total > threshold {
        sides[index] = 2 * i + 1
      }
    }
    return zip(thresholds, sides).map { threshold, side in
      AreaRatio(
        threshold: threshold, side: side,
        ratio: side.map { Double($0) / Double(height) * Double($0) / Double(width) })
    }
  }
}
