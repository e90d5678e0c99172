// Separated records with quotes (RFC 4180): the format's rules alone, no meaning of columns.

/// Reads records of fields between commas, semicolons or tabs, and writes those between commas.
public enum CSVRecords {
  static let comma = UInt8(ascii: ",")

  struct Record: Equatable {
    /// Where it begins, from 1.
    let line: Int
    let fields: [String]

    /// Whether there are separators and blanks alone, as in the empty rows that spreadsheets write.
    var isBlank: Bool { fields.allSatisfy { $0.allSatisfy(\.isWhitespace) } }
  }

  /// The text of a file: UTF-8; UTF-32 as its byte order mark says; or UTF-16 as its mark or the zeros in
  /// it say. Bytes that are not UTF-8, as in Latin-1, become what they are in names of files: names that
  /// differ stay two.
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
    if bytes.starts(with: mark) { return SystemPath.text(bytes.dropFirst(mark.count)) }
    // Tables begin with letters of ASCII, whose other byte is zero.
    if bytes.count >= 4 {
      if bytes[1] == 0 && bytes[3] == 0 { return utf16(bytes[...], isBigEndian: false) }
      if bytes[0] == 0 && bytes[2] == 0 { return utf16(bytes[...], isBigEndian: true) }
    }
    return SystemPath.text(bytes)
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

  /// What a spreadsheet's line `sep=;` before a table says stands between its fields, a byte of ASCII; nil: the
  /// line is none.
  static func separator(toldBy line: some StringProtocol) -> UInt8? {
    let bare = line.utf8.filter { $0 != quote }
    guard String(decoding: bare.prefix(4), as: UTF8.self).lowercased() == "sep=" else { return nil }
    return bare.dropFirst(4).first.flatMap { $0 < 0x80 ? $0 : nil }
  }

  /// What stands between the fields of the first line: the commonest of comma, semicolon and tab.
  static func separator(of text: String) -> UInt8 {
    let line = text.utf8.prefix { !isLineEnd($0) }
    let counts = [comma, UInt8(ascii: ";"), UInt8(ascii: "\t")].map { candidate in
      (separator: candidate, count: line.count { $0 == candidate })
    }
    let best = counts.max { $0.count < $1.count }
    return best.map { $0.count > 0 ? $0.separator : comma } ?? comma
  }

  /// All records of a text; empty lines are no records. Nil where a quote is not closed.
  ///
  /// Byte by byte: as a character, a separator or quote has the mark behind it (U+0301, U+200D) with which the
  /// next field begins.
  ///
  /// - Parameter header: given each line with which a record begins, what stands between the fields from there
  ///   on, where that is a header; nil: it is none. Marks of the byte order before a header, as files that were
  ///   pasted together have them, are no part of it.
  static func parse(
    _ text: String, separator: UInt8 = comma, header: ((String) -> UInt8?)? = nil
  ) -> [Record]? {
    let bytes = Array(text.utf8)
    var separator = separator
    var records: [Record] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var (line, start, place) = (1, 1, 0)
    var (isQuoted, hasContent) = (false, false)
    func begin() {
      start = line
      guard let header else { return }
      let row = unmarkedLine(of: bytes[place...])
      guard let told = header(String(decoding: row, as: UTF8.self)) else { return }
      (separator, place) = (told, row.startIndex)
    }
    func endField() {
      fields.append(String(decoding: field, as: UTF8.self))
      field.removeAll(keepingCapacity: true)
    }
    func endRecord() {
      guard hasContent else { return }
      endField()
      records.append(Record(line: start, fields: fields))
      (fields, hasContent) = ([], false)
    }
    begin()
    while place < bytes.count {
      let byte = bytes[place]
      let next = place + 1 < bytes.count ? bytes[place + 1] : nil
      place += 1
      // CR and LF together are one end.
      let endsLine = isLineEnd(byte) && !(byte == carriageReturn && next == lineFeed)
      if endsLine { line += 1 }
      if isQuoted {
        if byte == quote, next != quote {
          isQuoted = false
        } else {
          field.append(byte)
          if byte == quote { place += 1 }
        }
      } else if endsLine {
        endRecord()
        begin()
      } else if !isLineEnd(byte) {
        hasContent = true
        if byte == separator {
          endField()
        } else if byte == quote, field.isEmpty {
          isQuoted = true
        } else {
          field.append(byte)
        }
      }
    }
    guard !isQuoted else { return nil }
    endRecord()
    return records
  }

  /// The first line of `bytes` without marks of the byte order before it.
  private static func unmarkedLine(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while rest.starts(with: mark) { rest.removeFirst(mark.count) }
    return rest.prefix { !isLineEnd($0) }
  }

  /// One line, quoted where a field needs it, with its line end.
  public static func line(_ fields: [String]) -> String {
    let quoted = fields.map { field in
      guard field.utf8.contains(where: { $0 == comma || $0 == quote || isLineEnd($0) }) else {
        return field
      }
      return "\"" + field.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
    return quoted.joined(separator: ",") + "\n"
  }

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  /// Of the byte order, in UTF-8.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private static func isLineEnd(_ byte: UInt8) -> Bool {
    byte == lineFeed || byte == carriageReturn
  }
}
