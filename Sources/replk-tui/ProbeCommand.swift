// `replk-tui probe`: whether networks decide by shape or by texture.

import ERFEngine

extension Command {
  static let probe = Command(
    name: "probe", synopsis: "MODEL... [options] [--decisions FILE...]",
    summary: "measure whether networks decide by shape or by texture",
    options: Options.networks + [
      Option(
        "--stimuli", value: "DIR",
        help: "the cue-conflict benchmark, for ImageNet networks (default: built-in stimuli)"),
      Option(
        "--decisions", value: "FILE", repeats: true,
        help: "also draw decisions of others, from CSV (model-vs-human); may be repeated"),
      Option(
        "--csv", value: "OUT",
        help: "write decisions; with --stimuli as they are made, and the same networks resume "
          + "after those written (another table is replaced only with --force)"),
      Option(
        "--shard", value: "I/N", values: .shard,
        help: "with --stimuli and --csv: only share I of N; `merge` puts the tables together"),
      Option("--json", help: "print all numbers as JSON"),
      Option(
        "--size", value: "S", values: .stimulusSide,
        help: "pixels a side of built-in stimuli (default 128; an ONNX file's own)"),
      Option(
        "--count", value: "N", values: .probeStimuli,
        help: "built-in stimuli to learn from, and as many to decide (default 512)"),
      Option(
        "--seed", value: "S", values: .seed,
        help: "other built-in stimuli, other resampling (default 0)"),
    ] + Options.unit.filter { !["--at", "--rule"].contains($0.names[0]) } + Options.preparation
      + Options.classes + [
        Option(
          "--cues",
          help: "also learn shapes alone and textures alone: how well each is recognised"),
        Option(
          "--shuffle", value: "N,...", values: .shuffles,
          help: "test on stimuli cut into N x N tiles and shuffled, such as 2,4,8"),
        Option("--ascii", help: "draw with ASCII characters alone"),
      ] + Options.run + Options.force
  ) { arguments in
    let models = arguments.positionals.filter { !isDecisionFile($0) }
    let files = arguments.all("--decisions") + arguments.positionals.filter(isDecisionFile)
    guard !models.isEmpty || !files.isEmpty else {
      throw UsageError.tooFewPositionals(
        command: "probe", expected: "a model, such as resnet-50, or --decisions FILE")
    }
    if models.isEmpty, let option = arguments.given(besides: ofDecisions) {
      throw UsageError.tooFewPositionals(
        command: "probe \(option)", expected: "a model, such as resnet-50")
    }
    let others = try ShapeBias.read(files)
    let (reports, kept, way, isDone) =
      models.isEmpty
      ? (reports: [], kept: nil, way: nil, isDone: true) : try run(models, arguments)
    if let shard = arguments.shard(), reports.isEmpty, !arguments.has("--json") {
      let path = arguments.last("--csv") ?? ""
      try StandardStreams.write(
        Text.lines([
          kept ?? "wrote \(path): no stimulus falls to share \(shard.text)"
        ]))
    } else if arguments.has("--json") {
      try StandardStreams.write(
        json: ShapeBiasReport.json(reports, others: others, seed: arguments.seed()))
    } else {
      try StandardStreams.write(
        ProbeText(
          reports, others: others, seed: arguments.seed(), ascii: arguments.has("--ascii")
        ).text + (kept.map { Text.lines(["", $0]) } ?? ""))
    }
    if Interruption.cancellation.isCancelled, !isDone {
      throw Interrupted(explanation: stopped(reports, of: models.count, way: way))
    }
  }

  /// The options that say something of decisions which others made.
  private static let ofDecisions: Set = ["--decisions", "--json", "--seed", "--ascii"]

  /// How much a run that was stopped covers, and how it goes on.
  private static func stopped(
    _ reports: [ShapeBiasReport], of networks: Int, way: String?
  ) -> String {
    var parts: [String] = []
    if let last = reports.last, last.open > 0 {
      parts.append(
        "\(last.decisions.count) of \(last.decisions.count + last.open) stimuli of \(last.model)")
    }
    if networks > 1 { parts.append("\(reports.count) of \(networks) networks") }
    return
      "stopped: partial, \(parts.isEmpty ? "covering all stimuli" : parts.joined(separator: ", "))"
      + (way.map { "; \($0)" } ?? "")
  }

  /// Models never end so; a shell puts the files of a pattern behind `--decisions`.
  private static func isDecisionFile(_ word: String) -> Bool {
    word.lowercased().hasSuffix(".csv")
  }

  /// A report of each network, what there is to say of the table of a share that was finished before, how the run goes
  /// on if a signal ended it, and whether all was done before that came.
  private typealias Found = (reports: [ShapeBiasReport], kept: String?, way: String?, isDone: Bool)

  private static func run(_ models: [String], _ arguments: Arguments) throws -> Found {
    // Read first: sizes of stimuli are square, unlike those of other inputs.
    let request = try arguments.probeRequest(models)
    let networks = try arguments.requests(models).map(\.network)
    if let folder = arguments.last("--stimuli") {
      return try decide(folder, networks, models, arguments)
    }
    for option in ["--shard", "--classes"] where arguments.has(option) {
      throw UsageError.missingOption(command: "probe \(option)", option: "--stimuli DIR")
    }
    let files = OutputFiles(arguments.all("--csv"), arguments, models: models)
    try files.requireFree()
    let probe = ShapeBiasProbe(request)
    let opened = try networks.map { try probe.opened($0) }
    if arguments.has("--csv") { try ShapeBiasProbe.requireDistinct(opened) }
    let reports = try reports(
      of: opened,
      nothing: Interrupted(
        explanation: "stopped during \(opened[0].spec.text), for which there is nothing yet: "
          + "a read-out needs all of its stimuli")
    ) { network, _, progress in
      try probe.run(network, cancellation: Interruption.cancellation, progress: progress)
    }
    let isDone = !Interruption.cancellation.isCancelled
    for path in files.paths {
      try files.write(DecisionFile.encode(reports.flatMap(\.decisions)), to: path)
    }
    return (reports, nil, nil, isDone)
  }

  /// Decisions over the stimuli of `folder`, or a share of them, kept in a table as they are made.
  private static func decide(
    _ folder: String, _ networks: [NetworkSpec], _ models: [String], _ arguments: Arguments
  ) throws -> Found {
    for option in ["--size", "--count", "--stage", "--tap", "--cues", "--shuffle"]
    where arguments.has(option) {
      throw UsageError.conflicting("--stimuli", option)
    }
    let stimuli = try StimulusFolder(folder)
    let shard = arguments.shard()
    if shard != nil, !arguments.has("--csv") {
      throw UsageError.missingOption(command: "probe --shard", option: "--csv OUT")
    }
    if let csv = arguments.last("--csv") { try OutputFiles.requireKept(csv, "--csv") }
    let own = shard.map(stimuli.share) ?? stimuli
    let watched = WatchedFiles(networks.flatMap(\.inputs))
    // All networks look at the same stimuli, whose contents a share tells.
    let pictures = WatchedFiles(own.stimuli.map(\.path))
    let opened = try networks.map(CueConflictBenchmark.opened)
    var benchmark = CueConflictBenchmark(
      own, seed: arguments.seed(), threads: arguments.threads())
    benchmark.watched = pictures
    var file = try arguments.last("--csv").map { csv in
      try CueConflictBenchmark.requireDistinct(opened)
      let output = OutputFiles(
        [csv], arguments, models: models, images: .files(stimuli.stimuli.map(\.path)))
      let command = arguments.command(
        "probe", without: Arguments.immaterial.union(["--csv", "--decisions", "--ascii"]),
        positionals: models)
      let share = DecisionShare(shard ?? .whole, of: stimuli, by: opened, command: command)
      return try kept(share, isTable: shard == nil, in: output)
    }
    // A share without a stimulus is a table without rows.
    let made =
      benchmark.stimuli.stimuli.isEmpty
      ? []
      : try reports(
        of: opened,
        nothing: Interrupted(
          beforeAny: "stimulus", was: "decided", at: arguments.last("--csv"))
      ) {
        // Its numbers have been read; what the table says of their files was read apart from that.
        try watched.requireUnchanged()
        return try benchmark.run(
          $0, number: $1, into: &file, cancellation: Interruption.cancellation, progress: $2)
      }
    let isDone = !Interruption.cancellation.isCancelled
    if isDone { try file?.finish() }
    let way = file?.place.resumption
    if let file, file.wasFinished, let csv = arguments.last("--csv") {
      return (made, Text.kept(csv, by: file.makers), way, isDone)
    }
    return (made, nil, way, isDone)
  }

  /// The file that `share` is kept in: a run goes on with what it wrote, and replaces something else only when it is
  /// told to.
  private static func kept(
    _ share: DecisionShare, isTable: Bool, in output: OutputFiles
  ) throws -> DecisionShareFile {
    let csv = output.paths[0]
    try output.requireNoInputs()
    try AtomicFile.requireWritable(csv)
    func file(replaces: Bool) throws -> DecisionShareFile {
      try DecisionShareFile(share, at: csv, isTable: isTable, replaces: replaces)
    }
    do {
      return try file(replaces: output.isForced)
    } catch let error as DecisionError {
      try output.requireReplacing(error.explanation)
      return try file(replaces: true)
    }
  }

  /// Of each network, up to the one at which a signal ended the run.
  ///
  /// - Parameter nothing: what to say where there is nothing of the first, since it was stopped too early.
  /// - Throws: `nothing`.
  private static func reports(
    of networks: [OpenedNetwork], nothing: @autoclosure () -> Interrupted,
    _ probe: (Network, _ number: Int, (ShapeBiasProgress) -> Void) throws -> ShapeBiasReport
  ) throws -> [ShapeBiasReport] {
    Interruption.catchSignals()
    var reports: [ShapeBiasReport] = []
    // All networks look at the same pictures.
    var told: Set<String> = []
    for (index, opened) in networks.enumerated() where !Interruption.cancellation.isCancelled {
      var line = ProgressLine(label: opened.spec.text)
      defer { line.erase() }
      do {
        let network = try Network(opened, cancellation: Interruption.cancellation)
        let report = try probe(network, index + 1) { line.show($0) }
        line.erase()
        let skipped = report.skipped.map { "\($0.path): \($0.reason)" }
        for line in Text.skipped(skipped.filter { told.insert($0).inserted }) {
          StandardStreams.writeError(Text.message(line))
        }
        reports.append(report)
      } catch is CancellationError {
        break
      }
    }
    guard !reports.isEmpty else { throw nothing() }
    return reports
  }
}

extension Arguments {
  fileprivate func probeRequest(_ models: [String]) throws -> ShapeBiasRequest {
    let count = whole("--count") ?? 512
    // Stimuli are square, and the same for all networks.
    let own = models.lazy.compactMap(NetworkSpec.exportedSize(ofModel:)).first {
      $0.height == $0.width
    }
    return ShapeBiasRequest(
      size: whole("--size") ?? own?.height ?? 128, seed: seed(), agreeing: count, conflicts: count,
      tap: try tap(), cues: has("--cues"),
      shuffles: last("--shuffle").flatMap { [Int](tiles: $0) } ?? [], threads: threads())
  }
}
