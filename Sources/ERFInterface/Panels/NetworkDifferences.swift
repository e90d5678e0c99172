// What tells A from B, and nothing else.

import ERFEngine

struct NetworkDifferences {
  @SharedModel var model: Model
  let width: Int

  /// Where the columns of A and B need the room that words would take.
  private var isNarrow: Bool { width < 56 }
  private var labelWidth: Int { isNarrow ? 13 : 18 }
  /// Of a value with the blank before it; A and B have the same.
  private var cell: Int { max(1, min(24, (width - labelWidth) / 2)) }

  var lines: [[Span]] {
    var rows = values.filter { $0.a != $0.b }
    if rows.isEmpty { return [[Span("A and B are the same", .quiet)]] }
    rows.insert((isNarrow ? "what differs" : "only what differs", "A", "B"), at: 0)
    return rows.enumerated().map { index, row in
      [
        Span(row.name.rightPadded(labelWidth), .quiet),
        Span(row.a.leftPadded(cell), index == 0 ? .accent : .text),
        Span(row.b.leftPadded(cell), index == 0 ? .second : .text),
      ]
    }
  }

  private typealias Row = (name: String, a: String, b: String)

  private var values: [Row] {
    let networks = model.session.networks
    let designs = networks.map { model.designs[$0] }
    var rows: [Row] = [
      ("opened", short(networks, 0, \.shownModel), short(networks, 1, \.shownModel)),
      ("weights", short(networks, 0, weights), short(networks, 1, weights)),
    ]
    if let a = designs[0]?.stages, let b = designs[1]?.stages {
      rows.append(("stages", "\(a.count)", "\(b.count)"))
      for (stage, pair) in zip(a, b).enumerated() {
        for field in StageField.allCases {
          rows.append(
            (
              "\(isNarrow ? "s" : "stage ")\(stage + 1) \(field.title)", pair.0.text(field),
              pair.1.text(field)
            ))
        }
      }
    }
    if networks.contains(where: { $0.isEdited }) {
      rows.append(("new sizes", fit(networks[0]), fit(networks[1])))
    }
    if let a = model.facts(0), let b = model.facts(1) {
      rows.append(amounts("parameters", a.parameters, b.parameters, .mega))
      rows.append(amounts("mult-adds", a.multiplyAdds, b.multiplyAdds, .giga))
    }
    return rows
  }

  /// What is said of one of them, cut where it tells it from the other.
  private func short(
    _ networks: [NetworkSpec], _ side: Int, _ text: (NetworkSpec) -> String
  ) -> String {
    let texts = networks.map { text($0).sanitised }
    return texts[side].cut(columns: cell - 1, model.display.glyphs.ellipsis, apartFrom: texts)
  }

  /// How kernels come to new sizes, as the panel says it elsewhere.
  private func fit(_ network: NetworkSpec) -> String {
    let fit = network.fit
    return [fit.label, fit.shortLabel].first { $0.columns < cell } ?? fit.shortestLabel
  }

  private func weights(_ network: NetworkSpec) -> String {
    TrainingFilm.title(network.weights.description)
  }

  /// Of both in one unit, so that they compare at a glance.
  private func amounts(_ name: String, _ a: Int, _ b: Int, _ largest: Format.AmountUnit) -> Row {
    let unit = Format.AmountUnit(of: [a, b], largest: largest)
    let texts = [a, b].map {
      Format.amount($0, in: unit) + (unit == .one ? "" : " " + unit.rawValue)
    }
    return (name, texts[0], texts[1])
  }
}
