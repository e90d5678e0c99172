// The 16 textures: patterns without edges of their own, told apart by structure and not by colour.

/// What a texture says about one point of a surface.
struct TextureSample {
  /// From the surface's first colour (0) to its second (1).
  var mix: Float
  /// How much lighter than that, in parts of full brightness.
  var relief: Float = 0
}

/// A texture in its own coordinates, where its elements repeat about every unit.
struct TexturePattern: Sendable {
  /// The sample at a point; `pixel` is the extent of a pixel there, over which edges are smoothed.
  let sample: @Sendable (_ point: SIMD2<Float>, _ pixel: Float) -> TextureSample
  /// How many units fit across the frame at its usual scale.
  let units: Float

  static func of(_ category: ObjectCategory) -> TexturePattern { all[category.index] }

  private static let all: [TexturePattern] = ObjectCategory.allCases.map { category in
    switch category {
    case .airplane: TexturePattern(sample: Textures.rivetedPanels, units: 4)
    case .bear: TexturePattern(sample: Textures.fur, units: 5)
    case .bicycle: TexturePattern(sample: Textures.chainMail, units: 7)
    case .bird: TexturePattern(sample: Textures.feathers, units: 6)
    case .boat: TexturePattern(sample: Textures.waves, units: 6)
    case .bottle: TexturePattern(sample: Textures.bubbles, units: 6)
    case .car: TexturePattern(sample: Textures.tyreTread, units: 6)
    case .cat: TexturePattern(sample: Textures.tabby, units: 6)
    case .chair: TexturePattern(sample: Textures.wicker, units: 8)
    case .clock: TexturePattern(sample: Textures.dials, units: 4.5)
    case .dog: TexturePattern(sample: Textures.spots, units: 6)
    case .elephant: TexturePattern(sample: Textures.crackedSkin, units: 6)
    case .keyboard: TexturePattern(sample: Textures.keys, units: 7)
    case .knife: TexturePattern(sample: Textures.damascusSteel, units: 5)
    case .oven: TexturePattern(sample: Textures.bricks, units: 5)
    case .truck: TexturePattern(sample: Textures.treadPlate, units: 7)
    }
  }
}

// MARK: Parts of patterns

/// Building blocks: correctly rounded operations alone, so that every machine draws the same bytes.
enum Pattern {
  /// Noise with features of about a unit, mean 0 and deviation 1.
  private static let field: NoiseField = {
    var random = PictureRandom(seed: 41)
    return NoiseField(rows: 16, columns: 16, doublings: 3, persistence: 0.3, random: &random)
  }()

  static func noise(_ point: SIMD2<Float>) -> Float {
    let scaled = point * 8
    let low = scaled.rounded(.down)
    let part = scaled - low
    let (row, column) = (Int(low.y), Int(low.x))
    let top =
      field[row, column] + (field[row, column + 1] - field[row, column]) * part.x
    let bottom =
      field[row + 1, column]
      + (field[row + 1, column + 1] - field[row + 1, column]) * part.x
    return top + (bottom - top) * part.y
  }

  /// 0 below zero, 1 above, smoothed over `width`.
  static func edge(_ value: Float, _ width: Float) -> Float {
    let t = min(1, max(0, value / width + 0.5))
    return t * t * (3 - 2 * t)
  }

  static func fraction(_ value: Float) -> Float { value - value.rounded(.down) }

  /// 0 at whole numbers, 1 half-way between.
  static func triangle(_ value: Float) -> Float { 1 - abs(2 * fraction(value) - 1) }

  /// Like a sine of period 1 through -1...1, from parabolas.
  static func wave(_ value: Float) -> Float {
    let t = 2 * fraction(value) - 1
    return 4 * t * (abs(t) - 1)
  }

  static func length(_ vector: SIMD2<Float>) -> Float { (vector * vector).sum().squareRoot() }

  /// Two numbers in 0..<1 that belong to a cell of the plane.
  static func random(_ column: Float, _ row: Float, _ salt: UInt64 = 0) -> SIMD2<Float> {
    let key = UInt64(bitPattern: Int64(column)) ^ (UInt64(bitPattern: Int64(row)) << 32)
    let bits = RandomStream(start: salt).bits(at: key)
    return SIMD2(Float(bits >> 40), Float((bits << 24) >> 40)) / 16_777_216
  }

  /// Distance from the edges of a rectangle with corners of `radius`, negative inside.
  static func box(_ point: SIMD2<Float>, half: SIMD2<Float>, radius: Float) -> Float {
    let offset = SIMD2(abs(point.x), abs(point.y)) - half + radius
    let outside = SIMD2(max(0, offset.x), max(0, offset.y))
    return length(outside) + min(0, max(offset.x, offset.y)) - radius
  }
}
