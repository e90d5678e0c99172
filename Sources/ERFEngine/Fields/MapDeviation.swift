// How far a map that was computed in another precision is from the exact one.

/// Differences between two maps of the same request over the same images.
public struct MapDeviation: Sendable, Equatable {
  /// The largest difference of a pixel, as a share of the exact map's largest value.
  public let largest: Double
  /// The largest difference of a side of the squares that hold the usual shares, in pixels; nil where one
  /// map reaches a share that the other does not.
  public let side: Int?

  /// nil where the maps are of different sizes, or the exact one is all zero.
  public init?(of result: ERFResult, from exact: ERFMap) {
    let map = result.map
    guard map.height == exact.height, map.width == exact.width, exact.peak > 0 else { return nil }
    largest = zip(map.values, exact.values).reduce(0) { max($0, abs($1.0 - $1.1)) } / exact.peak
    let metrics = ERFMetrics(exact, around: result.subject.metricsOrigin)
    let sides = zip(result.metrics.ratios, metrics.ratios).map { mine, its -> Int? in
      if mine.side == nil, its.side == nil { return 0 }
      guard let side = mine.side, let other = its.side else { return nil }
      return abs(side - other)
    }
    side = sides.contains(nil) ? nil : sides.compactMap(\.self).max()
  }
}
