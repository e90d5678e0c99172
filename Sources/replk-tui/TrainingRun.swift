// A run of the trainer as a command: progress, files, measurements, a report.

import ERFEngine
import ERFInterface

/// A run of the trainer with a line of progress, files and a report.
struct TrainingRun {
  var trainer: Trainer
  let outputs: TrainingOutputs
  /// Between checkpoints.
  let interval: Duration
  let epochsBetweenMeasurements: Int

  private static let reports = 20
  /// Whether the checkpoint is this run's.
  private(set) var isClaimed = false

  mutating func run() throws {
    for line in Text.skipped(trainer.skipped.map(\.explanation)) {
      StandardStreams.writeError(Text.message(line))
    }
    try StandardStreams.write(heading + "\n")
    var line = ProgressLine(label: trainer.recipe.model)
    let confusion: ConfusionMatrix?
    do {
      try steps(&line)
      line.erase()
      confusion = try measure()
    } catch is CancellationError {
      line.erase()
      try save()
      let place = "after step \(trainer.step) of \(trainer.recipe.steps)"
      try StandardStreams.write("saved \(place) in \(outputs.path.printable)\n")
      // A second Ctrl-C ends this too, and what matters is saved.
      if trainer.step > 0 { try report(trainer.measure(Cancellation())) }
      throw Interrupted(
        explanation: "stopped \(place); the same command with --resume continues")
    } catch let error as TrainingError {
      line.erase()
      try save()
      throw error
    } catch {
      // Nobody reads the report any more, or a file could not be written: what was learnt since is worth another try.
      line.erase()
      try? save()
      throw error
    }
    try save()
    try StandardStreams.write(LossCurve(trainer.log).text)
    try report(confusion)
  }

  private var heading: String {
    let recipe = trainer.recipe
    var text =
      "\(recipe.model): \(trainer.trainingCount.counted("picture")) to learn from, "
      + "\(trainer.heldOutCount) held out, \(recipe.steps.counted("step")) of \(recipe.batch) "
      + "at \(recipe.sizes) px"
    if trainer.step > 0 { text += ", resumed after step \(trainer.step)" }
    if !trainer.dataHash.isEmpty { text += "\npictures: hash \(trainer.dataHash)" }
    return text
  }

  private mutating func steps(_ line: inout ProgressLine) throws {
    let clock = ContinuousClock()
    let (begin, first) = (ComputingClock.now, trainer.step)
    var saved = clock.now
    let recipe = trainer.recipe
    let perEpoch = trainer.stepsAnEpoch
    // A measurement that an end cut off is made up for: its step may be the best.
    if trainer.log.measurements.last?.step != trainer.step { try measureWhereDue(&line) }
    while !trainer.isFinished {
      try trainer.advance()
      let step = trainer.step
      let seconds = max(1e-9, (ComputingClock.now - begin).inSeconds)
      let rate = Double(step - first) / seconds
      let numbers =
        "loss \(Format.fixed(trainer.log.latestLoss, 3)), "
        + "\(Format.fixed(trainer.log.latestAccuracy * 100, 0)) % right, "
        + "\(Int(rate * Double(recipe.batch))) images/s"
      let place = "epoch \(Format.fixed(Double(step) / Double(perEpoch), 1)), step \(step)"
      line.show(
        "\(place)/\(recipe.steps), \(numbers)", fraction: Double(step) / Double(recipe.steps))
      try measureWhereDue(&line)
      if step % max(1, recipe.steps / Self.reports) == 0 {
        line.erase()
        let left = recipe.secondsLeft(from: first, to: step, in: seconds)
        try StandardStreams.write(
          "\(place)/\(recipe.steps): \(numbers)"
            + (step < recipe.steps ? ", \(Format.duration(left)) left" : "") + "\n")
      }
      if clock.now - saved > interval, !trainer.isFinished {
        try save()
        saved = clock.now
      }
    }
  }

  /// Writes the training as far as it is.
  private mutating func save() throws {
    let path = outputs.path
    try write(path) { try trainer.save(to: path, among: outputs.versions) }
    isClaimed = true
  }

  /// Writes the network alone, whose weights are the best so far.
  private func saveBest() throws {
    let path = outputs.best
    try write(path) { try trainer.saveNetwork(to: path, among: outputs.versions) }
  }

  /// Writes one of its files by `body`, also over one of this training that somebody else has touched.
  ///
  /// - Throws: ``ForeignInPlace``, and what `body` throws.
  private func write(_ path: String, _ body: () throws -> Void) throws {
    do {
      do {
        try body()
      } catch FileError.replaced where isOwn(path) {
        try body()
      }
    } catch let error as FileError where error.isOfAnother {
      throw ForeignInPlace(path: path, remedy: remedy(for: path))
    }
  }

  /// What to do about a file of somebody else's at `path`, where one of this training's belongs.
  private func remedy(for path: String) -> String {
    guard path == outputs.path else { return "move it away and add --resume" }
    // Of this training, by another run of it.
    if trainer.isOwn(path) { return "add --resume to continue it, or choose another name" }
    // Nothing is left to go on from, and no other training may replace the best weights of this one.
    let best = outputs.versions.isOwn(outputs.best) ? " and \(outputs.best)" : ""
    return "move it\(best) away and start over, or choose another name"
  }

  /// Whether what lies at `path` is of this training.
  private func isOwn(_ path: String) -> Bool {
    outputs.versions.isOwn(path) || outputs.versions.adopt(path) { trainer.isAhead(of: path) }
  }

  /// Measures after an epoch that asks for it, and says what came of it.
  private mutating func measureWhereDue(_ line: inout ProgressLine) throws {
    let (step, perEpoch) = (trainer.step, trainer.stepsAnEpoch)
    guard step > 0, step % (perEpoch * epochsBetweenMeasurements) == 0, !trainer.isFinished,
      let confusion = try measure()
    else { return }
    line.erase()
    let epoch = Format.fixed(Double(step) / Double(perEpoch), 1)
    try StandardStreams.write(
      "epoch \(epoch), step \(step): \(percent(confusion.accuracy)) of the held out at "
        + "\(trainer.recipe.size) px\n")
  }

  /// Measures the held-out pictures, and keeps the weights where they are the best so far.
  private mutating func measure() throws -> ConfusionMatrix? {
    // Of two runs into one name the second is to fail before its best weights lie beside the training of the first.
    // Before the measurement: a run that is killed in between makes up for it.
    if !isClaimed { try save() }
    guard let confusion = try trainer.measure() else { return nil }
    if trainer.log.best?.step == trainer.step { try saveBest() }
    return confusion
  }

  private func report(_ confusion: ConfusionMatrix?) throws {
    var text = "wrote \(outputs.path.printable)"
    if let confusion {
      text +=
        ": \(percent(confusion.accuracy)) of \(confusion.total) held-out pictures right at "
        + "\(trainer.recipe.size) px"
      if let best = trainer.log.best, best.step < trainer.step {
        text += "; the best, \(percent(best.accuracy)) after step \(best.step), \(bestPlace)"
      }
      text += "\n\n" + ConfusionText(confusion).text
      if let path = outputs.confusion {
        try write(path) {
          try AtomicFile.write(Array(confusion.csv.utf8), to: path, among: outputs.versions)
        }
        text += "\nwrote \(path.printable)"
      }
    }
    try StandardStreams.write(text + "\n")
  }

  /// Where the best weights are that came before the last ones: in their file and nowhere else.
  private var bestPlace: String {
    let file = outputs.best.printable
    if isOwn(outputs.best) { return "in \(file)" }
    return FileIdentity(of: outputs.best) == nil
      ? "is lost: \(file) is gone" : "was in \(file), which another program has written since"
  }

  private func percent(_ share: Double) -> String { "\(Format.fixed(share * 100, 1)) %" }
}

/// Another program wrote where a training keeps one of its files.
private struct ForeignInPlace: ExplainedError {
  let path: String
  let remedy: String

  var explanation: String {
    "\(path): was written by another program during this run, and is left as it is: \(remedy)"
  }
}

extension Trainer {
  private static let program = ProgramRecord.text
  private static var command: String {
    "replk-tui " + CommandLine.arguments.dropFirst().joined(separator: " ")
  }

  fileprivate func save(to path: String, among outputs: OutputVersions) throws {
    try save(to: path, program: Self.program, command: Self.command, among: outputs)
  }

  fileprivate func saveNetwork(to path: String, among outputs: OutputVersions) throws {
    try saveNetwork(to: path, madeBy: (Self.program, Self.command), among: outputs)
  }

  /// - Throws: `TrainingError.otherPictures` where the pictures have another hash than `expected`.
  func requireHash(_ expected: String?) throws {
    guard let expected, expected != dataHash, case .folder(let folder) = recipe.data else {
      return
    }
    throw TrainingError.otherPictures(folder: folder, expected: expected, found: dataHash)
  }
}

/// Losses over steps, in characters.
private struct LossCurve {
  private let points: [TrainingLog.Point]
  private static let rows = 8
  private static let columns = 60

  init(_ log: TrainingLog) { points = log.points }

  var text: String {
    guard let highest = points.map(\.loss).max(), let lowest = points.map(\.loss).min(),
      points.count > 1
    else { return "" }
    let columns = min(Self.columns, points.count)
    var cells = [[Character]](
      repeating: [Character](repeating: " ", count: columns), count: Self.rows)
    for column in 0..<columns {
      let point = points[column * (points.count - 1) / max(1, columns - 1)]
      let height = (point.loss - lowest) / max(1e-12, highest - lowest)
      cells[Int(((1 - height) * Double(Self.rows - 1)).rounded())][column] = "*"
    }
    let labels = [0: Format.fixed(highest, 2), Self.rows - 1: Format.fixed(lowest, 2)]
    return cells.enumerated().map { row, line in
      let label = labels[row] ?? ""
      return label.leftPadded(6) + " |" + String(line) + "\n"
    }.joined()
  }
}
