// One network's field: heading, heat map with its scale, and what stands in for a map not yet there.

import ERFEngine

/// Draws one field; holds what its parts have in common.
struct FieldDrawing {
  @SharedModel var model: Model
  let index: Int
  let area: Area
  let side: Side
  let request: ERFRequest
  let glyphs: Glyphs
  let style: HeatStyle
  let geometry: FieldGeometry
  /// The map reduced to the pixels of its cells; empty before there is one.
  let pixels: [Double]
  /// The value of the highest colour.
  var top = 0.0

  var layout: FieldLayout { geometry.layout }
  var window: PixelWindow { geometry.window }

  init(model: Model, index: Int, area: Area) {
    _model = SharedModel(wrappedValue: model)
    self.index = index
    self.area = area
    side = model.sides[index]
    request = model.request(index)
    glyphs = model.display.glyphs
    style = HeatStyle(model.display)
    geometry = FieldGeometry(model, index: index, area: area)
    let curve = model.session.screen.curve
    pixels =
      side.shown?.field.resampled(
        rows: geometry.layout.map.rows * style.pixelsPerCell,
        columns: geometry.layout.map.columns, curve: curve, window: geometry.fieldWindow) ?? []
    top = side.shown?.field.tops[curve] ?? 0
  }

  /// The largest pixel drawn, whatever its sign.
  var peak: Double { pixels.lazy.map(abs).max() ?? 0 }

  var colours: HeatColours {
    let isSigned = side.shown?.field.isSigned ?? request.rule.isSigned
    return HeatColours(
      scale: isSigned ? .diverging : .rising(map: UInt8(model.colourMap)), top: top,
      decades: model.session.screen.curve == .decades ? HeatColours.decades : nil)
  }

  /// Whether most of what is drawn has no colour to speak of, though another curve would give it one.
  var isMostlyDark: Bool {
    let curve = model.session.screen.curve
    guard curve != .decades, let field = side.measured?.field else { return false }
    let colours = colours
    // Of so many parts on any screen: a small one has few cells, each of which holds some light.
    let parts = field.resampled(
      rows: HeatField.topGrid, columns: HeatField.topGrid, curve: curve,
      window: geometry.fieldWindow)
    let dark = parts.count { abs(colours.share($0)) < 0.05 }
    return dark * 10 > parts.count * 8
  }

  func draw(on frame: inout Frame) {
    drawHeading(on: &frame)
    if let shown = side.shown {
      let outlines = outlines(shown)
      frame.drawHeat(
        pixels, in: layout.map, colours: colours, style: style, marks: marks(outlines),
        underlay: underlay(shown))
      if shown.isPreview {
        // What a preview leaves out is not known to be dark.
        for cell in geometry.cells(outside: shown.field) {
          frame[cell.row, cell.column] = Cell(background: .role(.well))
        }
      }
      drawTicks(shown, on: &frame)
      drawLabels(shown, outlines, on: &frame)
    } else {
      drawWell(on: &frame)
    }
    if layout.hasAxes { frame.drawPixelAxes(layout.map, window) }
    drawScale(on: &frame)
    if let side = layout.side {
      drawSide(side, on: &frame)
    } else {
      drawTable(on: &frame)
    }
    drawStatus(on: &frame)
  }

  // MARK: Heading

  private func drawHeading(on frame: inout Frame) {
    let isActive = model.active == index && model.sides.count > 1
    let hasFocus = isActive && model.focus == .fields
    let column = area.column + 1
    let width = area.columns - 2
    let heading = MapHeading(model, index: index)
    let doubt = model.isInDoubt(index) ? [Span(" ?", .warning, .bold)] : []
    // The name keeps its room as long as the state can be said in fewer words.
    let letter = model.sides.count > 1 ? (doubt.isEmpty ? 2 : 3) : 0
    let rest = width - letter - heading.name.columns - doubt.width - 2
    let facts = heading.facts(width)
    let unsaid = layout.headingRows < 2 ? nil : heading.unsaid(in: facts)
    let states = stateTags
    let tags =
      unsaid.map { mark in
        states.allSatisfy(\.text.isEmpty) ? [Span(mark, .quiet)] : states
      } ?? states
    let tag = tags.first { $0.width <= rest } ?? tags.last ?? Span("")
    let tagWidth = tag.text.isEmpty ? 0 : tag.width + 2
    var title: [Span] = []
    if model.sides.count > 1 {
      // A second space only where it does not cost the name's end.
      let isTight = heading.name.columns + 2 + tagWidth == width
      let gap = isTight ? " " : "  "
      title.append(Span(Model.letter(index) + gap, isActive ? .accent : .quiet, .bold))
    }
    let others = model.sides.indices.map { MapHeading(model, index: $0).name }
    /// The name cut where it tells one network from the other.
    func named(_ room: Int) -> [Span] {
      let name = heading.name.cut(
        columns: room - title.width - doubt.width, glyphs.ellipsis, apartFrom: others)
      return title + [Span(name, .text, .bold)] + doubt
    }
    for row in 0..<layout.headingRows where hasFocus {
      frame[area.row + row, area.column - 1] = Cell(glyphs.focus, foreground: .role(.accent))
    }
    guard layout.headingRows < 2 else {
      frame.write(
        named(width - tagWidth), row: area.row, column: column, width: width - tagWidth)
      frame.writeRight([tag], row: area.row, end: column + width, width: tagWidth)
      frame.write(facts, row: area.row + 1, column: column, width: width)
      return
    }
    // One row: the weights stay, the name is cut.
    let room = width - tagWidth
    let weights = heading.weights(max(8, room / 2))
    let whole = named(.max / 2).width
    let nameWidth = weights.isEmpty ? room : min(whole, room - weights.width - 2)
    frame.write(named(nameWidth), row: area.row, column: column, width: nameWidth)
    frame.write(
      weights, row: area.row, column: column + nameWidth + 2, width: room - nameWidth - 2)
    frame.writeRight([tag], row: area.row, end: column + width, width: tagWidth)
  }

  /// The fullest wording first.
  private var stateTags: [Span] {
    guard side.failure == nil else {
      guard side.isStale else { return parted(["failed"], joint: " after ", .failure) }
      let isPreview = side.shown?.isPreview == true
      return parted((isPreview ? ["failed, stale preview"] : []) + ["failed, stale"], .failure)
    }
    let isOld = side.shown.map { $0.request != side.asked } ?? false
    if let what = side.shown?.previewText {
      let words =
        switch (side.isCancelled, isOld) {
        case (true, true): ["cancelled, stale preview", "stale preview", "stale"]
        case (true, false):
          ["cancelled, " + what, "cancelled, preview", "stopped preview", "preview"]
        case (false, true): ["stale " + what, "stale preview", "stale"]
        case (false, false): [what, "preview"]
        }
      return words.map { Span($0, .warning) }
    }
    if side.isCancelled, isOld { return parted(["cancelled, stale", "stale"], .warning) }
    if side.isStale { return parted(["stale"], .warning) }
    if let partial = side.shown?.recordedPictures?.partialTexts, !partial.isEmpty {
      return partial.map { Span($0, .warning) }
    }
    return [stateTag]
  }

  /// How many pictures the map is of, and of how many, where its run was ended before the last.
  private var part: (done: Int, all: Int)? {
    if let map = side.stopped { return (map.images, map.ofImages) }
    return side.shown?.recordedPictures.flatMap { pictures in
      pictures.partialOf.map { (done: pictures.count, all: $0) }
    }
  }

  /// A state in fewer and fewer words, with the part of its pictures that the map is of.
  private func parted(_ states: [String], joint: String = ", ", _ role: Role) -> [Span] {
    guard let (done, all) = part else { return states.map { Span($0, role) } }
    let full = states.prefix(1).map { "\($0)\(joint)\(done) of \(all) pictures" }
    let brief = states.flatMap { ["\($0)\(joint)\(done) of \(all)", "\($0) \(done)/\(all)"] }
    return (full + brief).map { Span($0, role) }
  }

  /// The states that are said in one way.
  private var stateTag: Span {
    if let shown = side.stopped {
      let count = "\(shown.images) of \(shown.ofImages)"
      // Where there is little room the name has it.
      return Span(area.columns >= 40 ? "stopped at " + count : count, .warning)
    }
    if side.isCancelled, side.shown == nil { return Span("cancelled", .warning) }
    // A narrow screen shows one of two.
    if model.sides.count > 1, model.size.columns < 42, area.columns > model.size.columns / 2 {
      return Span(index == 0 ? "b: B" : "a: A", .quiet)
    }
    return Span("")
  }

  // MARK: Map

  /// Marks at the edges of the map, in line with the unit: they cover no value.
  private func drawTicks(_ shown: ShownMap, on frame: inout Frame) {
    let map = layout.map
    let marks = PixelMarks(rows: map.rows, columns: map.columns)
    let centre = shown.field.centre
    let place = marks.place(
      row: Double(centre.row) + 0.5, column: Double(centre.column) + 0.5, in: geometry.fieldWindow)
    if (0..<map.rows).contains(place.row) {
      let row = map.row + place.row
      frame[row, map.column - 1] = Cell(glyphs.tick, foreground: .role(.quiet))
      frame[row, map.column + map.columns] = Cell(glyphs.tick, foreground: .role(.quiet))
    }
    guard (0..<map.columns).contains(place.column) else { return }
    let column = map.column + place.column
    if map.row > area.row + layout.headingRows {
      frame[map.row - 1, column] = Cell(glyphs.upright, foreground: .role(.quiet))
    }
    if layout.scaleRow > map.row + map.rows, !layout.hasAxes {
      frame[map.row + map.rows, column] = Cell(glyphs.upright, foreground: .role(.quiet))
    }
  }

  /// An empty ground of the size that the map will have, saying what it waits for.
  private func drawWell(on frame: inout Frame) {
    let map = layout.map
    frame.fill(map, .well)
    var lines: [(String, Role)] = []
    if let failure = side.failure {
      lines = wrap(failure, width: map.columns - 4).map { ($0, .failure) }
    } else if let file = model.opening(index) {
      lines = [("opening \(file)", .quiet)]
    } else if let job = side.job {
      let first =
        job.isRunning
        ? (side.subject == nil || job.layer.isEmpty ? "building the network" : "computing")
        : "waiting"
      lines = [(first, .quiet)]
      if !job.layer.isEmpty { lines.append((job.layer, .quiet)) }
    } else {
      lines = [(side.isCancelled ? "cancelled" : "no map yet", .quiet), ("r computes", .quiet)]
    }
    let top = map.row + max(0, (map.rows - lines.count) / 2)
    for (offset, line) in lines.prefix(map.rows).enumerated() {
      frame.writeCentred(
        [Span(line.0, line.1)], row: top + offset, column: map.column + 1,
        width: map.columns - 2)
    }
  }

  private func drawScale(on frame: inout Frame) {
    frame.drawScaleRow(
      layout, colours: colours, style: style,
      captions: model.session.screen.curve.barCaptions(glyphs), isKnown: side.measured != nil)
  }
}

extension Frame {
  /// Pixels of the input at the edges and in the middle of what is seen: rows at the left, columns
  /// below, where labels do not touch.
  mutating func drawPixelAxes(_ map: Area, _ window: PixelWindow) {
    guard map.rows >= 3, map.columns >= 12 else { return }
    func text(_ start: Double, _ length: Double, _ part: Int) -> String {
      Format.fixed(start + length * Double(part) / 2, 0)
    }
    for (part, row) in [0, map.rows / 2, map.rows - 1].enumerated() {
      writeRight(
        [Span(text(window.row, window.height, part), .quiet)], row: map.row + row,
        end: map.column - 1, width: FieldLayout.axisColumns - 1)
    }
    let row = map.row + map.rows
    let labels = [0, 1, 2].map { text(window.column, window.width, $0) }
    let end = labels[2] + " px"
    let middle = (map.columns - labels[1].columns) / 2
    write(labels[0], .quiet, row: row, column: map.column, width: 6)
    if middle > labels[0].columns, middle + labels[1].columns < map.columns - end.columns {
      write(labels[1], .quiet, row: row, column: map.column + middle, width: labels[1].columns)
    }
    writeRight(
      [Span(end, .quiet)], row: row, end: map.column + map.columns, width: end.columns)
  }

  /// Colour bar with its range.
  ///
  /// - Parameters:
  ///   - captions: what the scale is, in the fullest words first.
  ///   - brief: the same in as few letters as can be, for a bar with both signs that has no room for those.
  mutating func drawScaleRow(
    _ layout: FieldLayout, colours: HeatColours, style: HeatStyle, captions: [String],
    brief: String? = nil, isKnown: Bool
  ) {
    if colours.decades != nil, isKnown {
      return drawDecadesRow(layout, colours: colours, style: style)
    }
    let peak = isKnown ? Format.significant(colours.top) : glyphs.dash
    let hasSign = colours.isDiverging && isKnown && colours.top > 0
    let width = layout.scaleWidth
    var low = (hasSign ? "-" + peak : "0") + " "
    var high = " " + peak
    // Words do not take the bar's place.
    func bar(_ caption: String) -> Int { width - low.columns - high.columns - caption.columns - 2 }
    var caption =
      captions.first { bar($0) >= ($0 == captions.first ? 32 : 16) }
      ?? captions.last { bar($0) >= (width >= 28 ? 4 : 6) } ?? ""
    if caption.isEmpty, colours.isDiverging, isKnown, let words = brief ?? captions.last {
      // What the numbers are says more than both of them, which differ in their sign, and than the bar.
      (low, high) = ("", " " + (hasSign ? glyphs.plusMinus : "") + peak)
      if bar(words) >= -1 { caption = words }
    }
    let row = layout.scaleRow
    let column = layout.scaleColumn
    let end = [Span(high, .text), Span(caption.isEmpty ? "" : "  " + caption, .quiet)]
    let columns = width - low.columns - end.width
    guard columns >= (low.isEmpty ? 2 : 4) else {
      // Without the bar, the blank before the number is not needed either.
      if low.isEmpty {
        write(
          [Span(String(high.dropFirst()), .text), end[1]], row: row, column: column, width: width)
      }
      return
    }
    write(low, .quiet, row: row, column: column, width: low.columns)
    drawHeatScale(
      row: row, column: column + low.columns, width: columns, colours: colours, style: style)
    write(end, row: row, column: column + low.columns + columns, width: end.width)
  }

  /// A logarithmic bar: shares of the maximum stand on it where they belong, the maximum beside it. Of
  /// signed maps both signs run to the middle, which is zero and all that is smaller than the last decade.
  private mutating func drawDecadesRow(
    _ layout: FieldLayout, colours: HeatColours, style: HeatStyle
  ) {
    let width = layout.scaleWidth
    let isSigned = colours.isDiverging
    // The maximum stands beside the bar however narrow it is.
    let name = isSigned ? "|M|" : "M"
    let captions = [
      "  of the largest mean of \(name) = ", "  of mean \(name) = ", "  of \(name) = ",
      "  \(name) = ", " ",
    ].map { $0 + Format.significant(colours.top) }
    let caption =
      captions.first { width - $0.columns >= ($0 == captions[0] ? 32 : isSigned ? 20 : 16) }
      ?? captions[captions.count - 1]
    let bar = width - caption.columns
    guard bar >= 8 else { return }
    let row = layout.scaleRow
    let column = layout.scaleColumn
    drawHeatScale(row: row, column: column, width: bar, colours: colours, style: style)
    // Labels that would touch others are left out: `least` is the bar that has room for one.
    let labels: [(text: String, least: Int)] =
      isSigned
      ? [("-1", 0), ("-.1", 20), ("-.01", 32), ("0", 0), (".01", 32), (".1", 20), ("1", 0)]
      : [(".001", 0), (".01", 16), (".1", 12), ("1", 0)]
    for (decade, label) in labels.enumerated() where bar >= label.least {
      let count = label.text.columns
      let place = decade * (bar - 1) / (labels.count - 1)
      let start = Swift.max(0, Swift.min(bar - count, place - (decade == 0 ? 0 : count / 2)))
      for (offset, scalar) in label.text.unicodeScalars.enumerated() {
        let at = column + start + offset
        let isBright = style != .characters && (isSigned || start + offset > bar / 2)
        self[row, at].scalar = scalar
        self[row, at].foreground = .role(isBright ? .background : .text)
      }
    }
    write(caption, .quiet, row: row, column: column + bar, width: width - bar)
  }
}

extension Curve {
  /// What the end of the colour bar is, the fullest words first: the map's largest mean over parts of the
  /// input, not its largest pixel.
  func barCaptions(_ glyphs: Glyphs) -> [String] {
    let value = caption(glyphs)
    return ["largest mean of " + value, "mean " + value, value]
  }

  /// The value in fewer letters.
  func briefCaption(_ glyphs: Glyphs) -> String { self == .log ? "log(M+1)" : caption(glyphs) }

  /// What curves and colours measure.
  func caption(_ glyphs: Glyphs) -> String {
    switch self {
    case .log: "log\(glyphs.subscriptTen)(M+1)"
    case .decades: "log\(glyphs.subscriptTen)(M/max)"
    case .linear: "M"
    case .power: "M^1/4"
    }
  }
}
