// Colour maps for heat maps: 256 colours of rising luminance, and for terminals with a palette of
// 256 the sequence of palette entries that stays nearest to them while luminance still rises.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A map from 0...255 to colours whose luminance rises strictly.
public struct ColourRamp: Sendable, Equatable {
  public let name: String
  /// 256 colours.
  public let colours: [RGB]
  /// Palette entries in 16...255, luminance rising strictly.
  public let indexed: [UInt8]
  /// Colours 0...7 from dark to light, for terminals with 8 or 16.
  public let basic: [UInt8]

  public init(name: String, colours: [RGB], basic: [UInt8] = [4, 5, 6, 3, 7]) {
    precondition(colours.count == 256)
    self.name = name
    self.colours = colours
    self.basic = basic
    indexed = Self.indices(nearest: colours)
  }

  /// Straight lines between `points` (0xRRGGBB), equally spaced.
  init(name: String, through points: [UInt32], basic: [UInt8]) {
    let anchors = points.map { RGB(hex: $0) }
    let colours = (0..<256).map { level -> RGB in
      let position = Double(level) / 255 * Double(anchors.count - 1)
      let segment = min(Int(position), anchors.count - 2)
      let share = position - Double(segment)
      func blend(_ channel: (RGB) -> UInt8) -> UInt8 {
        let from = Double(channel(anchors[segment]))
        let to = Double(channel(anchors[segment + 1]))
        return UInt8((from + (to - from) * share).rounded())
      }
      return RGB(blend(\.red), blend(\.green), blend(\.blue))
    }
    self.init(name: name, colours: colours, basic: basic)
  }
}

extension ColourRamp {
  /// All ramps; the first is the default.
  public static let all: [ColourRamp] = [
    ColourRamp(
      name: "ember",
      through: [
        0x04_0309, 0x25_0d4a, 0x5d_1660, 0x97_2a55, 0xcc_4740, 0xee_772d, 0xfb_b144, 0xfd_f3b4,
      ], basic: [4, 5, 1, 3, 7]),
    ColourRamp(
      name: "meadow",
      through: [
        0x34_0c4f, 0x3d_3278, 0x37_5788, 0x2b_778a, 0x24_9684, 0x46_b56c, 0x96_d044, 0xf2_e432,
      ], basic: [4, 6, 2, 3, 7]),
    ColourRamp(name: "grey", through: [0x00_0000, 0xff_ffff], basic: [7]),
  ]
}

// MARK: 256 colours

extension ColourRamp {
  /// The palette's colour of an index in 16...255: a cube of 6 x 6 x 6, then 24 greys.
  static func paletteColour(_ index: Int) -> RGB {
    if index >= 232 {
      let level = UInt8(8 + 10 * (index - 232))
      return RGB(level, level, level)
    }
    let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    let cube = index - 16
    return RGB(steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6])
  }

  /// One palette entry for each of 40 steps of lightness: the one nearest in hue and colourfulness
  /// to the map's colour of that lightness. Nearest colours alone would break the order of
  /// luminance; choosing within steps of lightness cannot.
  private static func indices(nearest colours: [RGB]) -> [UInt8] {
    let targets = colours.map { Lab($0) }
    guard let low = targets.first?.lightness, let high = targets.last?.lightness, high > low
    else { return [16, 231] }
    let steps = 40
    var best = [(index: Int, lab: Lab, distance: Double)?](repeating: nil, count: steps)
    for index in 16...255 {
      let lab = Lab(paletteColour(index))
      let position = (lab.lightness - low) / (high - low)
      guard position > -0.02, position < 1.02 else { continue }
      let target = targets[max(0, min(255, Int((position * 255).rounded())))]
      let distance = lab.distance(to: target)
      let step = max(0, min(steps - 1, Int(position * Double(steps))))
      if distance < min(best[step]?.distance ?? .infinity, 26) {
        best[step] = (index, lab, distance)
      }
    }
    var chosen: [UInt8] = []
    var last = -Double.infinity
    for case let entry? in best where entry.lab.lightness > last + 0.4 {
      chosen.append(UInt8(entry.index))
      last = entry.lab.lightness
    }
    return chosen.count > 1 ? chosen : [16, 231]
  }
}

/// CIE L*a*b*: distances in it are roughly what the eye sees.
struct Lab {
  let lightness: Double
  let a: Double
  let b: Double

  init(_ colour: RGB) {
    func light(_ byte: UInt8) -> Double {
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    func curve(_ t: Double) -> Double { t > 0.008856 ? cbrt(t) : 7.787 * t + 16 / 116 }
    let (red, green, blue) = (light(colour.red), light(colour.green), light(colour.blue))
    let x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    let y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    let z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    lightness = 116 * y - 16
    a = 500 * (x - y)
    b = 200 * (y - z)
  }

  /// Lightness counts less: the step has fixed it already.
  func distance(to other: Lab) -> Double {
    let dl = (lightness - other.lightness) / 2
    let da = a - other.a
    let db = b - other.b
    return (dl * dl + da * da + db * db).squareRoot()
  }
}
