// The numbers of a figure as a table: drawn, as LaTeX and as CSV.

import ERFEngine

extension Figure {
  /// A row a network; cells in the order of the header.
  var rows: [[String]] {
    networks.map { network in
      guard let metrics = network.metrics else { return [] }
      let facts = facts(network)
      // A map that is 0 everywhere has no numbers.
      let measured = { (text: String) in metrics.hasMass ? text : Self.nothing }
      let areas = metrics.ratios.map { ratio in
        guard ratio.isKnown else { return Self.nothing }
        guard let share = ratio.ratio else { return measured(Self.none) }
        let text = Format.areaNumber(share)
        guard let spread = network.result?.spread(at: ratio.threshold) else { return text }
        return text + " ± " + Format.fixed(spread.deviation * 100, Format.areaDigits(share))
      }
      return [network.letter, name(network), weights(network)] + areas
        + [
          measured(Format.fixed(metrics.sigma, 1)),
          measured(metrics.distance(holding: 0.5).map { "\($0)" } ?? ""),
          measured(Format.fixed(metrics.borderShare * 100, 1)),
          facts.map { Format.amount($0.parameters, in: parameterUnit) } ?? "",
          facts.map { Format.amount($0.multiplyAdds, in: costUnit) } ?? "",
        ]
    }
  }

  private func facts(_ network: ComparedNetwork) -> NetworkFacts? {
    network.field.flatMap {
      model.facts[network.network, InputSize(height: $0.height, width: $0.width)]?
        .running(as: network.subject)
    }
  }

  /// Of a whole column: what the smallest of it asks for.
  private var parameterUnit: Format.AmountUnit {
    Format.AmountUnit(of: networks.compactMap { facts($0)?.parameters }, largest: .mega)
  }

  private var costUnit: Format.AmountUnit {
    Format.AmountUnit(of: networks.compactMap { facts($0)?.multiplyAdds }, largest: .giga)
  }

  /// In the place of an area where no square holds so much.
  static let none = "none"
  /// In the place of all numbers of a map that is 0 everywhere, and of those that a map is too coarse for.
  static let nothing = "-"

  private var header: [String] {
    ["", "network", "weights"]
      + ERFMetrics.thresholds.map { "t = " + Format.fixed($0 * 100, 0) + " %" }
      + ["sigma", "r half", "border", "params", "MACs"]
  }

  private var units: [String] {
    ["", "", ""] + ERFMetrics.thresholds.map { _ in "area, %" }
      + ["px", "px", "%", parameterUnit.rawValue, costUnit.rawValue]
  }

  func drawTable(on page: inout FigurePage) {
    let size = 6.6
    var lines = [header, units] + rows
    func width(_ text: String, _ line: Int, _ column: Int) -> Double {
      VectorDrawing.width(of: text, size: size, isBold: line == 0 || column == 0)
    }
    var widths = header.indices.map { column in
      lines.enumerated().map { width($0.element[column], $0.offset, column) }.max() ?? 0
    }
    let room = Figure.width - 2 * Figure.margin
    let least = 5.0
    // Names and weights give way where there is no room for all columns: each has half of what is left,
    // or what the other leaves of it. The caption has both in full.
    let left =
      room - widths.reduce(0, +) + widths[1] + widths[2] - least * Double(header.count - 1)
    if widths[1] + widths[2] > left {
      let name = min(widths[1], max(left / 2, left - widths[2]))
      (widths[1], widths[2]) = (name, left - name)
      for (line, column) in lines.indices.flatMap({ line in [1, 2].map { (line, $0) } }) {
        lines[line][column] = VectorDrawing.cutInside(
          lines[line][column], size: size, width: widths[column])
      }
    }
    let gap = max(least, (room - widths.reduce(0, +)) / Double(header.count - 1))
    let starts = header.indices.map { column in
      Figure.margin + widths[..<column].reduce(0, +) + gap * Double(column)
    }
    func rule(_ width: Double) {
      page.line(
        [(Figure.margin, page.top), (Figure.margin + room, page.top)], width: width)
    }
    rule(0.8)
    for (index, line) in lines.enumerated() {
      page.skip(9)
      for (column, text) in line.enumerated() {
        let isNumber = column > 2
        page.text(
          text, x: isNumber ? starts[column] + widths[column] : starts[column], y: page.top - 1.5,
          size: size, anchor: isNumber ? .end : .start, isBold: index == 0 || column == 0,
          ink: index > 1 && column == 0
            ? FigureInk.curve(index - 2)
            : index == 1
              ? FigureInk.quiet
              : index > 1 && column == 2 && isRandom(networks[index - 2])
                ? FigureInk.warning : FigureInk.text)
      }
      if index == 1 {
        page.skip(1.5)
        rule(0.5)
      }
    }
    page.skip(2)
    rule(0.8)
  }

  // MARK: Files

  /// The table for a paper; it takes the package booktabs.
  public var latex: String {
    let thresholds = ERFMetrics.thresholds.map { "\(Format.fixed($0 * 100, 0))\\,\\%" }
    var lines = [
      "% \(Self.comment(caption))",
      "% \\usepackage{booktabs}",
      "\\begin{tabular}{llrrrrrrrrr}",
      "  \\toprule",
      "  & & \\multicolumn{4}{c}{area that holds $t$, \\% of the input} & $\\sigma$ & $r_{1/2}$ & "
        + "border & params & MACs \\\\",
      "  network & weights & \(thresholds.joined(separator: " & ")) & px & px & \\% & "
        + "\(parameterUnit.rawValue) & \(costUnit.rawValue) \\\\",
      "  \\midrule",
    ]
    for row in rows {
      let cells = row.dropFirst().map { Self.escapedLaTeX($0) }
      lines.append("  " + cells.joined(separator: " & ") + " \\\\")
    }
    lines += ["  \\bottomrule", "\\end{tabular}", ""]
    return lines.joined(separator: "\n")
  }

  /// All numbers, as they were computed.
  public var csv: String { table.map { CSVRecords.line($0) }.joined() }

  /// The same in lines with tabs, which spreadsheets take from the clipboard.
  var tabbed: String { table.map { $0.map(\.sanitised).joined(separator: "\t") + "\n" }.joined() }

  /// The same, cell by cell: the header, and a line a network.
  var table: [[String]] {
    let areas = ERFMetrics.thresholds.flatMap { threshold in
      let name = Format.fixed(threshold * 100, 0)
      return ["side_\(name)_px", "area_\(name)", "area_\(name)_deviation"]
    }
    let header =
      [
        "letter", "network", "weights", "weights_hash", "input", "layer", "row", "column", "images",
        "rule", "preparation",
      ] + areas + [
        "squares", "sigma_px", "radius_half_px", "border_share", "parameters", "multiply_adds",
        "model", "pictures", "state", "notes",
      ]
    var lines = [header]
    for network in networks {
      guard let metrics = network.metrics, let field = network.field else { continue }
      let size = InputSize(height: field.height, width: field.width)
      let subject = network.subject
      let facts = facts(network)
      var cells = [network.letter, model.designs.text(network.network)]
      if network.network.savedMap == nil {
        let rule = subject?.rule ?? network.map?.request.rule ?? model.session.rule
        cells += [
          network.network.weightsText, subject?.weightsHash ?? "", "\(size)",
          subject?.tap ?? "", list(subject?.units.map(\.row)), list(subject?.units.map(\.column)),
          "\(network.images)", rule.rawValue,
          (subject?.preprocessing ?? network.network.preprocessing).text,
        ]
      } else {
        // What its file says, if anything.
        let record = network.result?.record
        let place = record?.place
        cells += [
          record?.weightsName ?? "", record?.weightsHash ?? "", "\(size)", place?.layer ?? "",
          list(place?.units.map(\.row)), list(place?.units.map(\.column)), text(record?.images),
          record?.rule?.rawValue ?? "", record?.preparation ?? "",
        ]
      }
      for ratio in metrics.ratios {
        let spread = network.result?.spread(at: ratio.threshold)
        // What no square holds is another thing than what nobody knows.
        let isNone = metrics.hasMass && ratio.isKnown && ratio.ratio == nil
        cells += isNone ? [Self.none, Self.none] : [text(ratio.side), text(ratio.ratio)]
        cells.append(text(metrics.hasMass ? spread?.deviation : nil))
      }
      cells += [
        metrics.hasMass ? squares(metrics, network) : "",
        text(metrics.hasMass ? metrics.sigma : nil),
        text(metrics.hasMass ? metrics.distance(holding: 0.5) : nil),
        text(metrics.hasMass ? metrics.borderShare : nil), text(facts?.parameters),
        text(facts?.multiplyAdds), modelName(network), network.map?.picturesCell ?? "",
        state(network), told(network).joined(separator: "; ").sanitised,
      ]
      lines.append(cells)
    }
    return lines
  }

  /// What there was to note of its network's file, or of its own.
  private func told(_ network: ComparedNetwork) -> [String] {
    network.subject?.weightsChoice.notes ?? network.result?.record?.notes ?? []
  }

  /// What sides and areas are of: a side may be longer than the input where the square is cut.
  private func squares(_ metrics: ERFMetrics, _ network: ComparedNetwork) -> String {
    guard !metrics.isCentred else {
      let isAssumed = network.map?.isUnitAssumed ?? false
      return isAssumed ? "centred, \(ShownMap.assumedMiddle)" : "centred"
    }
    let units = (network.subject?.units.count ?? 1) > 1 ? "the units' middle" : "the unit"
    return "around \(units), cut by the input"
  }

  /// What the network is called; of a saved map, whose file stands in the place of that, as the file says.
  private func modelName(_ network: ComparedNetwork) -> String {
    guard network.network.savedMap != nil else { return network.subject?.model ?? "" }
    return network.result?.record?.model ?? ""
  }

  /// Whether something else was asked for since its map was made.
  private func state(_ network: ComparedNetwork) -> String {
    network.side.map { model.sides[$0].isStale } == true ? "stale" : ""
  }

  /// A cell; empty where there is nothing to say.
  private func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "" }

  /// Of all units that are summed, in the same order in each column.
  private func list(_ values: [Int]?) -> String {
    (values ?? []).map(String.init).joined(separator: ";")
  }

  private static func comment(_ text: String) -> String {
    text.replacing("\n", with: " ")
  }

  static func escapedLaTeX(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "\\": result += "\\textbackslash{}"
      case "±": result += "$\\pm$"
      default: result.append(character)
      }
    }
    return result
  }
}
