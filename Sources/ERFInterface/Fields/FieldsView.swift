// The fields side by side, their difference, and the plot of profiles below.

import ERFEngine

extension Frame {
  mutating func drawFields(_ model: Model, in area: Area) {
    let parts = FieldsParts(model, in: area)
    var drawings = parts.sides.map { FieldDrawing(model: model, index: $0.index, area: $0.area) }
    if model.sharesScale {
      // A hidden field still counts in a shared scale, a preview does not.
      let curve = model.session.screen.curve
      let tops = model.sides.compactMap { $0.measured?.field.tops[curve] }
      if let top = tops.max() {
        for index in drawings.indices { drawings[index].top = top }
      }
    }
    for drawing in drawings { drawing.draw(on: &self) }
    if let place = parts.difference {
      DifferenceDrawing(model: model, area: place, tops: drawings.map(\.top)).draw(on: &self)
    }
    if let plot = parts.plot { drawProfiles(model, in: plot) }
    if let place = parts.verdict {
      let isAlone = parts.sides.count == 1 && model.sides.count > 1
      drawVerdict(isAlone ? model.verdict(of: parts.sides[0].index) : model.verdict, in: place)
    }
  }

  /// The answer first, then what it rests on, as far as there is room.
  private mutating func drawVerdict(_ verdict: Verdict?, in area: Area) {
    guard let verdict else { return }
    let width = area.columns - 2
    let role: Role = verdict.kind == .notComparable ? .warning : .accent
    for (offset, line) in verdict.lines(rows: area.rows, width: width).enumerated() {
      write(
        [
          Span(line.headline, role, .bold), Span(line.rest, .text), Span(line.warning, .warning),
        ], row: area.row + offset, column: area.column + 1, width: width)
    }
  }
}

/// A - B, each as a share of its scale's top, on a diverging map.
struct DifferenceDrawing {
  @SharedModel var model: Model
  let area: Area
  /// The values of A's and B's highest colours.
  let tops: [Double]

  func draw(on frame: inout Frame) {
    let glyphs = model.display.glyphs
    let style = HeatStyle(model.display)
    let fields = model.sides.map { $0.measured?.field }
    let size = model.inputSize(0)
    let layout = FieldLayout(
      area: area, height: fields[0]?.height ?? size.height, width: fields[0]?.width ?? size.width,
      aspect: model.display.cellAspect, axes: model.size.columns >= FieldGeometry.axesFrom)
    let name = "A \(glyphs.minus) B"
    let units = [", areas in points", ", areas in pts", ", points"]
    let titles = isTight ? units.map { name + $0 } : [name]
    let title = titles.first { $0.columns <= area.columns - 2 } ?? name
    frame.write(
      [Span(title, .text, .bold)], row: area.row, column: area.column + 1,
      width: area.columns - 2)
    let isShared = model.sharesScale
    if layout.headingRows > 1 {
      let words =
        isShared
        ? ["on the shared scale", "shared scale"] : ["each by its own maximum", "own maxima"]
      frame.write(
        words.first { $0.columns <= area.columns - 2 } ?? words[1], .quiet, row: area.row + 1,
        column: area.column + 1, width: area.columns - 2)
    }
    let screen = model.session.screen
    let rows = layout.map.rows * style.pixelsPerCell
    guard
      let values = difference(
        rows: rows, columns: layout.map.columns,
        of: { screen.window.pixels(height: $0.height, width: $0.width) })
    else {
      frame.fill(layout.map, .well)
      frame.writeCentred(
        [Span(obstacle ?? "needs both maps", .quiet)],
        row: layout.map.row + layout.map.rows / 2,
        column: layout.map.column, width: layout.map.columns)
      return
    }
    let colours = HeatColours(scale: .diverging, top: top)
    frame.drawHeat(values, in: layout.map, colours: colours, style: style)
    if layout.hasAxes {
      let field = fields[0]
      frame.drawPixelAxes(
        layout.map,
        screen.window.pixels(
          height: field?.height ?? size.height, width: field?.width ?? size.width))
    }
    drawScale(layout, colours, style, on: &frame)
    drawRatios(layout, on: &frame)
  }

  private func drawScale(
    _ layout: FieldLayout, _ colours: HeatColours, _ style: HeatStyle, on frame: inout Frame
  ) {
    let glyphs = model.display.glyphs
    let curve = model.session.screen.curve
    let share = layout.scaleWidth >= 36 ? "share of max" : "of max"
    let (caption, brief) =
      curve == .decades
      ? ("brightness", "bright.")
      : model.sharesScale ? (curve.caption(glyphs), curve.briefCaption(glyphs)) : (share, "of max")
    frame.drawScaleRow(
      layout, colours: colours, style: style, captions: [caption], brief: brief, isKnown: true)
  }

  /// What the highest colour stands for, as it is of A's map and B's: the largest mean over parts of the
  /// input, on screens of any size.
  private var top: Double {
    guard let field = model.sides.first?.measured?.field else { return 0 }
    let parts = difference(
      rows: min(field.height, HeatField.topGrid), columns: min(field.width, HeatField.topGrid)
    ) { PixelWindow(row: 0, column: 0, height: $0.height, width: $0.width) }
    return parts?.lazy.map(abs).max() ?? 0
  }

  /// A - B over the parts of a window; nil where no two values belong together.
  private func difference(
    rows: Int, columns: Int, of window: (HeatField) -> PixelWindow
  ) -> [Double]? {
    let screen = model.session.screen
    let isShared = model.sharesScale
    let parts = model.sides.indices.map { index -> [Double]? in
      guard let field = model.sides[index].measured?.field else { return nil }
      let values = field.resampled(
        rows: rows, columns: columns, curve: screen.curve, window: window(field))
      let top = tops.indices.contains(index) ? tops[index] : 0
      if screen.curve == .decades {
        let colours = HeatColours(
          scale: .diverging, top: top, decades: HeatColours.decades)
        return values.map { colours.share($0) }
      }
      return isShared || top <= 0 ? values : values.map { $0 / top }
    }
    guard parts.count == 2, let a = parts[0], let b = parts[1], a.count == b.count, obstacle == nil
    else { return nil }
    return zip(a, b).map { $0 - $1 }
  }

  /// Why no two values of the maps that are there belong together, in short; nil: they do.
  private var obstacle: String? {
    let sizes = model.sides.compactMap { $0.measured?.inputSize }
    if Set(sizes).count > 1 { return "of two sizes" }
    return model.leftBehind.map { "\(Model.letter($0)) is stale" }
  }

  /// Whether the differences of areas need all columns that there are.
  private var isTight: Bool { area.columns < 28 }

  /// Differences of the area ratios in points of per cent, below the map.
  private func drawRatios(_ layout: FieldLayout, on frame: inout Frame) {
    guard layout.tableRows > 0, layout.side == nil, obstacle == nil,
      let a = model.sides[0].measured?.metrics.ratios,
      let b = model.sides[1].measured?.metrics.ratios
    else { return }
    let room = area.columns - 2
    let label = isTight ? 0 : 4
    let cell = min(13, (room - label) / max(1, a.count))
    var header = isTight ? [] : [Span("t".rightPadded(label), .quiet)]
    var points = isTight ? [] : [Span("pts".rightPadded(label), .quiet)]
    for (left, right) in zip(a, b) {
      header.append(Span(Format.fixed(left.threshold * 100, 0).leftPadded(cell), .quiet))
      let text =
        left.ratio.flatMap { l in
          right.ratio.map { Format.signed((l - $0) * 100, cell < 7 ? 0 : 1) }
        } ?? model.display.glyphs.dash
      points.append(Span(text.leftPadded(cell), .text, .bold))
    }
    frame.write(header, row: layout.tableRow, column: area.column + 1, width: room)
    frame.write(
      points, row: layout.tableRow + layout.tableRows - 1, column: area.column + 1, width: room)
  }
}
