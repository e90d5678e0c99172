// Running a program and reading what it prints.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program that could not be run to a good end.
public enum ChildProcessError: ExplainedError, Equatable {
  case notStarted(program: String, reason: String)
  case failed(program: String, code: Int)

  public var explanation: String {
    switch self {
    case .notStarted(let program, let reason): "\(program) cannot be started: \(reason)"
    case .failed(let program, let code): "\(program) ended with code \(code)"
    }
  }
}

/// A program run to its end.
public struct ChildProcess: Sendable {
  /// What it wrote to standard output.
  public let output: String
  /// From the start to the end of its output.
  public let seconds: Double

  /// Runs `program` (a path) with `arguments` and waits; its standard error is discarded.
  ///
  /// - Throws: ``ChildProcessError`` where it cannot be started or does not exit with 0.
  public init(_ program: String, _ arguments: [String]) throws(ChildProcessError) {
    let clock = ContinuousClock()
    let start = clock.now
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw .notStarted(program: program, reason: systemMessage(errno))
    }
    defer { close(ends[0]) }
    let child: pid_t
    do {
      defer { close(ends[1]) }
      child = try Self.spawn(program, arguments, ends: ends)
    }
    output = Self.readAll(ends[0])
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
    seconds = (clock.now - start).inSeconds
    // The low seven bits tell the signal that ended it, the next eight the exit code.
    let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    guard code == 0 else { throw .failed(program: program, code: Int(code)) }
  }

  private static func spawn(
    _ program: String, _ arguments: [String], ends: [Int32]
  ) throws(ChildProcessError) -> pid_t {
    #if canImport(Glibc)
      var actions = unsafe posix_spawn_file_actions_t()
    #else
      var actions: posix_spawn_file_actions_t?
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let failure = unsafe posix_spawn(&child, program, &actions, nil, &words, environ)
    guard failure == 0 else {
      throw .notStarted(program: program, reason: systemMessage(failure))
    }
    return child
  }

  private static func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
