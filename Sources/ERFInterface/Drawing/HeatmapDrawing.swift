// A heat map in character cells: two exact colours a cell with half blocks, one a cell without
// UTF-8, and a ramp of ASCII characters where there are too few colours.

/// How one cell shows map values.
public enum HeatStyle: Sendable, Equatable {
  /// The upper half block: two pixels a cell, one above the other.
  case halfBlocks
  /// A space on a coloured ground: one pixel a cell.
  case grounds
  /// A character of ` .:-=+*#%@`: one pixel a cell.
  case characters

  public init(_ display: Display) {
    switch display.depth {
    case .trueColour, .indexed256: self = display.unicode ? .halfBlocks : .grounds
    case .ansi16, .mono: self = .characters
    }
  }

  /// Pixels in a cell, one above the other.
  public var pixelsPerCell: Int { self == .halfBlocks ? 2 : 1 }
}

/// How many cells a map is drawn in.
public struct HeatmapFit: Sendable, Equatable {
  public let rows: Int
  public let columns: Int

  /// The largest rectangle of cells within `rows` x `columns` in which a map of `height` x `width`
  /// keeps its proportions, given cells `aspect` times as high as wide.
  public init(height: Int, width: Int, rows: Int, columns: Int, aspect: Double) {
    let proportion = Double(width) / Double(max(1, height)) * max(0.2, min(5, aspect))
    let wide = Int((Double(rows) * proportion).rounded())
    if wide <= columns {
      self.rows = max(0, rows)
      self.columns = rows > 0 ? max(0, min(columns, max(1, wide))) : 0
    } else {
      self.columns = max(0, columns)
      self.rows = max(0, min(rows, max(1, Int((Double(columns) / proportion).rounded()))))
    }
  }
}

extension Frame {
  static let asciiRamp: [Unicode.Scalar] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]

  /// Draws `values`, one a pixel of `area` in row-major order; `top` is that of the highest level.
  mutating func drawHeat(
    _ values: [Double], in area: Area, top: Double, map: UInt8, style: HeatStyle
  ) {
    guard values.count == area.rows * style.pixelsPerCell * area.columns else { return }
    let scale = top > 0 ? 255 / top : 0
    func level(_ row: Int, _ column: Int) -> UInt8 {
      UInt8(max(0, min(255, (values[row * area.columns + column] * scale).rounded())))
    }
    for row in 0..<area.rows {
      for column in 0..<area.columns {
        let upper = level(row * style.pixelsPerCell, column)
        let lower = style == .halfBlocks ? level(row * 2 + 1, column) : upper
        self[area.row + row, area.column + column] = Self.heatCell(upper, lower, map, style)
      }
    }
  }

  /// A bar over all levels, left to right.
  mutating func drawHeatScale(row: Int, column: Int, width: Int, map: UInt8, style: HeatStyle) {
    for offset in 0..<max(0, width) {
      let level = UInt8(offset * 255 / max(1, width - 1))
      self[row, column + offset] = Self.heatCell(level, level, map, style)
    }
  }

  /// Equal halves are a space on a ground: no font shows a seam in it.
  static func heatCell(_ upper: UInt8, _ lower: UInt8, _ map: UInt8, _ style: HeatStyle) -> Cell {
    if style == .characters {
      let scalar = asciiRamp[Int(upper) * asciiRamp.count / 256]
      return Cell(scalar, foreground: .heat(map: map, level: upper))
    }
    let ground = Paint.heat(map: map, level: lower)
    if upper == lower { return Cell(foreground: .role(.text), background: ground) }
    return Cell("▀", foreground: .heat(map: map, level: upper), background: ground)
  }
}
