// The subcommand `snapshot`: the explorer's screen as a file, without a terminal.

import ERFCurses
import ERFEngine
import ERFInterface

extension Command {
  static let snapshot = Command(
    name: "snapshot", synopsis: "SESSION.json|MODEL [MODEL] -o FILE.txt|.ans|.svg|.png [options]",
    summary: "write the explorer's screen as text, coloured text, SVG or PNG",
    options: [
      Option("--output", "-o", value: "FILE", repeats: true, help: "the file; may be repeated"),
      Option(
        "--screen", value: "COLUMNSxROWS", help: "size of the screen in characters (default 120x40)"
      ),
      Option(
        "--script", value: "KEYS",
        help: "keys to press first, each after the one before has had its effect: \"3 b Down > >\""),
    ] + ExploreCommand.sessionOptions + ExploreCommand.displayOptions + Options.force,
    needsThreads: true,
    run: { try SnapshotCommand(arguments: $0).run() })
}

private struct SnapshotCommand {
  let arguments: Arguments

  func run() throws {
    let outputs = arguments.all("--output")
    guard !outputs.isEmpty else {
      throw UsageError.missingOption(command: "snapshot", option: "-o FILE")
    }
    for path in outputs {
      guard endings.contains(where: { path.lowercased().hasSuffix("." + $0) }) else {
        throw UsageError.badValue(
          option: "-o", value: path, expected: "a name ending in .txt, .ans, .svg or .png")
      }
    }
    let script = arguments.last("--script") ?? ""
    if let word = Key.unknownName(inScript: script) {
      throw UsageError.badValue(
        option: "--script", value: word,
        expected: "a key (\(Key.names.joined(separator: ", "))), letters, or text in single quotes")
    }
    // What is said of the images is said once, with the session.
    let images = try ImageList.expandClasses(arguments.all("--image")).map(\.path)
    let files = OutputFiles(
      outputs, arguments, models: arguments.positionals, images: .files(images))
    try files.requireFree()
    let size = try size()
    let engine = LocalEngine()
    defer { engine.removeTemporaryFiles() }
    let (session, threads) = try ExploreCommand.session(arguments, engine: engine)
    try SessionFile.requireTarget(of: session, arguments, engine: engine)
    let display = try display()
    let model = Headless.play(
      Key.script(script), on: session, display: display, size: size, threads: threads,
      namedPictures: arguments.all("--image"), engine: engine)
    for line in model.replacedWeights {
      StandardStreams.writeError(Text.message("note: \(line)"))
    }
    for line in model.skippedPictures {
      StandardStreams.writeError(Text.message("skipped \(line)"))
    }
    try files.write(outputs) { path in
      var model = model
      // Plain text has no colours to tell levels apart.
      if path.lowercased().hasSuffix(".txt") { model.display.depth = .mono }
      let frame = view(model, size: size)
      return try endings.first { path.lowercased().hasSuffix("." + $0) }.flatMap { ending in
        try Snapshot.encode(
          frame, ending: ending, depth: display.depth, provenance: model.provenance)
      }
    }
    if let failure = model.sides.compactMap(\.failure).first {
      throw SnapshotFailure(reason: failure)
    }
    try StandardStreams.write(Text.lines(outputs.map { "wrote \($0)" }))
  }

  private let endings = ["txt", "ans", "svg", "png"]

  private func size() throws -> ScreenSize {
    try arguments.parsed("--screen", expected: "COLUMNSxROWS such as 120x40, up to 1000x500") {
      let parts = $0.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
      guard parts.count == 2, (1...1000).contains(parts[0]), (1...500).contains(parts[1]) else {
        return nil
      }
      return ScreenSize(rows: parts[1], columns: parts[0])
    } ?? ScreenSize(rows: 40, columns: 120)
  }

  /// 24-bit colour where nothing else is asked for: a file has no terminal to ask.
  private func display() throws -> Display {
    let options = try ExploreCommand.terminalOptions(arguments)
    let depth: ColourDepth =
      switch options.colour {
      case .automatic, .trueColour: .trueColour
      case .indexed256: .indexed256
      case .ansi16: .ansi16
      case .mono: .mono
      }
    return Display(depth: depth, unicode: !options.ascii, cellAspect: options.cellAspect)
  }
}

/// A map that is missing on the screen that was written.
private struct SnapshotFailure: ExplainedError {
  let reason: String

  var explanation: String { "the screen was written with maps missing: \(reason)" }
}
