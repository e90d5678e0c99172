// From what a colour means to the number that one terminal wants for it.

/// The colour numbers of one depth; -1 is the terminal's own colour.
public struct Palette: Sendable {
  public let depth: ColourDepth

  public init(depth: ColourDepth) { self.depth = depth }

  /// Number for ink: 0xRRGGBB, an index in 0...255, or -1.
  public func foreground(_ paint: Paint) -> Int32 {
    switch paint {
    case .role(let role): ink(role)
    default: colour(paint)
    }
  }

  /// Number for ground.
  public func background(_ paint: Paint) -> Int32 {
    switch paint {
    case .role(let role): ground(role)
    default: colour(paint)
    }
  }

  private func colour(_ paint: Paint) -> Int32 {
    switch paint {
    case .role: -1
    case .heat(let map, let level): heat(ColourRamp.all[Int(map) % ColourRamp.all.count], level)
    case .difference(let level): heat(.difference, level)
    case .picture(let colour): picture(colour)
    }
  }

  /// The nearest of the palette's cube and greys.
  private func picture(_ colour: RGB) -> Int32 {
    switch depth {
    case .trueColour: return colour.hex
    case .indexed256: return Int32(ColourRamp.nearestIndex(colour))
    case .ansi16, .mono: return -1
    }
  }

  private func heat(_ ramp: ColourRamp, _ level: UInt8) -> Int32 {
    switch depth {
    case .trueColour: return ramp.colours[Int(level)].hex
    case .indexed256: return Int32(ramp.indexed[Int(level) * ramp.indexed.count / 256])
    case .ansi16: return Int32(ramp.basic[Int(level) * ramp.basic.count / 256])
    case .mono: return -1
    }
  }

  private func ink(_ role: Role) -> Int32 {
    switch depth {
    case .trueColour: rgb(role).hex
    case .indexed256: index(role)
    case .ansi16: basic(role)
    case .mono: -1
    }
  }

  /// With 16 colours or fewer the terminal's own ground shows through.
  private func ground(_ role: Role) -> Int32 {
    switch depth {
    case .trueColour: rgb(role).hex
    case .indexed256: index(role)
    case .ansi16, .mono: -1
    }
  }

  private func rgb(_ role: Role) -> RGB {
    switch role {
    case .background: RGB(hex: 0x10_1218)
    case .raised: RGB(hex: 0x1a_1d26)
    case .well: RGB(hex: 0x16_1921)
    case .text: RGB(hex: 0xd5_d8e0)
    case .quiet: RGB(hex: 0x85_8b9b)
    case .line: RGB(hex: 0x3a_3f4d)
    case .accent: RGB(hex: 0x7f_b4e6)
    case .second: RGB(hex: 0xf0_a05a)
    case .third: RGB(hex: 0x6f_c99a)
    case .fourth: RGB(hex: 0xd9_94c8)
    case .fifth: RGB(hex: 0xd6_cd66)
    case .sixth: RGB(hex: 0x62_cbd6)
    case .seventh: RGB(hex: 0xac_9cf2)
    case .eighth: RGB(hex: 0xb4_b9c4)
    case .warning: RGB(hex: 0xe3_b566)
    case .failure: RGB(hex: 0xec_7a7a)
    }
  }

  private func index(_ role: Role) -> Int32 {
    switch role {
    case .background: 233
    case .raised: 235
    case .well: 234
    case .text: 253
    case .quiet: 245
    case .line: 238
    case .accent: 110
    case .second: 215
    case .third: 115
    case .fourth: 176
    case .fifth: 185
    case .sixth: 80
    case .seventh: 141
    case .eighth: 250
    case .warning: 179
    case .failure: 174
    }
  }

  private func basic(_ role: Role) -> Int32 {
    switch role {
    case .background, .raised, .well, .text, .quiet, .line: -1
    case .accent: 6
    case .second, .warning, .fifth: 3
    case .third: 2
    case .fourth, .seventh: 5
    case .sixth: 4
    case .eighth: 7
    case .failure: 1
    }
  }
}
