// What can be wrong with a session file.

public import ERFEngine

/// Why a session cannot be read.
public enum SessionError: ExplainedError, Equatable {
  case notJSON
  case notSession
  case newer(version: Int, known: Int)
  case missing(path: String)
  case unknownField(path: String, known: [String])
  case field(path: String, expected: String, found: String)
  /// The field is well formed, but what it names cannot be had.
  case refused(path: String, reason: String)
  /// A layer or unit to look from that the networks do not have.
  case missingTarget(path: String, expected: String, found: String)

  /// A target counts as the options that name one.
  public var isUsageError: Bool {
    if case .missingTarget = self { true } else { false }
  }

  public var explanation: String {
    switch self {
    case .notJSON: "the session is not JSON"
    case .notSession: "the file is not a session: it lacks the field version"
    case .newer(let version, let known):
      "the session has version \(version), this program reads up to \(known): use a newer one"
    case .missing(let path): "the session lacks the field \(path)"
    case .unknownField(let path, let known):
      "the session has an unknown field \(path): expected one of \(known.joined(separator: ", "))"
    case .field(let path, let expected, let found),
      .missingTarget(let path, let expected, let found):
      (path.isEmpty ? "the session" : "the session's field \(path)")
        + " is \(found): expected \(expected)"
    case .refused(let path, let reason): "the session's field \(path): \(reason)"
    }
  }
}

/// A session error with the file it came from.
public struct SessionFileError: ExplainedError, Equatable {
  public let path: String
  public let error: SessionError

  public init(path: String, error: SessionError) {
    self.path = path
    self.error = error
  }

  public var isUsageError: Bool { error.isUsageError }

  public var explanation: String { "\(path.sanitised): \(error.explanation)" }
}
