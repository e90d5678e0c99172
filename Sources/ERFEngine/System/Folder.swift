// Folders that results are written into.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension String {
  /// The parts of a path, between bytes that are slashes: as a character, a slash may have a mark of the name
  /// behind it.
  public var pathParts: [Substring] {
    utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
  }

  /// The last part of a path.
  public var fileName: String { pathParts.last.map(String.init) ?? self }
}

/// Making folders.
public enum Folder {
  /// Names of what lies in a folder, unsorted, without `.` and `..`; bytes that are not UTF-8 as
  /// ``SystemPath`` writes them.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func names(in path: String) throws(FileError) -> [String] {
    try FolderListing.names(in: path)
  }

  /// Where the program runs; nil: that is gone, or may not be known.
  public static var current: String? {
    guard let path = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(path) }
    let bytes = unsafe UnsafeBufferPointer(start: path, count: strlen(path))
    return unsafe SystemPath.text(bytes.map { UInt8(bitPattern: $0) })
  }

  /// Whether there is a folder at `path`.
  public static func isFolder(_ path: String) -> Bool { FileKind(of: path) == .folder }

  /// The path of `path` from the root, without links and steps up; `path` itself where the system
  /// does not tell.
  public static func whole(_ path: String) -> String {
    guard let found = unsafe withSystemPath(path, { unsafe realpath($0, nil) }) else { return path }
    defer { unsafe free(found) }
    let bytes = unsafe UnsafeBufferPointer(start: found, count: strlen(found))
    return unsafe SystemPath.text(bytes.map { UInt8(bitPattern: $0) })
  }

  /// The paths from the root, without `.` and `..`. Links keep their own names, but where a step up leaves what
  /// they lead to.
  static func spelledOut(_ paths: [String]) -> [String] {
    let base = current ?? ""
    return paths.map { spelledOut($0, from: base) }
  }

  /// The folders of the files at `paths`, spelled out likewise: each folder once, however many files it has.
  static func around(_ paths: [String]) -> [String] {
    let base = current ?? ""
    var known: [PathKey: String] = [:]
    return paths.map { path in
      let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
      let folder = PathKey(slash.map { String(path[..<path.utf8.index(after: $0)]) } ?? "")
      if let known = known[folder] { return known }
      let spelled = spelledOut(folder.path, from: base)
      known[folder] = spelled
      return spelled
    }
  }

  private static func spelledOut(_ path: String, from base: String) -> String {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : "\(base)/\(path)").pathParts {
      if part == ".." {
        parts = whole("/" + parts.joined(separator: "/")).pathParts.dropLast()
      } else if part != "." {
        parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// `path` with the folder's own name at its end where that is a step (`.`, `..`), which says nothing of the
  /// folder elsewhere: `../photos` for `.` within `photos`. All others stay as they are, and so does the root.
  public static func named(_ path: String) -> String {
    var parts = path.pathParts
    guard let last = parts.last, last == "." || last == "..", isFolder(path) else { return path }
    let start = path.hasPrefix("/") ? "/" : ""
    // The part before it names the folder, be that a link: what it leads to has another name.
    while parts.count > 1, parts.last == "." { parts.removeLast() }
    let way = start + parts.joined(separator: "/")
    guard parts.last == "." || parts.last == ".." else { return way + "/" }
    let name = whole(path).fileName
    guard name != "/" else { return path }
    return parts == ["."] ? "../\(name)" : "\(way)/../\(name)"
  }

  /// Whether anything lies at `path`: files, folders, links to nowhere.
  public static func isTaken(_ path: String) -> Bool {
    FileKind.isLink(path) || FileKind(of: path) != .absent
  }

  /// Makes the folder `path`, and those above it, where missing.
  ///
  /// - Returns: the folders that were made, the outermost first.
  /// - Throws: `FileError` with the system's reason.
  @discardableResult
  public static func make(_ path: String) throws(FileError) -> [String] {
    var made: [String] = []
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.pathParts {
      partial += part + "/"
      if unsafe withSystemPath(partial, { unsafe mkdir($0, 0o777) }) == 0 {
        made.append(partial)
      } else if errno != EEXIST && errno != EISDIR {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
    }
    guard FileKind(of: path) == .folder else {
      throw .unwritable(path: path, reason: "it is a file, not a folder")
    }
    return made
  }

  /// Writes `files` into the folder `path`, which is made where missing, as are folders in it that their names begin
  /// with: all of them, or none and no folder either.
  ///
  /// - Parameters:
  ///   - files: names, and what makes the contents, of which only those of one file are in memory at a time.
  ///   - outputs: as ``AtomicFile`` takes them.
  ///   - isEarlier: as ``StagedFiles/place(over:)`` takes it.
  /// - Throws: `FileError`, and what making the contents throws.
  public static func write(
    _ files: [(name: String, bytes: () throws -> [UInt8])], to path: String,
    among outputs: OutputVersions? = nil, over isEarlier: (String) -> Bool = { _ in false }
  ) throws {
    var made: [String] = []
    let base = path.hasSuffix("/") ? path : path + "/"
    do {
      let staged = StagedFiles(among: outputs)
      for file in files {
        made += try make(AtomicFile.folder(of: base + file.name))
        try staged.add(file.bytes(), for: base + file.name)
      }
      try staged.place(over: isEarlier)
    } catch {
      // Only empty ones can be removed.
      for folder in made.reversed() { _ = unsafe withSystemPath(folder) { unsafe rmdir($0) } }
      throw error
    }
  }

  /// How `make` would come to the folder `path`: the last one on the way that is there, and the names of
  /// those that it would make in that.
  static func way(to path: String) -> (there: String, missing: [String]) {
    var there = path.hasPrefix("/") ? "/" : "."
    var missing: [String] = []
    for part in path.pathParts where part != "." {
      if part == "..", missing.popLast() != nil { continue }
      let next = "\(there)/\(part)"
      if missing.isEmpty, FileKind(of: next) != .absent {
        there = next
      } else {
        missing.append(String(part))
      }
    }
    return (there, missing)
  }

  /// Checks, without leaving anything behind, that `make` could make `path` and files in it.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func requireWritable(_ path: String) throws(FileError) {
    var existing = path
    while FileKind(of: existing) == .absent {
      let parts = existing.pathParts.dropLast()
      existing = (existing.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
      if existing.isEmpty { existing = "." }
    }
    guard FileKind(of: existing) == .folder else {
      throw .unwritable(path: path, reason: "\(existing) is not a folder")
    }
    guard unsafe withSystemPath(existing, { unsafe access($0, W_OK | X_OK) }) == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
  }
}
