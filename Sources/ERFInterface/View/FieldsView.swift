// The fields side by side, their difference, and the plot of profiles below.

import ERFEngine

extension Frame {
  mutating func drawFields(_ model: Model, in area: Area) {
    let parts = FieldsParts(model, in: area)
    var drawings = parts.sides.map { FieldDrawing(model: model, index: $0.index, area: $0.area) }
    if model.session.screen.hasSharedScale, model.sides.count > 1 {
      // A hidden field still counts in a shared scale.
      let shown = Set(drawings.map(\.index))
      let hidden = model.sides.indices.filter { !shown.contains($0) }
      let peaks =
        drawings.map(\.peak)
        + hidden.map { FieldDrawing(model: model, index: $0, area: area).peak }
      for index in drawings.indices { drawings[index].top = peaks.max() ?? 0 }
    }
    for drawing in drawings { drawing.draw(on: &self) }
    if let place = parts.difference {
      DifferenceDrawing(model: model, area: place, tops: drawings.map(\.top)).draw(on: &self)
    }
    if let plot = parts.plot { drawProfiles(model, in: plot) }
  }
}

/// Where the fields lie.
struct FieldsParts {
  let sides: [(index: Int, area: Area)]
  let difference: Area?
  let plot: Area?

  /// Two fields need some width; where they have not got it, the active one is shown.
  init(_ model: Model, in area: Area) {
    let screen = model.session.screen
    let fields: Int
    switch screen.arrangement {
    case .three where model.sides.count > 1 && area.columns >= 60: fields = 3
    case .two, .three: fields = model.sides.count > 1 && area.columns >= 40 ? 2 : 1
    case .one: fields = 1
    }
    let gap = area.columns >= 70 ? 3 : 1
    let width = (area.columns - gap * (fields - 1)) / fields
    let rows = Self.plotRows(model, in: area, fieldWidth: width)
    plot =
      rows > 0
      ? Area(
        row: area.row + area.rows - rows, column: area.column, rows: rows, columns: area.columns)
      : nil
    let places = (0..<fields).map {
      Area(
        row: area.row, column: area.column + $0 * (width + gap),
        rows: area.rows - (rows > 0 ? rows + 1 : 0), columns: width)
    }
    sides = fields == 1 ? [(model.active, places[0])] : [(0, places[0]), (1, places[1])]
    difference = fields == 3 ? places[2] : nil
  }

  /// What the fields leave, where that is enough to plot in.
  private static func plotRows(_ model: Model, in area: Area, fieldWidth: Int) -> Int {
    guard model.session.screen.profile != .none else { return 0 }
    let size = model.inputSize(0)
    let map =
      Double(fieldWidth - 2) * Double(size.height)
      / (Double(max(1, size.width)) * max(0.2, model.display.cellAspect))
    let numbers = area.rows >= 40 ? 13 : area.rows >= 30 ? 11 : 9
    let left = area.rows - Int(map.rounded()) - numbers
    if left >= 5 { return min(18, left) }
    return area.rows >= 30 ? 9 : 0
  }
}

/// A - B, each as a share of its scale's top, on a diverging map.
struct DifferenceDrawing {
  let model: Model
  let area: Area
  /// The values of A's and B's highest colours.
  let tops: [Double]

  func draw(on frame: inout Frame) {
    let glyphs = model.display.glyphs
    let style = HeatStyle(model.display)
    let fields = model.sides.map { $0.shown?.field }
    let size = model.inputSize(0)
    let layout = FieldLayout(
      area: area, height: fields[0]?.height ?? size.height, width: fields[0]?.width ?? size.width,
      aspect: model.display.cellAspect)
    frame.write(
      [Span("A \(glyphs.minus) B", .text, .bold)], row: area.row, column: area.column + 1,
      width: area.columns - 2)
    let isShared = model.session.screen.hasSharedScale
    if layout.headingRows > 1 {
      frame.write(
        isShared ? "on the shared scale" : "each by its own peak", .quiet, row: area.row + 1,
        column: area.column + 1, width: area.columns - 2)
    }
    guard let values = difference(layout, style) else {
      frame.fill(layout.map, .well)
      frame.writeCentred(
        [Span("needs both maps", .quiet)], row: layout.map.row + layout.map.rows / 2,
        column: layout.map.column, width: layout.map.columns)
      return
    }
    let colours = HeatColours(scale: .diverging, top: values.lazy.map(abs).max() ?? 0)
    frame.drawHeat(values, in: layout.map, colours: colours, style: style)
    frame.drawScaleRow(
      layout, colours: colours, style: style,
      caption: isShared ? model.session.screen.curve.caption(glyphs) : "share of peak",
      isKnown: true)
    drawRatios(layout, on: &frame)
  }

  private func difference(_ layout: FieldLayout, _ style: HeatStyle) -> [Double]? {
    let screen = model.session.screen
    let parts = model.sides.indices.map { index -> [Double]? in
      guard let field = model.sides[index].shown?.field else { return nil }
      let values = field.resampled(
        rows: layout.map.rows * style.pixelsPerCell, columns: layout.map.columns,
        curve: screen.curve,
        window: screen.window.pixels(height: field.height, width: field.width))
      let top = tops.indices.contains(index) ? tops[index] : 0
      return screen.hasSharedScale || top <= 0 ? values : values.map { $0 / top }
    }
    guard parts.count == 2, let a = parts[0], let b = parts[1], a.count == b.count else {
      return nil
    }
    return zip(a, b).map { $0 - $1 }
  }

  /// Differences of the area ratios in points of per cent, below the map.
  private func drawRatios(_ layout: FieldLayout, on frame: inout Frame) {
    guard layout.tableRows > 0, layout.side == nil,
      let a = model.sides[0].shown?.metrics.ratios, let b = model.sides[1].shown?.metrics.ratios
    else { return }
    let room = area.columns - 2
    let cell = min(13, (room - 4) / max(1, a.count))
    var header = [Span("t".rightPadded(4), .quiet)]
    var points = [Span("pts".rightPadded(4), .quiet)]
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
