// Command lines as a shell reads them: dash, bash, zsh and fish alike.

import ERFEngine

enum ShellWords {
  /// `words` in one line, quoted where a shell would read something else.
  static func text(_ words: [String]) -> String {
    let line = words.map(quoted).joined(separator: " ")
    return line.unicodeScalars.allSatisfy(isPlain) ? line : spelt(line)
  }

  /// The words of a line that ``text(_:)`` made.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    // By bytes, as shells read: a mark may stand over a quote, and names are not always UTF-8.
    var rest = evaluated(Array(line.utf8))[...]
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
      case UInt8(ascii: "\\"):
        word = (word ?? []) + rest.prefix(1)
        rest = rest.dropFirst()
      default: word = (word ?? []) + [byte]
      }
    }
    return words + (word.map { [SystemPath.text($0)] } ?? [])
  }

  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
    // zsh takes a word that begins with = for a program's path.
    guard !plain || word.isEmpty || word.hasPrefix("=") else { return word }
    // A backslash stands outside quotes, where fish too takes what follows it as it is.
    let parts = word.unicodeScalars.map { scalar in
      scalar == "'" || scalar == "\\" ? "'\\\(scalar)'" : String(scalar)
    }
    return "'" + parts.joined() + "'"
  }
}

// MARK: Lines that a terminal would act on

extension ShellWords {
  private static let start = "eval \"$(printf %b '"
  private static let end = "')\""

  /// Whether a scalar may stand in a line that somebody copies from a terminal: it steers nothing, begins no
  /// line, and leaves the order in which the rest is read.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    String(scalar).printable.unicodeScalars.first == scalar
  }

  /// A line that evaluates `line`: `eval "$(printf %b 'erf \0047a\0012b\0047')"`. The whole of it, since shells
  /// take line ends away from the end of what they put in, where a name may have one. Three octal digits
  /// spell a byte, whatever the locale and whatever comes behind them. Where people type, bash and zsh look for
  /// `!` between double quotes.
  private static func spelt(_ line: String) -> String {
    let scalars = line.unicodeScalars.map { scalar -> String in
      guard !isPlain(scalar) || "'\\!".unicodeScalars.contains(scalar) else {
        return String(scalar)
      }
      return SystemPath.bytes(String(scalar)).map { byte in
        let digits = String(byte, radix: 8)
        return "\\0" + String(repeating: "0", count: 3 - digits.count) + digits
      }.joined()
    }
    return start + scalars.joined() + end
  }

  /// The bytes of the line that `line` evaluates; `line` itself where it evaluates none.
  private static func evaluated(_ line: [UInt8]) -> [UInt8] {
    guard line.starts(with: start.utf8), line.suffix(end.utf8.count).elementsEqual(end.utf8) else {
      return line
    }
    var rest = line.dropFirst(start.utf8.count).dropLast(end.utf8.count)
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(4), as: UTF8.self)
      if byte == UInt8(ascii: "\\"), let spelt = UInt8(digits, radix: 8) {
        bytes.append(spelt)
        rest = rest.dropFirst(4)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
