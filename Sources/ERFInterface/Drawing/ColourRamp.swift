// Colour maps for heat maps: 256 colours of rising luminance, and for terminals with a palette of
// 256 the sequence of palette entries that stays nearest to them while luminance still rises.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import ERFEngine

/// A map from 0...255 to colours whose luminance rises strictly.
public struct ColourRamp: Sendable, Equatable {
  public let name: String
  /// 256 colours.
  public let colours: [RGB]
  /// Palette entries in 16...255, luminance rising strictly.
  public let indexed: [UInt8]
  /// Colours 0...7 from dark to light, for terminals with 8 or 16.
  public let basic: [UInt8]

  init(name: String, colours: [RGB], basic: [UInt8]) {
    self.init(
      name: name, colours: colours, basic: basic, indexed: Self.indices(nearest: colours))
  }

  private init(name: String, colours: [RGB], basic: [UInt8], indexed: [UInt8]) {
    precondition(colours.count == 256)
    self.name = name
    self.colours = colours
    self.basic = basic
    self.indexed = indexed
  }

  /// The engine's map, as exports use it.
  init(_ map: ColourMap) {
    self.init(
      name: map.name, colours: map.colours.map { RGB($0.red, $0.green, $0.blue) },
      basic: Self.basicColours[map.name] ?? [7])
  }
}

extension ColourRamp {
  /// For differences and signed maps: luminance rises to the middle, which is zero, and falls again.
  public static let difference: ColourRamp = {
    let colours = ColourMap.tide.colours.map { RGB($0.red, $0.green, $0.blue) }
    // Each half is a ramp of its own: the lower one rises, the upper one is a rising one reversed.
    let stretched = { (part: [RGB]) in (0..<256).map { part[$0 * part.count / 256] } }
    let low = indices(nearest: stretched(Array(colours.prefix(128))))
    let high = indices(nearest: stretched(Array(colours.suffix(128)).reversed()))
    let steps = min(low.count, high.count)
    let thinned = { (part: [UInt8]) in (0..<steps).map { part[$0 * part.count / steps] } }
    return ColourRamp(
      name: ColourMap.tide.name, colours: colours, basic: [4, 6, 7, 3, 1],
      indexed: thinned(low) + thinned(high).reversed())
  }()

  /// All ramps of rising luminance; the first is the default.
  public static let all = ColourMap.all.filter { !$0.isDiverging }.map { ColourRamp($0) }

  /// By name of the map; others are drawn without colour.
  private static let basicColours: [String: [UInt8]] = [
    "ember": [4, 5, 1, 3, 7], "meadow": [4, 6, 2, 3, 7], "dusk": [4, 5, 6, 3, 7],
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

  /// The entry of the cube or of the greys that is nearest in red, green and blue.
  static func nearestIndex(_ colour: RGB) -> UInt8 {
    func step(_ channel: UInt8) -> Int {
      channel < 48 ? 0 : channel < 115 ? 1 : (Int(channel) - 35) / 40
    }
    func distance(_ index: Int) -> Int {
      let entry = paletteColour(index)
      let red = Int(entry.red) - Int(colour.red)
      let green = Int(entry.green) - Int(colour.green)
      let blue = Int(entry.blue) - Int(colour.blue)
      return red * red + green * green + blue * blue
    }
    let cube = 16 + 36 * step(colour.red) + 6 * step(colour.green) + step(colour.blue)
    let mean = (Int(colour.red) + Int(colour.green) + Int(colour.blue)) / 3
    let grey = 232 + max(0, min(23, (mean - 3) / 10))
    return UInt8(distance(grey) < distance(cube) ? grey : cube)
  }

  /// The path through the palette whose lightness rises at every step and which costs least: each
  /// entry costs its distance in hue and colourfulness from the map's colour of that lightness, each
  /// step the square of its height. Nearest colours alone would break the order of luminance.
  private static func indices(nearest colours: [RGB]) -> [UInt8] {
    let targets = colours.map { Lab($0) }
    guard let low = targets.first?.lightness, let high = targets.last?.lightness, high > low
    else { return [16, 231] }
    let palette = (16...255).map { ColourEntry(index: UInt8($0), lab: Lab(paletteColour($0))) }
    let entries =
      palette
      .filter { $0.lab.lightness > low - 2 && $0.lab.lightness < high + 2 }
      .sorted { $0.lab.lightness < $1.lab.lightness }
    var costs: [Double] = []
    var previous: [Int?] = []
    for (place, entry) in entries.enumerated() {
      let position = (entry.lab.lightness - low) / (high - low)
      let target = targets[max(0, min(255, Int((position * 255).rounded())))]
      let distance = entry.lab.chromaticDistance(to: target)
      var best = (cost: climb(entry.lab.lightness - low), from: Int?.none)
      for earlier in 0..<place {
        let step = entry.lab.lightness - entries[earlier].lab.lightness
        guard step > 0.8 else { continue }
        let cost = costs[earlier] + climb(step)
        if cost < best.cost { best = (cost, earlier) }
      }
      costs.append(best.cost + distance * distance)
      previous.append(best.from)
    }
    let ends = entries.indices.map { costs[$0] + climb(high - entries[$0].lab.lightness) }
    var at = ends.indices.min { ends[$0] < ends[$1] }
    var chosen: [UInt8] = []
    while let place = at {
      chosen.append(entries[place].index)
      at = previous[place]
    }
    return chosen.reversed()
  }

  /// Cost of a step in lightness: two small steps are better than a large one even through a colour
  /// that is a little off.
  private static func climb(_ step: Double) -> Double { 6 * step * step }
}

private struct ColourEntry {
  let index: UInt8
  let lab: Lab
}

/// Lightness as CIE L*, which rises with luminance, and hue and colourfulness as in Oklab
/// (B. Ottosson, 2020), which keeps blue apart from violet; 300 makes their units comparable.
struct Lab {
  let lightness: Double
  let a: Double
  let b: Double

  init(_ colour: RGB) {
    func light(_ byte: UInt8) -> Double {
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let (red, green, blue) = (light(colour.red), light(colour.green), light(colour.blue))
    let luminance: Double = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    lightness = luminance > 0.008856 ? 116 * cbrt(luminance) - 16 : 903.3 * luminance
    let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 300 * (1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short)
    b = 300 * (0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short)
  }

  /// Distance in hue and colourfulness alone. Hue counts most; a colour too pale for its place looks
  /// muddy, unless it is nearly black; one too vivid hardly differs.
  func chromaticDistance(to target: Lab) -> Double {
    let chroma = (a * a + b * b).squareRoot()
    let wanted = (target.a * target.a + target.b * target.b).squareRoot()
    let da = a - target.a
    let db = b - target.b
    let radial = chroma - wanted
    let tangential = max(0, da * da + db * db - radial * radial)
    let weight = radial < 0 ? 1.2 * min(1, target.lightness / 5) : 0.4
    return (tangential + weight * weight * radial * radial).squareRoot()
  }
}
