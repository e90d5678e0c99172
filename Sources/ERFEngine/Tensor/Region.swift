/// A rectangle of the pixels of a map, or of tokens, which are a row of them. Other values count as one pixel:
/// they have no parts.
struct Region: Hashable, Sendable {
  var rows: Range<Int>
  var columns: Range<Int>

  init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// All of a value.
  init(of shape: Shape) {
    let map = shape.asMap
    self.init(rows: 0..<(map?.height ?? 1), columns: 0..<(map?.width ?? 1))
  }

  /// The smallest region that holds both.
  func union(_ other: Region) -> Region {
    Region(rows: Self.hull(rows, other.rows), columns: Self.hull(columns, other.columns))
  }

  /// The same pixels counted from the corner of `other`.
  func relative(to other: Region) -> Region {
    let (above, left) = (other.rows.lowerBound, other.columns.lowerBound)
    return Region(
      rows: rows.lowerBound - above..<rows.upperBound - above,
      columns: columns.lowerBound - left..<columns.upperBound - left)
  }

  func contains(_ other: Region) -> Bool {
    Self.hull(rows, other.rows) == rows && Self.hull(columns, other.columns) == columns
  }

  private static func hull(_ one: Range<Int>, _ other: Range<Int>) -> Range<Int> {
    min(one.lowerBound, other.lowerBound)..<max(one.upperBound, other.upperBound)
  }
}

extension Shape {
  /// The shape of `region` of a map (N, H, W, C) or of tokens (N, L, C); of other values itself.
  func sized(_ region: Region) -> Shape {
    switch rank {
    case 4: [batch, region.rows.count, region.columns.count, channels]
    case 3: [batch, region.columns.count, channels]
    default: self
    }
  }
}

extension Region: CustomStringConvertible {
  var description: String { "rows \(rows), columns \(columns)" }
}
