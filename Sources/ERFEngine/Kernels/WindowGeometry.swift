// Sizes of windows that slide over a map, and of the part that computes one band of it.

/// The window of a convolution or a pooling over maps of one size.
struct WindowGeometry: Sendable {
  var input: Shape
  var output: Shape
  var kernelHeight: Int
  var kernelWidth: Int
  var stride: Int
  var dilation: Int
  var padTop: Int
  var padLeft: Int
  var groups = 1

  var inputsPerGroup: Int { input.channels / groups }
  var outputsPerGroup: Int { output.channels / groups }
  var taps: Int { kernelHeight * kernelWidth }
  /// Input rows between the first and the last tap, both included.
  var extentHeight: Int { (kernelHeight - 1) * dilation + 1 }

  /// Whether this is one matrix product over the pixels.
  var isPointwise: Bool {
    groups == 1 && taps == 1 && stride == 1 && padTop == 0 && padLeft == 0
      && input.pixels == output.pixels
  }

  /// The same; a matrix product as one column of pixels, which may be cut anywhere.
  var flattened: WindowGeometry {
    guard isPointwise else { return self }
    var flat = self
    flat.input = Shape(height: input.pixels, width: 1, channels: input.channels)
    flat.output = Shape(height: output.pixels, width: 1, channels: output.channels)
    return flat
  }
}

extension WindowGeometry {
  /// The convolution over the output's gradient that computes the input's: with the weights of every
  /// pair of channels turned about their centre. nil: there is none, since windows step or channels
  /// are grouped, or some padding is wider than a window reaches.
  var turned: WindowGeometry? {
    let (high, wide) = ((kernelHeight - 1) * dilation, (kernelWidth - 1) * dilation)
    guard stride == 1, groups == 1, (0...high).contains(padTop), (0...wide).contains(padLeft),
      input.height + padTop >= output.height, input.width + padLeft >= output.width
    else { return nil }
    var turned = self
    swap(&turned.input, &turned.output)
    turned.padTop = high - padTop
    turned.padLeft = wide - padLeft
    return turned
  }

  /// The same over some images.
  private func over(_ images: Range<Int>) -> WindowGeometry {
    var part = self
    part.input = input.sized(MapBands.Band(images, of: input))
    part.output = output.sized(MapBands.Band(images, of: output))
    return part
  }

  /// The convolution that computes a band of the output, and the band of the input that it reads;
  /// nil: padding alone.
  func computing(
    _ band: MapBands.Band
  ) -> (part: WindowGeometry, read: MapBands.Band)? {
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
  ) -> (part: WindowGeometry, skipped: Int, read: MapBands.Band)? {
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
