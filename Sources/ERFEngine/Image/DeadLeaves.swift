// Pictures of things that lie on one another: discs, stones, leaves.
//
// Source of the idea: the dead-leaves model (G. Matheron, 1968); radii as in A. B. Lee, D. Mumford
// and J. Huang, "Occlusion models for natural images" (2001).

/// One shape: an ellipse, shaded, textured.
struct Leaf {
  /// (column, row) in pixels.
  var centre: SIMD2<Float>
  /// Half the length along `axis`, in pixels.
  var length: Float
  /// Half the width across it.
  var breadth: Float
  var axis = SIMD2<Float>(1, 0)
  var colour: SIMD4<Float>
  /// How much lighter the side towards the light is than the middle, 0 for flat.
  var relief: Float = 0
  /// How much darker the rim is than the middle.
  var rim: Float = 0
  /// How strongly the canvas's texture shows.
  var grain: Float = 0
  /// Where in the texture the shape lies.
  var grainOrigin = SIMD2<Int>(0, 0)
  /// Whether a lighter line runs along the axis, as in a leaf.
  var hasRib = false
  var opacity: Float = 1
}

extension Canvas {
  /// Direction the light comes from: upper left.
  private static let light = SIMD2<Float>(-0.6, -0.8)

  /// Paints one shape over what is there, its edge smoothed over a pixel.
  mutating func paint(_ leaf: Leaf, texture: NoiseField) {
    let reach = max(leaf.length, leaf.breadth) + 1
    let rows = Self.span(leaf.centre.y, reach, height)
    let columns = Self.span(leaf.centre.x, reach, width)
    guard !rows.isEmpty, !columns.isEmpty else { return }
    let smaller = min(leaf.length, leaf.breadth)
    for row in rows {
      for column in columns {
        let offset = SIMD2(Float(column), Float(row)) - leaf.centre
        // Coordinates in which the shape is the unit disc.
        let along = (offset.x * leaf.axis.x + offset.y * leaf.axis.y) / leaf.length
        let across = (offset.y * leaf.axis.x - offset.x * leaf.axis.y) / leaf.breadth
        let square = along * along + across * across
        let edge = 1 + 1 / smaller
        guard square < edge * edge else { continue }
        let distance = square.squareRoot()
        let cover = min(1, max(0, (1 - distance) * smaller + 0.5)) * leaf.opacity
        let slope = (offset * Self.light).sum() / max(leaf.length, leaf.breadth)
        var shade = 1 + leaf.relief * slope - leaf.rim * square * square
        if leaf.grain > 0 {
          shade += leaf.grain * texture[row + leaf.grainOrigin.y, column + leaf.grainOrigin.x]
        }
        if leaf.hasRib && across.magnitude * leaf.breadth < 0.8 { shade += 0.22 }
        let index = row * width + column
        colours[index] += (leaf.colour * shade - colours[index]) * cover
      }
    }
  }

  /// The pixels within `reach` of `centre`, cut to the canvas.
  private static func span(_ centre: Float, _ reach: Float, _ extent: Int) -> Range<Int> {
    let low = max(0, Int(centre - reach))
    let high = min(extent, Int(centre + reach) + 1)
    return low..<max(low, high)
  }
}

/// Pictures made of leaves alone.
enum DeadLeaves {
  /// Discs of all sizes in the colours of a random scene.
  static func discs(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed &* 7919)
    let texture = grain(&random)
    let palette = (0..<6).map { _ in scenic(&random) }
    var canvas = Canvas(height: 384, width: 384, filled: palette[0])
    for _ in 0..<2600 {
      let radius = random.radius(3.5...150)
      var leaf = Leaf(
        centre: place(&random, on: canvas), length: radius, breadth: radius,
        colour: varied(palette[Int(random.unit() * 6)], by: 0.10, &random))
      leaf.relief = random.uniform(0...0.45)
      leaf.rim = random.uniform(0...0.2)
      leaf.grain = random.uniform(0.02...0.14)
      leaf.grainOrigin = origin(&random)
      canvas.paint(leaf, texture: texture)
    }
    return canvas.image
  }

  /// Rounded stones lit from the upper left.
  static func pebbles(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed &* 7919)
    let texture = grain(&random)
    let palette: [SIMD4<Float>] = [
      SIMD4(0.52, 0.50, 0.47, 0), SIMD4(0.63, 0.55, 0.44, 0), SIMD4(0.38, 0.40, 0.43, 0),
      SIMD4(0.72, 0.69, 0.63, 0), SIMD4(0.46, 0.35, 0.29, 0), SIMD4(0.30, 0.31, 0.30, 0),
    ]
    var canvas = Canvas(height: 320, width: 416, filled: SIMD4(0.12, 0.11, 0.10, 0))
    for _ in 0..<900 {
      let length = random.radius(8...72)
      let breadth = length * random.uniform(0.6...0.95)
      let centre = place(&random, on: canvas)
      let axis = random.direction()
      let shadow = Leaf(
        centre: centre + SIMD2(0.10, 0.13) * length, length: length * 1.06,
        breadth: breadth * 1.06, axis: axis, colour: .zero, opacity: 0.6)
      canvas.paint(shadow, texture: texture)
      canvas.paint(
        Leaf(
          centre: centre, length: length, breadth: breadth, axis: axis,
          colour: varied(palette[Int(random.unit() * 6)], by: 0.05, &random), relief: 0.5,
          rim: 0.35, grain: random.uniform(0.05...0.16), grainOrigin: origin(&random)),
        texture: texture)
    }
    return canvas.image
  }

  /// Long leaves in autumn and summer colours.
  static func foliage(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed &* 7919)
    let texture = grain(&random)
    let palette: [SIMD4<Float>] = [
      SIMD4(0.20, 0.36, 0.12, 0), SIMD4(0.38, 0.50, 0.16, 0), SIMD4(0.66, 0.52, 0.14, 0),
      SIMD4(0.62, 0.28, 0.10, 0), SIMD4(0.42, 0.14, 0.10, 0), SIMD4(0.30, 0.24, 0.14, 0),
    ]
    var canvas = Canvas(height: 384, width: 320, filled: SIMD4(0.10, 0.09, 0.06, 0))
    for _ in 0..<1250 {
      let length = random.radius(9...95)
      let breadth = length * random.uniform(0.28...0.5)
      let centre = place(&random, on: canvas)
      let axis = random.direction()
      let shadow = Leaf(
        centre: centre + SIMD2(0.05, 0.08) * length, length: length, breadth: breadth, axis: axis,
        colour: .zero, opacity: 0.45)
      canvas.paint(shadow, texture: texture)
      canvas.paint(
        Leaf(
          centre: centre, length: length, breadth: breadth, axis: axis,
          colour: varied(palette[Int(random.unit() * 6)], by: 0.07, &random),
          relief: random.uniform(0.1...0.4), rim: 0.15, grain: random.uniform(0.03...0.12),
          grainOrigin: origin(&random), hasRib: true),
        texture: texture)
    }
    return canvas.image
  }

  // MARK: Shared parts

  /// Fine-grained noise for surfaces.
  static func grain(_ random: inout PictureRandom) -> NoiseField {
    NoiseField(rows: 4, columns: 4, doublings: 6, persistence: 0.85, random: &random)
  }

  static func origin(_ random: inout PictureRandom) -> SIMD2<Int> {
    SIMD2(Int(random.bits() & 255), Int(random.bits() & 255))
  }

  /// A place on the canvas or a little outside.
  static func place(_ random: inout PictureRandom, on canvas: Canvas) -> SIMD2<Float> {
    SIMD2(
      random.uniform(-30...Float(canvas.width + 30)),
      random.uniform(-30...Float(canvas.height + 30)))
  }

  /// A colour as scenes have them: any brightness, mostly between yellow and blue, little purple.
  static func scenic(_ random: inout PictureRandom) -> SIMD4<Float> {
    let brightness = random.uniform(0.12...0.88)
    let warmth = random.uniform(-0.2...0.24)
    let green = random.uniform(-0.06...0.08)
    return SIMD4(
      brightness + warmth - 0.5 * green, brightness + green, brightness - warmth - 0.5 * green, 0)
  }

  static func varied(
    _ colour: SIMD4<Float>, by amount: Float, _ random: inout PictureRandom
  ) -> SIMD4<Float> {
    let light = amount * random.normal()
    return colour
      + SIMD4(
        light + 0.4 * amount * random.normal(), light + 0.4 * amount * random.normal(),
        light + 0.4 * amount * random.normal(), 0)
  }
}
