// Writing files so that whoever reads them sees the old one or the new one, whole.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Replaces files in one step.
public enum AtomicFile {
  /// Writes `bytes` to a temporary file next to `path`, waits until it is on the disk and renames it.
  ///
  /// On any failure (a full disk, a folder that may not be written to) the old file stays as it was
  /// and the temporary one is removed. A new file gets the permissions that the umask leaves, an
  /// existing one keeps its own; a symbolic link keeps pointing where it did, and what it points to is
  /// made where it is not there. Streams (``isStream(_:)``) are written to directly.
  ///
  /// - Parameters:
  ///   - isSynced: whether to wait for the disk, which may take long: a file that is written while the
  ///     program ends, and that is no great loss where the power fails, need not.
  ///   - outputs: those of a command, among which this is: they are put in their places one process after the
  ///     other, and replace nothing that somebody else wrote since it began. nil: whatever is there is replaced, and
  ///     no other program is waited for.
  /// - Throws: ``FileError``.
  public static func write(
    _ bytes: [UInt8], to path: String, isSynced: Bool = true, among outputs: OutputVersions? = nil
  ) throws(FileError) {
    try write(parts: CollectionOfOne(bytes), to: path, isSynced: isSynced, among: outputs)
  }

  /// The same for contents that are made part by part, of which only one is in memory at a time.
  ///
  /// - Throws: ``FileError``.
  public static func write(
    parts: some Sequence<[UInt8]>, to path: String, isSynced: Bool = true,
    among outputs: OutputVersions? = nil
  ) throws(FileError) {
    let staged = StagedFiles(among: outputs)
    try staged.add(parts: parts, for: path, isSynced: isSynced)
    try staged.place()
  }

  /// The same once `check` agrees, which is asked when all but the last step is done, and of one process after
  /// the other.
  ///
  /// - Returns: the version of the file that is there now; nil: streams, which are not checked.
  /// - Throws: ``FileError``, and what `check` throws.
  static func write(
    parts: some Sequence<[UInt8]>, to path: String, after check: () throws -> Void
  ) throws -> FileVersion? {
    guard case .file(let target) = try OutputPlace(path) else {
      try OutputPlace.write(parts, toStream: path)
      return nil
    }
    let staged = try StagedFile(parts, for: path, at: target)
    do {
      return try withExtendedLifetime(FileLock(waitingFor: folder(of: target))) {
        try staged.requirePlace()
        try check()
        let version = FileVersion(path: staged.temporary)
        try staged.rename()
        return version
      }
    } catch {
      staged.remove()
      throw error
    }
  }

  /// Removes from a folder what processes that were killed while they wrote have left there.
  ///
  /// - Parameter time: in seconds since 1970: what was written to since stays. In a folder that other machines or
  ///   containers see, a process that is not there for this one may still be writing.
  public static func removeLeftovers(in folder: String, writtenBefore time: Int = .max) {
    for name in (try? Folder.names(in: folder)) ?? [] {
      let parts = name.split(separator: "-")
      guard parts.first == ".erf", parts.count > 2, name.hasSuffix(".tmp"),
        let process = pid_t(parts[1]), process > 0
      else { continue }
      let path = "\(folder)/\(name)"
      if kill(process, 0) != 0, errno == ESRCH, let version = FileVersion(path: path),
        version.seconds < time
      {
        _ = unsafe withSystemPath(path) { unsafe unlink($0) }
      }
    }
  }

  /// Checks, without leaving anything behind, that `path` can be written as far as that shows before, and removes what
  /// processes that were killed a day ago or earlier have left in its folder.
  ///
  /// - Throws: ``FileError``, as `write` would.
  public static func requireWritable(_ path: String) throws(FileError) {
    guard case .file(let target) = try OutputPlace(path) else {
      return try OutputPlace.requireWritable(stream: path)
    }
    let mayWrite = unsafe withSystemPath(folder(of: target)) { unsafe access($0, W_OK | X_OK) }
    guard mayWrite == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
    // Who locked it for as long as this program runs would have it wait with its result; runs of a cluster that
    // begin at once hold the lock for a moment each.
    _ = try FileLock(waitingFor: folder(of: target), seconds: 5, isEnding: { true })
    removeLeftovers(in: folder(of: target), writtenBefore: time(nil) - 86_400)
  }

  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// As many symbolic links as Linux follows.
  private static let mostLinks = 40

  /// Where the symbolic links that `path` may be lead in the end, whether a file is there or not.
  ///
  /// - Throws: ``FileError`` for links in a circle.
  public static func destination(of path: String) throws(FileError) -> String {
    var path = path
    for _ in 0..<mostLinks {
      guard let next = linkTarget(path) else { return path }
      path = next
    }
    throw .unwritable(path: path, reason: systemMessage(ELOOP))
  }

  /// Whether `path` is, or leads through symbolic links to, a pipe, a terminal, a device, or something that a process
  /// has open, such as `/dev/stdout`, be that led into a file: what is written there replaces nothing.
  public static func isStream(_ path: String) -> Bool {
    openStream(path) != nil || FileKind(of: path) == .other
  }

  /// The path from the root of what a process has open, such as `/proc/1/fd/1`, where `path` is that or leads there
  /// through symbolic links.
  static func openStream(_ path: String) -> String? {
    var path = path
    for _ in 0..<mostLinks {
      let folder = Folder.whole(folder(of: path))
      if isOfOpenStreams(folder) {
        return "\(folder)/\(path.fileName)"
      }
      guard let next = linkTarget(path) else { return nil }
      path = next
    }
    return nil
  }

  /// Whether `folder`, a path without links, is one in which the system shows what a process has open: on macOS
  /// `/dev/fd`, on Linux what that leads to. Other folders of such a name, as in `/dev/shm`, hold files.
  private static func isOfOpenStreams(_ folder: String) -> Bool {
    let parts = folder.pathParts.map { $0.allSatisfy(\.isWholeNumber) ? "N" : String($0) }
    return [["dev", "fd"], ["proc", "N", "fd"], ["proc", "N", "task", "N", "fd"]].contains(parts)
  }

  /// Where the symbolic link `path` leads, from where `path` is seen; nil for all that is none.
  static func linkTarget(_ path: String) -> String? {
    var characters = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe withSystemPath(path) { name in
      unsafe characters.withUnsafeMutableBufferPointer { buffer in
        unsafe buffer.baseAddress.map { unsafe readlink(name, $0, buffer.count) } ?? -1
      }
    }
    guard length > 0 else { return nil }
    let target = SystemPath.text(characters.prefix(length).map { UInt8(bitPattern: $0) })
    return target.hasPrefix("/") ? target : folder(of: path) + "/" + target
  }
}
