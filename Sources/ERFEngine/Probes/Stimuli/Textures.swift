// The patterns themselves, in alphabetical order of the categories whose texture they stand for.

enum Textures {
  /// Airplane: sheets of metal, riveted along their seams.
  static func rivetedPanels(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let row = p.y.rounded(.down)
    let x = p.x / 1.4 + 0.5 * Pattern.fraction(row / 2)
    let cell = SIMD2((Pattern.fraction(x) - 0.5) * 1.4, Pattern.fraction(p.y) - 0.5)
    let sheet = Pattern.random(x.rounded(.down), row, 3)
    let inside = -Pattern.box(cell, half: SIMD2(0.7, 0.5), radius: 0)
    let seam = 1 - Pattern.edge(inside - 0.035, pixel + 0.02)
    let margin = 0.13 as Float
    let spacing = 0.2 as Float
    let along = SIMD2(Pattern.fraction(p.x / spacing), Pattern.fraction(p.y / spacing)) - 0.5
    let nearX = abs(abs(cell.x) - (0.7 - margin))
    let nearY = abs(abs(cell.y) - (0.5 - margin))
    let rivet =
      nearY < nearX
      ? SIMD2(along.x * spacing, nearY) : SIMD2(nearX, along.y * spacing)
    let isWithin = inside > margin - 0.06
    let head = isWithin ? Pattern.edge(0.055 - Pattern.length(rivet), pixel) : 0
    return TextureSample(
      mix: 0.12 + 0.3 * sheet.x + 0.6 * head, relief: 0.1 * (sheet.y - 0.5) - 0.3 * seam)
  }

  /// Bear: long hair in tufts.
  static func fur(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let bend = 0.35 * Pattern.noise(p * 0.45)
    let strand = SIMD2((p.x + bend + 0.1 * Pattern.wave(p.y * 0.6)) * 8, p.y * 0.8)
    let hair = Pattern.noise(strand) + 0.6 * Pattern.noise(SIMD2(strand.x * 2.2, p.y * 1.1))
    let tuft = Pattern.noise(p * 0.6 + 17)
    return TextureSample(mix: soften(1.3 * hair + 0.3 * tuft), relief: 0.05 * tuft)
  }

  /// Bicycle: interlocking rings.
  static func chainMail(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    var best: Float = 0
    var light: Float = 0
    for shift in [SIMD2<Float>(0, 0), SIMD2(0.5, 0.5)] {
      let q = p + shift
      let centre = q.rounded(.toNearestOrEven)
      for neighbour in 0..<4 {
        let step = SIMD2<Float>(
          neighbour & 1 == 0 ? 0 : (q.x > centre.x ? 1 : -1),
          neighbour & 2 == 0 ? 0 : (q.y > centre.y ? 1 : -1))
        let offset = q - centre - step
        let distance = abs(Pattern.length(offset) - 0.47)
        let cover = Pattern.edge(0.085 - distance, pixel + 0.01)
        if cover > best {
          best = cover
          light = 0.5 - distance * 5
        }
      }
    }
    return TextureSample(mix: best, relief: best * 0.16 * light)
  }

  /// Bird: rows of overlapping feathers with a shaft.
  static func feathers(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let q = SIMD2(p.x, p.y / 0.62)
    var row = q.y.rounded(.down) + 1
    // From the row on top downwards: the first feather that covers the point.
    while true {
      let shift = 0.5 * Pattern.fraction(row / 2) * 2
      let x = Pattern.fraction(q.x + shift) - 0.5
      let tip = row - q.y
      let depth = tip + 2.2 * x * x
      if depth < 1 || row < q.y - 1 {
        let rim = Pattern.edge(depth - 0.86, pixel * 1.6 + 0.03)
        let shaft = Pattern.edge(0.03 - abs(x), pixel) * 0.7
        let barb = 0.12 * Pattern.wave((depth + 1.6 * abs(x)) * 5)
        return TextureSample(
          mix: min(1, max(0, 0.18 + 0.3 * (1 - depth) + barb + 0.85 * rim * (1 - shaft) + shaft)),
          relief: 0.14 * (0.5 - depth))
      }
      row -= 1
    }
  }

  /// Boat: the sea in lines of waves.
  static func waves(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let swell = 0.16 * Pattern.wave(p.x * 0.5 + 0.11 * p.y)
    let y = p.y + swell + 0.07 * Pattern.noise(SIMD2(p.x * 0.7, p.y * 0.5))
    let phase = Pattern.fraction(y * 1.3)
    let crest = Pattern.edge(phase - 0.62, pixel * 1.3 + 0.04) * Pattern.edge(0.97 - phase, 0.06)
    return TextureSample(mix: 0.16 * phase + 0.84 * crest, relief: 0.12 * (phase - 0.5))
  }

  /// Bottle: bubbles of all sizes.
  static func bubbles(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let home = p.rounded(.down)
    var sample = TextureSample(mix: 0.08)
    for dy in -1...1 {
      for dx in -1...1 {
        let cell = home + SIMD2(Float(dx), Float(dy))
        let place = Pattern.random(cell.x, cell.y, 5)
        let size = Pattern.random(cell.x, cell.y, 6)
        let offset = p - cell - 0.2 - 0.6 * place
        let radius = 0.16 + 0.36 * size.x
        let distance = Pattern.length(offset)
        guard distance < radius + pixel else { continue }
        let inside = Pattern.edge(radius - distance, pixel)
        let rim = inside * Pattern.edge(distance - radius + 0.09, pixel + 0.05)
        let glint = Pattern.edge(
          0.16 * radius - Pattern.length(offset + 0.38 * radius), pixel + 0.03)
        sample.mix = max(sample.mix * (1 - 0.6 * inside), min(1, 0.12 * inside + 0.8 * rim))
        sample.relief = max(sample.relief, 0.5 * glint)
      }
    }
    return sample
  }

  /// Car: the tread of a tyre, chevrons between grooves.
  static func tyreTread(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let lane = p.x / 2
    let zigzag = Pattern.triangle(lane) * 0.9
    let phase = abs(Pattern.fraction(p.y * 0.95 + zigzag) - 0.5)
    let bar = Pattern.edge(0.3 - phase, pixel + 0.02)
    let groove = Pattern.edge(0.07 - min(Pattern.fraction(p.x), 1 - Pattern.fraction(p.x)), pixel)
    let block = bar * (1 - groove)
    return TextureSample(mix: block, relief: block * 0.16 * (0.3 - 2 * phase))
  }

  /// Cat: the uneven stripes of a tabby.
  static func tabby(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let drift = 0.75 * Pattern.noise(p * SIMD2(0.22, 0.32)) + 0.14 * Pattern.noise(p * 0.9 + 5)
    let phase = Pattern.triangle(p.x * 0.85 + drift)
    let width = 0.42 + 0.16 * Pattern.noise(p * 0.5 + 31)
    let hair = 0.12 * Pattern.noise(SIMD2(p.x * 1.6, p.y * 4.5))
    return TextureSample(mix: Pattern.edge(phase - width + hair, 0.22 + pixel), relief: 0.3 * hair)
  }

  /// Chair: wicker, over and under.
  static func wicker(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let cell = p.rounded(.down)
    let isAcross = Int(cell.x + cell.y) & 1 == 0
    let inside = p - cell - 0.5
    let (along, across) = isAcross ? (inside.x, inside.y) : (inside.y, inside.x)
    let gap = Pattern.edge(0.42 - abs(across), pixel + 0.02)
    // A strand is highest in its middle and dives under its neighbours.
    let height = (1 - 2.6 * along * along) * (1 - 1.6 * across * across)
    let fibre = 0.1 * Pattern.noise(isAcross ? SIMD2(p.x, p.y * 5) : SIMD2(p.x * 5, p.y))
    return TextureSample(
      mix: gap * min(1, max(0, 0.35 + 0.6 * height + fibre)), relief: 0.1 * gap * (height - 0.6))
  }

  /// Clock: dials, rings within rings.
  static func dials(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let row = (p.y / 0.866).rounded(.down)
    // The nearest centre of a triangular lattice.
    var nearest: Float = 9
    for step in 0...1 {
      let r = row + Float(step)
      let shift = Pattern.fraction(r / 2)
      let x = Pattern.fraction(p.x + shift + 0.5) - 0.5
      nearest = min(nearest, Pattern.length(SIMD2(x, p.y - r * 0.866)))
    }
    let ring = Pattern.triangle(nearest * 4 + 0.5)
    let mark = Pattern.edge(ring - 0.5, 8 * pixel + 0.12)
    let isWithin = Pattern.edge(0.49 - nearest, pixel)
    return TextureSample(mix: 0.95 * mark * isWithin, relief: 0.08 * (0.3 - nearest))
  }

  /// Dog: the spots of a Dalmatian.
  static func spots(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let q = p + 0.13 * SIMD2(Pattern.noise(p * 0.9), Pattern.noise(p * 0.9 + 9))
    let home = q.rounded(.down)
    var cover: Float = 0
    for dy in -1...1 {
      for dx in -1...1 {
        let cell = home + SIMD2(Float(dx), Float(dy))
        let place = Pattern.random(cell.x, cell.y, 7)
        let size = Pattern.random(cell.x, cell.y, 8)
        let distance = Pattern.length(q - cell - 0.15 - 0.7 * place)
        cover = max(cover, Pattern.edge(0.17 + 0.19 * size.x - distance, pixel + 0.03))
      }
    }
    return TextureSample(mix: 1 - cover, relief: 0.025 * Pattern.noise(p * 2))
  }

  /// Elephant: skin in plates between cracks.
  static func crackedSkin(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let q = p + 0.08 * SIMD2(Pattern.noise(p), Pattern.noise(p + 13))
    let home = q.rounded(.down)
    var (first, second): (Float, Float) = (9, 9)
    var plate = SIMD2<Float>.zero
    for dy in -1...1 {
      for dx in -1...1 {
        let cell = home + SIMD2(Float(dx), Float(dy))
        let place = Pattern.random(cell.x, cell.y, 9)
        let distance = Pattern.length(q - cell - place)
        if distance < first {
          second = first
          first = distance
          plate = place
        } else {
          second = min(second, distance)
        }
      }
    }
    let crack = Pattern.edge(0.09 - (second - first), pixel + 0.07)
    let grain = 0.12 * Pattern.noise(p * 2.2)
    return TextureSample(
      mix: min(1, max(0, 0.72 + grain + 0.25 * (plate.x - 0.5))) * (1 - crack),
      relief: 0.12 * (0.35 - first))
  }

  /// Keyboard: rows of rounded keys.
  static func keys(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let row = p.y.rounded(.down)
    let x = p.x + 0.25 * row
    let cell = SIMD2(Pattern.fraction(x), Pattern.fraction(p.y)) - 0.5
    let edge = Pattern.box(cell, half: SIMD2(0.41, 0.41), radius: 0.13)
    let top = Pattern.box(cell + SIMD2(0, 0.045), half: SIMD2(0.29, 0.28), radius: 0.09)
    let key = Pattern.edge(-edge, pixel)
    let plateau = Pattern.edge(-top, pixel + 0.03)
    return TextureSample(mix: key * (0.6 + 0.4 * plateau), relief: key * (0.12 * plateau - 0.06))
  }

  /// Knife: Damascus steel, the contour lines of a landscape.
  static func damascusSteel(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let height =
      0.7 * Pattern.noise(p * 0.4) + 0.12 * Pattern.noise(p * 1.1 + 3) + 0.3 * p.y
    let line = Pattern.triangle(height * 3)
    return TextureSample(
      mix: Pattern.edge(line - 0.5, 0.3 + 6 * pixel), relief: 0.03 * Pattern.noise(p * 2))
  }

  /// Oven: bricks in running bond.
  static func bricks(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let y = p.y * 1.7
    let row = y.rounded(.down)
    let x = p.x / 1.15 + 0.5 * Pattern.fraction(row / 2) * 2
    let cell = SIMD2((Pattern.fraction(x) - 0.5) * 1.15, (Pattern.fraction(y) - 0.5) / 1.7)
    let shade = Pattern.random(x.rounded(.down), row, 11)
    let rough = Pattern.noise(p * 2.4)
    let edge = Pattern.box(cell, half: SIMD2(0.53, 0.245), radius: 0.05) + 0.012 * rough
    let brick = Pattern.edge(-edge, pixel + 0.02)
    return TextureSample(
      mix: 1 - brick * (0.75 + 0.25 * shade.x),
      relief: brick * (0.05 * rough + 0.12 * (shade.y - 0.5)))
  }

  /// Truck: tread plate, raised bars that alternate in direction.
  static func treadPlate(_ p: SIMD2<Float>, _ pixel: Float) -> TextureSample {
    let cell = p.rounded(.down)
    let inside = p - cell - 0.5
    let isRising = Int(cell.x + cell.y) & 1 == 0
    let along = (inside.x + (isRising ? inside.y : -inside.y)) * 0.7071
    let across = (inside.x - (isRising ? inside.y : -inside.y)) * 0.7071
    // A lens: two arcs that meet in points.
    let width = 0.15 * (1 - along * along / 0.2)
    let bar = Pattern.edge(width - abs(across), pixel + 0.01)
    return TextureSample(
      mix: bar * 0.95, relief: bar * 0.9 * across + 0.02 * Pattern.noise(p * 1.5))
  }
}
