// Standard output and error, where a reader may go away at any time.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}

/// Text to the process's own streams.
public enum StandardStreams {
  /// Makes writing to a closed pipe an error rather than a signal that ends the process.
  public static func reportBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  private static let inputWasClosed = Atomic(false)

  /// Whether `descriptor` is standard input that was closed: what holds its place takes what is written to it.
  static func wasClosed(_ descriptor: Int32) -> Bool {
    descriptor == STDIN_FILENO && inputWasClosed.load(ordering: .relaxed)
  }

  /// Sees to it that no file takes the place of a stream that is closed, and gets what is meant for that: such
  /// a place is held by one that refuses. To be called before any file is opened.
  public static func holdClosedPlaces() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      if descriptor == STDIN_FILENO { inputWasClosed.store(true, ordering: .relaxed) }
      // It opens at the lowest place that is free, which is this one.
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes all of `text`, made printable, to standard output.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func write(_ text: String) throws(FileError) {
    let failure = send(text.printableLines, to: STDOUT_FILENO)
    switch failure {
    case 0: return
    case EPIPE: throw .readerLeft(path: "standard output")
    case EBADF: throw .unwritable(path: "standard output", reason: "it is closed")
    default: throw .unwritable(path: "standard output", reason: systemMessage(failure))
    }
  }

  /// Writes a JSON document to standard output.
  ///
  /// - Throws: `FileError` with the system's reason.
  public static func write(json: [UInt8]) throws(FileError) {
    try write(String(decoding: json, as: UTF8.self))
  }

  /// Writes `text`, made printable, to standard error; there is nobody left to tell of a failure.
  public static func writeError(_ text: String) {
    _ = send(text.printableLines, to: STDERR_FILENO)
  }

  /// Puts `line`, made printable, in the place of the line on the terminal that standard error is.
  public static func rewriteErrorLine(_ line: String) {
    _ = send("\r\(line.printable)\u{1B}[K", to: STDERR_FILENO)
  }

  /// Columns of the terminal that standard error goes to; 80 where that is unknown.
  public static var errorColumns: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  public static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
  public static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// 0, or the error number.
  private static func send(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = unsafe systemWrite(
          descriptor, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset)
        if written < 0 {
          if errno == EINTR { continue }
          return errno
        }
        offset += written
      }
      return 0
    }
  }
}
