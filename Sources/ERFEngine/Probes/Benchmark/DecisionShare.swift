// A share of decisions over the benchmark: a table that says which share of which run it is.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A decision file with one column more, whose header is what the rows are of, as JSON; each row has the
/// number of its network in there. Programs that look for columns by name read it like any other.
public struct DecisionShare: RunPart {
  /// A network that decides.
  public struct Subject: Sendable, Equatable, Codable {
    public let model: String
    public let weights: String
    /// ``NetworkSpec/filesHash`` and ``NetworkSpec/classesHash``; empty where there is no file.
    let filesHash: String
    let classesHash: String
    let preprocessing: PreprocessingChoice

    public init(_ network: OpenedNetwork) {
      model = network.id
      weights = network.spec.weightsText
      filesHash = network.spec.filesHash
      classesHash = network.spec.classesHash
      preprocessing = network.preparation
    }
  }

  struct Row: Sendable, Equatable {
    /// Of its network in the run, from 1.
    let network: Int
    /// From 1, counted over all shares.
    let trial: Int
    var decision: CueDecision
  }

  /// More than anybody shows a network; a share of more is none, since a file of a few lines would cost
  /// whatever it claims.
  static let most = 1_000_000

  let networks: [Subject]
  /// Stimuli of the whole run, at most ``most``.
  public let total: Int
  /// Hash of the names of all of them and the contents of their files, in order.
  public let list: String
  public internal(set) var shards: [Shard]
  public var command: [String]
  public var makers: [ERFPart.Maker] = [.this]
  /// Those of its shares whose stimuli were all looked at: what cannot be read has no row.
  var finished: [Shard] = []
  var rows: [Row] = []

  /// Nothing yet of a share of a run over `stimuli`.
  public init(
    _ shard: Shard, of stimuli: StimulusFolder, by networks: [OpenedNetwork], command: [String]
  ) {
    self.networks = networks.map(Subject.init)
    total = stimuli.stimuli.count
    list = FNV1a.contents(of: stimuli.stimuli.lazy.map { ($0.fileName, $0.path) })
    shards = [shard]
    self.command = command
  }

  /// The places of the stimuli of finished shares.
  public var indices: Set<Int> { Set(finished.flatMap { Array($0.block(of: total)) }) }

  public var count: Int { rows.count }

  public var progress: Int { isFinished ? .max : rows.count }

  /// Whether all of it was looked at.
  public var isFinished: Bool { finished == shards }

  /// A run that is not cut keeps its decisions as its only share until it is done.
  public var extent: String {
    Shard.words(shards == [.whole] && !isFinished ? [] : shards)
  }

  public func difference(from other: DecisionShare) -> String? {
    func all(_ text: (Subject) -> String) -> (String, String) {
      (networks.map(text).joined(separator: ", "), other.networks.map(text).joined(separator: ", "))
    }
    let pairs: [(String, (String, String))] = [
      // Of a file its name alone: machines have it in other folders, and the hash tells what it is.
      ("model", all(\.model.fileName)),
      ("weights", all { $0.filesHash.isEmpty ? $0.weights : $0.filesHash }),
      ("names of classes", all(\.classesHash)),
      ("preparation", all(\.preprocessing.shown)),
      ("numbers of stimuli", ("\(total)", "\(other.total)")),
    ]
    if let pair = pairs.first(where: { $0.1.0 != $0.1.1 }) {
      return "\(pair.0) \(pair.1.0) and \(pair.1.1)"
    }
    return list == other.list
      ? nil : FNV1a.otherList(of: "stimuli", by: "contents", list, other.list)
  }
}

// MARK: Merging

extension DecisionShare {
  /// A share and the file it is from.
  public typealias Named = (path: String, part: DecisionShare)

  /// Puts `shares` together; at least one.
  ///
  /// - Throws: ``RunPartError`` naming two that are of different runs or hold the same stimulus.
  public static func merged(_ shares: [Named]) throws(RunPartError) -> DecisionShare {
    precondition(!shares.isEmpty)
    let shares = shares.sorted {
      ($0.part.covered == 0 ? 1 : 0, $0.part.shards[0], $0.path)
        < ($1.part.covered == 0 ? 1 : 0, $1.part.shards[0], $1.path)
    }
    var whole = shares[0].part
    var held: [(share: Named, block: Range<Int>)] = []
    var makers: Set<ERFPart.Maker> = []
    (whole.shards, whole.finished, whole.rows) = ([], [], [])
    for (path, share) in shares {
      if let difference = share.difference(from: shares[0].part) {
        throw .mixture(path: path, other: shares[0].path, difference: difference)
      }
      for block in share.shards.map({ $0.block(of: share.total) }) {
        if let other = held.first(where: { $0.block.overlaps(block) }) {
          let first = max(other.block.lowerBound, block.lowerBound)
          throw .overlap(
            path: path, other: other.share.path, held: "stimulus \(first + 1)",
            cuts: share.cuts(beside: other.share.part))
        }
        held.append(((path, share), block))
      }
      whole.shards += share.shards
      whole.finished += share.finished
      whole.rows += share.rows
      // A share without a row says nothing of who computed.
      if !share.rows.isEmpty { makers.formUnion(share.makers) }
    }
    whole.shards = Set(whole.shards).sorted()
    whole.finished = Set(whole.finished).sorted()
    if !makers.isEmpty { whole.makers = makers.sorted() }
    return whole
  }

  /// The decisions alone, as a run that is not cut writes them.
  public var table: [UInt8] {
    Array(
      (DecisionFile.header
        + sorted.map { DecisionFile.line($0.decision, trial: $0.trial) }.joined()).utf8)
  }

  /// Whether `table` is a plain table that has all of these decisions.
  func isWithin(_ table: [UInt8]) -> Bool {
    func lines(_ bytes: [UInt8]) -> Set<ArraySlice<UInt8>> {
      Set(bytes.split(separator: UInt8(ascii: "\n")))
    }
    return lines(self.table).isSubset(of: lines(table))
  }

  /// Network by network. One whose shares have its file in several folders is called as in its first row: it is a
  /// single subject.
  private var sorted: [Row] {
    var rows = rows.sorted { ($0.network, $0.trial) < ($1.network, $1.trial) }
    for (place, next) in zip(rows.indices, rows.indices.dropFirst()) {
      let subject = rows[place].decision.subject
      guard rows[next].network == rows[place].network,
        rows[next].decision.subject.fileName == subject.fileName
      else { continue }
      rows[next].decision.subject = subject
    }
    return rows
  }
}

// MARK: As a file

extension DecisionShare {
  /// Under this name the last column's header has what the rows are of.
  private static let key = "replk-tui.decisions"

  private struct Record: Codable {
    let command: [String]
    let finished: [String]
    /// Of all else in the file.
    var hash: String?
    let list: String
    let makers: [ERFPart.Maker]
    let networks: [Subject]
    let shards: [String]
    let stimuli: Int

    init(_ share: DecisionShare) {
      command = share.command
      finished = share.finished.map(\.text)
      list = share.list
      makers = share.makers
      networks = share.networks
      shards = share.shards.map(\.text)
      stimuli = share.total
    }

    /// What ``hash`` is above the lines `rows`: storage and copies err.
    func hash(with rows: String) throws -> String {
      var (plain, hash) = (self, FNV1a())
      plain.hash = nil
      hash.add(try JSONText.compact(plain))
      hash.add(rows.utf8)
      return hash.text
    }
  }

  /// The whole file, rows in the order of the run.
  public func encoded() throws(ExportError) -> [UInt8] {
    do {
      let lines = sorted.map(\.line).joined()
      var record = Record(self)
      record.hash = try record.hash(with: lines)
      let text = String(decoding: try JSONText.compact([Self.key: record]), as: UTF8.self)
      return Array((CSVRecords.line(DecisionFile.columns + [text]) + lines).utf8)
    } catch {
      throw .encoding(format: "decisions", reason: "\(error)")
    }
  }

  public func contents() throws -> AnySequence<[UInt8]> {
    AnySequence(CollectionOfOne(try encoded()))
  }

  /// Reads a share.
  ///
  /// - Throws: ``DecisionError``, `FileError`.
  public init(path: String) throws {
    try self.init(try FileBytes.read(path, limit: DecisionFile.limit), path: path)
  }

  /// The same of bytes that were read; `path` is for messages.
  init(_ bytes: [UInt8], path: String) throws {
    guard Self.isShare(bytes) else { throw DecisionError.notAShare(path: path) }
    let columns = DecisionFile.columns.count + 1
    guard
      let records = CSVRecords.parse(String(decoding: bytes, as: UTF8.self)),
      let header = records.first, header.fields.count == columns,
      header.fields.dropLast() == DecisionFile.columns[...],
      let record = try? JSONDecoder().decode(
        [String: Record].self, from: Data(header.fields[columns - 1].utf8))[Self.key],
      !record.shards.isEmpty, record.shards.allSatisfy({ Shard($0) != nil }),
      Set(record.finished).isSubset(of: record.shards),
      (1...Self.most).contains(record.stimuli), !record.networks.isEmpty, !record.makers.isEmpty
    else { throw DecisionError.damaged(path: path) }
    (networks, total, list) = (record.networks, record.stimuli, record.list)
    (command, makers) = (record.command, Set(record.makers).sorted())
    shards = record.shards.compactMap { Shard($0) }.sorted()
    finished = record.finished.compactMap { Shard($0) }.sorted()
    let table = try DecisionFile.Table(header, path: path)
    for line in records.dropFirst() {
      guard let row = Row(line, of: table, networks: networks.count) else {
        throw DecisionError.damaged(path: path)
      }
      rows.append(row)
    }
    // A file has to be what is written of it, byte by byte, and no run decides anything twice.
    guard Set(rows.map { [$0.network, $0.trial] }).count == rows.count, try bytes == encoded()
    else { throw DecisionError.damaged(path: path) }
  }

  /// Whether a file begins as shares do. They are told by either of two words, one of which is whole where
  /// the other is damaged.
  private static func isShare(_ bytes: [UInt8]) -> Bool {
    let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return line.contains(key) || line.contains("instructionSet")
  }

  /// What an earlier run left of this share at `path`; this where nothing is there, or what is there may be
  /// replaced.
  ///
  /// - Parameter isTable: whether this is all of a run that is not cut, which ends as a plain table.
  /// - Throws: ``DecisionError``, ``RunPartError`` where it is something else, or was begun by another
  ///   program or other kernels.
  func kept(at path: String, isTable: Bool = false, replaces: Bool) throws -> DecisionShare {
    guard FileKind(of: path) != .absent else { return self }
    do {
      let earlier: DecisionShare
      do {
        earlier = try DecisionShare(path: path)
      } catch let error as DecisionError {
        let isWhole = isTable && (try? DecisionFile.read(path)) != nil
        if isWhole, error == .notAShare(path: path) { throw DecisionError.finished(path: path) }
        throw DecisionError.occupied(
          path: path, asked: isTable ? nil : Shard.words(shards),
          isDamaged: error == .damaged(path: path))
      }
      if let difference = earlier.difference(from: self) {
        throw RunPartError.otherRun(path: path, difference: difference)
      }
      guard earlier.shards == shards, !isTable || !earlier.isFinished else {
        throw RunPartError.otherShare(
          path: path, found: earlier.extent,
          asked: Shard.words(isTable ? [] : shards))
      }
      // Rows do not say what made them; none is added to a finished share.
      guard earlier.makers == makers || (earlier.isFinished && !replaces) else {
        func words(_ makers: [ERFPart.Maker]) -> String {
          makers.map { "\($0.program), \($0.instructionSet), \($0.library)" }.joined(
            separator: "; ")
        }
        throw RunPartError.otherRun(
          path: path, difference: "computed by \(words(earlier.makers)) and \(words(makers))")
      }
      return earlier
    } catch {
      if replaces, error is DecisionError || error is RunPartError { return self }
      throw error
    }
  }
}

extension DecisionShare.Row {
  /// nil where it is no row of such a table.
  fileprivate init?(
    _ line: CSVRecords.Record, of table: DecisionFile.Table, networks: Int
  ) {
    guard var decision = try? table.decision(line), decision.foreignResponse == nil,
      let network = Int(line.fields[table.columns - 1]), (1...networks).contains(network),
      let trial = Int(line.fields[2]), trial > 0
    else { return nil }
    // The whole name of the file, by which a run finds what it has decided.
    decision.image = line.fields[table.image]
    self.init(network: network, trial: trial, decision: decision)
  }

  /// With its line end.
  var line: String { DecisionFile.line(decision, trial: trial, more: ["\(network)"]) }
}
