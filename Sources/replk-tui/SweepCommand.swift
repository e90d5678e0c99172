// `replk-tui sweep`: fields over a grid of kernels, sizes and weights, as a table.

import ERFEngine

extension Command {
  static let sweep = Command(
    name: "sweep",
    synopsis: "MODEL|FILE... [--kernels A:B:STEP [--of K]] [--sizes S,...] [options] -o FILE.csv",
    summary: "compute fields over a grid of networks, kernels, sizes and weights, as a table",
    options: [
      Option(
        "--kernels", value: "A:B:STEP", values: .kernels,
        help: "odd sides of the spatial kernels, from A to B in steps, or a list such as 3,7,13"),
      Option(
        "--of", value: "K", values: .stage,
        help: "the stage whose kernels these are (default: all stages)"),
      Option(
        "--fit", value: "interpolate|crop",
        help:
          "how trained kernels are fitted to other sides: interpolated with their energy kept, "
          + "or cut to them and padded with zeros (default interpolate, as in the explorer)"),
      Option(
        "--sizes", value: "S|HxW,...", values: .sizes,
        help: "input sizes in pixels (default 224; an ONNX file's own)"),
      Option(
        "--weights", value: "FILE|random:SEED|trained", repeats: true,
        help: "weights for every network; may be repeated, each is a point of the grid "
          + "(default: trained for nano networks, random:0 for others)"),
    ] + Options.network.filter { $0.names[0] != "--weights" }
      + Options.images.filter { !["--size", "--tensor"].contains($0.names[0]) }
      + Options.preparation + Options.unit
      + Options.run + [
        Option(
          "--shard", value: "I/N", values: .shard,
          help: "only share I of N of the grid; `merge` puts the tables together"),
        Option(
          "--output", "-o", value: "FILE.csv",
          help: "the table, written point by point; the same command resumes it"),
      ] + Options.force
  ) { arguments in
    guard !arguments.positionals.isEmpty else {
      throw UsageError.tooFewPositionals(
        command: "sweep", expected: "a model, such as replknet-31-nano")
    }
    let path = try table(arguments)
    for option in ["--of", "--fit"] where arguments.has(option) && !arguments.has("--kernels") {
      throw UsageError.missingOption(command: "sweep \(option)", option: "--kernels A:B:STEP")
    }
    // Opening the networks of a large grid takes a while: a signal is to find somebody who says so.
    Interruption.catchSignals()
    let computer = ERFComputer(networks: 1)
    let grid = try arguments.grid(computer)
    // What tells the points' files is a hash that is taken once: what is computed has to be of those files.
    let watched = WatchedFiles(
      Set(grid.map(\.network)).flatMap(\.inputs)
        + (try grid.first.map { try $0.inputs().paths } ?? []))
    let files = OutputFiles(
      [path], arguments, models: arguments.positionals, images: grid.first?.images)
    try files.requireNoInput(path)
    // Every mistake shows before the first point is computed.
    let sweep: SweepTable.Run
    do {
      sweep = try run(over: grid, computer, arguments)
    } catch is CancellationError {
      throw Interrupted(beforeAny: "point", at: path)
    }
    try AtomicFile.requireWritable(path)
    var place = PartPlace(path)
    var table: SweepTable
    do {
      table = try SweepTable.kept(at: path, of: sweep)
    } catch let error as SweepError {
      try files.requireReplacing(error.explanation)
      table = SweepTable(sweep)
    }
    if let note = arguments.kernelsNote { StandardStreams.writeError(Text.message(note)) }
    let notes = try compute(grid, of: sweep, into: &table, at: &place, watched, computer)
    try StandardStreams.write(
      Text.lines(["wrote \(path): \(table.count) of \(grid.count.counted("point"))"] + notes))
  }

  /// Computes the points that `table` lacks, and writes it after each.
  ///
  /// - Returns: what there is to know of their weights.
  /// - Throws: `Interrupted`, `FileError` where a file of `watched` has changed; what computing and writing throw.
  private static func compute(
    _ grid: [ERFRequest], of sweep: SweepTable.Run, into table: inout SweepTable,
    at place: inout PartPlace, _ watched: WatchedFiles, _ computer: ERFComputer
  ) throws -> [String] {
    var notes: [String] = []
    var told: Set<String> = []
    // A share without a point is a table that says what it is of.
    try place.write(table, of: sweep)
    for point in sweep.points where !table.has(point) {
      var run = FieldRun(
        request: try grid[point - 1].validated { try computer.open($0) }, told: told)
      let result: ERFResult
      do {
        result = try run.result(on: computer)
      } catch is Interrupted {
        throw Interrupted(explanation: try stopped(table, sweep, &place))
      }
      guard !result.isPartial else {
        throw Interrupted(explanation: try stopped(table, sweep, &place))
      }
      try watched.requireUnchanged()
      told = run.told
      table.add(result, point: point, of: sweep)
      for note in result.subject.weightsChoice.map(Text.notes) ?? [] where !notes.contains(note) {
        notes.append(note)
      }
      try place.write(table, of: sweep)
      StandardStreams.writeError(
        StandardStreams.errorIsTerminal
          ? Text.message("point \(point) of \(grid.count): \(result.subject.model)") : "")
    }
    return notes
  }

  /// Where the table is to be written.
  private static func table(_ arguments: Arguments) throws(UsageError) -> String {
    guard let path = arguments.last("--output") else {
      throw UsageError.missingOption(command: "sweep", option: "-o FILE.csv")
    }
    guard path.lowercased().hasSuffix(".csv") else {
      throw UsageError.badValue(option: "-o", value: path, expected: "a name ending in .csv")
    }
    try OutputFiles.requireKept(path, "-o")
    return path
  }

  private static func run(
    over grid: [ERFRequest], _ computer: ERFComputer, _ arguments: Arguments
  ) throws -> SweepTable.Run {
    SweepTable.Run(
      keys: try keys(of: grid, computer), shard: arguments.shard(),
      command: ShellWords.text(
        ["replk-tui"] + arguments.command("sweep", without: Arguments.immaterial)))
  }

  /// What to say of a sweep that a signal ended; a table that was removed meanwhile is written again.
  private static func stopped(
    _ table: SweepTable, _ sweep: SweepTable.Run, _ place: inout PartPlace
  ) throws -> String {
    if place.isFree { try place.write(table, of: sweep) }
    let done = sweep.points.count { table.has($0) }
    return "stopped after \(done) of \(sweep.points.count.counted("point")); \(place.resumption)"
  }

  /// What tells the points apart, each of which is checked. Files are read for it once.
  private static func keys(of grid: [ERFRequest], _ computer: ERFComputer) throws -> [[String]] {
    let images = try grid.first.map { first in
      try first.images.requireFiles("pictures are read for each point of a sweep")
      return try first.inputs().contentsHash
    }
    let names = SweepTable.fileNames(of: grid.map(\.network))
    var hashes: [[PathKey]: String] = [:]
    let keys = try grid.enumerated().map { index, request in
      try Interruption.cancellation.check()
      let files = request.network.files.map(PathKey.init)
      let hash = hashes[files] ?? request.network.filesHash
      hashes[files] = hash
      return try request.validated { try computer.open($0) }.sweepKey(
        point: index + 1, of: grid.count, files: hash, named: names, images: images ?? "")
    }
    // Where all points were computed before, nothing asks again.
    try Interruption.cancellation.check()
    return keys
  }
}

extension Arguments {
  /// What there is to say where the steps of `--kernels` pass over the side that these were to end at.
  fileprivate var kernelsNote: String? {
    guard let text = last("--kernels"), let largest = [Int](kernels: text)?.last else { return nil }
    let range = text.split(separator: ":")
    guard range.count == 3, let end = Int(range[1]), largest < end else { return nil }
    return "note: --kernels \(text) ends at \(largest): steps of \(range[2]) from \(range[0]) do "
      + "not reach \(end)"
  }

  /// All points, the last of networks, kernels, sizes and weights changing fastest.
  fileprivate func grid(_ computer: ERFComputer) throws -> [ERFRequest] {
    let weights = try weights()
    let images = try images()
    let prepared = try preparations(positionals.count)
    var grid: [ERFRequest] = []
    for (word, preparation) in zip(positionals, prepared) {
      let own = NetworkSpec.exportedSize(ofModel: word) ?? InputSize(height: 224, width: 224)
      for kernel in last("--kernels").flatMap({ [Int](kernels: $0) }).map({ $0.map { $0 } })
        ?? [Int?.none]
      {
        for size in last("--sizes").flatMap({ [InputSize](sizes: $0) })
          ?? [own]
        {
          for source in weights.isEmpty ? [WeightsSource?.none] : weights.map({ $0 }) {
            var request = ERFRequest(
              network: try network(word, preparation, weights: source, kernel: kernel, computer),
              images: images.source,
              size: size, tap: try tap(), unit: unit(), rule: try rule(), threads: threads())
            (request.mayBeSkipped, request.imageNames) = (images.found, images.names)
            // What is given twice is computed once.
            if !grid.contains(request) { grid.append(request) }
          }
        }
      }
    }
    try requireCheckpoint(among: grid.map(\.network))
    if has("--fit"), grid.allSatisfy({ $0.network.isRandom }) {
      throw UsageError.missingOption(
        command: "sweep --fit",
        option: "weights that are fitted, such as --weights trained: "
          + "random ones are made for each kernel")
    }
    return grid
  }

  /// How trained kernels are brought to other sides.
  private func fit() throws -> WeightFit {
    try parsed("--fit", expected: "interpolate or crop") { word in
      switch word {
      case "interpolate": .interpolate
      case "crop": .crop
      default: nil
      }
    } ?? .interpolate
  }

  /// A network with other kernels; its weights, unless they are random, are fitted to these.
  private func network(
    _ word: String, _ preparation: PreprocessingChoice, weights: WeightsSource?, kernel: Int?,
    _ computer: ERFComputer
  ) throws -> NetworkSpec {
    var spec = NetworkSpec(model: word, weights: weights)
    let isExport = NetworkSpec.isEditedExport(word)
    if isExport || NetworkSpec.isCheckpoint(word) {
      guard weights == nil else {
        throw UsageError.badValue(
          option: "--weights", value: "\(weights?.description ?? "")",
          expected: "a model: \(word) brings its own")
      }
      spec = isExport ? try NetworkSpec(editedExport: word) : NetworkSpec(file: word)
    }
    spec.preprocessing = preparation
    try choose(&spec)
    guard let kernel else { return spec }
    spec = try spec.named { try computer.open($0) }
    let original = try spec.modelID()
    var design = try NetworkDesign(spec)
    guard design.stages.indices.contains(where: { design.isOpen(.kernel, stage: $0) }) else {
      throw UsageError.badValue(
        option: "--kernels", value: "\(kernel)",
        expected: "a network with kernels to choose; "
          + "those of \(original) are fixed")
    }
    let stage = whole("--of")
    if let stage, !(1...design.stages.count).contains(stage) {
      throw UsageError.badValue(
        option: "--of", value: "\(stage)", expected: "a stage from 1 to \(design.stages.count)")
    }
    for index in design.stages.indices
    where (stage == nil || stage == index + 1) && design.isOpen(.kernel, stage: index) {
      design.stages[index].kernel = kernel
    }
    // Random weights are as if the network were built that way.
    if case .random = spec.weights {
      spec.source = .catalogue(design.id)
      return spec
    }
    spec.edits = try design.edits(from: NetworkDesign(spec.unedited)) ?? []
    spec.fit = try fit()
    return spec
  }
}

extension NetworkSpec {
  fileprivate var isRandom: Bool { if case .random = weights { true } else { false } }
}

extension [Int] {
  /// `3:31:4`, or a list `3,7,13`; nil for anything else. Sides of kernels are odd.
  init?(kernels text: String) {
    let range = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    var sides: [Int?] = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    if range.count == 3, let from = range[0], let to = range[1], let step = range[2],
      from <= to, StageDesign.kernels.contains(step), StageDesign.kernels.contains(from),
      StageDesign.kernels.contains(to)
    {
      sides = Array<Int>(stride(from: from, through: to, by: step)).map { $0 }
    }
    let known = sides.compactMap { $0 }
    guard known.count == sides.count, !known.isEmpty,
      known.allSatisfy({ StageDesign.kernels.contains($0) && $0 % 2 == 1 })
    else { return nil }
    self = known
  }
}

extension [InputSize] {
  /// `224,384` or `160x224,320x448`; nil for anything else.
  init?(sizes text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { InputSize(argument: String($0)) }
    guard sizes.count == parts.count, !sizes.isEmpty else { return nil }
    self = sizes
  }
}

extension OptionValues {
  fileprivate static let kernels = OptionValues(
    expected: "odd sides from 1 to 63: FROM:TO:STEP such as 3:31:4, or a list such as 3,7,13"
  ) { [Int](kernels: $0) != nil }
  fileprivate static let sizes = OptionValues(
    expected: "sizes such as 224,384 or 160x224, each side from 8 to 4096"
  ) { [InputSize](sizes: $0) != nil }
}
