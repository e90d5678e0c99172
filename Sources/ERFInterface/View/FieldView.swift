// One network's field: heading, heat map with its scale, and what stands in for a map not yet there.

import ERFEngine

/// Draws one field; holds what its parts have in common.
struct FieldDrawing {
  let model: Model
  let index: Int
  let area: Area
  let side: Side
  let request: ERFRequest
  let glyphs: Glyphs
  let style: HeatStyle
  let layout: FieldLayout
  /// The part of the input that is seen.
  let window: PixelWindow
  /// The map reduced to the pixels of its cells; empty before there is one.
  let pixels: [Double]
  /// The value of the highest colour: the largest pixel drawn, here or on either side. Not the map's
  /// own largest value: that is often a single input pixel, beside which all else would be black.
  var top = 0.0

  init(model: Model, index: Int, area: Area) {
    self.model = model
    self.index = index
    self.area = area
    side = model.sides[index]
    request = model.request(index)
    glyphs = model.display.glyphs
    style = HeatStyle(model.display)
    let input = model.inputSize(index)
    let height = side.shown?.field.height ?? input.height
    let width = side.shown?.field.width ?? input.width
    layout = FieldLayout(area: area, height: height, width: width, aspect: model.display.cellAspect)
    let screen = model.session.screen
    window = screen.window.pixels(height: height, width: width)
    pixels =
      side.shown?.field.resampled(
        rows: layout.map.rows * style.pixelsPerCell, columns: layout.map.columns,
        curve: screen.curve, window: window) ?? []
    top = peak
  }

  /// The largest pixel drawn, whatever its sign.
  var peak: Double { pixels.lazy.map(abs).max() ?? 0 }

  var colours: HeatColours {
    let isSigned = side.shown?.field.isSigned ?? request.rule.isSigned
    return HeatColours(
      scale: isSigned ? .diverging : .rising(map: UInt8(model.colourMap)), top: top)
  }

  func draw(on frame: inout Frame) {
    drawHeading(on: &frame)
    if let shown = side.shown {
      frame.drawHeat(
        pixels, in: layout.map, colours: colours, style: style, marks: marks(shown),
        underlay: underlay(shown))
      drawTicks(shown, on: &frame)
    } else {
      drawWell(on: &frame)
    }
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
    let tag = stateTag
    let tagWidth = tag.text.isEmpty ? 0 : tag.width + 2
    let column = area.column + 1
    let width = area.columns - 2
    var title: [Span] = []
    if model.sides.count > 1 {
      // A second space only where it does not cost the name's end.
      let isTight = model.name(index).unicodeScalars.count + 2 + tagWidth == width
      let gap = isTight ? " " : "  "
      title.append(Span(Model.letter(index) + gap, isActive ? .accent : .quiet, .bold))
    }
    title.append(Span(model.name(index), .text, .bold))
    for row in 0..<layout.headingRows where hasFocus {
      frame[area.row + row, area.column - 1] = Cell(glyphs.focus, foreground: .role(.accent))
    }
    frame.write(title, row: area.row, column: column, width: width - tagWidth)
    frame.writeRight([tag], row: area.row, end: column + width, width: tagWidth)
    if layout.headingRows > 1 {
      frame.write(facts(width), row: area.row + 1, column: column, width: width)
    }
  }

  /// Weights, input size, stage: the longest wording that fits.
  private func facts(_ width: Int) -> [Span] {
    let size = model.inputSize(index)
    let long = "input \(size.height) \(glyphs.times) \(size.width)"
    let short = size.height == size.width ? "\(size.height) px" : "\(size.height)x\(size.width)"
    if model.session.networks[index].savedMap != nil {
      let wordings = [long, short].map {
        [Span("saved map", .quiet), Span(glyphs.separator, .line), Span($0, .quiet)]
      }
      return wordings.first { $0.width <= width } ?? [Span(short, .quiet)]
    }
    let stage = (request.tap ?? side.subject?.tap ?? "last stage").sanitised
    let weights = weights
    let variants = [
      [weights.long, Span(long, .quiet), Span(stage, .quiet)],
      [weights.short, Span(short, .quiet), Span(stage, .quiet)],
      [weights.name, Span(short, .quiet), Span(stage, .quiet)],
      [Span(short, .quiet), Span(stage, .quiet)],
    ]
    let joined = variants.map { spans in
      Array(spans.map { [$0] }.joined(separator: [Span(glyphs.separator, .line)]))
    }
    if let fitting = joined.dropLast().first(where: { $0.width <= width }) { return fitting }
    // The beginning of a file's name is better than none of it.
    let room = width - joined[3].width - glyphs.separator.unicodeScalars.count
    guard case .file(let path) = request.network.weights, room >= 8 else { return joined[3] }
    let cut = String(
      String.UnicodeScalarView(path.fileName.sanitised.unicodeScalars.prefix(room - 1)))
    let ellipsis = String(String.UnicodeScalarView([glyphs.ellipsis]))
    return [Span(cut + ellipsis, .quiet), Span(glyphs.separator, .line)] + joined[3]
  }

  /// Random weights stand out, since with them the order of networks can reverse; files are told by
  /// name and the beginning of the weights' hash.
  private var weights: (long: Span, short: Span, name: Span) {
    switch request.network.weights {
    case .trained:
      let short = Span("trained", .quiet)
      return (Span("trained weights", .quiet), short, short)
    case .random(let seed):
      let short = Span("random:\(seed)", .warning)
      return (Span("random weights, seed \(seed)", .warning), short, short)
    case .file(let path):
      let name = path.fileName.sanitised
      let hash = (side.subject?.weightsHash.prefix(8)).map { " #\($0.description.sanitised)" } ?? ""
      return (Span("weights " + name + hash, .quiet), Span(name + hash, .quiet), Span(name, .quiet))
    }
  }

  private var stateTag: Span {
    if side.failure != nil { return Span(side.isStale ? "failed, stale" : "failed", .failure) }
    if let shown = side.shown, shown.isPreview, shown.request == side.asked {
      return Span("preview at \(shown.field.height) px", .warning)
    }
    if side.isStale { return Span("stale", .warning) }
    if let shown = side.shown, side.job == nil, !shown.isComplete {
      return Span("stopped at \(shown.images) of \(shown.ofImages)", .warning)
    }
    if side.isCancelled, side.shown == nil { return Span("cancelled", .warning) }
    return Span("")
  }

  // MARK: Map

  /// Marks at the edges of the map, in line with the unit: they cover no value.
  private func drawTicks(_ shown: ShownMap, on frame: inout Frame) {
    let map = layout.map
    let marks = PixelMarks(rows: map.rows, columns: map.columns)
    let centre = shown.field.centre
    let place = marks.place(
      row: Double(centre.row) + 0.5, column: Double(centre.column) + 0.5, in: window)
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
    if layout.scaleRow > map.row + map.rows {
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
      layout, colours: colours, style: style, caption: model.session.screen.curve.caption(glyphs),
      isKnown: side.shown != nil || top > 0)
  }
}

extension Frame {
  /// Colour bar with its range; the caption names the scale.
  mutating func drawScaleRow(
    _ layout: FieldLayout, colours: HeatColours, style: HeatStyle, caption: String, isKnown: Bool
  ) {
    let peak = isKnown ? Format.significant(colours.top) : glyphs.dash
    let low = colours.isDiverging && isKnown ? "-" + peak : "0"
    let width = layout.scaleWidth
    let captionWidth = width >= 28 ? caption.unicodeScalars.count + 2 : 0
    let lowWidth = low.unicodeScalars.count + 1
    let bar = width - lowWidth - peak.unicodeScalars.count - 1 - captionWidth
    guard bar >= 4 else { return }
    let row = layout.scaleRow
    let column = layout.scaleColumn
    write(low, .quiet, row: row, column: column, width: lowWidth)
    drawHeatScale(row: row, column: column + lowWidth, width: bar, colours: colours, style: style)
    write(
      [Span(" " + peak, .text), Span(captionWidth > 0 ? "  " + caption : "", .quiet)],
      row: row, column: column + lowWidth + bar, width: width - lowWidth - bar)
  }
}

extension Curve {
  /// What the colour bar measures.
  func caption(_ glyphs: Glyphs) -> String {
    switch self {
    case .log: "log\(glyphs.subscriptTen)(M+1)"
    case .linear: "M"
    case .power: "M^1/4"
    }
  }
}
