// Text from outside (names of files, tensors and classes, subjects of CSV files) made safe to print:
// the one place that decides what may reach a terminal.

extension String {
  /// The text in one line, with `?` for each scalar that would steer a terminal, begin another line,
  /// or change the order in which the rest is read.
  public var printable: String { replacingUnprintable(keepingLines: false) }

  /// The same with its line ends: text that the program has laid out itself.
  public var printableLines: String { replacingUnprintable(keepingLines: true) }

  private func replacingUnprintable(keepingLines: Bool) -> String {
    // Most text is plain, and there may be much of it.
    let isPlain = utf8.allSatisfy {
      (0x20..<0x7f).contains($0) || keepingLines && $0 == UInt8(ascii: "\n")
    }
    if isPlain { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      result.append(scalar.isPrintable || keepingLines && scalar == "\n" ? scalar : "?")
    }
    return String(result)
  }

  /// The text where it has at most `limit` characters, else its beginning and its end: whoever put a
  /// long word into it still sees what was said around that word.
  public func bounded(_ limit: Int) -> String {
    guard utf8.count > limit, count > limit else { return self }
    let half = (limit - 5) / 2
    return "\(prefix(half)) ... \(suffix(half))"
  }
}

extension Unicode.Scalar {
  /// Whether a terminal shows this where it stands and does nothing else: no control character (C0,
  /// DEL, C1), no line or paragraph separator, and no format character, such as those that turn the
  /// direction of writing (Unicode Technical Report 36, "bidirectional text spoofing"), but for the
  /// two joiners that Persian, Indian scripts and emoji are spelt with.
  var isPrintable: Bool {
    if (0x20..<0x7f).contains(value) { return true }
    // Bytes of names that are not UTF-8, which terminals have no picture for.
    if SystemPath.escapes.contains(value) { return false }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: return false
    case .format: return value == 0x200c || value == 0x200d
    default: return true
    }
  }
}
