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

  /// Computes, from where an earlier run of the same file ended.
  ///
  /// - Returns: the result, of some of the images only where a signal came: see
  ///   ``ERFResult/isPartial``.
  /// - Throws: what computing and writing throw, ``Interrupted`` before the first image is done.
  mutating func result(on computer: ERFComputer) throws -> ERFResult {
    Interruption.catchSignals()
    var line = ProgressLine(label: request.request.network.text)
    defer { line.erase() }
    var (latest, file) = (ERFPart?.none, file)
    do {
      let result = try computer.compute(
        request, shard: shard, resume: { try file?.earlier($0) ?? $0 },
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

  private static let interval = Duration.seconds(30)

  private var saved = ContinuousClock.now
  /// Why the file could not be written while the run went on, which ends it.
  private(set) var failure: (any Error)?

  init(path: String, command: [String]) {
    self.path = path
    self.command = command
  }

  /// What lies in the file of the run that `fresh` is the beginning of.
  ///
  /// - Throws: ``ERFPartError`` where it is of another run.
  func earlier(_ fresh: ERFPart) throws -> ERFPart {
    var fresh = fresh
    fresh.command = command
    guard var part = try ERFPart.kept(at: path) else { return fresh }
    if let difference = part.difference(from: fresh) {
      throw ERFPartError.otherRun(path: path, difference: difference)
    }
    guard part.shards == fresh.shards else {
      throw ERFPartError.otherShare(
        path: path, found: Self.words(part.shards), asked: Self.words(fresh.shards))
    }
    part.command = command
    part.addMakers(of: fresh)
    return part
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

  private static func words(_ shards: [Shard]) -> String {
    shards.isEmpty
      ? "the whole run"
      : (shards.count == 1 ? "share " : "shares ") + shards.map(\.text).joined(separator: ", ")
  }
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
