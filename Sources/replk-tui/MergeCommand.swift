// `replk-tui merge`: parts of one run put together.

import ERFEngine

extension Command {
  static let merge = Command(
    name: "merge", synopsis: "PART.erf|DIR|TABLE.csv|FEATURES.safetensors... [-o FILE]...",
    summary: "put the shares of a run together, giving the bytes of a single run",
    options: [
      Option(
        "--output", "-o", value: "FILE", repeats: true,
        help:
          "export by ending: .erf \(ExportFormat.endings); may be repeated. Tables make one .csv, features "
          + "one .npy or .safetensors"),
      Option("--partial", help: "accept fewer images, inputs or points than the run has"),
      Option("--json", help: "print the metrics as JSON"),
    ] + Options.export + Options.force
  ) { arguments in
    // Inputs are looked at, to tell what they are, and then read.
    if let pipe = arguments.positionals.first(where: FileIdentity.isPipeOrDevice) {
      throw FileError.notRegular(path: pipe)
    }
    let outputs = arguments.all("--output")
    let options = try arguments.exportOptions(for: outputs)
    if let lines = try tables(arguments) { return try StandardStreams.write(Text.lines(lines)) }
    let paths = try arguments.positionals.flatMap { word in
      let files = try ERFPart.files(at: word)
      if files.isEmpty { throw MergeError.noParts(folder: word) }
      return files
    }
    guard !paths.isEmpty else {
      throw UsageError.tooFewPositionals(
        command: "merge",
        expected: "shares of a run: parts (.erf) or a folder of them, tables (.csv), or features "
          + "(.safetensors)")
    }
    for path in outputs { try requireEnding(of: path) }
    try OutputFiles(outputs, arguments, models: paths).requireNoInputs()
    let parts = try paths.map { (path: $0, part: try ERFPart(path: $0)) }
    let networks = Dictionary(grouping: parts) {
      "\($0.part.subject.model.fileName) \($0.part.subject.weightsHash)"
    }
    let models = Set(parts.map(\.part.subject.model.fileName))
    let programs = Set(parts.flatMap(\.part.makers).map(\.program))
    let whole: ERFPart
    do {
      whole = try ERFPart.merged(parts)
    } catch let error as RunPartError where networks.count > 1 {
      // Commands that would fail are no help.
      for network in networks.sorted(by: { $0.key < $1.key }) {
        _ = try ERFPart.merged(network.value)
      }
      try StandardStreams.write(
        arguments.merges(of: networks.values.map { $0.map(\.path) }).map { $0 + "\n" }.joined())
      throw SeveralNetworks(
        count: networks.count, error: error, programs: models.count == 1 ? programs.sorted() : [])
    }
    let files = OutputFiles(
      outputs, arguments, models: paths, named: whole.namedPictures,
      recorded: whole.recordedPictures)
    try files.requireNoInputs()
    if !whole.isWhole && !arguments.has("--partial") {
      let missing = MissingShares(of: whole, among: parts, outputs: outputs)
      try StandardStreams.write(missing.commands)
      throw missing
    }
    try write(whole, of: parts, to: files, options, asJSON: arguments.has("--json"))
  }

  /// Writes and prints what came of the parts.
  private static func write(
    _ whole: ERFPart, of parts: [ERFPart.Named], to files: OutputFiles, _ options: ExportOptions,
    asJSON: Bool
  ) throws {
    let outputs = files.paths
    // Of no image there is nothing to average, but a part to go on with.
    guard !whole.done.isEmpty || !outputs.isEmpty && outputs.allSatisfy(ERFPart.isPart) else {
      throw MergeError.noImages
    }
    Merging.warn(
      ofMixed: whole.mixedInstructionSets, "maps usually differ by less than 5e-6 of the peak")
    Merging.warn(ofMixed: whole.mixedPrograms, "numbers may differ")
    Merging.warn(
      ofTwice: parts.flatMap { path, part in
        part.done.map { (index: $0.index, name: $0.name, hash: $0.hash, path: path) }
      })
    let result = whole.result()
    let facts = ExportFacts(result)
    try files.requireFree { path in
      ERFPart.isPart(path) ? whole.holds(path) : facts.made(path, outputs: outputs)
    }
    try files.write(outputs) { path in
      try ERFPart.isPart(path)
        ? whole.encoded()
        : HeatmapExport.encode(result, format: ExportFormat(path: path), options: options)
    }
    if asJSON {
      try StandardStreams.write(json: try ResultReport([result], tellsCosts: true).encoded())
    } else {
      try StandardStreams.write(Report.text([result], outputs: outputs))
    }
  }

  /// What was done where the shares are no parts of maps; nil for parts.
  private static func tables(_ arguments: Arguments) throws -> [String]? {
    let paths = arguments.positionals
    if let array = paths.first(where: { $0.lowercased().hasSuffix(".npy") }) {
      let way =
        Merging.areAll(paths, ".npy")
        ? "those of `erf --shard I/N -o FILE.erf` or `features --shard I/N -o FILE.safetensors`"
        : paths.contains(where: Features.isPart) ? "the .safetensors alone" : "the .erf alone"
      throw MergeError.array(array, way: way)
    }
    let kinds: [(ending: String, outputs: [String])] = [
      (".csv", [".csv"]), (".safetensors", [".npy", ".safetensors"]),
    ]
    guard let kind = kinds.first(where: { Merging.areAll(paths, $0.ending) }) else {
      try requireParts(paths, kinds.map(\.ending))
      return nil
    }
    if arguments.has("--json") {
      throw UsageError.missingOption(
        command: "merge --json",
        option: "parts of maps (.erf): tables and features have no metrics to print")
    }
    let outputs = arguments.all("--output")
    guard outputs.count <= 1,
      outputs.allSatisfy({ kind.outputs.contains(where: $0.lowercased().hasSuffix) })
    else {
      throw UsageError.badValue(
        option: "-o", value: outputs.joined(separator: ", "),
        expected: "one name ending in \(kind.outputs.joined(separator: " or "))")
    }
    let files = OutputFiles(outputs, arguments, models: paths)
    try files.requireFree()
    let merging = Merging(paths: paths, files: files, isPartial: arguments.has("--partial"))
    return kind.ending == ".csv" ? [try merging.csv()] : try merging.features()
  }
}

extension Command {
  /// Checks that where some files are no parts of maps by their names, all are not.
  fileprivate static func requireParts(_ paths: [String], _ endings: [String]) throws {
    func ending(_ path: String) -> String {
      endings.first { path.lowercased().hasSuffix($0) } ?? ".erf"
    }
    guard let first = paths.first, let other = paths.first(where: { ending($0) != ending(first) })
    else { return }
    throw MergeError.kinds(first, other)
  }
}

extension ERFPart {
  /// Whether the part at `path` is one of this run with nothing that is not in this.
  fileprivate func holds(_ path: String) -> Bool {
    guard let part = try? ERFPart(path: path) else { return false }
    return part.difference(from: self) == nil && part.indices.isSubset(of: indices)
  }

  /// The files and folders of pictures that its command names, as seen from where that was run.
  fileprivate var namedPictures: [String] {
    zip(command, command.dropFirst()).filter { $0.0 == "--image" }.map { $0.1 }
  }

  fileprivate var recordedPictures: RecordedPictures {
    RecordedPictures(done.map(\.name) + skipped.map(\.name), of: namedPictures)
  }
}

extension Arguments {
  /// The command that merges each of several networks' parts, with outputs of its own: `all-2.npy` of the second.
  fileprivate func merges(of networks: [[String]]) -> [String] {
    networks.sorted { $0.lexicographicallyPrecedes($1) }.enumerated().map { index, paths in
      let outputs = all("--output").flatMap { path -> [String] in
        let stem = ExportFacts.stem(path)
        return ["--output", "\(stem)-\(index + 1)\(path.dropFirst(stem.count))"]
      }
      let words = command("merge", without: ["--output"], positionals: paths)
      return ShellWords.text(["replk-tui"] + words + outputs)
    }
  }
}

/// Parts of several networks, as `compare --shard` leaves them in a folder.
private struct SeveralNetworks: ExplainedError {
  let count: Int
  let error: RunPartError
  /// The versions of the program that computed parts of networks of one name.
  let programs: [String]

  var isUsageError: Bool { true }
  var explanation: String {
    let versions =
      programs.count > 1
      ? "one network may have several hashes where several versions read it "
        + "(\(programs.joined(separator: ", "))): compute all parts with one, or " : ""
    return "\(error.explanation); \(versions)merge the parts of each of the \(count) networks by "
      + "themselves (commands on standard output)"
  }
}

extension MissingShares {
  fileprivate init(of whole: ERFPart, among parts: [ERFPart.Named], outputs: [String]) {
    let open = whole.images - whole.done.count - whole.skipped.count
    self.init(
      lack: Self.lack(open, of: whole.images, "image"), shards: whole.missingShards,
      command: ["replk-tui"] + whole.command,
      known: parts.filter { $0.part.shards.count <= 1 }.map {
        Known(path: $0.path, shard: $0.part.shards.first)
      }, ending: ".erf", holds: whole.isHeld,
      overlapping: parts.filter { $0.part.holdsSome(of: whole.missingShards ?? []) }.map(\.path),
      outputs: outputs)
  }
}
