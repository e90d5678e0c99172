/// The numbers that summarise a map; those of a signed map are of its absolute values.
public struct ERFMetrics: Sendable, Equatable {
  /// The thresholds of the paper's Table 10.
  public static let thresholds = [0.2, 0.3, 0.5, 0.99]

  /// The pixel that squares and distances are measured from.
  public let origin: (row: Int, column: Int)
  /// Whether that is the middle of the input, as the paper has it; elsewhere squares are cut by the
  /// edges of the input.
  public let isCentred: Bool
  /// Area ratios on A, the log-scaled map: the paper's Table 10.
  public private(set) var ratios: [AreaRatio]
  /// Area ratios on M itself.
  public private(set) var rawRatios: [AreaRatio]
  /// Share of M's mass within one sixteenth of the shorter side from the border: above a few
  /// percent the input is too small to tell networks apart.
  public let borderShare: Double
  /// Centre of mass of M, in pixels (row, column).
  public let centreOfMass: (row: Double, column: Double)
  /// Square root of half the trace of M's covariance about its centre of mass, in pixels.
  public let sigma: Double
  /// Share of M's mass within each distance (0, 1, 2, ... pixels) from `origin`.
  public let radialMass: [Double]
  /// Whether the map is anything but zeros: else there is nothing to measure.
  public var hasMass: Bool { !radialMass.isEmpty }

  public static func == (left: ERFMetrics, right: ERFMetrics) -> Bool {
    left.origin == right.origin && left.ratios == right.ratios && left.rawRatios == right.rawRatios
      && left.borderShare == right.borderShare && left.centreOfMass == right.centreOfMass
      && left.sigma == right.sigma && left.radialMass == right.radialMass
  }
}

/// The smallest square around the unit that holds more than a share `threshold` of a map's mass.
public struct AreaRatio: Sendable, Equatable {
  public let threshold: Double
  /// Side of the square in pixels, odd, before the edges of the input cut it; nil where no square in
  /// range holds that share.
  public let side: Int?
  /// What the square covers of the input, 0...1; nil where not reached.
  public let ratio: Double?
  /// Whether the map is fine enough to tell; where it is not, side and ratio are nil.
  public private(set) var isKnown = true

  public init(threshold: Double, side: Int?, ratio: Double?) {
    self.threshold = threshold
    self.side = side
    self.ratio = ratio
  }

  /// Of a map that is not fine enough to tell.
  fileprivate static func unknown(_ threshold: Double) -> AreaRatio {
    var ratio = AreaRatio(threshold: threshold, side: nil, ratio: nil)
    ratio.isKnown = false
    return ratio
  }
}

extension ERFMetrics {
  /// - Parameter origin: the pixel that the unit looks from, where that is not the middle of the
  ///   input; nil: the middle, pixel (H / 2, W / 2) by integer division.
  public init(_ map: ERFMap, around origin: (row: Int, column: Int)? = nil) {
    let (height, width) = (map.height, map.width)
    isCentred = origin == nil
    let origin =
      origin.map { (max(0, min(height - 1, $0.row)), max(0, min(width - 1, $0.column))) }
      ?? (height / 2, width / 2)
    self.origin = origin
    let sums = Sums(of: map, around: origin)
    let squares: ([Double]) -> [AreaRatio] = { [isCentred] rings in
      Self.areaRatios(
        ofRings: rings, height: height, width: width, around: isCentred ? nil : origin)
    }
    ratios = squares(sums.logSquares)
    rawRatios = squares(sums.squares)
    guard sums.total > 0 else {
      borderShare = 0
      centreOfMass = (Double(height / 2), Double(width / 2))
      sigma = 0
      radialMass = []
      return
    }
    borderShare = sums.border / sums.total
    centreOfMass = (sums.rowMoment / sums.total, sums.columnMoment / sums.total)
    sigma = (map.spread(about: centreOfMass) / sums.total / 2).squareRoot()
    var inside = 0.0
    radialMass = sums.circles.map { ring in
      inside += ring
      return inside / sums.total
    }
  }

  /// Squares that hold nearly all of a map depend on values so faint that grey levels of 8 bits have them as 0.
  mutating func forgetFaint() {
    func known(_ ratios: [AreaRatio]) -> [AreaRatio] {
      ratios.map { $0.threshold < 0.9 ? $0 : AreaRatio.unknown($0.threshold) }
    }
    (ratios, rawRatios) = (known(ratios), known(rawRatios))
  }

  /// The first i whose square of side 2i + 1 holds more than `t` of the sum of `rings`, the mass by
  /// the i of the smallest square that holds a pixel.
  ///
  /// The released script knows square maps only, with the centre at (H / 2, W / 2) by integer division;
  /// on others, a centred square has to fit into the map: i < min(H, W) / 2. Around another pixel squares
  /// are cut by the edges of the map, and the ratio is what the cut square covers of it.
  ///
  /// - Parameter origin: nil where squares lie about the middle of the map.
  static func areaRatios(
    ofRings rings: [Double], height: Int, width: Int, around origin: (row: Int, column: Int)?
  ) -> [AreaRatio] {
    let total = rings.reduce(0, +)
    let end = origin == nil ? max(1, min(height, width) / 2) : max(1, rings.count)
    var sides = [Int?](repeating: nil, count: thresholds.count)
    var sum = rings[0]
    for i in 1..<end where total > 0 {
      sum += rings[i]
      for (index, threshold) in thresholds.enumerated()
      where sides[index] == nil && sum / total > threshold {
        sides[index] = 2 * i + 1
      }
    }
    return zip(thresholds, sides).map { threshold, side in
      AreaRatio(
        threshold: threshold, side: side,
        ratio: side.map { covered(side: $0, height: height, width: width, around: origin) })
    }
  }

  /// What a square around `origin` (nil: the middle, where no square is cut) covers of a map.
  static func covered(
    side: Int, height: Int, width: Int, around origin: (row: Int, column: Int)?
  ) -> Double {
    guard let origin else { return Double(side) / Double(height) * Double(side) / Double(width) }
    let reach = side / 2
    let rows = min(height - 1, origin.row + reach) - max(0, origin.row - reach) + 1
    let columns = min(width - 1, origin.column + reach) - max(0, origin.column - reach) + 1
    return Double(rows) / Double(height) * Double(columns) / Double(width)
  }

  /// The distance from `origin`, in pixels, within which at least a share of M's mass lies; nil where
  /// M is all zero.
  public func distance(holding share: Double) -> Int? {
    radialMass.firstIndex { $0 >= share }
  }

  /// The thresholds that the map is fine enough for.
  public var knownThresholds: [Double] { ratios.filter(\.isKnown).map(\.threshold) }

  /// The ratio at a threshold of `thresholds`.
  public func ratio(at threshold: Double) -> Double? {
    ratios.first { $0.threshold == threshold }?.ratio
  }
}
