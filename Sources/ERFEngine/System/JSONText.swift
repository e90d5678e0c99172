// JSON as the program prints and writes it for people: indented, keys sorted, safe to print.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Encodes values as JSON for people and other programs alike.
public enum JSONText {
  /// `value` indented, with keys sorted, ending in a line end. What must not reach a terminal
  /// (``Swift/String/printable``) is escaped, so that it still reads back as it was.
  ///
  /// - Throws: `EncodingError`, as for numbers that are not finite.
  public static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return escaped(Array(try encoder.encode(value))) + [0x0A]
  }

  /// `value` in one line, with keys sorted: for files that programs alone read.
  ///
  /// - Throws: `EncodingError`, as for numbers that are not finite.
  static func compact(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  /// A text as ``encode(_:)`` writes it, with its quotes.
  static func string(_ text: String) throws -> String {
    let isPlain = text.utf8.allSatisfy {
      (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain { return "\"\(text)\"" }
    let list = escaped(try compact([text]))
    return String(decoding: list.dropFirst().dropLast(), as: UTF8.self)
  }

  /// A finite number as ``encode(_:)`` writes it: whole ones without a point.
  static func number(_ value: some BinaryFloatingPoint & LosslessStringConvertible) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Writes `value` as ``encode(_:)`` would if its array `key` held `elements`, each of which is encoded
  /// when its turn comes, so that no more than one of them and its text are in memory.
  ///
  /// - Parameters:
  ///   - value: an object whose array `key` is empty.
  ///   - text: what ``encode(_:)`` makes of an element.
  ///   - write: takes the next bytes.
  /// - Throws: `EncodingError`, and what `write` throws.
  public static func encode<Element>(
    _ value: some Encodable, with elements: some Sequence<Element>, in key: String,
    text: (Element) throws -> [UInt8], write: ([UInt8]) throws -> Void
  ) throws {
    let whole = try encode(value)
    // Line ends are escaped in strings: this is the one line of the object that begins so.
    let name = Array("\n  \"\(key)\" : [".utf8)
    guard let place = whole.firstRange(of: name)?.upperBound,
      let end = whole[place...].firstIndex(of: UInt8(ascii: "]"))
    else { preconditionFailure("there is no array \(key)") }
    try write(Array(whole[..<place]))
    let indent = Array("    ".utf8)
    var isFirst = true
    for element in elements {
      var lines = Array((isFirst ? "\n    " : ",\n    ").utf8)
      isFirst = false
      var beginsLine = false
      for byte in try text(element).dropLast() {
        // Empty lines, which stand in empty arrays, stay empty.
        if beginsLine, byte != UInt8(ascii: "\n") { lines += indent }
        beginsLine = byte == UInt8(ascii: "\n")
        lines.append(byte)
      }
      try write(lines)
    }
    try write(Array((isFirst ? "\n\n  " : "\n  ").utf8) + whole[end...])
  }

  /// Scalars beyond ASCII and DEL stand in strings alone, where they may be escaped.
  private static func escaped(_ json: [UInt8]) -> [UInt8] {
    guard !json.allSatisfy({ $0 < 0x7f }) else { return json }
    var result: [UInt8] = []
    result.reserveCapacity(json.count)
    for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
      if scalar.isPrintable || scalar == "\n" {
        result += UTF8.encode(scalar).map(Array.init) ?? []
      } else {
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
          let digits = String(unit, radix: 16)
          result += Array("\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
        }
      }
    }
    return result
  }
}
