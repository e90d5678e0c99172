// Signals at moments that a test can name, however slow the machine or the program is.

import TestSupport
import Testing

extension Executable {
  /// Runs the program, and `script` of a shell, which finds it as `$$`, once `condition` holds while it runs.
  static func run(
    _ arguments: [String], in folder: TemporaryFolder, once condition: String, _ script: String
  ) throws -> Outcome {
    // In the foreground: what runs in the background ignores SIGINT.
    try run(
      arguments, in: folder,
      shell: """
        (until \(condition); do kill -0 $$ || exit; sleep 0.02; done 2> /dev/null
          \(script)) &
        exec "$@"
        """)
  }

  /// What computes over the pictures of ``run(_:overTwoIn:_:)``.
  static let threeImages =
    ["a", "b", "c"].flatMap { ["--image", "\($0).ppm"] } + ["--size", "64", "--threads", "1"]

  /// Runs the program over three pictures, of which two can be read, and `script` as soon as it waits for the
  /// third, with the first two done.
  static func run(
    _ arguments: [String], overTwoIn folder: TemporaryFolder, _ script: String
  ) throws -> Outcome {
    _ = try folder.write(Samples.picture(level: 90), to: "a.ppm")
    return try run(
      arguments + threeImages, in: folder,
      shell: """
        [ -p b.ppm ] || mkfifo b.ppm c.ppm
        (cat a.ppm > b.ppm & exec 3> c.ppm; \(script); sleep 0.3; kill $! 2> /dev/null) &
        exec "$@"
        """)
  }

  /// Runs the program over the same pictures again, all of which can be read now; pipes stay what they are, since a
  /// run goes on with the same files only. Nothing may stand on standard error.
  static func succeed(
    _ arguments: [String], overThreeIn folder: TemporaryFolder,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try run(
      arguments + threeImages, in: folder,
      shell: """
        cat a.ppm > b.ppm & first=$!
        cat a.ppm > c.ppm & second=$!
        "$@"
        code=$?
        kill $first $second 2> /dev/null
        exit $code
        """)
    #expect(outcome.code == 0 && outcome.error == "", sourceLocation: sourceLocation)
  }
}
