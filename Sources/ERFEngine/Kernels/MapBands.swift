// How maps are cut for the workers.

/// A cut of a map into bands. By size alone, never by thread count.
struct MapBands {
  struct Band {
    let images: Range<Int>
    let rows: Range<Int>
  }

  private enum Cut {
    /// So many whole images a band.
    case images(Int)
    /// So many bands of rows an image.
    case rows(Int)
  }

  let map: Shape
  private let cut: Cut

  /// Bands of at most `most` pixels (more only where a row has more), several small images together,
  /// and up to four bands of at least `least` pixels even of a small image; with `least` beyond any
  /// map, small images stay whole.
  init(_ map: Shape, most: Int = 512, least: Int = 24) {
    self.map = map
    let pixels = max(1, map.height * map.width)
    cut =
      map.batch > 1 && pixels * 2 <= most
      ? .images(most / pixels)
      : .rows(max(1, min(map.height, max((pixels - 1) / most + 1, min(4, pixels / least)))))
  }

  var count: Int {
    guard map.count > 0 else { return 0 }
    return switch cut {
    case .images(let images): (map.batch + images - 1) / images
    case .rows(let bands): map.batch * bands
    }
  }

  subscript(index: Int) -> Band {
    switch cut {
    case .images(let images):
      return Band(index * images..<min(map.batch, (index + 1) * images), of: map)
    case .rows(let bands):
      let (image, band) = (index / bands, index % bands)
      return Band(
        images: image..<image + 1,
        rows: map.height * band / bands..<map.height * (band + 1) / bands)
    }
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
