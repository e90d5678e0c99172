// Paths as terminals write them when files are dropped on them.

import ERFEngine

enum TypedPath {
  /// The path that a text stands for: without the blanks and quotes around it, with what backslashes
  /// stand before, and out of an address (`file://`).
  static func meant(_ text: String) -> String {
    let text = text.trimmingBlanks
    for begin in ["file://localhost/", "file:///"] where text.hasPrefix(begin) {
      return decoded("/" + text.dropFirst(begin.count))
    }
    if text.count > 2, text.hasPrefix("'"), text.hasSuffix("'") {
      // A shell ends the quotes for a quote of the name.
      return String(text.dropFirst().dropLast()).replacing("'\\''", with: "'")
    }
    if text.count > 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      return unescaped(text.dropFirst().dropLast(), of: ["\"", "\\", "$", "`"])
    }
    return unescaped(text[...])
  }

  /// Whether a path can only lead to a folder.
  static func isOfFolder(_ path: String) -> Bool {
    path == "~" || path.hasSuffix("/") || [".", ".."].contains(path.fileName)
  }

  /// The paths where several files were dropped at once, which terminals write as words of a shell; empty
  /// where the text is not that.
  static func several(_ text: String) -> [String] {
    let words = split(text)
    let areWhole = words.allSatisfy { word in
      ["/", "'/", "\"/", "~/", "file:///"].contains { word.hasPrefix($0) }
    }
    return areWhole ? words.map(meant) : []
  }

  /// The paths that a text is where each of its words, as a shell has them, is one; empty where it is a
  /// single word.
  static func words(_ text: String) -> [String] { split(text).map(meant) }

  /// The words of a text as they are written; empty where it is one, or where quotes are left open.
  private static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "\\", quote != "'", let next = rest.popFirst() {
        word += [character, next]
      } else if quote == nil, character.isWhitespace {
        words.append(word)
        word = ""
      } else {
        if quote == character {
          quote = nil
        } else if quote == nil, "'\"".contains(character) {
          quote = character
        }
        word.append(character)
      }
    }
    words = (words + [word]).filter { !$0.isEmpty }
    return words.count > 1 && quote == nil ? words : []
  }

  static func refusal(of several: Int) -> String {
    "\(several) paths given, one expected"
  }

  /// The path that is begun by a text, which may lack the quotes that end it.
  static func begun(_ text: String) -> String {
    let path = meant(text)
    guard path == text, let first = text.first, "'\"".contains(first) else { return path }
    return String(text.dropFirst())
  }

  /// Without backslashes, each of which takes the character after it as it is.
  private static func unescaped(_ text: Substring, of characters: [Character]? = nil) -> String {
    var result = ""
    var rest = text
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.first, characters?.contains(next) ?? true else {
        result.append(character)
        continue
      }
      result.append(rest.removeFirst())
    }
    return result
  }

  /// With the bytes that `%20` and such stand for.
  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    // A blank behind a backslash is part of a name.
    let end = index(after: last)
    return String(self[first...(self[last] == "\\" && end < endIndex ? end : last)])
  }
}

/// A path in the palette's line of input.
struct SoughtPath: Sendable, Equatable {
  let text: String
  /// Whether anything lies there; nil before a worker has looked.
  var isThere: Bool?
  /// Enter and the keys behind it, in their order, where what Enter does depends on the answer.
  var held: [Key] = []
}
