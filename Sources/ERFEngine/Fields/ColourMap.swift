// Colours for maps of one number, made here from a few points in a perceptual colour space.
//
// Lightness runs along a straight line while hue and colourfulness follow a smooth path through
// points, so that equal steps of the value look equally large and order survives in grey print.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A map from 0...1 to colours, in 256 steps.
public struct ColourMap: Sendable, Hashable {
  /// An sRGB colour in 8 bits a channel.
  public struct Colour: Sendable, Hashable {
    public let red: UInt8
    public let green: UInt8
    public let blue: UInt8

    public init(red: UInt8, green: UInt8, blue: UInt8) {
      self.red = red
      self.green = green
      self.blue = blue
    }
  }

  /// What the user types and sees, in lower case.
  public let name: String
  /// Whether lightness rises to the middle and falls again, for signed values around 0.5, instead of
  /// rising throughout.
  public let isDiverging: Bool
  /// 256 colours, from the lowest value to the highest.
  public let colours: [Colour]

  /// The colour of `value`; what lies outside 0...1 is clamped, NaN counts as 0.
  public func colour(at value: Double) -> Colour {
    guard value > 0 else { return colours[0] }
    return colours[Int((min(value, 1) * 255).rounded())]
  }

  /// The map of that name, in any case.
  public static func named(_ name: String) -> ColourMap? {
    all.first { $0.name == name.lowercased() }
  }

  /// All maps; the first is the default.
  public static let all = [ember, meadow, dusk, grey, tide]

  /// Black, violet, red, orange, pale yellow.
  public static let ember = ColourMap(
    name: "ember", lightness: 0.06...0.975,
    path: [
      Chroma(290, 0.02), Chroma(292, 0.13), Chroma(345, 0.16), Chroma(28, 0.19), Chroma(62, 0.17),
      Chroma(100, 0.10),
    ])

  /// Violet, blue, teal, green, yellow.
  public static let meadow = ColourMap(
    name: "meadow", lightness: 0.27...0.92,
    path: [
      Chroma(312, 0.12), Chroma(280, 0.11), Chroma(215, 0.085), Chroma(165, 0.12),
      Chroma(128, 0.18), Chroma(105, 0.19),
    ])

  /// Black, indigo, magenta, salmon, cream.
  public static let dusk = ColourMap(
    name: "dusk", lightness: 0.06...0.975,
    path: [
      Chroma(280, 0.02), Chroma(288, 0.13), Chroma(328, 0.17), Chroma(10, 0.17), Chroma(48, 0.12),
      Chroma(95, 0.05),
    ])

  /// Black to white.
  public static let grey = ColourMap(
    name: "grey", isDiverging: false,
    colours: (0...255).map { level in
      Colour(red: UInt8(level), green: UInt8(level), blue: UInt8(level))
    })

  /// Diverging: blue, near white in the middle, red.
  public static let tide = ColourMap(
    name: "tide", isDiverging: true,
    colours: ramp(
      lightness: 0.30...0.96, steps: 128,
      path: [Chroma(262, 0.12), Chroma(255, 0.14), Chroma(240, 0.08), Chroma(220, 0.005)])
      + ramp(
        lightness: 0.30...0.96, steps: 128,
        path: [Chroma(18, 0.13), Chroma(28, 0.17), Chroma(48, 0.10), Chroma(80, 0.005)]
      ).reversed())
}

/// A colourfulness in a direction of hue, on the axes from green to red and from blue to yellow.
private struct Chroma {
  let redness: Double
  let yellowness: Double

  /// - Parameters:
  ///   - hue: in degrees, 0 pinkish red, 90 yellow, 180 teal, 270 blue.
  ///   - amount: 0 for grey to about 0.3.
  init(_ hue: Double, _ amount: Double) {
    self.init(
      redness: amount * cos(hue * .pi / 180), yellowness: amount * sin(hue * .pi / 180))
  }

  init(redness: Double, yellowness: Double) {
    self.redness = redness
    self.yellowness = yellowness
  }

  static func * (left: Chroma, factor: Double) -> Chroma {
    Chroma(redness: left.redness * factor, yellowness: left.yellowness * factor)
  }

  /// The point at `position` in 0...1 of a Catmull-Rom curve through `points`.
  static func along(_ points: [Chroma], at position: Double) -> Chroma {
    let scaled = position * Double(points.count - 1)
    let segment = min(Int(scaled), points.count - 2)
    let t = scaled - Double(segment)
    func point(_ index: Int) -> Chroma { points[max(0, min(points.count - 1, index))] }
    func blend(_ of: (Chroma) -> Double) -> Double {
      let p = (-1...2).map { of(point(segment + $0)) }
      let cubic = 3 * (p[1] - p[2]) + p[3] - p[0]
      let square = 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
      return p[1] + 0.5 * t * (p[2] - p[0] + t * (square + t * cubic))
    }
    return Chroma(redness: blend { $0.redness }, yellowness: blend { $0.yellowness })
  }
}

extension ColourMap {
  private init(name: String, lightness: ClosedRange<Double>, path: [Chroma]) {
    self.init(
      name: name, isDiverging: false,
      colours: Self.ramp(lightness: lightness, steps: 256, path: path))
  }

  /// Colours of strictly rising luminance.
  private static func ramp(
    lightness: ClosedRange<Double>, steps: Int, path: [Chroma]
  ) -> [Colour] {
    var colours: [Colour] = []
    for step in 0..<steps {
      let position = Double(step) / Double(steps - 1)
      let light =
        lightness.lowerBound + position * (lightness.upperBound - lightness.lowerBound)
      var colour = colour(lightness: light, chroma: Chroma.along(path, at: position))
      // Rounding to 8 bits can undo a small step: then green, which weighs most, takes one more.
      while let last = colours.last, colour.luminance <= last.luminance, colour.green < 255 {
        colour = Colour(red: colour.red, green: colour.green + 1, blue: colour.blue)
      }
      colours.append(colour)
    }
    return colours
  }

  /// The colour in 8 bits, made less colourful where the screen cannot show it.
  private static func colour(lightness: Double, chroma: Chroma) -> Colour {
    var inside = 0.0
    var outside = 1.0
    if linear(lightness: lightness, chroma: chroma).allSatisfy({ $0 >= 0 && $0 <= 1 }) {
      inside = 1
    } else {
      for _ in 0..<24 {
        let middle = (inside + outside) / 2
        let fits = linear(lightness: lightness, chroma: chroma * middle)
          .allSatisfy { $0 >= 0 && $0 <= 1 }
        if fits { inside = middle } else { outside = middle }
      }
    }
    let bytes = linear(lightness: lightness, chroma: chroma * inside).map { value -> UInt8 in
      let value = max(0, min(1, value))
      let encoded = value <= 0.003_130_8 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
      return UInt8((encoded * 255).rounded())
    }
    return Colour(red: bytes[0], green: bytes[1], blue: bytes[2])
  }

  /// Red, green and blue light, from Oklab coordinates (B. Ottosson, 2020).
  private static func linear(lightness: Double, chroma: Chroma) -> [Double] {
    let (a, b) = (chroma.redness, chroma.yellowness)
    func cube(_ x: Double) -> Double { x * x * x }
    let long = cube(lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b)
    let medium = cube(lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b)
    let short = cube(lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b)
    return [
      4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
      -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
      -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ]
  }
}

extension ColourMap.Colour {
  /// Relative luminance of the colour on a screen, 0...1.
  public var luminance: Double {
    func light(_ byte: UInt8) -> Double {
      let value = Double(byte) / 255
      return value <= 0.040_45 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue)
  }
}
