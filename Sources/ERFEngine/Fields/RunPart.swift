// What parts of maps and of features have in common: which share of a run they are of, and going on with
// what an earlier run left in a file.

/// What a run has done so far of its images or inputs, or of a share of them.
public protocol RunPart: Sendable {
  /// Images or inputs of the whole run.
  var total: Int { get }
  /// The shares that this is of, in order; empty: the whole run.
  var shards: [Shard] { get }
  /// For people: these shares.
  var extent: String { get }
  /// The places in the run's list of those that were looked at.
  var indices: Set<Int> { get }
  /// How far it has come, to be compared with the same part of another run.
  var progress: Int { get }
  /// What to run for it, without the words that say which share and where to.
  var command: [String] { get set }
  /// What computed it.
  var makers: [ERFPart.Maker] { get set }

  /// Reads a part.
  init(path: String) throws

  /// What `other` differs in, such as `input 224x224 and 256x256`; nil where both are of one run.
  func difference(from other: Self) -> String?

  /// The bytes of its file, piece by piece, of which only one is in memory at a time.
  func contents() throws -> AnySequence<[UInt8]>
}

/// Why parts do not go together, or a run not on with one.
public enum RunPartError: ExplainedError, Equatable {
  /// Another run's file lies where this one would be written.
  case otherRun(path: String, difference: String)
  case otherShare(path: String, found: String, asked: String)
  /// Another run wrote the file, which was not there or was this one's, while this one went on.
  case taken(path: String, found: String)
  case mixture(path: String, other: String, difference: String)
  /// `held`: `image 3 (cat.png)`. `cuts`: how both are cut, where that differs.
  case overlap(path: String, other: String, held: String, cuts: String? = nil)

  /// What is said of a file that does not agree with the hash in it.
  static let damage = "is damaged, was changed, or is of another version of the program"

  public var isUsageError: Bool {
    if case .taken = self { false } else { true }
  }

  public var explanation: String {
    switch self {
    case .otherRun(let path, let difference):
      "\(path) is of another run (\(difference)): add --force to replace it, or write to another file"
    case .otherShare(let path, let found, let asked):
      "\(path) holds \(found), not \(asked): "
        + (asked == Shard.words([]) ? "`replk-tui merge` puts all shares together; or " : "")
        + "add --force to replace it, or write to another file"
    case .taken(let path, let found):
      "\(path) holds \(found) by now, written during this run, and is left as it is: give each run a file "
        + "of its own"
    case .mixture(let path, let other, let difference):
      "\(path) and \(other) are not of one run: \(difference)"
    case .overlap(let path, let other, _, _) where path == other:
      "\(path) is given twice: give each share once"
    case .overlap(let path, let other, let held, let cuts):
      "\(path) and \(other) both hold \(held): "
        + (cuts.map { "they are cut in different ways (\($0)): give shares of one cut" }
          ?? "give each share once, by itself or within a merge of some")
    }
  }
}

extension RunPart {
  public var progress: Int { indices.count }

  public var extent: String { Shard.words(shards) }

  private var blocks: [Range<Int>] {
    shards.isEmpty ? [0..<total] : shards.map { $0.block(of: total) }
  }

  /// Images or inputs that its shares are to cover.
  public var covered: Int { blocks.reduce(0) { $0 + $1.count } }

  /// Whether its shares cover the place `index`.
  func covers(_ index: Int) -> Bool { blocks.contains { $0.contains(index) } }

  /// Those that its shares cover and that were not looked at.
  var open: [Int] {
    let seen = indices
    return blocks.joined().filter { !seen.contains($0) }
  }

  /// Whether all of the run were looked at.
  public var isWhole: Bool { indices.count == total }

  /// The shares that are not finished or not there, where all shares are of one cut; nil where they are
  /// of several, so that what is missing has no number.
  public var missingShards: [Shard]? {
    guard let count = shards.first?.count, shards.allSatisfy({ $0.count == count }) else {
      return isWhole ? [] : nil
    }
    let seen = indices
    return (1...count).compactMap { Shard($0, of: count) }.filter { shard in
      shard.block(of: total).contains { !seen.contains($0) }
    }
  }

  /// Whether it is of several shares and holds some, not all, of what one of `missing` covers: beside that
  /// share's own file it would be there twice.
  public func holdsSome(of missing: [Shard]) -> Bool {
    let seen = indices
    return shards.count > 1
      && missing.contains { $0.block(of: total).contains(where: seen.contains) }
  }

  /// The instruction sets that it was computed with, where they are several: maps of one differ from
  /// those of another, usually by less than 5e-6 of the peak.
  public var mixedInstructionSets: [String] {
    let sets = Set(makers.map(\.instructionSet)).sorted()
    return sets.count > 1 ? sets : []
  }

  /// The versions of the program that it was computed by, where they are several.
  public var mixedPrograms: [String] {
    let programs = Set(makers.map(\.program)).sorted()
    return programs.count > 1 ? programs : []
  }

  /// `share 1/2 and share 2/3`, this one's first, where the two are not cut alike; else nil.
  func cuts(beside other: Self) -> String? {
    Set((mergedShards + other.mergedShards).map(\.count)).count > 1
      ? "\(extent) and \(other.extent)" : nil
  }

  /// The shares as merging joins them: the whole run is a single one.
  var mergedShards: [Shard] {
    shards.isEmpty ? [Shard(1, of: 1)].compactMap(\.self) : shards
  }

  /// Whether the file at `path` is this run's, and holds the share `shard` of it.
  public func isHeld(at path: String, _ shard: Shard) -> Bool {
    guard let part = try? Self(path: path) else { return false }
    return part.shards == [shard] && part.difference(from: self) == nil
  }

  /// For people: why no run goes on from the file at `path`; nil where it is a part, or nothing is there.
  public static func obstacle(at path: String) -> String? {
    guard FileKind(of: path) != .absent else { return nil }
    do {
      _ = try Self(path: path)
      return nil
    } catch {
      let reason = (error as? any ExplainedError)?.explanation ?? "\(error)"
      return "\(path) already exists, and no run resumes from it (\(reason))"
    }
  }

  /// What lies at `path` of the run that this is the beginning of, to go on with; nil where that is none.
  ///
  /// - Parameter replaces: whether what is of another run or share, or was computed by another program or
  ///   other kernels, may be replaced.
  /// - Throws: ``RunPartError``.
  public func resumed(from path: String, replaces: Bool) throws(RunPartError) -> Self? {
    // What is no part may be replaced: that was asked before.
    guard var part = try? Self(path: path) else { return nil }
    if let difference = part.difference(from: self) {
      if replaces { return nil }
      throw .otherRun(path: path, difference: difference)
    }
    guard part.shards == shards else {
      if replaces { return nil }
      throw .otherShare(path: path, found: part.extent, asked: extent)
    }
    // Who replaces it wants it of one make.
    if replaces, part.makers != makers { return nil }
    // Nothing is computed that it would have to say of.
    if part.open.isEmpty { return part }
    part.command = command
    part.makers = Set(part.makers + makers).sorted()
    return part
  }
}

extension Shard {
  /// For people: `share 2/4`.
  public static func words(_ shards: [Shard]) -> String {
    shards.isEmpty
      ? "the whole run"
      : (shards.count == 1 ? "share " : "shares ") + shards.map(\.text).joined(separator: ", ")
  }
}

extension FNV1a {
  /// Of the names of all images or inputs, in order, and the sizes of their files (nil: they have none), which
  /// tell most pictures of the same name apart without reading them for every share.
  static func list(of inputs: some Sequence<(name: String, bytes: Int?)>) -> String {
    var hash = FNV1a()
    for input in inputs {
      hash.add(input.name.utf8 + [0])
      hash.add(word: UInt64(input.bytes ?? 0))
    }
    return hash.text
  }

  /// What two such hashes tell: names do not follow from them.
  ///
  /// - Parameter properties: what they are of besides names.
  static func otherList(
    of inputs: String, by properties: String = "file sizes", _ one: String, _ two: String
  ) -> String {
    "their \(inputs) have other names or \(properties), or another order (lists \(one) and \(two)); all "
      + "shares take the same files in the same order"
  }
}
