// How the user wants the terminal to be used, and why it could not be opened.

public import ERFInterface

/// The choices of `--color`, `--ascii` and `--cell-aspect`.
public struct TerminalOptions: Sendable, Equatable {
  public var colour: ColourChoice
  /// Nothing beyond ASCII, also where the locale is UTF-8.
  public var ascii: Bool
  /// Height of a cell divided by its width.
  public var cellAspect: Double
  /// Whether the terminal takes text for its clipboard.
  public var clipboard = Clipboard.unknown

  public init(colour: ColourChoice = .automatic, ascii: Bool = false, cellAspect: Double = 2) {
    self.colour = colour
    self.ascii = ascii
    self.cellAspect = cellAspect
  }
}

/// The values of `--color`.
public enum ColourChoice: String, Sendable, CaseIterable {
  /// By TERM, COLORTERM and NO_COLOR.
  case automatic = "auto"
  case trueColour = "24"
  case indexed256 = "256"
  case ansi16 = "16"
  case mono
}

/// Why there is no terminal to draw on.
public enum TerminalFailure: Error, Sendable, Equatable, CustomStringConvertible {
  case inputIsNoTerminal
  case outputIsNoTerminal
  case noEntry
  case noCursorMotion
  case system

  /// One line without a trailing full stop.
  public var description: String {
    switch self {
    case .inputIsNoTerminal:
      "the explorer needs a terminal, and standard input is not one; the subcommands need none"
    case .outputIsNoTerminal:
      "the explorer needs a terminal, and standard output is not one; the subcommands need none"
    case .noEntry:
      "the terminal is unknown: no terminfo entry for TERM, xterm-256color, xterm or ansi"
    case .noCursorMotion:
      "the explorer needs a terminal that can place the cursor, which TERM's entry cannot; "
        + "the subcommands need none"
    case .system: "the terminal could not be opened"
    }
  }
}
