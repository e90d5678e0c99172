// Comma-separated records with quotes (RFC 4180): the format's rules alone, no meaning of columns.

/// Reads and writes records of comma-separated fields.
enum CSVRecords {
  struct Record: Equatable {
    /// Where it begins, from 1.
    let line: Int
    let fields: [String]
  }

  /// All records of a text; empty lines are no records. Nil where a quote is not closed.
  static func parse(_ text: String) -> [Record]? {
    var records: [Record] = []
    var fields: [String] = []
    var field = ""
    var line = 1
    var start = 1
    var isQuoted = false
    var hasContent = false
    func end() {
      fields.append(field)
      field = ""
    }
    var rest = text[...]
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
      case "\"" where field.isEmpty:
        isQuoted = true
        hasContent = true
      case ",":
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
