// The maps of a figure, each pixel of the input a pixel, with axes and the colour bar.

import ERFEngine

/// Where maps stand on the page.
struct FigureGrid {
  let columns: Int
  /// Of one map with its axes and headings.
  let cell: (width: Double, height: Double)
  /// Of one map alone.
  let map: (width: Double, height: Double)

  /// Above a map.
  let heading: Double

  static let axis = 25.0
  static let line = 9.0
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
    let heading = FigureGrid.line * (titlesAreSplit(columns) ? 3 : 2) + 4
    return FigureGrid(
      columns: columns, cell: (room / Double(columns), height + heading + FigureGrid.below),
      map: (width, height), heading: heading)
  }

  private static let titleSizes = [8, 7, 6.5]

  private func titleRoom(_ columns: Int) -> Double {
    (Figure.width - 2 * Figure.margin - FigureGrid.bar) / Double(columns) - FigureGrid.axis - 4
  }

  /// Whether any title needs a line of its own for what was edited.
  private func titlesAreSplit(_ columns: Int) -> Bool {
    let room = titleRoom(columns)
    return networks.contains { network in
      !nameLines(network).1.isEmpty
        && VectorDrawing.width(
          of: name(network), size: Self.titleSizes[Self.titleSizes.count - 1], isBold: true) > room
    }
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
        y: page.top + grid.heading, width: 8, height: grid.map.height), on: &page)
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
      x: x + FigureGrid.axis, y: y + grid.heading, width: Double(field.width) * scale,
      height: Double(field.height) * scale)
    let room = titleRoom(grid.columns) + 4
    if networks.count > 1 {
      page.text(
        network.letter, x: box.x - 12, y: y + 9, size: 9, isBold: true,
        ink: FigureInk.curve(index))
    }
    let lines = titlesAreSplit(grid.columns) ? nameLines(network) : (name(network), "")
    for (row, line) in [lines.0, lines.1].enumerated() where !line.isEmpty {
      let title = title([line], Self.titleSizes, room - 4)
      page.text(
        title.text, x: box.x, y: y + FigureGrid.line * Double(row + 1), size: title.size,
        isBold: true)
    }
    page.text(
      heading(network, room - 4), x: box.x, y: y + grid.heading - 4, size: 6.5,
      ink: isRandom(network) ? FigureInk.warning : FigureInk.quiet)
    page.add(.picture(picture(network, field), box))
    drawOutlines(network, field, in: box, scale, on: &page)
    if network.metrics?.hasMass == false {
      page.text(
        "M is 0 everywhere", x: box.x + box.width / 2, y: box.y + box.height / 2, size: 7,
        anchor: .middle, ink: VectorDrawing.Ink(255, 255, 255))
    }
    page.frame(box)
    drawAxes(field, box, scale, isFirst: index % grid.columns == 0, on: &page)
  }

  /// The first of some wordings that fits, if need be in smaller letters, and in the end the last with its
  /// middle left out.
  func title(_ texts: [String], _ sizes: [Double], _ room: Double) -> (text: String, size: Double) {
    for text in texts {
      for size in sizes
      where VectorDrawing.width(of: text, size: size, isBold: true) <= room { return (text, size) }
    }
    let (last, size) = (texts.last ?? "", sizes.last ?? 6)
    return (VectorDrawing.cutInside(last, size: size, width: room, isBold: true), size)
  }

  private static let headingSize = 6.5

  /// In the same words above all maps where they fit; else the name of weights loses its middle, and not
  /// the number behind it.
  private func heading(_ network: ComparedNetwork, _ room: Double) -> String {
    func width(_ text: String) -> Double {
      VectorDrawing.width(of: text, size: Self.headingSize)
    }
    let all = networks.map { headings($0, weights($0)) }
    let own = headings(network, weights(network))
    let least = own.count - 1
    let level = own.indices.first { level in all.allSatisfy { width($0[level]) <= room } }
    let text = own[level ?? least]
    guard width(text) > room else { return text }
    let rest = width(headings(network, "")[least] + ", ")
    let name = VectorDrawing.cutInside(
      weights(network), size: Self.headingSize, width: room - rest)
    return headings(network, name)[least]
  }

  /// Weights first: they are never left out.
  private func headings(_ network: ComparedNetwork, _ weights: String) -> [String] {
    // A saved map has none.
    let layer =
      network.network.savedMap == nil ? network.subject?.tap.sanitised ?? "" : ""
    let half = network.metrics?.ratio(at: Model.half).map {
      "half in " + Format.area($0) + " of the input"
    }
    let brief = half?.replacing(" of the input", with: "")
    return [
      [weights, layer, unit(network), half], [weights, layer, unit(network), brief],
      [weights, unit(network), brief],
    ].map { $0.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", ") }
  }

  /// That a map is not of the central unit alone.
  private func unit(_ network: ComparedNetwork) -> String? {
    guard let subject = network.subject, !subject.isCentral else { return nil }
    return subject.units.count > 1 ? "\(subject.units.count) units" : "off-centre unit"
  }

  // MARK: Colours

  private var colourMap: ColourMap {
    networks.contains { $0.field?.isSigned == true }
      ? .tide : ColourMap.named(model.ramp.name) ?? .ember
  }

  /// The M of the highest colour: the map's largest value, or the largest of all where one scale holds.
  private func top(_ network: ComparedNetwork) -> Double {
    let peaks = (sharesScale ? networks : [network]).compactMap { peak($0) }
    return peaks.max() ?? 0
  }

  private func peak(_ network: ComparedNetwork) -> Double? {
    network.field.map { $0.tops[.linear] ?? 0 }
  }

  private func picture(_ network: ComparedNetwork, _ field: HeatField) -> Image {
    let curve = model.session.screen.curve
    let map = colourMap
    var pixels: [UInt8] = []
    pixels.reserveCapacity(field.height * field.width * 3)
    for share in field.shares(curve, top: curve(top(network))) {
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
    let isSigned = colourMap.isDiverging
    let of =
      sharesScale
      ? "the largest of all" : isSigned ? "its own largest |M|" : "its own maximum"
    switch model.session.screen.curve {
    case .log: return "log(M + 1), share of \(of)"
    case .decades: return "M, share of \(of)"
    case .linear: return "M, share of \(of)"
    case .power: return "M to the power 1/4, share of \(of)"
    }
  }

  /// Where on the bar, from its lower end, a share of the maximum lies.
  private var barTicks: [(share: Double, text: String)] {
    let isSigned = colourMap.isDiverging
    guard model.session.screen.curve == .decades else {
      return isSigned
        ? [(0, "-1"), (0.25, "-0.5"), (0.5, "0"), (0.75, "0.5"), (1, "1")]
        : [(0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1, "1")]
    }
    let decades = Int(HeatColours.decades)
    let rising = (0...decades).map { step -> (share: Double, text: String) in
      let down = decades - step
      let text = down == 0 ? "1" : "0." + String(repeating: "0", count: down - 1) + "1"
      return (Double(step) / Double(decades), text)
    }
    guard isSigned else { return rising }
    // Both signs run to the middle, which is zero and all that is smaller than the last decade.
    let signed = rising.dropFirst()
    return signed.reversed().map { ((1 - $0.share) / 2, "-" + $0.text) } + [(0.5, "0")]
      + signed.map { ((1 + $0.share) / 2, $0.text) }
  }

  // MARK: Axes

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
}
