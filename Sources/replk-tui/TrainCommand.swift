// `replk-tui train`: a network trained from random weights, saved as it goes, resumed bit for bit.

import ERFEngine
import ERFInterface

extension Command {
  static let train = Command(
    name: "train", synopsis: "MODEL -o FILE.safetensors [options]",
    summary: "train a network on the built-in shapes or a folder a class, and resume it exactly",
    options: [
      Option("--output", "-o", value: "FILE", help: "checkpoint to write, ending in .safetensors"),
      Option("--resume", help: "go on where FILE stopped, bit for bit"),
      Option(
        "--data", value: "DIR|shapes",
        help: "a folder with a folder of pictures a class, or built-in stimuli (default shapes)"),
      Option("--count", value: "N", help: "built-in stimuli to learn from (default 4800)"),
      Option("--epochs", value: "N", help: "how often every picture is seen (default 20)"),
      Option("--steps", value: "N", help: "batches to see, instead of epochs"),
      Option("--batch", value: "N", help: "pictures a step (default 64)"),
      Option("--size", value: "S", help: "pixels a side of the input (default 96)"),
      Option("--seed", value: "S", help: "weights, pictures and their order (default 0)"),
      Option("--lr", value: "R", help: "highest learning rate (default 0.002)"),
      Option(
        "--optimizer", value: "NAME",
        help: "adamw, or sgd with momentum 0.9 (default adamw)"),
      Option("--weight-decay", value: "D", help: "default 0.05 for adamw, 0.0001 for sgd"),
      Option("--smoothing", value: "E", help: "label smoothing (default 0.1)"),
      Option("--drop-path", value: "P", help: "stochastic depth of the last block (default 0)"),
      Option("--mixup", value: "A", help: "mix pairs of pictures by Beta(A, A) (default 0: no)"),
      Option("--erase", value: "P", help: "chance of erasing a rectangle (default 0)"),
      Option("--ema", value: "D", help: "decay of the moving average of weights (default 0: none)"),
      Option("--no-flip", help: "do not mirror pictures at random"),
      Option("--save-every", value: "SECONDS", help: "time between checkpoints (default 30)"),
      Option("--threads", value: "N", help: "worker threads (default: one a core)"),
    ]
  ) { arguments in
    let words = arguments.positionals
    guard words.count == 1 else {
      if words.isEmpty {
        throw UsageError.tooFewPositionals(
          command: "train", expected: "a model, such as replknet-13-nano")
      }
      throw UsageError.tooManyPositionals(command: "train", extra: words[1])
    }
    guard let path = arguments.last("--output") else {
      throw UsageError.tooFewPositionals(
        command: "train", expected: "-o FILE.safetensors to write to")
    }
    guard path.lowercased().hasSuffix(".safetensors") else {
      throw UsageError.badValue(
        option: "-o", value: path, expected: "a name ending in .safetensors")
    }
    let recipe = try arguments.recipe(model: words[0])
    try AtomicFile.requireWritable(path)
    Interruption.catchSignals()
    var run = TrainingRun(
      trainer: try Trainer(
        recipe, threads: try arguments.threads(), cancellation: Interruption.cancellation),
      path: path, interval: .seconds(try arguments.number("--save-every", 1...86400) ?? 30))
    if arguments.has("--resume") {
      try run.trainer.resume(from: path)
    } else {
      try Trainer.requireNoUnfinishedTraining(in: path)
    }
    try run.run()
  }
}

/// A run of the trainer with a line of progress, files and a report.
private struct TrainingRun {
  var trainer: Trainer
  let path: String
  /// Between checkpoints.
  let interval: Duration

  private static let reports = 20

  mutating func run() throws {
    let recipe = trainer.recipe
    try StandardStreams.write(
      "\(recipe.model): \(trainer.trainingCount) pictures to learn from, "
        + "\(trainer.heldOutCount) held out, \(recipe.steps) steps of \(recipe.batch) "
        + "at \(recipe.size) px"
        + (trainer.step > 0 ? ", resumed after step \(trainer.step)" : "") + "\n")
    var line = ProgressLine(label: recipe.model)
    do {
      try steps(&line)
    } catch is CancellationError {
      line.erase()
      try trainer.save(to: path)
      try StandardStreams.write(
        "stopped after step \(trainer.step) of \(recipe.steps); saved in \(path); "
          + "the same command with --resume goes on\n")
      return
    } catch let error as TrainingError {
      line.erase()
      try trainer.save(to: path)
      throw error
    }
    line.erase()
    let accuracy = try trainer.measureAccuracy()
    try trainer.save(to: path)
    var text = LossCurve(trainer.log).text
    text += "wrote \(path)"
    if let accuracy {
      text +=
        ": \(Format.fixed(accuracy * 100, 1)) % of \(trainer.heldOutCount) held-out pictures right"
    }
    try StandardStreams.write(text + "\n")
  }

  private mutating func steps(_ line: inout ProgressLine) throws {
    let clock = ContinuousClock()
    let (begin, first) = (clock.now, trainer.step)
    var saved = begin
    let recipe = trainer.recipe
    while !trainer.isFinished {
      try trainer.advance()
      let seconds = max(1e-9, (clock.now - begin) / .seconds(1))
      let rate = Double((trainer.step - first) * recipe.batch) / seconds
      let numbers =
        "loss \(Format.fixed(trainer.log.latestLoss, 3)), "
        + "\(Format.fixed(trainer.log.latestAccuracy * 100, 0)) % right, "
        + "\(Int(rate)) images/s"
      line.show(
        "step \(trainer.step)/\(recipe.steps), \(numbers)",
        fraction: Double(trainer.step) / Double(recipe.steps))
      if trainer.step % max(1, recipe.steps / Self.reports) == 0 {
        line.erase()
        try StandardStreams.write("step \(trainer.step)/\(recipe.steps): \(numbers)\n")
      }
      if clock.now - saved > interval, !trainer.isFinished {
        try trainer.save(to: path)
        saved = clock.now
      }
    }
  }
}

extension Trainer {
  fileprivate func save(to path: String) throws {
    try save(
      to: path, program: "replk-tui \(Help.version)",
      command: "replk-tui " + CommandLine.arguments.dropFirst().joined(separator: " "))
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
      return String(repeating: " ", count: max(0, 6 - label.count)) + label + " |" + String(line)
        + "\n"
    }.joined()
  }
}

extension Arguments {
  fileprivate func number(
    _ option: String, _ range: ClosedRange<Int>
  ) throws(UsageError) -> Int? {
    try parsed(
      option, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
    ) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
  }

  fileprivate func decimal(
    _ option: String, _ range: ClosedRange<Double>
  ) throws(UsageError) -> Double? {
    try parsed(option, expected: "a number from \(range.lowerBound) to \(range.upperBound)") {
      Double($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  fileprivate func recipe(model: String) throws -> TrainingRecipe {
    let batch = try number("--batch", 2...4096) ?? 64
    let data: TrainingRecipe.Data
    switch last("--data") {
    case nil, "shapes": data = .shapes(count: try number("--count", 16...1_000_000) ?? 4800)
    case let folder?:
      if has("--count") { throw UsageError.conflicting("--data", "--count") }
      data = .folder(folder)
    }
    if has("--epochs") && has("--steps") { throw UsageError.conflicting("--epochs", "--steps") }
    let steps: Int
    if let asked = try number("--steps", 1...100_000_000) {
      steps = asked
    } else {
      let epochs = try number("--epochs", 1...100_000) ?? 20
      steps = epochs * max(1, try data.trainingCount() / batch)
    }
    var recipe = try TrainingRecipe(
      model: NetworkSpec(model: model).modelID(), data: data, steps: steps)
    recipe.batch = batch
    recipe.size = try number("--size", 32...1024) ?? recipe.size
    recipe.seed = try seed()
    recipe.rate = try decimal("--lr", 1e-9...100) ?? recipe.rate
    recipe.smoothing = try decimal("--smoothing", 0...0.9) ?? recipe.smoothing
    recipe.stochasticDepth = try decimal("--drop-path", 0...0.9) ?? 0
    recipe.mixup = try decimal("--mixup", 0...1) ?? 0
    recipe.erasing = try decimal("--erase", 0...1) ?? 0
    recipe.averaging = try decimal("--ema", 0...0.99999) ?? 0
    recipe.mirrors = !has("--no-flip")
    let decay = try decimal("--weight-decay", 0...1)
    let rule = try parsed("--optimizer", expected: "adamw or sgd") {
      ["adamw", "sgd"].contains($0) ? $0 : nil
    }
    recipe.optimizer = rule == "sgd" ? .sgd() : .adamW()
    recipe.optimizer.weightDecay = decay ?? recipe.optimizer.weightDecay
    return recipe
  }
}
