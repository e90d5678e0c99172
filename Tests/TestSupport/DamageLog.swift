// Says on which damaged file a reader trapped: a trap ends the process before a test can.

import Foundation

/// Names the damaged file that a reader is handed, in a file of its own that is gone when all went well.
public final class DamageLog {
  /// What the names of the logs begin with; said once, since whoever meets a trap has to know.
  private static let beginning: String = {
    let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    let path = "\(folder)/replk-tui-damage-\(ProcessInfo.processInfo.processIdentifier)-"
    print("damaged files: where a reader traps, \(path)* says what it was handed")
    return path
  }()

  private let path: String
  private let handle: FileHandle?

  /// - Parameter name: of the undamaged file; no other log of the process has it.
  public init(_ name: String) {
    path = Self.beginning + name
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    handle = FileHandle(forWritingAtPath: path)
  }

  /// Before the reader is handed what `text` describes.
  public func note(_ text: String) {
    try? handle?.truncate(atOffset: 0)
    try? handle?.write(contentsOf: Data("\(text)\n".utf8))
  }

  deinit {
    try? handle?.close()
    try? FileManager.default.removeItem(atPath: path)
  }
}
