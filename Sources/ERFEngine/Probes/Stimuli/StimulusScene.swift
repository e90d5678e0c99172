// Everything about a stimulus but its two categories: pose, colours, light, background.

struct StimulusScene {
  let pose: Pose
  /// The two colours of the surface, the darker first.
  let colours: (dark: SIMD4<Float>, bright: SIMD4<Float>)
  /// Where the light comes from, on the picture.
  let light: SIMD2<Float>
  private let background: (near: SIMD4<Float>, far: SIMD4<Float>)
  private let backgroundOrigin: SIMD2<Float>
  private let textureAxis: SIMD2<Float>
  private let textureScale: Float
  private let textureOrigin: SIMD2<Float>

  init(random: inout PictureRandom) {
    pose = Self.pose(&random)
    let palette = Self.palettes[Int(random.unit() * Float(Self.palettes.count))]
    let isLight = random.unit() < 0.5
    colours = (
      DeadLeaves.varied(palette.dark, by: 0.03, &random),
      DeadLeaves.varied(palette.bright, by: 0.03, &random)
    )
    let tilt = random.uniform(-0.9...0.5)
    light = SIMD2(tilt, -1) / (1 + tilt * tilt).squareRoot()
    // Calm, and lighter or darker than either colour of the surface.
    let level: Float = isLight ? random.uniform(0.82...0.94) : random.uniform(0.07...0.16)
    let cast = SIMD4<Float>(
      random.uniform(-0.03...0.05), random.uniform(-0.02...0.02), random.uniform(-0.05...0.04), 0)
    background = (
      SIMD4(repeating: level) + cast, SIMD4(repeating: level * (isLight ? 0.84 : 1.6)) + cast
    )
    backgroundOrigin = SIMD2(random.uniform(0...20), random.uniform(0...20))
    textureAxis = random.direction()
    textureScale = random.uniform(0.75...1.3)
    textureOrigin = SIMD2(random.uniform(0...200), random.uniform(0...200))
  }

  private static func pose(_ random: inout PictureRandom) -> Pose {
    let scale = random.uniform(0.74...0.96)
    let room = (1 - scale) / 2 + 0.02
    let slope = random.uniform(-0.2...0.2)
    let norm = (1 + slope * slope).squareRoot()
    return Pose(
      scale: scale,
      centre: SIMD2(0.5 + random.uniform(-room...room), 0.5 + random.uniform(-room...room)),
      axis: SIMD2(1, slope) / norm, isMirrored: random.unit() < 0.5)
  }

  private static func colour(_ hex: UInt32) -> SIMD4<Float> {
    SIMD4(Float(hex >> 16 & 255), Float(hex >> 8 & 255), Float(hex & 255), 0) / 255
  }

  private static let palettes: [(dark: SIMD4<Float>, bright: SIMD4<Float>)] = [
    (0x7A2E1F, 0xF0B27A), (0x1F4E5F, 0x9AD1C9), (0x3B2C59, 0xC9A7EB), (0x254D32, 0xC5D86D),
    (0x5A3E28, 0xE3CBA8), (0x1B3A6B, 0x8FC1F0), (0x8C1C3A, 0xF7A8B8), (0x3A3A3C, 0xD9D6CF),
    (0x70450E, 0xF6D365), (0x0F5257, 0xF2E3BC), (0x5B1A5E, 0xF4B6C2), (0x2F4B26, 0xE8DBA0),
    (0x7D3C0B, 0xFFD9A0), (0x26355D, 0xF0A878),
  ].map { (colour($0.0), colour($0.1)) }
}

// MARK: Drawing

extension StimulusScene {
  /// Calm ground: two close tones that drift into one another.
  func paintBackground(_ canvas: inout Canvas) {
    let scale = 1.4 / Float(canvas.width)
    for row in 0..<canvas.height {
      for column in 0..<canvas.width {
        let place = SIMD2(Float(column), Float(row)) * scale
        let slope = (place / 1.4 - 0.5) * light
        let drift = 0.5 + slope.sum() * 0.6 + 0.12 * Pattern.noise(place + backgroundOrigin)
        let share = min(1, max(0, drift))
        canvas.colours[row * canvas.width + column] =
          background.near + (background.far - background.near) * share
      }
    }
  }

  /// The surface over the whole frame; nil: one colour.
  func fill(_ canvas: inout Canvas, surface: TexturePattern?) {
    for row in 0..<canvas.height {
      for column in 0..<canvas.width {
        canvas.colours[row * canvas.width + column] = colour(
          row: row, column: column, size: canvas.width, surface: surface)
      }
    }
  }

  /// The silhouette with its shadow, rounded towards its edges by the light.
  func paint(_ silhouette: Silhouette, on canvas: inout Canvas, surface: TexturePattern?) {
    let size = canvas.width
    let cover = silhouette.coverage(size: size, pose: pose)
    let shadow = cover.blurred(reach: max(1, size / 40))
    let body = cover.blurred(reach: max(1, size / 50))
    let away = Int((Float(size) * 0.03 * light.x).rounded()) * -1
    let down = Int((Float(size) * 0.03 * light.y).rounded()) * -1
    let reach = max(1, size / 64)
    for row in 0..<size {
      for column in 0..<size {
        let index = row * size + column
        let from = SIMD2(column - away, row - down)
        if from.x >= 0 && from.y >= 0 && from.x < size && from.y < size {
          canvas.colours[index] *= 1 - 0.5 * shadow[from.y, from.x]
        }
        let share = cover[row, column]
        guard share > 0 else { continue }
        // The blurred silhouette falls off towards the edges: its slope is the surface's.
        let slope = SIMD2(
          body[row, min(size - 1, column + reach)] - body[row, max(0, column - reach)],
          body[min(size - 1, row + reach), column] - body[max(0, row - reach), column])
        let shade = -(slope * light).sum() * 0.22
        let colour = colour(row: row, column: column, size: size, surface: surface) + shade
        canvas.colours[index] += (colour - canvas.colours[index]) * share
      }
    }
  }

  /// The colour of the surface at a pixel.
  private func colour(
    row: Int, column: Int, size: Int, surface: TexturePattern?
  ) -> SIMD4<Float> {
    let place = SIMD2(Float(column) + 0.5, Float(row) + 0.5) / Float(size)
    let glow = 1 + 0.16 * ((place - 0.5) * light).sum()
    guard let surface else {
      return (colours.dark + (colours.bright - colours.dark) * 0.55) * glow
    }
    let units = surface.units * textureScale
    let offset = (place - 0.5) * units
    let point =
      SIMD2(
        offset.x * textureAxis.x - offset.y * textureAxis.y,
        offset.x * textureAxis.y + offset.y * textureAxis.x) + textureOrigin
    let sample = surface.sample(point, units / Float(size))
    let mixed = colours.dark + (colours.bright - colours.dark) * min(1, max(0, sample.mix))
    return (mixed + sample.relief) * glow
  }
}
