// From words on the command line to an exit code.

import ERFCurses
import ERFEngine

enum Program {
  /// Runs the command line; errors become one line on standard error.
  ///
  /// - Returns: 0, 1 for a failure, 2 for a usage error.
  static func run(_ words: [String]) -> Int32 {
    do {
      return try dispatch(words)
    } catch let error as UsageError {
      return complain(error.explanation, code: 2)
    } catch let error as any ExplainedError {
      return complain(error.explanation, code: error.isUsageError ? 2 : 1)
    } catch {
      return complain("\(error)", code: 1)
    }
  }

  private static func dispatch(_ words: [String]) throws -> Int32 {
    switch words.first {
    case "--version": try StandardStreams.write("replk-tui \(Help.version)\n")
    case "--help", "-h", "help":
      if words.count > 1, let command = Command.all.first(where: { $0.name == words[1] }) {
        try StandardStreams.write(Help.text(of: command))
      } else {
        try StandardStreams.write(Help.overview())
      }
    default:
      if let command = Command.all.first(where: { $0.name == words.first }) {
        try command(Array(words.dropFirst()))
      } else {
        return try ExploreCommand.run(words)
      }
    }
    return 0
  }

  /// Ends the process, without waiting for threads that still compute.
  static func exit(_ code: Int32) -> Never { CursesTerminal.exit(code) }

  private static func complain(_ explanation: String, code: Int32) -> Int32 {
    let line = explanation.split(whereSeparator: \.isNewline).joined(separator: " ")
    StandardStreams.writeError("replk-tui: \(line)\n")
    return code
  }
}
