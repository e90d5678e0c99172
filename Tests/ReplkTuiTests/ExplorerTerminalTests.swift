// The explorer in a real terminal: tmux runs it, types keys and reads the screen.

import Foundation
import TestSupport
import Testing

/// One terminal with the program in it. Waits poll the screen for a sign, never for a time.
private final class TerminalSession {
  private let folder: TemporaryFolder
  private let socket: String

  static let isAvailable: Bool = {
    (try? Tools.output("tmux", ["-V"]))?.hasPrefix("tmux") ?? false
  }()

  init(
    _ arguments: [String], in folder: TemporaryFolder, columns: Int, rows: Int,
    environment: String = "LC_ALL=C.UTF-8"
  ) throws {
    self.folder = folder
    socket = folder.file("tmux")
    let words = ([Executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    // The shell stays, so that what the program left behind and its exit code can be read.
    let script = "cd '\(folder.path)'; env \(environment) \(words); echo exit=$?; stty -a; cat"
    _ = try Tools.output(
      "tmux",
      ["-S", socket, "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"]
        + [script])
  }

  deinit { _ = try? Tools.output("tmux", ["-S", socket, "kill-server"]) }

  var screen: String {
    get throws { try Tools.output("tmux", ["-S", socket, "capture-pane", "-p"]) }
  }

  func type(_ keys: String...) throws {
    _ = try Tools.output("tmux", ["-S", socket, "send-keys"] + keys)
  }

  func resize(columns: Int, rows: Int) throws {
    _ = try Tools.output(
      "tmux", ["-S", socket, "resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// The first screen on which `sign` holds.
  @discardableResult
  func wait(
    _ what: String, seconds: Double = 60, sourceLocation: SourceLocation = #_sourceLocation,
    until sign: (String) -> Bool
  ) throws -> String {
    let end = Date().addingTimeInterval(seconds)
    var last = ""
    while Date() < end {
      last = try screen
      if sign(last) { return last }
      Thread.sleep(forTimeInterval: 0.02)
    }
    Issue.record("waited in vain for \(what):\n\(last)", sourceLocation: sourceLocation)
    return last
  }
}

/// Other programs that the tests need.
private enum Tools {
  static func output(_ name: String, _ arguments: [String]) throws -> String {
    let process = Process()
    // The server that tmux leaves running must not hold what Foundation waits for.
    let closing = "for fd in 3 4 5 6 7 8 9 1{0..9} 2{0..9} 3{0..9}; do eval \"exec $fd>&-\"; done"
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", closing + "; exec \"$@\"", "bash", name] + arguments
    // A file, not a pipe: the server that tmux leaves running would hold the pipe open.
    let streams = try TemporaryFolder()
    let path = try streams.write([], to: "out")
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return String(decoding: data, as: UTF8.self)
  }
}

@Suite(
  .enabled(if: TerminalSession.isAvailable, "tmux is not installed"), .serialized,
  .timeLimit(.minutes(5)))
struct ExplorerTerminalTests {
  private let folder: TemporaryFolder
  private let models = [Samples.tiny, "replknet:kernels=5,3:layers=1,1:channels=8,12:classes=5"]

  init() throws { folder = try TemporaryFolder() }

  private func hasRatios(_ screen: String) -> Bool {
    screen.split(separator: "\n").contains {
      $0.contains("area") && $0.filter { $0 == "%" }.count == 8
    }
  }

  @Test func twoNetworksFromStartToExportToEnd() throws {
    let session = try TerminalSession(
      models + ["--size", "64"], in: folder, columns: 100, rows: 30)
    try session.wait("both area ratios", until: hasRatios)
    try session.type("2")
    try session.wait("stage 2") { $0.contains("stage2") && hasRatios($0) }
    try session.type("+")
    try session.wait("a larger input") { $0.contains("96") && hasRatios($0) }
    try session.type("?")
    try session.wait("the help") { $0.contains("next colour map") }
    try session.type("?")
    try session.wait("the maps again", until: hasRatios)
    try session.type("e")
    try session.wait("the exported paths") { $0.contains(".npy") || $0.contains("wrote") }
    try session.type("q")
    let left = try session.wait("the end") { $0.contains("exit=") && $0.contains("icanon") }
    #expect(left.contains("exit=0"))
    #expect(left.contains(" icanon") && left.contains(" echo "))
    let names = folder.names.filter { $0 != "tmux" }
    #expect(names.filter { $0.hasSuffix(".pgm") }.count == 2)
    #expect(names.filter { $0.hasSuffix(".png") }.count == 2)
    #expect(names.filter { $0.hasSuffix(".npy") }.count == 2)
    #expect(names.count == 6, "nothing else is left: \(names)")
  }

  @Test(arguments: [
    "TERM=tmux-256color COLORTERM=truecolor LC_ALL=C.UTF-8", "TERM=xterm-256color LC_ALL=C.UTF-8",
    "TERM=xterm LC_ALL=C.UTF-8", "TERM=linux LC_ALL=C.UTF-8", "TERM=vt100 LC_ALL=C.UTF-8",
    "TERM=tmux-256color LC_ALL=C", "TERM=tmux-256color NO_COLOR=1 LC_ALL=C.UTF-8",
    "TERM=no-such-terminal LC_ALL=C.UTF-8",
  ])
  func drawsOnEveryTerminal(_ environment: String) throws {
    let session = try TerminalSession(
      [Samples.tiny, "--size", "64"], in: folder, columns: 80, rows: 24,
      environment: environment)
    try session.wait("an area ratio") { $0.contains("area") && $0.contains(" %") }
    try session.type("q")
    let left = try session.wait("the end") { $0.contains("exit=") }
    #expect(left.contains("exit=0"))
  }

  @Test func survivesEverySize() throws {
    let session = try TerminalSession(
      models + ["--size", "64"], in: folder, columns: 80, rows: 24)
    for (columns, rows) in [(1, 1), (200, 60), (39, 11), (40, 12), (2, 50), (250, 5), (100, 30)] {
      try session.resize(columns: columns, rows: rows)
      try session.type("c")
    }
    try session.wait("both area ratios", until: hasRatios)
    try session.type("q")
    let left = try session.wait("the end") { $0.contains("exit=") }
    #expect(left.contains("exit=0"))
  }

  @Test func quitsAtOnceWhileComputing() throws {
    let session = try TerminalSession(
      ["replknet-31", "--size", "512"], in: folder, columns: 80, rows: 24)
    try session.wait("the first frame") { $0.contains("replknet-31") && $0.contains("quit") }
    let start = Date()
    try session.type("q")
    let left = try session.wait("the end") { $0.contains("exit=") }
    #expect(left.contains("exit=0"))
    #expect(Date().timeIntervalSince(start) < 5)
  }
}
