// Colours and attributes of a cell as the view means them; `Palette` turns them into the numbers of
// one terminal, so that a frame is the same on all.

/// What a colour is for.
public enum Role: UInt8, Sendable, CaseIterable {
  /// Behind everything.
  case background
  /// Behind the title bar, the footer and overlays.
  case raised
  /// Behind a map that is not there yet.
  case well
  case text
  /// Labels and other secondary text.
  case quiet
  /// Rules, ticks and the empty part of a progress bar.
  case line
  /// The focused panel, keys, progress.
  case accent
  /// The second network in a plot, and further ones.
  case second, third, fourth, fifth, sixth, seventh, eighth
  case warning
  case failure
}

extension Role {
  private static let networks: [Role] = [
    .accent, .second, .third, .fourth, .fifth, .sixth, .seventh, .eighth,
  ]

  /// Of a network by its place: A, B, and on; after the eighth they begin anew.
  static func network(_ index: Int) -> Role { networks[index % networks.count] }
}

/// The colour of a cell's ink or ground.
public enum Paint: Sendable, Hashable {
  case role(Role)
  /// Level 0...255 of the ramp `map` (index into `ColourRamp.all`).
  case heat(map: UInt8, level: UInt8)
  /// Level of the diverging ramp: 128 is zero.
  case difference(level: UInt8)
  /// Any colour, of pictures.
  case picture(RGB)
}

/// How a character is drawn beside its colours.
public struct Attributes: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let bold = Attributes(rawValue: 1)
  public static let underline = Attributes(rawValue: 4)
  public static let reverse = Attributes(rawValue: 8)
}

/// A colour of 8 bits a channel.
public struct RGB: Sendable, Hashable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// 0xRRGGBB.
  public init(hex: UInt32) {
    self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255))
  }

  public var hex: Int32 { Int32(red) << 16 | Int32(green) << 8 | Int32(blue) }
}

/// How many colours a terminal shows.
public enum ColourDepth: Sendable, Hashable, CaseIterable {
  case trueColour, indexed256, ansi16, mono
}

/// What a terminal can draw: decided once when it is opened.
public struct Display: Sendable, Hashable {
  public var depth: ColourDepth
  /// Whether characters beyond ASCII arrive (a UTF-8 locale, and no `--ascii`).
  public var unicode: Bool
  /// Height of a cell divided by its width.
  public var cellAspect: Double
  /// Whether text can be put on the clipboard.
  public var clipboard = Clipboard.unknown

  public init(depth: ColourDepth = .trueColour, unicode: Bool = true, cellAspect: Double = 2) {
    self.depth = depth
    self.unicode = unicode
    self.cellAspect = cellAspect
  }
}

extension Display {
  /// The options of `snapshot` that draw in the same way; what it does unasked needs none.
  var options: [String] {
    var options: [String] = []
    switch depth {
    case .trueColour: break
    case .indexed256: options.append("--color 256")
    case .ansi16: options.append("--color 16")
    case .mono: options.append("--color mono")
    }
    if !unicode { options.append("--ascii") }
    if cellAspect != 2 { options.append("--cell-aspect \(cellAspect)") }
    return options
  }
}
