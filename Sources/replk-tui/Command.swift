// The subcommands: one table that help, dispatch and suggestions are made from.

import ERFEngine

/// A subcommand of `replk-tui`.
struct Command: Sendable {
  let name: String
  /// What follows the name in the help: `MODEL [options]`.
  let synopsis: String
  let summary: String
  let options: [Option]
  /// Whether it plays the explorer, whose work goes to other threads.
  var needsThreads = false
  let run: @Sendable (Arguments) throws -> Void

  static let all: [Command] = [
    Command.erf, Command.compare, Command.sweep, Command.merge, Command.figure, Command.snapshot,
    Command.probe,
    Command.stimuli,
    Command.train,
    Command.classify, Command.features, Command.info, Command.models, Command.inspect,
    Command.convert, Command.bench, Command.completions, Command.manual,
  ]

  /// The command called `name`.
  ///
  /// - Throws: `UsageError.modelForCommand` and `.unknownCommand`.
  static func named(_ name: String) throws(UsageError) -> Command {
    if let command = all.first(where: { $0.name == name }) { return command }
    if (try? NetworkDesign(model: name)) != nil { throw .modelForCommand(name) }
    throw .unknownCommand(name, nearest: nearestWord(to: name, among: all.map(\.name)))
  }

  /// Parses `words` and runs; `--help` prints the help instead.
  func callAsFunction(_ words: [String]) throws {
    let arguments = try Arguments(words, options: options + Options.help, command: name)
    if arguments.has("--help") {
      try StandardStreams.write(Help.text(of: self))
    } else {
      try arguments.checkValues()
      try requireOutput(arguments)
      try arguments.requirePicturesTogether(command: name)
      arguments.tellOthers()
      try arguments.selectInstructionSet()
      if needsThreads, ThreadLimit.isReached { throw NoThreads(command: name) }
      if options.contains(where: { $0.names[0] == "--threads" }), ThreadLimit.isReached {
        StandardStreams.writeError(
          Text.message("note: \(ThreadLimit.explanation): computing on one"))
      }
      try run(arguments)
    }
  }
}

extension Command {
  /// Checks that where files may be replaced, one is to be written.
  ///
  /// - Throws: `UsageError.missingOption`.
  private func requireOutput(_ arguments: Arguments) throws(UsageError) {
    guard arguments.has("--force"),
      let output = options.first(where: { ["--output", "--csv"].contains($0.names[0]) }),
      !arguments.has(output.names[0]), let name = output.names.last, let value = output.value
    else { return }
    throw .missingOption(command: "\(self.name) --force", option: "\(name) \(value)")
  }
}

/// A command that cannot do without threads is asked for where there are none.
private struct NoThreads: ExplainedError {
  let command: String

  var explanation: String {
    "`\(command)` cannot run: \(ThreadLimit.explanation); `replk-tui erf` and `compare` need none"
  }
}

extension Arguments {
  /// The one model of a subcommand.
  func model(for command: String) throws(UsageError) -> String {
    guard let model = positionals.first else {
      throw .tooFewPositionals(
        command: command,
        expected:
          "a model, such as replknet-31 (`replk-tui models` lists them), a checkpoint or an ONNX file"
      )
    }
    if positionals.count > 1 {
      let folder = positionals.dropFirst().first(where: Folder.isFolder)
      if has("--image"), let folder { throw .doubtfulPicture(command: command, extra: folder) }
      if let word = intruder?.word, positionals.dropFirst().contains(word) {
        throw .amongPictureWords(command: command, word: word)
      }
      throw .tooManyPositionals(command: command, extra: positionals[1])
    }
    return model
  }
}
