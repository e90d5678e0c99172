// The metrics panel with the screen to itself: bars of A against B, the stages, and what each number is.

import ERFEngine

extension Frame {
  /// Beside the lines that the panel has at any size.
  ///
  /// - Parameter below: where all definitions stand in few words if they do not fit there.
  mutating func drawWideMetrics(_ model: Model, in area: Area, below: Area) {
    var row = area.row
    let end = area.row + area.rows
    func next(_ lines: [[Span]], _ frame: inout Frame) {
      guard lines.count > 1 else { return }
      for line in lines where row < end {
        frame.write(line, row: row, column: area.column, width: area.columns)
        row += 1
      }
      row += 1
    }
    let wide = WideMetrics(model: model, width: area.columns)
    next(wide.bars, &self)
    next(wide.stages, &self)
    let definitions = wide.definitions(rows: end - row)
    let brief = WideMetrics(model: model, width: below.columns).briefDefinitions
    let last = Swift.max(row, below.row)
    guard !definitions.isWhole, last + brief.count <= below.row + below.rows else {
      return next(definitions.lines, &self)
    }
    for (offset, line) in brief.enumerated() {
      write(
        line, row: last + offset, column: below.column, width: below.columns)
    }
  }
}

private struct WideMetrics {
  @SharedModel var model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }

  /// The area at each threshold, as bars of the whole input.
  var bars: [[Span]] {
    let title = [
      "area of the square that holds t, of the input", "square that holds t, of the input",
    ]
    var lines = [[Span(title.first { $0.columns <= width } ?? title[1], .text, .bold)]]
    if let obstacle = model.comparisonObstacle {
      lines += wrap("Not comparable: \(obstacle).", width: width).map { [Span($0, .warning)] }
    }
    let cells = max(10, width - 24)
    let compared = model.compared
    // Of many networks the half alone, which is what verdicts speak of.
    guard compared.count <= 2 else {
      return lines
        + compared.enumerated().map { index, network in
          bar(
            index == 0 ? "t = 50 %" : "", index, network.metrics?.ratio(at: Model.half),
            cells: cells)
        }
    }
    for (index, threshold) in ERFMetrics.thresholds.enumerated() {
      for side in model.sides.indices {
        let ratio = model.sides[side].measured?.metrics.ratios[index].ratio
        let label = side == 0 ? "t = " + Format.percent(threshold, digits: 0) : ""
        lines.append(bar(label, side, ratio, cells: cells))
      }
    }
    return lines
  }

  private func bar(_ label: String, _ side: Int, _ share: Double?, cells: Int) -> [Span] {
    let role = Role.network(side)
    let text = share.map { Format.area($0) } ?? glyphs.dash
    return [
      Span(label.rightPadded(10), .quiet), Span(Model.letter(side) + " ", role, .bold),
    ] + glyphs.bar(share ?? 0, of: cells, role) + [
      Span(text.leftPadded(9), share == nil ? .quiet : .text, .bold)
    ]
  }

  /// The area at one half by stage, which is measured in the background; nothing where no network has stages.
  var stages: [[Span]] {
    guard model.compared.contains(where: { $0.network.savedMap == nil }) else { return [] }
    // The squares above may be of another unit.
    let title =
      isCentred
      ? ["half of the field, by stage", "half, by stage"]
      : ["half of the central unit's field, by stage", "central unit's half, by stage"]
    let notes = [otherBasis, model.depthIsPartial].compactMap(\.self)
    let spans = notes.map { Span("  " + $0, .warning) }
    let titles = title.map { [Span($0, .text, .bold)] + spans }
    var lines = [titles.first { $0.width <= width } ?? titles[1]]
    let known = model.compared.enumerated().map { index, network in
      let outputs = zip(model.depthLayers(network), model.depthPoints(network)).filter {
        $0.0.isOutput
      }
      return (index: index, letter: network.letter, outputs: Array(outputs))
    }
    let header = known.map { $0.outputs.map(\.0.label) }.max { $0.count < $1.count } ?? []
    let cell = max(7, min(10, (width - 2) / max(1, header.count)))
    lines.append(
      [Span("  ")] + header.map { Span($0.leftPadded(cell), .quiet) })
    for (index, letter, outputs) in known {
      lines.append(
        [Span(letter + " ", Role.network(index), .bold)]
          + header.indices.map { stage in
            // A saved map has no stages, and a network may have fewer than another.
            let point = stage < outputs.count ? outputs[stage].1 : nil
            let area = point?.area.map { Format.area($0) }
            return Span(
              (area ?? (point == nil ? glyphs.dash : "none")).leftPadded(cell),
              area == nil ? .quiet : .text)
          })
    }
    return lines
  }

  /// Input and pictures of the areas by stage where they are not those of the maps, which may be older; nil
  /// where they are.
  private var otherBasis: String? {
    func basis(_ measured: [MeasuredOn]) -> String {
      [measured.input, measured.pictures].compactMap(\.self)
        .joined(separator: glyphs.separator)
    }
    let depth = model.depthMeasuredOn
    let letters = depth.map(\.letter)
    let maps = model.measuredOn(model.compared).filter { letters.contains($0.letter) }
    let isMeasured = model.compared.contains { network in
      model.depthPoints(network).contains { $0 != nil }
    }
    guard isMeasured, maps.count == depth.count, model.depthIsPartial == nil else { return nil }
    return basis(depth) == basis(maps) ? nil : basis(depth)
  }

  /// What squares are measured around where it is not the middle of the input.
  private var around: String {
    model.looksFromSeveral ? "units' middle" : "unit"
  }

  private var isCentred: Bool {
    model.sides.allSatisfy { $0.measured?.metrics.isCentred ?? true }
  }

  /// Whether much at the border means that an input is too small: around a middle that is only assumed
  /// it does not.
  private var tellsOfInput: Bool {
    isCentred && !model.sides.allSatisfy { $0.measured?.isUnitAssumed ?? false }
  }

  /// One line for each number, those that have room.
  func definitions(rows available: Int) -> (lines: [[Span]], isWhole: Bool) {
    let square =
      isCentred
      ? "around the middle that holds more than t of log(M+1) (Table 10)"
      : "around the \(around), cut by the input, that holds more than t of log(M+1)"
    let rows = [
      ("t", "the smallest square " + square),
      ("sigma", "square root of half the trace of M's covariance: the radius of a round field"),
      (
        "border",
        "share of M within 1/16 of the edge"
          + (tellsOfInput ? ": above 5 % the input is too small" : "")
      ),
      ("centre", "centre of mass of M, row and column"),
      ("50% of M in", "distance from the \(around) within which half of M lies"),
      ("raw 50%", "the area for t = 50 % of M itself, not of log(M+1)"),
    ]
    var lines = [[Span("what the numbers are", .text, .bold)]]
    for (label, text) in rows {
      let wrapped = wrap(text, width: width - 13)
      guard lines.count + wrapped.count <= available else { return (lines, false) }
      lines += wrapped.enumerated().map { offset, line in
        [Span((offset == 0 ? label : "").rightPadded(13), .accent), Span(line, .quiet)]
      }
    }
    return (lines, true)
  }

  /// All of them in as few rows as can be.
  var briefDefinitions: [[Span]] {
    let square =
      isCentred ? "smallest centred square" : "smallest square around the \(around), cut,"
    let rows = [
      [("t", square + " that holds more than t of log(M+1)")],
      [("sigma", "root of half the trace of M's covariance, a round field's radius")],
      [
        (
          "border",
          "M within 1/16 of the edge" + (tellsOfInput ? "; above 5 % the input is too small" : "")
        )
      ],
      [("centre", "M's centre of mass"), ("50% of M in", "distance that holds half of M")],
      [("raw 50%", "area for t = 50 % of M itself, not of log(M+1)")],
    ]
    return rows.map { row in
      row.enumerated().flatMap { place, entry in
        [Span((place > 0 ? "  " : "") + entry.0 + "  ", .accent), Span(entry.1, .quiet)]
      }
    }
  }
}
