// The state of the explorer: a value that `update` changes and `view` draws.

public import ERFEngine

/// Names one asynchronous piece of work; answers to an older one are ignored.
public struct RequestID: Sendable, Hashable {
  public let number: Int
  public init(_ number: Int) { self.number = number }
}

/// The session, and what has come of it so far.
public struct Model: Sendable {
  public var session: Session
  /// What is known of each of the session's networks.
  public var sides: [Side]
  public var overlay: Overlay?
  public var notice: Notice?
  /// Messages so far, oldest first.
  public var log: [LogLine] = []
  /// What was told with the first frame, which the help tells until the end.
  var standing: [String] = []
  public var lists = ListPlaces()
  public var history = History()
  /// What was said of files that hold other weights than when the session was written.
  public internal(set) var replacedWeights: [String] = []
  /// The session that another took the place of, for undo.
  var replaced: Session?
  /// The session from which undo went back to this one, and what was undone in it, for redo.
  var undone: (session: Session, history: History)?
  public var shapeBias: ShapeBiasState
  public var predictions = Predictions()
  /// The last training, if there was one.
  public var film: TrainingFilm?
  /// One that was asked for in a prompt, until it is known to begin.
  var awaitedFilm: TrainingFilm?
  /// Moments of training whose weights are being written to a file of the user's, by path.
  var beingKept: [RequestID: String] = [:]
  /// Such files by the path of the moment, which does not last.
  var keptWeights: [String: String] = [:]
  /// Moments that the user let go of for another training.
  var droppedMoments: Set<String> = []
  /// The folder that was trained on last; empty: the built-in shapes.
  var trainingFolder = ""
  /// Trained weights by model, where random ones took their place.
  var setAside: [String: WeightsSource] = [:]
  public var display: Display
  /// Of the screen that is drawn: which panels there is room for.
  public var size: ScreenSize
  /// Worker threads; nil: one per core.
  public var threads: Int?
  /// The export under way.
  public var exporting: RequestID?
  /// The session being written.
  public var saving: RequestID?
  /// The folder being read for images.
  public var listing: RequestID?
  var pictures = Pictures()
  /// Whether the mouse is listened to; the terminal cannot select text then.
  public var hasMouse = false
  /// Whether the processor multiplies bfloat16.
  var hasBFloat16 = Precision.bfloat16.isAvailable
  var kernelMaps = KernelMapState()
  var depth = DepthState()
  var gallery = GalleryState()
  /// The file that is being opened from the browser.
  var openingFile: OpeningFile?
  /// The path that was typed into the palette last.
  var sought: SoughtPath?
  /// Whether Enter in the palette waits for the look at what was typed.
  var holdsKeys: Bool { sought.map { !$0.held.isEmpty } ?? false }
  /// The file of a session that is being read, as it was typed.
  var readingSession: String?
  /// Where the session was read from or written to last.
  public var sessionPath: String?
  /// The target as a session's file has it, until it is known whether it is there; nil: that is known.
  var targetRead: Target?
  var facts = FactsCache()
  /// The size that `+` and `-` began at; nil where they were not used.
  var stepsFrom: InputSize?
  /// The units that another size made the centre of, for when that size is refused.
  var unitsBefore: [Unit] = []
  var finishedMaps = FinishedMaps()
  /// The session being written for a command that is copied once it is there.
  var commandOf: RequestID?
  /// What Esc does once it is pressed again; nil where the last key was another.
  var escapeAgain: EscapeAgain?
  /// Multiply-adds a second of the last map; nil before one is finished.
  var pace: Double?
  /// Seconds since the explorer began, as of the last message; 0 where nobody counts.
  var now = 0.0
  /// When the latest requests were made.
  private var starts: [RequestID: Double] = [:]
  private static let startsKept = 256
  private var lastRequest = 0

  public init(
    session: Session, display: Display, size: ScreenSize = ScreenSize(rows: 40, columns: 120),
    threads: Int? = nil
  ) {
    self.session = session
    self.display = display
    self.size = size
    self.threads = threads
    sides = session.networks.map { _ in Side() }
    shapeBias = ShapeBiasState(networks: session.networks.count)
    refreshFacts()
  }

  mutating func nextRequestID() -> RequestID {
    lastRequest += 1
    let id = RequestID(lastRequest)
    starts[id] = now
    starts[RequestID(lastRequest - Self.startsKept)] = nil
    return id
  }

  /// Seconds since a request was made; nil where that is long forgotten.
  func age(_ id: RequestID) -> Double? { starts[id].map { now - $0 } }

  /// A model of another session that takes over what does not depend on the session: the log, files
  /// being written, what is known of networks and pictures. Numbers of requests go on, so that late
  /// answers to this model's requests meet no request of that one.
  func successor(_ session: Session) -> Model {
    var model = Model(session: session, display: display, size: size, threads: threads)
    (model.log, model.standing) = (log, standing)
    model.exporting = exporting
    model.saving = saving
    model.shapeBias.reports = shapeBias.reports
    model.kernelMaps.known = kernelMaps.known
    // Weights that were let go of do not come back by the side door.
    model.setAside = setAside.filter { !TrainingFilm.isMoment($0.value) }
    (model.beingKept, model.keptWeights) = (beingKept, keptWeights)
    model.trainingFolder = trainingFolder
    model.pictures = pictures
    model.hasMouse = hasMouse
    model.pace = pace
    model.finishedMaps = finishedMaps
    model.facts.inherit(facts)
    model.lastRequest = lastRequest
    (model.now, model.starts) = (now, starts)
    return model
  }

  var isComputing: Bool { sides.contains { $0.job != nil } || !facts.openings.isEmpty }

  /// Whether anything is being computed for the session, for the fields or beside them: what Esc cancels.
  var isWorking: Bool {
    isComputing || shapeBias.isBusy || predictions.isBusy || film?.job != nil
      || kernelMaps.job != nil || depth.isBusy || gallery.isBusy
  }
  var ramp: ColourRamp { ColourRamp.all[colourMap] }
  /// Index of the colour map into `ColourRamp.all`.
  var colourMap: Int {
    ColourRamp.all.firstIndex { $0.name == session.screen.colours } ?? 0
  }
  /// Whether one colour scale holds for both maps.
  var sharesScale: Bool { sharesScale(of: session.networks) }

  /// By default only where all are of one network, as it was opened or edited: gradients of others are in
  /// different units. Those of random weights are smaller by orders than those of trained ones, so that
  /// beside them there would be nothing to see.
  func sharesScale(of networks: [NetworkSpec]) -> Bool {
    guard networks.count > 1 else { return false }
    return session.screen.hasSharedScale ?? sharesUnits(networks)
  }

  private func sharesUnits(_ networks: [NetworkSpec]) -> Bool {
    guard let first = networks.first else { return false }
    return networks.allSatisfy {
      $0.savedMap == nil && NamedNetwork.isOne(first.model, $0.model)
        && first.isRandom == $0.isRandom
    }
  }

  /// One scale for both maps, or each its own; what would be so anyway is no choice, and holds no longer
  /// than these networks are there.
  mutating func stepScale() {
    let choice = !sharesScale
    session.screen.hasSharedScale = choice == sharesUnits(session.networks) ? nil : choice
  }
  var focus: PanelName { session.screen.focus }
  /// Index of the network that edits go to.
  var active: Int { min(session.screen.side, sides.count - 1) }
}

/// What lies over the panels.
public enum Overlay: Sendable, Equatable {
  /// The help screen: lines that hold the words typed, scrolled down by so many.
  case help(query: String, isSearching: Bool, scroll: Int)
  /// Commands whose description fits what was typed, with the place of the selected one.
  case palette(query: String, selection: Int)
  case exportMenu(selection: Int)
  case prompt(Prompt)
  case browser(Browser)
  case question(Question)

  /// The help scrolls no further than this; drawing stops where the text ends.
  static let helpLines = 400

  /// What is in the line of input; nil where there is none.
  var typed: String? {
    switch self {
    case .help(let query, let isSearching, _): isSearching ? query : nil
    case .palette(let query, _): query
    case .prompt(let prompt): prompt.text
    case .browser(let browser): browser.query
    case .exportMenu, .question: nil
    }
  }

  /// Whether letters are text rather than commands.
  var isTyping: Bool { typed != nil }

  /// Whether what was typed is being opened, read or written: until then the line stays as it is.
  var isAwaitingAnswer: Bool {
    switch self {
    case .prompt(let prompt): prompt.waitsFor != nil
    case .browser(let browser): browser.visiting != nil
    case .help, .palette, .exportMenu, .question: false
    }
  }
}

/// Where lists on the screen stand; not worth keeping in a session.
public struct ListPlaces: Sendable, Equatable {
  /// Lines that the log is scrolled up by.
  public var log = 0
  /// Row of the kernels table: a stage, from 0.
  public var stage = 0
  /// Column of the kernels table.
  public var field = StageField.kernel
  /// Image under the selection bar.
  public var image = 0
}

/// A message in the footer, there until the next key.
public struct Notice: Sendable, Equatable {
  public enum Kind: Sendable { case note, warning, failure }
  public var kind: Kind
  /// One line, or several that are then shown above the footer.
  public var lines: [String]

  public init(_ kind: Kind, _ lines: [String]) {
    self.kind = kind
    self.lines = lines.map(\.sanitised)
  }

  public init(_ kind: Kind, _ line: String) { self.init(kind, [line]) }
}

extension Notice.Kind {
  var role: Role {
    switch self {
    case .note: .text
    case .warning: .warning
    case .failure: .failure
    }
  }
}

extension Clipboard {
  /// What to tell of something called `name` that was sent there.
  func notice(_ name: String) -> Notice {
    switch self {
    case .taken: Notice(.note, "\(name) sent to the clipboard")
    case .tmux:
      Notice(
        .warning,
        "tmux passes \(name) on to the clipboard only after: tmux set -s set-clipboard on")
    case .unknown:
      Notice(
        .warning,
        "\(name) offered to the terminal (OSC 52); many ignore it: e writes files instead")
    }
  }
}

/// A line of the log.
public struct LogLine: Sendable, Equatable {
  public var kind: Notice.Kind
  public var text: String
}

extension Model {
  /// How many lines the log keeps.
  static let logLines = 500

  /// Shows a message and keeps it in the log.
  mutating func tell(_ kind: Notice.Kind, _ lines: [String]) {
    let new = Notice(kind, lines)
    notice = new
    note(kind, new.lines)
  }

  mutating func tell(_ kind: Notice.Kind, _ line: String) { tell(kind, [line]) }

  /// Keeps lines in the log alone.
  mutating func note(_ kind: Notice.Kind, _ lines: [String]) {
    log += lines.map { LogLine(kind: kind, text: $0.sanitised) }
    if log.count > Self.logLines { log.removeFirst(log.count - Self.logLines) }
  }
}
