// Pictures in half blocks.

import ERFEngine

extension Frame {
  /// Fills an area with a picture; where there are no colours or no half blocks, with a ramp of
  /// characters by brightness.
  mutating func drawPicture(_ image: Image, in area: Area, display: Display) {
    let style = HeatStyle(display)
    let per = style.pixelsPerCell
    for row in 0..<area.rows {
      for column in 0..<area.columns {
        func part(_ half: Int) -> RGB {
          image.average(
            row: per * row + half, of: per * area.rows, column: column, of: area.columns)
        }
        let upper = part(0)
        self[area.row + row, area.column + column] =
          switch style {
          case .halfBlocks: Self.halfBlock(.picture(upper), .picture(part(1)))
          case .grounds: Self.halfBlock(.picture(upper), .picture(upper))
          case .characters:
            Cell(Self.asciiRamp[upper.brightness * Self.asciiRamp.count / 256])
          }
      }
    }
  }
}

extension RGB {
  /// 0...255, green counting most.
  var brightness: Int { (2 * Int(red) + 5 * Int(green) + Int(blue)) / 8 }
}

extension Image {
  /// The mean colour of a cell of a grid over the picture, five bits a channel, so that pictures stay
  /// within the colours that a terminal holds.
  func average(row: Int, of rows: Int, column: Int, of columns: Int) -> RGB {
    let top = row * height / rows
    let left = column * width / columns
    return average(
      rows: top..<max(top + 1, (row + 1) * height / rows),
      columns: left..<max(left + 1, (column + 1) * width / columns))
  }

  private func average(rows: Range<Int>, columns: Range<Int>) -> RGB {
    var sums = [0, 0, 0]
    for y in rows {
      for x in columns {
        for channel in 0..<3 { sums[channel] += Int(pixels[(y * width + x) * 3 + channel]) }
      }
    }
    let count = rows.count * columns.count
    func level(_ sum: Int) -> UInt8 { UInt8(min(31, (sum / count + 4) / 8) * 255 / 31) }
    return RGB(level(sums[0]), level(sums[1]), level(sums[2]))
  }

  /// The colours of a grid over a part of the picture, given as shares of its height and width.
  func averages(rows: Int, columns: Int, window: PixelWindow, of size: InputSize) -> [RGB] {
    func range(
      _ index: Int, _ parts: Int, _ start: Double, _ length: Double, _ full: Int, _ pixels: Int
    )
      -> Range<Int>
    {
      let scale = Double(pixels) / Double(max(1, full))
      let low = Int((start + length * Double(index) / Double(parts)) * scale)
      let high = Int((start + length * Double(index + 1) / Double(parts)) * scale)
      let first = max(0, min(pixels - 1, low))
      return first..<max(first + 1, min(pixels, high))
    }
    let across = (0..<columns).map {
      range($0, columns, window.column, window.width, size.width, width)
    }
    return (0..<rows).flatMap { row in
      let down = range(row, rows, window.row, window.height, size.height, height)
      return across.map { average(rows: down, columns: $0) }
    }
  }
}
