// How long the explorer lets a user wait: measured on the program itself in a pseudo-terminal, and on
// its state where no screen is needed.

import ERFCurses
import ERFEngine
import ERFInterface

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Medians in seconds, unless a name says otherwise.
struct InterfaceBench {
  static let size = ScreenSize(rows: 60, columns: 200)
  /// The largest screen that the explorer is drawn for.
  static let largest = ScreenSize(rows: 70, columns: 250)

  struct Timing: Encodable {
    let columns: Int
    let rows: Int
    /// From the start of the program to its end where it has nothing to do.
    let startUp: Double
    /// From the start of the explorer to the last byte of its first screen.
    let firstFrame: Double
    /// From the start of the explorer without arguments to its first map, over one picture.
    let firstMap: Double
    /// The same to the verdict over four pictures of both networks.
    let fourPictures: Double
    /// Building a screen with two maps, in memory.
    let frame: Double
    /// From a key that draws all anew to the last byte of a screen with two maps.
    let frameOnScreen: Double
    /// Both for a screen of 250 x 70.
    let largestFrame: Double
    let largestFrameOnScreen: Double
    /// From a key to what it shows while RepLKNet-31 computes at 1024 on every core.
    let keyToScreen: Double
    /// The same for the slowest twentieth of the keys.
    let keyToScreen95th: Double
    /// RepLKNet-31 at 224, opened and computed.
    let fullRun: Double
    /// The same after an edit of stage 4 in the explorer.
    let editedRun: Double
  }

  /// The path of the program.
  let program: String
  let threads: Int?
  let isQuick: Bool

  func timing() throws -> Timing {
    // Processes first: one that holds networks takes longer to start another.
    let startUp = try ProcessBench(program: program, threads: threads)
      .startUp(repetitions: isQuick ? 5 : 15)
    let firstFrame = try firstFrame()
    let first = try firstScreen()
    let onScreen = try frameOnScreen(Self.size)
    let largestOnScreen = try frameOnScreen(Self.largest)
    let keys = try keyTimes().sorted()
    let edit = try edit()
    return Timing(
      columns: Self.size.columns, rows: Self.size.rows, startUp: startUp, firstFrame: firstFrame,
      firstMap: first.map, fourPictures: first.all,
      frame: try frame(Self.size), frameOnScreen: onScreen,
      largestFrame: try frame(Self.largest), largestFrameOnScreen: largestOnScreen,
      keyToScreen: Stopwatch.median(keys),
      keyToScreen95th: keys[min(keys.count - 1, keys.count * 95 / 100)], fullRun: edit.full,
      editedRun: edit.edited)
  }

  // MARK: In a terminal

  private func start(_ arguments: [String], size: ScreenSize = Self.size) throws -> Watch {
    var environment = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]
    environment["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
    let options = ["--no-state"] + (threads.map { ["--threads", "\($0)"] } ?? [])
    return Watch(
      terminal: try PseudoTerminal(
        program, arguments + options, environment: environment, rows: size.rows,
        columns: size.columns))
  }

  /// `quit` stands at the end of the last row.
  private func firstFrame() throws -> Double {
    Stopwatch.median(
      try (0..<(isQuick ? 5 : 15)).map { _ in
        let begin = ContinuousClock.now
        let watch = try start(["RepLKNet-13", "RepLKNet-31"])
        let seconds = try watch.seconds(since: begin, until: "quit")
        try watch.end()
        return seconds
      })
  }

  /// The maximum of a map stands beside its bar, the verdict speaks of what is seen.
  private func firstScreen() throws -> (map: Double, all: Double) {
    let times = try (0..<(isQuick ? 3 : 9)).map { _ in
      let begin = ContinuousClock.now
      let watch = try start([])
      let map = try watch.seconds(since: begin, until: "M = ")
      let all = try watch.seconds(since: begin, until: "sees")
      try watch.end()
      return (map: map, all: all)
    }
    return (Stopwatch.median(times.map(\.map)), Stopwatch.median(times.map(\.all)))
  }

  private func frameOnScreen(_ size: ScreenSize) throws -> Double {
    let watch = try start(["RepLKNet-3", "RepLKNet-7", "--size", "96"], size: size)
    _ = try watch.seconds(since: .now, until: "quit")
    watch.rest(seconds: 2)
    let seconds = try (0..<(isQuick ? 5 : 30)).map { _ in
      let begin = ContinuousClock.now
      watch.terminal.type("\u{0c}")
      let seconds = try watch.seconds(since: begin, until: "quit")
      watch.rest(seconds: 0.1)
      return seconds
    }
    try watch.end()
    return Stopwatch.median(seconds)
  }

  /// Opening the help changes most of the screen, which is as much as a key can do.
  private func keyTimes() throws -> [Double] {
    let watch = try start(["RepLKNet-31", "--size", "1024", "--count", "8"])
    _ = try watch.seconds(since: .now, until: "cancel")
    watch.rest(seconds: 1)
    let times = try (0..<(isQuick ? 10 : 60)).map { index in
      let begin = ContinuousClock.now
      watch.terminal.type("?")
      let seconds = try watch.seconds(since: begin, until: "computed")
      watch.terminal.type("?")
      _ = try watch.seconds(since: .now, until: "help")
      // Not in step with the frames of the progress bar.
      watch.pass(seconds: 0.02 + Double(index % 7) * 0.011)
      return seconds
    }
    try watch.end()
    return times
  }

  // MARK: In memory

  private func frame(_ size: ScreenSize) throws -> Double {
    let requests = ["replknet-3", "replknet-7"].map {
      ERFRequest(network: NetworkSpec(model: $0), threads: threads)
    }
    let engine = LocalEngine()
    let model = Headless.play(
      [], on: try Session(requests, engine: engine), display: Display(), threads: threads,
      engine: engine)
    return Stopwatch.median(repetitions: 20) { _ = view(model, size: size) }
  }

  /// A whole run of the edited network against the one that the explorer makes of the edit.
  private func edit() throws -> (full: Double, edited: Double) {
    var full: [Double] = []
    var edited: [Double] = []
    for _ in 0..<(isQuick ? 2 : 5) {
      var model = Model(
        session: Session(models: ["RepLKNet-31"]), display: Display(), size: Self.size,
        threads: threads)
      let engine = LocalEngine()
      _ = try run(update(&model, .opened), engine)
      let keys = Key.script("3 Down Down Down").flatMap { update(&model, .key($0)) }
      let effects = keys + update(&model, .key(.character("<")))
      edited.append(try run(effects, engine))
      full.append(try run(effects, LocalEngine()))
    }
    return (Stopwatch.median(full), Stopwatch.median(edited))
  }

  /// The seconds that the computations among `effects` take.
  private func run(_ effects: [Effect], _ engine: LocalEngine) throws -> Double {
    let begin = ContinuousClock.now
    for case .compute(_, let request, let previews) in effects {
      for request in previews + [request] {
        _ = try engine.compute(request, cancellation: Cancellation()) { _ in }
      }
    }
    return begin.duration(to: .now).inSeconds
  }
}

/// What a program has written and nobody has looked at.
struct UnreadBytes {
  private var bytes: [UInt8] = []

  mutating func add(_ new: [UInt8]) { bytes += new }
  mutating func forget() { bytes = [] }

  /// Takes all up to the end of the first `sign`. Where that is not there yet, false: what may be its
  /// beginning stays.
  mutating func take(through sign: [UInt8]) -> Bool {
    guard let first = sign.first else { return true }
    var rest = bytes[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: sign) {
        bytes = Array(rest.dropFirst(sign.count))
        return true
      }
      rest = rest.dropFirst()
    }
    bytes = Array(bytes.suffix(sign.count - 1))
    return false
  }
}

/// Waits for bytes of a program in a terminal.
private final class Watch {
  let terminal: PseudoTerminal
  private var unread = UnreadBytes()

  init(terminal: PseudoTerminal) { self.terminal = terminal }

  /// A program that does not show what it was started for.
  struct Failure: ExplainedError {
    let sign: String
    var explanation: String { "the explorer ended, or did not show \"\(sign)\" within a minute" }
  }

  /// Seconds from an instant until the program has written `sign`.
  func seconds(since begin: ContinuousClock.Instant, until sign: String) throws -> Double {
    let bytes = Array(sign.utf8)
    // In blocks, since the program waits until its bytes are taken: a whole screen is 130,000 of them, and
    // to look at the clock for each would take as long as to draw it.
    while begin.duration(to: .now).inSeconds < 60 {
      if unread.take(through: bytes) { return begin.duration(to: .now).inSeconds }
      if case .bytes(let new) = terminal.read(milliseconds: 100) {
        unread.add(new)
      } else if terminal.status != nil {
        break
      }
    }
    throw Failure(sign: sign)
  }

  /// Waits until nothing has come for so long.
  func rest(seconds: Double) {
    while case .bytes = terminal.read(milliseconds: Int(seconds * 1000)) {}
    unread.forget()
  }

  /// Reads for so long, whatever comes.
  func pass(seconds: Double) {
    let begin = ContinuousClock.now
    while begin.duration(to: .now).inSeconds < seconds { _ = terminal.read(milliseconds: 5) }
    unread.forget()
  }

  func end() throws {
    // Enter answers what is asked where a run has taken long.
    terminal.type("q\r")
    let begin = ContinuousClock.now
    while terminal.status == nil {
      guard begin.duration(to: .now).inSeconds < 60 else { throw Failure(sign: "the end") }
      _ = terminal.read(milliseconds: 20)
    }
  }
}
