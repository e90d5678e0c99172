// `replk-tui merge`: parts of one run put together.

import ERFEngine

extension Command {
  static let merge = Command(
    name: "merge", synopsis: "PART.erf|DIR|TABLE.csv|FEATURES.npy... [-o FILE]...",
    summary: "put the shares of a run together, giving the bytes of a single run",
    options: [
      Option(
        "--output", "-o", value: "FILE",
        help: "export by ending: .erf \(ExportFormat.endings); may repeat"),
      Option("--partial", help: "make do with fewer images than the run has"),
      Option("--json", help: "print the metrics as JSON"),
    ] + Options.export + Options.force
  ) { arguments in
    if let text = try tables(arguments) { return try StandardStreams.write(Text.lines([text])) }
    let paths = try arguments.positionals.flatMap(ERFPart.files)
    guard !paths.isEmpty else {
      throw UsageError.tooFewPositionals(
        command: "merge", expected: "parts of a run (.erf) or a folder of them")
    }
    let options = ExportOptions(
      variant: try arguments.pgmVariant(), colours: try arguments.colours())
    let outputs = arguments.all("--output")
    for path in outputs where !ERFPart.isPart(path) { _ = try ExportFormat(path: path) }
    let files = OutputFiles(outputs, arguments, models: paths)
    for path in outputs { try files.requireNoInput(path) }
    let parts = try paths.map { (path: $0, part: try ERFPart(path: $0)) }
    let whole = try ERFPart.merged(parts)
    if !whole.isWhole && !arguments.has("--partial") {
      let missing = MissingShares(of: whole, among: parts)
      try StandardStreams.write(missing.commands)
      throw missing
    }
    guard !whole.done.isEmpty else { throw MergeError.noImages }
    if !whole.mixedInstructionSets.isEmpty {
      StandardStreams.writeError(
        Text.message(
          "note: parts were computed with \(whole.mixedInstructionSets.joined(separator: " and ")), "
            + "whose maps differ by up to 5e-6 of the peak"))
    }
    let result = whole.result()
    let facts = ExportFacts(result)
    try files.requireFree { path in
      ERFPart.isPart(path)
        ? (try? ERFPart(path: path)).map { $0.difference(from: whole) == nil } ?? false
        : facts.made(path, outputs: outputs)
    }
    for path in outputs {
      if ERFPart.isPart(path) {
        try AtomicFile.write(whole.encoded(), to: path)
      } else {
        try HeatmapExport.write(result, to: path, options: options)
      }
    }
    if arguments.has("--json") {
      try StandardStreams.write(json: try ResultReport([result]).encoded())
    } else {
      try StandardStreams.write(Report.text([result], outputs: outputs))
    }
  }

  /// What was done where the shares are no parts of maps; nil for parts.
  private static func tables(_ arguments: Arguments) throws -> String? {
    let paths = arguments.positionals
    let kinds = [".csv", ".npy"].filter { TableMerge.areAll(paths, $0) }
    guard let kind = kinds.first else { return nil }
    guard let output = arguments.last("--output"), output.lowercased().hasSuffix(kind) else {
      throw UsageError.missingOption(command: "merge of \(kind) files", option: "-o FILE\(kind)")
    }
    try OutputFiles([output], arguments, models: paths).requireFree()
    return kind == ".csv"
      ? try TableMerge.csv(paths, to: output, partial: arguments.has("--partial"))
      : try TableMerge.arrays(paths, to: output)
  }
}

/// The shares that are not there, or not finished.
struct MissingShares: ExplainedError {
  private let shards: [Shard]?
  private let open: Int
  private let images: Int
  private let words: [String]
  /// A share of the same cut and the file it lies in.
  private let example: (path: String, shard: Shard)?

  init(of whole: ERFPart, among parts: [ERFPart.Named]) {
    shards = whole.missingShards
    images = whole.images
    open = whole.images - whole.done.count - whole.skipped.count
    words = whole.command
    let examples = parts.compactMap { path, part in
      part.shards.count == 1 ? (path: path, shard: part.shards[0]) : nil
    }
    // In a name such as part-2-of-4 the last one's two numbers look alike.
    example = examples.first { $0.shard.index != $0.shard.count } ?? examples.first
  }

  var explanation: String {
    let images = "\(open) of \(images) images are missing"
    guard let shards, let count = shards.first?.count else {
      return "\(images), and the parts are cut in several ways: give the rest too, or --partial"
    }
    let numbers = shards.map { "\($0.index)" }.joined(separator: ", ")
    return "\(images): share\(shards.count == 1 ? "" : "s") \(numbers) of \(count) "
      + "(commands on standard output), or --partial"
  }

  /// One a line, for a shell; empty where the parts are cut in several ways.
  var commands: String {
    (shards ?? []).map { shard in
      let words =
        ["replk-tui"] + words + ["--shard", shard.text, "--output", file(of: shard)]
      return words.map(Self.quoted).joined(separator: " ") + "\n"
    }.joined()
  }

  /// Named as the others are, where their names bear their numbers.
  private func file(of shard: Shard) -> String {
    guard let (path, other) = example else { return "part-\(shard.index).erf" }
    let start = path.lastIndex(of: "/") ?? path.startIndex
    let numbers = path[start...].matches(of: /\d+/)
    guard let number = numbers.first(where: { Int($0.output) == other.index }) else {
      return path[..<start] + (start == path.startIndex ? "" : "/") + "part-\(shard.index).erf"
    }
    let digits = "\(shard.index)"
    let zeros = String(repeating: "0", count: max(0, number.output.count - digits.count))
    return String(path[..<number.range.lowerBound]) + zeros + digits
      + String(path[number.range.upperBound...])
  }

  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
    return plain && !word.isEmpty
      ? word
      : "'"
        + word.split(
          separator: "'", omittingEmptySubsequences: false
        ).joined(separator: "'\\''") + "'"
  }
}
