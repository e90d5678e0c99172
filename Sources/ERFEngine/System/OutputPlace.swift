// Where what is written to a path goes: into a file that is replaced, or to a stream.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where what is written to a path goes.
enum OutputPlace: Equatable {
  /// To a file that takes the place of the one at `target`, behind all symbolic links, whether one is there or not.
  case file(target: String)
  /// To what ``AtomicFile/isStream(_:)`` says, where nothing is replaced.
  case stream

  /// - Throws: ``FileError`` where nothing can be written.
  init(_ path: String) throws(FileError) {
    if AtomicFile.isStream(path) {
      self = .stream
      return
    }
    let target = try AtomicFile.destination(of: path)
    switch FileKind(of: path) {
    case .folder: throw .isFolder(path: path)
    case .unknown(let reason): throw .unwritable(path: path, reason: reason)
    case .absent: try Self.requireFolder(of: target)
    case .regular, .other:
      guard unsafe withSystemPath(path, { unsafe access($0, W_OK) }) == 0 else {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
    }
    self = .file(target: target)
  }

  private static func requireFolder(of path: String) throws(FileError) {
    guard !path.isEmpty else { throw .unwritable(path: path, reason: "the name is empty") }
    guard !path.hasSuffix("/") else { throw .isFolder(path: path) }
    let folder = AtomicFile.folder(of: path)
    switch FileKind(of: folder) {
    case .folder: return
    case .absent: throw .missingFolder(path: path, folder: folder)
    case .unknown(let reason): throw .unwritable(path: path, reason: reason)
    case .regular, .other: throw .unwritable(path: path, reason: "\(folder) is not a folder")
    }
  }
}

// MARK: Streams

extension OutputPlace {
  /// Writes to the stream at `path`.
  ///
  /// - Throws: ``FileError``.
  static func write(_ parts: some Sequence<[UInt8]>, toStream path: String) throws(FileError) {
    let descriptor = try open(path)
    var failure = writeAll(parts, to: descriptor)
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    guard failure == 0 else { throw .unwritable(path: path, reason: systemMessage(failure)) }
  }

  /// Checks, as far as that shows before, that the stream at `path` can be written to.
  ///
  /// - Throws: ``FileError``.
  static func requireWritable(stream path: String) throws(FileError) {
    guard let number = ownNumber(path) else { return }
    let flags = fcntl(number, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_RDONLY, !StandardStreams.wasClosed(number) else {
      throw .unwritable(path: path, reason: systemMessage(EBADF))
    }
  }

  /// The number under which this process has the stream at `path` open; nil where it has not.
  private static func ownNumber(_ path: String) -> Int32? {
    guard let stream = AtomicFile.openStream(path) else { return nil }
    let folder = AtomicFile.folder(of: stream)
    let isOwn = ["/dev/fd", "/proc/self/fd"].contains { Folder.whole($0) == folder }
    return isOwn ? Int32(stream.fileName) : nil
  }

  /// A named pipe waits for whoever reads it, until a signal asks for the end: waiting within the system would
  /// outlast that.
  private static func open(_ path: String) throws(FileError) -> Int32 {
    if let number = ownNumber(path) {
      // Opened by its path, a file would be written over from its beginning, by this and then by what is printed.
      let descriptor = dup(number)
      guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
      return descriptor
    }
    while true {
      let descriptor = unsafe withSystemPath(path) {
        unsafe systemOpen($0, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK)
      }
      if descriptor >= 0 {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return descriptor
      }
      guard errno == ENXIO, isPipe(path) else {
        throw .unwritable(path: path, reason: systemMessage(errno))
      }
      guard Interruption.signalNumber == 0 else {
        throw .unread(path: path)
      }
      usleep(10_000)
    }
  }

  private static func isPipe(_ path: String) -> Bool {
    var status = stat()
    return unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0
      && status.st_mode & S_IFMT == S_IFIFO
  }
}

private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
  unsafe open(path, flags)
}
