// Writing files so that whoever reads them sees the old one or the new one, whole.

import CMapping

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Replaces files in one step.
public enum AtomicFile {
  /// Writes `bytes` to a temporary file next to `path`, forces it to the disk and renames it.
  ///
  /// On any failure (a full disk, a folder that may not be written to) the old file stays as it was
  /// and the temporary one is removed. A new file gets the permissions that the umask leaves, an
  /// existing one keeps its own; a symbolic link keeps pointing where it did, and what it points to is
  /// made where it is not there. Pipes, terminals and devices are written to directly.
  ///
  /// - Parameters:
  ///   - isForced: whether to wait for the disk, which may take long: a file that is written while the
  ///     program ends, and that is no great loss where the power fails, need not.
  ///   - outputs: those of a command, among which this is: they are put in their places one process after the
  ///     other, and replace nothing that somebody else wrote since it began. nil: whatever is there is replaced, and
  ///     no other program is waited for.
  /// - Throws: ``FileError``.
  public static func write(
    _ bytes: [UInt8], to path: String, isForced: Bool = true, among outputs: OutputVersions? = nil
  ) throws(FileError) {
    try write(parts: CollectionOfOne(bytes), to: path, isForced: isForced, among: outputs)
  }

  /// The same for contents that are made part by part, of which only one is in memory at a time.
  ///
  /// - Throws: ``FileError``.
  public static func write(
    parts: some Sequence<[UInt8]>, to path: String, isForced: Bool = true,
    among outputs: OutputVersions? = nil
  ) throws(FileError) {
    if case .other = FileKind(of: path) { return try writeDirectly(parts, to: path) }
    let staged = try stage(parts, for: path, isForced: isForced)
    do throws(FileError) {
      try staged.rename(among: outputs)
    } catch {
      staged.remove()
      throw error
    }
  }

  /// The same once `check` agrees, which is asked when all but the last step is done, and of one process after
  /// the other.
  ///
  /// - Returns: the version of the file that is there now; nil: pipes and devices, which are not checked.
  /// - Throws: ``FileError``, and what `check` throws.
  static func write(
    parts: some Sequence<[UInt8]>, to path: String, after check: () throws -> Void
  ) throws -> FileVersion? {
    if case .other = FileKind(of: path) {
      try writeDirectly(parts, to: path)
      return nil
    }
    let staged = try stage(parts, for: path)
    do {
      return try withExtendedLifetime(FileLock(waitingFor: folder(of: staged.target))) {
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

  /// Writes several files, or none where there is no room for all of them: the first is replaced when
  /// the last is on the disk.
  ///
  /// - Parameter outputs: as for one file.
  /// - Throws: ``FileError``.
  public static func write(
    _ files: [(path: String, bytes: [UInt8])], among outputs: OutputVersions? = nil
  ) throws(FileError) {
    var staged: [Staged] = []
    do throws(FileError) {
      for file in files where FileKind(of: file.path) != .other {
        staged.append(try stage(CollectionOfOne(file.bytes), for: file.path))
      }
      for file in files where FileKind(of: file.path) == .other {
        try writeDirectly(CollectionOfOne(file.bytes), to: file.path)
      }
      // None is written where one could not be.
      for file in staged { try outputs?.requireOwn(file.name, before: file.temporary) }
      while let file = staged.first {
        try file.rename(among: outputs)
        staged.removeFirst()
      }
    } catch {
      for file in staged { file.remove() }
      throw error
    }
  }

  /// A file that lies finished beside the one it will replace.
  private struct Staged {
    let temporary: String
    let target: String
    /// How the user wrote `target`.
    let name: String
    /// By which signals that end the program know it.
    let note: Int32

    /// Puts the file in its place, a command's one process after the other.
    func rename(among outputs: OutputVersions?) throws(FileError) {
      guard let outputs else { return try rename() }
      // Without the lock, what is renamed between the check and this would be lost, and nobody told.
      let lock = try FileLock(waitingFor: AtomicFile.folder(of: target))
      defer { withExtendedLifetime(lock) {} }
      try outputs.requireOwn(name, before: temporary)
      let version = FileVersion(path: temporary)
      try rename()
      outputs.note(version, at: name)
    }

    func rename() throws(FileError) {
      guard systemRename(temporary, target) == 0 else {
        throw .unwritable(path: name, reason: systemMessage(errno))
      }
      cmap_forget_temporary(note)
    }

    func remove() {
      _ = unsafe withSystemPath(temporary) { unsafe unlink($0) }
      cmap_forget_temporary(note)
    }
  }

  /// Writes the contents of `path` beside it.
  private static func stage(
    _ parts: some Sequence<[UInt8]>, for path: String, isForced: Bool = true
  ) throws(FileError) -> Staged {
    let target: String
    switch FileKind(of: path) {
    case .folder: throw .isFolder(path: path)
    case .unknown(let reason): throw .unwritable(path: path, reason: reason)
    case .other: target = path
    case .regular:
      guard unsafe withSystemPath(path, { unsafe access($0, W_OK) }) == 0 else {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
      target = try destination(of: path)
    case .absent:
      target = try destination(of: path)
      try requireFolder(of: target)
    }
    let (descriptor, temporary, note) = openTemporary(in: folder(of: target))
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
    var failure = writeAll(parts, to: descriptor)
    if failure == 0 { failure = keepMode(of: target, on: descriptor) }
    // Some file systems cannot synchronise and say EINVAL.
    if isForced && failure == 0 && fsync(descriptor) != 0 && errno != EINVAL { failure = errno }
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    let staged = Staged(temporary: temporary, target: target, name: path, note: note)
    guard failure == 0 else {
      staged.remove()
      throw .unwritable(path: path, reason: systemMessage(failure))
    }
    return staged
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
    let target: String
    switch FileKind(of: path) {
    case .folder: throw .isFolder(path: path)
    case .unknown(let reason): throw .unwritable(path: path, reason: reason)
    case .other: return
    case .absent:
      target = try destination(of: path)
      try requireFolder(of: target)
    case .regular:
      target = try destination(of: path)
      guard unsafe withSystemPath(target, { unsafe access($0, W_OK) }) == 0 else {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
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

  private static func requireFolder(of path: String) throws(FileError) {
    guard !path.isEmpty else { throw .unwritable(path: path, reason: "the name is empty") }
    guard !path.hasSuffix("/") else { throw .isFolder(path: path) }
    let folder = folder(of: path)
    switch FileKind(of: folder) {
    case .folder: return
    case .absent: throw .missingFolder(path: path, folder: folder)
    case .unknown(let reason): throw .unwritable(path: path, reason: reason)
    case .regular, .other: throw .unwritable(path: path, reason: "\(folder) is not a folder")
    }
  }

  private static func folder(of path: String) -> String {
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

  /// Whether `path` is, or leads through symbolic links to, something that a process has open, such as `/dev/stdout`.
  public static func isOpenStream(_ path: String) -> Bool {
    var path = path
    for _ in 0..<mostLinks {
      let parts = Folder.whole(folder(of: path)).pathParts
      if parts.last == "fd", parts.first == "proc" || parts.first == "dev" { return true }
      guard let next = linkTarget(path) else { return false }
      path = next
    }
    return false
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

  private static func writeDirectly(
    _ parts: some Sequence<[UInt8]>, to path: String
  ) throws(FileError) {
    let descriptor = try openDirectly(path)
    var failure = writeAll(parts, to: descriptor)
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    guard failure == 0 else { throw .unwritable(path: path, reason: systemMessage(failure)) }
  }

  /// Opens what is no file. A named pipe waits for whoever reads it, until a signal asks for the end:
  /// waiting within the system would outlast that.
  private static func openDirectly(_ path: String) throws(FileError) -> Int32 {
    while true {
      let descriptor = unsafe withSystemPath(path) {
        unsafe open($0, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
      }
      if descriptor >= 0 {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
      }
      guard errno == ENXIO, isPipe(path) else {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
      guard Interruption.signalNumber == 0 else {
        throw .unwritable(path: path, reason: "nobody reads from this pipe")
      }
      usleep(10_000)
    }
  }

  private static func isPipe(_ path: String) -> Bool {
    var status = stat()
    return unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0
      && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Creates a file that did not exist; a negative descriptor leaves the reason in `errno`.
  private static func openTemporary(
    in folder: String
  ) -> (descriptor: Int32, path: String, note: Int32) {
    for attempt in 0..<100 {
      let path = "\(folder)/.erf-\(getpid())-\(attempt)-\(UInt32.random(in: 0...UInt32.max)).tmp"
      let note = unsafe withSystemPath(path) { unsafe cmap_note_temporary($0) }
      let descriptor = unsafe withSystemPath(path) {
        unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      }
      if descriptor >= 0 { return (descriptor, path, note) }
      let number = errno
      cmap_forget_temporary(note)
      errno = number
      if number != EEXIST { return (descriptor, path, -1) }
    }
    return (-1, "", -1)
  }

  /// Gives the new file the permissions of the one it replaces; the error number or 0.
  private static func keepMode(of path: String, on descriptor: Int32) -> Int32 {
    var status = stat()
    guard unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0 else { return 0 }
    return fchmod(descriptor, status.st_mode & 0o777) == 0 ? 0 : errno
  }

  /// The error number or 0.
  private static func writeAll(_ parts: some Sequence<[UInt8]>, to descriptor: Int32) -> Int32 {
    for part in parts {
      let failure = writeAll(part, to: descriptor)
      if failure != 0 { return failure }
    }
    return 0
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { source in
      var written = 0
      while written < source.count {
        let part = unsafe UnsafeRawBufferPointer(rebasing: source[written...])
        let count = unsafe writeOnce(descriptor, part)
        if count > 0 {
          written += count
        } else if count == 0 {
          return ENOSPC
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  private static func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }
}

private func systemRename(_ from: String, _ to: String) -> Int32 {
  unsafe withSystemPath(from) { from in
    unsafe withSystemPath(to) { unsafe rename(from, $0) }
  }
}
