/// A checkpoint in several files, which an index beside them or their folder tells of: the way of
/// Hugging Face's libraries (`model.safetensors.index.json`).
final class ShardedCheckpoint: CheckpointReader {
  let format: String
  /// Each with the number of its file.
  let entries: CheckpointEntries
  let metadata: [String: String]
  let notes: [String]
  /// Size of all files.
  let bytes: Int
  private let shards: [Checkpoint]
  private let path: String

  private static let maxIndex = 64 << 20
  private static let maxShards = 1000

  /// Opens the files that the index at `path` names, which lie beside it; what else its folder holds is told
  /// by `parted`.
  ///
  /// - Throws: `CheckpointError`, `FileError`, `CancellationError`.
  convenience init(
    index path: String, cancellation: Cancellation? = nil, of parted: Parted = Parted()
  ) throws {
    let files = try Self.map(path)
    let names = Set(files.values.map(PathKey.init)).sorted().map(\.path)
    guard !names.isEmpty else {
      throw CheckpointError.malformed(path: path, reason: "its index names no file")
    }
    guard names.count <= Self.maxShards else {
      throw CheckpointError.unsupported(
        path: path,
        reason: "its index names \(names.count) files, and \(Self.maxShards) are read at most")
    }
    for name in names
    where name.isEmpty || name.contains("/") || name.hasSuffix(".json") || name.hasPrefix(".") {
      throw CheckpointError.malformed(
        path: path,
        reason: "its index names \(WeightsMismatch.quoted(name)), "
          + "which is not a file beside it")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let missing = names.filter { FileKind(of: folder + $0) == .absent }
    guard missing.isEmpty else {
      throw CheckpointError.unsupported(
        path: path,
        reason: "\(WeightsMismatch.listed(missing)) of the \(names.count.counted("file")) that it "
          + "names \(missing.count == 1 ? "is" : "are") missing beside it: put all files of the "
          + "checkpoint together")
    }
    try self.init(
      path, files: names.map { folder + $0 }, cancellation: cancellation,
      map: files.mapValues { folder + $0 }, of: parted)
  }

  /// Opens the files at `files`; `map` says which of them holds which tensor, nil: all that they hold.
  private init(
    _ path: String, files: [String], cancellation: Cancellation?, map: [String: String]? = nil,
    of parted: Parted
  ) throws {
    self.path = path
    // Each is one file: a folder or another index could lead back here without end.
    shards = try files.map { try Checkpoint(file: $0, cancellation: cancellation) }
    var entries = CheckpointEntries()
    for (place, shard) in shards.enumerated() {
      if let map { try Self.requireAll(of: shard, in: map, of: path) }
      for (key, entry) in shard.entries
      where map == nil || PathKey.areSame(map?[key] ?? "", files[place]) {
        entries.append(
          key, CheckpointEntry(type: entry.type, shape: entry.shape, place: place..<place + 1))
      }
    }
    if let key = entries.sort() {
      throw CheckpointError.unsupported(
        path: path,
        reason: "\(WeightsMismatch.printable(key)) is in several of its files, which are "
          + "checkpoints of their own: name one")
    }
    if let missing = map?.keys.filter({ entries[$0] == nil }).min(), let file = map?[missing] {
      throw CheckpointError.malformed(
        path: path,
        reason: "its index says that \(file) holds \(WeightsMismatch.printable(missing)), which it "
          + "does not")
    }
    self.entries = entries
    bytes = shards.reduce(0) { $0 + $1.bytes }
    metadata = shards.first?.metadata ?? [:]
    notes = parted.notes + shards.flatMap(\.notes)
    format = "\(shards.first?.format ?? "") in \(shards.count) file\(shards.count == 1 ? "" : "s")"
  }

  /// The index at `path` names all that `shard` holds: without some of its layers a network may still look
  /// whole.
  private static func requireAll(
    of shard: Checkpoint, in map: [String: String], of path: String
  ) throws(CheckpointError) {
    let unnamed = shard.entries.keys.filter { map[$0] == nil }
    guard !unnamed.isEmpty else { return }
    throw .malformed(
      path: path,
      reason: "its index does not name \(WeightsMismatch.listed(unnamed.sorted())), which "
        + "\(shard.path) holds: save the weights again, or take the index away and open the folder")
  }

  var damage: CheckpointError? { shards.lazy.compactMap(\.damage).first }

  func tensor(_ key: String) throws -> Tensor {
    guard let place = entries[key]?.place.first else {
      throw CheckpointError.noTensor(path: path, key: key, available: entries.keys.sorted())
    }
    return try shards[place].tensor(key)
  }

  /// The file of each tensor, by an index's `weight_map`.
  private static func map(_ path: String) throws -> [String: String] {
    WorkCount.note(.index)
    var files: [String: String] = [:]
    let bytes = try FileBytes.read(path, limit: maxIndex)
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    do throws(SafetensorsHeader.Flaw) {
      var json = JSONScanner(bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes)
      try json.object { name, json throws(SafetensorsHeader.Flaw) in
        guard name == "weight_map" else { return try json.skip() }
        try json.object { key, json throws(SafetensorsHeader.Flaw) in
          files[key] = plain(try json.string())
        }
      }
      try json.end()
    } catch {
      if let reason = ForeignFile.explanation(bytes) {
        throw CheckpointError.unsupported(path: path, reason: reason)
      }
      throw CheckpointError.malformed(path: path, reason: "its index \(error.words)")
    }
    return files
  }

  /// The name of a file without what leads to the folder that it is in, as in `./a` and `.//a`.
  private static func plain(_ name: String) -> String {
    var rest = name[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
    return String(rest)
  }

  /// Names of the files that the index at `path` names, sorted; empty where it cannot be read.
  static func names(in path: String) -> [String] {
    guard let files = try? map(path) else { return [] }
    return Set(files.values.map(PathKey.init)).sorted().map(\.path)
  }

  /// The files that the checkpoint at `path` lies in: itself, an index and those that it names, or those
  /// of a folder.
  static func files(of path: String) -> [String] {
    func beside(_ index: String) -> [String] {
      let folder = index.lastIndex(of: "/").map { String(index[...$0]) } ?? ""
      return [index] + names(in: index).map { folder + $0 }
    }
    if FileKind(of: path) == .folder {
      let prefix = path.hasSuffix("/") ? path : path + "/"
      let names = (try? CheckpointFolder(listing: path).files.map(\.name)) ?? []
      let indices = parted(names, in: prefix).files.filter(Checkpoint.isIndex)
      return indices.count == 1 ? beside(prefix + indices[0]) : names.map { prefix + $0 }
    }
    return Checkpoint.isIndex(path) ? beside(path) : [path]
  }

  /// The files of a folder.
  struct Parted {
    /// Those of its checkpoint.
    var files: [String] = []
    /// Those that hold the same weights once more.
    var twins: [String] = []
    /// What training goes on with, and other networks that it was of.
    var others: [String] = []

    /// What is passed over.
    fileprivate var notes: [String] {
      func note(_ names: [String], _ end: String) -> [String] {
        guard !names.isEmpty else { return [] }
        let verb = names.count == 1 ? "is" : "are"
        return ["the folder holds \(WeightsMismatch.listed(names)) too, which \(verb) \(end)"]
      }
      return note(twins, "taken for the same weights and not read") + note(others, "not read")
    }
  }

  /// What Hugging Face's trainers leave beside weights, without numbers and endings.
  private static let trainingFiles: Set<Substring> = [
    "optimizer", "scheduler", "scaler", "sampler", "training_args", "rng_state", "random_states",
    "dl_state_dict", "custom_checkpoint",
  ]

  /// Whether a file is called like one of those that training goes on with: `rng_state_0.pth`.
  static func isOfTraining(_ name: String) -> Bool {
    var stem = name.prefix { $0 != "." }
    while let last = stem.last, last.isNumber || last == "_" { stem.removeLast() }
    return trainingFiles.contains(stem)
  }

  /// Whether `name` is that of a further network of one training, as in `model_1.safetensors`, beside `first`.
  private static func isFurther(_ name: String, than first: String) -> Bool {
    let stem = first.prefix { $0 != "." }
    let (start, ending) = (stem + "_", first.dropFirst(stem.count))
    guard name.hasPrefix(start), name.hasSuffix(ending) else { return false }
    let number = name.dropFirst(start.count).dropLast(ending.count)
    return !number.isEmpty && number.allSatisfy(\.isNumber)
  }

  /// The files of a folder, whose paths begin with `prefix`, without what training goes on with, and those that
  /// hold the same weights once more: the hub's libraries take `model.safetensors` before its index, and both
  /// before `pytorch_model.bin`.
  private static func parted(_ names: [String], in prefix: String) -> Parted {
    let weights = names.filter { !isOfTraining($0) }
    var files = weights.isEmpty ? names : weights
    for first in ["model.safetensors", "pytorch_model.bin"] where files.contains(first) {
      files.removeAll { isFurther($0, than: first) }
    }
    let others = Set(names).subtracting(files)
    if files.contains("open_clip_model.safetensors") {
      files.removeAll { $0.hasPrefix("open_clip_pytorch_model") }
    }
    if files.contains(where: { $0.hasSuffix(".index.json") }) {
      // Those of variants, such as of half precision.
      files.removeAll { Checkpoint.isIndex($0) && !$0.hasSuffix(".index.json") }
    }
    if ["model.safetensors", "model.safetensors.index.json"].contains(where: names.contains) {
      files.removeAll { $0.hasPrefix("pytorch_model") }
    }
    for whole in ["model.safetensors", "pytorch_model.bin"] {
      let index = whole + ".index.json"
      guard files.contains(whole), files.contains(index) else { continue }
      let parts = Set(Self.names(in: prefix + index))
      // The file may be a part itself, and no network alone.
      if !parts.contains(whole) { files.removeAll { $0 == index || parts.contains($0) } }
    }
    let passed = Set(names).subtracting(files)
    return Parted(
      files: files, twins: names.filter { passed.contains($0) && !others.contains($0) },
      others: names.filter(others.contains))
  }

  /// What a folder holds as one checkpoint: an index, a single file, or the parts of one
  /// (`-00001-of-00003.safetensors`).
  ///
  /// - Throws: as `init(index:)`, and `CheckpointError.unsupported` where it holds several or none.
  static func inFolder(
    _ folder: String, cancellation: Cancellation? = nil
  ) throws -> ShardedCheckpoint {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let parted = parted(try CheckpointFolder(listing: folder).files.map(\.name), in: prefix)
    let files = parted.files
    let indices = files.filter(Checkpoint.isIndex)
    if indices.count == 1 {
      return try ShardedCheckpoint(
        index: prefix + indices[0], cancellation: cancellation, of: parted)
    }
    let parts = files.filter(CheckpointShard.opensWithoutIndex)
    if indices.isEmpty, files.count == 1 || files.count == parts.count, !files.isEmpty,
      files.count <= maxShards
    {
      return try ShardedCheckpoint(
        folder, files: files.map { prefix + $0 }, cancellation: cancellation, of: parted)
    }
    throw CheckpointError.unsupported(
      path: folder,
      reason: files.isEmpty
        ? withoutFiles(folder)
        : "the folder holds several checkpoints (\(WeightsMismatch.listed(files))): name one")
  }

  /// What a folder without checkpoints is.
  private static func withoutFiles(_ folder: String) -> String {
    let names = (try? FolderListing.names(in: folder)) ?? []
    guard names.contains(where: { $0.hasSuffix(".distcp") }) else {
      return "the folder holds no checkpoint"
    }
    return "it is one of torch.distributed.checkpoint, whose files are not read: make one of them "
      + "with `python -m torch.distributed.checkpoint.format_utils dcp_to_torch \(folder) FILE`"
  }
}
