// Literals of Python, as headers of NumPy's files hold them: no names, no calculations.

/// A value that `ast.literal_eval` would make of the same text; real and complex numbers and sets aside.
enum PythonLiteral: Equatable {
  case nothing
  case bool(Bool)
  case int(Int)
  case string(String)
  case bytes([UInt8])
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  /// Each key once: of those that are written twice the last one holds.
  case dictionary([Pair])

  /// An item of a dictionary.
  struct Pair: Equatable {
    let key: PythonLiteral
    var value: PythonLiteral
  }

  /// nil where the text is anything else, or is nested too deep.
  init?(_ text: some Sequence<UInt8>) {
    var reader = PythonReader(bytes: Array(text))
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipBlanks()
    guard reader.isAtEnd else { return nil }
    self = value
  }

  /// The value of a dictionary under the text `key`; nil: none, or no dictionary.
  subscript(_ key: String) -> PythonLiteral? {
    guard case .dictionary(let pairs) = self else { return nil }
    return pairs.first { $0.key == .string(key) }?.value
  }
}

private struct PythonReader {
  let bytes: [UInt8]
  private var position = 0

  private static let maxDepth = 8
  /// More items than any header has: each is compared with those before it.
  private static let maxItems = 1000

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func holds(_ text: String, at offset: Int = 0) -> Bool {
    bytes[min(position + offset, bytes.count)...].starts(with: text.utf8)
  }

  /// White space, comments and line ends, also those that a backslash takes away.
  mutating func skipBlanks() {
    while let byte = next {
      if byte == 0x20 || (0x09...0x0D).contains(byte) {
        position += 1
      } else if byte == UInt8(ascii: "#") {
        while let byte = next, byte != 0x0A, byte != 0x0D { position += 1 }
      } else if holds("\\\r\n") {
        position += 3
      } else if holds("\\\n") {
        position += 2
      } else {
        return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) -> PythonLiteral? {
    guard depth < Self.maxDepth else { return nil }
    if take("{") { return dictionary(depth) }
    if take("[") { return elements(until: "]", depth).map { .list($0.values) } }
    if take("(") {
      return elements(until: ")", depth).map { found in
        // (1) is a number, (1,) a tuple.
        found.values.count == 1 && !found.endsInComma ? found.values[0] : .tuple(found.values)
      }
    }
    skipBlanks()
    guard let byte = next else { return nil }
    if [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte) || (0x30...0x39).contains(byte) {
      return number()
    }
    return word()
  }

  private mutating func elements(
    until end: Unicode.Scalar, _ depth: Int
  ) -> (values: [PythonLiteral], endsInComma: Bool)? {
    var values: [PythonLiteral] = []
    var endsInComma = false
    while !take(end) {
      guard values.isEmpty || endsInComma, let value = value(depth: depth + 1) else { return nil }
      values.append(value)
      endsInComma = take(",")
    }
    return (values, endsInComma)
  }

  private mutating func dictionary(_ depth: Int) -> PythonLiteral? {
    var pairs: [PythonLiteral.Pair] = []
    var endsInComma = true
    while !take("}") {
      guard endsInComma, pairs.count < Self.maxItems, let key = value(depth: depth + 1), take(":"),
        let value = value(depth: depth + 1)
      else { return nil }
      if let place = pairs.firstIndex(where: { $0.key == key }) {
        pairs[place].value = value
      } else {
        pairs.append(PythonLiteral.Pair(key: key, value: value))
      }
      endsInComma = take(",")
    }
    return .dictionary(pairs)
  }

  // MARK: Numbers

  /// In decimal digits, or others behind `0x`, `0o` or `0b`. Python 2 wrote an L behind long integers.
  private mutating func number() -> PythonLiteral? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    skipBlanks()
    var radix = 10
    for (letter, base) in [("x", 16), ("o", 8), ("b", 2)]
    where holds("0" + letter) || holds("0" + letter.uppercased()) {
      radix = base
      position += 2
    }
    let isDecimal = radix == 10
    var value: Int?
    while let byte = next {
      // Single ones stand between digits, or behind what names the radix.
      if byte == UInt8(ascii: "_"), value != nil || !isDecimal,
        digit(at: position + 1, radix) != nil
      {
        position += 1
        continue
      }
      guard let digit = digit(at: position, radix) else { break }
      position += 1
      // 02 is nobody's number.
      guard value != 0 || !isDecimal || digit == 0 else { return nil }
      let (shifted, tooLarge) = (value ?? 0).multipliedReportingOverflow(by: radix)
      let (sum, tooMuch) = shifted.addingReportingOverflow(digit)
      guard !tooLarge && !tooMuch else { return nil }
      value = sum
    }
    if next == UInt8(ascii: "L") { position += 1 }
    return value.map { .int(isNegative ? -$0 : $0) }
  }

  private func digit(at position: Int, _ radix: Int) -> Int? {
    position < bytes.count ? Self.digit(bytes[position], radix) : nil
  }

  private static func digit(_ byte: UInt8, _ radix: Int) -> Int? {
    let value: Int
    switch byte {
    case 0x30...0x39: value = Int(byte) - 0x30
    case 0x41...0x46, 0x61...0x66: value = Int(byte & 0xDF) - 0x41 + 10
    default: return nil
    }
    return value < radix ? value : nil
  }

  // MARK: Texts

  /// True, False, None, or texts between quotes, of which several in a row are one.
  private mutating func word() -> PythonLiteral? {
    switch letters() {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return .nothing
    case let prefix:
      guard var whole = text(prefix) else { return nil }
      skipBlanks()
      while let byte = next, Self.isQuote(byte) || (0x41...0x5A).contains(byte & 0xDF) {
        guard let more = text(letters()), more.isBytes == whole.isBytes else { return nil }
        whole.content += more.content
        skipBlanks()
      }
      return whole.isBytes
        ? .bytes(whole.content) : .string(String(decoding: whole.content, as: UTF8.self))
    }
  }

  private mutating func letters() -> String {
    let start = position
    while let byte = next, (0x41...0x5A).contains(byte & 0xDF), position < start + 6 {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
  }

  /// Between single quotes, or between three in a row, within which lines may end, behind `prefix`.
  private mutating func text(_ prefix: String) -> (content: [UInt8], isBytes: Bool)? {
    let prefix = prefix.lowercased()
    guard let quote = next, Self.isQuote(quote), ["", "u", "r", "b", "br", "rb"].contains(prefix)
    else { return nil }
    let (isBytes, isRaw) = (prefix.contains("b"), prefix.contains("r"))
    let isTriple = isTriple(quote)
    position += isTriple ? 3 : 1
    var text: [UInt8] = []
    while let byte = next, byte != quote || isTriple && !self.isTriple(quote) {
      position += 1
      guard byte != 0x0A || isTriple else { return nil }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let escaped = next else { return nil }
      if isRaw {
        // The backslash stays, and so does a quote behind it.
        text += [byte, escaped]
        position += 1
      } else {
        guard let found = escape(isBytes: isBytes) else { return nil }
        text += found
      }
    }
    guard next == quote else { return nil }
    position += isTriple ? 3 : 1
    return (text, isBytes)
  }

  private func isTriple(_ quote: UInt8) -> Bool {
    bytes[position...].prefix(3).elementsEqual([quote, quote, quote])
  }

  private static let escapes: [Character: UInt8] = [
    "\\": 0x5C, "'": 0x27, "\"": 0x22, "a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13,
  ]

  /// What stands for the characters behind a backslash, in UTF-8; a backslash before others stays.
  private mutating func escape(isBytes: Bool) -> [UInt8]? {
    let byte = bytes[position]
    let letter = Character(Unicode.Scalar(byte))
    position += 1
    if let found = Self.escapes[letter] { return [found] }
    func encoded(_ value: Int?) -> [UInt8]? {
      guard let value else { return nil }
      if isBytes { return [UInt8(truncatingIfNeeded: value)] }
      return Unicode.Scalar(UInt32(value)).map { Array(String($0).utf8) }
    }
    switch letter {
    case "\n": return []
    case "0"..."7":
      position -= 1
      var (value, count) = (0, 0)
      while count < 3, let byte = next, let digit = Self.digit(byte, 8) {
        value = 8 * value + digit
        count += 1
        position += 1
      }
      return encoded(value)
    case "x": return encoded(hexadecimal(2))
    case "u" where !isBytes: return encoded(hexadecimal(4))
    case "U" where !isBytes: return encoded(hexadecimal(8))
    case "N" where !isBytes: return namedCharacter()
    default: return [UInt8(ascii: "\\"), byte]
    }
  }

  /// The character of `{LATIN SMALL LETTER D}`, in upper or lower case. Of names that are not ASCII none
  /// is known: no header that NumPy takes holds their characters.
  private mutating func namedCharacter() -> [UInt8]? {
    guard next == UInt8(ascii: "{"), let end = bytes[position...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    let name = String(decoding: bytes[(position + 1)..<end], as: UTF8.self).uppercased()
    position = end + 1
    let ascii = (UInt8(0)..<0x80).first { byte in
      let properties = Unicode.Scalar(byte).properties
      return name == properties.name || name == properties.nameAlias
    }
    return ascii.map { [$0] }
  }

  private mutating func hexadecimal(_ count: Int) -> Int? {
    var value = 0
    for _ in 0..<count {
      guard let byte = next, let digit = Self.digit(byte, 16) else { return nil }
      value = 16 * value + digit
      position += 1
    }
    return value
  }
}
