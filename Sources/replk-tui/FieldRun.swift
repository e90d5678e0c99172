// One network's run for a subcommand: its progress, and what is kept of it when somebody ends it.

import ERFEngine

/// A run that a signal ended, after all there was to keep was written.
struct Interrupted: ExplainedError {
  let explanation: String

  init(explanation: String) { self.explanation = explanation }

  /// Before one of `what` was `done`; a file that an earlier run left at `path` is as it was.
  init(beforeAny what: String, was done: String = "done", at path: String?) {
    let kept = path.flatMap { FileIdentity(of: $0) == nil ? nil : $0 }
    self.init(
      explanation: kept.map { "stopped before another \(what) was \(done); \($0) is as it was" }
        ?? "stopped before the first \(what) was \(done); nothing was written")
  }

  /// As a shell reports the signal.
  var code: Int32 { 128 + Interruption.signalNumber }
}

extension PartPlace {
  /// For people: how a run that a signal ended goes on. With what another run wrote there meanwhile the same command
  /// may have nothing to do, or not go on at all.
  var resumption: String {
    isOwn ? "the same command resumes" : "\(path) holds what another run wrote meanwhile"
  }
}

struct FieldRun {
  let request: ValidatedRequest
  var shard: Shard?
  /// Where the run is kept as it goes on; nil: nowhere.
  var file: PartFile?
  /// The images' files as they were when the command began; nil: whoever runs this watches them.
  var watched: WatchedFiles?
  /// What was said of skipped images, once for all runs over them.
  var told: Set<String> = []
  /// Whether the file held the finished run before, and was left as it is.
  private(set) var wasFinished = false

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
      line.end()
      told = line.told
    }
    var (latest, earlier, file) = (ERFPart?.none, ERFPart?.none, file)
    defer { self.file = file }
    do {
      let result = try computer.compute(
        request, shard: shard, watched: watched,
        resume: { fresh in
          earlier = try file?.earlier(fresh, isAnew: isAnew)
          // A part that was finished before is left alone.
          wasFinished = earlier?.isFinished == true
          return earlier ?? file?.begun(fresh)
        }, cancellation: Interruption.cancellation
      ) { progress in
        line.show(progress)
        guard case .part(let part) = progress else { return }
        latest = part
        file?.note(part)
      }
      if result.imageNames.isEmpty { line.tellSkipped() }
      if let part = result.part, !wasFinished { try file?.write(part) }
      return result
    } catch is CancellationError {
      if let failure = file?.failure { throw failure }
      if wasFinished, let file {
        throw Interrupted(
          explanation: "stopped before all pictures of \(file.path) were checked; it was finished "
            + "before and is as it was")
      }
      if let latest { try file?.write(latest) }
      guard let kept = latest ?? earlier, !kept.indices.isEmpty else {
        throw Interrupted(beforeAny: "image", at: file?.path)
      }
      guard kept.done.isEmpty else { return kept.result() }
      throw Interrupted(explanation: "stopped while all images so far were skipped")
    } catch let error as FileError where error.isChange {
      // What was done is of the images as they were.
      if let latest { try file?.write(latest) }
      throw error
    }
  }
}

/// The file of a part: written every 30 seconds, at the end, and when a signal ends the run.
struct PartFile {
  private(set) var place: PartPlace
  /// What to run for the part, as it is to stand in the file.
  let command: [String]
  /// Whether what is of another run may be replaced.
  let isForced: Bool

  private static let interval = Duration.seconds(30)

  private var saved = ContinuousClock.now
  /// Why the file could not be written while the run went on, which ends it.
  private(set) var failure: (any Error)?

  init(path: String, command: [String], isForced: Bool) {
    place = PartPlace(path)
    self.command = command
    self.isForced = isForced
  }

  var path: String { place.path }

  /// `fresh` as it is to stand in the file.
  func begun(_ fresh: ERFPart) -> ERFPart {
    var fresh = fresh
    fresh.command = command
    return fresh
  }

  /// What lies in the file of the run that `fresh` is the beginning of; nil where that is none.
  ///
  /// - Throws: ``RunPartError`` where it is of another run.
  func earlier(_ fresh: ERFPart, isAnew: Bool) throws -> ERFPart? {
    if isAnew { return nil }
    let part = try begun(fresh).resumed(from: path, replaces: isForced)
    Merging.warn(
      ofMixed: part?.mixedInstructionSets ?? [], in: path,
      "maps usually differ by less than 5e-6 of the peak")
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

  /// - Throws: also ``RunPartError`` where another run has written the file meanwhile.
  mutating func write(_ part: ERFPart) throws { try place.write(part) }
}

extension Shard {
  /// Who reads pictures that are cut into shares.
  static let readers = "every share reads the list of pictures"
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
