// Tables of sweeps as files: CSV, which a sweep goes on from.

/// Why a file holds no sweep, or another one.
public enum SweepError: ExplainedError, Equatable {
  case notASweep(path: String)
  /// A row that is not as it was written.
  case damaged(path: String, line: Int)
  /// Something else lies where the table would be written, which is what `foreign` says where that is known,
  /// or a table whose line `damage` is not as it was written.
  case occupied(path: String, damage: Int? = nil, foreign: String? = nil)
  /// `point`: nil where the table has none.
  case otherSweep(path: String, point: Int?, column: String, found: String, asked: String)
  case otherShare(path: String, found: String, asked: String)
  case mixture(path: String, other: String, reason: String)
  /// One table with rows of several sweeps; `line` is the first that is not of the first row's.
  case mixedRows(path: String, line: Int, reason: String)
  /// One table with a point twice, the two rows of which differ.
  case pointTwice(path: String, line: Int, point: Int)
  /// `cuts`: how both are cut, where that differs.
  case overlap(path: String, other: String, point: Int, cuts: String?)
  case noPoints

  public var isUsageError: Bool {
    switch self {
    case .notASweep, .damaged, .noPoints: false
    case .occupied, .otherSweep, .otherShare, .mixture, .mixedRows, .pointTwice, .overlap: true
    }
  }

  public var explanation: String {
    switch self {
    case .notASweep(let path):
      "\(path) is not the table of a sweep as this version of the program writes it"
    case .damaged(let path, let line):
      "\(path) is damaged or was edited, since line \(line) does not agree with its hash: run its share "
        + "again with --force, or restore the file"
    case .occupied(let path, _, let reason?):
      "\(path) already exists and is not the table of a sweep (\(reason))"
    case .occupied(let path, let damage, nil):
      "\(path) already exists and is "
        + (damage.map { "damaged or was edited (line \($0) does not agree with its hash)" }
          ?? "not the table of a sweep as this version writes it")
    case .otherSweep(let path, let point, let column, let found, let asked):
      "\(path) is of another sweep (\(point.map { "point \($0): " } ?? "")\(column) "
        + "\(Self.shown(found)), not \(Self.shown(asked)))"
    case .otherShare(let path, let found, let asked):
      "\(path) holds \(found), not \(asked)"
        + (asked == Shard.words([]) ? " (`replk-tui merge` puts all shares together)" : "")
    case .mixture(let path, let other, let reason):
      "\(path) and \(other) are not of one sweep: \(reason)"
    case .mixedRows(let path, let line, let reason):
      "\(path) holds rows of several sweeps (line \(line) and those above it: \(reason)), where those of one "
        + "were expected"
    case .pointTwice(let path, let line, let point):
      "\(path) holds point \(point) again in line \(line), with other contents, where each was expected once"
    case .overlap(let path, let other, _, _) where path == other:
      "\(path) is given twice: give each share once"
    case .overlap(let path, let other, let point, let cuts):
      "\(path) and \(other) both hold point \(point): "
        + (cuts.map { "they are cut in different ways (\($0)): give shares of one cut" }
          ?? "give each share once, by itself or within a merge of some")
    case .noPoints: "none of the tables holds a point: nothing to put together"
    }
  }

  static func shown(_ field: String) -> String { field.isEmpty ? "(none)" : field }
}

extension SweepTable {
  /// More points than any sweep has; a table that claims more is none.
  private static let most = 10_000_000

  /// As CSV, rows by point; one that has none says in rows without a point what it is of.
  public var encoded: [UInt8] {
    let records = [Self.columns] + lines.map { $0 + [Self.hash(of: $0)] }
    return Array(records.map { CSVRecords.line($0) }.joined().utf8)
  }

  /// Whether a file begins as a table of a sweep does.
  public static func isSweep(_ path: String) -> Bool {
    guard let bytes = try? FileBytes.read(path, limit: 1 << 30, upTo: 16) else { return false }
    // As programs write it that quote all fields, too.
    return bytes.filter { $0 != UInt8(ascii: "\"") }.starts(with: "point,points".utf8)
  }

  /// Reads a table. A last line that a break cut short is dropped.
  ///
  /// - Throws: ``SweepError`` where it is none, is damaged, or holds rows of several sweeps; `FileError`.
  public init(path: String) throws {
    let bytes = try FileBytes.read(path, limit: 1 << 30)
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    guard let records = CSVRecords.parse(String(decoding: bytes[..<end], as: UTF8.self)),
      records.first?.fields == Self.columns
    else { throw SweepError.notASweep(path: path) }
    self.init(points: 0)
    var first: SweepTable?
    for record in records.dropFirst() {
      let row = Array(record.fields.dropLast())
      guard row.count == Self.header.count, record.fields.last == Self.hash(of: row) else {
        throw SweepError.damaged(path: path, line: record.line)
      }
      guard let one = SweepTable(row: row) else { throw SweepError.notASweep(path: path) }
      // Tables are pasted together by hand too.
      if let reason = first.flatMap(one.difference(from:)) {
        throw SweepError.mixedRows(path: path, line: record.line, reason: reason)
      }
      guard points == 0 || points == one.points else { throw SweepError.notASweep(path: path) }
      first = first ?? one
      points = one.points
      emptyRows += one.emptyRows
      for (point, row) in one.rows {
        if let earlier = rows.updateValue(row, forKey: point), earlier != row {
          throw SweepError.pointTwice(path: path, line: record.line, point: point)
        }
      }
    }
    guard rows.isEmpty || emptyRows.isEmpty else { throw SweepError.notASweep(path: path) }
  }

  /// A table of one row; nil where it cannot have been written by this program.
  private init?(row: [String]) {
    guard let total = Int(row[1]), (1...Self.most).contains(total) else { return nil }
    self.init(points: total)
    if row[0].isEmpty {
      emptyRows = [row]
    } else if let point = Int(row[0]), (1...total).contains(point) {
      rows[point] = row
    } else {
      return nil
    }
  }

  /// What an earlier run of `run` left at `path`; without a row where nothing is there.
  ///
  /// - Throws: ``SweepError`` where it is of another sweep or share, or was computed by something else.
  public static func kept(at path: String, of run: Run) throws -> SweepTable {
    var whole = SweepTable(run)
    guard FileKind(of: path) != .absent else { return whole }
    let table: SweepTable
    do {
      table = try SweepTable(path: path)
    } catch SweepError.notASweep(let path) {
      throw SweepError.occupied(path: path, foreign: ForeignFile.explanation(ofFile: path))
    } catch SweepError.damaged(let path, let line) {
      throw SweepError.occupied(path: path, damage: line)
    }
    guard table.sample != nil else { throw SweepError.occupied(path: path) }
    for row in table.emptyRows { try run.requireSame(emptyRow: row, path: path) }
    for (point, row) in table.sorted {
      try run.requireSame(row, point: point, path: path)
      whole.rows[point] = row
    }
    return whole
  }
}

extension SweepTable.Run {
  /// - Throws: ``SweepError`` where the row at `point` is not what this run would write.
  fileprivate func requireSame(_ row: [String], point: Int, path: String) throws(SweepError) {
    func require(_ column: String, _ asked: String) throws(SweepError) {
      try requireField(column, asked, of: row, point: point, path: path)
    }
    guard point <= keys.count else {
      throw .otherSweep(
        path: path, point: point, column: "points", found: row[1], asked: "\(keys.count)")
    }
    for (column, asked) in zip(SweepTable.keys, keys[point - 1]) { try require(column, asked) }
    let made = [maker.instructionSet, maker.library, maker.program]
    for (column, asked) in zip(SweepTable.makers, made) { try require(column, asked) }
    try requireShare(of: row, path: path)
    // Points elsewhere in the grid may differ where this one does not.
    guard SweepTable.field("grid_hash", of: row) != grid else { return }
    try require("command", command)
    try require("grid_hash", grid)
  }

  /// - Throws: ``SweepError`` where a table without rows is of something else.
  fileprivate func requireSame(emptyRow row: [String], path: String) throws(SweepError) {
    try requireShare(of: row, path: path)
    guard SweepTable.field("grid_hash", of: row) != grid else { return }
    for (column, asked) in [("points", "\(keys.count)"), ("command", command), ("grid_hash", grid)]
    {
      try requireField(column, asked, of: row, point: nil, path: path)
    }
  }

  private func requireField(
    _ column: String, _ asked: String, of row: [String], point: Int?, path: String
  ) throws(SweepError) {
    let found = SweepTable.field(column, of: row)
    guard found == asked else {
      throw .otherSweep(path: path, point: point, column: column, found: found, asked: asked)
    }
  }

  private func requireShare(of row: [String], path: String) throws(SweepError) {
    func words(_ share: String) -> String { share.isEmpty ? Shard.words([]) : "share \(share)" }
    let (found, asked) = (SweepTable.field("share", of: row), shard?.text ?? "")
    guard found == asked else {
      throw .otherShare(path: path, found: words(found), asked: words(asked))
    }
  }
}
