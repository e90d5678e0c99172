// From 8-bit pictures to normalised input: cut, scaled, mirrored, coloured.

/// Positions of one axis, each a weighted mean of a few of the samples beneath: a triangle filter as wide
/// as the scale, so that shrinking smooths.
struct SampleWeights {
  private(set) var starts: [Int] = []
  private(set) var counts: [Int] = []
  /// `stride` apart from one position to the next.
  private(set) var values: [Float]
  let stride: Int

  init(from input: Int, to output: Int) {
    let scale = Double(input) / Double(output)
    let reach = max(1, scale)
    stride = Int(reach.rounded(.up)) * 2 + 1
    values = [Float](repeating: 0, count: stride * output)
    for position in 0..<output {
      let centre = (Double(position) + 0.5) * scale
      let first = max(0, Int(centre - reach + 0.5))
      let end = min(input, Int(centre + reach + 0.5))
      let weights = (first..<end).map { index -> Double in
        let distance: Double = abs(Double(index) + 0.5 - centre)
        return max(0, 1 - distance / reach)
      }
      let total = weights.reduce(0, +)
      for (tap, weight) in weights.enumerated() {
        values[position * stride + tap] = Float(weight / total)
      }
      starts.append(first)
      counts.append(end - first)
    }
  }
}

extension Image {
  /// The part `box` scaled to `side` x `side`, mirrored or not: (side, side, 3) of 0 ... 255.
  ///
  /// - Parameter to: room for side * side * 3 floats.
  @unsafe
  func sample(
    _ box: Region, side: Int, mirrored: Bool, into to: UnsafeMutablePointer<Float>
  ) {
    precondition(box.rows.upperBound <= height && box.columns.upperBound <= width)
    unsafe pixels.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      let corner = unsafe start + (box.rows.lowerBound * width + box.columns.lowerBound) * 3
      if box.rows.count == side && box.columns.count == side {
        unsafe copy(corner, side: side, mirrored: mirrored, into: to)
      } else {
        unsafe scale(corner, box, side: side, mirrored: mirrored, into: to)
      }
    }
  }

  @unsafe
  private func copy(
    _ corner: UnsafePointer<UInt8>, side: Int, mirrored: Bool, into to: UnsafeMutablePointer<Float>
  ) {
    for y in 0..<side {
      let row = unsafe corner + y * width * 3
      let target = unsafe to + y * side * 3
      for x in 0..<side {
        let source = unsafe row + (mirrored ? side - 1 - x : x) * 3
        unsafe target[x * 3] = Float(source[0])
        unsafe target[x * 3 + 1] = Float(source[1])
        unsafe target[x * 3 + 2] = Float(source[2])
      }
    }
  }

  @unsafe
  private func scale(
    _ corner: UnsafePointer<UInt8>, _ box: Region, side: Int, mirrored: Bool,
    into to: UnsafeMutablePointer<Float>
  ) {
    let down = SampleWeights(from: box.rows.count, to: side)
    let across = SampleWeights(from: box.columns.count, to: side)
    let length = box.columns.count * 3
    let line = unsafe Scratch(count: length)
    for y in 0..<side {
      for tap in 0..<down.counts[y] {
        let row = unsafe corner + (down.starts[y] + tap) * width * 3
        let weight = down.values[y * down.stride + tap]
        if tap == 0 {
          for index in 0..<length { unsafe line.base[index] = weight * Float(row[index]) }
        } else {
          for index in 0..<length { unsafe line.base[index] += weight * Float(row[index]) }
        }
      }
      for x in 0..<side {
        var (red, green, blue): (Float, Float, Float) = (0, 0, 0)
        let source = unsafe line.base + across.starts[x] * 3
        for tap in 0..<across.counts[x] {
          let weight = across.values[x * across.stride + tap]
          unsafe red += weight * source[tap * 3]
          unsafe green += weight * source[tap * 3 + 1]
          unsafe blue += weight * source[tap * 3 + 2]
        }
        let target = unsafe to + (y * side + (mirrored ? side - 1 - x : x)) * 3
        unsafe target[0] = red
        unsafe target[1] = green
        unsafe target[2] = blue
      }
    }
  }
}

/// Factors of brightness, contrast (about the mean grey) and saturation, applied in this order.
struct ColourChange: Sendable, Equatable {
  var brightness: Float = 1
  var contrast: Float = 1
  var saturation: Float = 1

  /// Grey of a colour, after ITU-R BT.601.
  @inline(__always)
  private static func grey(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.299 * red + 0.587 * green + 0.114 * blue
  }

  /// Changes `count` pixels of 0 ... 255 in place; they stay within.
  @unsafe
  func apply(to pixels: UnsafeMutablePointer<Float>, count: Int) {
    var sum = 0.0
    for index in 0..<count {
      unsafe sum += Double(
        Self.grey(pixels[index * 3], pixels[index * 3 + 1], pixels[index * 3 + 2]))
    }
    // Contrast and brightness together are one scale and one shift, which greys share.
    let shift = Float(sum / Double(max(1, count))) * brightness * (1 - contrast)
    let scale = brightness * contrast
    for index in 0..<count {
      let red = unsafe pixels[index * 3] * scale + shift
      let green = unsafe pixels[index * 3 + 1] * scale + shift
      let blue = unsafe pixels[index * 3 + 2] * scale + shift
      let grey = Self.grey(red, green, blue) * (1 - saturation)
      unsafe pixels[index * 3] = min(255, max(0, red * saturation + grey))
      unsafe pixels[index * 3 + 1] = min(255, max(0, green * saturation + grey))
      unsafe pixels[index * 3 + 2] = min(255, max(0, blue * saturation + grey))
    }
  }
}
