// Dense convolution and its input gradient, cut into bands of rows over the workers.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sizes of one dense convolution.
struct ConvolutionGeometry: Sendable {
  var input: Shape
  var output: Shape
  var kernelHeight: Int
  var kernelWidth: Int
  var stride: Int
  var dilation: Int
  var padTop: Int
  var padLeft: Int
  var groups: Int

  var inputsPerGroup: Int { input.channels / groups }
  var outputsPerGroup: Int { output.channels / groups }
  var taps: Int { kernelHeight * kernelWidth }
  /// Input rows between the first and the last tap, both included.
  var extentHeight: Int { (kernelHeight - 1) * dilation + 1 }

  /// Whether this is one matrix product over the pixels.
  var isPointwise: Bool {
    taps == 1 && stride == 1 && padTop == 0 && padLeft == 0 && input.pixels == output.pixels
  }

  /// One matrix product: `pixels` pixels in a row.
  func flattened(pixels: Int) -> ConvolutionGeometry {
    var flat = self
    flat.input = Shape(height: 1, width: pixels, channels: input.channels)
    flat.output = Shape(height: 1, width: pixels, channels: output.channels)
    return flat
  }
}

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

enum ConvolutionKernels {
  /// Packs the weights as most bands of `forward` want them.
  static func prepare(_ weights: DenseWeights, geometry g: ConvolutionGeometry, addsBias: Bool) {
    if g.isPointwise {
      let pixels = MapBands.ofPixels(g.output.pixels)[0].rows.count
      _ = weights.forward(g.flattened(pixels: pixels), addsBias: addsBias)
    } else if let (part, _) = g.computing(MapBands(g.output)[0]) {
      _ = weights.forward(part, addsBias: addsBias)
    }
  }

  /// Packs the weights as most bands of `inputGradient` want them.
  static func prepareGradient(_ weights: DenseWeights, geometry g: ConvolutionGeometry) {
    if g.isPointwise {
      let pixels = MapBands.ofPixels(g.output.pixels)[0].rows.count
      _ = weights.gradient(g.flattened(pixels: pixels))
    } else if let (part, _, _) = g.differentiating(MapBands(g.input)[0]) {
      _ = weights.gradient(part)
    }
  }

  /// (N, H, W, C) -> (N, H', W', O).
  static func forward(
    _ input: Tensor, weights: DenseWeights, bias: Tensor?, geometry g: ConvolutionGeometry,
    workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: g.output)
    let target = unsafe result.mutablePointer()
    let source = unsafe input.pointer
    let shift = unsafe bias?.pointer
    if g.isPointwise {
      let bands = MapBands.ofPixels(g.output.pixels)
      workers.forEach(bands.count) { index in
        let pixels = bands[index].rows
        unsafe weights.forward(g.flattened(pixels: pixels.count), addsBias: bias != nil).run(
          source + pixels.lowerBound * g.input.channels, bias: shift,
          into: target + pixels.lowerBound * g.output.channels)
      }
      return result
    }
    let bands = MapBands(g.output)
    workers.forEach(bands.count) { index in
      let band = bands[index]
      let to = unsafe target + g.output.offset(of: band)
      guard let (part, read) = g.computing(band) else {
        unsafe fill(to, band, of: g.output, with: shift)
        return
      }
      unsafe weights.forward(part, addsBias: bias != nil).run(
        source + g.input.offset(of: read), bias: shift, into: to)
    }
    return result
  }

  /// (N, H', W', O) -> (N, H, W, C).
  static func inputGradient(
    _ gradient: Tensor, weights: DenseWeights, geometry g: ConvolutionGeometry, workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: g.input)
    let target = unsafe result.mutablePointer()
    let source = unsafe gradient.pointer
    if g.isPointwise {
      let bands = MapBands.ofPixels(g.output.pixels)
      workers.forEach(bands.count) { index in
        let pixels = bands[index].rows
        unsafe weights.gradient(g.flattened(pixels: pixels.count)).run(
          source + pixels.lowerBound * g.output.channels,
          into: target + pixels.lowerBound * g.input.channels)
      }
      return result
    }
    let bands = MapBands(g.input)
    workers.forEach(bands.count) { index in
      let band = bands[index]
      let to = unsafe target + g.input.offset(of: band)
      guard let (part, skipped, read) = g.differentiating(band) else {
        unsafe fill(to, band, of: g.input, with: nil)
        return
      }
      let above = skipped * g.input.width * g.input.channels
      unsafe to.update(repeating: 0, count: above)
      unsafe weights.gradient(part).run(
        source + g.output.offset(of: read), into: to + above)
    }
    return result
  }

  /// Pixels that read, or are read by, padding alone.
  private static func fill(
    _ target: UnsafeMutablePointer<Float>, _ band: MapBands.Band, of map: Shape,
    with bias: UnsafePointer<Float>?
  ) {
    let channels = map.channels
    for pixel in 0..<band.images.count * band.rows.count * map.width {
      if let bias = unsafe bias {
        unsafe (target + pixel * channels).update(from: bias, count: channels)
      } else {
        unsafe (target + pixel * channels).update(repeating: 0, count: channels)
      }
    }
  }
}

extension Shape {
  /// The first element of a band of a map.
  fileprivate func offset(of band: MapBands.Band) -> Int {
    (band.images.lowerBound * height + band.rows.lowerBound) * width * channels
  }

  /// A band of a map.
  fileprivate func sized(_ band: MapBands.Band) -> Shape {
    Shape(
      batch: band.images.count, height: band.rows.count, width: width, channels: channels)
  }
}

extension MapBands.Band {
  /// Whole images.
  fileprivate init(_ images: Range<Int>, of map: Shape) {
    self.init(images: images, rows: 0..<map.height)
  }
}

extension ConvolutionGeometry {
  /// The same over some images.
  private func over(_ images: Range<Int>) -> ConvolutionGeometry {
    var part = self
    part.input = input.sized(MapBands.Band(images, of: input))
    part.output = output.sized(MapBands.Band(images, of: output))
    return part
  }

  /// The convolution that computes a band of the output, and the band of the input that it reads;
  /// nil: padding alone.
  func computing(
    _ band: MapBands.Band
  ) -> (part: ConvolutionGeometry, read: MapBands.Band)? {
    if band.rows.count == output.height {
      return (over(band.images), .init(band.images, of: input))
    }
    let first = band.rows.lowerBound * stride - padTop
    let end = (band.rows.upperBound - 1) * stride - padTop + extentHeight
    let rows = min(input.height, max(0, first))..<max(0, min(input.height, end))
    guard !rows.isEmpty else { return nil }
    let read = MapBands.Band(images: band.images, rows: rows)
    var part = self
    part.input = input.sized(read)
    part.output = output.sized(band)
    part.padTop = rows.lowerBound - first
    return (part, read)
  }

  /// The convolution whose input gradient is that of a band of the input, after `skipped` rows of
  /// zeros, and the band of the output that read it; nil: nothing did.
  func differentiating(
    _ band: MapBands.Band
  ) -> (part: ConvolutionGeometry, skipped: Int, read: MapBands.Band)? {
    if band.rows.count == input.height {
      return (over(band.images), 0, .init(band.images, of: output))
    }
    // Output row o reads input rows o * stride - padTop ..< that + extentHeight.
    let first = max(0, -((extentHeight - 1 - padTop - band.rows.lowerBound).quotient(by: stride)))
    let end = min(output.height, (band.rows.upperBound - 1 + padTop).quotient(by: stride) + 1)
    guard first < end else { return nil }
    let read = MapBands.Band(images: band.images, rows: first..<end)
    let pad = band.rows.lowerBound + padTop - first * stride
    let skipped = max(0, -pad)
    var part = self
    part.input = input.sized(
      MapBands.Band(
        images: band.images, rows: band.rows.lowerBound + skipped..<band.rows.upperBound))
    part.output = output.sized(read)
    part.padTop = max(0, pad)
    return (part, skipped, read)
  }
}

extension Int {
  /// Division that rounds towards minus infinity.
  func quotient(by divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }
}
