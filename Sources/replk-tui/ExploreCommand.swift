// The explorer, which opens where no subcommand is named: a session, or one or two networks, on the
// terminal.

import ERFCurses
import ERFEngine
import ERFInterface

enum ExploreCommand {
  /// What makes a session.
  static let sessionOptions =
    Options.network + Options.images + Options.preparation + Options.classes + Options.unit
    + Options.run + [
      Option(
        "--precision", value: "NAME",
        help: "bf16: show each map in bf16 first, then the exact one (key P; default f32)"),
      Option(
        "--colormap", "--colourmap", value: "NAME", words: colourMaps,
        help: "first colour map: \(colourMaps.joined(separator: ", "))"),
    ]

  /// How it is drawn.
  static let displayOptions = [
    Option(
      "--color", "--colour", value: "DEPTH",
      help: "colours to use: \(ColourChoice.allCases.map(\.rawValue).joined(separator: ", "))"),
    Option("--ascii", help: "draw with ASCII characters alone"),
    Option(
      "--cell-aspect", value: "A", values: .cellAspect,
      help: "height of a character over its width (default 2)"),
  ]

  static let options =
    sessionOptions + displayOptions + [
      Option("--no-state", help: "neither restore the last session nor keep this one")
    ] + Options.help

  /// Diverging maps are for differences and signed maps, which take them unasked.
  static let colourMaps = ColourMap.all.filter { !$0.isDiverging }.map(\.name)

  /// Runs until the user leaves.
  ///
  /// - Returns: the exit code.
  static func run(_ words: [String]) throws -> Int32 {
    let arguments = try Arguments(words, options: options, command: nil)
    if arguments.has("--help") {
      try StandardStreams.write(Help.overview())
      return 0
    }
    try arguments.checkValues()
    try arguments.requirePicturesTogether(command: nil)
    arguments.tellOthers()
    if ThreadLimit.isReached {
      throw UsageError.noTerminal(reason: "the explorer cannot run: \(ThreadLimit.explanation)")
    }
    try arguments.selectInstructionSet()
    var terminalOptions = try terminalOptions(arguments)
    terminalOptions.clipboard = SessionFile.clipboard
    var options = ExplorerOptions()
    options.namedPictures = arguments.all("--image")
    let session: Session
    let keepsState = !arguments.has("--no-state")
    if keepsState {
      options.statePath = SessionFile.statePath
      options.recentPath = SessionFile.recentPath
    }
    let lock = lockState(&options)
    defer { withExtendedLifetime(lock) {} }
    let engine = LocalEngine(
      trainingFolder: keepsState ? SessionFile.trainingFolder : nil)
    defer { engine.removeTemporaryFiles() }
    if keepsState, !Self.saysWhat(arguments), let last = lastSession(&options) {
      session = last
      options.threads = arguments.threads()
      options.isRestored = true
    } else {
      (session, options.threads) = try Self.session(arguments, engine: engine)
      options.sessionPath = arguments.positionals.first.flatMap {
        SessionFile.isFile($0) ? $0 : nil
      }
      options.notices += Self.leftOut(arguments)
    }
    let terminal: CursesTerminal
    do {
      terminal = try CursesTerminal.open(terminalOptions)
      MappedFiles.watchOn()
    } catch {
      throw UsageError.noTerminal(reason: "\(error)")
    }
    let ending = Explorer.run(
      session: session, options: options, terminal: terminal, engine: engine)
    if let reason = ending.unkept {
      StandardStreams.writeError("replk-tui: the last screen was not kept: \(reason)\n")
    }
    return ending.exitCode
  }

  /// What of the pictures is not looked at: standard error has it too, where the screen covers it.
  static func leftOut(_ arguments: Arguments) -> [String] {
    [arguments.othersLeftOut].compactMap(\.self)
      + ImageList.leftOut(of: arguments.all("--image")).lines
  }

  /// Of several explorers at once the first keeps its state.
  private static func lockState(_ options: inout ExplorerOptions) -> FileLock? {
    guard options.statePath != nil else { return nil }
    let reason: String
    do throws(FileError) {
      if let lock = try SessionFile.lock() { return lock }
      reason = "another explorer is open"
    } catch {
      reason = error.explanation
    }
    options.statePath = nil
    options.notices.append("\(reason): what is on this screen will not be kept")
    return nil
  }

  /// Whether something is said of what is to be looked at, rather than of how it is computed and drawn.
  private static func saysWhat(_ arguments: Arguments) -> Bool {
    let how = Set(Options.run.map(\.names))
    let what = sessionOptions.lazy.filter { !how.contains($0.names) }
    return !arguments.positionals.isEmpty || what.contains { arguments.has($0.names[0]) }
  }

  /// The state that the last run left; one that cannot be read is told of and left alone.
  private static func lastSession(_ options: inout ExplorerOptions) -> Session? {
    guard let path = SessionFile.statePath else { return nil }
    do {
      return try SessionFile.load(path)
    } catch is FileError {
      return nil
    } catch {
      options.notices.append("the last session is not restored: \(error)")
      options.statePath = nil
      return nil
    }
  }

  /// The session that positionals and options make, and the number of threads asked for.
  ///
  /// - Parameters:
  ///   - engine: opens the networks, and has them open when the session runs.
  ///   - limit: most networks; those behind the second go into the gallery.
  static func session(
    _ arguments: Arguments, engine: LocalEngine, limit: Int = 2
  ) throws -> (Session, threads: Int?) {
    let colours = try arguments.parsed(
      "--colormap", expected: colourMaps.joined(separator: ", ")
    ) { colourMaps.contains($0) ? $0 : nil }
    var session: Session
    if let word = arguments.positionals.first, SessionFile.isSession(word) {
      guard arguments.positionals.count == 1 else {
        throw UsageError.behindSession(arguments.positionals[1])
      }
      try requireUnsaid(arguments, beside: "a session, which sets its own")
      session = try SessionFile.load(word)
    } else {
      session = try self.session(models: arguments, engine, limit: limit)
    }
    // In folders pipes are left out.
    var named = arguments.all("--image")
    if named.isEmpty, case .files(let paths) = session.images.source { named = paths }
    if !named.isEmpty {
      try ImageSource.files(named).requireFiles("pictures are read for each panel")
    }
    if let colours { session.screen.colours = colours }
    if let precision = try arguments.precision() {
      try PrecisionError.require(precision)
      session.screen.previewsInBFloat16 = precision == .bfloat16
    }
    return (session, arguments.threads())
  }

  private static func session(
    models arguments: Arguments, _ engine: LocalEngine, limit: Int
  ) throws -> Session {
    let first = Session.first
    let models =
      arguments.positionals.isEmpty ? first.networks.map(\.model) : arguments.positionals
    guard models.count <= limit else {
      throw limit == 2 ? UsageError.tooManyModels : .tooManyForFigure(limit: limit)
    }
    if models.contains(where: SavedMap.isSaved) {
      return try session(maps: models, arguments, engine)
    }
    let requests = try arguments.requests(models)
    for (model, request) in zip(models, requests) {
      do {
        try validate(request, engine)
      } catch ModelError.unknown(let id, _) where !id.contains(":") {
        throw UsageError.unknownCommand(
          model, nearest: nearestWord(to: id, among: Command.all.map(\.name) + ModelCatalogue.ids))
      }
    }
    var session = try Session(requests, engine: engine)
    try session.images.offer(arguments.all("--image"))
    session.moveToGallery()
    session.screen = .opening
    if arguments.positionals.isEmpty, !arguments.has("--tensor") {
      if !arguments.has("--size") { session.size = first.size }
      if !arguments.has("--count"), !arguments.has("--image") {
        session.images.count = first.images.count
      }
    }
    return session
  }

  /// Checks what is asked for before the screen is taken over. A large exported graph takes longer than
  /// one likes to look at nothing: what is wrong with it stands on the screen then.
  private static func validate(_ request: ERFRequest, _ engine: LocalEngine) throws {
    @Sendable func check() throws { _ = try request.validated { try engine.open($0) } }
    guard let path = request.network.exportedGraph,
      let bytes = FileBytes.count(of: path), bytes >= largeFile
    else { return try check() }
    _ = try Background { try check() }.value(within: patience)
  }

  private static let largeFile = 16 << 20
  private static let patience = 0.05

  /// Checks that nothing is asked for which is settled already: it would be passed over.
  private static func requireUnsaid(
    _ arguments: Arguments, beside words: String
  ) throws(UsageError) {
    let said =
      Options.networks + Options.images + Options.preparation + Options.classes + Options.unit
    if let option = said.lazy.map({ $0.names[0] }).first(where: arguments.has) {
      throw .unused(option: option, beside: words)
    }
  }

  /// Saved maps beside one another or beside networks.
  private static func session(
    maps words: [String], _ arguments: Arguments, _ engine: LocalEngine
  ) throws -> Session {
    let maps = words.indices.filter { SavedMap.isSaved(words[$0]) }
    // The gallery holds networks, whose maps are computed as those of A or B are.
    if words.count > 2, let last = maps.last, last > 1 || maps.count > 1 {
      throw UsageError.misplacedMap(words[last])
    }
    let models = words.filter { !SavedMap.isSaved($0) }
    var session = Session(models: words)
    if models.isEmpty {
      try requireUnsaid(arguments, beside: "saved maps, which are of one run each")
    } else {
      session = try Session(arguments.requests(models), engine: engine)
      for place in maps {
        session.networks.insert(NetworkSpec(shown: words[place]), at: place)
      }
      session.moveToGallery()
    }
    for word in words where SavedMap.isSaved(word) { _ = try SavedMap.load(path: word) }
    return session
  }

  static func terminalOptions(_ arguments: Arguments) throws(UsageError) -> TerminalOptions {
    let choices = ColourChoice.allCases.map(\.rawValue).joined(separator: ", ")
    return TerminalOptions(
      colour: try arguments.parsed("--color", expected: choices) { ColourChoice(rawValue: $0) }
        ?? .automatic,
      ascii: arguments.has("--ascii"),
      cellAspect: arguments.decimal("--cell-aspect") ?? 2)
  }
}
