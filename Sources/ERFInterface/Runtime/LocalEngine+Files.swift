// Files of this machine, for the explorer.

public import ERFEngine

extension LocalEngine {
  public func kernels(
    of network: NetworkSpec, cancellation: Cancellation
  ) throws -> [StageKernels?] {
    try StageKernels.stages(
      of: computer.open(network, cancellation: cancellation), cancellation: cancellation)
  }

  public func map(at path: String) throws -> ERFResult { try SavedMap.load(path: path) }

  public func images(at path: String) throws -> (paths: [String], leftOut: ImageList.LeftOut) {
    let paths = PathCompletion.all(path)
    let files = try ImageList.expandClasses(paths)
    // Of folders of classes the first few are as many classes.
    return (ImageList.spread(files, seed: 0).map(\.path), ImageList.leftOut(of: paths))
  }

  public func picture(_ name: PictureName) -> Picture { .load(name) }

  public func stimulus(_ index: Int) -> StimulusPicture { StimulusPicture(index: index) }

  public func listing(of folder: String) throws -> CheckpointFolder {
    try CheckpointFolder(listing: folder.isEmpty ? Folder.current ?? "." : folder)
  }

  public func contents(
    of path: String, cancellation: Cancellation
  ) throws -> (network: NetworkSpec, summary: String) {
    try CheckpointBrowsing.contents(of: path, cancellation)
  }

  public func read(_ path: String, limit: Int) throws -> [UInt8] {
    try FileBytes.read(path, limit: limit)
  }

  public func isFile(_ path: String) -> Bool { CheckpointFolder.isFile(path) }
  public func isFolder(_ path: String) -> Bool { Folder.isFolder(path) }

  public func complete(_ text: String, in folder: String) -> (longer: String, names: [String]) {
    PathCompletion.complete(text, in: folder)
  }

  public func resolved(_ text: String, in folder: String) -> String {
    PathCompletion.resolved(text, in: folder)
  }

  public func export(
    result: ERFResult, path: String, options: ExportOptions
  ) throws {
    try HeatmapExport.write(result, to: path, options: options)
  }

  public func copy(_ path: String, to other: String) throws {
    try AtomicFile.write(FileBytes.read(path, limit: 1 << 32), to: other)
  }

  public func write(_ bytes: [UInt8], to path: String) throws {
    try write(bytes, to: path, isForced: true)
  }

  public func keep(_ bytes: [UInt8], at path: String) throws {
    try write(bytes, to: path, isForced: false)
  }

  private func write(_ bytes: [UInt8], to path: String, isForced: Bool) throws {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try Folder.make(String(path[..<slash]))
    }
    try AtomicFile.write(bytes, to: path, isForced: isForced)
  }

  public func exists(_ path: String) -> Bool { Folder.isTaken(path) }
}
