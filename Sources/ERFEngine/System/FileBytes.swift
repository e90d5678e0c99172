// Whole files into memory, with the reason where that fails.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a file could not be read or written.
public enum FileError: ExplainedError, Equatable {
  case missing(path: String)
  /// There is nothing where a folder is to be read.
  case noFolder(path: String)
  case isFolder(path: String)
  case unreadable(path: String, reason: String)
  case tooLarge(path: String, limit: Int)
  case unwritable(path: String, reason: String)
  case missingFolder(path: String, folder: String)
  /// A pipe whose reading end is closed.
  case readerLeft(path: String)
  /// A named pipe for whose reader a run waited until a signal ended it.
  case unread(path: String)
  /// Another file lies there, or another version of it, than when the run began.
  case changed(path: String)
  /// What was there when the run began is not there any more.
  case gone(path: String)
  /// Nothing was there when the run began, which is to write it; by now something is.
  case appeared(path: String)
  /// Somebody else wrote where the run is to write, since it began or wrote there last.
  case replaced(path: String)
  /// Somebody else holds a lock on the folder that a file is to be written into.
  case locked(folder: String)
  /// As many files are open as the process or the machine may have.
  case tooManyOpen(path: String)

  /// Why `path` could not be opened to read it, by its error number.
  init(opening path: String, _ number: Int32) {
    self =
      number == EMFILE || number == ENFILE
      ? .tooManyOpen(path: path) : .unreadable(path: path, reason: systemMessage(number))
  }

  /// There is no file at `path`, but may be a link to one that is still to be fetched.
  static func absent(path: String) -> FileError {
    ofLink(path) ?? .missing(path: path)
  }

  /// The same of a folder.
  static func absentFolder(path: String) -> FileError {
    ofLink(path) ?? .noFolder(path: path)
  }

  private static func ofLink(_ path: String) -> FileError? {
    ForeignFile.explanation(ofLink: path).map { FileError.unreadable(path: path, reason: $0) }
  }

  /// Whether a file is no longer the one that a run began with.
  public var isChange: Bool {
    switch self {
    case .changed, .gone: true
    default: false
    }
  }

  /// Whether this is what a run waited for in vain until a signal ended it.
  public var isOfWaiting: Bool {
    switch self {
    case .locked, .unread: true
    default: false
    }
  }

  /// Whether somebody else wrote where the run is to write.
  public var isOfAnother: Bool {
    switch self {
    case .appeared, .replaced: true
    default: false
    }
  }

  /// There is a pipe or a device at `path`, where a regular file is asked for.
  public static func notRegular(path: String) -> FileError {
    .unreadable(path: path, reason: FileKind.refusal(isDevice: FileKind.isDevice(path)))
  }

  public var explanation: String {
    switch self {
    case .missing(let path):
      "\(path): there is no such file"
    case .noFolder(let path):
      "\(path): there is no such folder"
    case .isFolder(let path):
      "\(path): is a folder where a file was expected"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .tooLarge(let path, let limit):
      "\(path): is larger than the \(limit >> 20) MiB that are read of such a file"
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .missingFolder(let path, let folder):
      "\(path): cannot be written: there is no folder \(folder); create it first"
    case .changed(let path):
      "\(path): has changed since this run began, which needs it as it was: put that back, or start over in another "
        + "file, or with --force"
    case .gone(let path):
      "\(path): is gone since this run began, which needs it: put it back, or start over without it in another "
        + "file, or with --force"
    case .appeared(let path):
      "\(path): was not there when this run began; what was written there meanwhile is left as it is: add "
        + "--force to replace it, or choose another name"
    case .replaced(let path):
      "\(path): was written by another program during this run, and is left as it is: add --force to "
        + "replace it, or choose another name"
    case .locked(let folder):
      "\(folder): cannot be written into: another program holds a lock on this folder (flock); release it, "
        + "then run the command again"
    case .unread(let path):
      "\(path): cannot be written: nobody reads from this pipe"
    case .readerLeft(let path):
      "\(path): nothing reads it any more"
    case .tooManyOpen(let path):
      "\(path): cannot be read: too many files are open; `ulimit -n` shows the limit"
    }
  }
}

extension ExplainedError {
  /// Whether the error lies in the file that was read, so that others may be read all the same.
  public var isOfTheFile: Bool {
    switch self as? FileError {
    case .tooManyOpen?, .changed?, .gone?: false
    default: true
    }
  }
}

/// The system's words for an error number, such as "Permission denied".
func systemMessage(_ number: Int32) -> String {
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}

/// What a path names.
enum FileKind: Equatable {
  case regular(bytes: Int)
  case folder
  /// A pipe, a terminal, a device.
  case other
  case absent
  case unknown(reason: String)

  /// Follows symbolic links.
  init(of path: String) {
    var status = stat()
    guard unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0 else {
      let number = errno
      self = number == ENOENT ? .absent : .unknown(reason: systemMessage(number))
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular(bytes: Int(status.st_size))
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }

  /// Whether there is a device at `path`, such as a terminal, through symbolic links.
  static func isDevice(_ path: String) -> Bool {
    var status = stat()
    guard unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0 else { return false }
    return isDevice(mode: status.st_mode)
  }

  /// The same by the mode of a file.
  static func isDevice(mode: mode_t) -> Bool { [S_IFCHR, S_IFBLK].contains(mode & S_IFMT) }

  /// Why what is no regular file does not do where one is asked for.
  static func refusal(isDevice: Bool) -> String {
    isDevice
      ? "it is a device, not a file"
      : "it is not a regular file: what a pipe gives has to be saved as one"
  }

  /// Whether `path` itself is a symbolic link.
  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}

/// Reads files whole.
public enum FileBytes {
  /// Bytes of the file at `path`; nil: there is no regular file.
  public static func count(of path: String) -> Int? {
    if case .regular(let bytes) = FileKind(of: path) { bytes } else { nil }
  }

  /// The bytes of the file at `path`, or only those up to `end`; more than `limit` are an error, before
  /// much is allocated.
  ///
  /// - Throws: ``FileError``.
  public static func read(
    _ path: String, limit: Int, upTo end: Int = .max
  ) throws(FileError) -> [UInt8] {
    var expected = 0
    switch FileKind(of: path) {
    case .absent: throw .absent(path: path)
    case .folder: throw .isFolder(path: path)
    case .unknown(let reason): throw .unreadable(path: path, reason: reason)
    case .regular(let bytes): expected = bytes
    case .other:
      // A terminal or /dev/zero has no end.
      if FileKind.isDevice(path) { throw .notRegular(path: path) }
    }
    guard expected <= limit else { throw .tooLarge(path: path, limit: limit) }
    let descriptor = unsafe withSystemPath(path) {
      unsafe open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    guard descriptor >= 0 else { throw FileError(opening: path, errno) }
    defer { close(descriptor) }

    let isRegular = if case .regular = FileKind(of: path) { true } else { false }
    var bytes: [UInt8] = []
    var chunk = min(end, max(expected + 1, 1 << 16))
    while true {
      // A pipe may have no writer yet, or one that takes its time.
      if !isRegular { waitForBytes(descriptor) }
      if !isRegular, Interruption.cancellation.isCancelled {
        throw .unreadable(path: path, reason: "stopped before its writer was done")
      }
      let (part, failure) = readPart(descriptor, upTo: chunk)
      if failure == EAGAIN && !isRegular { continue }
      if failure != 0 { throw .unreadable(path: path, reason: systemMessage(failure)) }
      if part.isEmpty { return bytes }
      if bytes.isEmpty { bytes = part } else { bytes += part }
      guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
      if bytes.count >= end { return bytes }
      chunk = min(end - bytes.count, 1 << 16)
    }
  }

  /// Waits until there is something to read, or the last writer is gone.
  private static func waitForBytes(_ descriptor: Int32) {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Now and then, since a signal may also have come to another thread.
    while !Interruption.cancellation.isCancelled {
      let ready = unsafe poll(&waiting, 1, 100)
      if ready > 0 || ready < 0 && errno != EINTR { return }
    }
  }

  /// One read that interruptions do not end; the second value is the error number or 0.
  private static func readPart(_ descriptor: Int32, upTo count: Int) -> ([UInt8], Int32) {
    var failure: Int32 = 0
    let part = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while true {
        let got = unsafe Self.readOnce(descriptor, buffer.baseAddress, count)
        if got >= 0 {
          filled = got
          return
        }
        if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    return (part, failure)
  }

  private static func readOnce(
    _ descriptor: Int32, _ destination: UnsafeMutablePointer<UInt8>?, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, destination, count)
    #else
      unsafe Darwin.read(descriptor, destination, count)
    #endif
  }
}

/// Lists folders.
enum FolderListing {
  /// Names of the entries of a folder, unsorted, without `.` and `..`.
  ///
  /// - Throws: ``FileError/unreadable(path:reason:)``.
  static func names(in folder: String) throws(FileError) -> [String] {
    guard let handle = unsafe withSystemPath(folder, { unsafe opendir($0) }) else {
      throw .unreadable(path: folder, reason: systemMessage(errno))
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { field in
        unsafe SystemPath.text(Array(field.prefix { $0 != 0 }))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
