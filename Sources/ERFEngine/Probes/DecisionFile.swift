// Decision files: CSV as the toolbox model-vs-human (bethgelab/model-vs-human) exchanges them.

/// Reads and writes decisions, one row a stimulus:
/// `subj,session,trial,rt,object_response,category,condition,imagename`.
public enum DecisionFile {
  /// Columns as they are written; files of others may order them otherwise.
  static let columns = [
    "subj", "session", "trial", "rt", "object_response", "category", "condition", "imagename",
  ]

  /// Those of them without which nothing can be said.
  static let needed = ["subj", "object_response", "category", "imagename"]

  /// How much is read of such a file; a whole experiment takes 100 kB.
  static let limit = 256 << 20

  /// The decisions of a file, in its order.
  ///
  /// Fields may stand between commas, semicolons or tabs, the text may be UTF-8, UTF-16 or UTF-32, and
  /// the header may come again, with another separator: files are often pasted together. Before it, lines
  /// of `#` and a spreadsheet's `sep=;` are passed over.
  ///
  /// - Throws: ``FileError``, ``DecisionError``.
  public static func read(_ path: String) throws -> [CueDecision] {
    try decode(try FileBytes.read(path, limit: limit), path: path)
  }

  /// - Throws: ``DecisionError``.
  static func decode(_ bytes: [UInt8], path: String) throws(DecisionError) -> [CueDecision] {
    if let reason = ForeignFile.explanation(bytes) { throw .foreign(path: path, reason: reason) }
    let text = CSVRecords.text(bytes)
    // Within a name it would be seen nowhere, and make another name of it.
    guard let zero = text.utf8.firstIndex(of: 0) else { return try decode(text, path: path) }
    throw .zero(path: path, line: 1 + text[..<zero].count { $0.isNewline })
  }

  private static func decode(
    _ text: String, path: String
  ) throws(DecisionError) -> [CueDecision] {
    let remarks = text.split(maxSplits: 64, whereSeparator: \.isNewline)
      .prefix(while: Table.isRemark)
    let separator = CSVRecords.separator(
      of: String(text[(remarks.last?.endIndex ?? text.startIndex)...].drop(while: \.isNewline)))
    guard
      let records = CSVRecords.parse(text, separator: separator, header: Table.separator(ofHeader:))
    else { throw .openQuote(path: path) }
    let lines = records.filter { !$0.isBlank }.drop { Table.isRemark($0.fields[0]) }
    guard let header = lines.first else { throw .empty(path: path) }
    var table = try Table(header, path: path)
    var decisions: [CueDecision] = []
    decisions.reserveCapacity(lines.count - 1)
    func add(_ row: CSVRecords.Record) throws(DecisionError) {
      var decision = try table.decision(row)
      decision.subject = trimmed(decision.subject)
      decision.image = trimmed(decision.image)
      decision.foreignResponse = decision.foreignResponse.map(trimmed)
      decisions.append(decision)
    }
    // What looks like remarks is none where no header follows.
    var pending: [CSVRecords.Record] = []
    for record in lines.dropFirst() {
      if Table.isHeader(record) {
        table = try Table(record, path: path)
        pending = []
      } else if Table.isRemark(record.fields[0]) {
        pending.append(record)
      } else {
        for row in pending + [record] { try add(row) }
        pending = []
      }
    }
    for row in pending { try add(row) }
    guard !decisions.isEmpty else { throw .empty(path: path) }
    return decisions
  }

  /// Without the blanks that people put around separators.
  private static func trimmed(_ name: String) -> String {
    let start = name.drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }

  /// Which column is which, by a header.
  struct Table {
    let path: String
    let columns: Int
    let subject: Int
    let response: Int
    let category: Int
    let image: Int

    init(_ header: CSVRecords.Record, path: String) throws(DecisionError) {
      let names = Self.names(header)
      func column(_ name: String) throws(DecisionError) -> Int {
        guard let index = names.firstIndex(of: name) else {
          throw .missingColumn(path: path, column: name)
        }
        guard names.lastIndex(of: name) == index else {
          throw .repeatedColumn(path: path, column: name)
        }
        return index
      }
      self.path = path
      columns = names.count
      subject = try column("subj")
      response = try column("object_response")
      category = try column("category")
      image = try column("imagename")
    }

    /// Whether a line that begins like this stands before the table.
    static func isRemark(_ start: some StringProtocol) -> Bool {
      let start = start.drop { $0 == "\u{FEFF}" }
      return start.hasPrefix("#") || start.lowercased().hasPrefix("sep=")
    }

    static func isHeader(_ record: CSVRecords.Record) -> Bool {
      let names = names(record)
      return names.contains("subj") && names.contains("object_response")
    }

    /// What stands between the fields of a line that is a header; nil: it is none.
    static func separator(ofHeader line: String) -> UInt8? {
      guard line.lowercased().contains("object_response") else { return nil }
      let separator = CSVRecords.separator(of: line)
      guard let record = CSVRecords.parse(line, separator: separator)?.first,
        isHeader(record)
      else { return nil }
      return separator
    }

    /// In lower case and without blanks.
    private static func names(_ record: CSVRecords.Record) -> [String] {
      record.fields.map { field in field.filter { !$0.isWhitespace }.lowercased() }
    }

    func decision(_ record: CSVRecords.Record) throws(DecisionError) -> CueDecision {
      guard record.fields.count == columns else {
        throw .fieldCount(
          path: path, line: record.line, found: record.fields.count, expected: columns)
      }
      let image = record.fields[image]
      guard let name = StimulusName(image) else {
        throw .stimulus(path: path, line: record.line, name: image)
      }
      guard let shape = ObjectCategory(word: record.fields[category]) else {
        throw .category(path: path, line: record.line, found: record.fields[category])
      }
      let answer = record.fields[response]
      let response = ObjectCategory(word: answer)
      let isNone = answer.filter { !$0.isWhitespace }.lowercased() == "na"
      return CueDecision(
        subject: record.fields[subject], image: String(StimulusName.short(image)), shape: shape,
        texture: name.texture, response: response,
        foreignResponse: response == nil && !isNone ? answer : nil,
        namedShape: name.shape == shape ? nil : name.shape)
    }
  }

  /// The header with its line end.
  static let header = CSVRecords.line(columns)

  /// A whole file; trials count from 1.
  public static func encode(_ decisions: [CueDecision]) -> [UInt8] {
    let rows = decisions.enumerated().map { line($1, trial: $0 + 1) }
    return Array((header + rows.joined()).utf8)
  }

  /// One row with its line end, `more` behind its columns; `trial` counts from 1. Models have no response
  /// times: `NaN`.
  static func line(_ decision: CueDecision, trial: Int, more: [String] = []) -> String {
    CSVRecords.line(
      [
        decision.subject, "1", "\(trial)", "NaN",
        decision.response?.rawValue ?? decision.foreignResponse ?? "na",
        decision.shape.rawValue, "0", decision.image,
      ] + more)
  }
}

/// Why a file gave no decisions.
public enum DecisionError: ExplainedError, Equatable {
  case empty(path: String)
  case openQuote(path: String)
  /// A file of another kind.
  case foreign(path: String, reason: String)
  /// The character of code 0.
  case zero(path: String, line: Int)
  case missingColumn(path: String, column: String)
  /// Which of the columns is meant is not told.
  case repeatedColumn(path: String, column: String)
  case fieldCount(path: String, line: Int, found: Int, expected: Int)
  case category(path: String, line: Int, found: String)
  case stimulus(path: String, line: Int, name: String)
  case notAShare(path: String)
  /// A share is not as this version of the program wrote it.
  case damaged(path: String)
  /// A table lies where a run would write its own.
  case finished(path: String)
  /// Something else lies where a share (`asked`) or a table would be written, or a share that is not as it was
  /// written.
  case occupied(path: String, asked: String?, isDamaged: Bool = false)

  public var isUsageError: Bool {
    switch self {
    case .finished, .occupied: true
    default: false
    }
  }

  public var explanation: String {
    switch self {
    case .empty(let path): "\(path): holds no decisions; expected a header and rows"
    case .openQuote(let path): "\(path): is not valid CSV: unclosed quote"
    case .foreign(let path, let reason): "\(path): holds no decisions: \(reason)"
    case .zero(let path, let line):
      "\(path), line \(line): holds a zero byte, where text was expected: write the table again, or "
        + "remove the byte"
    case .missingColumn(let path, let column):
      "\(path): has no column '\(column)': expected a header that names at least "
        + "\(DecisionFile.needed.joined(separator: ", ")), in any order"
    case .repeatedColumn(let path, let column):
      "\(path): has several columns '\(column)', where one was expected: rename or remove the others"
    case .fieldCount(let path, let line, let found, let expected):
      "\(path), line \(line): has \(found.counted("field")) where the header has \(expected)"
    case .category(let path, let line, let found):
      "\(path), line \(line): the column 'category' "
        + (found.allSatisfy(\.isWhitespace)
          ? "is empty" : "holds \(WeightsMismatch.quoted(found))")
        + ", where one of the 16 categories was expected "
        + "(\(ObjectCategory.allCases.map(\.rawValue).joined(separator: ", ")))"
    case .stimulus(let path, let line, let name):
      "\(path), line \(line): '\(name)' does not name shape and texture, "
        + "as in airplane1-bicycle2.png"
    case .notAShare(let path):
      "\(path) is not a table that `merge` takes, as of `sweep` or of a share of `probe` (--stimuli DIR "
        + "--csv FILE --shard I/N)"
    case .damaged(let path):
      "\(path) is a share that \(RunPartError.damage): copy it again, or compute the share anew (--force)"
    case .finished(let path):
      "\(path) is a table of decisions that does not say how they were made, so no run resumes from it "
        + "(`probe --decisions` draws it)"
    case .occupied(let path, let asked, let isDamaged):
      "\(path) already exists and is "
        + (isDamaged
          ? "a share that \(RunPartError.damage)"
          : asked.map { "not \($0) of a run" } ?? "not what this run began")
    }
  }
}
