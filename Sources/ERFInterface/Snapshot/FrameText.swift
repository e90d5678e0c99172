// A screen as a text file, with or without the colours of a terminal.

/// Screens as files.
public enum Snapshot {
  /// The characters alone.
  public static func text(_ frame: Frame) -> [UInt8] { Array((frame.text + "\n").utf8) }

  /// The characters with the escape sequences that colour them: `cat` shows the screen.
  public static func ansi(_ frame: Frame, depth: ColourDepth) -> [UInt8] {
    let palette = Palette(depth: depth)
    var text = ""
    for row in 0..<frame.size.rows {
      var look = ""
      for column in 0..<frame.size.columns {
        let cell = frame[row, column]
        let next = escape(cell, palette)
        if next != look {
          text += next
          look = next
        }
        text += cell.text
      }
      text += "\u{1b}[0m\n"
    }
    return Array(text.utf8)
  }

  private static func escape(_ cell: Cell, _ palette: Palette) -> String {
    var codes = ["0"]
    if cell.attributes.contains(.bold) { codes.append("1") }
    if cell.attributes.contains(.underline) { codes.append("4") }
    if cell.attributes.contains(.reverse) { codes.append("7") }
    codes += code(palette.foreground(cell.foreground), 30, palette.depth)
    codes += code(palette.background(cell.background), 40, palette.depth)
    return "\u{1b}[" + codes.joined(separator: ";") + "m"
  }

  private static func code(_ colour: Int32, _ base: Int, _ depth: ColourDepth) -> [String] {
    guard colour >= 0 else { return [] }
    switch depth {
    case .trueColour:
      return ["\(base + 8);2;\(colour >> 16 & 255);\(colour >> 8 & 255);\(colour & 255)"]
    case .indexed256: return ["\(base + 8);5;\(colour)"]
    case .ansi16: return ["\(base + Int(colour) % 8)"]
    case .mono: return []
    }
  }
}

extension RGB {
  /// A colour of a terminal with so many, as pictures show it; `isInk` tells what the terminal's own
  /// colour is.
  init(_ number: Int32, depth: ColourDepth, isInk: Bool) {
    guard number >= 0 else {
      self = isInk ? RGB(0xd5, 0xd8, 0xe0) : RGB(0x10, 0x12, 0x18)
      return
    }
    switch depth {
    case .trueColour: self = RGB(hex: UInt32(number))
    case .indexed256 where number >= 16: self = ColourRamp.paletteColour(Int(number))
    default:
      let light: UInt8 = number >= 8 ? 255 : 205
      self = RGB(
        number & 1 != 0 ? light : 0, number & 2 != 0 ? light : 0, number & 4 != 0 ? light : 0)
    }
  }
}
