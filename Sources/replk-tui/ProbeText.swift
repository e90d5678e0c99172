// Probes as text: the plot, who is who, and what the read-outs can do.

import ERFEngine
import ERFInterface

struct ProbeText {
  private let reports: [ShapeBiasReport]
  private let others: [ShapeBias]
  private let chart: ShapeBiasChart

  /// `others`: decision makers from files, drawn after the reports; the human observers come last.
  init(_ reports: [ShapeBiasReport], others: [ShapeBias], seed: UInt64, ascii: Bool) {
    self.reports = reports
    self.others = others
    var entries: [ShapeBiasChart.Entry] = []
    func add(_ bias: ShapeBias, _ interval: ClosedRange<Double>?, isAtChance: Bool = false) {
      entries.append(
        ShapeBiasChart.Entry(
          marker: ShapeBiasChart.marker(entries.count, ascii: ascii), bias: bias,
          interval: interval, isAtChance: isAtChance))
    }
    for report in reports {
      add(report.counts, report.interval, isAtChance: report.isAtChance)
    }
    for other in others { add(other, other.interval(seed: seed)) }
    entries.append(
      ShapeBiasChart.Entry(
        marker: ShapeBiasChart.human, bias: PublishedDecisions.humans, interval: nil))
    chart = ShapeBiasChart(entries, ascii: ascii)
  }

  var text: String {
    let parts =
      [chart.lines, chart.legend, [chart.note]] + reports.map(readOuts) + reports.map(remarks)
      + others.map(remarks)
    return Text.lines(Array(parts.filter { !$0.isEmpty }.joined(separator: [""])))
  }

  /// A row a layer, the one that decided last.
  private func readOuts(_ report: ShapeBiasReport) -> [String] {
    guard let main = report.readOut else { return [] }
    let layers = report.stages.filter { $0.tap != main.tap } + [main]
    let hasCues = main.shapeOnly != nil
    let header =
      ["read-out of", "channels", "held-out", "shape bias", "95 %", "S", "T", "neither"]
      + (hasCues ? ["shape only", "texture only"] : [])
      + main.shuffled.map { "cut \($0.tiles)x\($0.tiles)" }
    let rows = layers.map { layer -> [String] in
      let counts = layer.counts.overall
      return [
        layer.tap, "\(layer.channels)", percent(layer.heldOut),
        layer.bias.map { Format.fixed($0, 4) } ?? (layer.heldOut.isAtChance ? "chance" : "n/a"),
        ShapeBiasChart.text(layer.interval), "\(counts.shape)", "\(counts.texture)",
        "\(counts.neither)",
      ] + (hasCues ? [percent(layer.shapeOnly), percent(layer.textureOnly)] : [])
        + layer.shuffled.map { percent($0.accuracy) }
    }
    let title =
      "\(report.model)  weights \(report.weights) (\(report.weightsHash))  "
      + Format.duration(report.seconds)
    let explanation =
      "Learnt from \(main.trained.counted("stimulus", "stimuli")) whose cues agree; held-out: right "
      + "answers among \(main.heldOut.total) others "
      + "(chance \(Format.fixed(main.heldOut.chance * 100, 1)) %)."
    return [title] + Text.table(header, rows) + [explanation]
  }

  /// What a reader has to know before believing the numbers.
  private func remarks(_ report: ShapeBiasReport) -> [String] {
    var remarks: [String] = []
    if report.isAtChance {
      remarks.append(
        "\(report.model): the read-out is right no more often than guessing would be, so its "
          + "decisions show no bias")
    }
    if case .benchmark(let folder) = report.method {
      let count = report.decisions.count
      if count < StimulusFolder.benchmarkCount {
        remarks.append(
          "\(folder): \(count) of the benchmark's \(StimulusFolder.benchmarkCount) stimuli")
      }
      if report.leftOut > 0 {
        let others = report.leftOut.counted(
          "stimulus of the others is", "stimuli of the others are")
        remarks.append(
          "\(report.model): has classes of \(report.categories.count) of the 16 categories "
            + "(\(report.categories.map(\.rawValue).joined(separator: ", "))); \(others) left out")
      }
      let counts = report.counts.overall
      if report.interval == nil, counts.bias != nil {
        remarks.append(
          "\(report.model): \((counts.shape + counts.texture).counted("decision is", "decisions are")) "
            + "for one of the cues, too few to tell a bias from chance")
      }
      if report.weights.hasPrefix("random:") {
        remarks.append("\(report.model): random weights, which know no classes")
      }
    }
    return remarks + (report.weightsChoice.map(Text.notes) ?? []) + skippedLines(report)
  }

  /// What a file of decisions says that does not count as it stands.
  private func remarks(_ other: ShapeBias) -> [String] {
    var remarks: [String] = []
    if let partial = other.partial {
      let isWhole = partial.shares == [.whole]
      remarks.append(
        "\(other.subject): partial, \(isWhole ? "" : Shard.words(partial.shares) + " of ")a run over "
          + partial.of.counted("stimulus", "stimuli")
          + (isWhole
            ? " that is not finished"
            : partial.unfinished.isEmpty
              ? "" : "; not finished: \(Shard.words(partial.unfinished))"))
    }
    if other.foreignCount > 0 {
      let words = other.foreignResponses.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let shown = words.prefix(8).map { word in
        word.key.contains { !$0.isWhitespace } ? String(word.key.prefix(40)) : "(empty)"
      }
      let more = words.count > 8 ? " and \(words.count - 8) more words" : ""
      remarks.append(
        "\(other.subject): \(other.foreignCount) "
          + "\(other.foreignCount == 1 ? "response" : "responses") to stimuli in conflict "
          + "\(other.foreignCount == 1 ? "is" : "are") of no category, and left out: "
          + "\(shown.joined(separator: ", "))\(more)")
    }
    if other.contradicting > 0 {
      remarks.append(
        "\(other.subject): in \(other.contradicting) "
          + "\(other.contradicting == 1 ? "row" : "rows") the category is not the shape in imagename; "
          + "the category counts")
    }
    if other.repeated > 0 {
      remarks.append(
        "\(other.subject): \(other.repeated) "
          + "\(other.repeated == 1 ? "trial repeats a stimulus" : "trials repeat stimuli"), which "
          + "does not narrow the 95 %")
    }
    return remarks
  }

  /// Which they are is told on standard error.
  private func skippedLines(_ report: ShapeBiasReport) -> [String] {
    let count = report.skipped.count
    guard count > 0 else { return [] }
    let all = (count + report.decisions.count + report.open).counted("stimulus", "stimuli")
    return ["note: \(count) of \(all) skipped for \(report.model)"]
  }

  private func percent(_ accuracy: Accuracy?) -> String {
    accuracy?.share.map { "\(Format.fixed($0 * 100, 1)) %" } ?? "n/a"
  }
}
