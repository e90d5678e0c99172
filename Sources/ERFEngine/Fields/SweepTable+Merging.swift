// Tables of one sweep put together: any shares in any order, with the same bytes as one run.

extension SweepTable {
  /// A table and the file it is from.
  public typealias Named = (path: String, table: SweepTable)

  /// Puts the shares of one sweep together.
  ///
  /// - Throws: ``SweepError`` naming two files that do not go together, or where no table has a row or says
  ///   what it would be of.
  public static func merged(_ tables: [Named]) throws(SweepError) -> SweepTable {
    let empty = tables.filter { $0.table.count == 0 }.sorted { left, right in
      let (one, two) = (left.table.shard, right.table.shard)
      return (one?.count ?? 0, one?.index ?? 0, left.path)
        < (two?.count ?? 0, two?.index ?? 0, right.path)
    }
    let tables = tables.filter { $0.table.count > 0 }.sorted { left, right in
      (left.table.sorted[0].point, left.path) < (right.table.sorted[0].point, right.path)
    }
    guard let first = tables.first ?? empty.first(where: { $0.table.sample != nil }) else {
      throw .noPoints
    }
    for (path, table) in empty {
      if let reason = table.difference(from: first.table) {
        throw .mixture(path: path, other: first.path, reason: reason)
      }
    }
    var whole = SweepTable(points: first.table.points)
    var holders: [Int: Named] = [:]
    let command = first.table.command
    if tables.isEmpty { whole.emptyRows = emptyRows(of: empty, command: command) }
    for (path, table) in tables {
      if let reason = table.difference(from: first.table) {
        throw .mixture(path: path, other: first.path, reason: reason)
      }
      for (point, row) in table.sorted {
        if let holder = holders.updateValue((path, table), forKey: point) {
          throw .overlap(
            path: path, other: holder.path, point: point, cuts: table.cuts(beside: holder.table))
        }
        var row = row
        set("command", of: &row, to: command)
        whole.rows[point] = row
      }
    }
    guard whole.missing.isEmpty else { return whole }
    for point in whole.rows.keys {
      if var row = whole.rows[point] {
        set("share", of: &row, to: "")
        whole.rows[point] = row
      }
    }
    return whole
  }

  /// What tables without a point are of, each share once, in order.
  private static func emptyRows(of tables: [Named], command: String) -> [[String]] {
    var rows: [String: [String]] = [:]
    for var row in tables.flatMap(\.table.emptyRows) {
      set("command", of: &row, to: command)
      rows[field("share", of: row)] = row
    }
    return rows.sorted { left, right in
      let (one, two) = (Shard(left.key), Shard(right.key))
      return (one?.count ?? 0, one?.index ?? 0) < (two?.count ?? 0, two?.index ?? 0)
    }.map(\.value)
  }

  /// What `other` differs in, such as `rule paper and abs`; nil where both are of one sweep, or nobody knows.
  func difference(from other: SweepTable) -> String? {
    guard let mine = sample, let its = other.sample,
      Self.field("grid_hash", of: mine) != Self.field("grid_hash", of: its)
    else { return nil }
    func both(_ name: String, _ one: String, _ two: String) -> String {
      "\(name.replacing("_", with: " ")) \(SweepError.shown(one)) and \(SweepError.shown(two))"
    }
    for name in rows.isEmpty || other.rows.isEmpty ? ["points"] : Self.common {
      let (one, two) = (Self.field(name, of: mine), Self.field(name, of: its))
      if one != two { return both(name, one, two) }
    }
    // The same weights by name may be others by now.
    let known = other.filesByWeights
    for (weights, hash) in filesByWeights.sorted(by: { $0.key < $1.key }) {
      if let theirs = known[weights], theirs != hash {
        return both("contents of \(weights)", hash, theirs)
      }
    }
    let (one, two) = (Self.field("command", of: mine), Self.field("command", of: its))
    guard Self.areAlike(one, two) else { return "made by `\(one)` and `\(two)`" }
    let files = filesByWeights.merging(known) { hash, _ in hash }.filter { !$0.value.isEmpty }
    return "a file of their networks "
      + (files.isEmpty ? "" : "(\(files.keys.sorted().joined(separator: ", "))) ")
      + "differs, in its contents or in the folder that tells it from another of its name: give all "
      + "shares the same files"
  }

  /// Whether two commands differ at most in the folders of files, which machines may have in different places.
  private static func areAlike(_ one: String, _ other: String) -> Bool {
    let words = [one, other].map { $0.split(separator: " ").map { String($0).fileName } }
    return words[0].count == words[1].count
      && zip(words[0], words[1]).allSatisfy { PathKey.areSame($0, $1) }
  }

  /// How both are cut, this one first, where that differs: `share 1/2 and share 2/3`.
  private func cuts(beside other: SweepTable) -> String? {
    func words(_ table: SweepTable) -> String {
      let shards = table.shards.compactMap(\.self).sorted()
      return shards.isEmpty ? "the whole sweep" : Shard.words(shards)
    }
    return Set(shards.union(other.shards).map { $0?.count }).count > 1
      ? "\(words(self)) and \(words(other))" : nil
  }

  /// The shares that rows are of, or would be; nil of a row that is of the whole sweep.
  private var shards: Set<Shard?> { Set(lines.map { Shard(Self.field("share", of: $0)) }) }

  /// Hashes of the files by the weights' names.
  private var filesByWeights: [String: String] {
    Dictionary(
      sorted.map { (Self.field("weights", of: $0.row), Self.field("files_hash", of: $0.row)) }
    ) { first, _ in first }
  }

  /// The instruction sets that points were computed with, where they are several.
  public var mixedInstructionSets: [String] { mixed("instruction_set") }

  /// The programs that points were computed by, where they are several.
  public var mixedPrograms: [String] { mixed("program") }

  private func mixed(_ column: String) -> [String] {
    let found = Set(rows.values.map { Self.field(column, of: $0) }).sorted()
    return found.count > 1 ? found : []
  }

  /// What makes the whole of it; empty where nobody knows.
  public var command: String { sample.map { Self.field("command", of: $0) } ?? "" }

  /// The one share that all rows are of, or would be; nil where they are of several or of the whole.
  public var shard: Shard? {
    let shares = Set(lines.map { Self.field("share", of: $0) })
    return shares.count == 1 ? shares.first.flatMap { Shard($0) } : nil
  }

  /// Whether the file at `path` is a table of this sweep, and of its share `shard`.
  public func isHeld(at path: String, _ shard: Shard) -> Bool {
    guard let table = try? SweepTable(path: path), table.sample != nil else { return false }
    return table.shard == shard && table.difference(from: self) == nil
  }

  /// Whether its rows are, or would be, of no share, but of the whole sweep.
  public var isOfTheWhole: Bool {
    !lines.isEmpty && lines.allSatisfy { Self.field("share", of: $0).isEmpty }
  }

  /// Whether it is of several shares and holds some points, not all, of one of `missing`: beside that share's
  /// own table they would be there twice.
  public func holdsSome(of missing: [Shard]) -> Bool {
    shard == nil
      && missing.contains { $0.block(of: points).contains { has($0 + 1) } }
  }

  /// The shares that lack a point, where all rows are, or would be, of shares of one cut; nil where they are
  /// not.
  public var missingShards: [Shard]? {
    let shards = shards
    guard let count = shards.first??.count, shards.allSatisfy({ $0?.count == count }) else {
      return missing.isEmpty ? [] : nil
    }
    let missing = Set(missing)
    return (1...count).compactMap { Shard($0, of: count) }.filter { shard in
      shard.block(of: points).contains { missing.contains($0 + 1) }
    }
  }
}
