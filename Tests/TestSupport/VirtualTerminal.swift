// A terminal emulator in memory, as much of one as ncurses talks to: what an xterm would show.

/// Text, colours and modes of a screen of `rows` x `columns`.
public struct VirtualTerminal {
  /// What a cell looks like.
  public struct Style: Equatable, Sendable {
    /// An index of the palette, 0xRRGGBB + 256, or nil: the terminal's own.
    public var foreground: Int?
    public var background: Int?
    public var isBold = false
    public var isUnderlined = false
    public var isReversed = false
  }

  public struct Cell: Equatable, Sendable {
    /// U+0000 in the second column of a wide character.
    public var scalar: Unicode.Scalar = " "
    public var style = Style()
    public var marks: [Unicode.Scalar] = []
  }

  public internal(set) var rows: Int
  public internal(set) var columns: Int
  public internal(set) var cells: [[Cell]]
  public internal(set) var row = 0
  public internal(set) var column = 0
  public internal(set) var style = Style()
  /// Private modes that are set: 1049 the second screen, 25 the cursor, 1000 the mouse, ...
  public internal(set) var modes: Set<Int> = [7, 25]
  /// Operating-system commands so far, such as `52;c;...`.
  public internal(set) var systemCommands: [String] = []
  /// Sequences that no terminal of the xterm family would know.
  public internal(set) var unknown: [String] = []

  var top = 0
  var bottom: Int
  var saved = (row: 0, column: 0, style: Style())
  /// The screen below the second one.
  var first: [[Cell]] = []
  /// Whether the last column was written, so that the next character goes to the next line.
  var isPastEnd = false
  /// Whether each of the two character sets is the one of lines, and which of them is in use.
  var isLineSet = [false, false]
  var usedSet = 0
  var state = State.ground
  var decoder = UTF8Decoder()
  var lastPrinted: Unicode.Scalar = " "

  enum State {
    case ground, escape
    case sequence([UInt8])
    case charset(Int)
    case system([UInt8], afterEscape: Bool)
  }

  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    bottom = rows - 1
    cells = Self.blank(rows, columns)
  }

  static func blank(_ rows: Int, _ columns: Int) -> [[Cell]] {
    [[Cell]](repeating: [Cell](repeating: Cell(), count: columns), count: rows)
  }

  public var isOnSecondScreen: Bool { !modes.isDisjoint(with: Self.secondScreens) }
  static let secondScreens: Set = [47, 1047, 1049]

  /// The characters, rows without trailing spaces.
  public var text: String {
    cells.map { row in
      var line = String.UnicodeScalarView(
        row.filter { $0.scalar != "\0" }.flatMap { [$0.scalar] + $0.marks })
      while line.last == " " { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }

  public var foregrounds: Set<Int> { Set(cells.flatMap { $0.compactMap(\.style.foreground) }) }
  public var backgrounds: Set<Int> { Set(cells.flatMap { $0.compactMap(\.style.background) }) }

  /// Cuts or fills the screen at its right and lower end.
  public mutating func resize(rows: Int, columns: Int) {
    func fitted(_ old: [[Cell]]) -> [[Cell]] {
      var new = Self.blank(rows, columns)
      for (row, line) in old.prefix(rows).enumerated() {
        for (column, cell) in line.prefix(columns).enumerated() { new[row][column] = cell }
      }
      return new
    }
    cells = fitted(cells)
    first = fitted(first)
    self.rows = rows
    self.columns = columns
    top = 0
    bottom = rows - 1
    row = min(row, rows - 1)
    column = min(column, columns - 1)
    isPastEnd = false
  }

  // MARK: Bytes

  public mutating func feed(_ byte: UInt8) {
    switch state {
    case .ground: feedGround(byte)
    case .escape: feedEscape(byte)
    case .charset(let set):
      isLineSet[set] = byte == UInt8(ascii: "0")
      state = .ground
    case .sequence(let bytes):
      if byte < 0x20 { return control(byte) }
      guard (0x40...0x7e).contains(byte) else { return state = .sequence(bytes + [byte]) }
      state = .ground
      carryOut(ControlSequence(bytes, final: byte))
    case .system(let bytes, let afterEscape):
      if byte == 7 || afterEscape {
        systemCommands.append(String(decoding: bytes, as: UTF8.self))
        state = .ground
      } else if byte == 27 {
        state = .system(bytes, afterEscape: true)
      } else {
        state = .system(bytes + [byte], afterEscape: false)
      }
    }
  }

  private mutating func feedGround(_ byte: UInt8) {
    if byte == 27 { return state = .escape }
    if byte < 0x20 || byte == 0x7f { return control(byte) }
    if let scalar = decoder.feed(byte) { print(scalar) }
  }

  private mutating func feedEscape(_ byte: UInt8) {
    state = .ground
    switch byte {
    case UInt8(ascii: "["): state = .sequence([])
    case UInt8(ascii: "]"): state = .system([], afterEscape: false)
    case UInt8(ascii: "("): state = .charset(0)
    case UInt8(ascii: ")"): state = .charset(1)
    case UInt8(ascii: "7"): saved = (row, column, style)
    case UInt8(ascii: "8"):
      (row, column, style) = saved
      isPastEnd = false
    case UInt8(ascii: "D"): lineFeed()
    case UInt8(ascii: "E"):
      column = 0
      lineFeed()
    case UInt8(ascii: "M"): reverseLineFeed()
    case UInt8(ascii: "c"): self = VirtualTerminal(rows: rows, columns: columns)
    case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "H"): break
    default: unknown.append("ESC \(byte)")
    }
  }

  private mutating func control(_ byte: UInt8) {
    switch byte {
    case 8: moveTo(row, column - 1)
    case 9: moveTo(row, min(columns - 1, (column / 8 + 1) * 8))
    case 10, 11, 12: lineFeed()
    case 13: moveTo(row, 0)
    case 14: usedSet = 1
    case 15: usedSet = 0
    default: break
    }
  }
}

/// Bytes to scalars; what is not UTF-8 becomes U+FFFD.
struct UTF8Decoder {
  private var value: UInt32 = 0
  private var missing = 0

  mutating func feed(_ byte: UInt8) -> Unicode.Scalar? {
    if missing > 0, byte & 0xc0 == 0x80 {
      value = value << 6 | UInt32(byte & 0x3f)
      missing -= 1
      return missing == 0 ? Unicode.Scalar(value) ?? "\u{fffd}" : nil
    }
    missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0
    if missing == 0 { return byte < 0x80 ? Unicode.Scalar(byte) : "\u{fffd}" }
    value = UInt32(byte) & (0x3f >> UInt32(missing))
    return nil
  }
}

/// `CSI ? 1 ; 2 h` and the like.
struct ControlSequence {
  let final: Character
  /// `?`, `>`, `!` or nothing.
  let mark: Character?
  /// Empty parameters are nil.
  let parameters: [Int?]
  let text: String

  init(_ bytes: [UInt8], final: UInt8) {
    self.final = Character(Unicode.Scalar(final))
    text = String(decoding: bytes, as: UTF8.self)
    mark = text.first.flatMap { $0.isNumber || $0 == ";" ? nil : $0 }
    let body = mark == nil ? Substring(text) : text.dropFirst()
    parameters = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
  }

  /// A count, which is 1 where it is left out.
  func count(_ index: Int = 0) -> Int { max(1, value(index)) }
  func value(_ index: Int) -> Int { index < parameters.count ? parameters[index] ?? 0 : 0 }
}
