// Random fields with structure at every scale, grown from coarse to fine.

/// A random field, mean 0 and deviation 1, that wraps around at its edges; (H, W) row-major.
struct NoiseField {
  private(set) var height: Int
  private(set) var width: Int
  private(set) var values: [Float]

  /// Starts from `rows` x `columns` random numbers and doubles `doublings` times, each time smoothing
  /// and adding finer noise, `persistence` times as strong as that before.
  ///
  /// In two dimensions a persistence of 1 gives amplitudes that fall off as 1/f, of 1/2 as 1/f^2;
  /// photographs lie around 0.9.
  init(
    rows: Int, columns: Int, doublings: Int, persistence: Float, random: inout PictureRandom
  ) {
    height = rows
    width = columns
    values = []
    values.reserveCapacity(rows * columns)
    for _ in 0..<rows * columns { values.append(random.normal()) }
    var strength: Float = 1
    for _ in 0..<doublings {
      double()
      strength *= persistence
      for index in values.indices { values[index] += strength * random.normal() }
    }
    normalise()
  }

  /// The value at a position, wrapped.
  subscript(row: Int, column: Int) -> Float {
    let row = row % height
    let column = column % width
    return values[(row < 0 ? row + height : row) * width + (column < 0 ? column + width : column)]
  }

  /// Twice the size by cubic B-spline subdivision, first across, then down.
  private mutating func double() {
    values = Self.doubled(values, lines: height, count: width, lineStep: width, step: 1)
    width *= 2
    values = Self.doubled(values, lines: width, count: height, lineStep: 1, step: width)
    height *= 2
  }

  /// Doubles each of `lines` runs of `count` values that lie `step` apart.
  private static func doubled(
    _ values: [Float], lines: Int, count: Int, lineStep: Int, step: Int
  ) -> [Float] {
    var result = [Float](repeating: 0, count: values.count * 2)
    // Across (step 1) lines get twice as long; down they stay apart as they were.
    let resultLineStep = step == 1 ? lineStep * 2 : lineStep
    for position in 0..<count {
      let before = (position == 0 ? count - 1 : position - 1) * step
      let here = position * step
      let after = (position == count - 1 ? 0 : position + 1) * step
      for line in 0..<lines {
        let start = line * lineStep
        let value = values[start + here]
        let target = line * resultLineStep + 2 * here
        result[target] = 0.125 * (values[start + before] + 6 * value + values[start + after])
        result[target + step] = 0.5 * (value + values[start + after])
      }
    }
    return result
  }

  private mutating func normalise() {
    let mean = values.reduce(0, +) / Float(values.count)
    var square: Float = 0
    for value in values { square += (value - mean) * (value - mean) }
    let scale = 1 / max((square / Float(values.count)).squareRoot(), 1e-6)
    for index in values.indices { values[index] = (values[index] - mean) * scale }
  }
}

/// Squeezes any number smoothly into 0...1; 0 gives one half.
func soften(_ value: Float) -> Float {
  0.5 + 0.5 * value / (1 + value * value).squareRoot()
}

/// Pictures of nothing but noise.
enum NoisePictures {
  /// Bright and dark masses over a drift of colours.
  static func clouds(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed)
    let light = NoiseField(rows: 3, columns: 4, doublings: 7, persistence: 0.72, random: &random)
    let warmth = NoiseField(rows: 3, columns: 4, doublings: 7, persistence: 0.6, random: &random)
    let green = NoiseField(rows: 3, columns: 4, doublings: 7, persistence: 0.6, random: &random)
    var canvas = Canvas(height: light.height, width: light.width)
    for index in canvas.colours.indices {
      let brightness = soften(1.1 * light.values[index])
      let tint = SIMD4<Float>(1, 0.05, -1, 0) * (0.055 * warmth.values[index])
      let cast = SIMD4<Float>(-0.5, 0.6, -0.4, 0) * (0.03 * green.values[index])
      canvas.colours[index] = SIMD4(repeating: 0.06 + 0.84 * brightness) + tint + cast
    }
    return canvas.image
  }

  /// Folded bands: noise looked up through noise.
  static func marble(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed)
    let light = NoiseField(rows: 3, columns: 3, doublings: 7, persistence: 0.62, random: &random)
    let down = NoiseField(rows: 3, columns: 3, doublings: 7, persistence: 0.5, random: &random)
    let across = NoiseField(rows: 3, columns: 3, doublings: 7, persistence: 0.5, random: &random)
    var canvas = Canvas(height: light.height, width: light.width)
    let dark = SIMD4<Float>(0.10, 0.13, 0.20, 0)
    let middle = SIMD4<Float>(0.55, 0.36, 0.27, 0)
    let bright = SIMD4<Float>(0.95, 0.90, 0.80, 0)
    for row in 0..<canvas.height {
      for column in 0..<canvas.width {
        let index = row * canvas.width + column
        let value = light[
          row + Int(34 * down.values[index]), column + Int(34 * across.values[index])]
        // Veins where the field crosses zero.
        let vein = 1 / (1 + 60 * value * value)
        let level = soften(1.3 * value)
        let base =
          level < 0.5
          ? dark + (middle - dark) * (2 * level) : middle + (bright - middle) * (2 * level - 1)
        let shade = 0.05 * down.values[index]
        canvas.colours[index] = base * (1 - 0.45 * vein) + SIMD4(shade, shade, shade, 0)
      }
    }
    return canvas.image
  }
}
