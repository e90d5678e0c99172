// Decisions on disk while a run goes on, so that a broken run can be taken up again.

/// A decision file that grows: rows of others stay, rows of the same subject are not made again.
struct DecisionLog {
  private let file: AppendedFile
  /// What the file already tells of the subject, by image.
  let known: [String: CueDecision]

  /// Opens the file at `path` or begins it. A last line that a break cut short is dropped.
  ///
  /// - Throws: ``FileError``, ``DecisionError`` where the file is something else.
  init(path: String, subject: String) throws {
    file = AppendedFile(path: path)
    var decisions: [CueDecision] = []
    if FileKind(of: path) == .absent {
      try AtomicFile.write(Array(DecisionFile.header.utf8), to: path)
    } else {
      try AtomicFile.requireWritable(path)
      decisions = try Self.repaired(path)
    }
    var known: [String: CueDecision] = [:]
    for decision in decisions where decision.subject == subject {
      known[decision.image] = decision
    }
    self.known = known
  }

  private static func repaired(_ path: String) throws -> [CueDecision] {
    let bytes = try FileBytes.read(path, limit: DecisionFile.limit)
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let whole = Array(bytes[..<end])
    if whole.isEmpty {
      // Nothing, or the beginning of a header.
      guard DecisionFile.header.utf8.starts(with: bytes) else {
        throw DecisionError.missingColumn(path: path, column: DecisionFile.columns[0])
      }
      try AtomicFile.write(Array(DecisionFile.header.utf8), to: path)
      return []
    }
    if end < bytes.count { try AtomicFile.write(whole, to: path) }
    if whole == Array(DecisionFile.header.utf8) { return [] }
    guard whole.starts(with: DecisionFile.header.utf8) else {
      // Rows in another order of columns could not be added to.
      throw DecisionError.otherColumns(path: path)
    }
    return try DecisionFile.decode(whole, path: path)
  }

  /// - Throws: ``FileError``.
  func append(_ decision: CueDecision, trial: Int) throws(FileError) {
    try file.append(DecisionFile.line(decision, trial: trial))
  }
}
