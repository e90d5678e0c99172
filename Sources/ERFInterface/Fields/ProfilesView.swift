// The plot below the fields: the maps of A and B along a line or by distance, in one diagram.

import ERFEngine

extension Frame {
  mutating func drawProfiles(_ model: Model, in area: Area) {
    let plot = ProfilePlot(model)
    let glyphs = model.display.glyphs
    // What the plot itself and its axis leave.
    let heading = plot.heading(glyphs, width: area.columns - 2, most: max(1, area.rows - 7))
    write(
      heading,
      in: Area(
        row: area.row, column: area.column + 1, rows: heading.count, columns: area.columns - 2))
    let axis = 9
    let canvas = Area(
      row: area.row + heading.count, column: area.column + axis,
      rows: area.rows - heading.count - 1, columns: area.columns - axis - 1)
    guard canvas.rows >= 3, canvas.columns >= 10 else { return }
    guard plot.top > plot.bottom else {
      write(
        "no maps yet", .quiet, row: canvas.row + 1, column: canvas.column, width: canvas.columns)
      return
    }
    let labelled = drawAxes(plot, canvas, glyphs)
    if let level = plot.level { drawLevel(level, plot, canvas, glyphs) }
    var curves = CurveCanvas(area: canvas, display: model.display)
    for series in plot.series {
      curves.add(
        series.values.map { ($0 - plot.bottom) / (plot.top - plot.bottom) }, series.role,
        over: series.share)
    }
    // A line that no number stands for would be read as another's.
    for mark in plot.marks where labelled.contains(mark.role) {
      curves.mark(at: mark.share, height: mark.height, mark.role)
    }
    curves.draw(on: &self)
  }

  /// - Returns: the roles of the ticks that found room.
  private mutating func drawAxes(
    _ plot: ProfilePlot, _ canvas: Area, _ glyphs: Glyphs
  ) -> [Role] {
    var drawn: [Role] = []
    for row in 0..<canvas.rows {
      self[canvas.row + row, canvas.column - 1] = Cell(glyphs.upright, foreground: .role(.line))
    }
    writeRight(
      [Span(plot.topLabel, .quiet)], row: canvas.row, end: canvas.column - 1, width: 8)
    writeRight(
      [Span(plot.bottomLabel, .quiet)], row: canvas.row + canvas.rows - 1, end: canvas.column - 1,
      width: 8)
    let row = canvas.row + canvas.rows
    // What was measured goes before the ticks, beside its place where another is in the way.
    for tick in plot.ticks.sorted(by: { ($0.rank, $0.share) < ($1.rank, $1.share) }) {
      let width = tick.text.columns
      let column = canvas.column + Int(tick.share * Double(canvas.columns - 1))
      let last = canvas.column + canvas.columns - width
      let starts =
        tick.rank == 0
        ? (0...2 * width + 4).flatMap { [column - width / 2 + $0, column - width / 2 - $0] }
        : tick.rank == 1
          ? [column - width / 2, column + 1, column - width, column + 2, column - width - 1]
          : [column - width / 2]
      for start in starts.map({ Swift.max(canvas.column, Swift.min(last, $0)) })
      where (start - 1...start + width).allSatisfy({ self[row, $0].scalar == " " }) {
        write(tick.text, tick.role, row: row, column: start, width: width)
        drawn.append(tick.role)
        break
      }
    }
    return drawn
  }

  /// A dotted line across, with its label at the axis.
  private mutating func drawLevel(
    _ level: (height: Double, label: String), _ plot: ProfilePlot, _ canvas: Area, _ glyphs: Glyphs
  ) {
    let row = canvas.row + Int(((1 - level.height) * Double(canvas.rows - 1)).rounded())
    for column in canvas.column..<canvas.column + canvas.columns {
      self[row, column] = Cell(glyphs.dot, foreground: .role(.line))
    }
    guard row > canvas.row, row < canvas.row + canvas.rows - 1 else { return }
    writeRight([Span(level.label, .quiet)], row: row, end: canvas.column - 1, width: 8)
  }
}

/// Curves in one diagram, as dots of Braille (two across and four down a cell) or, without UTF-8, as
/// one character a cell. Where two curves share a cell, both colours take turns along them.
struct CurveCanvas {
  let area: Area
  let display: Display
  private var across: Int { display.unicode ? 2 : 1 }
  private var down: Int { display.unicode ? 4 : 1 }
  private var bits: [UInt32]
  private var roles: [[Role]]

  init(area: Area, display: Display) {
    self.area = area
    self.display = display
    bits = [UInt32](repeating: 0, count: area.rows * area.columns)
    roles = [[Role]](repeating: [], count: area.rows * area.columns)
  }

  private var height: Int { area.rows * down }

  private func level(_ share: Double) -> Int {
    max(0, min(height - 1, Int(((1 - share) * Double(height - 1)).rounded())))
  }

  /// The row of cells in which a share of the height lies, from the top.
  func row(of share: Double) -> Int { level(share) / down }

  /// A curve over a share of the width, from the left; values are shares of the height.
  mutating func add(_ values: [Double], _ role: Role, over share: Double = 1) {
    guard values.count > 1 else { return }
    let width = max(1, Int((Double(area.columns * across) * share).rounded()))
    func value(_ x: Int) -> Double {
      let place = Double(x) / Double(max(1, width - 1)) * Double(values.count - 1)
      let low = Int(place)
      let high = min(low + 1, values.count - 1)
      return values[low] + (values[high] - values[low]) * (place - Double(low))
    }
    var previous = level(value(0))
    for x in 0..<width {
      let here = level(value(x))
      // A steep line is filled from one column to the next.
      let from = previous < here ? previous + 1 : here
      let to = previous > here ? previous - 1 : here
      for y in min(from, to)...max(from, to) { dot(x, y, role) }
      previous = here
    }
  }

  /// An upright from the bottom to a height, at a share of the width.
  mutating func mark(at share: Double, height: Double, _ role: Role) {
    let x = Int((share * Double(area.columns * across - 1)).rounded())
    guard (0..<area.columns * across).contains(x) else { return }
    for y in level(height)..<self.height where y % 2 == 0 { dot(x, y, role) }
  }

  /// A straight line from one place to another, each a column of cells and a share of the height;
  /// nothing without Braille, where it would be as loud as what it joins.
  mutating func join(
    _ start: (share: Double, column: Int), _ end: (share: Double, column: Int), _ role: Role
  ) {
    guard display.unicode else { return }
    let top = level(start.share)
    let (right, below) = ((end.column - start.column) * across, level(end.share) - top)
    let steps = max(abs(right), abs(below))
    guard steps > 0 else { return }
    for step in 0...steps {
      dot(
        start.column * across + (right * step + steps / 2) / steps,
        top + Int((Double(below * step) / Double(steps)).rounded()), role)
    }
  }

  private mutating func dot(_ x: Int, _ y: Int, _ role: Role) {
    let index = y / down * area.columns + x / across
    guard bits.indices.contains(index) else { return }
    bits[index] |= PixelMarks.brailleBits[x % 2][y % 4]
    if !roles[index].contains(role) { roles[index].append(role) }
  }

  /// What stands for a curve where there is no Braille: `*`, `o`, then letters from `c` on.
  static func sign(_ role: Role) -> Unicode.Scalar {
    if role == .accent { return "*" }
    guard role != .second, role.rawValue > Role.second.rawValue,
      role.rawValue <= Role.eighth.rawValue
    else { return "o" }
    return Unicode.Scalar(UInt8(ascii: "b") + role.rawValue - Role.second.rawValue)
  }

  func draw(on frame: inout Frame) {
    for row in 0..<area.rows {
      for column in 0..<area.columns {
        let index = row * area.columns + column
        guard bits[index] != 0, !roles[index].isEmpty else { continue }
        let role = roles[index][column / 2 % roles[index].count]
        let scalar: Unicode.Scalar =
          display.unicode
          ? Unicode.Scalar(0x2800 + bits[index]) ?? "*" : Self.sign(role)
        frame[area.row + row, area.column + column] = Cell(scalar, foreground: .role(role))
      }
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
    /// Of the width that it takes: inputs of two sizes are drawn to one scale.
    var share = 1.0
  }

  struct Tick {
    /// Share of the width, and what stands there.
    let share: Double
    let text: String
    var role = Role.quiet
    /// Ticks of high ranks give way to others: A and B, which are on the screen, to none.
    var rank = 2
  }

  let title: String
  let series: [Series]
  /// Letters of the gallery's networks that have no map: theirs are computed while somebody looks at them.
  private let missing: [String]
  let top: Double
  let bottom: Double
  let topLabel: String
  let bottomLabel: String
  private(set) var ticks: [Tick]
  /// A line across.
  var level: (height: Double, label: String)?
  /// Where curves reach it.
  var marks: [(share: Double, height: Double, role: Role)] = []

  init(_ model: Model) {
    let screen = model.session.screen
    let networks = model.compared
    let maps = networks.enumerated().compactMap { index, network in
      network.metrics.flatMap { metrics in
        // A map of nothing has no curve.
        metrics.hasMass
          ? network.field.map { (index: index, map: (metrics: metrics, field: $0)) } : nil
      }
    }
    let isCumulative = screen.profile == .cumulative || screen.profile == .none
    missing = networks.filter { $0.side == nil && $0.metrics == nil }.map(\.letter)
    let names = model.names(of: networks.map(\.asShown.network))
    let reach = maps.map { Self.reach($0.map.metrics) }.max() ?? 1
    func pixels(_ field: HeatField) -> Int { Self.pixels(screen.profile, field) }
    let most = maps.map { pixels($0.map.field) }.max()
    series = maps.map { index, map in
      Series(
        letter: networks.count > 1 ? networks[index].letter : "",
        name: names[index],
        values: isCumulative
          ? Self.cumulative(map.metrics, reach: reach) : Self.values(map.field, screen),
        role: Role.network(index),
        share: isCumulative ? 1 : Double(pixels(map.field)) / Double(max(1, most ?? 1)))
    }
    if isCumulative {
      (top, bottom, topLabel, bottomLabel) = (series.isEmpty ? 0 : 1, 0, "100 %", "0")
    } else {
      let values = series.flatMap {
        screen.profile == .radial ? $0.values.dropFirst(4) : $0.values[...]
      }
      top = values.max() ?? 0
      bottom = min(0, values.min() ?? 0)
      topLabel = Format.significant(top)
      bottomLabel = bottom == 0 ? "0" : Format.significant(bottom)
    }
    let caption = (screen.curve == .decades ? .linear : screen.curve).caption(model.display.glyphs)
    let place = screen.cursor == nil ? "the unit" : "the cross-hair"
    let size = model.inputSize(0)
    switch screen.profile {
    case .cumulative, .none:
      title = "share of the field within a distance"
      level = (0.5, "50 %")
      ticks = [Tick(share: 0, text: "0"), Tick(share: 1, text: "\(reach) px")]
      for (index, map) in maps {
        if let distance = map.metrics.distance(holding: 0.5) {
          mark(networks[index], index, at: distance, of: reach, isAlone: networks.count < 2)
        }
      }
    case .radial:
      title = "\(caption) by distance from the unit"
      ticks = Self.ticks(most ?? 0)
    case .horizontal:
      title = "\(caption) across, through \(place)"
      ticks = Self.ticks(most ?? size.width)
    case .vertical:
      title = "\(caption) down, through \(place)"
      ticks = Self.ticks(most ?? size.height)
    }
  }

  /// Marks where a curve holds half.
  private mutating func mark(
    _ network: ComparedNetwork, _ index: Int, at distance: Int, of reach: Int, isAlone: Bool
  ) {
    let role = Role.network(index)
    let share = Double(distance) / Double(max(1, reach))
    ticks.append(
      Tick(
        share: share, text: "\(isAlone ? "" : network.letter + " ")\(distance)", role: role,
        rank: network.side == nil ? 1 : 0))
    marks.append((share, 0.5, role))
  }

  /// What is plotted, and which line is whose: in one line where there is room, by letters alone where
  /// names have none, else in lines of their own. Where those are too many, tables have the letters.
  ///
  /// - Parameter most: lines that there is room for.
  func heading(_ glyphs: Glyphs, width: Int, most: Int) -> [[Span]] {
    let titles = level == nil ? [title] : [title, "share by distance"]
    let letters = legend(glyphs, isShort: true)
    let gap = Span("   ")
    let wordings = [(title, legend(glyphs, isShort: false))] + titles.map { ($0, letters) }
    let lines = wordings.map { title, legend in
      [Span(title, .text, .bold)] + legend.flatMap { [gap] + $0 }
    }
    if let line = lines.first(where: { $0.width <= width }) { return [line] }
    let words = titles.first { $0.columns <= width } ?? titles[titles.count - 1]
    var heading = wrap(words, width: width).map { [Span($0, .text, .bold)] }
    let rest = most - heading.count
    let rows = rows(of: letters, apart: gap, width: width, glyphs)
    if rows.count <= rest { heading += rows }
    return Array(heading.prefix(most))
  }

  /// Entries of the legend in as few lines as hold them whole; the one of a plot of one line, which has no
  /// letter, loses the middle of its name.
  private func rows(
    of legend: [[Span]], apart gap: Span, width: Int, _ glyphs: Glyphs
  ) -> [[Span]] {
    legend.reduce(into: []) { rows, entry in
      var entry = entry
      let last = entry.count - 1
      entry[last].text = entry[last].text.cutInside(
        columns: width - entry[..<last].reduce(0) { $0 + $1.width }, glyphs.ellipsis)
      if let row = rows.last, row.width + gap.width + entry.width <= width {
        rows[rows.count - 1] = row + [gap] + entry
      } else {
        rows.append(entry)
      }
    }
  }

  private func legend(_ glyphs: Glyphs, isShort: Bool) -> [[Span]] {
    let curves = series.map { series -> [Span] in
      let label =
        isShort && !series.letter.isEmpty
        ? series.letter
        : [series.letter, series.name].filter { !$0.isEmpty }.joined(separator: " ")
      let mark = String(glyphs.isASCII ? CurveCanvas.sign(series.role) : glyphs.mark)
      return [Span(mark + " ", series.role), Span(label, .quiet)]
    }
    guard !curves.isEmpty, !missing.isEmpty else { return curves }
    return curves + [[Span("not computed: " + missing.joined(separator: ", "), .quiet)]]
  }

  private static func ticks(_ length: Int) -> [Tick] {
    (0...4).map {
      Tick(share: Double($0) / 4, text: $0 == 4 ? "\(length) px" : "\(length * $0 / 4)")
    }
  }

  /// How far a profile goes on an input.
  private static func pixels(_ profile: Profile, _ field: HeatField) -> Int {
    switch profile {
    case .radial, .cumulative, .none: max(field.height, field.width) / 2
    case .horizontal: field.width
    case .vertical: field.height
    }
  }

  /// The distance at which the curve has come to its end, as far as one sees.
  private static func reach(_ metrics: ERFMetrics) -> Int {
    max(8, metrics.distance(holding: 0.995) ?? 1)
  }

  /// Share of M's mass within 0, 1, 2, ... pixels, all of it beyond the last.
  private static func cumulative(_ metrics: ERFMetrics, reach: Int) -> [Double] {
    (0...reach).map { $0 < metrics.radialMass.count ? metrics.radialMass[$0] : 1 }
  }

  /// Along a line each value is the mean over a band of 1/32 of the input, since single pixels differ
  /// much from their neighbours.
  private static func values(_ field: HeatField, _ screen: ScreenChoice) -> [Double] {
    let row = screen.cursor.map { $0.row * Double(field.height) } ?? Double(field.centre.row) + 0.5
    let column =
      screen.cursor.map { $0.column * Double(field.width) } ?? Double(field.centre.column) + 0.5
    var window = PixelWindow(row: 0, column: 0, height: field.height, width: field.width)
    switch screen.profile {
    case .radial, .cumulative, .none:
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
