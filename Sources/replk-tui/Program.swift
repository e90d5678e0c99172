// From words on the command line to an exit code.

import ERFCurses
import ERFEngine

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum Program {
  /// Runs the command line; errors become one line on standard error.
  ///
  /// - Returns: 0, 1 for a failure, 2 for a usage error.
  static func run(_ words: [String]) -> Int32 {
    do {
      return try dispatch(words)
    } catch FileError.readerLeft {
      // As a shell reports the signal that this would else have been.
      return 128 + SIGPIPE
    } catch is CancellationError {
      return end(Interrupted(explanation: "stopped before anything was finished"))
    } catch let error as Interrupted {
      return end(error)
    } catch let error as FileError where error.isOfWaiting && Interruption.signalNumber != 0 {
      // Whoever ended the run ended its waiting for a lock, or for somebody who reads.
      _ = complain(of: error)
      return 128 + Interruption.signalNumber
    } catch {
      return complain(of: error)
    }
  }

  private static func dispatch(_ words: [String]) throws -> Int32 {
    switch words.first {
    case "--version":
      try requireNoMore(words.dropFirst(), than: "--version")
      try StandardStreams.write(ProgramRecord.maker + "\n")
    case "--help", "-h", "help":
      try help(Array(words.dropFirst()))
    default:
      try OpenFileLimit.require()
      try StackLimit.require()
      if let command = Command.all.first(where: { $0.name == words.first }) {
        try ProcessMemory.requireRoom()
        OutOfMemory.endProcess { line in
          StandardStreams.writeError(Text.message(line))
          exit(1)
        }
        try command(Array(words.dropFirst()))
      } else {
        return try ExploreCommand.run(words)
      }
    }
    return 0
  }

  /// Ends the process, without waiting for threads that still compute.
  static func exit(_ code: Int32) -> Never { CursesTerminal.exit(code) }

  /// `help`, or `help COMMAND`.
  private static func help(_ words: [String]) throws {
    guard let name = words.first else {
      try StandardStreams.write(Help.overview())
      return
    }
    let command = try Command.named(name)
    try requireNoMore(words.dropFirst(), than: "help \(name)")
    try StandardStreams.write(Help.text(of: command))
  }

  private static func requireNoMore(
    _ words: ArraySlice<String>, than command: String
  ) throws(UsageError) {
    if let extra = words.first { throw .tooManyPositionals(command: command, extra: extra) }
  }

  /// Makes a write beyond the limit on file sizes an error, which leaves no half-written file
  /// behind, rather than a signal that ends the process.
  static func reportFileSizeLimits() {
    _ = signal(SIGXFSZ, SIG_IGN)
  }

  private static func end(_ interrupted: Interrupted) -> Int32 {
    _ = complain(of: interrupted)
    return interrupted.code
  }

  private static func complain(of error: any Error) -> Int32 {
    guard let error = error as? any ExplainedError else {
      StandardStreams.writeError(Text.message("\(error)"))
      return 1
    }
    StandardStreams.writeError(Text.message(Advice.line(error)))
    return error.isUsageError ? 2 : 1
  }
}
