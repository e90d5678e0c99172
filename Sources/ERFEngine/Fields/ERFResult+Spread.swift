// How much area ratios differ from image to image.

/// Mean and standard deviation of a number over images.
public struct RatioSpread: Sendable, Equatable {
  public let mean: Double
  /// Of a sample: divided by one less than the count.
  public let deviation: Double
  /// How many images.
  public let count: Int

  /// Nil for fewer than two values.
  public init?(_ values: [Double]) {
    guard values.count > 1 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = (squares / Double(values.count - 1)).squareRoot()
    count = values.count
  }
}

extension RatioSpread {
  /// Whether `mine`, whose spread this is, and `its` differ by more than both spreads together: the root of
  /// the sum of the squared deviations.
  public func separates(_ mine: Double, _ its: Double, from other: RatioSpread) -> Bool {
    let both = (deviation * deviation + other.deviation * other.deviation).squareRoot()
    return abs(mine - its) > both
  }
}

extension ERFResult {
  /// The images' own area ratios at a threshold of `ERFMetrics.thresholds`; nil for fewer than two
  /// images, or where a square was not reached.
  public func spread(at threshold: Double) -> RatioSpread? {
    guard let place = ERFMetrics.thresholds.firstIndex(of: threshold) else { return nil }
    let values = imageRatios.compactMap { $0.indices.contains(place) ? $0[place].ratio : nil }
    return values.count == imageRatios.count ? RatioSpread(values) : nil
  }
}
