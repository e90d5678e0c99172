// How maps are cut for the workers.

/// A cut of a map into bands: whole images where they are small, else rows of one. By size alone,
/// never by thread count.
struct MapBands {
  struct Band {
    let images: Range<Int>
    let rows: Range<Int>
  }

  let map: Shape
  /// Images a band, or bands an image.
  private let images: Int
  private let bands: Int

  /// Bands of at most `most` pixels (more only where a row has more), and up to four of at least
  /// `least` even over small maps.
  init(_ map: Shape, most: Int = 512, least: Int = 24) {
    self.map = map
    let pixels = max(1, map.height * map.width)
    images = map.batch > 1 ? max(1, most / pixels) : 1
    bands =
      images > 1
      ? 1
      : max(
        1, min(map.height, max((pixels - 1) / most + 1, min(4, pixels / least))))
  }

  var count: Int {
    map.count == 0 ? 0 : images > 1 ? (map.batch + images - 1) / images : map.batch * bands
  }

  subscript(index: Int) -> Band {
    if images > 1 {
      return Band(
        images: index * images..<min(map.batch, (index + 1) * images), rows: 0..<map.height)
    }
    let (image, band) = (index / bands, index % bands)
    return Band(
      images: image..<image + 1,
      rows: map.height * band / bands..<map.height * (band + 1) / bands)
  }

  /// A cut of pixels in a row.
  static func ofPixels(_ count: Int, most: Int = 512, least: Int = 24) -> MapBands {
    MapBands(Shape(height: count, width: 1, channels: 1), most: most, least: least)
  }
}

extension MapBands.Band {
  /// Whole images.
  init(_ images: Range<Int>, of map: Shape) {
    self.init(images: images, rows: 0..<map.height)
  }
}

extension Shape {
  /// The first element of a band of a map.
  func offset(of band: MapBands.Band) -> Int {
    (band.images.lowerBound * height + band.rows.lowerBound) * width * channels
  }

  /// A band of a map.
  func sized(_ band: MapBands.Band) -> Shape {
    Shape(
      batch: band.images.count, height: band.rows.count, width: width, channels: channels)
  }
}
