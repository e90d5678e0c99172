// Folders that results are written into.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Making folders.
public enum Folder {
  /// Makes the folder `path`, and those above it, where missing.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func make(_ path: String) throws(FileError) {
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += part + "/"
      if unsafe mkdir(partial, 0o777) != 0 && errno != EEXIST && errno != EISDIR {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
    }
    guard FileKind(of: path) == .folder else {
      throw .unwritable(path: path, reason: "it is a file, not a folder")
    }
  }
}
