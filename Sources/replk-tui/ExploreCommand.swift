// The explorer, which opens where no subcommand is named: one or two networks on the terminal.

import ERFCurses
import ERFEngine
import ERFInterface

enum ExploreCommand {
  static let options =
    Options.network + Options.images + Options.unit + Options.run + [
      Option(
        "--colours", "--colors", value: "NAME",
        help: "first colour map: \(colourMaps.joined(separator: ", "))"),
      Option(
        "--color", "--colour", value: "DEPTH",
        help: "colours to use: \(ColourChoice.allCases.map(\.rawValue).joined(separator: ", "))"),
      Option("--ascii", help: "draw with ASCII characters alone"),
      Option(
        "--cell-aspect", value: "A", help: "height of a character over its width (default 2)"),
    ] + Options.help

  /// Diverging maps are for differences, which this screen does not show.
  private static let colourMaps = ColourMap.all.filter { !$0.isDiverging }.map(\.name)

  /// Opened without a model's name: the paper's comparison.
  private static let defaultModels = ["RepLKNet-13", "RepLKNet-31"]

  /// Runs until the user leaves.
  ///
  /// - Returns: the exit code.
  static func run(_ words: [String]) throws -> Int32 {
    let arguments = try Arguments(words, options: options, command: "replk-tui")
    if arguments.has("--help") {
      try StandardStreams.write(Help.overview())
      return 0
    }
    try arguments.selectInstructionSet()
    let models = arguments.positionals.isEmpty ? defaultModels : arguments.positionals
    guard models.count <= 2 else { throw UsageError.tooManyModels }
    let requests = try arguments.requests(models)
    let colours = try arguments.parsed(
      "--colours", expected: colourMaps.joined(separator: ", ")
    ) { colourMaps.contains($0) ? $0 : nil }
    let terminalOptions = try terminalOptions(arguments)
    for request in requests {
      do {
        try request.validate()
      } catch ModelError.unknown(let id, _) where !id.contains(":") {
        throw UsageError.unknownCommand(
          id, nearest: nearest(to: id, among: Command.all.map(\.name) + ModelCatalogue.ids))
      }
    }
    let terminal: CursesTerminal
    do {
      terminal = try CursesTerminal.open(terminalOptions)
    } catch {
      throw UsageError.noTerminal(reason: "\(error)")
    }
    return Explorer.run(
      requests: requests, options: ExplorerOptions(colourMap: colours), terminal: terminal,
      computing: EngineComputing(), exporting: FileExporter())
  }

  private static func terminalOptions(
    _ arguments: Arguments
  ) throws(UsageError) -> TerminalOptions {
    let choices = ColourChoice.allCases.map(\.rawValue).joined(separator: ", ")
    return TerminalOptions(
      colour: try arguments.parsed("--color", expected: choices) { ColourChoice(rawValue: $0) }
        ?? .automatic,
      ascii: arguments.has("--ascii"),
      cellAspect: try arguments.parsed("--cell-aspect", expected: "a number from 0.5 to 5") {
        Double($0).flatMap { (0.5...5).contains($0) ? $0 : nil }
      } ?? 2)
  }
}

/// The engine, for the explorer.
private struct EngineComputing: ERFComputing {
  private let computer = ERFComputer()

  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    try computer.compute(request, cancellation: cancellation, progress: progress)
  }
}

/// The engine's exports, for the explorer.
private struct FileExporter: HeatmapExporting {
  func export(result: ERFResult, path: String, colours: String) throws {
    try HeatmapExport.write(result, to: path, colours: ColourMap.named(colours) ?? .ember)
  }
}
