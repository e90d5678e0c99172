// A table of runs over a grid: one row a point, written as the sweep goes on, merged like parts.

/// The rows of a sweep, by point.
public struct SweepTable: Sendable, Equatable {
  /// What tells a point from others, before it is computed.
  public static let keys = [
    "point", "points", "model", "weights", "files_hash", "height", "width", "layer", "unit_row",
    "unit_column", "rule", "preparation", "images", "images_hash",
  ]
  /// The same for all points of a sweep.
  static let common = ["points", "rule", "images", "images_hash"]
  private static let results = [
    "weights_hash", "used", "skipped", "ratio_20", "ratio_30", "ratio_50", "ratio_99", "sigma",
    "border_share",
  ]
  /// What computed a point.
  static let makers = ["instruction_set", "library", "program"]
  /// Of the sweep: the hash of all its points' keys, what to run for it, and which share of it the row is
  /// from; empty where all points are there or were asked for.
  private static let sweepColumns = ["grid_hash", "command", "share"]
  static let header = keys + results + makers + sweepColumns
  /// Behind these in a file: each row's ``hash(of:)``, since storage and copies err. Rows bear it rather than the
  /// whole table, to which rows are added and whose rows are sorted and picked by others.
  static let columns = header + ["row_hash"]

  /// What rows are of, besides their points.
  public struct Run: Sendable, Equatable {
    /// By ``SweepTable/keys``, of all points of the grid.
    public let keys: [[String]]
    /// nil: all of it.
    public let shard: Shard?
    /// What to run for it, without the words that say which share and where to.
    public let command: String
    let grid: String
    let maker = ERFPart.Maker.this

    public init(keys: [[String]], shard: Shard?, command: String) {
      precondition(keys.allSatisfy { $0.count == SweepTable.keys.count })
      self.keys = keys
      self.shard = shard
      self.command = command
      grid = SweepTable.hash(of: keys.flatMap { $0 })
    }

    /// The number of its place, from 1.
    public var points: [Int] {
      let block = shard?.block(of: keys.count) ?? 0..<keys.count
      return block.map { $0 + 1 }
    }
  }

  /// Number of points of the whole grid.
  public internal(set) var points: Int
  /// Fields in the order of the header, by point from 1.
  var rows: [Int: [String]] = [:]
  /// Of a table without rows, what they would be of: a row without a point for each share; empty: nobody knows.
  var emptyRows: [[String]] = []

  init(points: Int) { self.points = points }

  /// Nothing yet of `run`.
  public init(_ run: Run) {
    points = run.keys.count
    let known = [
      "points": "\(points)", "grid_hash": run.grid, "command": run.command,
      "share": run.shard?.text ?? "",
    ]
    emptyRows = [Self.header.map { known[$0] ?? "" }]
  }

  /// What is written below the header: rows by point, or those without a point.
  var lines: [[String]] { rows.isEmpty ? emptyRows : sorted.map(\.row) }

  /// Fields that say which sweep it is of; nil: nobody knows.
  var sample: [String]? { lines.first }

  public var count: Int { rows.count }

  /// Points from 1 of the whole grid that have no row.
  public var missing: [Int] { points > 0 ? (1...points).filter { rows[$0] == nil } : [] }

  public func has(_ point: Int) -> Bool { rows[point] != nil }

  /// What rows call the files that networks and weights come from, by their paths: by their names, with as many
  /// of their folders as tell equal names apart. Machines may have them in different folders.
  public static func fileNames(of networks: [NetworkSpec]) -> [PathKey: String] {
    let paths = networks.flatMap { [$0.exportedGraph, $0.weightsFile].compactMap(\.self) }
    let keys = Set(paths.map(PathKey.init)).sorted()
    let names = NetworkInputs.names(Folder.spelledOut(keys.map(\.path)))
    return Dictionary(uniqueKeysWithValues: zip(keys, names))
  }

  /// Notes what came of a point. Times are left out: the same sweep gives the same bytes.
  public mutating func add(_ result: ERFResult, point: Int, of run: Run) {
    let metrics = result.metrics
    var row: [String] = run.keys[point - 1]
    row += [
      result.subject.weightsHash, "\(result.imageNames.count)", "\(result.skipped.count)",
    ]
    row += metrics.ratios.map { $0.ratio.map { "\($0)" } ?? "" }
    row += [
      "\(metrics.sigma)", "\(metrics.borderShare)", run.maker.instructionSet, run.maker.library,
      run.maker.program, run.grid, run.command, run.shard?.text ?? "",
    ]
    rows[point] = row
  }

  /// The field of a row under a name of the header.
  static func field(_ name: String, of row: [String]) -> String {
    header.firstIndex(of: name).map { row[$0] } ?? ""
  }

  static func set(_ name: String, of row: inout [String], to value: String) {
    if let place = header.firstIndex(of: name) { row[place] = value }
  }

  /// Of all its fields.
  static func hash(of row: [String]) -> String {
    var hash = FNV1a()
    for field in row { hash.add(field.utf8 + [0]) }
    return hash.text
  }

  /// Rows by rising point.
  var sorted: [(point: Int, row: [String])] {
    rows.sorted { $0.key < $1.key }.map { (point: $0.key, row: $0.value) }
  }
}

extension ValidatedRequest {
  /// What tells the point from others, in the columns of ``SweepTable/keys``.
  ///
  /// - Parameters:
  ///   - files: ``NetworkSpec/filesHash`` of its network.
  ///   - names: ``SweepTable/fileNames(of:)`` of all points' networks.
  ///   - images: ``NetworkInputs/contentsHash`` of its images.
  /// - Throws: what validating throws.
  public func sweepKey(
    point: Int, of points: Int, files: String, named names: [PathKey: String], images: String
  ) throws -> [String] {
    func named(_ text: String, _ path: String?) -> String {
      guard let path, let name = names[PathKey(path)], text.hasPrefix(path) else { return text }
      return name + text.dropFirst(path.count)
    }
    let subject = try subject()
    let unit = subject.units[0]
    let model =
      request.network.isEdited ? try NetworkDesign(request.network).spelledOut : network.id
    // Two dictionaries of one file are two networks.
    let weights =
      request.network.weightsText + (request.network.weightsKey.map { "#\($0)" } ?? "")
    return [
      "\(point)", "\(points)", named(model, request.network.exportedGraph),
      named(weights, request.network.weightsFile), files,
      "\(subject.input.height)", "\(subject.input.width)", subject.tap, "\(unit.row)",
      "\(unit.column)", request.rule.rawValue, network.preparation.text,
      "\(subject.images.count)", images,
    ]
  }
}
