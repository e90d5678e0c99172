// What is outlined on the maps of a figure: squares or contours of shares, the theoretical field, and what
// each of them is.

import ERFEngine

extension Figure {
  func drawOutlines(
    _ network: ComparedNetwork, _ field: HeatField, in box: VectorDrawing.Rectangle,
    _ scale: Double, on page: inout FigurePage
  ) {
    guard let metrics = network.metrics else { return }
    let theory = theory(network, field, in: box, scale)
    if let theory {
      page.frame(theory.outline, width: 0.8, dash: 3, ink: FigureInk.theory)
    }
    var labels = OutlineLabels(box: box, outlines: theory.map { [$0.outline] } ?? [])
    if model.session.screen.areas == .contours {
      drawContours(field, metrics.knownThresholds, in: box, &labels, on: &page)
    } else {
      drawSquares(metrics, field, in: box, scale, &labels, on: &page)
    }
    if let theory { labels.add(theory.texts, to: theory.outline, FigureInk.theory) }
    labels.draw(on: &page)
  }

  /// From the largest inwards, so that the smaller ones stay in sight.
  private func drawSquares(
    _ metrics: ERFMetrics, _ field: HeatField, in box: VectorDrawing.Rectangle, _ scale: Double,
    _ labels: inout OutlineLabels, on page: inout FigurePage
  ) {
    let squares = metrics.ratios.reversed().compactMap {
      ratio -> (text: String, outline: VectorDrawing.Rectangle)? in
      guard let side = ratio.side else { return nil }
      let top = max(0, metrics.origin.row - side / 2)
      let left = max(0, metrics.origin.column - side / 2)
      let bottom = min(field.height, metrics.origin.row - side / 2 + side)
      let right = min(field.width, metrics.origin.column - side / 2 + side)
      let square = VectorDrawing.Rectangle(
        x: box.x + Double(left) * scale, y: box.y + Double(top) * scale,
        width: Double(right - left) * scale, height: Double(bottom - top) * scale)
      return (Format.percent(ratio.threshold, digits: 0), square)
    }
    for square in squares {
      page.frame(square.outline, width: 1.4, ink: FigureInk.shade)
      page.frame(square.outline, width: 0.7, ink: FigureInk.white)
    }
    labels.outlines += squares.map(\.outline)
    for square in squares { labels.add(square.text, to: square.outline) }
  }

  /// The window of pixels that can reach the unit, and its size in words, the longest first; nil where it
  /// is not shown or every pixel can.
  private func theory(
    _ network: ComparedNetwork, _ field: HeatField, in box: VectorDrawing.Rectangle, _ scale: Double
  ) -> (outline: VectorDrawing.Rectangle, texts: [String])? {
    let size = InputSize(height: field.height, width: field.width)
    guard model.session.screen.showsTheory, let metrics = network.metrics,
      let layer = model.facts[network.network, size]?.layer(model.session.target),
      let side = layer.receptiveField
    else { return nil }
    let half = Double(side) / 2
    let (row, column) = (Double(metrics.origin.row) + 0.5, Double(metrics.origin.column) + 0.5)
    let (top, left) = (max(0, row - half), max(0, column - half))
    let bottom = min(Double(field.height), row + half)
    let right = min(Double(field.width), column + half)
    let outline = VectorDrawing.Rectangle(
      x: box.x + left * scale, y: box.y + top * scale, width: (right - left) * scale,
      height: (bottom - top) * scale)
    let texts = layer.theoryTexts(
      around: metrics.origin, height: field.height, width: field.width)
    return (outline, texts)
  }

  /// Where the smoothed map is highest: lines of one level through a grid.
  private func drawContours(
    _ field: HeatField, _ shares: [Double], in box: VectorDrawing.Rectangle,
    _ labels: inout OutlineLabels, on page: inout FigurePage
  ) {
    let smooth = SmoothField(field, curve: .log)
    let side = SmoothField.side
    let levels = ContourLevels.levels(of: smooth.values, shares: shares)
    func place(_ at: ContourSegments.Place) -> VectorDrawing.Point {
      VectorDrawing.Point(
        box.x + (at.column + 0.5) / Double(side) * box.width,
        box.y + (at.row + 0.5) / Double(side) * box.height)
    }
    let contours = zip(shares, levels).reversed().map { share, level in
      let segments = ContourSegments.segments(smooth.values, side: side, level: level)
      return (
        text: Format.percent(share, digits: 0),
        lines: segments.map { [place($0.from), place($0.to)] }
      )
    }
    for contour in contours {
      for line in contour.lines {
        page.line(line.map { ($0.x, $0.y) }, width: 0.8, ink: FigureInk.white)
      }
    }
    for (index, contour) in contours.enumerated() {
      let others = contours.indices.filter { $0 != index }.flatMap { other in
        contours[other].lines.compactMap(\.first)
      }
      labels.add(contour.text, on: contour.lines.compactMap(\.first), awayFrom: others)
    }
  }
}

/// Labels of outlines on one map, each where it is read with its own: within it, on it, or beside it at
/// the end of a line that leads there. No two lie over each other.
struct OutlineLabels {
  private struct Label {
    let text: String
    let ground: VectorDrawing.Rectangle
    let leader: [VectorDrawing.Point]
    let ink: VectorDrawing.Ink
  }

  /// Where labels may lie.
  let box: VectorDrawing.Rectangle
  /// What no label may lie across.
  var outlines: [VectorDrawing.Rectangle]
  private var labels: [Label] = []

  private static let size = 5.5
  private static let height = 6.4
  /// Between a label and a line, or it would be read as that line's.
  private static let clearance = 1.0

  init(box: VectorDrawing.Rectangle, outlines: [VectorDrawing.Rectangle]) {
    (self.box, self.outlines) = (box, outlines)
  }

  /// In a corner of its outline, else beside it.
  mutating func add(
    _ text: String, to outline: VectorDrawing.Rectangle,
    _ ink: VectorDrawing.Ink = FigureInk.white
  ) {
    add([text], to: outline, ink)
  }

  /// The first of some wordings that has room in a corner of its outline, else the last beside it.
  mutating func add(
    _ texts: [String], to outline: VectorDrawing.Rectangle, _ ink: VectorDrawing.Ink
  ) {
    for text in texts {
      guard let ground = corner(text, outline) else { continue }
      return labels.append(Label(text: text, ground: ground, leader: [], ink: ink))
    }
    if let last = texts.last { addBeside(last, outline, ink) }
  }

  /// A free place in a corner of an outline.
  private func corner(
    _ text: String, _ outline: VectorDrawing.Rectangle
  ) -> VectorDrawing.Rectangle? {
    let width = Self.width(text)
    let (left, top) = (outline.x + Self.clearance, outline.y + Self.clearance)
    let right = outline.x + outline.width - width - Self.clearance
    let bottom = outline.y + outline.height - Self.height - Self.clearance
    let corners = [(left, top), (left, bottom), (right, top), (right, bottom)].map {
      VectorDrawing.Rectangle(x: $0.0, y: $0.1, width: width, height: Self.height)
    }
    return corners.first { isFree($0) && outline.holds($0) }
  }

  /// On the line, as high up as no other line is in the way, else beside it.
  mutating func add(
    _ text: String, on line: [VectorDrawing.Point], awayFrom others: [VectorDrawing.Point]
  ) {
    let width = Self.width(text)
    let grounds = line.sorted { ($0.y, $0.x) < ($1.y, $1.x) }.map { point in
      VectorDrawing.Rectangle(
        x: max(box.x, min(box.x + box.width - width, point.x - width / 2)),
        y: max(box.y, min(box.y + box.height - Self.height, point.y - Self.height / 2)),
        width: width, height: Self.height)
    }
    let free = grounds.first { ground in
      isFree(ground) && !others.contains { ground.holds($0) }
    }
    if let free {
      return labels.append(Label(text: text, ground: free, leader: [], ink: FigureInk.white))
    }
    guard let left = line.map(\.x).min(), let right = line.map(\.x).max(),
      let top = line.map(\.y).min(), let bottom = line.map(\.y).max()
    else { return }
    addBeside(
      text, VectorDrawing.Rectangle(x: left, y: top, width: right - left, height: bottom - top),
      FigureInk.white, line)
  }

  /// As near as there is room outside of it, with a line to its edge, or to the nearest of `points`.
  private mutating func addBeside(
    _ text: String, _ outline: VectorDrawing.Rectangle, _ ink: VectorDrawing.Ink,
    _ points: [VectorDrawing.Point] = []
  ) {
    let width = Self.width(text)
    var best: (ground: VectorDrawing.Rectangle, leader: [VectorDrawing.Point], cost: Double)?
    let (down, across) = (Self.height / 2, 3.0)
    for row in 0...Int(max(0, (box.height - Self.height - 1) / down)) {
      for column in 0...Int(max(0, (box.width - width - 1) / across)) {
        let ground = VectorDrawing.Rectangle(
          x: box.x + 0.5 + Double(column) * across, y: box.y + 0.5 + Double(row) * down,
          width: width, height: Self.height)
        let leader = Self.leader(from: ground, to: outline, points)
        let cost = Self.length(leader)
        guard cost >= 3, cost < best?.cost ?? .infinity, isFree(ground),
          !ground.overlaps(outline), !isCrossed(leader)
        else { continue }
        best = (ground, leader, cost)
      }
    }
    guard let best else { return }
    labels.append(Label(text: text, ground: best.ground, leader: best.leader, ink: ink))
  }

  /// Whether no outline runs through a place and no label or leader lies there.
  private func isFree(_ ground: VectorDrawing.Rectangle) -> Bool {
    // A little less, so that a label in the corner of its own outline is one.
    let around = ground.grown(Self.clearance * 0.9)
    return box.holds(ground)
      && !outlines.contains { $0.overlaps(around) && !$0.holds(around) }
      && !labels.contains { label in
        label.ground.overlaps(ground)
          || Self.samples(label.leader).contains { ground.holds($0) }
      }
  }

  private func isCrossed(_ leader: [VectorDrawing.Point]) -> Bool {
    let samples = Self.samples(leader)
    return labels.contains { label in samples.contains { label.ground.holds($0) } }
  }

  /// From the nearest point of a label to the nearest of what it labels.
  private static func leader(
    from ground: VectorDrawing.Rectangle, to outline: VectorDrawing.Rectangle,
    _ points: [VectorDrawing.Point]
  ) -> [VectorDrawing.Point] {
    func within(_ value: Double, _ start: Double, _ length: Double) -> Double {
      max(start, min(start + length, value))
    }
    let middle = VectorDrawing.Point(ground.x + ground.width / 2, ground.y + ground.height / 2)
    let end =
      points.min { length([middle, $0]) < length([middle, $1]) }
      ?? VectorDrawing.Point(
        within(middle.x, outline.x, outline.width), within(middle.y, outline.y, outline.height))
    let start = VectorDrawing.Point(
      within(end.x, ground.x, ground.width), within(end.y, ground.y, ground.height))
    return [start, end]
  }

  private static func length(_ line: [VectorDrawing.Point]) -> Double {
    guard let start = line.first, let end = line.last else { return 0 }
    return ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y))
      .squareRoot()
  }

  /// Places along a line, near enough that no label lies between two of them.
  private static func samples(_ line: [VectorDrawing.Point]) -> [VectorDrawing.Point] {
    guard let start = line.first, let end = line.last, line.count > 1 else { return [] }
    let steps = max(1, Int(length(line) / 2))
    return (0...steps).map { step in
      let share = Double(step) / Double(steps)
      return VectorDrawing.Point(
        start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
    }
  }

  private static func width(_ text: String) -> Double {
    VectorDrawing.width(of: text, size: size) + 1.5
  }

  /// Where they lie.
  var grounds: [VectorDrawing.Rectangle] { labels.map(\.ground) }

  func draw(on page: inout FigurePage) {
    for label in labels where !label.leader.isEmpty {
      let line = label.leader.map { (x: $0.x, y: $0.y) }
      page.line(line, width: 1.1, ink: FigureInk.shade)
      page.line(line, width: 0.5, ink: label.ink)
    }
    for label in labels {
      page.fill(label.ground, FigureInk.shade)
      page.text(
        label.text, x: label.ground.x + 0.9, y: label.ground.y + 5, size: Self.size,
        ink: label.ink)
    }
  }
}

extension VectorDrawing.Rectangle {
  func holds(_ other: VectorDrawing.Rectangle) -> Bool {
    other.x >= x && other.y >= y && other.x + other.width <= x + width
      && other.y + other.height <= y + height
  }

  fileprivate func holds(_ point: VectorDrawing.Point) -> Bool {
    point.x > x && point.x < x + width && point.y > y && point.y < y + height
  }

  /// With so much more on all sides.
  func grown(_ margin: Double) -> VectorDrawing.Rectangle {
    VectorDrawing.Rectangle(
      x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
  }

  func overlaps(_ other: VectorDrawing.Rectangle) -> Bool {
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
