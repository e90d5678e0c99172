// Makes text from outside (file names, layer names, errors) safe for a grid of single cells.

extension String {
  /// One cell a scalar: control characters become `?`, scalars that a terminal may draw in no or in
  /// two cells (combining, East Asian wide, emoji) become `?` too, so that columns stay aligned and
  /// no escape sequence gets through.
  public var sanitised: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { result.append(scalar.isSingleCell ? scalar : "?") }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// Whether every terminal draws this in one cell.
  var isSingleCell: Bool {
    switch value {
    case 0x20...0x7e: true
    case 0..<0xa1, 0xad: false
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7ff: false
    case 0xe000...0xfaff, 0xfe10...0xfe6f, 0xff00...0xffef: false
    case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfff0...: false
    case 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23f3, 0x25fd...0x25fe: false
    case 0x2600...0x27bf: self == "✗"
    case 0x2b1b...0x2b1c, 0x2b50, 0x2b55: false
    default:
      switch properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .spacingMark, .control, .format, .surrogate,
        .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
        false
      default: true
      }
    }
  }
}
