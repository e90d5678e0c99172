/// What a folder holds for somebody who looks for a checkpoint.
public struct CheckpointFolder: Sendable, Equatable {
  public struct File: Sendable, Equatable {
    public let name: String
    public let bytes: Int

    public init(name: String, bytes: Int) {
      self.name = name
      self.bytes = bytes
    }
  }

  public let path: String
  /// Names of folders, in alphabetical order whatever the case; hidden ones are left out.
  public let folders: [String]
  /// Files that were looked for, such as those whose names end like those of checkpoints, in the same order.
  public let files: [File]

  public init(path: String, folders: [String], files: [File]) {
    self.path = path
    self.folders = folders
    self.files = files
  }

  /// - Parameter isListed: tells by a file's name whether it is looked for.
  /// - Throws: `FileError` for a folder that cannot be listed.
  public init(
    listing path: String, isListed: (String) -> Bool = Checkpoint.hasExtension
  ) throws(FileError) {
    var folders: [String] = []
    var files: [File] = []
    for name in try FolderListing.names(in: path) where !name.hasPrefix(".") {
      switch FileKind(of: path + "/" + name) {
      case .folder: folders.append(name)
      case .regular(let bytes) where isListed(name):
        files.append(File(name: name, bytes: bytes))
      default: break
      }
    }
    func order(_ a: String, _ b: String) -> Bool { (a.lowercased(), a) < (b.lowercased(), b) }
    self.init(
      path: path, folders: folders.sorted(by: order),
      files: files.sorted { order($0.name, $1.name) })
  }

  /// Whether there is a file at `path`.
  public static func isFile(_ path: String) -> Bool {
    if case .regular = FileKind(of: path) { true } else { false }
  }
}
