// The depth panel: its plot, its legend and its table.

import ERFEngine

extension Frame {
  mutating func drawDepth(_ model: Model, in area: Area) {
    let drawing = DepthDrawing(model: model, width: area.columns)
    let (table, hasSubjects, plot) = drawing.parts(in: area)
    write(drawing.title, row: area.row, column: area.column, width: area.columns)
    if hasSubjects { write(drawing.subjects, in: area.below(1)) }
    var row = plot.row
    if plot.rows > 0 {
      drawDepthPlot(drawing, in: plot)
      row += plot.rows
      if !hasSubjects {
        write(drawing.otherNames, row: row, column: area.column, width: area.columns)
      }
      row += 1
    }
    for line in table where row < area.row + area.rows {
      write(line, row: row, column: area.column, width: area.columns)
      row += 1
    }
  }

  private mutating func drawDepthPlot(_ drawing: DepthDrawing, in area: Area) {
    let glyphs = drawing.model.display.glyphs
    let canvas = DepthDrawing.canvas(in: area)
    guard canvas.rows >= 3, canvas.columns >= 8, let range = drawing.range else {
      write(drawing.waiting, .quiet, row: area.row, column: area.column, width: area.columns)
      return
    }
    for row in 0..<canvas.rows {
      self[canvas.row + row, canvas.column - 1] = Cell(glyphs.upright, foreground: .role(.line))
    }
    var curves = CurveCanvas(area: canvas, display: drawing.model.display)
    for tick in drawing.ticks(range) {
      let row = canvas.row + curves.row(of: drawing.share(tick, range))
      writeRight([Span(Self.short(tick), .quiet)], row: row, end: canvas.column - 1, width: 5)
      for column in canvas.column..<canvas.column + canvas.columns {
        self[row, column] = Cell(glyphs.dot, foreground: .role(.line))
      }
    }
    let points = drawing.points(range, columns: canvas.columns)
    for (place, points) in points.enumerated() {
      for (from, to) in zip(points, points.dropFirst()) {
        curves.join(from, to, Role.network(place))
      }
    }
    curves.draw(on: &self)
    for (place, points) in points.enumerated() {
      for point in points {
        let row = canvas.row + curves.row(of: point.share)
        let column = canvas.column + point.column
        let isShared = place > 0 && drawing.marks.contains(self[row, column].scalar)
        self[row, column] = Cell(
          isShared ? "*" : drawing.marks[place],
          foreground: .role(isShared ? .text : Role.network(place)), attributes: .bold)
      }
    }
    drawDepthLabels(drawing, canvas)
  }

  /// Stages under the plot, and a mark under the selected layer.
  private mutating func drawDepthLabels(_ drawing: DepthDrawing, _ canvas: Area) {
    let row = canvas.row + canvas.rows
    let layers = drawing.layers
    let chosen = chosenLabel(drawing, canvas)
    for (index, layer) in layers.enumerated() where layer.isOutput {
      let end = canvas.column + drawing.column(index, of: layers, canvas.columns) + 1
      let start = end - layer.label.columns
      // A blank between two labels, or they would be read as one.
      let isApart = chosen.map { end < $0.column || start > $0.column + $0.text.columns } ?? true
      if isApart { write(layer.label, .quiet, row: row, column: start, width: 6) }
    }
    if let chosen {
      write(chosen.text, .accent, .bold, row: row, column: chosen.column, width: 8)
    }
  }

  /// The selected layer and where its label begins.
  private func chosenLabel(
    _ drawing: DepthDrawing, _ canvas: Area
  ) -> (text: String, column: Int)? {
    guard drawing.model.focus == .depth, let selected = drawing.selected else { return nil }
    let own = drawing.model.depthLayers(drawing.model.depthSide)
    let label = own[selected].label
    let column = canvas.column + drawing.column(selected, of: own, canvas.columns)
    let last = canvas.column + canvas.columns - label.columns
    return (label, Swift.max(canvas.column, Swift.min(last, column)))
  }

  private static func short(_ value: Double) -> String {
    // One digit that counts: .05, .5, 5, 50.
    let digits = value >= 0.95 ? 0 : value >= 0.095 ? 1 : value >= 0.0095 ? 2 : 3
    let text = Format.fixed(value, digits)
    return text.hasPrefix("0.") ? String(text.dropFirst()) : text
  }
}

extension Model {
  /// The layer of ``depthSide`` whose place in the depth plot is nearest to the mouse; nil where that is not
  /// over the plot.
  func depthLayer(under pointer: Pointer, in area: Area) -> Int? {
    let drawing = DepthDrawing(model: self, width: area.columns)
    let plot = drawing.parts(in: area).plot
    guard plot.contains(pointer), drawing.range != nil else { return nil }
    let canvas = DepthDrawing.canvas(in: plot)
    let layers = depthLayers(depthSide)
    func distance(_ index: Int) -> Int {
      abs(canvas.column + drawing.column(index, of: layers, canvas.columns) - pointer.column)
    }
    return layers.indices.min { distance($0) < distance($1) }
  }
}

/// What is drawn of the layers.
private struct DepthDrawing {
  @SharedModel var model: Model
  let width: Int

  let networks: [ComparedNetwork]
  /// Those of all networks, for the axis and for the table.
  let layers: [DepthLayer]

  /// What of a plot curves are drawn on: beside the axis, above the labels.
  static func canvas(in plot: Area) -> Area {
    let axis = 6
    return Area(
      row: plot.row, column: plot.column + axis, rows: plot.rows - 1, columns: plot.columns - axis)
  }

  /// The table, whether there is room for what the networks are, and the plot: no rows where it has no
  /// room.
  func parts(in area: Area) -> (table: [[Span]], hasSubjects: Bool, plot: Area) {
    var table = self.table(of: networks.count)
    let hasSubjects = area.isRoomy && area.rows >= table.count + 12 + subjects.count
    let head = hasSubjects ? subjects.count + 2 : 1
    let room = area.rows - 1 - head
    // The plot has all of them, so that the table can do with A and B.
    let short = self.table(of: 2)
    if room - table.count < 5, room - short.count >= 5 { table = short }
    let rows = room - table.count
    let plot = Area(
      row: area.row + head, column: area.column, rows: rows >= 5 ? rows : 0, columns: area.columns)
    return (table, hasSubjects, plot)
  }

  init(model: Model, width: Int) {
    _model = SharedModel(wrappedValue: model)
    self.width = width
    let networks = model.compared
    self.networks = networks
    layers = DepthLayer.union(networks.map { model.depthLayers($0) })
  }

  private var glyphs: Glyphs { model.display.glyphs }
  private var measure: DepthMeasure { model.session.screen.depthMeasure }

  /// What stands for each network: a dot, a ring, then letters.
  var marks: [Unicode.Scalar] {
    networks.enumerated().map { index, network in
      index == 0
        ? glyphs.mark : index == 1 ? glyphs.ring : network.letter.unicodeScalars.first ?? "+"
    }
  }

  var selected: Int? {
    let count = model.depthLayers(model.depthSide).count
    return count > 0 ? min(count - 1, model.depth.selection ?? count - 1) : nil
  }

  func values(_ network: ComparedNetwork) -> [Double?] {
    model.depthPoints(network).map { $0.flatMap { measure.value($0) } }
  }

  /// Where in the plot the layers of each network stand, those that are computed.
  func points(
    _ range: ClosedRange<Double>, columns: Int
  ) -> [[(share: Double, column: Int)]] {
    networks.map { network in
      let layers = model.depthLayers(network)
      return values(network).enumerated().compactMap { index, value in
        value.map { (share($0, range), column(index, of: layers, columns)) }
      }
    }
  }

  /// Powers of ten around all values; nil before there is one.
  var range: ClosedRange<Double>? {
    let values = networks.flatMap { self.values($0).compactMap { $0 } }
    guard let low = values.min(), let high = values.max() else { return nil }
    return low * 0.8...max(low, high) * 1.25
  }

  /// 1, 2 and 5 times powers of ten.
  func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let all = [0.001, 0.01, 0.1, 1, 10, 100, 1000].flatMap { [$0, 2 * $0, 5 * $0] }
    let within = all.filter { range.contains($0) }
    return within.count > 5 ? within.filter { "\($0)".contains("1") } : within
  }

  /// The height of a value in the plot, from 0 at the bottom to 1.
  func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    (Self.log(value) - Self.log(range.lowerBound))
      / max(1e-9, Self.log(range.upperBound) - Self.log(range.lowerBound))
  }

  private static func log(_ value: Double) -> Double { HeatColours.log(max(1e-12, value)) }

  /// Stages of all networks stand in one column each.
  func column(_ index: Int, of layers: [DepthLayer], _ columns: Int) -> Int {
    let stages = Double(self.layers.map(\.stage).max() ?? 1)
    let place = Model.depthPlaces(layers)[index]
    let first = 1 / Double(max(1, self.layers.count { $0.stage == 1 }))
    return Int((max(0, place - first) / max(1e-9, stages - first) * Double(columns - 1)).rounded())
  }

  private var names: [String] {
    let networks = networks.map(\.network)
    return model.session.gallery.isEmpty
      ? model.names(of: networks) : model.galleryNames(of: networks)
  }

  private var hasNames: Bool {
    ([Span(model.depthTitle)] + partial + legend(true)).width <= width
  }

  /// What the letters stand for, at least those after B, where the title does not say it.
  var otherNames: [Span] {
    guard networks.contains(where: { $0.side == nil }), !hasNames else { return [] }
    let named = zip(networks, names).enumerated().map { place, named in
      [
        Span(named.0.letter + " ", Role.network(place)), Span(named.1 + "  ", .quiet),
      ]
    }
    let all = Array(named.joined())
    return all.width <= width + 2
      ? all : zip(networks, named).filter { $0.0.side == nil }.flatMap { $0.1 }
  }

  private var partial: [Span] { model.depthIsPartial.map { [Span("  " + $0, .warning)] } ?? [] }

  private func legend(_ hasNames: Bool) -> [Span] {
    let names = names
    return networks.enumerated().flatMap { index, network in
      let mark = index < 2 ? [Span(String(marks[index]) + " ", Role.network(index))] : []
      let name = names[index]
      return [Span("  ")] + mark
        + [
          Span(
            network.letter + (hasNames ? " " + name : ""),
            index < 2 ? .quiet : Role.network(index))
        ]
    }
  }

  var title: [Span] {
    let title = Span(model.depthTitle, .text, .bold)
    let shared =
      networks.count < 2 ? [] : [Span(networks.count > 2 ? "  * several" : "  * both", .quiet)]
    if hasNames {
      let whole = [title] + partial + legend(true)
      return (whole + shared).width <= width ? whole + shared : whole
    }
    let legend = legend(false)
    let long = [title] + partial + legend
    // The maps may be of another unit.
    let brief = model.session.target.units.isEmpty ? "half of field" : "centre's half"
    let short = [
      Span(measure == .area ? brief + ", % (log)" : model.depthTitle, .text, .bold)
    ]
    let middle = [Span(measure.briefTitle(of: model.depthSubject), .text, .bold)]
    let least = [Span(measure == .area ? brief + ", %" : measure.rawValue + ", px", .text, .bold)]
    let candidates = [
      long + shared, middle + partial + legend + shared, long, short + partial + legend + shared,
      least + partial + legend + shared, short + partial + legend, short + partial,
    ]
    if let whole = candidates.first(where: { $0.width <= width }) { return whole }
    // That some pictures are to come goes before what is whose.
    return least + partial.map { Span($0.text.replacing(" pictures", with: ""), $0.role) }
  }

  /// What each network's numbers hold for, where there is room: weights, input, pictures.
  var subjects: [[Span]] {
    networks.enumerated().map { index, network in
      let name = network.letter + " " + model.designs.name(network.network)
      guard network.network.savedMap == nil else {
        return [Span(name, Role.network(index), .bold), Span("  " + savedMap(network), .quiet)]
      }
      let request = model.request(network)
      let measured = model.depthMeasuredOn.first { $0.letter == network.letter }
      let facts: [String?] = [
        model.weightsText(network, isNamed: true), "\(request.size) px", measured?.pictures,
        "rule " + request.rule.rawValue,
      ]
      return [
        Span(name, Role.network(index), .bold),
        Span("  " + facts.compactMap(\.self).joined(separator: glyphs.separator), .quiet),
      ]
    }
  }

  /// What there is to say of a map out of a file.
  private func savedMap(_ network: ComparedNetwork) -> String {
    let facts = [
      network.subject?.savedMapText ?? "saved map", network.subject?.fileHashText,
      network.map.map { "\($0.inputSize) px" }, "has no layers",
    ]
    return facts.compactMap(\.self).joined(separator: glyphs.separator)
  }

  private var hasOnlyMaps: Bool { networks.allSatisfy { $0.network.savedMap != nil } }

  var waiting: String {
    for network in networks {
      let key = DepthState.Key(model.request(network))
      if let failure = model.depth[key]?.failure { return failure }
    }
    if model.depth.series.contains(where: \.isCancelled) { return "cancelled; r measures again" }
    if hasOnlyMaps { return "a saved map has no layers" }
    return model.depth.isBusy ? "measuring all layers ..." : model.depthEnds.first ?? ""
  }

  /// Why curves end early, as far as a line has room; nothing where there is no curve at all.
  private var ends: [[Span]] {
    guard range != nil else { return [] }
    return model.depthEnds.map { [Span($0.cut(columns: width, glyphs.ellipsis), .warning)] }
  }

  /// By stage and block where there is room, else by stage; with how many layers are measured.
  func table(of count: Int) -> [[Span]] {
    guard !hasOnlyMaps else { return [] }
    let isWhole = (width - 3) / max(1, layers.count) >= 6
    let columns = isWhole ? layers : layers.filter(\.isOutput)
    let cell = max(6, min(10, (width - 3) / max(1, columns.count)))
    let header =
      [Span("".rightPadded(3))]
      + columns.map {
        Span($0.label.leftPadded(cell), .quiet, isWhole && $0.isOutput ? .bold : [])
      }
    let wanted = DepthLayer.keys(columns)
    let rows = networks.prefix(count).enumerated().map { index, network -> [Span] in
      let keys = DepthLayer.keys(model.depthLayers(network))
      let points = model.depthPoints(network)
      let done = points.count { $0 != nil }
      let more =
        done < points.count && done > 0 ? [Span("  \(done) of \(points.count)", .quiet)] : []
      return [Span(network.letter.rightPadded(3), Role.network(index), .bold)]
        + zip(columns, wanted).map { column, key in
          let place = keys.firstIndex(of: key)
          let value = place.flatMap { points[$0] }.flatMap { measure.value($0) }
          return Span(
            (value.map(Self.text) ?? glyphs.dash).leftPadded(cell), value == nil ? .quiet : .text,
            isWhole && column.isOutput ? .bold : [])
        } + more
    }
    return [header] + rows + ends + selection
  }

  /// One digit after the point, or as many as it takes to be more than 0.
  private static func text(_ value: Double) -> String {
    Format.fixed(value, value >= 0.095 ? 1 : value >= 0.0095 ? 2 : 3)
  }

  /// What is known of the selected layer.
  private var selection: [[Span]] {
    guard model.focus == .depth, let selected else { return [] }
    let layer = model.depthLayers(model.depthSide)[selected]
    let head = [Span(layer.label, .accent, .bold), Span("  " + layer.name.sanitised, .quiet)]
    let theory = [Span("  theory", .quiet)] + model.theorySpans(layer.target)
    return [(head + theory).width <= width ? head + theory : [head[0]] + theory]
  }
}
