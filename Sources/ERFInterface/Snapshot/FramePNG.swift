// A screen as a PNG picture, letters drawn by the program itself.

import ERFEngine

extension Snapshot {
  /// - Parameters:
  ///   - depth: the colours of the terminal that is imitated.
  ///   - scale: pixels a unit; a cell is 10 x 20 units.
  /// - Throws: `ExportError` where memory runs out.
  public static func png(
    _ frame: Frame, depth: ColourDepth = .trueColour, scale: Int = 2
  ) throws -> [UInt8] {
    var painter = PicturePainter(frame: frame, depth: depth, scale: scale)
    return try PNGWriter.encode(painter.image())
  }
}

private struct PicturePainter {
  let frame: Frame
  let palette: Palette
  let scale: Int
  let cellWidth: Int
  let cellHeight: Int
  /// How much of each pixel of a cell the pen covers, 0...255, by character and weight.
  private var masks: [Letter: [UInt8]] = [:]

  private struct Letter: Hashable {
    let scalar: Unicode.Scalar
    let isBold: Bool
    /// Whether this is the first of two columns.
    let isWide: Bool
  }

  init(frame: Frame, depth: ColourDepth, scale: Int) {
    self.frame = frame
    palette = Palette(depth: depth)
    self.scale = max(1, min(4, scale))
    cellWidth = Snapshot.cellWidth * self.scale
    cellHeight = Snapshot.cellHeight * self.scale
  }

  mutating func image() -> Image {
    let width = frame.size.columns * cellWidth
    var pixels = [UInt8](repeating: 0, count: frame.size.rows * cellHeight * width * 3)
    for row in 0..<frame.size.rows {
      for column in 0..<frame.size.columns {
        let cell = frame[row, column]
        var ink = RGB(palette.foreground(cell.foreground), depth: palette.depth, isInk: true)
        var ground = RGB(palette.background(cell.background), depth: palette.depth, isInk: false)
        if cell.attributes.contains(.reverse) { swap(&ink, &ground) }
        let mask = mask(cell, isWide: frame[row, column + 1].isTail)
        for y in 0..<cellHeight {
          var at = ((row * cellHeight + y) * width + column * cellWidth) * 3
          for x in 0..<cellWidth {
            let share = Int(mask[y * cellWidth + x])
            pixels[at] = Self.mix(ink.red, ground.red, share)
            pixels[at + 1] = Self.mix(ink.green, ground.green, share)
            pixels[at + 2] = Self.mix(ink.blue, ground.blue, share)
            at += 3
          }
        }
      }
    }
    return Image(height: frame.size.rows * cellHeight, width: width, pixels: pixels)
  }

  private static func mix(_ ink: UInt8, _ ground: UInt8, _ share: Int) -> UInt8 {
    UInt8((Int(ink) * share + Int(ground) * (255 - share) + 127) / 255)
  }

  private mutating func mask(_ cell: Cell, isWide: Bool) -> [UInt8] {
    let letter = Letter(
      scalar: cell.scalar, isBold: cell.attributes.contains(.bold), isWide: isWide)
    if let known = masks[letter] { return known }
    let mask = drawn(letter)
    masks[letter] = mask
    return mask
  }

  private func drawn(_ letter: Letter) -> [UInt8] {
    let units = Double(scale)
    let width = Double(Snapshot.cellWidth)
    let height = Double(Snapshot.cellHeight)
    switch letter.scalar {
    case " ": return filled { _, _ in 0 }
    case "▀": return filled { _, y in y < height / 2 ? 1 : 0 }
    case "▎": return filled { x, _ in x < width / 4 ? 1 : 0 }
    case "─": return filled { _, y in abs(y - height / 2) < 0.6 ? 1 : 0 }
    case "━": return filled { _, y in abs(y - height / 2) < 1.6 ? 1 : 0 }
    case "│": return filled { x, _ in abs(x - width / 2) < 0.6 ? 1 : 0 }
    case "●": return filled { x, y in disc(x - width / 2, y - height / 2, 3.4, units) }
    default: break
    }
    if (0x2800...0x28ff).contains(letter.scalar.value) {
      return braille(letter.scalar.value - 0x2800)
    }
    if (0x2581...0x2588).contains(letter.scalar.value) {
      let level = Double(letter.scalar.value - 0x2580) / 8 * height
      return filled { _, y in y > height - level ? 1 : 0 }
    }
    let lines = StrokeFont.strokes(letter.scalar)
    let strokes = (lines.isEmpty ? box(letter) : lines).map { $0.map(Self.place) }
    let pen = letter.isBold ? 1.05 : 0.7
    return filled { x, y in
      var nearest = Double.infinity
      for stroke in strokes {
        for index in stroke.indices.dropLast() {
          nearest = min(nearest, Self.distance(SIMD2(x, y), stroke[index], stroke[index + 1]))
        }
      }
      // A dot is a line of no length, and a little bolder than the pen.
      return max(0, min(1, (pen - nearest) * units + 0.5))
    }
  }

  /// What stands for a letter that the font lacks; half of it in each column of a wide one.
  private func box(_ letter: Letter) -> [[StrokeFont.Point]] {
    let isTail = letter.scalar == Cell.tail
    let left = isTail ? -1.0 : 1
    let right = letter.isWide ? 9.0 : 7
    var lines = [2.0, 12].map { [StrokeFont.Point(left, $0), StrokeFont.Point(right, $0)] }
    if !isTail { lines.append([StrokeFont.Point(left, 2), StrokeFont.Point(left, 12)]) }
    if !letter.isWide { lines.append([StrokeFont.Point(right, 2), StrokeFont.Point(right, 12)]) }
    return lines
  }

  /// From the font's grid to units of the cell.
  private static func place(_ point: StrokeFont.Point) -> StrokeFont.Point {
    StrokeFont.Point(1 + point.x, 2 + point.y * 1.1)
  }

  /// Two dots across, four down.
  private func braille(_ bits: UInt32) -> [UInt8] {
    filled { x, y in
      let column = x < Double(Snapshot.cellWidth) / 2 ? 0 : 1
      let row = min(3, Int(y / 5))
      guard bits & PixelMarks.brailleBits[column][row] != 0 else { return 0 }
      return disc(x - (2.5 + 5 * Double(column)), y - (2.5 + 5 * Double(row)), 1.5, Double(scale))
    }
  }

  private func disc(_ x: Double, _ y: Double, _ radius: Double, _ units: Double) -> Double {
    max(0, min(1, (radius - (x * x + y * y).squareRoot()) * units + 0.5))
  }

  /// Asks for the coverage of every pixel's middle, in units of the cell.
  private func filled(_ coverage: (Double, Double) -> Double) -> [UInt8] {
    (0..<cellHeight * cellWidth).map { index in
      let x = (Double(index % cellWidth) + 0.5) / Double(scale)
      let y = (Double(index / cellWidth) + 0.5) / Double(scale)
      return UInt8((coverage(x, y) * 255).rounded())
    }
  }

  private static func distance(
    _ point: StrokeFont.Point, _ start: StrokeFont.Point, _ end: StrokeFont.Point
  ) -> Double {
    let line = end - start
    let length = (line * line).sum()
    let along = length > 0 ? max(0, min(1, ((point - start) * line).sum() / length)) : 0
    let gap = point - start - line * along
    return (gap * gap).sum().squareRoot()
  }
}
