// The curves of a figure: the share of the field within a distance, and how the field grows with depth.

import ERFEngine

/// A diagram with its axes.
private struct FigurePlot {
  let box: VectorDrawing.Rectangle
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>
  /// Whether heights are logarithms.
  var isLogarithmic = false

  func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
      max(
        0,
        min(1, (value - range.lowerBound) / max(1e-12, range.upperBound - range.lowerBound)))
    }
    func level(_ value: Double) -> Double {
      isLogarithmic ? HeatColours.log(max(1e-12, value)) : value
    }
    let height = share(level(y), level(self.y.lowerBound)...level(self.y.upperBound))
    return (box.x + share(x, self.x) * box.width, box.y + (1 - height) * box.height)
  }
}

extension Figure {
  private static let plotHeight = 130.0

  func drawCurves(on page: inout FigurePage) {
    let hasDepth = isDepthComplete
    let room = Figure.width - 2 * Figure.margin
    let width = hasDepth ? room / 2 - 8 : room
    let top = page.top + 12
    drawMass(
      VectorDrawing.Rectangle(
        x: Figure.margin + 30, y: top, width: width - 34, height: Self.plotHeight), on: &page)
    if hasDepth {
      drawDepth(
        VectorDrawing.Rectangle(
          x: Figure.margin + room / 2 + 8 + 30, y: top, width: width - 34,
          height: Self.plotHeight), on: &page)
    }
    page.skip(12 + Self.plotHeight + 24)
  }

  // MARK: Mass by distance

  private func drawMass(_ box: VectorDrawing.Rectangle, on page: inout FigurePage) {
    let reach = networks.compactMap { $0.metrics?.distance(holding: 0.995) }.max() ?? 8
    let plot = FigurePlot(box: box, x: 0...Double(max(8, reach)), y: 0...1)
    page.text("share of the field within a distance", x: box.x, y: box.y - 4, isBold: true)
    for step in 0...4 {
      let share = Double(step) / 4
      let y = plot.place(0, share).y
      page.line(
        [(box.x, y), (box.x + box.width, y)], width: 0.3, dash: step == 2 ? 2 : 0,
        ink: FigureInk.line)
      page.text(
        Format.percent(share, digits: 0), x: box.x - 3, y: y + 2.2, size: 6, anchor: .end)
    }
    for tick in Self.steps(to: plot.x.upperBound) {
      let x = plot.place(tick, 0).x
      page.line([(x, box.y + box.height), (x, box.y + box.height + 2)])
      page.text(
        Format.fixed(tick, 0), x: x, y: box.y + box.height + 8.5, size: 6, anchor: .middle)
    }
    page.text(
      "distance from the unit\(assumedMiddle), px", x: box.x + box.width / 2,
      y: box.y + box.height + 17, size: 6.5, anchor: .middle)
    let curves = networks.map { network -> [(x: Double, y: Double)] in
      guard let mass = network.metrics?.radialMass, !mass.isEmpty else { return [] }
      return (0...Int(plot.x.upperBound)).map { distance in
        plot.place(Double(distance), distance < mass.count ? mass[distance] : 1)
      }
    }
    drawLines(curves, width: 1.1, on: &page)
    for (index, network) in networks.enumerated() {
      guard let mass = network.metrics?.radialMass, let half = Self.crossing(mass, 0.5)
      else { continue }
      drawMark(plot.place(half.x, half.y), index, on: &page)
    }
    page.frame(box)
    drawLegend(box, on: &page)
  }

  /// One curve a network, empty where it has none. One that lies on an earlier one is dashed, so that both are seen.
  private func drawLines(
    _ curves: [[(x: Double, y: Double)]], width: Double, on page: inout FigurePage
  ) {
    for (index, points) in curves.enumerated() where points.count > 1 {
      let isAbove = curves[..<index].contains { earlier in
        earlier.count == points.count
          && zip(earlier, points).allSatisfy { abs($0.x - $1.x) + abs($0.y - $1.y) < width }
      }
      page.line(points, width: width, dash: isAbove ? 4 : 0, ink: FigureInk.curve(index))
    }
  }

  /// Where a curve that is drawn between whole distances comes to a height; at its beginning where it
  /// lies above it from the first; nil where it never does.
  static func crossing(_ mass: [Double], _ height: Double) -> (x: Double, y: Double)? {
    guard let end = mass.firstIndex(where: { $0 >= height }) else { return nil }
    guard end > 0 else { return (0, mass[0]) }
    let (below, above) = (mass[end - 1], mass[end])
    return (Double(end - 1) + (height - below) / (above - below), height)
  }

  /// The networks with the distance that holds half of each field, in the corner that curves leave free.
  private func drawLegend(_ box: VectorDrawing.Rectangle, on page: inout FigurePage) {
    let step = 9.0
    let first = box.y + box.height - step * Double(networks.count) + 3
    let texts = networks.map { network in
      let metrics = network.metrics.flatMap { $0.hasMass ? $0 : nil }
      let half = metrics?.distance(holding: 0.5).map { "half within \($0) px" } ?? ""
      return networks.count > 1 ? "\(network.letter)  \(half)" : half
    }
    let width = texts.map { VectorDrawing.width(of: $0, size: 6.5) }.max() ?? 0
    let x = box.x + box.width - width - 20
    for (index, text) in texts.enumerated() {
      let y = first + step * Double(index)
      page.line([(x, y - 2.2), (x + 12, y - 2.2)], width: 1.1, ink: FigureInk.curve(index))
      page.text(text, x: x + 15, y: y, size: 6.5)
    }
  }

  /// A dot; later networks have larger rings, so that dots in one place are all seen.
  private func drawMark(
    _ place: (x: Double, y: Double), _ index: Int, on page: inout FigurePage
  ) {
    let ink = FigureInk.curve(index)
    let radius = index == 0 ? 1.6 : 2
    let points = (0..<16).map { step in
      let (sine, cosine) = Self.circle[step]
      return (x: place.x + radius * cosine, y: place.y + radius * sine)
    }
    let area = points.map { VectorDrawing.Point($0.x, $0.y) }
    page.add(.area(area, index == 0 ? ink : VectorDrawing.Ink(255, 255, 255)))
    page.line(points, width: 0.9, isClosed: true, ink: ink)
  }

  /// Sixteen places around a circle, sines and cosines.
  private static let circle: [(Double, Double)] = {
    let quarter = [0, 0.382683, 0.707107, 0.923880, 1]
    func sine(_ step: Int) -> Double {
      let step = step % 16
      let size = quarter[step % 8 <= 4 ? step % 8 : 8 - step % 8]
      return step < 8 ? size : -size
    }
    return (0..<16).map { (sine($0), sine($0 + 4)) }
  }()

  /// Round numbers up to an end, four to eight of them.
  static func steps(to end: Double) -> [Double] {
    let candidates = [1.0, 2, 5].flatMap { digit in
      [1.0, 10, 100, 1000].map { digit * $0 }
    }.sorted()
    let step = candidates.first { end / $0 <= 7 } ?? 5000
    return (0...Int(end / step)).map { Double($0) * step }
  }

  // MARK: Depth

  /// Whether there is depth to plot that was asked for with what the maps show: of all networks, over as
  /// many pictures as were counted.
  var isDepthComplete: Bool {
    networks.contains { !depth($0).isEmpty } && networks.allSatisfy { isDepthComplete($0) }
  }

  /// Over how many pictures layers were measured, where those are not the pictures of the maps; what a
  /// network that does not finish on one of them leaves out.
  var depthImages: String? {
    let counts = networks.flatMap { network in
      model.depthPoints(network).compactMap { $0?.images }
    }
    let maps = Set(networks.filter { !model.depthLayers($0).isEmpty }.map(\.images))
    guard let least = counts.min(), let most = counts.max(), Set(counts) != maps else { return nil }
    return least == most ? "n = \(least)" : "n = \(least) to \(most)"
  }

  private func isDepthComplete(_ network: ComparedNetwork) -> Bool {
    // A saved map has no layers.
    guard !model.depthLayers(network).isEmpty else { return true }
    let key = DepthState.Key(model.request(network))
    guard let series = model.depth[key], series.job == nil,
      series.isComplete || series.isSettled || series.isCancelled || series.failure != nil,
      !series.shown.isEmpty
    else { return false }
    // The map on screen may be older than what was asked for last.
    let shown = network.side.flatMap { model.sides[$0].measured?.request }
    return shown.map { DepthState.Key($0) == key } != false
  }

  /// Whether depth was measured, but not enough of it to be plotted.
  var lacksDepth: Bool {
    !isDepthComplete && networks.contains { model.depth[.init(model.request($0))] != nil }
  }

  /// The measured layers of a network: at whole numbers what stages give out, blocks between.
  func depth(_ network: ComparedNetwork) -> [(x: Double, value: Double, layer: DepthLayer)] {
    let layers = model.depthLayers(network)
    let points = model.depthPoints(network)
    let places = Model.depthPlaces(layers)
    let measure = model.session.screen.depthMeasure
    return zip(zip(layers, places), points).compactMap { layer, point in
      guard let value = point.flatMap({ measure.value($0) }) else { return nil }
      return (layer.1, value, layer.0)
    }
  }

  private func drawDepth(_ box: VectorDrawing.Rectangle, on page: inout FigurePage) {
    let series = networks.map { depth($0) }
    let values = series.flatMap { $0.map(\.value) }
    let stages = series.flatMap { $0.map(\.layer.stage) }.max() ?? 1
    guard let low = values.min(), let high = values.max() else { return }
    let plot = FigurePlot(
      box: box, x: 0...Double(stages) + 0.1, y: low * 0.8...high * 1.25, isLogarithmic: true)
    let images = depthImages.map { " (\($0))" } ?? ""
    let brief = model.session.screen.depthMeasure.briefTitle(of: model.depthSubject)
    let title = title(
      [model.depthTitle, brief].map { $0 + images },
      [7, 6.5, 6],
      Figure.width - Figure.margin - box.x)
    page.text(title.text, x: box.x, y: box.y - 4, size: title.size, isBold: true)
    for tick in Self.logarithmicTicks(plot.y) {
      let y = plot.place(0, tick).y
      page.line([(box.x, y), (box.x + box.width, y)], width: 0.3, ink: FigureInk.line)
      page.text(Self.short(tick), x: box.x - 3, y: y + 2.2, size: 6, anchor: .end)
    }
    for stage in 1...stages {
      let x = plot.place(Double(stage), plot.y.lowerBound).x
      page.line([(x, box.y + box.height), (x, box.y + box.height + 2)])
      page.text("stage \(stage)", x: x, y: box.y + box.height + 8.5, size: 6, anchor: .middle)
    }
    page.text(
      "depth: blocks, then each stage's output", x: box.x + box.width / 2,
      y: box.y + box.height + 17, size: 6.5, anchor: .middle)
    drawLines(series.map { $0.map { plot.place($0.x, $0.value) } }, width: 0.9, on: &page)
    for (index, points) in series.enumerated() {
      for point in points { drawMark(plot.place(point.x, point.value), index, on: &page) }
    }
    page.frame(box)
  }

  /// 1, 2 and 5 times powers of ten, or the powers alone where those are many.
  private static func logarithmicTicks(_ range: ClosedRange<Double>) -> [Double] {
    let powers = [0.001, 0.01, 0.1, 1, 10, 100, 1000]
    let all = powers.flatMap { [$0, 2 * $0, 5 * $0] }.filter { range.contains($0) }
    return all.count > 8 ? powers.filter { range.contains($0) } : all
  }

  private static func short(_ value: Double) -> String {
    Format.fixed(value, value >= 0.95 ? 0 : value >= 0.095 ? 1 : value >= 0.0095 ? 2 : 3)
  }
}
