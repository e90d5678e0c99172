// The other end of a terminal: a program in a pseudo-terminal, for tests and measurements.

import CPty

/// One program in a terminal of its own, and at most one of these in the process at a time.
public final class PseudoTerminal {
  /// Why the program does not run.
  public enum Failure: Error, CustomStringConvertible {
    case noTerminal
    case noStart(program: String)

    public var description: String {
      switch self {
      case .noTerminal: "the system has no pseudo-terminal to give"
      case .noStart(let program): "\(program) could not be started in a pseudo-terminal"
      }
    }
  }

  /// What reading gives.
  public enum Output {
    /// All that had been written, up to 64 kB of it; at least one byte.
    case bytes([UInt8])
    /// Nothing in the time given.
    case nothing
    /// The terminal is gone.
    case end
  }

  /// Starts `program`, a path, in `folder` (nil: where this process runs) with nothing but
  /// `environment`.
  public init(
    _ program: String, _ arguments: [String], in folder: String? = nil,
    environment: [String: String], rows: Int, columns: Int
  ) throws(Failure) {
    guard cpt_open(Int32(rows), Int32(columns)) != 0 else { throw .noTerminal }
    if let folder { Self.add(folder, CPT_FOLDER) }
    for (name, value) in environment { Self.add("\(name)=\(value)", CPT_ENVIRONMENT) }
    for word in [program] + arguments { Self.add(word, CPT_ARGUMENT) }
    guard cpt_start() != 0 else { throw .noStart(program: program) }
  }

  deinit { cpt_close() }

  private static func add(_ word: String, _ role: Int) {
    for byte in word.utf8 { cpt_byte(Int32(byte)) }
    cpt_end_word(Int32(role))
  }

  public func type(_ text: String) { type(Array(text.utf8)) }

  public func type(_ bytes: [UInt8]) {
    for byte in bytes { _ = cpt_write(Int32(byte)) }
  }

  public func read(milliseconds: Int) -> Output {
    let count = cpt_read(Int32(clamping: milliseconds))
    guard count > 0 else { return count == CPT_END ? .end : .nothing }
    return .bytes((0..<count).map { UInt8(truncatingIfNeeded: cpt_taken($0)) })
  }

  public func resize(rows: Int, columns: Int) { cpt_resize(Int32(rows), Int32(columns)) }
  public func send(signal: Int32) { cpt_signal(signal) }
  /// Pulls the plug, while the program runs on.
  public func hangUp() { cpt_hang_up() }

  /// The exit code, or minus the signal that ended the program; nil while it runs.
  public var status: Int32? {
    let status = cpt_status()
    return status == CPT_RUNNING ? nil : status
  }

  /// Whether the line settings are what they were before the start.
  public var hasFirstSettings: Bool { cpt_has_first_settings() != 0 }
}
