// Files that lie finished beside their places, into which they are put as one.

import CMapping

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Several outputs of a command, each written beside its place, and then put there as one: none where there is no room
/// for all, and none between those of another program.
///
/// What has not come to its place is removed with this.
public final class StagedFiles {
  private let outputs: OutputVersions?
  private var files: [StagedFile] = []
  /// How many of these are in their places.
  private var placed = 0

  /// - Parameter outputs: as ``AtomicFile`` takes them.
  public init(among outputs: OutputVersions? = nil) { self.outputs = outputs }

  deinit {
    for file in files.dropFirst(placed) { file.remove() }
  }

  /// Writes `bytes` beside `path`; to a stream (``AtomicFile/isStream(_:)``) at once.
  ///
  /// - Throws: ``FileError``.
  public func add(_ bytes: [UInt8], for path: String) throws(FileError) {
    try add(parts: CollectionOfOne(bytes), for: path)
  }

  /// The same for contents that are made part by part.
  ///
  /// - Parameter isSynced: whether to wait for the disk.
  func add(
    parts: some Sequence<[UInt8]>, for path: String, isSynced: Bool = true
  ) throws(FileError) {
    guard case .file(let target) = try OutputPlace(path) else {
      return try OutputPlace.write(parts, toStream: path)
    }
    files.append(try StagedFile(parts, for: path, at: target, isSynced: isSynced))
  }

  /// Puts all that was added in its place.
  ///
  /// - Parameter isEarlier: whether what somebody else wrote meanwhile to the place of an output, called as it was
  ///   added, has less of the same result, so that it may be replaced.
  /// - Throws: ``FileError``, also where somebody else wrote to one of the places meanwhile, and nothing is replaced.
  public func place(over isEarlier: (String) -> Bool = { _ in false }) throws(FileError) {
    // Without the locks, what is renamed between the check and this would be lost, and nobody told.
    let folders = outputs == nil ? [] : files.map { AtomicFile.folder(of: $0.target) }
    let locks = try FileLock.all(waitingFor: folders)
    defer { withExtendedLifetime(locks) {} }
    for file in files.dropFirst(placed) {
      try file.requireNoFolder()
      try outputs?.requireOwn(file, or: isEarlier)
    }
    for file in files.dropFirst(placed) {
      let version = FileVersion(path: file.temporary)
      try file.rename()
      outputs?.note(version, at: file.name)
      placed += 1
    }
  }
}

/// A file that lies finished beside the one it will replace.
struct StagedFile {
  let temporary: String
  let target: String
  /// How the user wrote `target`.
  let name: String
  /// By which signals that end the program know it.
  private let note: Int32

  /// Writes `parts` beside `target`.
  ///
  /// - Throws: ``FileError``, and nothing is left.
  init(
    _ parts: some Sequence<[UInt8]>, for name: String, at target: String, isSynced: Bool = true
  ) throws(FileError) {
    let (descriptor, temporary, note) = Self.openTemporary(in: AtomicFile.folder(of: target))
    guard descriptor >= 0 else { throw .unwritable(path: name, reason: systemMessage(errno)) }
    (self.temporary, self.target, self.name, self.note) = (temporary, target, name, note)
    var failure = writeAll(parts, to: descriptor)
    if failure == 0 { failure = Self.keepMode(of: target, on: descriptor) }
    // Some file systems cannot synchronise and say EINVAL.
    if isSynced && failure == 0 && fsync(descriptor) != 0 && errno != EINVAL { failure = errno }
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    guard failure == 0 else {
      remove()
      throw .unwritable(path: name, reason: systemMessage(failure))
    }
  }

  /// Checks that no folder lies at the place by now, which no file can take.
  ///
  /// - Throws: ``FileError/isFolder(path:)``.
  func requireNoFolder() throws(FileError) {
    guard FileKind(of: target) != .folder else { throw .isFolder(path: name) }
  }

  /// Checks that the name still leads to the place beside which the file was made: it may be a link by now, or one
  /// that leads elsewhere.
  ///
  /// - Throws: ``FileError/replaced(path:)``.
  func requirePlace() throws(FileError) {
    guard let place = try? AtomicFile.destination(of: name), PathKey.areSame(place, target) else {
      throw .replaced(path: name)
    }
  }

  /// Puts the file in its place.
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
}

/// Writes all of `parts`; the error number or 0.
func writeAll(_ parts: some Sequence<[UInt8]>, to descriptor: Int32) -> Int32 {
  for part in parts {
    let failure = writeAll(part, to: descriptor)
    if failure != 0 { return failure }
  }
  return 0
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  unsafe bytes.withUnsafeBytes { source in
    var written = 0
    while written < source.count {
      let part = unsafe UnsafeRawBufferPointer(rebasing: source[written...])
      let count = unsafe write(descriptor, part.baseAddress, part.count)
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

private func systemRename(_ from: String, _ to: String) -> Int32 {
  unsafe withSystemPath(from) { from in
    unsafe withSystemPath(to) { unsafe rename(from, $0) }
  }
}
