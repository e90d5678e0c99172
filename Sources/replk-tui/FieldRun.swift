// One network's run for a subcommand: its progress, and what is kept of it when somebody ends it.

import ERFEngine

/// A run that a signal ended, after all there was to keep was written.
struct Interrupted: ExplainedError {
  let explanation: String

  /// As a shell reports the signal.
  var code: Int32 { 128 + Interruption.signalNumber }
}

struct FieldRun {
  let request: ValidatedRequest
  var shard: Shard?
  /// Where the run is kept as it goes on; nil: nowhere.
  var file: PartFile?
  /// What was said of skipped images, once for all runs over them.
  var told: Set<String> = []

  /// Computes, from where an earlier run of the same file ended; anew where its images are others by now
  /// and the file may be replaced.
  ///
  /// - Returns: the result, of some of the images only where a signal came: see
  ///   ``ERFResult/isPartial``.
  /// - Throws: what computing and writing throw, ``Interrupted`` before the first image is done.
  mutating func result(on computer: ERFComputer) throws -> ERFResult {
    do {
      return try result(on: computer, isAnew: false)
    } catch ERFComputer.Failure.changed where file?.isForced == true {
      return try result(on: computer, isAnew: true)
    }
  }

  private mutating func result(on computer: ERFComputer, isAnew: Bool) throws -> ERFResult {
    Interruption.catchSignals()
    var line = ProgressLine(label: request.request.network.text, told: told)
    defer {
      line.erase()
      told = line.told
    }
    var (latest, file) = (ERFPart?.none, file)
    do {
      let result = try computer.compute(
        request, shard: shard, resume: { try file?.earlier($0, isAnew: isAnew) ?? $0 },
        cancellation: Interruption.cancellation
      ) { progress in
        line.show(progress)
        guard case .part(let part) = progress else { return }
        latest = part
        file?.note(part)
      }
      if let part = result.part { try file?.write(part) }
      return result
    } catch is CancellationError {
      if let failure = file?.failure { throw failure }
      guard let latest else {
        throw Interrupted(
          explanation: "stopped before the first image was done; nothing was written")
      }
      try file?.write(latest)
      guard latest.done.isEmpty else { return latest.result() }
      throw Interrupted(explanation: "stopped while all images so far were skipped")
    }
  }
}

/// The file of a part: written every 30 seconds, at the end, and when a signal ends the run.
struct PartFile {
  let path: String
  /// What to run for the part, as it is to stand in the file.
  let command: [String]
  /// Whether what is of another run may be replaced.
  let isForced: Bool

  private static let interval = Duration.seconds(30)

  private var saved = ContinuousClock.now
  /// Why the file could not be written while the run went on, which ends it.
  private(set) var failure: (any Error)?

  init(path: String, command: [String], isForced: Bool) {
    self.path = path
    self.command = command
    self.isForced = isForced
  }

  /// What lies in the file of the run that `fresh` is the beginning of.
  ///
  /// - Throws: ``RunPartError`` where it is of another run.
  func earlier(_ fresh: ERFPart, isAnew: Bool) throws -> ERFPart {
    var fresh = fresh
    fresh.command = command
    if isAnew { return fresh }
    return try fresh.resumed(from: path, replaces: isForced)
  }

  mutating func note(_ part: ERFPart) {
    guard failure == nil, ContinuousClock.now - saved > Self.interval else { return }
    do {
      try write(part)
      saved = ContinuousClock.now
    } catch {
      failure = error
      Interruption.cancellation.cancel()
    }
  }

  func write(_ part: ERFPart) throws { try AtomicFile.write(part.encoded(), to: path) }
}

extension Options {
  static let shard = [
    Option(
      "--shard", value: "I/N", values: .shard,
      help: "only share I of N of the images, kept as a part (-o FILE.erf) that `merge` takes")
  ]
}

extension Arguments {
  func shard() -> Shard? { last("--shard").flatMap { Shard($0) } }

  /// What has no say in a map: which share, where to, how fast, what is printed.
  static let immaterial: Set<String> = [
    "--shard", "--output", "--threads", "--json", "--pgm-8", "--pgm-ascii", "--colormap", "--force",
  ]
}
