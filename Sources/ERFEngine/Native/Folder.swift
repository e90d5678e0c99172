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

  /// Checks, without leaving anything behind, that `make` could make `path` and files in it.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func requireWritable(_ path: String) throws(FileError) {
    var existing = path
    while FileKind(of: existing) == .absent {
      let parts = existing.split(separator: "/").dropLast()
      existing = (existing.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
      if existing.isEmpty { existing = "." }
    }
    guard FileKind(of: existing) == .folder else {
      throw .unwritable(path: path, reason: "\(existing) is not a folder")
    }
    guard unsafe access(existing, W_OK | X_OK) == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
  }
}
