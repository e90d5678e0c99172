// Literals of Python, as headers of NumPy's files hold them: no names, no calculations.

/// A value that `ast.literal_eval` would make of the same text.
enum PythonLiteral {
  case nothing
  case bool(Bool)
  case int(Int)
  case string(String)
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  case dictionary([Pair])

  /// An item of a dictionary.
  struct Pair {
    let key: PythonLiteral
    let value: PythonLiteral
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
    for pair in pairs {
      if case .string(let name) = pair.key, name == key { return pair.value }
    }
    return nil
  }
}

private struct PythonReader {
  let bytes: [UInt8]
  private var position = 0

  private static let maxDepth = 8

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
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
      guard endsInComma, let key = value(depth: depth + 1), take(":"),
        let value = value(depth: depth + 1)
      else { return nil }
      pairs.append(PythonLiteral.Pair(key: key, value: value))
      endsInComma = take(",")
    }
    return .dictionary(pairs)
  }

  /// Python 2 wrote an L behind long integers.
  private mutating func number() -> PythonLiteral? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    skipBlanks()
    var value: Int?
    while let byte = next, (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") {
      position += 1
      guard byte != UInt8(ascii: "_") else { continue }
      let (tens, tooLarge) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = tens.addingReportingOverflow(Int(byte - 0x30))
      guard !tooLarge && !tooMuch else { return nil }
      value = sum
    }
    if next == UInt8(ascii: "L") { position += 1 }
    return value.map { .int(isNegative ? -$0 : $0) }
  }

  /// True, False, None, or a text between quotes, which a prefix may stand before.
  private mutating func word() -> PythonLiteral? {
    var letters: [UInt8] = []
    while let byte = next, (0x41...0x5A).contains(byte & 0xDF), letters.count < 6 {
      letters.append(byte)
      position += 1
    }
    if let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
      guard ["", "u", "U", "b", "B"].contains(String(decoding: letters, as: UTF8.self)) else {
        return nil
      }
      return text(quote)
    }
    switch String(decoding: letters, as: UTF8.self) {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return .nothing
    default: return nil
    }
  }

  /// Between single quotes, or between three in a row, within which lines may end.
  private mutating func text(_ quote: UInt8) -> PythonLiteral? {
    let isTriple = isTriple(quote)
    position += isTriple ? 3 : 1
    var text: [UInt8] = []
    while let byte = next, byte != quote || isTriple && !self.isTriple(quote) {
      position += 1
      guard byte != 0x0A || isTriple else { return nil }
      if byte == UInt8(ascii: "\\") {
        guard let escaped = next, [quote, UInt8(ascii: "\\")].contains(escaped) else { return nil }
        text.append(escaped)
        position += 1
      } else {
        text.append(byte)
      }
    }
    guard next == quote else { return nil }
    position += isTriple ? 3 : 1
    return .string(String(decoding: text, as: UTF8.self))
  }

  private func isTriple(_ quote: UInt8) -> Bool {
    bytes[position...].prefix(3).elementsEqual([quote, quote, quote])
  }
}
