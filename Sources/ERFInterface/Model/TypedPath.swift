// Paths as terminals write them when files are dropped on them.

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
    return String(self[first...last])
  }
}
