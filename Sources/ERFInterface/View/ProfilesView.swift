// The plot below the fields: the maps of A and B along a line or around the unit, in one diagram.

import ERFEngine

extension Frame {
  mutating func drawProfiles(_ model: Model, in area: Area) {
    let plot = ProfilePlot(model)
    let glyphs = model.display.glyphs
    // Letters alone where the names do not fit.
    let width = area.columns - 2
    let titles = [plot.title(glyphs), plot.title(glyphs, isShort: true)]
    write(
      titles.first { $0.width <= width } ?? titles[1], row: area.row, column: area.column + 1,
      width: width)
    let axis = 9
    let canvas = Area(
      row: area.row + 1, column: area.column + axis, rows: area.rows - 2,
      columns: area.columns - axis - 1)
    guard canvas.rows >= 3, canvas.columns >= 10 else { return }
    guard plot.top > plot.bottom else {
      write(
        "no maps yet", .quiet, row: canvas.row + 1, column: canvas.column, width: canvas.columns)
      return
    }
    drawAxes(plot, canvas, glyphs)
    for series in plot.series {
      drawSeries(series.values, plot, canvas, series.role, model.display)
    }
  }

  private mutating func drawAxes(_ plot: ProfilePlot, _ canvas: Area, _ glyphs: Glyphs) {
    for row in 0..<canvas.rows {
      self[canvas.row + row, canvas.column - 1] = Cell(glyphs.upright, foreground: .role(.line))
    }
    writeRight(
      [Span(Format.significant(plot.top), .quiet)], row: canvas.row, end: canvas.column - 1,
      width: 8)
    writeRight(
      [Span(plot.bottom == 0 ? "0" : Format.significant(plot.bottom), .quiet)],
      row: canvas.row + canvas.rows - 1, end: canvas.column - 1, width: 8)
    let row = canvas.row + canvas.rows
    for (share, text) in plot.ticks {
      let column = canvas.column + Int(share * Double(canvas.columns - 1))
      let width = text.unicodeScalars.count
      let start = Swift.max(
        canvas.column, Swift.min(canvas.column + canvas.columns - width, column - width / 2))
      write(text, .quiet, row: row, column: start, width: width)
    }
  }

  /// Braille dots, two across and four down a cell; without UTF-8 one asterisk a cell.
  private mutating func drawSeries(
    _ values: [Double], _ plot: ProfilePlot, _ canvas: Area, _ role: Role, _ display: Display
  ) {
    guard values.count > 1 else { return }
    let across = display.unicode ? 2 : 1
    let down = display.unicode ? 4 : 1
    let width = canvas.columns * across
    let height = canvas.rows * down
    func level(_ x: Int) -> Int {
      let place = Double(x) / Double(Swift.max(1, width - 1)) * Double(values.count - 1)
      let low = Int(place)
      let high = Swift.min(low + 1, values.count - 1)
      let value = values[low] + (values[high] - values[low]) * (place - Double(low))
      let share = (value - plot.bottom) / (plot.top - plot.bottom)
      return Swift.max(0, Swift.min(height - 1, Int(((1 - share) * Double(height - 1)).rounded())))
    }
    var previous = level(0)
    for x in 0..<width {
      let here = level(x)
      // A steep line is filled from one column to the next.
      let from = previous < here ? previous + 1 : here
      let to = previous > here ? previous - 1 : here
      for y in Swift.min(from, to)...Swift.max(from, to) {
        dot(
          row: canvas.row + y / down, column: canvas.column + x / across,
          bit: display.unicode ? PixelMarks.brailleBits[x % 2][y % 4] : nil, role)
      }
      previous = here
    }
  }

  private mutating func dot(row: Int, column: Int, bit: UInt32?, _ role: Role) {
    guard let bit else {
      self[row, column] = Cell("*", foreground: .role(role))
      return
    }
    let old = self[row, column].scalar.value
    let bits = (0x2800...0x28ff).contains(old) ? old - 0x2800 : 0
    if let scalar = Unicode.Scalar(0x2800 + (bits | bit)) {
      self[row, column] = Cell(scalar, foreground: .role(role))
    }
  }
}

/// What is plotted.
private struct ProfilePlot {
  struct Series {
    let letter: String
    let name: String
    let values: [Double]
    let role: Role
  }

  let title: String
  let series: [Series]
  let top: Double
  let bottom: Double
  /// Share of the width, and what stands there.
  let ticks: [(Double, String)]

  init(_ model: Model) {
    let screen = model.session.screen
    var series: [Series] = []
    for (index, side) in model.sides.enumerated() {
      guard let field = side.shown?.field else { continue }
      series.append(
        Series(
          letter: model.sides.count > 1 ? Model.letter(index) : "", name: model.name(index),
          values: Self.values(field, screen), role: index == 0 ? .accent : .second))
    }
    self.series = series
    top = series.flatMap(\.values).max() ?? 0
    bottom = min(0, series.flatMap(\.values).min() ?? 0)
    let caption = screen.curve.caption(model.display.glyphs)
    let place = screen.cursor == nil ? "the unit" : "the cross-hair"
    let size = model.inputSize(0)
    switch screen.profile {
    case .radial, .none:
      title = "\(caption) by distance from the unit"
      let length = max(1, series.map(\.values.count).max() ?? 1) - 1
      ticks = Self.ticks(length)
    case .horizontal:
      title = "\(caption) across, through \(place)"
      ticks = Self.ticks(size.width)
    case .vertical:
      title = "\(caption) down, through \(place)"
      ticks = Self.ticks(size.height)
    }
  }

  /// What is plotted, and which line is whose.
  func title(_ glyphs: Glyphs, isShort: Bool = false) -> [Span] {
    var spans = [Span(title, .text, .bold)]
    for series in series {
      let label =
        isShort && !series.letter.isEmpty
        ? series.letter
        : [series.letter, series.name].filter { !$0.isEmpty }.joined(separator: " ")
      spans += [
        Span("   "), Span(String(String.UnicodeScalarView([glyphs.mark])) + " ", series.role),
        Span(label, .quiet),
      ]
    }
    return spans
  }

  private static func ticks(_ length: Int) -> [(Double, String)] {
    (0...4).map { (Double($0) / 4, $0 == 4 ? "\(length) px" : "\(length * $0 / 4)") }
  }

  /// Along a line each value is the mean over a band of 1/32 of the input, since single pixels differ
  /// much from their neighbours.
  private static func values(_ field: HeatField, _ screen: ScreenChoice) -> [Double] {
    let row = screen.cursor.map { $0.row * Double(field.height) } ?? Double(field.centre.row) + 0.5
    let column =
      screen.cursor.map { $0.column * Double(field.width) } ?? Double(field.centre.column) + 0.5
    var window = PixelWindow(row: 0, column: 0, height: field.height, width: field.width)
    switch screen.profile {
    case .radial, .none:
      // Rings that leave the input altogether say nothing.
      return Array(
        (field.radial[screen.curve] ?? []).prefix(max(field.height, field.width) / 2 + 1))
    case .horizontal:
      window.height = max(1, Double(field.height) / 32)
      window.row = max(0, min(Double(field.height) - window.height, row - window.height / 2))
      return field.resampled(
        rows: 1, columns: min(256, field.width), curve: screen.curve, window: window)
    case .vertical:
      window.width = max(1, Double(field.width) / 32)
      window.column = max(0, min(Double(field.width) - window.width, column - window.width / 2))
      return field.resampled(
        rows: min(256, field.height), columns: 1, curve: screen.curve, window: window)
    }
  }
}
