// What characters and control sequences do to the screen (ECMA-48, and xterm's private modes).

extension VirtualTerminal {
  mutating func moveTo(_ row: Int, _ column: Int) {
    self.row = max(0, min(rows - 1, row))
    self.column = max(0, min(columns - 1, column))
    isPastEnd = false
  }

  /// Ranges enough for the names that tests use.
  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x300...0x36f: 0
    case 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xff01...0xff60, 0x1f300...0x1f64f: 2
    default: 1
    }
  }

  /// Blanks the other half of a wide character of which one half is written over.
  private mutating func part(_ column: Int) {
    if cells[row][column].scalar == "\0" { cells[row][column - 1].scalar = " " }
    if column + 1 < columns, cells[row][column + 1].scalar == "\0" {
      cells[row][column + 1].scalar = " "
    }
  }

  mutating func print(_ scalar: Unicode.Scalar) {
    let width = Self.columns(scalar)
    if width == 0 {
      let last = isPastEnd ? column : max(0, column - 1)
      cells[row][cells[row][last].scalar == "\0" ? last - 1 : last].marks.append(scalar)
      return
    }
    if isPastEnd || column + width > columns, modes.contains(7) {
      column = 0
      lineFeed()
    }
    for offset in 0..<width { part(column + offset) }
    lastPrinted = scalar
    cells[row][column] = Cell(
      scalar: isLineSet[usedSet] && ("`"..."~").contains(scalar) ? "\u{2500}" : scalar, style: style
    )
    if width == 2 { cells[row][column + 1] = Cell(scalar: "\0", style: style) }
    isPastEnd = column + width >= columns
    column = min(columns - 1, column + width)
  }

  mutating func lineFeed() {
    isPastEnd = false
    if row == bottom { scroll(1) } else { row = min(rows - 1, row + 1) }
  }

  mutating func reverseLineFeed() {
    isPastEnd = false
    if row == top { scroll(-1) } else { row = max(0, row - 1) }
  }

  /// Up by so many lines within the margins, down where negative.
  private mutating func scroll(_ lines: Int, from start: Int? = nil) {
    let start = start ?? top
    guard start <= bottom else { return }
    for _ in 0..<min(abs(lines), bottom - start + 1) {
      cells.remove(at: lines > 0 ? start : bottom)
      cells.insert(emptyLine, at: lines > 0 ? bottom : start)
    }
  }

  /// Erased cells take the ground of the moment.
  private var emptyCell: Cell { Cell(style: Style(background: style.background)) }
  private var emptyLine: [Cell] { [Cell](repeating: emptyCell, count: columns) }

  private mutating func erase(_ row: Int, _ range: Range<Int>) {
    for column in range.clamped(to: 0..<columns) { cells[row][column] = emptyCell }
  }

  mutating func carryOut(_ sequence: ControlSequence) {
    if let mark = sequence.mark {
      guard mark == "?" else { return }
      switch sequence.final {
      case "h": for mode in sequence.parameters { set(mode ?? 0, true) }
      case "l": for mode in sequence.parameters { set(mode ?? 0, false) }
      case "c": break
      default: unknown.append("CSI \(sequence.text)\(sequence.final)")
      }
      return
    }
    switch sequence.final {
    case "A", "B", "C", "D", "G", "H", "d", "f", "`", "E", "F", "a", "e": move(sequence)
    case "J", "K", "X", "@", "P", "L", "M", "S", "T", "b": edit(sequence)
    case "m": paint(sequence)
    case "r":
      top = max(0, sequence.count() - 1)
      bottom = min(rows, sequence.value(1) == 0 ? rows : sequence.value(1)) - 1
      if top >= bottom { (top, bottom) = (0, rows - 1) }
      moveTo(0, 0)
    case "h", "l", "t", "g", "n", "c": break
    default: unknown.append("CSI \(sequence.text)\(sequence.final)")
    }
  }

  private mutating func set(_ mode: Int, _ isOn: Bool) {
    guard modes.contains(mode) != isOn else { return }
    if isOn { modes.insert(mode) } else { modes.remove(mode) }
    guard Self.secondScreens.contains(mode) else { return }
    if isOn {
      if mode == 1049 { saved = (row, column, style) }
      first = cells
      cells = Self.blank(rows, columns)
    } else {
      cells = first
      if mode == 1049 { (row, column, style) = saved }
    }
    moveTo(row, column)
  }

  private mutating func move(_ sequence: ControlSequence) {
    let count = sequence.count()
    switch sequence.final {
    case "A": moveTo(row - count, column)
    case "B", "e": moveTo(row + count, column)
    case "C", "a": moveTo(row, column + count)
    case "D": moveTo(row, column - count)
    case "E": moveTo(row + count, 0)
    case "F": moveTo(row - count, 0)
    case "G", "`": moveTo(row, count - 1)
    case "d": moveTo(count - 1, column)
    default: moveTo(count - 1, sequence.count(1) - 1)
    }
  }

  private mutating func edit(_ sequence: ControlSequence) {
    let count = sequence.count()
    switch sequence.final {
    case "J": eraseScreen(sequence.value(0))
    case "K":
      let whole = [column..<columns, 0..<column + 1, 0..<columns]
      if whole.indices.contains(sequence.value(0)) { erase(row, whole[sequence.value(0)]) }
    case "X": erase(row, column..<column + count)
    case "@":
      cells[row].insert(contentsOf: emptyLine.prefix(count), at: column)
      cells[row].removeLast(cells[row].count - columns)
    case "P":
      let gone = min(count, columns - column)
      cells[row].removeSubrange(column..<column + gone)
      cells[row] += emptyLine.prefix(gone)
    case "L": if (top...bottom).contains(row) { scroll(-count, from: row) }
    case "M": if (top...bottom).contains(row) { scroll(count, from: row) }
    case "S": scroll(count)
    case "T": scroll(-count)
    default: for _ in 0..<min(count, columns) { print(lastPrinted) }
    }
  }

  private mutating func eraseScreen(_ part: Int) {
    if part == 0 { erase(row, column..<columns) }
    if part == 1 { erase(row, 0..<column + 1) }
    for line in 0..<rows where part > 1 || (part == 0 ? line > row : line < row) {
      cells[line] = emptyLine
    }
  }

  private mutating func paint(_ sequence: ControlSequence) {
    var index = 0
    repeat {
      let code = sequence.value(index)
      switch code {
      case 0: style = Style()
      case 1: style.isBold = true
      case 4: style.isUnderlined = true
      case 7: style.isReversed = true
      case 22: style.isBold = false
      case 24: style.isUnderlined = false
      case 27: style.isReversed = false
      case 30...37: style.foreground = code - 30
      case 39: style.foreground = nil
      case 40...47: style.background = code - 40
      case 49: style.background = nil
      case 90...97: style.foreground = code - 82
      case 100...107: style.background = code - 92
      case 38, 48:
        let isPalette = sequence.value(index + 1) == 5
        let channels = (2...4).map { sequence.value(index + $0) }
        let colour =
          isPalette ? channels[0] : 256 + (channels[0] << 16 | channels[1] << 8 | channels[2])
        if code == 38 { style.foreground = colour } else { style.background = colour }
        index += isPalette ? 2 : 4
      default: break
      }
      index += 1
    } while index < sequence.parameters.count
  }
}
