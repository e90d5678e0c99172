// `replk-tui features`: activations of any layer, for comparison with other frameworks.

import ERFEngine

extension Command {
  static let features = Command(
    name: "features", synopsis: "MODEL|FILE --tap NAME -o FILE.npy|FILE.safetensors [options]",
    summary:
      "write the activations of a layer, (N, C, H, W) or tokens (N, L, C), or logits (N, classes)",
    options: Options.network + Options.images(count: "take the first N inputs, or")
      + Options.preparation
      + Options.unit.filter { !["--at", "--rule"].contains($0.names[0]) } + Options.run
      + [
        Option(
          "--shard", value: "I/N", values: .shard,
          help: "only share I of N of the inputs (-o FILE.safetensors); `merge` makes the .npy of "
            + "all shares"),
        Option(
          "--output", "-o", value: "FILE",
          help: "FILE.npy, or FILE.safetensors, which says what its rows are, and from which the "
            + "same command resumes"),
      ] + Options.force
  ) { arguments in
    let request = try arguments.requests([arguments.model(for: "features")])[0]
    let path = try arguments.featuresOutput()
    let isKept = Features.isPart(path)
    if arguments.has("--shard") { try request.images.requireFiles(Shard.readers) }
    let validated = try request.validated()
    let watched = try request.images.watched()
    let files = OutputFiles(
      [path], arguments, models: arguments.positionals, images: request.images)
    var file = FeaturesFile(
      path: path, command: arguments.command("features", without: Arguments.immaterial),
      isForced: arguments.has("--force"))
    if isKept {
      try files.requireFree(
        isOwn: { (try? Features(path: $0)) != nil }, found: Features.obstacle)
    } else {
      try files.requireFree()
    }
    try Features.requireMemory(validated)
    Interruption.catchSignals()
    let features: Features
    do {
      features = try file.features(
        of: validated, shard: arguments.shard(), watched: watched, isKept: isKept,
        cancellation: Interruption.cancellation)
    } catch is CancellationError {
      throw Interrupted(beforeAny: "input", at: isKept ? path : nil)
    }
    tellSkipped(features)
    if isKept {
      // What was finished before is left alone.
      if !file.wasFinished { try file.write(features) }
    } else if features.isPartial {
      // A short array looks like a whole one.
      throw Interrupted(
        explanation:
          "stopped after \(features.rows.count) of \(features.covered.counted("input")); nothing "
          + "was written: with -o FILE.safetensors the same command resumes")
    } else {
      try files.write(features.array.encoded(), to: path)
    }
    var lines = FeaturesText.lines(features, path: path)
    if file.wasFinished { lines[0] = Text.kept(path, by: features.makers) }
    try StandardStreams.write(Text.lines(lines))
    if features.isPartial {
      throw Interrupted(
        explanation:
          "stopped after \(features.rows.count) of \(features.covered.counted("input")); "
          + file.place.resumption)
    }
  }

  private static func tellSkipped(_ features: Features) {
    for line in FeaturesText.skipped(features.rows) {
      StandardStreams.writeError(Text.message(line))
    }
  }
}

extension Arguments {
  /// - Throws: `UsageError` for no file, or one that cannot hold what is asked for.
  fileprivate func featuresOutput() throws(UsageError) -> String {
    guard let path = last("--output") else {
      throw .missingOption(command: "features", option: "-o FILE.npy")
    }
    if Features.isPart(path) {
      try OutputFiles.requireKept(path, "-o")
      return path
    }
    guard (try? ExportFormat(path: path))?.ending == "npy" else {
      throw .badValue(
        option: "-o", value: path, expected: "a name ending in .npy or .safetensors")
    }
    guard !has("--shard") else {
      throw .badValue(
        option: "-o", value: path,
        expected: "FILE.safetensors, which says what share it is: `merge` makes the .npy of all")
    }
    return path
  }
}

/// The file of features that tell what they are: written as the run goes on, at the end, and when a
/// signal ends it.
struct FeaturesFile {
  private(set) var place: PartPlace
  /// What to run for them, as it is to stand in the file.
  let command: [String]
  let isForced: Bool

  /// At least so long between two writings, and as long as twenty of them take.
  private static let interval = Duration.seconds(30)
  private var saved = ContinuousClock.now
  private var pause = interval
  /// Whether an earlier run of the same command came to its end.
  private(set) var wasFinished = false

  init(path: String, command: [String], isForced: Bool) {
    place = PartPlace(path)
    self.command = command
    self.isForced = isForced
  }

  var path: String { place.path }

  /// - Parameter isKept: whether the run goes on from the file and is written to it.
  /// - Throws: what computing and writing throw.
  mutating func features(
    of validated: ValidatedRequest, shard: Shard?, watched: WatchedFiles, isKept: Bool,
    cancellation: Cancellation
  ) throws -> Features {
    let (path, isForced, command) = (path, isForced, command)
    var wasFinished = false
    defer { self.wasFinished = wasFinished }
    func computed(isAnew: Bool) throws -> Features {
      var file = self
      defer { place = file.place }
      return try Features(
        of: validated, shard: shard, watched: watched,
        resume: { fresh in
          var fresh = fresh
          fresh.command = command
          wasFinished = false
          guard isKept && !isAnew,
            let earlier = try fresh.resumed(from: path, replaces: isForced)
          else { return fresh }
          wasFinished = !earlier.isPartial
          Merging.warn(
            ofMixed: earlier.mixedInstructionSets, in: path, "values differ by float32 rounding")
          return earlier
        }, cancellation: cancellation
      ) {
        if isKept { try file.note($0) }
      } ended: {
        if isKept { try file.write($0) }
      }
    }
    do {
      return try computed(isAnew: false)
    } catch ERFComputer.Failure.changed where isForced {
      return try computed(isAnew: true)
    }
  }

  private mutating func note(_ features: Features) throws {
    let clock = ContinuousClock()
    let start = clock.now
    guard start - saved > pause else { return }
    try write(features)
    saved = clock.now
    pause = max(Self.interval, (saved - start) * 20)
  }

  /// - Throws: also ``RunPartError`` where another run has written the file meanwhile.
  mutating func write(_ features: Features) throws { try place.write(features) }
}

enum FeaturesText {
  private static let shown = 3
  /// Most runs of rows that are named.
  private static let runs = 100

  /// What was skipped, a line each; of very many the first, and which rows are those of the others.
  static func skipped(_ rows: [Features.Row]) -> [String] {
    let skipped = rows.compactMap { row in row.reason.map { (row.index, $0) } }
    let named = skipped.prefix(Text.named).map { "skipped \($1); its row \($0) is NaN" }
    let rest = skipped.dropFirst(Text.named).map(\.0)
    guard !rest.isEmpty else { return named }
    return named + ["\(Text.skipped(more: rest.count)), whose rows are NaN: \(listed(rest))"]
  }

  /// `3, 7-9`, of numbers in their order.
  private static func listed(_ numbers: [Int]) -> String {
    var all: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = all.last, last.upperBound == number - 1 {
        all[all.count - 1] = last.lowerBound...number
      } else {
        all.append(number...number)
      }
    }
    let texts = all.prefix(runs).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    let more = all.dropFirst(runs).reduce(0) { $0 + $1.count }
    return texts.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  /// What was written, and which inputs the rows are.
  static func lines(_ features: Features, path: String) -> [String] {
    let shape = features.shape.map(String.init).joined(separator: "x")
    let rows = features.rows
    var names = rows.map { "\($0.index) \($0.name)" }
    if names.count > 2 * shown {
      names = names.prefix(shown) + ["..."] + names.suffix(1)
    }
    return ["wrote \(path): \(shape) float32"]
      + (rows.isEmpty ? [] : ["rows: \(names.joined(separator: ", "))"])
      + (features.weightsChoice.map(Text.notes) ?? [])
  }
}
