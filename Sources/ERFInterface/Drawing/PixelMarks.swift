// Outlines over a heat map: squares, contours, the cross-hair. They are drawn as dots of Braille, two
// across and four down a cell, over the map's colour, so that they hide little of it.

import ERFEngine

/// Which dots lie over a drawn map, and in which colour.
struct PixelMarks {
  let rows: Int
  let columns: Int
  private(set) var roles: [Role?]

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    roles = [Role?](repeating: nil, count: max(0, rows * columns))
  }

  subscript(row: Int, column: Int) -> Role? {
    get { roles[row * columns + column] }
    set {
      guard row >= 0, column >= 0, row < rows, column < columns else { return }
      roles[row * columns + column] = newValue
    }
  }

  /// As many dots as the cells of a map have: without UTF-8 one a cell.
  init(cells: Area, unicode: Bool) {
    self.init(rows: cells.rows * (unicode ? 4 : 1), columns: cells.columns * (unicode ? 2 : 1))
  }

  /// Row and column bits of Braille's dots.
  static let brailleBits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  /// What stands in a cell of a map of so many cells; nil where no dot is.
  func cell(_ row: Int, _ column: Int, of cells: Area) -> (scalar: Unicode.Scalar, role: Role)? {
    let down = rows / max(1, cells.rows)
    let across = columns / max(1, cells.columns)
    var bits: UInt32 = 0
    var found: Role?
    for y in 0..<down {
      for x in 0..<across {
        guard let role = self[row * down + y, column * across + x] else { continue }
        bits |= Self.brailleBits[x % 2][y % 4]
        found = role
      }
    }
    guard let found else { return nil }
    return (down == 1 ? "o" : Unicode.Scalar(0x2800 + bits) ?? "o", found)
  }

  /// The same dots all in one ink, the one that stands out from most of the cells under them:
  /// `.background` where those are bright. A cell takes the other one where it would not be seen.
  func inked(over values: [Double], of cells: Area, _ colours: HeatColours, _ style: HeatStyle)
    -> PixelMarks
  {
    let has = hasDots(in: cells)
    let step = style.pixelsPerCell
    guard style != .characters, !colours.isDiverging,
      values.count == cells.rows * step * cells.columns
    else { return self }
    var (sum, count) = (0, 0)
    for (place, isDotted) in has.enumerated() where isDotted {
      let (row, column) = (place / cells.columns, place % cells.columns)
      for half in 0..<step {
        sum += Int(colours.level(values[(row * step + half) * cells.columns + column]))
        count += 1
      }
    }
    guard count > 0, sum / count > HeatColours.bright else { return self }
    var marks = self
    marks.roles = roles.map { $0 == .text ? .background : $0 }
    return marks
  }

  /// Puts the dots of other marks over these.
  mutating func lay(_ other: PixelMarks) {
    guard other.roles.count == roles.count else { return }
    for (place, role) in other.roles.enumerated() where role != nil { roles[place] = role }
  }

  /// Which cells of a map of so many have dots, row by row.
  func hasDots(in cells: Area) -> [Bool] {
    var has = [Bool](repeating: false, count: max(0, cells.rows * cells.columns))
    guard !has.isEmpty, rows >= cells.rows, columns >= cells.columns else { return has }
    let down = rows / cells.rows
    let across = columns / cells.columns
    for (place, role) in roles.enumerated() where role != nil {
      has[place / columns / down * cells.columns + place % columns / across] = true
    }
    return has
  }

  /// The edge of the rectangle from (top, left) to (bottom, right), all in pixels of the input; what
  /// lies outside the window is left out.
  mutating func outline(
    top: Double, left: Double, bottom: Double, right: Double, in window: PixelWindow, _ role: Role
  ) {
    let first = place(row: top, column: left, in: window)
    // The last pixel that still lies within.
    let last = place(row: bottom - 1e-6, column: right - 1e-6, in: window)
    for column in 0..<columns where first.column <= column && column <= last.column {
      self[first.row, column] = role
      self[last.row, column] = role
    }
    for row in 0..<rows where first.row <= row && row <= last.row {
      self[row, first.column] = role
      self[row, last.column] = role
    }
  }

  /// The edge of where `values`, one a pixel, reach `level`; what lies beyond the map is no edge.
  mutating func contour(_ values: [Double], level: Double, _ role: Role) {
    guard values.count == rows * columns else { return }
    func isInside(_ row: Int, _ column: Int) -> Bool {
      let row = max(0, min(rows - 1, row))
      let column = max(0, min(columns - 1, column))
      return values[row * columns + column] >= level
    }
    for row in 0..<rows {
      for column in 0..<columns where isInside(row, column) {
        let isEdge =
          !isInside(row - 1, column) || !isInside(row + 1, column) || !isInside(row, column - 1)
          || !isInside(row, column + 1)
        if isEdge { self[row, column] = role }
      }
    }
  }

  /// Four arms that leave the place itself to be seen.
  mutating func cross(row: Double, column: Double, in window: PixelWindow, _ role: Role) {
    let middle = place(row: row, column: column, in: window)
    let reach = max(3, min(rows, columns) / 8)
    for offset in max(1, reach / 3)...reach {
      self[middle.row - offset, middle.column] = role
      self[middle.row + offset, middle.column] = role
      self[middle.row, middle.column - offset] = role
      self[middle.row, middle.column + offset] = role
    }
  }

  /// The drawn pixel that holds a place of the input.
  func place(row: Double, column: Double, in window: PixelWindow) -> (row: Int, column: Int) {
    (
      Int(((row - window.row) / window.height * Double(rows)).rounded(.down)),
      Int(((column - window.column) / window.width * Double(columns)).rounded(.down))
    )
  }
}

/// The levels above which parts of a map's mass lie.
enum ContourLevels {
  /// For each share of the sum, the level such that pixels at or above it hold that share.
  static func levels(of values: [Double], shares: [Double]) -> [Double] {
    let sorted = values.sorted(by: >)
    let total = sorted.reduce(0) { $0 + max(0, $1) }
    guard total > 0 else { return [] }
    var levels: [Double] = []
    var sum = 0.0
    for value in sorted {
      sum += max(0, value)
      while levels.count < shares.count, sum >= shares[levels.count] * total {
        levels.append(value)
      }
    }
    return levels
  }
}
