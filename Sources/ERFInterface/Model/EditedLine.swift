// Lines of input: what keys and pasted text make of them.

/// The text of a line of input after an edit.
struct EditedLine: Equatable {
  var text: String
  /// Whether there was no room for all that was added.
  var isCut = false

  /// Bytes that a line holds: as many as systems take of a path.
  static let limit = 4096
  static let full = "a line holds no more than \(limit) bytes: the rest was left out"
}

extension String {
  /// The text after a key in a line of input: characters are added, Backspace takes one away, with the
  /// marks over it.
  func edited(by key: Key) -> EditedLine {
    switch key {
    case .character(let scalar): adding(CollectionOfOne(scalar))
    case .backspace: EditedLine(text: String(dropLast()))
    case .control("u"): EditedLine(text: "")
    default: EditedLine(text: self)
    }
  }

  /// The text with others behind it, as far as a line has room; what cannot be drawn is left out.
  func adding(_ scalars: some Sequence<Unicode.Scalar>) -> EditedLine {
    var line = unicodeScalars
    var bytes = utf8.count
    for scalar in scalars {
      guard let columns = scalar.columns, columns > 0 || !line.isEmpty else { continue }
      bytes += UTF8.width(scalar)
      guard bytes <= EditedLine.limit else { return EditedLine(text: String(line), isCut: true) }
      line.append(scalar)
    }
    return EditedLine(text: String(line))
  }
}
