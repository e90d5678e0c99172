// Pictures that put shapes and noise together.

enum MixedPictures {
  /// A cloudy sky over hills and a meadow whose flowers and tufts grow towards the viewer.
  static func meadow(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed &* 6007)
    let clouds = NoiseField(rows: 5, columns: 7, doublings: 6, persistence: 0.62, random: &random)
    let ridge = NoiseField(rows: 1, columns: 7, doublings: 6, persistence: 0.5, random: &random)
    let texture = DeadLeaves.grain(&random)
    var canvas = Canvas(height: 320, width: 448)
    let horizon = 118
    for row in 0..<canvas.height {
      for column in 0..<canvas.width {
        // Squeezed upwards, clouds seem to recede.
        let cloud = soften(2.2 * clouds[row * 2, column] - 0.5)
        let depth = Float(row) / Float(horizon)
        let blue = SIMD4<Float>(0.28, 0.49, 0.80, 0) * (1 - 0.45 * depth)
        let haze = SIMD4<Float>(0.80, 0.86, 0.90, 0) * (0.45 * depth)
        let sky = blue + haze + (SIMD4<Float>(0.96, 0.95, 0.93, 0) - blue - haze) * (cloud * 0.85)
        let hill = Float(horizon) - 22 - 9 * ridge[0, column]
        let wood = SIMD4<Float>(0.20, 0.30, 0.24, 0) * (1 + 0.3 * texture[row * 2, column])
        let cover = min(1, max(0, Float(row) - hill))
        canvas.colours[row * canvas.width + column] = sky + (wood - sky) * cover
      }
    }
    let greens: [SIMD4<Float>] = [
      SIMD4(0.30, 0.44, 0.14, 0), SIMD4(0.44, 0.52, 0.20, 0), SIMD4(0.18, 0.31, 0.10, 0),
      SIMD4(0.55, 0.52, 0.26, 0),
    ]
    let petals: [SIMD4<Float>] = [
      SIMD4(0.93, 0.80, 0.20, 0), SIMD4(0.92, 0.91, 0.88, 0), SIMD4(0.80, 0.22, 0.20, 0),
    ]
    let count = 4200
    for step in 0..<count {
      // From far to near; rows crowd at the horizon.
      let nearness = Float(step) / Float(count)
      let place = nearness * (0.35 + 0.65 * nearness)
      let row = Float(horizon) + place * Float(canvas.height + 20 - horizon)
      let size = (1.6 + 15 * place) * random.uniform(0.5...1.2)
      let isFlower = random.unit() < 0.10
      let colour = isFlower ? petals[Int(random.unit() * 3)] : greens[Int(random.unit() * 4)]
      let tilt = random.uniform(-0.6...0.6)
      let norm = (1 + tilt * tilt).squareRoot()
      canvas.paint(
        Leaf(
          centre: SIMD2(random.uniform(-10...Float(canvas.width + 10)), row + 2 * random.normal()),
          length: isFlower ? size * 0.36 : size, breadth: size * (isFlower ? 0.3 : 0.2),
          axis: SIMD2(tilt / norm, 1 / norm),
          colour: DeadLeaves.varied(colour, by: 0.05, &random), relief: 0.5, rim: 0.15,
          grain: 0.08, grainOrigin: DeadLeaves.origin(&random)),
        texture: texture)
    }
    return canvas.image
  }

  /// Lights out of focus over a dark and uneven ground.
  static func lights(seed: UInt64) -> Image {
    var random = PictureRandom(seed: seed &* 6007)
    let ground = NoiseField(rows: 5, columns: 6, doublings: 6, persistence: 0.6, random: &random)
    let warmth = NoiseField(rows: 5, columns: 6, doublings: 6, persistence: 0.5, random: &random)
    let texture = DeadLeaves.grain(&random)
    var canvas = Canvas(height: 320, width: 384)
    for index in canvas.colours.indices {
      let level = 0.32 * soften(ground.values[index] - 0.4)
      let tint = 0.05 * warmth.values[index]
      canvas.colours[index] = SIMD4(level + tint, level * 0.9, level * 1.15 - tint, 0)
    }
    let lamps: [SIMD4<Float>] = [
      SIMD4(1.0, 0.78, 0.42, 0), SIMD4(0.98, 0.50, 0.26, 0), SIMD4(0.55, 0.75, 0.98, 0),
      SIMD4(0.96, 0.95, 0.86, 0), SIMD4(0.40, 0.85, 0.62, 0), SIMD4(0.92, 0.30, 0.36, 0),
    ]
    for _ in 0..<420 {
      let radius = random.radius(4...60)
      var leaf = Leaf(
        centre: DeadLeaves.place(&random, on: canvas), length: radius, breadth: radius,
        colour: DeadLeaves.varied(lamps[Int(random.unit() * 6)], by: 0.05, &random))
      // A lens spreads the same light over a larger disc, brightest at its rim.
      leaf.opacity = min(0.95, 0.22 + 3.2 / radius)
      leaf.rim = -0.18
      leaf.grain = 0.03
      leaf.grainOrigin = DeadLeaves.origin(&random)
      canvas.paint(leaf, texture: texture)
    }
    return canvas.image
  }
}
