// How what a program writes is read, which `bench` measures by.

import ERFCurses
import Foundation
import Testing

@testable import replk_tui

extension TerminalTests {
  @Suite struct Reading {
    /// A reader that takes single bytes would be what is measured.
    @Test func outputComesInBlocks() throws {
      let terminal = try PseudoTerminal(
        "/bin/sh", ["-c", "head -c 30000 /dev/zero | tr '\\0' x"], environment: [:], rows: 24,
        columns: 80)
      var blocks: [[UInt8]] = []
      let end = Date(timeIntervalSinceNow: 60)
      while blocks.joined().count < 30000, Date() < end {
        if case .bytes(let block) = terminal.read(milliseconds: 100) { blocks.append(block) }
      }
      #expect(blocks.joined().elementsEqual([UInt8](repeating: UInt8(ascii: "x"), count: 30000)))
      #expect(blocks.count < 1000 && !blocks.contains([]))
    }
  }
}

@Suite struct UnreadBytesTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// Wherever the blocks of a screen end.
  @Test func signsAreFoundAcrossBlocks() {
    let text = bytes("qqu quit M = 1 quit")
    for cut in 0...text.count {
      var unread = UnreadBytes()
      unread.add(Array(text[..<cut]))
      var found = [unread.take(through: bytes("quit"))]
      #expect(found == [cut >= 8])
      unread.add(Array(text[cut...]))
      // What came behind the first is kept.
      for _ in 0..<3 { found.append(unread.take(through: bytes("quit"))) }
      #expect(found.count { $0 } == 2 && found.last == false)
    }
  }

  @Test func whatIsForgottenIsNotFound() {
    var unread = UnreadBytes()
    unread.add(bytes("sees qui"))
    unread.forget()
    unread.add(bytes("t"))
    let found = ["quit", "sees"].filter { unread.take(through: bytes($0)) }
    #expect(found.isEmpty)
  }
}
