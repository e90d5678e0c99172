// How many columns of a terminal text takes: the one measure by which text is cut, padded, aligned
// and drawn.

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

  /// Columns in which every terminal draws this: 1, 2 for what is wide (East Asian scripts, emoji), 0
  /// for a mark over the character before it.
  ///
  /// nil where terminals disagree (flags, skin tones and other emoji made of several, spacing marks of
  /// Indian scripts), and for all that steers a terminal or turns the direction of writing. The numbers
  /// are those of `wcwidth` in the C library, by Unicode's East Asian Width (Annex 11).
  public var columns: Int? {
    switch value {
    case 0x20...0x7e, 0xa1...0xac, 0xae...0x2ff: return 1
    case 0..<0xa1, 0xad: return nil
    // Arrows, signs, lines, blocks and Braille, of which the screens are made.
    case 0x2190...0x2319, 0x2500...0x25fc, 0x2800...0x28ff: return 1
    default: break
    }
    // Jamo that stand over the one before make one syllable of several scalars.
    let isOver = (0x1160...0x11ff).contains(value) || (0xd7b0...0xd7fb).contains(value)
    if properties.isDefaultIgnorableCodePoint { return nil }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    case .spacingMark, .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      return nil
    default: return isOver ? 0 : symbolColumns
    }
  }

  /// Of what is seen and stands in a place of its own.
  private var symbolColumns: Int? {
    switch value {
    // Circled numbers and hexagrams, in which tables of widths differ; trigrams, counting rods and their
    // like, which Unicode 16 made wide.
    case 0x3248...0x324f, 0x4dc0...0x4dff: return nil
    case 0x2630...0x2637, 0x268a...0x268f, 0x1d300...0x1d376: return nil
    // Regional indicators, of which pairs make flags, and colours of skin.
    case 0x1f1e6...0x1f1ff, 0x1f3fb...0x1f3ff: return nil
    case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f,
      0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60,
      0xffe0...0xffe6, 0x16fe0...0x18d7f, 0x1aff0...0x1b2ff, 0x1f200...0x1f2ff,
      0x20000...0x3fffd:
      return 2
    case 0x2600...: return properties.isEmojiPresentation ? 2 : properties.isEmoji ? nil : 1
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }
}

extension String {
  /// Columns of a terminal that the text takes; what `sanitised` would replace counts as the `?` that
  /// stands for it.
  public var columns: Int {
    // Most text is plain, and all of it is measured for every frame.
    var count = 0
    for byte in utf8 {
      guard byte < 0x80 else { return unicodeScalars.reduce(0) { $0 + ($1.columns ?? 1) } }
      count += 1
    }
    return count
  }

  /// As much of the beginning as fits in `limit` columns, marks with their characters.
  public func prefix(columns limit: Int) -> String {
    var room = limit
    var kept = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      room -= scalar.columns ?? 1
      if room < 0 { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  /// As much of the end as fits in `limit` columns, marks with their characters.
  public func suffix(columns limit: Int) -> String {
    var room = limit
    var start = unicodeScalars.endIndex
    for index in unicodeScalars.indices.reversed() {
      let columns = unicodeScalars[index].columns ?? 1
      room -= columns
      if room < 0 { break }
      // A mark alone would stand over whatever comes before.
      if columns > 0 { start = index }
    }
    return String(unicodeScalars[start...])
  }

  /// The text where it fits in `limit` columns, else its beginning and an ellipsis.
  public func cut(columns limit: Int, _ ellipsis: Unicode.Scalar) -> String {
    guard columns > limit else { return self }
    return limit > 0 ? prefix(columns: limit - 1) + String(ellipsis) : ""
  }

  /// As `suffix`, without beginning within a number: of `net-13-nano` it is `13-nano` or `-nano`, but not
  /// `3-nano`, which is another network. Numbers as long as dates may be cut.
  ///
  /// - Parameter most: what it may take to hold the number whole.
  private func ending(columns limit: Int, upTo most: Int) -> String {
    let end = suffix(columns: limit)
    let count = end.unicodeScalars.count
    let before = Array(unicodeScalars.dropLast(count))
    let rest = end.unicodeScalars.prefix { $0.isDigit }.count
    let missing = rest == 0 ? 0 : before.reversed().prefix { $0.isDigit }.count
    guard missing > 0 else { return end }
    if end.columns + missing <= most { return String(unicodeScalars.suffix(count + missing)) }
    return missing + rest > 5 ? end : String(end.unicodeScalars.dropFirst(rest))
  }

  /// What tells it from the one of the others that begins like it the longest, with whole numbers and
  /// an ellipsis for what is left out; nil where that takes more than `limit` columns.
  private func difference(
    columns limit: Int, _ ellipsis: Unicode.Scalar, from others: [String]
  ) -> String? {
    let mine = Array(unicodeScalars)
    let common = others.map { other in
      zip(mine, other.unicodeScalars).prefix { $0.0 == $0.1 }.count
    }
    var start = common.max() ?? 0
    while start > 0, mine[start - 1].isDigit { start -= 1 }
    var part = String(unicodeScalars.dropFirst(start)).prefix(columns: limit - 2)
    let following = start + part.unicodeScalars.count
    if following < mine.count, mine[following].isDigit {
      while let last = part.unicodeScalars.last, last.isDigit { part.unicodeScalars.removeLast() }
    }
    let end = start + part.unicodeScalars.count
    guard end > start, !others.contains(where: { $0.contains(part) }) else { return nil }
    let before = start > 0 ? String(ellipsis) : ""
    return before + part + (end < mine.count ? String(ellipsis) : "")
  }

  /// The text where it fits in `limit` columns, else what is left of it by the first of these cuts that
  /// tells it from others: its beginning, its beginning and its end, its end, the part that differs.
  public func cut(
    columns limit: Int, _ ellipsis: Unicode.Scalar, apartFrom others: [String]
  ) -> String {
    guard columns > limit, limit > 1 else { return cut(columns: limit, ellipsis) }
    let room = limit - 1
    let end = room > 1 ? ending(columns: room / 2, upTo: room * 2 / 3) : ""
    let cuts = [
      (prefix(columns: room), ""), (prefix(columns: room - end.columns), end),
      ("", ending(columns: room, upTo: room)),
    ]
    let others = others.filter { $0 != self }
    // One whose beginning and end are another's, too, could be that one's.
    let cut = cuts.first { start, end in
      !others.contains { $0.hasPrefix(start) && $0.hasSuffix(end) }
    }
    if cut == nil, let part = difference(columns: limit, ellipsis, from: others) { return part }
    let (start, rest) = cut ?? cuts[0]
    return start + String(ellipsis) + rest
  }

  /// The text where it fits in `limit` columns, else its end, which tells paths apart.
  func cutBefore(columns limit: Int, _ ellipsis: Unicode.Scalar) -> String {
    guard columns > limit, limit > 0 else { return self }
    return String(ellipsis) + suffix(columns: limit - 1)
  }

  /// As `cutInside`, with its end alone where another text would look the same.
  func cutInside(
    columns limit: Int, _ ellipsis: Unicode.Scalar, apartFrom others: [String]
  ) -> String {
    let cut = cutInside(columns: limit, ellipsis)
    let isDouble = others.contains {
      $0 != self && $0.cutInside(columns: limit, ellipsis) == cut
    }
    return isDouble ? cutBefore(columns: limit, ellipsis) : cut
  }

  /// The text where it fits in `limit` columns, else its beginning and its end, which tell files apart.
  func cutInside(columns limit: Int, _ ellipsis: Unicode.Scalar) -> String {
    guard columns > limit, limit > 2 else { return cut(columns: limit, ellipsis) }
    let end = ending(columns: (limit - 1) / 2, upTo: (limit - 1) * 2 / 3)
    return prefix(columns: limit - 1 - end.columns) + String(ellipsis) + end
  }
}
