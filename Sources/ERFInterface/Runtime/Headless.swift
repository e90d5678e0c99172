// The explorer without a terminal: plays keys, waits for what each of them sets going, and hands over
// the screen.

import Dispatch
import Synchronization

/// Runs a session to rest.
public enum Headless {
  /// Plays `keys` one after the other, each after all that the one before has set going is done.
  ///
  /// - Parameter namedPictures: files and folders of the session's pictures, as they were named.
  /// - Returns: the state at the end, or as it was when a key left the program.
  public static func play(
    _ keys: [Key], on session: Session, display: Display,
    size: ScreenSize = ScreenSize(rows: 40, columns: 120), threads: Int? = nil,
    namedPictures: [String] = [], engine: any Engine
  ) -> Model {
    let posted = DispatchSemaphore(value: 0)
    let mailbox = Mailbox<Message> { posted.signal() }
    let runner = EffectRunner(engine: engine, mailbox: mailbox, namedPictures: namedPictures)
    var player = Player(
      model: Model(session: session, display: display, size: size, threads: threads),
      runner: runner)
    player.apply(.opened)
    player.rest(mailbox, posted)
    for key in keys where !player.hasLeft {
      player.apply(.key(key))
      player.rest(mailbox, posted)
    }
    runner.stop(seconds: 1)
    return player.model
  }
}

private struct Player {
  var model: Model
  let runner: EffectRunner
  var hasLeft = false

  mutating func apply(_ message: Message) {
    for effect in update(&model, message) {
      switch runner.carryOut(effect, of: model) {
      case .quit: hasLeft = true
      // There is no terminal to do this on.
      case .copy, .redraw, .listenToMouse, .suspend: break
      case nil: break
      }
    }
  }

  /// Waits until nothing is under way.
  mutating func rest(_ mailbox: Mailbox<Message>, _ posted: DispatchSemaphore) {
    while model.isBusy, !hasLeft {
      posted.wait()
      for message in mailbox.takeAll() { apply(message) }
    }
  }
}

extension Model {
  /// Whether an answer is still to come.
  var isBusy: Bool {
    isWorking || exporting != nil || saving != nil || listing != nil || awaitedFilm != nil
      || !pictures.awaited.isEmpty || isBrowsing
      || isSeeking || readingSession != nil
  }

  /// Whether it is still looked for what is typed into the palette.
  var isSeeking: Bool { sought.map { $0.isThere == nil } ?? false }

  private var isBrowsing: Bool {
    guard case .browser(let browser) = overlay else { return false }
    return browser.isListing || browser.visiting != nil || browser.completing != nil
      || browser.contents.values.contains(.looking)
  }
}

extension Key {
  /// Keys in the words of the key table: `3 b Down > > ^R`. A word that names no key is typed letter
  /// by letter, as is one in single quotes, blanks and all.
  public static func script(_ text: String) -> [Key] {
    var keys: [Key] = []
    for (index, part) in text.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
      if index % 2 == 1 {
        keys += part.unicodeScalars.map { Key(scalar: $0) }
        continue
      }
      for word in part.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }) {
        if let key = named[String(word)] {
          keys.append(key)
        } else {
          keys += word.unicodeScalars.map { Key(scalar: $0) }
        }
      }
    }
    return keys
  }

  /// A word of a script that looks like a key's name, such as `Escape`, and is none; nil: there is no such.
  public static func unknownName(inScript text: String) -> String? {
    let unquoted = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 0 }
    return unquoted.lazy.flatMap { $0.element.split { " \n\t".contains($0) } }.map(String.init)
      .first { named[$0] == nil && $0.wholeMatch(of: /[A-Z][a-z]{2,}/) != nil }
  }

  /// The names of keys that are no letters.
  public static var names: [String] {
    named.keys.filter { $0.wholeMatch(of: /[A-Z][A-Za-z]+/) != nil }.sorted()
  }

  /// Keys by what they are called on screen.
  private static let named: [String: Key] = {
    let special: [Key] = [
      .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .tab, .backTab, .enter, .escape,
      .backspace, .delete, .character(" "),
    ]
    let controls = (97...122).compactMap { Unicode.Scalar($0) }.map { Key.control($0) }
    let all = special + controls + (1...12).map { Key.function($0) }
    return Dictionary(all.map { ($0.label, $0) }) { first, _ in first }
  }()
}
