// Files that grow line by line while a long run goes on.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that whole lines are added to; what was added stays if the program ends at any moment.
struct AppendedFile {
  let path: String
  /// Which file it is, and bytes that it holds; where another one lies there by now, or one that holds others,
  /// somebody else writes it too.
  let identity: FileIdentity?
  private(set) var count: Int

  /// Adds `text` in one write at the end of the file, which must exist.
  ///
  /// - Throws: ``FileError``, also where somebody else writes the file at the same time.
  mutating func append(_ text: String) throws(FileError) {
    let descriptor = unsafe withSystemPath(path) {
      unsafe open($0, O_WRONLY | O_APPEND | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
    guard isAsLeft(descriptor) else {
      close(descriptor)
      throw Self.taken(path)
    }
    var text = text
    var failure: Int32 = 0
    text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let count = unsafe systemWrite(
          descriptor, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 {
          failure = count == 0 ? ENOSPC : errno
          return
        }
        offset += count
      }
    }
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    guard failure == 0 else { throw .unwritable(path: path, reason: systemMessage(failure)) }
    count += text.utf8.count
  }

  /// What is said where somebody else writes the file.
  static func taken(_ path: String) -> FileError {
    .unwritable(
      path: path,
      reason: "another run writes it at the same time; let that end, then run the command again")
  }

  /// Whether nobody else replaced the open file, added to it or is about to, who is kept off until it is closed.
  /// Pipes and devices have no length, and some file systems no locks.
  private func isAsLeft(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return true
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EAGAIN { return false }
    return unsafe fstat(descriptor, &status) == 0 && FileIdentity(status) == identity
      && Int(status.st_size) == count
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}
