// `replk-tui stimuli`: the built-in stimuli as pictures.

import ERFEngine

extension Command {
  static let stimuli = Command(
    name: "stimuli", synopsis: "-o DIR [--kind K] [--count N] [--size S] [--seed S]",
    summary: "write built-in stimuli for shape bias as PNG, named as in the benchmark",
    options: [
      Option("--output", "-o", value: "DIR", help: "the folder to write into"),
      Option("--kind", value: "K", help: "\(kinds) (default conflict)"),
      Option(
        "--count", value: "N", values: .stimuli, help: "how many (default 240: every pair once)"),
      Option("--size", value: "S", values: .stimulusSide, help: "pixels a side (default 224)"),
      Option("--seed", value: "S", values: .seed, help: "another seed draws others (default 0)"),
    ] + Options.force
  ) { arguments in
    if let extra = arguments.positionals.first {
      throw UsageError.tooManyPositionals(command: "stimuli", extra: extra)
    }
    guard let folder = arguments.last("--output") else {
      throw UsageError.missingOption(command: "stimuli", option: "-o DIR")
    }
    let kind = try arguments.parsed("--kind", expected: kinds) { StimulusKind(rawValue: $0) }
    let count = arguments.whole("--count") ?? 240
    let size = arguments.whole("--size") ?? 224
    let seed = arguments.seed()
    try BuiltInStimulus.requireMemory(size: size)
    try Folder.requireWritable(folder)
    let stimuli = (0..<count).map {
      BuiltInStimulus(kind: kind ?? .conflict, seed: seed, index: $0)
    }
    do {
      try write(stimuli, size: size, to: folder, isForced: arguments.has("--force"))
    } catch is CancellationError {
      throw Interrupted(explanation: "stopped before all stimuli were drawn; nothing was written")
    }
    try StandardStreams.write(
      Text.lines(["wrote \(count.counted("stimulus", "stimuli")) into \(folder)"]))
  }

  /// Writes all that are not there yet, or none.
  private static func write(
    _ stimuli: [BuiltInStimulus], size: Int, to folder: String, isForced: Bool
  ) throws {
    func picture(_ stimulus: BuiltInStimulus) throws -> [UInt8] {
      try Interruption.cancellation.check()
      return try PNGWriter.encode(stimulus.image(size: size))
    }
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    let outputs = OutputVersions(stimuli.map { base + $0.path }, isForced: isForced)
    // The same stimuli, written earlier, need neither a word nor writing again.
    let existing = Set(
      stimuli.indices.filter { FileIdentity.isReplaceable(base + stimuli[$0].path) })
    var replaces = isForced
    for index in existing.sorted() where !replaces {
      let path = base + stimuli[index].path
      guard try picture(stimuli[index]) != FileBytes.read(path, limit: 1 << 26) else { continue }
      // One answer holds for all that are others.
      guard OutputFiles.mayReplace(path) else { throw UsageError.existing(path) }
      replaces = true
    }
    let written = stimuli.indices.filter { replaces || !existing.contains($0) }
      .map { stimuli[$0] }
    var folders: Set<ObjectCategory> = []
    for stimulus in written where folders.insert(stimulus.shape).inserted {
      if Folder.isFolder(base + stimulus.shape.rawValue) {
        try AtomicFile.requireWritable(base + stimulus.path)
      }
    }
    Interruption.catchSignals()
    try Folder.write(
      written.map { stimulus in (name: stimulus.path, bytes: { try picture(stimulus) }) },
      to: folder, among: outputs)
  }

  private static let kinds = StimulusKind.allCases.map(\.rawValue).joined(separator: ", ")
}
