// Keys, clicks and sizes at random, the same for the same seed, and a terminal that plays them.

import Dispatch
import Testing

@testable import ERFInterface

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// What a user with a cat on the keyboard does.
struct RandomEvents {
  enum Step {
    case event(TerminalEvent)
    case resize(ScreenSize)
    /// Nothing, for so many milliseconds or until a worker has something to tell.
    case pause(Int)
  }

  private var generator: SeededGenerator
  /// Every key that does something somewhere, and those of which most do nothing.
  private static let commands = Command.table.flatMap(\.keys)
    .filter { $0 != .character("q") && $0 != .control("c") }
  private static let others: [Key] =
    [.up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .tab, .backTab, .enter, .escape]
    + [.backspace, .delete, .function(1), .function(12), .other, .control("x"), .control("u")]
    + (32...126).compactMap { Unicode.Scalar($0) }.map { .character($0) }
    + ["\u{e9}", "\u{6f22}", "\u{1f600}", "\u{301}", "\u{7f}", "\u{9b}"].map { .character($0) }

  /// What letters at random never spell: whole entries of the palette, which open sessions, networks
  /// and sizes, export files, and scripts that once broke the program.
  private static let words: [[Key]] =
    ReadyMadeSession.all.map { palette("session: " + $0.session.title) }
    + ["open RepLKNet-13-nano", "open ResNet-nano", "open RepLKNet-31", "open MobileNetV2"]
    .map(palette)
    + [8, 64, 96, 224].map { palette("input size \($0)") }
    + ExportKind.all.indices.map {
      Key.script("e") + [Key](repeating: .down, count: $0) + [.enter]
    }
    + [
      Key.script("b t Enter"), Key.script("t Enter"), Key.script("t"), Key.script("8 6 n"),
      Key.script("7 6 ]"),
      Key.script("b t Enter") + palette("session any unit") + Key.script("t Enter"),
    ]

  /// Paths typed into what takes paths: files that are there, are none, or hold something else.
  private static let paths: [[Key]] = {
    var words: [[Key]] = []
    for path in ["state.json", "recent", "/", "missing.pth", "~", "Package.swift"] {
      let typed = path.unicodeScalars.map { Key.character($0) }
      words.append(palette("./" + path))
      words.append(Key.script("o") + typed + [.enter])
      for prompt in ["i", "t"] { words.append(Key.script(prompt) + typed + [.tab, .enter]) }
    }
    return words
  }()

  private static func palette(_ text: String) -> [Key] {
    [.character(":")] + text.unicodeScalars.map { .character($0) } + [.enter]
  }

  /// Keys of a word still to be typed.
  private var pending: ArraySlice<Key> = []

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> Step {
    if let key = pending.popFirst() { return .event(.key(key)) }
    if Int.random(in: 0..<25, using: &generator) == 0 {
      let isPath = Int.random(in: 0..<4, using: &generator) == 0
      let word = (isPath ? Self.paths : Self.words).randomElement(using: &generator) ?? []
      // Escape first: words are typed into the panels, not into what lies over them.
      pending = ([.escape] + word)[...]
    }
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<60: return .event(.key(Self.commands.randomElement(using: &generator) ?? .other))
    case 60..<78: return .event(.key(Self.others.randomElement(using: &generator) ?? .other))
    case 78..<86: return .event(.pointer(pointer()))
    case 86..<91: return .resize(size())
    case 91: return .event(.suspendRequested)
    default: return .pause([1, 5, 20, 60].randomElement(using: &generator) ?? 1)
    }
  }

  private mutating func pointer() -> Pointer {
    let action: Pointer.Action =
      [.click, .click, .wheelUp, .wheelDown].randomElement(using: &generator) ?? .click
    return Pointer(
      action, row: Int.random(in: 0..<105, using: &generator),
      column: Int.random(in: 0..<305, using: &generator))
  }

  /// Most often one that a terminal has, and now and then the least and the most.
  private mutating func size() -> ScreenSize {
    switch Int.random(in: 0..<16, using: &generator) {
    case 0..<8: ScreenSize(rows: 24, columns: 80)
    case 8: ScreenSize(rows: 1, columns: 1)
    case 9: ScreenSize(rows: 100, columns: 300)
    default:
      ScreenSize(
        rows: Int.random(in: 1...100, using: &generator),
        columns: Int.random(in: 1...300, using: &generator))
    }
  }
}

/// Plays so many random events, then keeps still; looks at every frame.
final class RandomTerminal: Terminal {
  private(set) var size = ScreenSize(rows: 24, columns: 80)
  let display: Display
  let notice: String? = nil
  private(set) var frames = 0
  private(set) var isClosed = false
  private(set) var remaining: Int
  private var events: RandomEvents
  private let woken = DispatchSemaphore(value: 0)

  init(seed: UInt64, events count: Int, display: Display) {
    events = RandomEvents(seed: seed)
    remaining = count
    self.display = display
  }

  var wake: @Sendable () -> Void { { [woken] in woken.signal() } }
  func redraw() {}
  func copy(_ text: String) {}
  func suspend() {}
  func listenToMouse(_ isOn: Bool) -> Bool { true }
  func close() { isClosed = true }

  func nextEvent(milliseconds: Int?) -> TerminalEvent {
    guard remaining > 0 else { return wait(milliseconds ?? 100) }
    remaining -= 1
    switch events.next() {
    case .event(let event): return event
    case .resize(let new):
      size = new
      return .resized
    case .pause(let pause): return wait(pause)
    }
  }

  private func wait(_ milliseconds: Int) -> TerminalEvent {
    woken.wait(timeout: .now() + .milliseconds(milliseconds)) == .success ? .woken : .timeout
  }

  func present(_ frame: Frame) {
    frames += 1
    #expect(frame.size == size)
    #expect(frame.cells.count == size.rows * size.columns)
    let garbled = frame.cells.first {
      !$0.isTail && ($0.scalar.columns ?? 0) == 0 || !display.unicode && !$0.scalar.isASCII
    }
    #expect(garbled == nil)
    let isWhole = (0..<size.rows).allSatisfy { row in
      (0..<size.columns).allSatisfy {
        (frame[row, $0].scalar.columns == 2) == frame[row, $0 + 1].isTail
      }
    }
    #expect(isWhole, "a wide character without its second column, or the other way round")
  }
}
