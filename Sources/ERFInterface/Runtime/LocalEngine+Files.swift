// Files of this machine, for the explorer.

public import ERFEngine

extension LocalEngine {
  public func kernels(
    of network: NetworkSpec, cancellation: Cancellation
  ) throws -> [StageKernels?] {
    try requireFiles(of: network)
    return try StageKernels.stages(
      of: computer.open(network, cancellation: cancellation), cancellation: cancellation)
  }

  public func map(at path: String) throws -> ERFResult { try SavedMap.load(path: path) }

  public func images(at path: String) throws -> (paths: [String], leftOut: ImageList.LeftOut) {
    let paths = PathCompletion.all(path)
    try requireFiles(.files(paths))
    let files = try ImageList.expandClasses(paths)
    // What is named takes the place of other pictures, and is looked at before it does.
    for file in files where file.isNamed { _ = try Image.load(path: file.path) }
    // Of folders of classes the first few are as many classes.
    return (ImageList.spread(files, seed: 0).map(\.path), ImageList.leftOut(of: paths))
  }

  /// Checks that pictures, or what else is read, are files: whoever writes into a pipe may never come, and it can
  /// be read only once.
  ///
  /// - Throws: `FileError` in the words in which checkpoints are refused.
  func requireFiles(_ images: ImageSource) throws(FileError) {
    guard let pipe = images.pipe else { return }
    throw .notRegular(path: pipe)
  }

  /// The same of the names of a network's classes, which are read each time that it is opened.
  func requireFiles(of network: NetworkSpec) throws(FileError) {
    if let classes = network.classes { try requireFiles(.files([classes])) }
  }

  public func picture(_ name: PictureName) -> Picture {
    do {
      if case .file(let path) = name { try requireFiles(.files([path])) }
    } catch {
      return .failed(error.explanation.sanitised)
    }
    return .load(name)
  }

  public func stimulus(_ index: Int) -> StimulusPicture { StimulusPicture(index: index) }

  public func listing(of folder: String) throws -> CheckpointFolder {
    try CheckpointFolder(listing: folder.isEmpty ? Folder.current ?? "." : folder) {
      Checkpoint.hasExtension($0) || SavedMap.isSaved($0)
    }
  }

  public func contents(
    of path: String, cancellation: Cancellation
  ) throws -> (network: NetworkSpec, summary: String) {
    if SavedMap.isSaved(path) { return try savedMap(path) }
    let contents = try CheckpointBrowsing.contents(of: path, cancellation)
    recognised.note(path, as: contents.network.model)
    return contents
  }

  /// The map in a file, which is read whole: nothing less tells whether it opens.
  private func savedMap(_ path: String) throws -> (network: NetworkSpec, summary: String) {
    let result = try SavedMap.load(path: path)
    let facts = [result.subject.savedMapText, "\(result.subject.input) px"]
    let partial = (result.record?.pictures?.partialTexts ?? []).prefix(1)
    return (NetworkSpec(shown: path), (facts + partial).joined(separator: ", "))
  }

  public func read(_ path: String, limit: Int) throws -> [UInt8] {
    try requireFiles(.files([path]))
    return try FileBytes.read(path, limit: limit)
  }

  public func isFile(_ path: String) -> Bool { CheckpointFolder.isFile(path) }
  public func isFolder(_ path: String) -> Bool { Folder.isFolder(path) }

  public func complete(_ text: String, in folder: String) -> (longer: String, names: [String]) {
    PathCompletion.complete(text, in: folder)
  }

  public func resolved(_ text: String, in folder: String) -> String {
    PathCompletion.resolved(text, in: folder)
  }

  public func export(_ files: [ExportedFile]) throws {
    let staged = StagedFiles()
    for file in files {
      let format = try ExportFormat(path: file.path)
      try staged.add(
        HeatmapExport.encode(file.result, format: format, options: file.options), for: file.path)
    }
    try staged.place()
  }

  public func copy(_ path: String, to other: String) throws {
    try AtomicFile.write(FileBytes.read(path, limit: 1 << 32), to: other)
  }

  public func write(_ bytes: [UInt8], to path: String) throws {
    try write(bytes, to: path, isSynced: true)
  }

  public func keep(_ bytes: [UInt8], at path: String) throws {
    try write(bytes, to: path, isSynced: false)
  }

  private func write(_ bytes: [UInt8], to path: String, isSynced: Bool) throws {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try Folder.make(String(path[..<slash]))
    }
    try AtomicFile.write(bytes, to: path, isSynced: isSynced)
  }

  public func exists(_ path: String) -> Bool { Folder.isTaken(path) }
}
