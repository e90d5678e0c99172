// Sums over the pixels of channels-last maps, in tiles of a fixed size, added up in double precision.

internal import CKernels

enum StatisticsKernels {
  /// Elements a tile: few enough to be read twice from the second-level cache.
  private static let tile = 1 << 14

  private static func rows(_ channels: Int) -> Int { max(1, tile / max(1, channels)) }

  /// Mean and variance of each channel of (pixels, C). Tiles have means of their own and are put
  /// together without cancellation (Chan, Golub and LeVeque 1979).
  static func moments(_ map: Tensor, workers: Workers) -> BatchStatistics {
    let channels = map.shape.channels
    let rows = rows(channels)
    let tiles = (map.shape.pixels + rows - 1) / rows
    var partial = Tensor(uninitialized: [max(1, tiles), 2, channels])
    let from = unsafe map.pointer
    let to = unsafe partial.mutablePointer()
    workers.forEachRange(of: map.shape.pixels, size: rows) { pixels in
      let start = unsafe from + pixels.lowerBound * channels
      let means = unsafe to + pixels.lowerBound / rows * 2 * channels
      unsafe ck_channel_sums(start, pixels.count, channels, means)
      for channel in 0..<channels { unsafe means[channel] /= Float(pixels.count) }
      unsafe ck_channel_squares(start, means, pixels.count, channels, means + channels)
    }
    var means = [Double](repeating: 0, count: channels)
    var squares = means
    var count = 0.0
    for tile in 0..<tiles {
      let added = Double(min(rows, map.shape.pixels - tile * rows))
      let total = count + added
      for channel in 0..<channels {
        let index = tile * 2 * channels + channel
        let distance = unsafe Double(to[index]) - means[channel]
        means[channel] += distance * added / total
        unsafe squares[channel] +=
          Double(to[index + channels]) + distance * distance * count * added / total
      }
      count = total
    }
    return BatchStatistics(
      count: map.shape.pixels, means: means, variances: squares.map { $0 / max(1, count) })
  }

  /// sum(g) and sum(g (x - centre)) of each channel over (pixels, C).
  static func products(
    _ gradient: Tensor, input: Tensor, centre: Tensor, workers: Workers
  ) -> (sums: [Double], products: [Double]) {
    precondition(gradient.shape == input.shape && centre.count == input.shape.channels)
    let channels = input.shape.channels
    let rows = rows(channels)
    let tiles = (input.shape.pixels + rows - 1) / rows
    var partial = Tensor(uninitialized: [max(1, tiles), 2, channels])
    let to = unsafe partial.mutablePointer()
    workers.forEachRange(of: input.shape.pixels, size: rows) { pixels in
      let first = pixels.lowerBound * channels
      let sums = unsafe to + pixels.lowerBound / rows * 2 * channels
      unsafe ck_channel_products(
        gradient.pointer + first, input.pointer + first, centre.pointer, pixels.count, channels,
        sums, sums + channels)
    }
    var totals = [Double](repeating: 0, count: 2 * channels)
    for tile in 0..<tiles {
      for index in totals.indices {
        unsafe totals[index] += Double(to[tile * 2 * channels + index])
      }
    }
    return (Array(totals[..<channels]), Array(totals[channels...]))
  }

  /// The sum of each channel over (pixels, C): the gradient of a bias, (C).
  static func sums(_ gradient: Tensor, workers: Workers) -> Tensor {
    let channels = gradient.shape.channels
    let rows = rows(channels)
    let tiles = (gradient.shape.pixels + rows - 1) / rows
    var partial = Tensor(uninitialized: [max(1, tiles), channels])
    let to = unsafe partial.mutablePointer()
    workers.forEachRange(of: gradient.shape.pixels, size: rows) { pixels in
      unsafe ck_channel_sums(
        gradient.pointer + pixels.lowerBound * channels, pixels.count, channels,
        to + pixels.lowerBound / rows * channels)
    }
    var totals = [Double](repeating: 0, count: channels)
    for tile in 0..<tiles {
      for channel in 0..<channels {
        unsafe totals[channel] += Double(to[tile * channels + channel])
      }
    }
    return Tensor(shape: [channels], elements: totals.map { Float($0) })
  }
}

/// Mean and variance of each channel over the pixels of a batch.
struct BatchStatistics: Sendable {
  /// Pixels: N * H * W.
  let count: Int
  /// (C)
  let means: [Double]
  /// (C), divided by `count`.
  let variances: [Double]
}
