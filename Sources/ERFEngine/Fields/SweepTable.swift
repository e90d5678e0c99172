// A table of runs over a grid: one row a point, written as the sweep goes on, merged like parts.

/// Why a file holds no sweep, or another one.
public enum SweepError: ExplainedError, Equatable {
  case notASweep(path: String)
  case otherSweep(path: String, point: Int, column: String, found: String, asked: String)
  case mixture(path: String, other: String, reason: String)

  public var isUsageError: Bool {
    if case .notASweep = self { false } else { true }
  }

  public var explanation: String {
    switch self {
    case .notASweep(let path): "\(path) is not the table of a sweep"
    case .otherSweep(let path, let point, let column, let found, let asked):
      "\(path) is of another sweep (point \(point): \(column) \(found), not \(asked)): "
        + "remove it or write to another file"
    case .mixture(let path, let other, let reason):
      "\(path) and \(other) are not of one sweep: \(reason)"
    }
  }
}

/// The rows of a sweep, by point.
public struct SweepTable: Sendable, Equatable {
  /// What tells a point from others, before it is computed.
  public static let keys = [
    "point", "points", "model", "weights", "height", "width", "layer", "rule", "images",
  ]
  private static let results = [
    "weights_hash", "used", "skipped", "ratio_20", "ratio_30", "ratio_50", "ratio_99", "sigma",
    "border_share", "instruction_set", "library", "program",
  ]
  private static let header = keys + results

  /// Number of points of the whole grid.
  public let points: Int
  /// Fields in the order of the header, by point from 1.
  private var rows: [Int: [String]] = [:]

  public init(points: Int) { self.points = points }

  public var count: Int { rows.count }

  /// Points from 1 of the whole grid that have no row.
  public var missing: [Int] { (1...max(1, points)).filter { rows[$0] == nil && points > 0 } }

  public func has(_ point: Int) -> Bool { rows[point] != nil }

  /// Notes what came of a point. Times are left out: the same sweep gives the same bytes.
  public mutating func add(_ result: ERFResult, key: [String], point: Int) {
    precondition(key.count == Self.keys.count)
    let metrics = result.metrics
    let maker = ERFPart.Maker.this
    rows[point] =
      key + [
        result.subject.weightsHash, "\(result.imageNames.count)", "\(result.skipped.count)",
      ] + metrics.ratios.map { $0.ratio.map { "\($0)" } ?? "" } + [
        "\(metrics.sigma)", "\(metrics.borderShare)", maker.instructionSet, maker.library,
        maker.program,
      ]
  }

  /// As CSV, rows by point.
  public var encoded: [UInt8] {
    let lines = rows.sorted { $0.key < $1.key }.map { CSVRecords.line($0.value) }
    return Array((CSVRecords.line(Self.header) + lines.joined()).utf8)
  }

  /// Reads a table. A last line that a break cut short is dropped.
  ///
  /// - Throws: ``SweepError/notASweep(path:)``, `FileError`.
  public init(path: String) throws {
    let bytes = try FileBytes.read(path, limit: 1 << 30)
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    guard let records = CSVRecords.parse(String(decoding: bytes[..<end], as: UTF8.self)),
      records.first?.fields == Self.header
    else { throw SweepError.notASweep(path: path) }
    var points = 0
    for record in records.dropFirst() {
      guard record.fields.count == Self.header.count, let point = Int(record.fields[0]),
        let total = Int(record.fields[1]), (1...total).contains(point),
        points == 0 || points == total
      else { throw SweepError.notASweep(path: path) }
      points = total
      rows[point] = record.fields
    }
    self.points = points
  }

  /// What an earlier run left at `path`; nil where nothing is there.
  ///
  /// - Parameter keys: of all points of the grid that is asked for.
  /// - Throws: ``SweepError`` where it is of another sweep.
  public static func kept(at path: String, keys: [[String]]) throws -> SweepTable? {
    guard FileKind(of: path) != .absent else { return nil }
    let table = try SweepTable(path: path)
    for (point, row) in table.rows.sorted(by: { $0.key < $1.key }) {
      guard point <= keys.count else {
        throw SweepError.otherSweep(
          path: path, point: point, column: "points", found: row[1], asked: "\(keys.count)")
      }
      for (column, (found, asked)) in zip(Self.keys, zip(row, keys[point - 1])) where found != asked
      {
        throw SweepError.otherSweep(
          path: path, point: point, column: column, found: found, asked: asked)
      }
    }
    var whole = SweepTable(points: keys.count)
    whole.rows = table.rows
    return whole
  }

  /// Puts the shares of one sweep together.
  ///
  /// - Throws: ``SweepError`` naming two files that do not go together.
  public static func merged(_ tables: [(path: String, table: SweepTable)]) throws -> SweepTable {
    var whole = SweepTable(points: tables.map(\.table.points).max() ?? 0)
    let largest = tables.first { $0.table.points == whole.points }?.path ?? ""
    var holders: [Int: String] = [:]
    for (path, table) in tables where table.count > 0 {
      for (point, row) in table.rows {
        if row[1] != "\(whole.points)" {
          throw SweepError.mixture(
            path: path, other: largest, reason: "\(row[1]) and \(whole.points) points")
        }
        if let holder = holders.updateValue(path, forKey: point) {
          throw SweepError.mixture(path: path, other: holder, reason: "both hold point \(point)")
        }
        whole.rows[point] = row
      }
    }
    return whole
  }
}
