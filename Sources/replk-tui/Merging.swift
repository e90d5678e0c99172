// Shares that are no parts of maps: tables of sweeps, decisions, features.

import ERFEngine

struct Merging {
  let paths: [String]
  /// At most one, which may be missing as long as shares are.
  let files: OutputFiles
  /// Whether some of a run are enough.
  let isPartial: Bool

  var outputs: [String] { files.paths }

  /// Whether `paths` are all of the ending `ending`.
  static func areAll(_ paths: [String], _ ending: String) -> Bool {
    !paths.isEmpty && paths.allSatisfy { $0.lowercased().hasSuffix(ending) }
  }

  /// Says that shares were computed by several of something, whose `results` differ.
  static func warn(ofMixed names: [String], _ results: String) {
    guard !names.isEmpty else { return }
    StandardStreams.writeError(
      Text.message(
        "note: shares were computed with \(names.joined(separator: " and ")), whose \(results)"))
  }

  /// The same of a part that an earlier run began.
  static func warn(ofMixed names: [String], in path: String, _ results: String) {
    guard !names.isEmpty else { return }
    StandardStreams.writeError(
      Text.message(
        "note: \(path) is computed with \(names.joined(separator: " and ")), whose \(results)"))
  }

  /// Says that what was finished before was computed with other instruction sets than a run has now.
  static func warn(ofOther sets: [String], in path: String) {
    let own = InstructionSet.selected
    let others = Set(sets).subtracting([own]).sorted()
    guard !others.isEmpty else { return }
    StandardStreams.writeError(
      Text.message(
        "note: \(path) is computed with \(others.joined(separator: " and ")), whose maps usually differ by "
          + "less than 5e-6 of the peak from those of \(own) (--force computes it anew)"))
  }

  /// A picture of a run: its place in there, its name, and the file of a share that counts it.
  typealias Counted = (index: Int, name: String, hash: String, path: String)

  /// Says which of the `pictures` are there several times, under whatever names, however the run is cut: each
  /// counts as often.
  static func warn(ofTwice pictures: some Sequence<Counted>) {
    var holders: [String: Counted] = [:]
    var twice: [String] = []
    for picture in pictures.sorted(by: { $0.index < $1.index }) {
      guard let holder = holders[picture.hash] else {
        holders[picture.hash] = picture
        continue
      }
      let file = PathKey.areSame(holder.path, picture.path) ? "" : " of \(holder.path)"
      twice.append("\(holder.name)\(file) and \(picture.name) of \(picture.path)")
    }
    guard !twice.isEmpty else { return }
    StandardStreams.writeError(
      Text.message(
        "note: \(twice.count.counted("picture")) \(twice.count == 1 ? "was" : "were") counted twice: "
          + twice.prefix(Text.named).joined(separator: "; ")
          + (twice.count > Text.named ? "; and \(twice.count - Text.named) more" : "")))
  }

  /// Puts tables of a sweep together, or decisions.
  func csv() throws -> String {
    for path in paths {
      guard let reason = ForeignFile.explanation(ofFile: path) else { continue }
      throw FileError.unreadable(path: path, reason: reason)
    }
    guard let sweep = paths.first(where: SweepTable.isSweep) else { return try decisions() }
    let others = paths.filter { !SweepTable.isSweep($0) }
    if let other = others.first(where: { (try? DecisionShare(path: $0)) != nil }) {
      throw MergeError.kinds(other, sweep)
    }
    return try self.sweep()
  }

  private func sweep() throws -> String {
    let tables = try paths.map { (path: $0, table: try SweepTable(path: $0)) }
    let whole = try SweepTable.merged(tables)
    guard whole.missing.isEmpty || isPartial else {
      let missing = MissingShares(of: whole, among: tables, outputs: outputs)
      try StandardStreams.write(missing.commands)
      throw missing
    }
    let output = try output(".csv", of: ".csv")
    Self.warn(
      ofMixed: whole.mixedInstructionSets, "maps usually differ by less than 5e-6 of the peak")
    Self.warn(ofMixed: whole.mixedPrograms, "numbers may differ")
    try files.write(whole.encoded, to: output)
    let some = whole.missing.isEmpty ? "" : "\(whole.count) of "
    return "wrote \(output): \(some)\(whole.points.counted("point"))"
  }

  /// Puts features together, in the order of the inputs.
  func features() throws -> [String] {
    let parts = try paths.map { (path: $0, part: try Features(path: $0)) }
    let whole = try Features.merged(parts)
    guard whole.isWhole || isPartial else {
      let missing = MissingShares(of: whole, among: parts, outputs: outputs)
      try StandardStreams.write(missing.commands)
      throw missing
    }
    let output = try output(".npy", of: ".safetensors")
    // Of no input there is no array, but a share to go on with.
    guard !whole.rows.isEmpty || Features.isPart(output) else { throw FeaturesError.noInputs }
    Self.warn(ofMixed: whole.mixedInstructionSets, "values differ by float32 rounding")
    Self.warn(ofMixed: whole.mixedPrograms, "numbers may differ")
    Self.warn(
      ofTwice: parts.flatMap { path, part in
        part.rows.compactMap { row in
          row.hash.map { (index: row.index, name: row.name, hash: $0, path: path) }
        }
      })
    if Features.isPart(output) {
      try files.write(parts: whole.contents(), to: output)
    } else {
      try files.write(whole.array.encoded(), to: output)
    }
    return FeaturesText.lines(whole, path: output)
  }

  /// The file to write; unlike maps, what is merged here is not shown without one.
  func output(_ ending: String, of shares: String) throws(UsageError) -> String {
    guard let output = outputs.first else {
      throw .missingOption(command: "merge of \(shares) files", option: "-o FILE\(ending)")
    }
    return output
  }
}

extension MissingShares {
  fileprivate init(of whole: SweepTable, among tables: [SweepTable.Named], outputs: [String]) {
    let missing = whole.missing
    let points = missing.prefix(10).map(String.init).joined(separator: ", ")
    self.init(
      lack: Self.lack(missing.count, of: whole.points, "point") + " (\(points)"
        + (missing.count > 10 ? ", ...)" : ")"),
      shards: whole.missingShards, command: ShellWords.words(whole.command),
      known: tables.filter { $0.table.shard != nil || $0.table.isOfTheWhole }.map {
        Known(path: $0.path, shard: $0.table.shard)
      }, ending: ".csv", holds: whole.isHeld,
      overlapping: tables.filter { $0.table.holdsSome(of: whole.missingShards ?? []) }.map(\.path),
      outputs: outputs)
  }

  fileprivate init(of whole: Features, among parts: [Features.Named], outputs: [String]) {
    self.init(
      lack: Self.lack(whole.inputs - whole.rows.count, of: whole.inputs, "input"),
      shards: whole.missingShards, command: ["replk-tui"] + whole.command,
      known: parts.filter { $0.part.shards.count <= 1 }.map {
        Known(path: $0.path, shard: $0.part.shards.first)
      }, ending: ".safetensors", holds: whole.isHeld,
      overlapping: parts.filter { $0.part.holdsSome(of: whole.missingShards ?? []) }.map(\.path),
      outputs: outputs)
  }
}

enum MergeError: ExplainedError {
  case noImages
  case noDecisions
  case noParts(folder: String)
  case array(String, way: String)
  /// Two files of results of several kinds.
  case kinds(String, String)

  var isUsageError: Bool {
    switch self {
    case .noImages, .noDecisions: false
    case .noParts, .array, .kinds: true
    }
  }

  var explanation: String {
    switch self {
    case .noParts(let folder):
      "\(folder) holds no part of a run (.erf); features and tables are given file by file"
    case .array(let path, let way):
      "\(path): an array does not record which share it is: give \(way)"
    case .kinds(let one, let other):
      "\(one) and \(other) are shares of different kinds: merge maps (.erf), features (.safetensors), "
        + "decisions and sweeps (.csv) each by themselves"
    case .noImages: "none of the parts holds an image: nothing to average"
    case .noDecisions: "none of the tables holds a decision: nothing to put together"
    }
  }
}
