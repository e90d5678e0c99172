// The subcommand `figure`: maps, curves and numbers of networks on one page, for a paper.

import ERFEngine
import ERFInterface

extension Command {
  static let figure = Command(
    name: "figure", synopsis: "SESSION|MODEL [MODEL ...] -o FILE.svg|.pdf|.png|.tex|.csv [options]",
    summary: "draw a figure for a paper: maps, curves, table and caption",
    options: Options.networks + Options.images + Options.preparation + Options.unit + Options.run
      + [
        Option("--output", "-o", value: "FILE", repeats: true, help: "the file; may be repeated"),
        Option(
          "--colormap", "--colourmap", value: "NAME", words: ExploreCommand.colourMaps,
          help: "colour map: \(ExploreCommand.colourMaps.joined(separator: ", "))"),
        Option("--no-depth", help: "leave out how the fields grow with depth, which takes longest"),
      ] + Options.force,
    needsThreads: true,
    run: { try FigureCommand(arguments: $0).run() })
}

private struct FigureCommand {
  let arguments: Arguments

  /// As many as curves can be told apart, and as fit beside one another.
  private static let networks = 2 + Session.galleryLimit

  func run() throws {
    let outputs = arguments.all("--output")
    guard !outputs.isEmpty else {
      throw UsageError.missingOption(command: "figure", option: "-o FILE")
    }
    guard !arguments.positionals.isEmpty else {
      throw UsageError.tooFewPositionals(
        command: "figure", expected: "a session or models, such as replknet-13 replknet-31")
    }
    for path in outputs {
      guard ending(path) != nil else {
        throw UsageError.badValue(
          option: "-o", value: path,
          expected: "a name ending in " + Figure.endings.map { "." + $0 }.joined(separator: ", "))
      }
      try format(path)?.requireAvailable()
    }
    if arguments.has("--colormap"), outputs.allSatisfy({ format($0) == nil }) {
      throw UsageError.missingOption(command: "--colormap", option: "-o FILE.svg, .pdf or .png")
    }
    let images = try arguments.images()
    let places = OutputFiles(
      outputs, arguments, models: arguments.positionals, images: images.source)
    try places.requireFree()
    let engine = LocalEngine()
    defer { engine.removeTemporaryFiles() }
    let (session, threads) = try ExploreCommand.session(
      arguments, engine: engine, limit: Self.networks)
    try SessionFile.requireTarget(of: session, arguments, engine: engine)
    try requireMemory(session, threads, engine)
    let figure = try figure(session, threads, engine)
    try places.write(outputs) { path in
      try ending(path).flatMap { try figure.encoded(ending: $0) }
    }
    try StandardStreams.write(Text.lines(outputs.map { "wrote \($0)" }))
  }

  /// Checks that all maps fit into memory together, as the explorer holds them, with the curves and the
  /// picture.
  private func requireMemory(_ session: Session, _ threads: Int?, _ engine: LocalEngine) throws {
    try ERFRequest.requireMemory(
      session.requests(threads: threads, engine: engine), curves: !arguments.has("--no-depth"),
      for: "a figure of \(session.networks.map(\.text).joined(separator: ", "))"
    ) { try engine.open($0) }
  }

  private func ending(_ path: String) -> String? {
    Figure.endings.first { path.lowercased().hasSuffix("." + $0) }
  }

  /// How the figure is drawn; nil: it is a table.
  private func format(_ path: String) -> VectorDrawing.Format? {
    ending(path).flatMap { VectorDrawing.Format(rawValue: $0) }
  }

  /// Computes what the figure shows: the explorer's panels ask for it.
  private func figure(
    _ session: Session, _ threads: Int?, _ engine: LocalEngine
  ) throws -> Figure {
    var session = session
    session.screen.focus = .fields
    session.screen.isZoomed = false
    session.screen.recent = []
    var keys: [Key] = []
    if !session.gallery.isEmpty { keys.append(.character("M")) }
    if !arguments.has("--no-depth") { keys.append(.character("G")) }
    let model = Headless.play(
      keys, on: session, display: Display(depth: .trueColour, unicode: true, cellAspect: 2),
      size: ScreenSize(rows: 60, columns: 200), threads: threads, engine: engine)
    for line in model.replacedWeights {
      StandardStreams.writeError(Text.message("note: \(line)"))
    }
    for line in model.skippedPictures {
      StandardStreams.writeError(Text.message("skipped \(line)"))
    }
    if let failure = model.firstFailure { throw FigureFailure(reason: failure) }
    return Figure(model)
  }
}

/// A map that is missing, so that there is no figure.
private struct FigureFailure: ExplainedError {
  let reason: String

  var explanation: String { "no figure: \(reason)" }
}
