// The terminal through ncurses: frames out, events in. One thread owns it.

import CNcurses
public import ERFInterface

/// The process's terminal.
public final class CursesTerminal: Terminal {
  public private(set) var display: Display
  public let notice: String?
  private let palette: Palette
  /// What the screen shows; nil where that is unknown.
  private var presented: Frame?

  /// Takes the terminal over.
  public static func open(_ options: TerminalOptions) throws(TerminalFailure) -> CursesTerminal {
    let opened = cnc_open(options.colour.code)
    switch Int(opened.status) {
    case CNC_OPENED: return CursesTerminal(opened, options)
    case CNC_NO_INPUT_TTY: throw .inputIsNoTerminal
    case CNC_NO_OUTPUT_TTY: throw .outputIsNoTerminal
    case CNC_NO_ENTRY: throw .noEntry
    case CNC_NO_MOTION: throw .noCursorMotion
    default: throw .system
    }
  }

  /// Leaves the process without running destructors under a thread that still computes. An exit
  /// code of 128 + n dies of the signal n that asked for it, as shells expect.
  public static func exit(_ code: Int32) -> Never { cnc_exit(code) }

  private init(_ opened: cnc_opened, _ options: TerminalOptions) {
    let depth: ColourDepth =
      switch opened.colours {
      case 0: .mono
      case 8, 16: .ansi16
      case 256: .indexed256
      default: .trueColour
      }
    display = Display(
      depth: depth, unicode: opened.utf8 != 0 && !options.ascii, cellAspect: options.cellAspect)
    display.clipboard = options.clipboard
    palette = Palette(depth: depth)
    notice = Self.notice(opened, options, depth)
  }

  private static func notice(
    _ opened: cnc_opened, _ options: TerminalOptions, _ depth: ColourDepth
  ) -> String? {
    let names = ["xterm-256color", "xterm", "ansi"]
    if opened.fallback > 0, Int(opened.fallback) <= names.count {
      return "TERM is unknown here: drawing as for \(names[Int(opened.fallback) - 1])"
    }
    if options.colour == .trueColour, depth != .trueColour {
      return "no 24-bit colour: the terminal has none, or tic is missing"
    }
    if options.colour == .indexed256, depth == .ansi16 || depth == .mono {
      return "TERM names a terminal without 256 colours"
    }
    return nil
  }

  public var size: ScreenSize {
    let size = cnc_get_size()
    return ScreenSize(rows: Int(size.rows), columns: Int(size.columns))
  }

  public var wake: @Sendable () -> Void { { cnc_wake() } }

  public func present(_ frame: Frame) {
    put(frame, over: presented)
    if cnc_flush() != 0 {
      put(frame, over: nil)
      _ = cnc_flush()
    }
    presented = frame
  }

  /// Only cells that differ from what is shown cross into C.
  private func put(_ frame: Frame, over old: Frame?) {
    // The cells themselves: asking frames for each of them would take longer than all the rest.
    let cells = frame.cells
    let known = old?.size == frame.size ? old?.cells : nil
    let columns = frame.size.columns
    for (index, cell) in cells.enumerated() where !cell.isTail {
      let column = index % columns
      let isWide = column + 1 < columns && cells[index + 1].isTail
      // A wide character brings its second column.
      if let known, known[index] == cell, !isWide || known[index + 1] == cells[index + 1] {
        continue
      }
      cnc_put(
        Int32(index / columns), Int32(column), cell.scalar.value, cell.marks.packed,
        isWide ? 2 : 1, palette.foreground(cell.foreground), palette.background(cell.background),
        Int32(cell.attributes.rawValue))
    }
  }

  public func redraw() {
    presented = nil
    cnc_redraw()
  }

  public func copy(_ text: String) {
    // OSC 52: what follows in base 64 goes to the clipboard.
    let sequence = "\u{1b}]52;c;\(Base64.encode(Array(text.utf8)))\u{07}"
    for byte in sequence.utf8 { cnc_send(Int32(byte)) }
    cnc_send(-1)
  }

  public func suspend() {
    cnc_suspend()
    presented = nil
  }

  public func close() { cnc_close() }

  public func nextEvent(milliseconds: Int?) -> TerminalEvent {
    let event = cnc_poll(milliseconds.map { Int32(clamping: $0) } ?? -1)
    switch Int(event.kind) {
    case CNC_EVENT_CHARACTER:
      return .key(Unicode.Scalar(UInt32(bitPattern: event.value)).map(Key.init) ?? .other)
    case CNC_EVENT_PASTED:
      return .pasted(Unicode.Scalar(UInt32(bitPattern: event.value)) ?? "\0")
    case CNC_EVENT_KEY: return .key(Self.key(Int(event.value)))
    case CNC_EVENT_POINTER: return .pointer(Self.pointer(Int(event.value)))
    case CNC_EVENT_RESIZE, CNC_EVENT_RESUME:
      presented = nil
      return .resized
    case CNC_EVENT_WAKE: return .woken
    case CNC_EVENT_SUSPEND: return .suspendRequested
    case CNC_EVENT_TERMINATE: return .terminated(signal: event.value)
    case CNC_EVENT_CLOSED: return .closed
    default: return .timeout
    }
  }

  private static func pointer(_ value: Int) -> Pointer {
    let action: Pointer.Action =
      switch value >> 24 {
      case CNC_POINTER_WHEEL_UP: .wheelUp
      case CNC_POINTER_WHEEL_DOWN: .wheelDown
      default: .click
      }
    return Pointer(action, row: value >> 12 & 4095, column: value & 4095)
  }

  public func listenToMouse(_ isOn: Bool) -> Bool { cnc_mouse(isOn ? 1 : 0) != 0 }

  private static func key(_ value: Int) -> Key {
    switch value {
    case CNC_KEY_UP: .up
    case CNC_KEY_DOWN: .down
    case CNC_KEY_LEFT: .left
    case CNC_KEY_RIGHT: .right
    case CNC_KEY_HOME: .home
    case CNC_KEY_END: .end
    case CNC_KEY_PAGE_UP: .pageUp
    case CNC_KEY_PAGE_DOWN: .pageDown
    case CNC_KEY_BACKTAB: .backTab
    case CNC_KEY_BACKSPACE: .backspace
    case CNC_KEY_DELETE: .delete
    case CNC_KEY_ENTER: .enter
    case CNC_KEY_FUNCTION + 1...CNC_KEY_FUNCTION + 12: .function(value - CNC_KEY_FUNCTION)
    default: .other
    }
  }
}

extension ColourChoice {
  fileprivate var code: Int32 {
    switch self {
    case .automatic: Int32(CNC_COLOUR_AUTO)
    case .trueColour: Int32(CNC_COLOUR_24)
    case .indexed256: Int32(CNC_COLOUR_256)
    case .ansi16: Int32(CNC_COLOUR_16)
    case .mono: Int32(CNC_COLOUR_MONO)
    }
  }
}
