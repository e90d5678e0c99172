// Decisions on disk while a run goes on, so that a broken run can be taken up again.

/// A decision file that grows: rows of networks of the same run stay, rows of the same subject are not made
/// again.
struct DecisionLog {
  private var file: AppendedFile
  /// What the file already tells of the subject, by image.
  let known: [String: CueDecision]
  /// What is begun with the first row; nil: it is there.
  private var unbegun: DecisionTable?

  /// Opens the file at `path`; one that is not there is begun with its first row. A last line that a break
  /// cut short is dropped, one that lacks no more than its end gets it.
  ///
  /// - Parameters:
  ///   - others: subjects whose rows may be there too.
  ///   - replaces: whether a file of something else may be replaced, with the first row.
  /// - Throws: ``FileError``, ``DecisionError`` where the file is something else, which stays as it is.
  init(
    path: String, subject: String, others: Set<String> = [], stimuli: Set<String> = [],
    replaces: Bool = false
  ) throws {
    let table: DecisionTable
    do {
      table = try DecisionTable(path: path, subjects: others.union([subject]), stimuli: stimuli)
    } catch is DecisionError where replaces {
      table = DecisionTable(newAt: path)
    }
    // What is begun with the first row has its file then.
    file = table.isNew ? AppendedFile(path: path, identity: nil, count: 0) : try table.begun()
    unbegun = table.isNew ? table : nil
    var known: [String: CueDecision] = [:]
    let read = DecisionFile.trimmed(subject)
    for decision in table.decisions where decision.subject == read {
      known[decision.image] = decision
    }
    self.known = known
  }

  /// - Throws: ``FileError``, also where another run writes the file.
  mutating func append(_ decision: CueDecision, trial: Int) throws {
    if let table = unbegun {
      file = try table.begun()
      unbegun = nil
    }
    try file.append(DecisionFile.line(decision, trial: trial))
  }
}

/// What lies where decisions are to be written: nothing, or a table that earlier runs for the same subjects
/// began. Looking changes nothing.
struct DecisionTable {
  let path: String
  let decisions: [CueDecision]
  /// What it has to become before rows can be added; nil: it may stay.
  private let mended: [UInt8]?
  /// Bytes that it has when rows can be added.
  private let count: Int
  /// The file as it was before it was read; nil: there was none.
  private let found: FileVersion?
  /// Whether nothing is there, or nothing that stays.
  let isNew: Bool

  /// A table in the place of whatever is there.
  init(newAt path: String) {
    self.path = path
    found = FileVersion(path: path)
    let header = Array(DecisionFile.header.utf8)
    (decisions, mended, count, isNew) = ([], header, header.count, true)
  }

  /// - Parameters:
  ///   - subjects: those whose rows may be there.
  ///   - stimuli: names of their pictures, which tell a last line that was cut short from a whole one.
  /// - Throws: ``FileError``, ``DecisionError`` where something else is there.
  init(path: String, subjects: Set<String>, stimuli: Set<String>) throws {
    self.path = path
    found = FileVersion(path: path)
    let header = Array(DecisionFile.header.utf8)
    isNew = FileKind(of: path) == .absent
    guard !isNew else {
      (decisions, mended, count) = ([], header, header.count)
      return
    }
    try AtomicFile.requireWritable(path)
    let bytes = try FileBytes.read(path, limit: DecisionFile.limit)
    guard bytes.count >= header.count else {
      // Nothing, or the beginning of a header.
      guard header.starts(with: bytes) else { throw DecisionError.otherColumns(path: path) }
      (decisions, mended, count) = ([], header, header.count)
      return
    }
    // Rows in another order of columns could not be added to.
    guard bytes.starts(with: header) else {
      if let share = try? DecisionShare(path: path) {
        throw DecisionError.share(path: path, found: Shard.words(share.shards))
      }
      throw DecisionError.otherColumns(path: path)
    }
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let rest = Array(bytes[end...])
    var whole = Array(bytes[..<end])
    if !rest.isEmpty {
      if Self.isRow(rest, header, stimuli) {
        whole = bytes + [UInt8(ascii: "\n")]
      } else if !subjects.contains(where: { Self.begins(rest, $0) }) {
        throw DecisionError.otherEnd(path: path)
      }
    }
    decisions = whole.count == header.count ? [] : try DecisionFile.decode(whole, path: path)
    let strangers = Set(decisions.map(\.subject)).subtracting(subjects.map(DecisionFile.trimmed))
    guard strangers.isEmpty else {
      throw DecisionError.otherSubjects(path: path, found: strangers.sorted())
    }
    mended = rest.isEmpty ? nil : whole
    count = whole.count
  }

  /// Begins the table, or ends its last line, and hands out the file that rows are added to.
  ///
  /// - Throws: ``FileError``, also where another run wrote the file meanwhile.
  func begun() throws -> AppendedFile {
    guard let mended else {
      return AppendedFile(path: path, identity: found?.identity, count: count)
    }
    let version = try AtomicFile.write(
      parts: CollectionOfOne(mended), to: path,
      after: { if FileVersion(path: path) != found { throw AppendedFile.taken(path) } })
    return AppendedFile(path: path, identity: version?.identity, count: count)
  }

  /// Whether a last line lacks only its end.
  private static func isRow(_ line: [UInt8], _ header: [UInt8], _ stimuli: Set<String>) -> Bool {
    guard let rows = try? DecisionFile.decode(header + line, path: ""), rows.count == 1 else {
      return false
    }
    let image = rows[0].image
    return ImageList.isImageName(image)
      && !stimuli.contains { $0 != image && $0.hasPrefix(image) }
  }

  /// Whether a line may be the beginning of a row of `subject`.
  private static func begins(_ line: [UInt8], _ subject: String) -> Bool {
    let first = Array(CSVRecords.line([subject, "1"]).utf8.dropLast())
    return first.starts(with: line) || line.starts(with: first)
  }
}
