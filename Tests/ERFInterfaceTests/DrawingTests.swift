// Scaling, cells, colours, text and numbers.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct HeatFieldTests {
  @Test func numbersKeepTheirUnits() {
    #expect(wrap("4 images: 0.7 s", width: 14) == ["4 images:", "0.7 s"])
    #expect(wrap("at 1024 px, 31 %.", width: 12) == ["at 1024 px,", "31 %."])
    // Longer than a line, they are cut like other words.
    #expect(wrap("123456 px", width: 4) == ["1234", "56", "px"])
  }

  static let values = (0..<273).map { Double(($0 * 7919) % 101) / 100 }
  static let field = HeatField(ERFMap(height: 21, width: 13, values: values))

  @Test(arguments: [(1, 1), (5, 4), (21, 13), (7, 13), (40, 29), (64, 64), (20, 14)])
  func scalingKeepsTheMean(_ rows: Int, _ columns: Int) {
    let mean = Self.values.reduce(0, +) / 273
    let scaled = Self.field.resampled(rows: rows, columns: columns, curve: .linear)
    #expect(scaled.count == rows * columns)
    #expect(abs(scaled.reduce(0, +) / Double(scaled.count) - mean) < 1e-9)
  }

  @Test func sameSizeIsTheSame() {
    let same = Self.field.resampled(rows: 21, columns: 13, curve: .linear)
    #expect(zip(same, Self.values).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(Self.field.resampled(rows: 0, columns: 4).isEmpty)
  }

  @Test(arguments: [
    (Curve.log, [0, 1, 2.0]), (.linear, [0, 9, 99]), (.power, [0, 1.7320508, 3.1543421]),
  ])
  func curvesOfTheMap(_ curve: Curve, _ expected: [Double]) {
    let field = HeatField(ERFMap(height: 1, width: 3, values: [0, 9, 99]))
    let values = field.resampled(rows: 1, columns: 3, curve: curve)
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(curve(-9) == -curve(9))
  }

  @Test func windowsSeeAPart() {
    var window = PixelWindow(row: 10, column: 4, height: 1, width: 2)
    let part = Self.field.resampled(rows: 1, columns: 2, curve: .linear, window: window)
    #expect(zip(part, Self.values[134...135]).allSatisfy { abs($0 - $1) < 1e-12 })
    window.row = 10.5
    let between = Self.field.resampled(rows: 1, columns: 1, curve: .linear, window: window)[0]
    let four = [134, 135, 147, 148].map { Self.values[$0] }
    #expect(abs(between - four.reduce(0, +) / 4) < 1e-12)
  }

  @Test func distancesAreFromTheUnit() {
    var values = [Double](repeating: 0, count: 81)
    values[2 * 9 + 3] = 5
    values[2 * 9 + 5] = 3
    let field = HeatField(ERFMap(height: 9, width: 9, values: values), centre: (2, 3))
    #expect(field.radial[.linear]?[0] == 5)
    #expect(field.radial[.linear]?[1] == 0)
    #expect(field.radial[.linear]?[2] == 3.0 / 12)
    #expect(field.value(row: 2, column: 5) == 3 && field.value(row: 9, column: 0) == nil)
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
      [1, 0.5, 0, 0.5], in: Area(row: 0, column: 0, rows: 1, columns: 2),
      colours: HeatColours(scale: .rising(map: 0), top: 1), style: .halfBlocks)
    #expect(frame[0, 0].scalar == "▀")
    #expect(frame[0, 0].foreground == .heat(map: 0, level: 255))
    #expect(frame[0, 0].background == .heat(map: 0, level: 0))
    #expect(frame[0, 1].scalar == " ")
    #expect(frame[0, 1].background == .heat(map: 0, level: 128))
  }

  /// A dot leaves a cell one colour: that of both its pixels, or maps would slip under their outlines.
  @Test func dotsLieOverTheMeanOfTheirCell() {
    var frame = Frame(size: ScreenSize(rows: 1, columns: 1))
    let cell = Area(row: 0, column: 0, rows: 1, columns: 1)
    for values in [[1, 0.0], [0, 1.0]] {
      var marks = PixelMarks(cells: cell, unicode: true)
      marks[0, 0] = .text
      frame.drawHeat(
        values, in: cell, colours: HeatColours(scale: .rising(map: 0), top: 1), style: .halfBlocks,
        marks: marks)
      #expect(frame[0, 0].background == .heat(map: 0, level: 127))
    }
  }

  @Test func differencesHaveZeroInTheMiddle() {
    let colours = HeatColours(scale: .diverging, top: 2)
    #expect([-2, -1, 0, 1, 2, 9].map { colours.level($0) } == [1, 65, 128, 192, 255, 255])
    #expect([-2, 0, 2].map { colours.character(colours.level($0)) } == ["%", " ", "@"])
    let ramp = ColourRamp.difference
    let light = ramp.indexed.map { Lab(ColourRamp.paletteColour(Int($0))).lightness }
    let half = light.count / 2
    #expect(half >= 5)
    #expect(zip(light.prefix(half), light.prefix(half).dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(light.suffix(half), light.suffix(half).dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func outlinesLieOnTheirPixels() {
    var marks = PixelMarks(rows: 4, columns: 4)
    let whole = PixelWindow(row: 0, column: 0, height: 8, width: 8)
    marks.outline(top: 2, left: 2, bottom: 8, right: 6, in: whole, .accent)
    let drawn = (0..<4).map { row in
      (0..<4).map { marks[row, $0] == nil ? "." : "#" }.joined()
    }
    #expect(drawn == ["....", ".##.", ".##.", ".##."])
    var contour = PixelMarks(rows: 3, columns: 5)
    contour.contour([0, 2, 2, 2, 0, 0, 2, 2, 2, 0, 0, 2, 2, 2, 0], level: 1, .accent)
    #expect(contour[1, 2] == nil && contour[1, 1] == .accent && contour[0, 0] == nil)
  }

  @Test func outlinesBeyondTheWindowLeaveNoMark() {
    let window = PixelWindow(row: 20, column: 20, height: 8, width: 8)
    for (row, column) in [(0, 22), (40, 22), (22, 0), (22, 40), (40, 40), (0, 0)] {
      var marks = PixelMarks(rows: 4, columns: 4)
      marks.outline(
        top: Double(row), left: Double(column), bottom: Double(row + 4), right: Double(column + 4),
        in: window, .accent)
      #expect(marks.roles.allSatisfy { $0 == nil }, "the square at \(row), \(column)")
    }
  }

  @Test func contoursHoldTheirShare() {
    let levels = ContourLevels.levels(of: [1, 5, 3, 1], shares: [0.4, 0.8, 0.99])
    #expect(levels == [5, 3, 1])
    #expect(ContourLevels.levels(of: [0, 0], shares: [0.5]).isEmpty)
  }

  @Test func picturesFindTheirColour() {
    #expect(ColourRamp.nearestIndex(RGB(255, 0, 0)) == 196)
    #expect(ColourRamp.nearestIndex(RGB(128, 128, 128)) == 244)
    #expect(Palette(depth: .indexed256).foreground(.picture(RGB(0, 0, 255))) == 21)
  }

  @Test func charactersRiseWithTheValue() {
    let cells = (0...255).map { HeatColours(scale: .rising(map: 0), top: 255).character(UInt8($0)) }
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
    #expect("図.png e\u{301} 😀 é".sanitised == "図.png e\u{301} 😀 é")
    // Marks over nothing, the direction of writing, flags, colours of skin, joined emoji.
    #expect("\u{301}a\u{202e}b".sanitised == "?a?b")
    #expect("🇩🇪👍🏽👩\u{200d}🚀❤\u{fe0f}".sanitised == "??👍?👩?🚀??")
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
    (123456, "123456"), (9.9e9, "9.9e+09"), (9.97e-5, "1.0e-04"), (9.94e-5, "9.9e-05"),
  ])
  func significantNumbers(_ value: Double, _ text: String) {
    #expect(Format.significant(value) == text)
  }

  /// So many digits that ratios follow from them.
  @Test(arguments: [
    (15_420_000_000, "15.42 G"), (2_214_000_000, "2.21 G"), (231_460_000, "0.231 G"),
    (62_310_000, "62.31 M"), (1_920_000, "1.92 M"), (12_340, "12.34 k"), (45, "45"),
  ])
  func amounts(_ count: Int, _ text: String) {
    #expect(Format.amount(count, largest: .giga) == text)
  }

  @Test func amountsOfOneColumnShareTheirUnit() {
    let counts = [1_920_000, 15_420_000_000]
    let unit = Format.AmountUnit(of: counts, largest: .giga)
    #expect(counts.map { Format.amount($0, in: unit) } == ["1.92", "15420"] && unit == .mega)
    #expect(Format.amount(172_300_000, largest: .mega) == "172.30 M")
  }

  @Test(arguments: [
    (0, "< 1 ms"), (0.042, "42 ms"), (0.44, "0.4 s"), (12.3, "12 s"), (185, "3 min 05 s"),
    (7800, "2 h 10 min"),
  ])
  func durations(_ seconds: Double, _ text: String) {
    #expect(Format.duration(seconds) == text)
  }
}

@Suite struct ScaleBarTests {
  /// A bar of differences gives up its columns before its number, and both before what the number is of.
  @Test(arguments: [
    (19, 0.904, "bright.", "% @ ±0.904  bright."), (19, 0.0, "bright.", " 0  bright."),
    (19, 2.5e-8, "of max", "%@ ±2.5e-08  of max"), (16, 2.5e-8, "of max", "±2.5e-08  of max"),
    (15, 2.5e-8, "of max", " ±2.5e-08"),
  ])
  func narrowBarsOfDifferencesHaveTheirNumber(
    _ width: Int, _ top: Double, _ words: String, _ text: String
  ) {
    var frame = Frame(size: ScreenSize(rows: 14, columns: width + 2))
    let layout = FieldLayout(
      area: Area(row: 0, column: 0, rows: 14, columns: width + 2), height: 64, width: 64, aspect: 2)
    frame.drawScaleRow(
      layout, colours: HeatColours(scale: .diverging, top: top),
      style: HeatStyle(Display(depth: .mono)), captions: ["brightness"], brief: words,
      isKnown: true)
    #expect(frame.text.contains(text), "\(frame.text)")
  }
}

@Suite struct ProfileAxisTests {
  /// The maps on screen keep their labels, however many networks of the gallery lie between.
  @Test func aAndBKeepTheirLabels() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("M"))
    model.finish(model.type("S"))
    // As far apart as one cell shows.
    for side in 0..<2 {
      let result = makeResult(model.request(side), sigma: side == 0 ? 20 : 20.2)
      model.sides[side].shown?.metrics = result.metrics
      model.sides[side].shown?.field = HeatField(result)
    }
    _ = model.type("1")
    let distances = try (0..<2).map {
      try #require(model.sides[$0].shown?.metrics.distance(holding: 0.5))
    }
    for (columns, rows) in [(120, 40), (200, 60), (250, 70)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains("A \(distances[0])") && text.contains("B \(distances[1])"))
    }
  }
}
