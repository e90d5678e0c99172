// A screen in memory: what the view writes, terminals present and tests compare.

/// One character cell.
public struct Cell: Sendable, Hashable {
  public var scalar: Unicode.Scalar
  /// What stands over the character.
  public var marks = Marks()
  public var foreground: Paint
  public var background: Paint
  public var attributes: Attributes

  public init(
    _ scalar: Unicode.Scalar = " ", foreground: Paint = .role(.text),
    background: Paint = .role(.background), attributes: Attributes = []
  ) {
    self.scalar = scalar
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// Whether this is the second column of the wide character before it.
  public var isTail: Bool { scalar == Self.tail }

  static let tail: Unicode.Scalar = "\0"
}

/// Combining marks over a character, as many as three; more are left out.
public struct Marks: Sendable, Hashable {
  /// 21 bits a mark, the first the lowest; 0 ends them.
  public private(set) var packed: UInt64 = 0

  public init() {}

  mutating func append(_ mark: Unicode.Scalar) {
    for shift in stride(from: 0, through: 42, by: 21) where packed >> UInt64(shift) == 0 {
      packed |= UInt64(mark.value) << UInt64(shift)
      return
    }
  }

  var scalars: [Unicode.Scalar] {
    stride(from: 0, through: 42, by: 21).compactMap {
      let value = UInt32(packed >> UInt64($0) & 0x1f_ffff)
      return value == 0 ? nil : Unicode.Scalar(value)
    }
  }
}

extension Cell {
  /// The character with its marks; nothing for a tail.
  var text: String {
    isTail ? "" : String(String.UnicodeScalarView([scalar] + marks.scalars))
  }
}

/// Rows and columns of a screen.
public struct ScreenSize: Sendable, Hashable {
  public var rows: Int
  public var columns: Int

  public init(rows: Int, columns: Int) {
    self.rows = max(1, rows)
    self.columns = max(1, columns)
  }
}

/// A rectangle of cells.
public struct Area: Sendable, Hashable {
  public var row: Int
  public var column: Int
  public var rows: Int
  public var columns: Int

  public init(row: Int, column: Int, rows: Int, columns: Int) {
    self.row = row
    self.column = column
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }

  /// What is left of it below so many rows.
  func below(_ used: Int) -> Area {
    Area(row: row + used, column: column, rows: max(0, rows - used), columns: columns)
  }

  /// Whether a panel has room for plots, small maps or definitions beside its numbers.
  var isRoomy: Bool { columns >= 72 && rows >= 16 }
}

/// A grid of cells; writes outside it are dropped.
public struct Frame: Sendable, Equatable {
  public let size: ScreenSize
  /// The characters that this screen can have beyond letters.
  public let glyphs: Glyphs
  public internal(set) var cells: [Cell]

  public init(size: ScreenSize, glyphs: Glyphs = .unicode) {
    self.size = size
    self.glyphs = glyphs
    cells = [Cell](repeating: Cell(), count: size.rows * size.columns)
  }

  public subscript(row: Int, column: Int) -> Cell {
    get { holds(row, column) ? cells[row * size.columns + column] : Cell() }
    set {
      guard holds(row, column) else { return }
      let index = row * size.columns + column
      // Of a wide character that is written over, the other half becomes a blank.
      let old = cells[index].scalar
      if old == Cell.tail, !newValue.isTail, column > 0 {
        cells[index - 1].scalar = " "
        cells[index - 1].marks = Marks()
      }
      if old != newValue.scalar, column + 1 < size.columns, cells[index + 1].isTail {
        cells[index + 1].scalar = " "
      }
      cells[index] = newValue
    }
  }

  private func holds(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && column >= 0 && row < size.rows && column < size.columns
  }

  /// The characters alone, rows without trailing spaces: the form in which tests draw a screen.
  public var text: String {
    (0..<size.rows).map { row in
      var line = String.UnicodeScalarView()
      for column in 0..<size.columns { line += self[row, column].text.unicodeScalars }
      while line.last == " " { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }

  /// Fills an area with spaces on a ground.
  public mutating func fill(_ area: Area, _ ground: Role) {
    for row in area.row..<area.row + area.rows {
      for column in area.column..<area.column + area.columns {
        self[row, column] = Cell(background: .role(ground))
      }
    }
  }
}
