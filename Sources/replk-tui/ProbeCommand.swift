// `replk-tui probe`: whether decisions follow shape or texture.

import ERFEngine

extension Command {
  static let probe = Command(
    name: "probe", synopsis: "MODEL... [options] | --decisions FILE...",
    summary: "measure whether networks decide by shape or by texture",
    options: [
      Option(
        "--decisions", value: "FILE",
        help: "draw decisions from CSV files (model-vs-human); may repeat"),
      Option("--ascii", help: "draw with ASCII characters alone"),
    ]
  ) { arguments in
    try drawDecisions(arguments)
  }

  /// Draws the decisions of files; further file names may follow the option.
  private static func drawDecisions(_ arguments: Arguments) throws {
    let files = arguments.all("--decisions") + arguments.positionals
    let decisions = try files.flatMap { try DecisionFile.read($0) }
    let chart = chart(
      ShapeBias.bySubject(decisions).map { ($0, $0.overall.biasInterval(seed: 0)) },
      arguments: arguments)
    try StandardStreams.write(text(chart))
  }

  static func chart(
    _ results: [(bias: ShapeBias, interval: ClosedRange<Double>?)], arguments: Arguments
  ) -> ShapeBiasChart {
    let ascii = arguments.has("--ascii")
    let entries = results.enumerated().map { index, result in
      ShapeBiasChart.Entry(
        marker: ShapeBiasChart.marker(index, ascii: ascii), bias: result.bias,
        interval: result.interval)
    }
    let humans = ShapeBiasChart.Entry(
      marker: ShapeBiasChart.human, bias: HumanObservers.pooled, interval: nil)
    return ShapeBiasChart(entries + [humans], ascii: ascii)
  }

  static func text(_ chart: ShapeBiasChart) -> String {
    ([chart.lines.joined(separator: "\n"), "", chart.legend, ""] + [chart.note].compactMap { $0 })
      .joined(separator: "\n") + "\n"
  }
}
