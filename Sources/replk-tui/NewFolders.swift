// Folders made for results before there are any, so that a run ends early where they cannot be made.

import ERFEngine

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folders that were missing of a path, made; a run that fails takes them away again.
struct NewFolders {
  /// Deepest first.
  private let made: [String]

  /// - Throws: `FileError` where they cannot be made; then none is left behind.
  init(_ path: String) throws(FileError) {
    var missing: [String] = []
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += part + "/"
      if unsafe access(partial, F_OK) != 0 { missing.insert(partial, at: 0) }
    }
    made = missing
    do {
      try Folder.make(path)
    } catch {
      remove()
      throw error
    }
  }

  /// Removes those of them that are still empty.
  func remove() {
    for path in made { _ = unsafe rmdir(path) }
  }
}
