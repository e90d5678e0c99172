// The main loop: one thread that owns the terminal, turns events into messages, and draws.

import ERFEngine

/// How the explorer starts.
public struct ExplorerOptions: Sendable {
  /// Worker threads; nil: one per core.
  public var threads: Int?
  /// Where the session came from; nil: not from a file.
  public var sessionPath: String?
  /// Where the session is kept when the program ends; nil: nowhere.
  public var statePath: String?
  /// Where the names of the checkpoints opened last are kept; nil: nowhere.
  public var recentPath: String?
  /// Files and folders of pictures, as they were named on the command line.
  public var namedPictures: [String] = []
  /// What is to be told with the first frame, and holds until the program ends.
  public var notices: [String] = []
  /// Whether the session is the one that the last run left.
  public var isRestored = false
  /// Least time between two frames that neither a key nor a new map asked for, in milliseconds.
  public var frameMilliseconds = 50

  public init(threads: Int? = nil) { self.threads = threads }
}

/// How the explorer ended.
public struct ExplorerEnding: Sendable, Equatable {
  public let exitCode: Int32
  /// Why the session could not be kept for the next start; nil: it was, or was not to be.
  public var unkept: String?
}

/// The interactive program.
public enum Explorer {
  /// Explores a session until the user leaves. The terminal is closed on return.
  public static func run(
    session: Session, options: ExplorerOptions = ExplorerOptions(), terminal: any Terminal,
    engine: any Engine
  ) -> ExplorerEnding {
    var loop = ExplorerLoop(
      session: session, options: options, terminal: terminal, engine: engine)
    return loop.run()
  }
}

/// One explorer: `start`, then `step` until there is an exit code, then `finish`.
struct ExplorerLoop {
  let terminal: any Terminal
  let mailbox: Mailbox<Message>
  let runner: EffectRunner
  let frameTime: Duration
  let statePath: String?
  let clock = ContinuousClock()
  let beginning = ComputingClock.now
  var model: Model
  var exitCode: Int32?
  /// Whether the screen is older than the state, and whether a key or a map that was waited for made it so.
  var isDirty = false
  var isUrgent = false
  var lastFrame: ContinuousClock.Instant

  init(
    session: Session, options: ExplorerOptions, terminal: any Terminal,
    engine: any Engine
  ) {
    self.terminal = terminal
    mailbox = Mailbox(wake: terminal.wake)
    runner = EffectRunner(
      engine: engine, mailbox: mailbox,
      recentPath: options.recentPath, namedPictures: options.namedPictures)
    model = Model(
      session: session, display: terminal.display, size: terminal.size, threads: options.threads)
    model.sessionPath = options.sessionPath
    if options.sessionPath != nil { model.targetRead = session.target }
    statePath = options.statePath
    model.standing = [terminal.notice].compactMap(\.self) + options.notices
    if !model.standing.isEmpty {
      model.tell(.warning, model.standing)
    } else if options.isRestored {
      model.notice = Notice(.note, "as you left it; F starts afresh")
    }
    frameTime = .milliseconds(options.frameMilliseconds)
    lastFrame = clock.now
  }

  mutating func run() -> ExplorerEnding {
    start()
    while exitCode == nil { step() }
    let unkept = finish()
    return ExplorerEnding(exitCode: exitCode ?? 0, unkept: unkept)
  }

  /// Nothing is computed before the first frame is on the screen.
  mutating func start() {
    draw()
    apply(.opened)
    draw()
  }

  /// Waits for something to happen, and draws what came of it.
  mutating func step() {
    handle(terminal.nextEvent(milliseconds: patience))
    // Keys that came together make one frame; letters of a text cost little beside it.
    for _ in 0..<(isTyping ? 4096 : 64) where exitCode == nil {
      let event = terminal.nextEvent(milliseconds: 0)
      if event == .timeout { break }
      handle(event)
    }
    // Keys behind an Enter that waits are no text of the palette's.
    let wasTyping = isTyping && !model.holdsKeys
    takeMessages()
    if wasTyping, !isTyping, exitCode == nil {
      // Before anybody has seen the answer: what is typed after that is meant.
      dropTypedAhead()
      // What woke the loop meanwhile does not wake it twice.
      takeMessages()
      isUrgent = true
    }
    if exitCode == nil, isDirty, isUrgent || lastFrame.duration(to: clock.now) >= frameTime {
      draw()
    }
  }

  private mutating func takeMessages() {
    for message in mailbox.takeAll() where exitCode == nil {
      if message.isAwaited { isUrgent = true }
      apply(message)
    }
  }

  private var isTyping: Bool { model.overlay?.isTyping ?? false }

  /// What was typed for a line of input that its answer has closed meanwhile is no command.
  private mutating func dropTypedAhead() {
    for _ in 0..<256 where exitCode == nil {
      let event = terminal.nextEvent(milliseconds: 0)
      if event == .timeout { break }
      guard case .key(let key) = event, key.isText else {
        handle(event)
        continue
      }
    }
  }

  /// Keeps the state, which a terminal that hangs must not cost, gives the terminal back, and ends what is
  /// under way.
  ///
  /// - Returns: why the state could not be kept, if so.
  @discardableResult
  func finish() -> String? {
    var failure: String?
    if let statePath, model.unopened == nil {
      do {
        try runner.keep(model.keptSession, at: statePath)
      } catch {
        failure = String(describing: error)
      }
    }
    terminal.close()
    runner.stop(seconds: 1)
    return failure
  }

  /// How long to wait for an event: for ever, or until a frame that was put off is due.
  private var patience: Int? {
    guard isDirty else { return nil }
    let left = frameTime - lastFrame.duration(to: clock.now)
    return max(0, Int((left.inSeconds * 1000).rounded(.up)))
  }

  mutating func handle(_ event: TerminalEvent) {
    switch event {
    case .key(let key):
      isUrgent = true
      apply(.key(key))
    case .pasted(let scalar):
      isUrgent = true
      let (text, next) = pasted(from: scalar)
      apply(.pasted(text))
      handle(next)
    case .pointer(let pointer):
      isUrgent = true
      apply(.pointer(pointer, terminal.size))
    case .resized:
      isUrgent = true
      apply(.resized(terminal.size))
    case .suspendRequested: suspend()
    case .terminated(let signal): end(128 + signal)
    case .closed: exitCode = 1
    case .woken, .timeout: break
    }
  }

  /// Pasted text as far as it has come, no more of it than finds room in a line of input, and the event
  /// after it.
  private func pasted(from first: Unicode.Scalar) -> (text: String, next: TerminalEvent) {
    var text = String.UnicodeScalarView([first])
    var count = 1
    while true {
      let event = terminal.nextEvent(milliseconds: 0)
      guard case .pasted(let scalar) = event else { return (String(text), event) }
      // Line ends become blanks.
      guard count <= EditedLine.limit,
        Key(scalar: scalar) == .character(scalar) || Character(scalar).isNewline
      else { continue }
      text.append(scalar)
      count += 1
    }
  }

  /// What was typed before the signal came is part of the state that is kept.
  private mutating func end(_ code: Int32) {
    exitCode = code
    for _ in 0..<256 {
      switch terminal.nextEvent(milliseconds: 0) {
      case .key(let key): apply(.key(key))
      case .pasted(let scalar): apply(.pasted(String(scalar)))
      case .pointer(let pointer): apply(.pointer(pointer, terminal.size))
      case .woken, .resized: continue
      default: return
      }
    }
  }

  private mutating func apply(_ message: Message) {
    isDirty = true
    model.now = (ComputingClock.now - beginning).inSeconds
    for effect in update(&model, message) {
      let order = runner.carryOut(effect, of: model)
      // A terminal that is going is left alone.
      if exitCode != nil { continue }
      switch order {
      case .copy(let text): terminal.copy(text)
      case .redraw: terminal.redraw()
      case .listenToMouse(let isOn):
        if !terminal.listenToMouse(isOn), isOn { apply(.mouseRefused) }
      case .suspend: suspend()
      case .quit: exitCode = 0
      case nil: break
      }
    }
  }

  private mutating func suspend() {
    ComputingClock.pause { terminal.suspend() }
    isUrgent = true
    apply(.resized(terminal.size))
  }

  private mutating func draw() {
    terminal.present(view(model, size: model.size))
    lastFrame = clock.now
    isDirty = false
    isUrgent = false
  }
}
