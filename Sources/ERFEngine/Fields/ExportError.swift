// What can be wrong with an export or with reading one back. Trouble with files is ``FileError``.

/// Why something could not be exported, or an exported file not read back.
public enum ExportError: ExplainedError, Equatable {
  case unknownExtension(path: String)
  case encoding(format: String, reason: String)
  case damaged(path: String, format: String, reason: String)
  case unsupported(path: String, format: String, reason: String)

  public var explanation: String {
    switch self {
    case .unknownExtension(let path):
      "\(path): the ending names no export format; use one of "
        + ExportFormat.all.map { "." + $0.ending }.joined(separator: ", ")
    case .encoding(let format, let reason):
      "the \(format) could not be made: \(reason)"
    case .damaged(let path, let format, let reason):
      "\(path): is not a valid \(format) file: \(reason)"
    case .unsupported(let path, let format, let reason):
      "\(path): \(format) \(reason)"
    }
  }

  public var isUsageError: Bool {
    if case .unknownExtension = self { return true }
    return false
  }
}
