// The screen as a file, by the file's ending.

public import ERFEngine

extension Snapshot {
  /// The file of a screen for an ending: `txt`, `ans`, `svg` or `png`; nil for any other. `provenance` is
  /// what a PNG says of itself.
  ///
  /// - Throws: `ExportError` for a picture that memory is too short for.
  public static func encode(
    _ frame: Frame, ending: String, depth: ColourDepth, provenance: [PNGText] = []
  ) throws -> [UInt8]? {
    switch ending {
    case "txt": text(frame)
    case "ans": ansi(frame, depth: depth)
    case "svg": svg(frame, depth: depth)
    case "png": PNGText.inserted(provenance, in: try png(frame, depth: depth))
    default: nil
    }
  }
}
