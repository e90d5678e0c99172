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

  /// Columns taken.
  public var width: Int { text.columns }
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
    let isCut = spans.width > width
    // Before the ellipsis, where there is one.
    let limit = column + width - (isCut ? 1 : 0)
    var at = column
    for span in spans {
      for scalar in span.text.unicodeScalars {
        let columns = scalar.columns ?? 1
        if at + columns > limit {
          put(glyphs.ellipsis, row: row, column: at, columns: 1, span)
          return at + 1
        }
        put(scalar, row: row, column: at, columns: columns, span)
        at += columns
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

  /// Writes a line of spans in each row of an area, as many as it has.
  mutating func write(_ lines: [[Span]], in area: Area) {
    for (offset, line) in lines.prefix(max(0, area.rows)).enumerated() {
      write(line, row: area.row + offset, column: area.column, width: area.columns)
    }
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

  /// Names from outside and typed text may hold more than the screen can show.
  private mutating func put(
    _ scalar: Unicode.Scalar, row: Int, column: Int, columns: Int, _ span: Span
  ) {
    if columns == 0 { return mark(row, column - 1, scalar) }
    let isShown = scalar.isASCII || !glyphs.isASCII && scalar.columns != nil
    let isWhole = column >= 0 && column + columns <= size.columns
    for offset in 0..<columns where column + offset >= 0 && column + offset < size.columns {
      var cell = self[row, column + offset]
      cell.marks = Marks()
      cell.foreground = .role(span.role)
      cell.attributes = span.attributes
      cell.scalar = !isShown ? "?" : !isWhole ? " " : offset == 0 ? scalar : Cell.tail
      self[row, column + offset] = cell
    }
  }

  /// Puts a mark over the character that ends in a column.
  private mutating func mark(_ row: Int, _ column: Int, _ scalar: Unicode.Scalar) {
    guard !glyphs.isASCII, column >= 0, column < size.columns else { return }
    let start = self[row, column].isTail ? column - 1 : column
    cells[row * size.columns + start].marks.append(scalar)
  }
}
