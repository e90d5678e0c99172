// Files that grow line by line while a long run goes on.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that whole lines are added to; what was added stays if the program ends at any moment.
struct AppendedFile {
  let path: String

  /// Adds `text` in one write at the end of the file, which must exist.
  ///
  /// - Throws: ``FileError``.
  func append(_ text: String) throws(FileError) {
    let descriptor = unsafe withSystemPath(path) {
      unsafe open($0, O_WRONLY | O_APPEND | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
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
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}
