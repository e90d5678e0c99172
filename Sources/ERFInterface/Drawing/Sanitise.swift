// Makes text from outside (file names, layer names, errors) safe for a grid of cells.

extension String {
  /// The text with `?` for each scalar that has no width of its own kind (`Unicode.Scalar.columns`), so
  /// that columns stay aligned and no escape sequence gets through, and for marks that would stand over
  /// nothing.
  public var sanitised: String {
    if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.columns {
      case nil: result.append("?")
      case 0: result.append(result.isEmpty ? "?" : scalar)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
