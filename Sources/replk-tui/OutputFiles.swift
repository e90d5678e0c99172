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
  /// Words that name networks or a session.
  private let models: [String]
  private let arguments: Arguments
  /// Pictures that the command reads.
  private let pictures: [String]
  /// Files and folders of pictures, as they were named.
  private let named: [String]
  /// Pictures of the run whose results are written, which may lie in other folders by now.
  private let recorded: RecordedPictures?
  /// Whether the user said that files may be replaced.
  let isForced: Bool
  /// What lay at their places when the command began.
  let versions: OutputVersions

  /// - Parameters:
  ///   - models: the words that name networks or a session, some of which may be files.
  ///   - named: files and folders of the pictures that results are of; nil: those of the command line.
  ///   - recorded: these pictures, where others than this command have read them.
  init(
    _ paths: [String], _ arguments: Arguments, models: [String], images: ImageSource? = nil,
    named: [String]? = nil, recorded: RecordedPictures? = nil
  ) {
    self.paths = paths
    self.models = models
    self.arguments = arguments
    pictures = if case .files(let paths)? = images { paths } else { [] }
    self.named = named ?? arguments.all("--image")
    self.recorded = recorded
    isForced = arguments.has("--force")
    versions = OutputVersions(paths, isForced: isForced)
  }

  /// Writes one of the files in one step.
  ///
  /// - Throws: `FileError`, also where somebody else wrote a file there meanwhile.
  func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(parts: CollectionOfOne(bytes), to: path)
  }

  /// The same of contents that are made part by part.
  ///
  /// - Throws: `FileError`.
  func write(parts: some Sequence<[UInt8]>, to path: String) throws(FileError) {
    try AtomicFile.write(parts: parts, to: path, among: versions)
  }

  /// Writes several of the files and puts them in their places as one: none between those of another command.
  ///
  /// - Parameters:
  ///   - isEarlier: whether what another run wrote to a path meanwhile has less of the same, and may be replaced.
  ///   - contents: of the file at a path, one after the other; nil: it is not written.
  /// - Throws: `FileError`, and what `contents` throws.
  func write(
    _ paths: [String], over isEarlier: (String) -> Bool = { _ in false },
    contents: (String) throws -> [UInt8]?
  ) throws {
    let staged = StagedFiles(among: versions)
    for path in paths {
      if let bytes = try contents(path) { try staged.add(bytes, for: path) }
    }
    try staged.place(over: isEarlier)
  }

  /// Checks, before anything is computed, that each may be written.
  ///
  /// - Parameters:
  ///   - isOwn: whether a file is an earlier export of the same thing, which may be replaced.
  ///   - found: what there is to know of a file that is not; nil: that it is there.
  /// - Throws: `UsageError.overwritesInput`, `.amongPictures`, `.existing` and `.foreign`; `FileError`.
  func requireFree(
    isOwn: (String) -> Bool = { _ in false }, found: (String) -> String? = { _ in nil }
  ) throws {
    try requireDistinct()
    for path in paths {
      try requireNoInput(path)
      if FileIdentity.isReplaceable(path), !isForced, !isOwn(path) {
        let reason = found(path)
        guard Self.mayReplace(path, found: reason) else {
          throw reason.map { UsageError.foreign($0) } ?? UsageError.existing(path)
        }
      }
      try AtomicFile.requireWritable(path)
    }
  }

  /// Checks that something else at the place of the only file may be replaced.
  ///
  /// - Parameter reason: why it is not this command's to go on with.
  /// - Throws: `UsageError.foreign`.
  func requireReplacing(_ reason: String) throws(UsageError) {
    guard isForced || paths.allSatisfy({ Self.mayReplace($0, found: reason) }) else {
      throw .foreign(reason)
    }
  }

  /// Checks that a file with which a run goes on, given by `option`, is no stream: it is read first, and written again
  /// and again.
  ///
  /// - Throws: `UsageError.badValue`.
  static func requireKept(_ path: String, _ option: String) throws(UsageError) {
    guard !AtomicFile.isStream(path) else {
      throw .badValue(
        option: option, value: path,
        expected: "a file rather than a pipe or device: it is read and written during the run")
    }
  }

  /// - Throws: as ``requireNoInput(_:)``.
  func requireNoInputs() throws(UsageError) {
    for path in paths { try requireNoInput(path) }
  }

  /// - Throws: `UsageError.overwritesInput` and `.amongPictures`.
  func requireNoInput(_ path: String) throws(UsageError) {
    if let input = input(at: path) { throw .overwritesInput(path, input: input) }
    if let folder = pictureFolder(of: path) { throw .amongPictures(path, folder: folder) }
  }

  private func requireDistinct() throws(UsageError) {
    var seen: Set<FilePlace> = []
    for path in paths where !seen.insert(FilePlace(path)).inserted { throw .outputTwice(path) }
  }

  /// The input that lies at `path`, through links or not; nil: none.
  private func input(at path: String) -> String? {
    guard FileIdentity.isReplaceable(path), let identity = FileIdentity(of: path) else {
      return nil
    }
    // The files of networks last: indices and folders are read for them.
    return (arguments.files + pictures + models).first { FileIdentity(of: $0) == identity }
      ?? models.lazy.flatMap(Self.files).first { FileIdentity(of: $0) == identity }
  }

  /// The folder of pictures in which the command would find a file at `path`, were it run again; nil: none.
  private func pictureFolder(of path: String) -> String? {
    named.first { ImageList.wouldFind(path, in: $0) } ?? recorded?.folder(around: path)
  }

  /// Asks whoever sits at the terminal; nobody there is a no.
  ///
  /// - Parameter found: what there is to know of the file that is there.
  static func mayReplace(_ path: String, found: String? = nil) -> Bool {
    guard StandardStreams.inputIsTerminal, StandardStreams.errorIsTerminal else { return false }
    let words = found ?? "\(path) already exists"
    StandardStreams.writeError("\(words.printable.bounded(500)): replace it? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}

extension OutputFiles {
  /// The files that opening a network or a session by its name reads.
  fileprivate static func files(_ word: String) -> [String] {
    // What a pipe gives can be read only once.
    if SessionFile.isFile(word), FileBytes.count(of: word) != nil,
      let session = try? SessionFile.load(word)
    {
      return session.inputs
    }
    if NetworkSpec.isEditedExport(word) {
      return (try? NetworkSpec(editedExport: word))?.inputs ?? []
    }
    if SavedMap.isSaved(word) { return [SavedMap.file(of: word)] }
    return NetworkSpec.isCheckpoint(word) ? NetworkSpec(file: word).inputs : []
  }
}

extension Arguments {
  /// The files that options name to be read, pictures aside.
  fileprivate var files: [String] {
    let weights =
      all("--weights").filter { $0 != "trained" && !$0.hasPrefix("random") } + all("--from")
    return weights + weights.flatMap { Checkpoint.files(of: $0) }
      + all("--tensor").map(ImageSource.file(ofTensor:))
      + all("--decisions") + all("--classes")
  }
}
