// What a command may write over: never what it reads, and other files only when it is told to.

import ERFEngine
import ERFInterface

extension Options {
  static let force = [
    Option("--force", help: "replace existing files without asking")
  ]
}

/// The files that a command is to write.
struct OutputFiles {
  let paths: [String]
  /// Files that the command reads.
  let inputs: [String]
  /// Whether the user said that files may be replaced.
  let isForced: Bool

  /// `models`: the words that name networks or a session, some of which may be files.
  init(
    _ paths: [String], _ arguments: Arguments, models: [String], images: ImageSource? = nil
  ) {
    self.paths = paths
    var inputs = arguments.files + models + models.flatMap(Self.files)
    if case .files(let paths)? = images { inputs += paths }
    self.inputs = inputs
    isForced = arguments.has("--force")
  }

  /// Checks, before anything is computed, that each may be written.
  ///
  /// - Parameter isOwn: whether a file is an earlier export of the same thing, which may be replaced.
  /// - Throws: `UsageError.overwritesInput` and `.existing`; `FileError`.
  func requireFree(isOwn: (String) -> Bool = { _ in false }) throws {
    try requireDistinct()
    for path in paths {
      try requireNoInput(path)
      if FileIdentity.isReplaceable(path), !isForced, !isOwn(path), !Self.mayReplace(path) {
        throw UsageError.existing(path)
      }
      try AtomicFile.requireWritable(path)
    }
  }

  /// Checks that something else at the place of the only file may be replaced.
  ///
  /// - Parameter reason: why it is not this command's to go on with.
  /// - Throws: `UsageError.foreign`.
  func requireReplacing(_ reason: String) throws(UsageError) {
    guard isForced || paths.allSatisfy(Self.mayReplace) else { throw .foreign(reason) }
  }

  /// - Throws: `UsageError.overwritesInput`.
  func requireNoInputs() throws(UsageError) {
    for path in paths { try requireNoInput(path) }
  }

  /// - Throws: `UsageError.overwritesInput`.
  func requireNoInput(_ path: String) throws(UsageError) {
    if let input = input(at: path) { throw .overwritesInput(path, input: input) }
  }

  private func requireDistinct() throws(UsageError) {
    var seen: Set<Place> = []
    for path in paths where !seen.insert(Place(path)).inserted { throw .outputTwice(path) }
  }

  /// Where a path leads, however it is spelt and whether or not anything is there yet.
  private struct Place: Hashable {
    let folder: FileIdentity?
    let name: Substring
    let file: FileIdentity?

    init(_ path: String) {
      // The same through links; of what is not there the folder and the name in it.
      file = FileIdentity(of: path)
      let slash = path.lastIndex(of: "/")
      let parent = slash.map { path[...$0] } ?? "./"
      let last = slash.map { path[path.index(after: $0)...] } ?? path[...]
      folder = file == nil ? FileIdentity(of: String(parent)) : nil
      name = file == nil ? (folder == nil ? Self.plain(path)[...] : last) : ""
    }

    /// One spelling of a path in a folder that is not there yet.
    private static func plain(_ path: String) -> String {
      let parts = path.split(separator: "/").filter { $0 != "." }
      return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
  }

  /// The input that lies at `path`, through links or not; nil: none.
  private func input(at path: String) -> String? {
    guard FileIdentity.isReplaceable(path), let identity = FileIdentity(of: path) else {
      return nil
    }
    return inputs.first { FileIdentity(of: $0) == identity }
  }

  /// Asks whoever sits at the terminal; nobody there is a no.
  private static func mayReplace(_ path: String) -> Bool {
    guard StandardStreams.inputIsTerminal, StandardStreams.errorIsTerminal else { return false }
    StandardStreams.writeError(
      "\(path.printable.bounded(500)) already exists: replace it? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}

extension OutputFiles {
  /// The files that opening a network or a session by its name reads.
  fileprivate static func files(_ word: String) -> [String] {
    if SessionFile.isFile(word), let session = try? SessionFile.load(word) { return session.files }
    if NetworkSpec.isEditedExport(word) {
      return (try? NetworkSpec(editedExport: word))?.inputs ?? []
    }
    return NetworkSpec.isCheckpoint(word) ? NetworkSpec(file: word).inputs : []
  }

  /// The file of `FILE.safetensors#key`.
  fileprivate static func file(ofTensor reference: String) -> String {
    String(reference.prefix { $0 != "#" })
  }
}

extension NetworkSpec {
  /// Every file that opening it reads, with shards and the data beside a graph.
  fileprivate var inputs: [String] {
    var paths = files + [classes].compactMap(\.self)
    if case .file(let path) = source { paths.append(path) }
    if case .file(let path) = weights { paths.append(path) }
    return paths
  }
}

extension Session {
  fileprivate var files: [String] {
    let paths = (networks + gallery).flatMap(\.inputs)
    return switch images.source {
    case .builtIn: paths
    case .files(let pictures): paths + pictures
    case .tensor(let reference): paths + [OutputFiles.file(ofTensor: reference)]
    }
  }
}

extension Arguments {
  /// The files that options name to be read, pictures aside.
  fileprivate var files: [String] {
    let weights =
      all("--weights").filter { $0 != "trained" && !$0.hasPrefix("random") } + all("--from")
    return weights + weights.flatMap { Checkpoint.files(of: $0) }
      + all("--tensor").map(OutputFiles.file)
      + all("--decisions") + all("--classes")
  }
}
