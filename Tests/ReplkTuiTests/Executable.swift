// Runs the built program as a user would, and tells what came of it.

import ERFEngine
import Foundation
import TestSupport
import Testing

/// What a run of the program left: its streams and how it ended.
struct Outcome {
  let output: Data
  let error: String
  /// The exit code, or minus the number of the signal that ended it.
  let code: Int32

  var text: String { String(decoding: output, as: UTF8.self) }

  /// Standard output as a JSON object.
  func object() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: output) as? [String: Any])
  }

  /// `results` of the JSON document that `erf` and `compare` print.
  func results() throws -> [[String: Any]] {
    try #require(try object()["results"] as? [[String: Any]])
  }
}

/// The program `replk-tui`, as built for the tests.
enum Executable {
  /// Ended by force after so long, in seconds: sanitizers are slow, hangs are for ever.
  static let patience = Sanitizers.areOff ? 120.0 : 1200.0

  /// Where it lies: beside the test bundle, or where REPLK_TUI says.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["REPLK_TUI"] { return path }
    let bundles = [ProcessInfo.processInfo.arguments[0]] + Bundle.allBundles.map(\.bundlePath)
    for bundle in bundles {
      var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
      // On macOS the executable lies three folders deep in its bundle.
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("replk-tui").path
        if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        folder = folder.deletingLastPathComponent()
      }
    }
    return "replk-tui, which is not beside \(bundles)"
  }()

  /// Runs the program with `arguments` in `folder`, standard input empty.
  static func run(_ arguments: [String], in folder: TemporaryFolder) throws -> Outcome {
    try launch(path, arguments, in: folder)
  }

  /// Runs the program from a shell: `script` finds the program and its arguments as `"$@"`.
  static func run(
    _ arguments: [String], in folder: TemporaryFolder, shell script: String
  ) throws -> Outcome {
    try launch("/bin/sh", ["-c", script, "sh", path] + arguments, in: folder)
  }

  #if os(Linux)
    /// For a shell: whether the program `$$` has computed for so many hundredths of a second, however long they take,
    /// or has ended, when it has no file any more.
    static func hasComputed(hundredths: Int) -> String {
      "! readlink /proc/$$/exe > /dev/null || [ \"$(cut -d ' ' -f 14 /proc/$$/stat)\" -ge \(hundredths) ]"
    }
  #endif

  /// Runs the program with a standard output that nobody reads.
  static func runUnread(_ arguments: [String], in folder: TemporaryFolder) throws -> Outcome {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    defer { try? pipe.fileHandleForWriting.close() }
    return try launch(path, arguments, in: folder, output: pipe.fileHandleForWriting)
  }

  /// The most memory in bytes that a run took whose error line nobody reads at first, and that line; of
  /// a run without one what was seen of it. nil where the system does not tell.
  static func peak(
    _ arguments: [String], in folder: TemporaryFolder
  ) throws -> (bytes: Int, error: String)? {
    let pipe = Pipe()
    let writing = pipe.fileHandleForWriting.fileDescriptor
    // A full pipe: the program waits in its last step, all of its memory still there.
    let flags = fcntl(writing, F_GETFL)
    _ = fcntl(writing, F_SETFL, flags | O_NONBLOCK)
    var filled = 0
    while unsafe write(writing, "#", 1) == 1 { filled += 1 }
    _ = fcntl(writing, F_SETFL, flags)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = pipe.fileHandleForWriting
    try process.runWithSignals()
    try pipe.fileHandleForWriting.close()
    var peak: Int?
    var last = ""
    var still = 0
    let end = Date(timeIntervalSinceNow: patience)
    while still < 25, Date() < end {
      Thread.sleep(forTimeInterval: 0.02)
      let folder = "/proc/\(process.processIdentifier)"
      guard let status = try? FileBytes.read("\(folder)/status", limit: 1 << 16),
        let stat = try? FileBytes.read("\(folder)/stat", limit: 1 << 16)
      else { break }
      let text = String(decoding: status, as: UTF8.self)
      let times = String(decoding: stat, as: UTF8.self)
      if text.contains("State:\tZ") { break }
      let found = text.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) }
      if let found { peak = max(peak ?? 0, found << 10) }
      still = text.contains("State:\tS") && times == last ? still + 1 : 0
      last = times
    }
    let error = pipe.fileHandleForReading.readDataToEndOfFile().dropFirst(filled)
    process.waitUntilExit()
    return peak.map { ($0, String(decoding: error, as: UTF8.self)) }
  }

  private static func launch(
    _ program: String, _ arguments: [String], in folder: TemporaryFolder,
    output: FileHandle? = nil
  ) throws -> Outcome {
    // Files, not pipes: however much a run writes, nobody has to read meanwhile.
    let streams = try TemporaryFolder()
    let outputPath = try streams.write([], to: "out")
    let errorPath = try streams.write([], to: "error")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    let files = try [outputPath, errorPath].map {
      try FileHandle(forWritingTo: URL(fileURLWithPath: $0))
    }
    // Foundation keeps the process, and with it all that it writes to: over a thousand open files later it
    // reads beyond their list.
    defer { for file in files { try? file.close() } }
    process.standardOutput = output ?? files[0]
    process.standardError = files[1]
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.runWithSignals()
    if ended.wait(timeout: .now() + patience) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
      Issue.record("\(arguments) did not end within \(patience) s")
    }
    return Outcome(
      output: try Data(contentsOf: URL(fileURLWithPath: outputPath)),
      error: String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: errorPath)), as: UTF8.self),
      code: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus)
  }
}

extension Process {
  /// Starts it with no signal blocked, as a shell would: the threads that tests run on block them, and what is started
  /// from there does likewise.
  func runWithSignals() throws {
    var (none, former) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &former)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &former, nil) }
    try run()
  }
}

/// Runs the program and expects it to succeed without a word on standard error.
func succeed(
  _ arguments: [String], in folder: TemporaryFolder,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Outcome {
  let outcome = try Executable.run(arguments, in: folder)
  #expect(outcome.code == 0, "\(arguments)", sourceLocation: sourceLocation)
  #expect(outcome.error == "", "\(arguments)", sourceLocation: sourceLocation)
  return outcome
}

/// Expects one line on standard error that begins with the program's name and holds `mentions`.
func expectOneLine(
  _ outcome: Outcome, code: Int32, mentions: [String] = [],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.code == code, sourceLocation: sourceLocation)
  #expect(outcome.error.hasPrefix("replk-tui: "), sourceLocation: sourceLocation)
  #expect(
    outcome.error.hasSuffix("\n") && outcome.error.filter(\.isNewline).count == 1,
    "\(outcome.error)", sourceLocation: sourceLocation)
  for mention in mentions {
    #expect(outcome.error.contains(mention), sourceLocation: sourceLocation)
  }
}
