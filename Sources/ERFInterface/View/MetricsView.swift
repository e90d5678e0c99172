// The metrics panel: the paper's Table 10 for A and B beside what the paper published, and other
// numbers of the maps.

import ERFEngine

extension Frame {
  mutating func drawMetrics(_ model: Model, in area: Area) {
    let lines = MetricsLines(model: model, width: area.columns).lines
    for (offset, line) in lines.prefix(area.rows).enumerated() {
      write(
        line, row: area.row + offset, column: area.column, width: area.columns)
    }
  }
}

private struct MetricsLines {
  let model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }
  private var isNarrow: Bool { width < 40 }
  private var labelWidth: Int { isNarrow ? 9 : width >= 46 ? 14 : 11 }
  private var cell: Int { max(6, min(9, (width - labelWidth) / 4)) }
  private var factWidth: Int { max(8, min(12, (width - 12) / 2)) }

  var lines: [[Span]] {
    var lines = [[Span("area of the square with t of A", .quiet)], header]
    for side in model.sides.indices {
      lines.append(row(Model.letter(side), model.sides[side].shown?.metrics.ratios))
    }
    for side in model.sides.indices {
      guard let row = PublishedRatios.row(of: model.session.networks[side].id) else { continue }
      let label = (isNarrow ? "paper " : "published ") + Model.letter(side)
      var spans = [Span(label.rightPadded(labelWidth), .quiet)]
      spans += row.map { Span((Format.fixed($0, 1) + "%").leftPadded(cell), .quiet) }
      lines.append(spans)
    }
    if lines.count > 2 + model.sides.count {
      lines += wrap(
        isNarrow
          ? "paper: published, trained, 1024 px"
          : "published: trained, 50 images, 1024 px", width: width
      ).map { [Span($0, .quiet)] }
    }
    lines.append([])
    lines.append([Span("".rightPadded(12), .quiet)] + names)
    lines += facts
    return lines
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
      let text =
        ratio.map { Format.fixed($0 * 100, 1) + "%" } ?? (ratios == nil ? glyphs.dash : "n.r.")
      spans.append(Span(text.leftPadded(cell), ratio == nil ? .quiet : .text, .bold))
    }
    return spans
  }

  private var facts: [[Span]] {
    [
      fact("sigma") { Format.fixed($0.sigma, 1) + " px" },
      fact("border", warnsAbove: FieldDrawing.borderLimit) { Format.percent($0.borderShare) },
      fact("centre") {
        "\(Format.fixed($0.centreOfMass.row, 0)), \(Format.fixed($0.centreOfMass.column, 0))"
      },
      fact("50% of M in") { metrics in
        guard let radius = metrics.radialMass.firstIndex(where: { $0 >= 0.5 }) else {
          return glyphs.dash
        }
        return "\(radius) px"
      },
      fact("raw 50%") { metrics in
        metrics.rawRatios.first { $0.threshold == 0.5 }?.ratio.map { Format.percent($0) } ?? "n.r."
      },
    ]
  }

  private func fact(
    _ label: String, warnsAbove limit: Double? = nil, _ text: (ERFMetrics) -> String
  ) -> [Span] {
    [Span(label.rightPadded(12), .quiet)]
      + model.sides.map { side in
        guard let metrics = side.shown?.metrics else {
          return Span(glyphs.dash.leftPadded(factWidth), .quiet)
        }
        let warns = limit.map { metrics.borderShare > $0 } ?? false
        return Span(text(metrics).leftPadded(factWidth), warns ? .warning : .text)
      }
  }
}

/// The paper's Table 10, in per cent: 50 images of ImageNet at 1024 x 1024, trained weights.
enum PublishedRatios {
  private static let rows: [String: [Double]] = [
    "resnet-101": [1.0, 1.7, 3.5, 23.4], "resnet-152": [1.3, 2.1, 4.5, 34.9],
    "replknet-13": [10.2, 15.8, 28.5, 96.3], "replknet-31": [15.0, 23.4, 41.4, 98.6],
  ]

  static func row(of model: String) -> [Double]? {
    rows[(try? NetworkDesign(model: model))?.id ?? model.lowercased()]
  }
}
