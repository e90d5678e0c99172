// `replk-tui erf`: one network's effective receptive field, printed and exported.

import ERFEngine
import ERFInterface

extension Command {
  static let erf = Command(
    name: "erf", synopsis: "MODEL|FILE [options] [-o FILE]...",
    summary: "compute the effective receptive field of one network",
    options: Options.network + Options.reach + Options.images + Options.preparation
      + Options.unit
      + Options.precision + Options.run + Options.shard + [
        Option(
          "--output", "-o", value: "FILE", repeats: true,
          help: "export by ending: \(ExportFormat.endings), or .erf, from which a run resumes; "
            + "may be repeated"),
        Option("--json", help: "print the metrics as JSON"),
      ] + Options.export + Options.force
  ) { arguments in
    let request = try arguments.requests([arguments.model(for: "erf")])[0]
    let outputs = arguments.all("--output")
    let options = try arguments.exportOptions(for: outputs)
    let exports = outputs.filter { !ERFPart.isPart($0) }
    let parts = outputs.filter(ERFPart.isPart)
    let shard = arguments.shard()
    if shard != nil && outputs.isEmpty {
      throw UsageError.missingOption(command: "erf --shard", option: "-o FILE.erf")
    }
    guard parts.count <= 1 && (shard == nil || (parts.count == 1 && exports.isEmpty)) else {
      throw UsageError.badValue(
        option: "-o", value: outputs.joined(separator: ", "),
        expected: shard == nil
          ? "at most one .erf" : "one FILE.erf: `merge` makes other formats of all shares")
    }
    // Checked first: nobody should wait for a run whose result cannot be kept.
    for path in outputs { try requireEnding(of: path) }
    for path in parts { try OutputFiles.requireKept(path, "-o") }
    if shard != nil { try request.images.requireFiles(Shard.readers) }
    let validated = try request.validated()
    let watched = try request.images.watched()
    let facts = try ExportFacts(validated)
    let command = arguments.command("erf", without: Arguments.immaterial)
    // What an earlier run of this command left beside its part is this run's to replace.
    let kept = parts.first.flatMap { path in
      (try? ERFPart(path: path)).map { (stem: ExportFacts.stem(path), part: $0) }
    }
    let files = OutputFiles(
      outputs, arguments, models: arguments.positionals, images: request.images)
    try files.requireFree(
      isOwn: { path in
        if parts.contains(path) { return kept != nil }
        let part = kept.flatMap {
          $0.stem == ExportFacts.stem(path) && $0.part.command == command ? $0.part : nil
        }
        return facts.made(path, outputs: exports, kept: part, least: 0)
      }, found: { parts.contains($0) ? ERFPart.obstacle(at: $0) : nil })
    var run = FieldRun(request: validated, shard: shard, watched: watched)
    run.file = parts.first.map {
      PartFile(path: $0, command: command, isForced: arguments.has("--force"))
    }
    let result = try run.result(on: ERFComputer())
    let finished = run.wasFinished ? parts.map { Text.kept($0, by: result.makers) } : []
    let selection = try ExportSelection(
      exports, of: result, facts, besidePart: !parts.isEmpty, isForced: files.isForced)
    if run.wasFinished, !exports.isEmpty, let path = parts.first {
      Merging.warn(ofOther: result.makers.map(\.instructionSet), in: path)
    }
    try files.write(
      selection.written,
      over: { facts.madeLess($0, outputs: exports, than: result) }
    ) { path in
      try HeatmapExport.encode(result, format: ExportFormat(path: path), options: options)
    }
    if arguments.has("--json") {
      try StandardStreams.write(json: try ResultReport([result], tellsCosts: true).encoded())
    } else {
      try StandardStreams.write(
        Report.text(
          [result], outputs: (run.wasFinished ? [] : parts) + selection.written, kept: finished))
    }
    try result.requireFinished(keptAt: run.file?.place, exports: selection)
  }
}

extension Command {
  /// Checks that a field can be written to a file of that name.
  static func requireEnding(of path: String) throws(UsageError) {
    guard ERFPart.isPart(path) || (try? ExportFormat(path: path)) != nil else {
      throw .badValue(
        option: "-o", value: path, expected: "a name ending in .erf \(ExportFormat.endings)")
    }
  }
}

extension ERFResult {
  /// Ends the program as a signal does, once what was done is written.
  ///
  /// - Parameters:
  ///   - place: where the run keeps its part; nil: nowhere.
  ///   - exports: those of it that were written, and those that were not.
  ///   - number: which of `networks` this is of, from 1: those behind it were not begun.
  /// - Throws: ``Interrupted`` where a signal ended the run.
  func requireFinished(
    keptAt place: PartPlace?, exports: ExportSelection, of number: Int = 1, among networks: Int = 1
  ) throws {
    guard isPartial, let part else { return }
    let silent = exports.written.filter {
      (try? ExportFormat(path: $0))?.saysWhatItIsOf == false
    }
    let (model, rest) = (networks > 1 ? " of \(subject.model)" : "", networks - number)
    let short = "what is there\(networks > 1 ? " of this network" : "") covers only these"
    let reasons = [
      "stopped after \(part.done.count + part.skipped.count) of "
        + part.covered.counted("image") + model
        + (rest > 0 ? " (\(rest.counted("network")) behind it not begun)" : ""),
      place?.resumption ?? (exports.left.isEmpty ? short : nil),
      exports.left.isEmpty
        ? nil
        : "files of the same run that came as far stay: \(exports.left.joined(separator: ", "))",
      exports.unwritten.isEmpty
        ? nil : "not written beside them: \(exports.unwritten.joined(separator: ", "))",
    ]
    throw Interrupted(
      explanation: reasons.compactMap(\.self).joined(separator: "; ")
        + (silent.isEmpty ? "" : ", which \(silent.joined(separator: " and ")) cannot say"))
  }
}

/// Finished runs as text.
enum Report {
  /// - Parameter kept: what there is to say of parts that were finished before.
  static func text(_ results: [ERFResult], outputs: [String], kept: [String] = []) -> String {
    var lines: [String] = []
    for result in results {
      let subject = result.subject
      lines.append(
        "\(subject.model)  weights \(subject.weights) (\(subject.weightsHash))  "
          + "input \(subject.input.height)x\(subject.input.width)  \(subject.tap) "
          + "(\(subject.mapSize.height)x\(subject.mapSize.width)) unit \(subject.unit)  "
          + "\(images(result))  "
          + "rule \(subject.rule.rawValue)"
          + (subject.precision.stated.map { "  precision \($0)" } ?? ""))
    }
    let seen = results.filter { !$0.imageNames.isEmpty }
    if !seen.isEmpty { lines += [""] + ratios(seen) }
    lines += notes(results).flatMap { ["", $0] }
    if !outputs.isEmpty || !kept.isEmpty { lines.append("") }
    lines += kept + outputs.map { "wrote \($0)" }
    return Text.lines(lines)
  }

  /// What there is to know about the numbers, a line each.
  private static func notes(_ results: [ERFResult]) -> [String] {
    var notes: [String] = []
    for subject in results.map(\.subject) where subject.precision != .float32 {
      notes.append(
        "note: \(subject.model): products in \(subject.precision.rawValue), for a first look: single "
          + "pixels may be far off")
    }
    for subject in results.map(\.subject) where subject.preprocessing != .own {
      notes.append("note: \(subject.model): pictures prepared with \(subject.preprocessing.text)")
    }
    for result in results where !result.metrics.isCentred {
      let origin = result.metrics.origin
      notes.append(
        "note: squares of \(result.subject.model) are centred on row \(origin.row), column "
          + "\(origin.column), where the unit looks from, and cut off at the edges of the input")
    }
    for result in results where result.metrics.isCentred && result.metrics.borderShare > 0.05 {
      notes.append(
        "note: \(Format.fixed(result.metrics.borderShare * 100, 1)) % of the mass of "
          + "\(result.subject.model) lies at the border: "
          + "the input may be too small to tell networks apart (see --size)")
    }
    let sizes = results.map { "\($0.subject.input.height)x\($0.subject.input.width)" }
    if let first = sizes.first, let other = sizes.first(where: { $0 != first }) {
      notes.append(
        "note: areas are shares of the input, and those of inputs of different sizes (\(first), "
          + "\(other)) do not compare: give all networks one (see --size)")
    }
    for result in results where !result.skipped.isEmpty {
      let count = result.skipped.count
      notes.append(
        "note: \(count) of \((count + result.imageNames.count).counted("image")) skipped for "
          + "\(result.subject.model)")
    }
    for subject in results.map(\.subject) {
      guard let choice = subject.weightsChoice else { continue }
      notes += Text.notes(on: choice, of: results.count > 1 ? subject.model : nil)
    }
    return notes
  }

  private static func images(_ result: ERFResult) -> String {
    let text = result.imageNames.count.counted("image")
    guard let part = result.part else { return text }
    if part.shards.count == 1, part.shards[0].count > 1 {
      return text + ", share \(part.shards[0].text) of \(part.images)"
    }
    return part.isWhole ? text : text + " of \(part.images), partial"
  }

  /// Table 10 of the paper for these results: area ratio in percent, and the side in pixels.
  private static func ratios(_ results: [ERFResult]) -> [String] {
    let side = results.allSatisfy(\.metrics.isCentred) ? "side" : "side before the input cuts it"
    let header =
      ["area ratio (\(side))"] + ERFMetrics.thresholds.map { "t = \(Format.fixed($0 * 100, 0)) %" }
      + ["sigma", "seconds"]
    var rows: [[String]] = []
    for result in results {
      let metrics = result.metrics
      rows.append(
        [result.subject.model] + metrics.ratios.map(cell)
          + [
            Format.fixed(metrics.sigma, 1),
            result.seconds.total.isNaN ? "" : Format.fixed(result.seconds.total, 2),
          ])
      rows.append(["  on M, not log-scaled"] + metrics.rawRatios.map(cell) + ["", ""])
    }
    return Text.table(header, rows)
  }

  private static func cell(_ ratio: AreaRatio) -> String {
    guard let side = ratio.side, let share = ratio.ratio else { return "not reached" }
    return "\(Format.fixed(share * 100, 1)) % (\(side))"
  }
}
