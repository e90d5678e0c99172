// Which export a file name asks for.

/// The kinds of files a result is exported to; the raw value is the file name's ending.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// The heat map A in grey.
  case pgm
  /// The heat map A in colours.
  case png
  /// M as float32, shape (H, W).
  case npy
  /// M as text.
  case csv
  /// The metrics and where they come from.
  case json

  /// The format that the ending of `path` names, in any case.
  ///
  /// - Throws: ``ExportError/unknownExtension(path:)``.
  public init(path: String) throws(ExportError) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."),
      let format = ExportFormat(rawValue: name[name.index(after: dot)...].lowercased())
    else { throw .unknownExtension(path: path) }
    self = format
  }
}
