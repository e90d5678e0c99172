// `replk-tui train`: a network trained from random or given weights, saved as it goes, resumed bit for
// bit.

import ERFEngine
import ERFInterface

extension Command {
  static let train = Command(
    name: "train", synopsis: "MODEL -o FILE.safetensors [options]",
    summary: "train a network on built-in shapes or one folder per class, and resume it exactly",
    options: [
      Option("--output", "-o", value: "FILE", help: "checkpoint to write, ending in .safetensors"),
      Option(
        "--resume",
        help: "continue where FILE stopped, bit for bit; more steps than before are fine"),
      Option("--force", help: "start over, replacing what is there"),
      Option(
        "--from", value: "WEIGHTS",
        help: "weights to begin with: a checkpoint, or `trained`; a classifier of another size is "
          + "replaced by a new one, and so is one that is missing"),
    ] + Options.network.filter { ["--weights-key", "--ignore-extra"].contains($0.names[0]) } + [
      Option(
        "--data", value: "DIR|shapes",
        help: "a folder with one folder of pictures per class, or with train and val, each laid "
          + "out like that; or built-in stimuli (default shapes)"),
      Option(
        "--data-hash", value: "HASH",
        help: "continue only if the pictures of --data DIR have this hash, which every run over a "
          + "folder prints"),
      Option(
        "--count", value: "N", values: .trainingStimuli,
        help: "built-in stimuli to learn from (default 4800)"),
      Option(
        "--epochs", value: "N", values: .epochs,
        help: "how often every picture is seen (default 20)"),
      Option("--steps", value: "N", values: .steps, help: "batches to see, instead of epochs"),
      Option("--batch", value: "N", values: .batch, help: "pictures per step (default 64)"),
      Option(
        "--size", value: "S", values: .trainingSizes,
        help: "pixels a side: 224, or 160/224/288, one of them per batch, or phases with epochs, "
          + "128:20,224:6 (default: the smallest that reaches every kernel weight, from 96)"),
      Option(
        "--seed", value: "S", values: .seed, help: "weights, pictures and their order (default 0)"),
      Option("--lr", value: "R", values: .rate, help: "highest learning rate (default 0.002)"),
      Option(
        "--optimizer", value: "NAME",
        help: "adamw, or sgd with momentum 0.9 (default adamw)"),
      Option(
        "--weight-decay", value: "D", values: .decay, help: "default 0.05 for adamw, 0.0001 for sgd"
      ),
      Option("--smoothing", value: "E", values: .smoothing, help: "label smoothing (default 0.1)"),
      Option(
        "--drop-path", value: "P", values: .dropPath,
        help: "stochastic depth of the last block (default 0)"),
      Option(
        "--mixup", value: "A", values: .mixup,
        help: "mix pairs of pictures by Beta(A, A) (default 0: no)"),
      Option(
        "--erase", value: "P", values: .probability,
        help: "chance of erasing a rectangle (default 0)"),
      Option(
        "--crop", value: "A|shift", values: .crop,
        help: "cut out a random part of at least this share of the area, or shift by an eighth "
          + "(default: 0.35 for folders, shift for shapes)"),
      Option(
        "--jitter", value: "J", values: .jitter,
        help: "change brightness, contrast and saturation by up to this share (default 0)"),
      Option("--no-flip", help: "do not mirror pictures at random"),
      Option("--balance", help: "see every class equally often"),
      Option(
        "--ema", value: "D", values: .averaging,
        help: "decay of the moving average of weights (default 0: none)"),
      Option(
        "--measure-every", value: "N", values: .epochs,
        help: "epochs between measurements of the held-out pictures; the best weights are kept in "
          + "FILE-best.safetensors (default 1)"),
      Option(
        "--confusion", value: "FILE.csv",
        help: "at the end, write which class was taken for which"),
      Option(
        "--save-every", value: "SECONDS", values: .saveInterval,
        help: "time between checkpoints (default 30)"),
      Option(
        "--threads", value: "N", values: .threads, help: "worker threads (default: one per core)"),
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
    try run(arguments, model: words[0])
  }

  private static func run(_ arguments: Arguments, model: String) throws {
    for word in [model, arguments.last("--from")].compactMap(\.self)
    where NetworkSpec.isExport(word) {
      throw ExportedTraining(path: word)
    }
    guard !NetworkSpec.isCheckpoint(model) else { throw TrainingOfFile(path: model) }
    let path = try arguments.trainingOutput()
    let isResumed = arguments.has("--resume")
    if isResumed && arguments.has("--force") {
      throw UsageError.conflicting("--resume", "--force")
    }
    let outputs = TrainingOutputs(
      path: path, confusion: try arguments.confusionOutput(), arguments)
    if isResumed {
      guard Folder.isTaken(path) else { throw NothingToResume(path: path) }
    } else if !arguments.has("--force") {
      try requireNothing(at: path)
    }
    let plan = try TrainingPlan(arguments, model: model)
    try outputs.require(isResumed: isResumed)
    Interruption.catchSignals()
    let lock = try outputs.lock()
    defer { withExtendedLifetime(lock) {} }
    let interval = arguments.whole("--save-every") ?? 30
    let epochs = arguments.whole("--measure-every") ?? 1
    for note in plan.notes { try StandardStreams.write(note + "\n") }
    let trainer: Trainer
    do {
      trainer = try Trainer(
        plan.recipe, from: plan.start, threads: arguments.threads(),
        cancellation: Interruption.cancellation)
    } catch is CancellationError {
      throw Interrupted(explanation: "stopped before the first step; nothing was written")
    }
    var run = TrainingRun(
      trainer: trainer, outputs: outputs, interval: .seconds(interval),
      epochsBetweenMeasurements: epochs)
    try run.trainer.requireHash(arguments.last("--data-hash"))
    if isResumed {
      try run.trainer.resume(from: path)
      try outputs.requireOwn(run.trainer)
    }
    try run.run()
  }

  /// Checks that no file is there, or that whoever sits at the terminal gives it up.
  private static func requireNothing(at path: String) throws {
    do {
      try Trainer.requireNothing(at: path)
    } catch let error as TrainingError {
      let mayReplace =
        if case .unfinished(_, let step, let steps) = error {
          OutputFiles.mayReplace(
            path, found: "\(path) holds a training that stopped after step \(step) of \(steps)")
        } else {
          OutputFiles.mayReplace(path)
        }
      guard mayReplace else { throw error }
    }
  }
}

extension Arguments {
  fileprivate func trainingOutput() throws(UsageError) -> String {
    guard let path = last("--output") else {
      throw .missingOption(command: "train", option: "-o FILE.safetensors")
    }
    guard path.lowercased().hasSuffix(".safetensors") else {
      throw .badValue(option: "-o", value: path, expected: "a name ending in .safetensors")
    }
    try OutputFiles.requireKept(path, "-o")
    return path
  }

  fileprivate func confusionOutput() throws(UsageError) -> String? {
    guard let path = last("--confusion") else { return nil }
    guard path.lowercased().hasSuffix(".csv") else {
      throw .badValue(option: "--confusion", value: path, expected: "a name ending in .csv")
    }
    return path
  }
}

/// There is no checkpoint from which a training could go on.
private struct NothingToResume: ExplainedError {
  let path: String

  var explanation: String {
    "\(path): there is no such file to resume: leave --resume out to begin a training there, or give "
      + "the one that was begun as -o FILE"
  }
}

/// Training was asked of a graph.
private struct ExportedTraining: ExplainedError {
  let path: String

  var isUsageError: Bool { true }
  var explanation: String {
    "\(path) is an exported graph, which runs as it is and is not trained here: train the network that "
      + "it came from and export it again, or train a built-in one (`replk-tui models` lists them)"
  }
}

/// A file stands where the network is named that is to be trained.
private struct TrainingOfFile: ExplainedError {
  let path: String

  var isUsageError: Bool { true }
  var explanation: String {
    let whole =
      "\(path) is a path, and train takes the name of a network (`replk-tui models` lists them): "
      + "MODEL --from FILE begins with the weights of a file"
    return CheckpointShard(of: path).map { "\(whole); this \($0.explanation)" } ?? whole
  }
}
