// The maps of a figure, each pixel of the input a pixel, with axes, outlines and the colour bar.

import ERFEngine

/// Where maps stand on the page.
struct FigureGrid {
  let columns: Int
  /// Of one map with its axes and headings.
  let cell: (width: Double, height: Double)
  /// Of one map alone.
  let map: (width: Double, height: Double)

  static let axis = 25.0
  static let heading = 22.0
  static let below = 21.0
  static let bar = 44.0
}

extension Figure {
  var mapGrid: FigureGrid {
    let columns = networks.count <= 4 ? max(1, networks.count) : (networks.count + 1) / 2
    let room = Figure.width - 2 * Figure.margin - FigureGrid.bar
    let side = min(260, room / Double(columns) - FigureGrid.axis - 5)
    let proportion =
      networks.compactMap(\.field).map { Double($0.height) / Double($0.width) }.max() ?? 1
    let (width, height) = proportion > 1 ? (side / proportion, side) : (side, side * proportion)
    return FigureGrid(
      columns: columns,
      cell: (room / Double(columns), height + FigureGrid.heading + FigureGrid.below),
      map: (width, height))
  }

  func drawMaps(on page: inout FigurePage) {
    let grid = mapGrid
    let rows = (networks.count + grid.columns - 1) / grid.columns
    for (index, network) in networks.enumerated() {
      let x = Figure.margin + Double(index % grid.columns) * grid.cell.width
      let y = page.top + Double(index / grid.columns) * grid.cell.height
      drawMap(network, index, x: x, y: y, grid, on: &page)
    }
    let shown = min(grid.columns, networks.count)
    drawBar(
      VectorDrawing.Rectangle(
        x: Figure.margin + Double(shown - 1) * grid.cell.width + FigureGrid.axis
          + grid.map.width + 8,
        y: page.top + FigureGrid.heading, width: 8, height: grid.map.height), on: &page)
    page.skip(Double(rows) * grid.cell.height)
  }

  private func drawMap(
    _ network: ComparedNetwork, _ index: Int, x: Double, y: Double, _ grid: FigureGrid,
    on page: inout FigurePage
  ) {
    guard let field = network.field else { return }
    let scale = min(
      grid.map.width / Double(field.width), grid.map.height / Double(field.height))
    let box = VectorDrawing.Rectangle(
      x: x + FigureGrid.axis, y: y + FigureGrid.heading, width: Double(field.width) * scale,
      height: Double(field.height) * scale)
    let room = grid.cell.width - FigureGrid.axis
    if networks.count > 1 {
      page.text(
        network.letter, x: box.x - 12, y: y + 9, size: 9, isBold: true,
        ink: FigureInk.curve(index))
    }
    page.text(
      fitting(
        [model.designs.figureName(network.network), network.network.shownModel],
        size: 8, room),
      x: box.x, y: y + 9, size: 8, isBold: true)
    page.text(
      fitting(headings(network), size: 6.5, room), x: box.x, y: y + 18, size: 6.5,
      ink: isRandom(network) ? FigureInk.warning : FigureInk.quiet)
    page.add(.picture(picture(network, field), box))
    drawOutlines(network, field, in: box, scale, on: &page)
    page.frame(box)
    drawAxes(field, box, scale, isFirst: index % grid.columns == 0, on: &page)
  }

  /// The longest that fits, or the last.
  private func fitting(_ texts: [String], size: Double, _ room: Double) -> String {
    texts.first { VectorDrawing.width(of: $0, size: size, isBold: size > 7) <= room }
      ?? texts.last ?? ""
  }

  /// Weights first: they are never left out.
  private func headings(_ network: ComparedNetwork) -> [String] {
    let weights = weights(network)
    // A saved map has none.
    let layer =
      network.network.savedMap == nil ? network.result?.subject.tap.sanitised ?? "" : ""
    let half = network.metrics?.ratio(at: Model.half).map {
      "half in " + Format.area($0) + " of the input"
    }
    return [
      [weights, layer, half], [weights, half],
      [weights, half?.replacing(" of the input", with: "")],
      [weights],
    ].map { $0.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", ") }
  }

  // MARK: Colours

  private var colourMap: ColourMap {
    networks.contains { $0.field?.isSigned == true }
      ? .tide : ColourMap.named(model.ramp.name) ?? .ember
  }

  /// The M of the highest colour: the map's largest value, or the largest of all where one scale holds.
  private func top(_ network: ComparedNetwork) -> Double {
    let peaks = (isShared ? networks : [network]).compactMap { peak($0) }
    return peaks.max() ?? 0
  }

  private func peak(_ network: ComparedNetwork) -> Double? {
    network.field.map { $0.tops[.linear] ?? 0 }
  }

  private var isShared: Bool { sharesScale }

  private func picture(_ network: ComparedNetwork, _ field: HeatField) -> Image {
    let curve = model.session.screen.curve
    let colours = HeatColours(
      scale: .rising(map: 0), top: curve(top(network)),
      decades: curve == .decades ? HeatColours.decades : nil)
    let map = colourMap
    var pixels: [UInt8] = []
    pixels.reserveCapacity(field.height * field.width * 3)
    let values = field.resampled(rows: field.height, columns: field.width, curve: .linear)
    for value in values {
      let share = colours.share(curve(value))
      let colour = map.colour(at: map.isDiverging ? (share + 1) / 2 : share)
      pixels += [colour.red, colour.green, colour.blue]
    }
    return Image(height: field.height, width: field.width, pixels: pixels)
  }

  private func drawBar(_ box: VectorDrawing.Rectangle, on page: inout FigurePage) {
    let map = colourMap
    let levels = (0..<256).map { map.colour(at: Double(255 - $0) / 255) }
    page.add(
      .picture(
        Image(height: 256, width: 1, pixels: levels.flatMap { [$0.red, $0.green, $0.blue] }), box))
    page.frame(box)
    for tick in barTicks {
      let y = box.y + box.height * (1 - tick.share)
      page.line([(box.x + box.width, y), (box.x + box.width + 2, y)])
      page.text(tick.text, x: box.x + box.width + 3.5, y: y + 2.2, size: 6)
    }
    page.text(
      barTitle, x: box.x + box.width + 29, y: box.y + box.height / 2, size: 6.5, anchor: .middle,
      isTurned: true)
  }

  private var barTitle: String {
    let of = isShared ? "the largest of all" : "its own maximum"
    switch model.session.screen.curve {
    case .log: return "log(M + 1), share of \(of)"
    case .decades: return "M, share of \(of)"
    case .linear: return "M, share of \(of)"
    case .power: return "M to the power 1/4, share of \(of)"
    }
  }

  private var barTicks: [(share: Double, text: String)] {
    if colourMap.isDiverging {
      return [(0, "-1"), (0.5, "0"), (1, "1")]
    }
    guard model.session.screen.curve == .decades else {
      return [(0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1, "1")]
    }
    let decades = Int(HeatColours.decades)
    return (0...decades).map { step in
      let down = decades - step
      let text = down == 0 ? "1" : "0." + String(repeating: "0", count: down - 1) + "1"
      return (Double(step) / Double(decades), text)
    }
  }

  // MARK: Axes and outlines

  private func drawAxes(
    _ field: HeatField, _ box: VectorDrawing.Rectangle, _ scale: Double, isFirst: Bool,
    on page: inout FigurePage
  ) {
    for tick in Self.ticks(field.width) {
      let x = box.x + Double(tick) * scale
      page.line([(x, box.y + box.height), (x, box.y + box.height + 2)])
      page.text("\(tick)", x: x, y: box.y + box.height + 8.5, size: 6, anchor: .middle)
    }
    for tick in Self.ticks(field.height) {
      let y = box.y + Double(tick) * scale
      page.line([(box.x, y), (box.x - 2, y)])
      page.text("\(tick)", x: box.x - 3.5, y: y + 2.2, size: 6, anchor: .end)
    }
    page.text(
      "column, px", x: box.x + box.width / 2, y: box.y + box.height + 16, size: 6.5,
      anchor: .middle)
    guard isFirst else { return }
    page.text(
      "row, px", x: box.x - 17, y: box.y + box.height / 2 - box.height / 8, size: 6.5,
      anchor: .middle, isTurned: true)
  }

  /// Quarters of a length.
  static func ticks(_ length: Int) -> [Int] { (0...4).map { length * $0 / 4 } }

  private func drawOutlines(
    _ network: ComparedNetwork, _ field: HeatField, in box: VectorDrawing.Rectangle,
    _ scale: Double, on page: inout FigurePage
  ) {
    guard let metrics = network.metrics else { return }
    if model.session.screen.areas == .contours {
      drawContours(field, in: box, on: &page)
    } else {
      var taken: [VectorDrawing.Rectangle] = []
      for ratio in metrics.ratios.reversed() {
        guard let side = ratio.side else { continue }
        let top = max(0, metrics.origin.row - side / 2)
        let left = max(0, metrics.origin.column - side / 2)
        let bottom = min(field.height, metrics.origin.row - side / 2 + side)
        let right = min(field.width, metrics.origin.column - side / 2 + side)
        let square = VectorDrawing.Rectangle(
          x: box.x + Double(left) * scale, y: box.y + Double(top) * scale,
          width: Double(right - left) * scale, height: Double(bottom - top) * scale)
        page.frame(square, width: 1.4, ink: VectorDrawing.Ink(0, 0, 0, cover: 0.45))
        page.frame(square, width: 0.7, ink: VectorDrawing.Ink(255, 255, 255))
        label(
          Format.percent(ratio.threshold, digits: 0), square, in: box, &taken, on: &page)
      }
    }
    drawTheory(network, field, in: box, scale, on: &page)
  }

  /// In a corner of its square where no other label is, on a ground of its own; left out where there is
  /// none.
  private func label(
    _ text: String, _ square: VectorDrawing.Rectangle, in box: VectorDrawing.Rectangle,
    _ taken: inout [VectorDrawing.Rectangle],
    on page: inout FigurePage
  ) {
    let (width, height) = (VectorDrawing.width(of: text, size: 5.5) + 1.5, 6.4)
    let isInside = square.width > width + 2 && square.height > height + 2
    let (right, bottom) = (square.x + square.width - width - 0.6, square.y + square.height - 7)
    // A square that is too small for its label has it beside it.
    let (middle, beyond) = (square.y + (square.height - height) / 2, square.x + square.width + 0.6)
    let corners =
      (isInside
        ? [
          (square.x + 0.6, square.y + 0.6), (square.x + 0.6, bottom), (right, square.y + 0.6),
          (right, bottom),
        ] : [])
      + (0..<8).flatMap { step -> [(Double, Double)] in
        let away = Double(step) * (height + 0.2)
        return [middle - away, middle + away].flatMap {
          [(beyond, $0), (square.x - width - 0.6, $0)]
        }
      }
    let grounds = corners.map {
      VectorDrawing.Rectangle(x: $0.0, y: $0.1, width: width, height: height)
    }
    guard
      let ground = grounds.first(where: { ground in
        box.holds(ground) && !taken.contains { ground.overlaps($0) }
      })
    else { return }
    taken.append(ground)
    write(text, on: ground, of: &page)
  }

  private func write(
    _ text: String, on ground: VectorDrawing.Rectangle, of page: inout FigurePage
  ) {
    page.fill(ground, VectorDrawing.Ink(0, 0, 0, cover: 0.45))
    page.text(
      text, x: ground.x + 0.9, y: ground.y + 5, size: 5.5, ink: VectorDrawing.Ink(255, 255, 255))
  }

  private func drawTheory(
    _ network: ComparedNetwork, _ field: HeatField, in box: VectorDrawing.Rectangle,
    _ scale: Double, on page: inout FigurePage
  ) {
    let size = InputSize(height: field.height, width: field.width)
    guard model.session.screen.showsTheory, let metrics = network.metrics,
      let layer = model.facts[network.network, size]?.layer(model.session.target),
      let side = layer.receptiveField
    else { return }
    let half = Double(side) / 2
    let (row, column) = (Double(metrics.origin.row) + 0.5, Double(metrics.origin.column) + 0.5)
    let (top, left) = (max(0, row - half), max(0, column - half))
    let bottom = min(Double(field.height), row + half)
    let right = min(Double(field.width), column + half)
    let ink = VectorDrawing.Ink(0x7f, 0xe0, 0xff)
    page.frame(
      VectorDrawing.Rectangle(
        x: box.x + left * scale, y: box.y + top * scale, width: (right - left) * scale,
        height: (bottom - top) * scale), width: 0.8, dash: 3, ink: ink)
    page.text(
      "theory \(side) px", x: box.x + right * scale - 2, y: box.y + bottom * scale - 2.5,
      size: 5.5, anchor: .end, ink: ink)
  }

  /// Where the smoothed map is highest: lines of one level through a grid.
  private func drawContours(
    _ field: HeatField, in box: VectorDrawing.Rectangle, on page: inout FigurePage
  ) {
    let smooth = SmoothField(field, curve: .log)
    let side = SmoothField.side
    let levels = ContourLevels.levels(of: smooth.values, shares: ERFMetrics.thresholds)
    func place(_ row: Double, _ column: Double) -> (x: Double, y: Double) {
      (
        box.x + (column + 0.5) / Double(side) * box.width,
        box.y + (row + 0.5) / Double(side) * box.height
      )
    }
    var taken: [VectorDrawing.Rectangle] = []
    for (share, level) in zip(ERFMetrics.thresholds, levels).reversed() {
      let segments = ContourSegments.segments(smooth.values, side: side, level: level)
      for segment in segments {
        let points = [
          place(segment.from.row, segment.from.column), place(segment.to.row, segment.to.column),
        ]
        page.line(points, width: 0.8, ink: VectorDrawing.Ink(255, 255, 255))
      }
      // At the highest point of the line.
      guard let top = segments.map(\.from).min(by: { $0.row < $1.row }) else { continue }
      let text = Format.percent(share, digits: 0)
      let width = VectorDrawing.width(of: text, size: 5.5) + 1.5
      let (x, y) = place(top.row, top.column)
      let ground = VectorDrawing.Rectangle(
        x: max(box.x, min(box.x + box.width - width, x - width / 2)), y: max(box.y, y - 3.2),
        width: width, height: 6.4)
      guard !taken.contains(where: { ground.overlaps($0) }) else { continue }
      taken.append(ground)
      write(text, on: ground, of: &page)
    }
  }
}

extension VectorDrawing.Rectangle {
  fileprivate func holds(_ other: VectorDrawing.Rectangle) -> Bool {
    other.x >= x && other.y >= y && other.x + other.width <= x + width
      && other.y + other.height <= y + height
  }

  fileprivate func overlaps(_ other: VectorDrawing.Rectangle) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height
      && other.y < y + height
  }
}

/// Lines of one level through a square grid of values.
enum ContourSegments {
  typealias Place = (row: Double, column: Double)

  /// In each square between four neighbours, from edge to edge where values cross the level.
  static func segments(
    _ values: [Double], side: Int, level: Double
  ) -> [(from: Place, to: Place)] {
    var result: [(from: Place, to: Place)] = []
    for row in 0..<side - 1 {
      for column in 0..<side - 1 {
        let corners = [(0, 0), (0, 1), (1, 1), (1, 0)].map {
          (down: Int, right: Int) -> (row: Double, column: Double, value: Double) in
          let value = values[(row + down) * side + column + right]
          return (row: Double(row + down), column: Double(column + right), value: value)
        }
        let crossings = (0..<4).compactMap { edge -> Place? in
          let (from, to) = (corners[edge], corners[(edge + 1) % 4])
          guard (from.value < level) != (to.value < level) else { return nil }
          let share = (level - from.value) / (to.value - from.value)
          return (
            from.row + (to.row - from.row) * share,
            from.column + (to.column - from.column) * share
          )
        }
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          result.append((crossings[pair], crossings[pair + 1]))
        }
      }
    }
    return result
  }
}
