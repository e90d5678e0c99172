// A program in a pseudo-terminal with an emulator at the other end.

import ERFCurses
import Foundation

/// One program on one screen, and at most one of these at a time: its suite is `.serialized`.
public final class TerminalProcess {
  public private(set) var screen: VirtualTerminal
  private let terminal: PseudoTerminal

  /// Waited in vain; tells for what, and what was on the screen instead.
  public struct Timeout: Error, CustomStringConvertible {
    public let description: String
  }

  /// Guards against hanging alone, in seconds.
  public static let patience = Sanitizers.areOff ? 60.0 : 600.0

  public init(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String],
    rows: Int = 24, columns: Int = 80
  ) throws {
    screen = VirtualTerminal(rows: rows, columns: columns)
    terminal = try PseudoTerminal(
      program, arguments, in: folder, environment: environment, rows: rows, columns: columns)
  }

  public func type(_ text: String) { terminal.type(text) }
  public func type(_ bytes: [UInt8]) { terminal.type(bytes) }

  public func resize(rows: Int, columns: Int) {
    screen.resize(rows: rows, columns: columns)
    terminal.resize(rows: rows, columns: columns)
  }

  public func send(signal: Int32) { terminal.send(signal: signal) }
  public func hangUp() { terminal.hangUp() }

  /// Whether the line settings are what they were before the start.
  public var hasFirstSettings: Bool { terminal.hasFirstSettings }

  /// Reads until `sign` holds and the program has nothing more to write.
  public func wait(_ what: String, until sign: (VirtualTerminal) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: Self.patience)
    repeat {
      read(milliseconds: 20)
      if sign(screen) { return }
    } while Date() < end
    let state = terminal.status.map { "ended with \($0)" } ?? "still running"
    throw Timeout(
      description: "waited in vain for \(what); the program is \(state):\n\(screen.text)")
  }

  /// Waits for the program's end and returns its exit code, or minus the signal that ended it.
  public func end() throws -> Int32 {
    let end = Date(timeIntervalSinceNow: Self.patience)
    while Date() < end {
      // What it wrote last is there when it has ended.
      let status = terminal.status
      read(milliseconds: 20)
      if let status { return status }
    }
    throw Timeout(description: "the program does not end:\n\(screen.text)")
  }

  /// Shows all that the program has written, waiting so long for the first of it.
  private func read(milliseconds: Int) {
    var patience = milliseconds
    while true {
      switch terminal.read(milliseconds: patience) {
      case .bytes(let bytes): for byte in bytes { screen.feed(byte) }
      case .nothing: return
      case .end: return Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      }
      patience = 0
    }
  }
}
