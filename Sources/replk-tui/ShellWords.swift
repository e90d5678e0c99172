// Command lines as a shell reads them.

import ERFEngine

enum ShellWords {
  /// `words` in one line, quoted where a shell would read something else.
  static func text(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// The words of a line that ``text(_:)`` made.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    // By bytes, as shells read: a mark may stand over a quote, and escapes spell bytes.
    var rest = Array(line.utf8)[...]
    // Quotes and an escaped one stand in the middle of words; an empty word is quotes alone.
    var word: [UInt8]?
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: " "):
        if let done = word { words.append(SystemPath.text(done)) }
        word = nil
      case UInt8(ascii: "'"):
        let quoted = rest.prefix { $0 != UInt8(ascii: "'") }
        rest = rest.dropFirst(quoted.count + 1)
        word = (word ?? []) + quoted
      case UInt8(ascii: "$") where rest.first == UInt8(ascii: "'"):
        rest.removeFirst()
        word = (word ?? []) + unescaped(&rest)
      case UInt8(ascii: "\\"):
        word = (word ?? []) + rest.prefix(1)
        rest = rest.dropFirst()
      default: word = (word ?? []) + [byte]
      }
    }
    return words + (word.map { [SystemPath.text($0)] } ?? [])
  }

  private static func quoted(_ word: String) -> String {
    guard word.unicodeScalars.allSatisfy(isPlain) else { return escaped(word) }
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
    // zsh takes a word that begins with = for a program's path.
    guard !plain || word.isEmpty || word.hasPrefix("=") else { return word }
    let parts = word.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.map { String($0) }.joined(separator: "'\\''") + "'"
  }
}

// MARK: Words that a terminal would act on

extension ShellWords {
  /// Whether a scalar may stand in a line that somebody copies from a terminal: it steers nothing, begins no
  /// line, and leaves the order in which the rest is read.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    String(scalar).printable.unicodeScalars.first == scalar
  }

  /// As bash and zsh read it: `$'a\012b'`. Three octal digits spell a byte, whatever the locale and whatever
  /// comes behind them.
  private static func escaped(_ word: String) -> String {
    let scalars = word.unicodeScalars.map { scalar -> String in
      if scalar == "'" || scalar == "\\" { return "\\\(scalar)" }
      guard !isPlain(scalar) else { return String(scalar) }
      return SystemPath.bytes(String(scalar)).map { byte in
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }.joined()
    }
    return "$'" + scalars.joined() + "'"
  }

  /// The bytes that stand up to the quote which ends what ``escaped(_:)`` began; takes them and the quote.
  private static func unescaped(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    while let byte = rest.popFirst(), byte != UInt8(ascii: "'") {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(3), as: UTF8.self)
      if let spelt = UInt8(digits, radix: 8) {
        bytes.append(spelt)
        rest = rest.dropFirst(3)
      } else {
        bytes += rest.prefix(1)
        rest = rest.dropFirst()
      }
    }
    return bytes
  }
}
