// How a chain over pixels is cut for the workers: by size alone, never by thread count.

/// Tiles of pixels, and parts of the channels between the products.
///
/// Every tile streams all weights from memory. Over large maps that is nothing; over a map of 14 x 14
/// four tiles read four times what one would, so there the channels are cut instead: a part takes its
/// share of the first product's outputs, and either lays them beside the others' or, with a second
/// product, has a sum that is added to theirs.
struct ChainCut {
  let parts: Int
  private let pixels: Int
  private let cutChannels: Int
  private let bands: MapBands

  /// Pixels times channels of the widest map of a tile: what fits into a second-level cache beside
  /// weights that stream through.
  private static let tile = 1 << 17
  /// Beyond so many pixels sums of parts would take more memory than a cut of the channels is worth.
  private static let mostPixels = 4096
  /// Tiles start at multiples of so many pixels, where sign bits begin a byte.
  private static let alignment = 8

  /// `channels` before each step, and behind the last; `cutChannels` are those behind the first
  /// product that is computed.
  init(pixels: Int, channels: [Int], cutChannels: Int, isCuttable: Bool) {
    self.pixels = pixels
    self.cutChannels = cutChannels
    let widest = channels.max() ?? 1
    // Where tiles are few, or of few pixels since the map is so wide.
    let isWorthIt = pixels <= 256 || (cutChannels >= 4096 && pixels <= Self.mostPixels)
    let isCut =
      isCuttable && isWorthIt && cutChannels >= 512 && cutChannels % 256 == 0
      && channels.allSatisfy { $0 % 8 == 0 }
    parts = isCut ? min(4, cutChannels / 256) : 1
    let most = isCut ? 256 : min(256, max(32, Self.tile / widest))
    let tiles = Shape(
      height: (pixels + Self.alignment - 1) / Self.alignment, width: 1, channels: 1)
    bands = MapBands(
      tiles, most: most / Self.alignment,
      least: isCut && parts == 4 ? .max : 24 / Self.alignment)
  }

  var tileCount: Int { bands.count }

  func tile(_ index: Int) -> Range<Int> {
    let rows = bands[index].rows
    return rows.lowerBound * Self.alignment..<min(pixels, rows.upperBound * Self.alignment)
  }

  /// Channels of a part.
  var width: Int { cutChannels / parts }

  func channels(_ part: Int) -> Range<Int> { part * width..<(part + 1) * width }
}
