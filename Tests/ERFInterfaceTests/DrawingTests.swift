// Scaling, cells, colours, text and numbers.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct HeatFieldTests {
  static let field = HeatField(
    height: 21, width: 13, values: (0..<273).map { Float(($0 * 7919) % 101) / 100 })

  @Test(arguments: [(1, 1), (5, 4), (21, 13), (7, 13), (40, 29), (64, 64), (20, 14)])
  func scalingKeepsTheMean(_ rows: Int, _ columns: Int) {
    let field = Self.field
    let mean = field.values.reduce(0) { $0 + Double($1) } / Double(field.values.count)
    let scaled = field.resampled(rows: rows, columns: columns)
    #expect(scaled.count == rows * columns)
    #expect(abs(scaled.reduce(0, +) / Double(scaled.count) - mean) < 1e-9)
  }

  @Test func sameSizeIsTheSame() {
    #expect(Self.field.resampled(rows: 21, columns: 13) == Self.field.values.map(Double.init))
    #expect(Self.field.resampled(rows: 0, columns: 4).isEmpty)
  }

  @Test func fieldIsTheLogOfTheMap() {
    let field = HeatField(ERFMap(height: 1, width: 3, values: [0, 9, 99]))
    #expect(field.values == [0, 1, 2])
    #expect(field.peak == 2)
  }

  @Test(arguments: [
    (224, 224, 20, 80, 2.0, 20, 40), (224, 224, 40, 30, 2.0, 15, 30),
    (100, 200, 10, 100, 2.0, 10, 40),
    (224, 224, 10, 80, 1.0, 10, 10), (64, 64, 0, 10, 2.0, 0, 0), (1000, 1, 10, 10, 2.0, 10, 1),
  ])
  func proportionsAreKept(
    _ height: Int, _ width: Int, _ rows: Int, _ columns: Int, _ aspect: Double,
    _ fitRows: Int, _ fitColumns: Int
  ) {
    let fit = HeatmapFit(
      height: height, width: width, rows: rows, columns: columns, aspect: aspect)
    #expect(fit.rows == fitRows && fit.columns == fitColumns)
  }

  @Test func halfBlocksHoldTwoValues() {
    var frame = Frame(size: ScreenSize(rows: 1, columns: 2))
    frame.drawHeat(
      [1, 0.5, 0, 0.5], in: Area(row: 0, column: 0, rows: 1, columns: 2), top: 1, map: 0,
      style: .halfBlocks)
    #expect(frame[0, 0].scalar == "▀")
    #expect(frame[0, 0].foreground == .heat(map: 0, level: 255))
    #expect(frame[0, 0].background == .heat(map: 0, level: 0))
    #expect(frame[0, 1].scalar == " ")
    #expect(frame[0, 1].background == .heat(map: 0, level: 128))
  }

  @Test func charactersRiseWithTheValue() {
    let cells = (0...255).map { Frame.heatCell(UInt8($0), UInt8($0), 0, .characters).scalar }
    #expect(
      String(
        String.UnicodeScalarView(
          cells.reduce(into: [Unicode.Scalar]()) {
            if $0.last != $1 { $0.append($1) }
          })) == " .:-=+*#%@")
  }

  @Test func styleFollowsTheTerminal() {
    #expect(HeatStyle(Display(depth: .trueColour)) == .halfBlocks)
    #expect(HeatStyle(Display(depth: .indexed256, unicode: false)) == .grounds)
    #expect(HeatStyle(Display(depth: .ansi16)) == .characters)
    #expect(HeatStyle(Display(depth: .mono)) == .characters)
  }
}

@Suite struct ColourRampTests {
  @Test(arguments: ColourRamp.all.map(\.name))
  func luminanceRisesStrictly(_ name: String) throws {
    let ramp = try #require(ColourRamp.all.first { $0.name == name })
    let full = ramp.colours.map { Lab($0).lightness }
    let fullRises = zip(full, full.dropFirst()).allSatisfy { $0 < $1 }
    #expect(fullRises)
    #expect(ramp.indexed.allSatisfy { $0 >= 16 })
    let palette = ramp.indexed.map { Lab(ColourRamp.paletteColour(Int($0))).lightness }
    #expect(zip(palette, palette.dropFirst()).allSatisfy { $0 < $1 })
    #expect(ramp.indexed.count >= 10, "\(ramp.name): \(ramp.indexed)")
    #expect(ramp.basic.allSatisfy { $0 < 8 } && !ramp.basic.isEmpty)
  }

  @Test func namesDiffer() {
    #expect(Set(ColourRamp.all.map(\.name)).count == ColourRamp.all.count)
  }

  @Test(arguments: ColourDepth.allCases)
  func numbersStayInRange(_ depth: ColourDepth) {
    let palette = Palette(depth: depth)
    let paints =
      Role.allCases.map { Paint.role($0) }
      + (0...255).map { Paint.heat(map: 1, level: UInt8($0)) }
    let limit: Int32 =
      switch depth {
      case .trueColour: 1 << 24
      case .indexed256: 256
      case .ansi16: 8
      case .mono: 0
      }
    for paint in paints {
      #expect((-1..<max(0, limit)).contains(palette.foreground(paint)))
      #expect((-1..<max(0, limit)).contains(palette.background(paint)))
    }
  }
}

@Suite struct TextTests {
  @Test func textFromOutsideIsHarmless() {
    #expect("a\u{1b}[31mb\n\u{7f}\u{9b}".sanitised == "a?[31mb???")
    #expect("図.png e\u{301} 😀 é".sanitised == "?.png e? ? é")
    #expect("/tmp/x/y.pth".fileName == "y.pth")
  }

  @Test func cutTextEndsInAnEllipsis() {
    var frame = Frame(size: ScreenSize(rows: 1, columns: 8))
    frame.write("0123456789", row: 0, column: 1, width: 6)
    #expect(frame.text == " 01234…")
    frame.write("off screen", row: 5, column: 70, width: 6)
    frame.write("left", row: 0, column: -2, width: 4)
    #expect(frame.text == "ft1234…")
  }

  @Test func wrapping() {
    #expect(wrap("one two three", width: 7) == ["one two", "three"])
    #expect(wrap("abcdefgh", width: 3) == ["abc", "def", "gh"])
    #expect(wrap("", width: 3).isEmpty && wrap("a", width: 0).isEmpty)
  }

  @Test(arguments: [
    (1.405, 1, "1.4"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (99.96, 1, "100.0"), (7, 0, "7"),
    (-2.5, 2, "-2.50"), (.nan, 1, "nan"),
  ])
  func fixedNumbers(_ value: Double, _ digits: Int, _ text: String) {
    #expect(Format.fixed(value, digits) == text)
  }

  @Test(arguments: [
    (0, "0"), (4.2149, "4.21"), (12.34, "12.3"), (0.03123, "0.0312"), (1.23e-7, "1.2e-07"),
    (123456, "123456"), (9.9e9, "9.9e+09"),
  ])
  func significantNumbers(_ value: Double, _ text: String) {
    #expect(Format.significant(value) == text)
  }

  @Test(arguments: [(0.44, "0.4 s"), (12.3, "12 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")])
  func durations(_ seconds: Double, _ text: String) {
    #expect(Format.duration(seconds) == text)
  }
}
