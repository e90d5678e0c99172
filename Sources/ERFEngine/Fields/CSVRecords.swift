// Separated records with quotes (RFC 4180): the format's rules alone, no meaning of columns.

/// Reads records of fields between commas, semicolons or tabs, and writes those between commas.
enum CSVRecords {
  struct Record: Equatable {
    /// Where it begins, from 1.
    let line: Int
    let fields: [String]

    /// Whether there are separators and blanks alone, as in the empty rows that spreadsheets write.
    var isBlank: Bool { fields.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
  }

  /// The text of a file: UTF-8; UTF-32 as its byte order mark says; or UTF-16 as its mark or the zeros in
  /// it say.
  static func text(_ bytes: [UInt8]) -> String {
    // Before UTF-16, whose mark this one begins with.
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) {
      return String(decoding: units(bytes.dropFirst(4), isBigEndian: false), as: UTF32.self)
    }
    if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      return String(decoding: units(bytes.dropFirst(4), isBigEndian: true), as: UTF32.self)
    }
    if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes.dropFirst(2), isBigEndian: false) }
    if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes.dropFirst(2), isBigEndian: true) }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return String(decoding: bytes.dropFirst(3), as: UTF8.self)
    }
    // Tables begin with letters of ASCII, whose other byte is zero.
    if bytes.count >= 4 {
      if bytes[1] == 0 && bytes[3] == 0 { return utf16(bytes[...], isBigEndian: false) }
      if bytes[0] == 0 && bytes[2] == 0 { return utf16(bytes[...], isBigEndian: true) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> String {
    String(decoding: units(bytes, isBigEndian: isBigEndian), as: UTF16.self)
  }

  /// Numbers of several bytes each; bytes that are left over at the end make none.
  private static func units<Unit: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>, isBigEndian: Bool
  ) -> [Unit] {
    let size = Unit.bitWidth / 8
    let first = bytes.startIndex
    return (0..<bytes.count / size).map { index -> Unit in
      (0..<size).reduce(Unit(0)) { unit, byte in
        let place = first + size * index + (isBigEndian ? byte : size - 1 - byte)
        return unit << 8 | Unit(bytes[place])
      }
    }
  }

  /// What a spreadsheet's line `sep=;` before a table says stands between its fields; nil: the line is none.
  static func separator(toldBy line: some StringProtocol) -> Character? {
    let bare = String(line).filter { $0 != "\"" }
    return bare.lowercased().hasPrefix("sep=") ? bare.dropFirst(4).first : nil
  }

  /// What stands between the fields of the first line: the commonest of comma, semicolon and tab.
  static func separator(of text: String) -> Character {
    let line = text.prefix { !$0.isNewline }
    let counts = [",", ";", "\t"].map { (separator: $0 as Character, count: 0) }.map { candidate in
      (candidate.separator, line.count { $0 == candidate.separator })
    }
    let best = counts.max { $0.1 < $1.1 }
    return best.map { $0.1 > 0 ? $0.0 : "," } ?? ","
  }

  /// All records of a text; empty lines are no records, and marks of the byte order before records, as files
  /// that were pasted together have them, are no part of these. Nil where a quote is not closed.
  ///
  /// - Parameter change: given each line with which a record begins, what stands between the fields
  ///   from there on; nil: what did before.
  static func parse(
    _ text: String, separator: Character = ",", change: (Substring) -> Character? = { _ in nil }
  ) -> [Record]? {
    var separator = separator
    var records: [Record] = []
    var fields: [String] = []
    var field = ""
    var line = 1
    var start = 1
    var (isQuoted, hasContent) = (false, false)
    func end() {
      fields.append(field)
      field = ""
    }
    var rest = text[...]
    func begin() { separator = change(rest.prefix { !$0.isNewline }) ?? separator }
    begin()
    while let character = rest.popFirst() {
      if isQuoted {
        if character != "\"" {
          if character.isNewline { line += 1 }
          field.append(character)
        } else if rest.first == "\"" {
          field.append("\"")
          rest.removeFirst()
        } else {
          isQuoted = false
        }
        continue
      }
      switch character {
      case "\u{FEFF}" where !hasContent: continue
      case "\"" where field.isEmpty:
        isQuoted = true
        hasContent = true
      case separator:
        end()
        hasContent = true
      case "\n", "\r\n", "\r":
        if hasContent {
          end()
          records.append(Record(line: start, fields: fields))
          fields = []
          hasContent = false
        }
        line += 1
        start = line
        begin()
      default:
        field.append(character)
        hasContent = true
      }
    }
    guard !isQuoted else { return nil }
    if hasContent {
      end()
      records.append(Record(line: start, fields: fields))
    }
    return records
  }

  /// One line, quoted where a field needs it, with its line end.
  static func line(_ fields: [String]) -> String {
    let quoted = fields.map { field in
      field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
        ? "\""
          + field.split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\"\"") + "\"" : field
    }
    return quoted.joined(separator: ",") + "\n"
  }
}
