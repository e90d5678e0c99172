// A heat map in character cells: two exact colours a cell with half blocks, one a cell without
// UTF-8, and a ramp of ASCII characters where there are too few colours.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

/// From map values to colours.
struct HeatColours {
  enum Scale {
    /// 0 is dark, the top is bright.
    case rising(map: UInt8)
    /// Zero is in the middle.
    case diverging
  }

  let scale: Scale
  /// The value of the highest colour.
  let top: Double
  /// Powers of ten from the lowest colour to the highest, on a logarithmic scale; nil: none.
  var decades: Double?

  /// Of the curves that have one.
  static let decades = 3.0

  /// Where a value lies between no colour and the highest, 0...1, below 0 for negative ones.
  func share(_ value: Double) -> Double {
    guard top > 0 else { return 0 }
    let share = value / top
    guard let decades else { return share }
    let size = abs(share) > 0 ? max(0, 1 + log10(abs(share)) / decades) : 0
    return share < 0 ? -size : size
  }

  /// A level above which dark ink stands out better than light.
  static let bright = 150

  /// Whether ink on a level has to be dark: an outline keeps its ink where that can be seen at all.
  func needsDarkInk(_ level: UInt8, for role: Role) -> Bool {
    if isDiverging { return true }
    switch role {
    case .background: return level >= 70
    case .text: return level > 215
    default: return level > Self.bright
    }
  }

  /// The logarithm to base 10.
  static func log(_ value: Double) -> Double { log10(value) }

  /// 0...255.
  func level(_ value: Double) -> UInt8 {
    guard top > 0 else { return isDiverging ? 128 : 0 }
    let share = share(value)
    let level = isDiverging ? 128 + share * 127 : share * 255
    return UInt8(max(0, min(255, level.rounded())))
  }

  func paint(_ level: UInt8) -> Paint {
    switch scale {
    case .rising(let map): .heat(map: map, level: level)
    case .diverging: .difference(level: level)
    }
  }

  var isDiverging: Bool { if case .diverging = scale { true } else { false } }

  /// The character of a level where there are no colours; of a difference, sign and size.
  func character(_ level: UInt8) -> Unicode.Scalar {
    guard isDiverging else { return Frame.asciiRamp[Int(level) * Frame.asciiRamp.count / 256] }
    let ramp = level < 128 ? Frame.negativeRamp : Frame.positiveRamp
    return ramp[min(ramp.count - 1, abs(Int(level) - 128) * ramp.count / 128)]
  }
}

extension Frame {
  static let asciiRamp: [Unicode.Scalar] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]
  static let positiveRamp: [Unicode.Scalar] = [" ", ".", "+", "#", "@"]
  static let negativeRamp: [Unicode.Scalar] = [" ", ".", "-", "=", "%"]

  /// Draws `values`, one a pixel of `area` in row-major order, with marks over them.
  mutating func drawHeat(
    _ values: [Double], in area: Area, colours: HeatColours, style: HeatStyle,
    marks: PixelMarks? = nil, underlay: [RGB]? = nil
  ) {
    guard values.count == area.rows * style.pixelsPerCell * area.columns else { return }
    let pixel = PixelPainter(
      values: values, columns: area.columns, colours: colours, underlay: underlay)
    for row in 0..<area.rows {
      for column in 0..<area.columns {
        let upper = pixel.paint(row * style.pixelsPerCell, column)
        switch style {
        case .halfBlocks:
          self[area.row + row, area.column + column] = Self.halfBlock(
            upper, pixel.paint(row * 2 + 1, column))
        case .grounds:
          self[area.row + row, area.column + column] = Self.halfBlock(upper, upper)
        case .characters:
          self[area.row + row, area.column + column] = pixel.character(row, column)
        }
        guard let mark = marks?.cell(row, column, of: area) else { continue }
        self[area.row + row, area.column + column] = pixel.marked(
          row, column, mark, style: style)
      }
    }
  }

  /// A bar over all levels, left to right, which is linear in brightness.
  mutating func drawHeatScale(
    row: Int, column: Int, width: Int, colours: HeatColours, style: HeatStyle
  ) {
    for offset in 0..<Swift.max(0, width) {
      let level = UInt8(offset * 255 / Swift.max(1, width - 1))
      let paint = colours.paint(level)
      self[row, column + offset] =
        style == .characters
        ? Cell(colours.character(level), foreground: paint) : Self.halfBlock(paint, paint)
    }
  }

  /// Equal halves are a space on a ground: no font shows a seam in it.
  static func halfBlock(_ upper: Paint, _ lower: Paint) -> Cell {
    if upper == lower { return Cell(foreground: .role(.text), background: lower) }
    return Cell("▀", foreground: upper, background: lower)
  }
}

/// The look of one pixel: its level's colour, perhaps over a picture.
private struct PixelPainter {
  let values: [Double]
  let columns: Int
  let colours: HeatColours
  let underlay: [RGB]?

  func paint(_ row: Int, _ column: Int) -> Paint {
    let index = row * columns + column
    return paint(colours.level(values[index]), at: index)
  }

  private func paint(_ level: UInt8, at index: Int) -> Paint {
    guard let underlay, underlay.count == values.count, case .rising(let map) = colours.scale
    else { return colours.paint(level) }
    return .picture(
      Self.blend(underlay[index], ColourRamp.all[Int(map)].colours[Int(level)], level))
  }

  func character(_ row: Int, _ column: Int) -> Cell {
    let level = colours.level(values[row * columns + column])
    return Cell(colours.character(level), foreground: colours.paint(level))
  }

  /// Dots over the mean of the cell's pixels, of which there is room for one colour: dark ones where light
  /// ones would not be seen. The upper one's alone would move the map down under its outlines.
  func marked(
    _ row: Int, _ column: Int, _ mark: (scalar: Unicode.Scalar, role: Role), style: HeatStyle
  ) -> Cell {
    let first = row * style.pixelsPerCell * columns + column
    let levels = (0..<style.pixelsPerCell).map { Int(colours.level(values[first + $0 * columns])) }
    let level = UInt8(levels.reduce(0, +) / levels.count)
    let isDark = style != .characters && colours.needsDarkInk(level, for: mark.role)
    let light: Role = mark.role == .background ? .text : mark.role
    return Cell(
      mark.scalar, foreground: .role(isDark ? .background : light),
      background: style == .characters ? .role(.background) : paint(level, at: first),
      attributes: .bold)
  }

  /// The picture in dim grey where the map is dark, the map's colour where it is bright. Five bits a
  /// channel keep the number of colours within what a terminal holds.
  private static func blend(_ picture: RGB, _ heat: RGB, _ level: UInt8) -> RGB {
    let grey = (2 * Int(picture.red) + 5 * Int(picture.green) + Int(picture.blue)) / 8 * 5 / 8
    let weight = min(256, Int(level) * 2 + 16)
    func mixed(_ channel: UInt8) -> UInt8 {
      UInt8(min(255, (Int(channel) * weight + grey * (256 - weight)) / 256)) & 0xf8
    }
    return RGB(mixed(heat.red), mixed(heat.green), mixed(heat.blue))
  }
}
