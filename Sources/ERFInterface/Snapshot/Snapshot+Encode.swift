// The screen as a file, by the file's ending.

extension Snapshot {
  /// The file of a screen for an ending: `txt`, `ans`, `svg` or `png`; nil for any other.
  ///
  /// - Throws: `ExportError` for a picture that memory is too short for.
  public static func encode(
    _ frame: Frame, ending: String, depth: ColourDepth
  ) throws -> [UInt8]? {
    switch ending {
    case "txt": text(frame)
    case "ans": ansi(frame, depth: depth)
    case "svg": svg(frame, depth: depth)
    case "png": try png(frame, depth: depth)
    default: nil
    }
  }
}
