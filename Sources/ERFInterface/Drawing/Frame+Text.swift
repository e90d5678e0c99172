// Text into frames: styled runs, cut to a width, aligned left, right or centred.

/// Characters of one look.
public struct Span: Sendable, Equatable {
  public var text: String
  public var role: Role
  public var attributes: Attributes

  public init(_ text: String, _ role: Role = .text, _ attributes: Attributes = []) {
    self.text = text
    self.role = role
    self.attributes = attributes
  }

  /// Cells taken: one a scalar, since all text is sanitised to such.
  public var width: Int { text.unicodeScalars.count }
}

extension [Span] {
  public var width: Int { reduce(0) { $0 + $1.width } }
}

extension Frame {
  /// Writes spans from (row, column) within `width` cells and returns the column after the last. The
  /// ground of the cells stays. Text that does not fit ends in an ellipsis.
  @discardableResult
  public mutating func write(
    _ spans: [Span], row: Int, column: Int, width: Int
  ) -> Int {
    guard row >= 0, row < size.rows, width > 0 else { return column }
    let total = spans.width
    let limit = column + width
    var at = column
    for span in spans {
      for scalar in span.text.unicodeScalars {
        if at == limit { return at }
        let isCut = total > width && at == limit - 1
        put(isCut ? glyphs.ellipsis : scalar, row: row, column: at, span)
        at += 1
      }
    }
    return at
  }

  public mutating func write(
    _ text: String, _ role: Role = .text, _ attributes: Attributes = [], row: Int, column: Int,
    width: Int
  ) {
    write([Span(text, role, attributes)], row: row, column: column, width: width)
  }

  /// Writes spans so that they end before column `end`.
  public mutating func writeRight(_ spans: [Span], row: Int, end: Int, width: Int) {
    let shown = Swift.min(spans.width, width)
    write(spans, row: row, column: end - shown, width: shown)
  }

  public mutating func writeCentred(_ spans: [Span], row: Int, column: Int, width: Int) {
    let shown = Swift.min(spans.width, width)
    write(spans, row: row, column: column + (width - shown) / 2, width: shown)
  }

  private mutating func put(_ scalar: Unicode.Scalar, row: Int, column: Int, _ span: Span) {
    guard column >= 0, column < size.columns else { return }
    var cell = self[row, column]
    // Names from outside and typed text may hold more than the screen can show.
    cell.scalar = scalar.isASCII || !glyphs.isASCII ? scalar : "?"
    cell.foreground = .role(span.role)
    cell.attributes = span.attributes
    self[row, column] = cell
  }
}
