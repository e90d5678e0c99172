// `replk-tui compare`: several networks over the same images, side by side.

import ERFEngine

extension Command {
  static let compare = Command(
    name: "compare", synopsis: "MODEL|FILE MODEL|FILE... [options] [-o DIR]",
    summary: "compute and compare the fields of several networks over the same images",
    options: Options.networks + Options.reach + Options.images + Options.preparation
      + Options.unit
      + Options.precision + Options.run + [
        Option(
          "--shard", value: "I/N", values: .shard,
          help: "only share I of N of the images, kept as a part of each network in the folder DIR "
            + "(-o DIR); `merge` takes those of one network"),
        Option(
          "--output", "-o", value: "DIR",
          help: "write each map as .pgm, .png and .npy, and results.json, into the folder DIR; "
            + "with --shard a part of each"),
        Option("--json", help: "print the metrics as JSON"),
      ] + Options.export + Options.force
  ) { arguments in
    guard arguments.positionals.count >= 2 else {
      throw UsageError.tooFewPositionals(
        command: "compare", expected: "at least two models, such as replknet-13 replknet-31")
    }
    try Comparison(arguments).run()
  }
}

/// One run of the command. Every mistake shows before the first network has run.
private struct Comparison {
  private let arguments: Arguments
  private let requests: [ValidatedRequest]
  private let watched: WatchedFiles
  private let options: ExportOptions
  private let folder: String?
  private let shard: Shard?
  /// Where a part of each network is kept; nil: nowhere.
  private let parts: [String]?
  /// The maps and what was measured on them; nil: they are not written.
  private let files: ComparisonFiles?

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    let requests = try arguments.requests(arguments.positionals)
    let (folder, shard) = (arguments.last("--output"), arguments.shard())
    (self.folder, self.shard) = (folder, shard)
    options = try arguments.exportOptions(
      for: folder == nil || shard != nil ? [] : ExportFormat.usual.map { "map.\($0.ending)" },
      way: shard == nil ? "-o DIR" : "-o DIR without --shard")
    self.requests = try requests.map { try $0.validated() }
    for request in self.requests { try request.requireMemory() }
    // All networks look at the same pictures.
    watched = try requests[0].images.watched()
    try requests[0].images.requireFiles("pictures are read for each network")
    if let folder { try Folder.requireWritable(folder) }
    if shard != nil && folder == nil {
      throw UsageError.missingOption(command: "compare --shard", option: "-o DIR")
    }
    let names = Self.fileNames(requests)
    let base = folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
    parts = shard.map { shard in
      names.map { "\(base)\($0)-\(shard.index)-of-\(shard.count).erf" }
    }
    for path in parts ?? [] { try OutputFiles.requireKept(path, "-o") }
    var files: ComparisonFiles?
    if let parts, FileIdentity(of: base) != nil {
      try OutputFiles(
        parts, arguments, models: arguments.positionals, images: requests[0].images
      ).requireFree(isOwn: { (try? ERFPart(path: $0)) != nil }, found: ERFPart.obstacle)
    } else if let folder, parts == nil {
      files = try ComparisonFiles(in: folder, names: names, of: self.requests, arguments)
    }
    self.files = files
  }

  func run() throws {
    let computer = ERFComputer(networks: 1)
    var results: [ERFResult] = []
    var outputs: [String] = []
    var finished: [String] = []
    var told: Set<String> = []
    var place: PartPlace?
    for (index, request) in requests.enumerated() {
      var run = FieldRun(request: request, shard: shard, watched: watched, told: told)
      run.file = try partFile(index)
      let result = try run.result(on: computer)
      (told, place) = (run.told, run.file?.place)
      results.append(result)
      if let file = run.file {
        if run.wasFinished {
          finished.append(Text.kept(file.path, by: result.makers))
        } else {
          outputs.append(file.path)
        }
      }
      if result.isPartial { break }
    }
    let exports = try files?.write(results, options)
    outputs += exports?.written ?? []
    if arguments.has("--json") {
      try StandardStreams.write(json: try ResultReport(results, tellsCosts: true).encoded())
    } else {
      try StandardStreams.write(Report.text(results, outputs: outputs, kept: finished))
    }
    try results.last?.requireFinished(
      keptAt: place, exports: exports?.ofLast ?? ExportSelection([]), of: results.count,
      among: requests.count)
  }

  /// The part of the network at `index`, whose folder is made; nil: none is kept.
  private func partFile(_ index: Int) throws -> PartFile? {
    guard let folder, let parts else { return nil }
    try Folder.make(folder)
    return PartFile(
      path: parts[index], command: try arguments.command(of: requests[index].request),
      isForced: arguments.has("--force"))
  }

  /// A file name for each request, from its model; numbered where a name is taken.
  private static func fileNames(_ requests: [ERFRequest]) -> [String] {
    var taken: Set<String> = []
    return requests.map { request in
      let safe = request.network.text.fileName.lowercased().map {
        $0.isLetter || $0.isNumber ? $0 : "-"
      }
      let stem = String(String(safe).prefix(80))
      var name = stem
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(stem)-\(number)"
      }
      return name
    }
  }
}

extension Arguments {
  /// The command line of `erf` that computes what `compare` computes of one of its networks.
  fileprivate func command(of request: ERFRequest) throws -> [String] {
    var words = command(
      "erf", without: Self.immaterial.union(["--weights"]), positionals: [])
    words.insert(request.network.text, at: 1)
    guard case .catalogue = request.network.source else { return words }
    words += ["--weights", request.network.weights.description]
    return words
  }
}
