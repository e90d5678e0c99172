// A program in a pseudo-terminal with an emulator at the other end.

import CPty
import Foundation

/// One program on one screen, and at most one of these at a time: its suite is `.serialized`.
public final class TerminalProcess {
  public private(set) var screen: VirtualTerminal
  /// How many bytes the program has written.
  public private(set) var byteCount = 0

  /// Waited in vain; tells for what, and what was on the screen instead.
  public struct Timeout: Error, CustomStringConvertible {
    public let description: String
  }

  /// Guards against hanging alone, in seconds.
  public static let patience =
    ProcessInfo.processInfo.environment["REPLK_TERMINAL_PATIENCE"].flatMap(Double.init) ?? 60

  public init(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String],
    rows: Int = 24, columns: Int = 80
  ) throws {
    screen = VirtualTerminal(rows: rows, columns: columns)
    guard cpt_open(Int32(rows), Int32(columns)) != 0 else {
      throw Timeout(description: "no pseudo-terminal")
    }
    Self.add(folder, CPT_FOLDER)
    for (name, value) in environment { Self.add("\(name)=\(value)", CPT_ENVIRONMENT) }
    for word in [program] + arguments { Self.add(word, CPT_ARGUMENT) }
    guard cpt_start() != 0 else { throw Timeout(description: "\(program) does not start") }
  }

  deinit { cpt_close() }

  private static func add(_ word: String, _ role: Int) {
    for byte in word.utf8 { cpt_byte(Int32(byte)) }
    cpt_end_word(Int32(role))
  }

  // MARK: Typing

  public func type(_ text: String) {
    for byte in text.utf8 { _ = cpt_write(Int32(byte)) }
  }

  public func resize(rows: Int, columns: Int) {
    screen.resize(rows: rows, columns: columns)
    cpt_resize(Int32(rows), Int32(columns))
  }

  public func send(signal: Int32) { cpt_signal(signal) }
  public func hangUp() { cpt_hang_up() }

  // MARK: Looking

  /// Reads until `sign` holds and the program has nothing more to write.
  public func wait(_ what: String, until sign: (VirtualTerminal) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: Self.patience)
    repeat {
      drain()
      if sign(screen) { return }
      take(cpt_read(20))
    } while Date() < end
    let state = status.map { "ended with \($0)" } ?? "still running"
    throw Timeout(
      description: "waited in vain for \(what); the program is \(state):\n\(screen.text)")
  }

  /// Waits for the program's end and returns its exit code, or minus the signal that ended it.
  public func end() throws -> Int32 {
    let end = Date(timeIntervalSinceNow: Self.patience)
    while Date() < end {
      let status = status
      drain()
      if let status { return status }
      // Without a terminal there is nothing to wait on.
      let byte = cpt_read(20)
      take(byte)
      if byte == Int32(CPT_END) { Thread.sleep(forTimeInterval: 0.01) }
    }
    throw Timeout(description: "the program does not end:\n\(screen.text)")
  }

  /// Nil while the program runs.
  public var status: Int32? {
    let status = cpt_status()
    return status == Int32(CPT_RUNNING) ? nil : status
  }

  /// Whether the line settings are what they were before the start.
  public var hasFirstSettings: Bool { cpt_has_first_settings() != 0 }

  private func drain() {
    while true {
      let byte = cpt_read(0)
      guard byte >= 0 else { return }
      take(byte)
    }
  }

  private func take(_ byte: Int32) {
    guard let byte = UInt8(exactly: byte) else { return }
    byteCount += 1
    screen.feed(byte)
  }
}
