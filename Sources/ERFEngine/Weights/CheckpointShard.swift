/// A single file of a checkpoint in several, such as `model-00001-of-00003.safetensors`, or a folder with some
/// of them, and what opens all.
public struct CheckpointShard: Sendable, Equatable {
  /// How many files the checkpoint has.
  public let files: Int
  /// The path of the index beside the file, or of the folder.
  public let whole: String
  /// Names of what is not beside the file, or in the folder: others of the files, or the index.
  public let missing: [String]
  /// How many of the files a folder holds; nil: this is one of them.
  private let held: Int?
}

// MARK: Telling one

extension CheckpointShard {
  /// nil: neither an index beside the file at `path` nor the file's own name says that it is one of several;
  /// or a folder holds all of them, or anything else.
  public init?(of path: String) {
    guard FileKind(of: path) != .folder else {
      self.init(inFolder: path)
      return
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    // An index is all of it.
    guard FileBytes.count(of: path) != nil, !name.hasSuffix(".json") else { return nil }
    let names = Self.names(in: folder.isEmpty ? "." : folder)
    let numbered = ShardName(name, among: names)
    if let index = Self.index(of: name, in: folder, among: names, likely: numbered?.index) {
      self.init(
        files: index.files.count, whole: folder + index.name,
        missing: index.files.filter { !names.contains($0) }, held: nil)
      return
    }
    guard let numbered else { return nil }
    self.init(numbered, in: folder, among: names, held: nil)
  }

  /// nil: the folder holds all files of a checkpoint, or others.
  private init?(inFolder path: String) {
    let names = Self.names(in: path)
    guard let numbered = names.min().flatMap({ ShardName($0) }),
      names.isSubset(of: numbered.all), names.count < numbered.all.count
    else { return nil }
    let folder = path.hasSuffix("/") ? path : path + "/"
    self.init(numbered, in: folder, among: names, held: names.count)
  }

  /// One of the files that are `numbered`, or so many as are `held`, beside others that have these `names`.
  private init(
    _ numbered: ShardName, in folder: String, among names: Set<String>, held: Int?
  ) {
    let all = numbered.all
    // A folder opens where it holds the parts of one checkpoint, and nothing else.
    let opensByFolder = numbered.opensWithoutIndex && names.isSubset(of: all)
    let lacksIndex = !opensByFolder && !names.contains(numbered.index)
    self.init(
      files: all.count,
      whole: opensByFolder ? (folder.isEmpty ? "." : folder) : folder + numbered.index,
      missing: all.filter { !names.contains($0) } + (lacksIndex ? [numbered.index] : []), held: held
    )
  }

  /// Whether `name` is that of a file which its folder puts together with the others.
  static func opensWithoutIndex(_ name: String) -> Bool {
    ShardName(name)?.opensWithoutIndex ?? false
  }

  /// Names of the checkpoints and indices in `folder`, without what training leaves beside them.
  private static func names(in folder: String) -> Set<String> {
    let names = ((try? CheckpointFolder(listing: folder).files) ?? []).map(\.name)
    return Set(names.filter { !ShardedCheckpoint.isOfTraining($0) })
  }

  /// Indices read at most: nobody keeps more of them in a folder.
  private static let mostIndices = 8

  /// The index in `folder` that names `file` and others, with all that it names.
  private static func index(
    of file: String, in folder: String, among names: Set<String>, likely: String?
  ) -> (name: String, files: [String])? {
    let indices = names.filter(Checkpoint.isIndex)
    let ordered = indices.sorted { ($0 == likely ? 0 : 1, $0) < ($1 == likely ? 0 : 1, $1) }
    for index in ordered.prefix(mostIndices) {
      let files = ShardedCheckpoint.names(in: folder + index)
      if files.count > 1, files.contains(file) { return (index, files) }
    }
    return nil
  }

  /// What the file, or the folder, is of the checkpoint, and what is to be done to open it.
  public var explanation: String {
    let part =
      held.map { "holds \($0) of the \(files) files" } ?? "is one of the \(files) files"
    return "\(part) of a checkpoint: \(advice)"
  }

  private var advice: String {
    guard !missing.isEmpty else { return "open \(whole), which stands for all of them" }
    let verb = missing.count == 1 ? "is" : "are"
    return "\(WeightsMismatch.listed(missing)) \(verb) missing "
      + (held == nil ? "beside it" : "in it")
      + ": put all files of the checkpoint together, and open \(whole)"
  }
}

extension Checkpoint {
  /// Why the file, or the folder, does not open by itself where it is not all of a checkpoint; nil: it is.
  var shardRefusal: CheckpointError? {
    CheckpointShard(of: path).map { .shard(path: path, $0) }
  }
}

/// The name of one file of several as Hugging Face's libraries number them: `STEM-00001-of-00003.ENDING`.
private struct ShardName {
  private let ending: String
  /// Of all the files, in order.
  let all: [String]
  /// What their index is called.
  let index: String

  private static let mostFiles = 1000

  /// Whether the files hold plain dictionaries of weights, which are the whole one together.
  var opensWithoutIndex: Bool { ["safetensors", "bin", "pth", "pt"].contains(ending) }

  /// - Parameter names: of the files in its folder, as far as they are known.
  init?(_ name: String, among names: Set<String> = []) {
    guard let dot = name.lastIndex(of: "."), Checkpoint.hasExtension(name) else { return nil }
    ending = String(name[name.index(after: dot)...])
    let parts = name[..<dot].split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count > 3, parts[parts.count - 2] == "of",
      let number = Self.number(parts[parts.count - 3]), let count = Self.number(parts.last ?? ""),
      (2...Self.mostFiles).contains(count), (0...count).contains(number)
    else { return nil }
    let stem = parts.dropLast(3).joined(separator: "-")
    let (digits, last) = (parts[parts.count - 3].count, parts[parts.count - 1])
    func file(_ number: Int) -> String {
      let text = String(number)
      let zeros = String(repeating: "0", count: max(0, digits - text.count))
      return "\(stem)-\(zeros)\(text)-of-\(last)\(name[dot...])"
    }
    // Some programs count from zero.
    let first = number == 0 || names.contains(file(0)) ? 0 : 1
    guard number < first + count else { return nil }
    all = (first..<first + count).map(file)
    index = "\(stem)\(name[dot...]).index.json"
  }

  private static func number(_ digits: Substring) -> Int? {
    digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
  }
}
