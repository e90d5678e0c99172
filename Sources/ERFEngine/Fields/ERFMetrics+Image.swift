// Metrics of one image's own map.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ERFMetrics {
  /// Sides of the squares on A of one image's own map, by threshold; 0 where not reached.
  ///
  /// Straight from the gradient, (1, H, W, C): a map of its own would be more memory than a small
  /// network takes, and clearing it takes longer than the network.
  ///
  /// It is not cancelled: an image whose scores are in the sum is done, and its squares belong to it.
  static func sides(of gradient: Tensor, _ subject: ERFSubject, threads: Int?) -> [Int] {
    let (height, width) = (subject.input.height, subject.input.width)
    let origin = subject.metricsOrigin
    let centre = origin ?? (height / 2, width / 2)
    // Bands by size alone, summed in their order.
    let band = 32
    let parts = Workers(threads: threads).map((height + band - 1) / band) { index in
      bandRings(
        of: gradient, subject.rule.score, rows: index * band..<min(height, (index + 1) * band),
        width: width, count: max(height, width) + 1, around: centre)
    }
    var rings = [Double](repeating: 0, count: max(height, width) + 1)
    for part in parts {
      for (index, mass) in (part ?? []).enumerated() { rings[index] += mass }
    }
    return areaRatios(ofRings: rings, height: height, width: width, around: origin).map {
      $0.side ?? 0
    }
  }

  /// Mass of log10(M + 1), but for a factor, of some rows by the ring around `origin`.
  private static func bandRings(
    of gradient: Tensor, _ score: PixelScore, rows: Range<Int>, width: Int, count: Int,
    around origin: (row: Int, column: Int)
  ) -> [Double] {
    var rings = [Double](repeating: 0, count: count)
    var scores = ExactSums(count: width)
    for row in rows {
      if row > rows.lowerBound { scores.clear() }
      scores.add(score, of: gradient, from: row * width)
      let distance = abs(row - origin.row)
      for (column, value) in scores.rounded.enumerated() where value != 0 {
        rings[max(distance, abs(column - origin.column))] += log1p(abs(value))
      }
    }
    return rings
  }
}
