// The metrics panel: the paper's Table 10 for A and B beside what the paper published, and other
// numbers of the maps.

import ERFEngine

extension PanelName {
  public static let metrics = PanelName("metrics")
}

enum MetricsPanel: Panel {
  static let name = PanelName.metrics
  static let summary = "area ratios and other numbers"
  static let place = PanelPlace.results
  static let likedRows = 16

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawMetrics(model, in: area)
  }

  static func subject(_ model: Model) -> [[Span]] { model.mapsSubject(hasOthers: true) }
}

extension Frame {
  fileprivate mutating func drawMetrics(_ model: Model, in area: Area) {
    // With the screen to itself there is room for more than numbers.
    if area.isRoomy {
      let width = area.columns >= 100 ? 46 : 36
      let gap = area.columns >= 100 ? 4 : 3
      var area = area
      // The curve of the whole field takes what the numbers leave.
      let numbers = 24
      if area.rows >= numbers + 10 {
        drawProfiles(
          model,
          in: Area(
            row: area.row + numbers, column: area.column, rows: area.rows - numbers,
            columns: area.columns))
        area.rows = numbers - 1
      }
      let left = Area(row: area.row, column: area.column, rows: area.rows, columns: width)
      let used = MetricsLines(model: model, width: width).lines.count
      let wide = min(110, area.columns - width - gap)
      // So has a very wide one for the maps that the numbers are of.
      let rest = area.columns - width - wide - 2 * gap
      if rest >= 30 {
        drawUnitFields(
          model,
          in: Area(
            row: area.row, column: area.column + area.columns - rest, rows: area.rows,
            columns: rest))
      }
      drawWideMetrics(
        model,
        in: Area(
          row: area.row, column: area.column + width + gap, rows: area.rows, columns: wide),
        below: area.below(min(area.rows, used + 1)))
      return drawMetrics(model, in: left)
    }
    write(MetricsLines(model: model, width: area.columns).lines, in: area)
  }
}

private struct MetricsLines {
  @SharedModel var model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }
  private var isNarrow: Bool { width < 40 }
  private var labelWidth: Int { isNarrow ? 9 : width >= 46 ? 14 : 11 }
  private var cell: Int { max(6, min(9, (width - labelWidth) / 4)) }
  private var factWidth: Int { max(8, min(12, (width - 12) / 2)) }

  var lines: [[Span]] {
    let title = titles.first { $0.columns <= width } ?? titles[titles.count - 1]
    var lines = [[Span(title, .quiet)], header]
    let compared = model.compared
    for network in compared {
      lines.append(row(network.letter, network.metrics.flatMap { $0.hasMass ? $0.ratios : nil }))
    }
    lines += coarse
    let rows = lines.count
    for side in model.sides.indices where isPublishedTarget(side) {
      guard let row = model.design(side).flatMap({ PublishedRatios.rows[$0.id] }) else { continue }
      let role: Role = isComparable(side) ? .text : .line
      let label = (isNarrow ? "paper " : "published ") + Model.letter(side)
      var spans = [Span(label.rightPadded(labelWidth), .quiet)]
      spans += row.map { Span((Format.fixed($0, 1) + "%").leftPadded(cell), role) }
      lines.append(spans)
    }
    if lines.count > rows {
      lines += wrap(
        isNarrow
          ? "paper: published, trained, 1024 px"
          : "published: trained, 50 images, 1024 px", width: width
      ).map { [Span($0, .quiet)] }
    }
    let others = compared.filter { $0.side == nil }
    if !others.isEmpty {
      lines += wrap(texts(others).joined(separator: ", "), width: width).map { [Span($0, .quiet)] }
    }
    lines.append([])
    lines.append([Span("".rightPadded(12), .quiet)] + names)
    lines += facts
    lines += preparations
    return lines
  }

  /// Networks of the gallery by their letters, with random weights that no heading speaks of.
  private func texts(_ others: [ComparedNetwork]) -> [String] {
    let names = Dictionary(
      zip(model.session.gallery, model.galleryNames), uniquingKeysWith: { first, _ in first })
    return others.map { other in
      let network = other.network
      let name = names[network] ?? network.shownModel
      let isSaid = model.session.networks.contains { $0.weights == network.weights }
      var random: String?
      if network.isRandom, !isSaid { random = network.weights.description }
      if network.seedOfNewKernels != nil { random = "part random" }
      let more = random.flatMap { name.contains($0) ? nil : ", " + $0 } ?? ""
      return "\(other.letter) \(name)\(more)"
    }
  }

  /// Whose numbers are those of grey levels of 8 bits.
  private var coarse: [[Span]] {
    let letters = model.compared.filter { $0.map?.isCoarse ?? false }.map(\.letter)
    guard !letters.isEmpty else { return [] }
    let whose = model.compared.count > 1 ? letters.joined(separator: " ") + ", " : ""
    return wrap(whose + ShownMap.coarse, width: width).map { [Span($0, .warning)] }
  }

  private var isCentred: Bool {
    model.sides.allSatisfy { $0.measured?.metrics.isCentred ?? true }
  }

  /// What the areas are of, the fullest wording first.
  private var titles: [String] {
    guard let assumed = model.assumedMiddle else { return [title] }
    return [title, "square with t", "square"].map { "\($0), \(assumed)" }
  }

  private var title: String {
    if !isCentred {
      if model.looksFromSeveral { return "square around the units' middle, cut" }
      return isNarrow ? "square around the unit, cut" : "square around the unit, cut by the input"
    }
    return isNarrow ? "area of the square with t" : "square that holds t of log(M+1)"
  }

  /// The paper's numbers are of the last stage's central unit.
  private func isPublishedTarget(_ side: Int) -> Bool {
    let target = model.session.target
    let stages = model.facts(side)?.stages.count
    return isCentred && target.units.isEmpty && target.block == nil && target.layer == nil
      && (target.stage == nil || target.stage == stages)
  }

  /// And of trained networks at 1024 pixels, which an edit may bear the name of and is not.
  private func isComparable(_ side: Int) -> Bool {
    let network = model.session.networks[side]
    if network.isRandom || network.isEdited { return false }
    return model.inputSize(side) == InputSize(height: 1024, width: 1024)
  }

  private var header: [Span] {
    [Span("t".rightPadded(labelWidth), .quiet)]
      + ERFMetrics.thresholds.map {
        Span("\(Format.fixed($0 * 100, 0))%".leftPadded(cell), .quiet)
      }
  }

  private var names: [Span] {
    model.sides.indices.map { Span(Model.letter($0).leftPadded(factWidth), .quiet) }
  }

  private func row(_ label: String, _ ratios: [AreaRatio]?) -> [Span] {
    var spans = [Span(label.rightPadded(labelWidth), .text, .bold)]
    for index in ERFMetrics.thresholds.indices {
      let ratio = ratios.flatMap { $0.indices.contains(index) ? $0[index].ratio : nil }
      let isKnown = ratios.map { $0.indices.contains(index) && $0[index].isKnown } ?? false
      let text = ratio.map { areaText($0) } ?? (isKnown ? "none" : glyphs.dash)
      spans.append(Span(text.leftPadded(cell), ratio == nil ? .quiet : .text, .bold))
    }
    return spans
  }

  /// With a blank before it, or it would touch the number before.
  private func areaText(_ ratio: Double) -> String {
    let text = Format.areaNumber(ratio) + "%"
    let wordings = [
      text, text.hasPrefix("0.") ? String(text.dropFirst()) : text,
      Format.fixed(ratio * 100, 0) + "%",
    ]
    return wordings.first { $0.columns < cell } ?? text
  }

  private var facts: [[Span]] {
    [
      fact("sigma") { Format.fixed($0.sigma, 1) + " px" },
      fact("border", warnsOfCut: true) { Format.percent($0.borderShare) },
      fact("centre") {
        "r\(Format.fixed($0.centreOfMass.row, 0)) c\(Format.fixed($0.centreOfMass.column, 0))"
      },
      fact("50% of M in") { metrics in
        metrics.distance(holding: 0.5).map { "\($0) px" } ?? glyphs.dash
      },
      fact("raw 50%") { metrics in
        metrics.rawRatios.first { $0.threshold == 0.5 }?.ratio.map { Format.area($0) } ?? "none"
      },
    ]
  }

  /// How pictures are prepared, where a network's own way is not it.
  private var preparations: [[Span]] {
    model.session.networks.enumerated().flatMap { side, network -> [[Span]] in
      guard network.preprocessing != .own else { return [] }
      return wrap(network.preprocessing.text, width: max(10, width - 12)).enumerated().map {
        let label = $0.offset == 0 ? "prepared \(Model.letter(side))" : ""
        return [Span(label.rightPadded(12), .quiet), Span($0.element, .text)]
      }
    }
  }

  private func fact(
    _ label: String, warnsOfCut: Bool = false, _ text: (ERFMetrics) -> String
  ) -> [Span] {
    [Span(label.rightPadded(12), .quiet)]
      + model.sides.map { side in
        guard let map = side.measured, map.metrics.hasMass else {
          return Span(glyphs.dash.leftPadded(factWidth), .quiet)
        }
        let text = text(map.metrics)
        let apart = text.columns < factWidth ? text : text.replacing(" ", with: "")
        let warns = warnsOfCut && map.isCutByInput
        return Span(apart.leftPadded(factWidth), warns ? .warning : .text)
      }
  }
}

/// The paper's Table 10, in per cent: 50 images of ImageNet at 1024 x 1024, trained weights.
enum PublishedRatios {
  /// By the networks' canonical ids.
  static let rows: [String: [Double]] = [
    "resnet-101": [1.0, 1.7, 3.5, 23.4], "resnet-152": [1.3, 2.1, 4.5, 34.9],
    "replknet-13": [10.2, 15.8, 28.5, 96.3], "replknet-31": [15.0, 23.4, 41.4, 98.6],
  ]
}
