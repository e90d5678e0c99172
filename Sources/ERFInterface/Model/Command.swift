// Everything a user can do, in one table: keys, help screen and footer are made from it.

/// A thing to do.
public enum CommandName: Sendable, Hashable, CaseIterable {
  case stage, larger, smaller, recompute, cancel, export
  case nextColours, previousColours, scale
  case nextPanel, previousPanel, zoom
  case redraw, suspend, help, quit
}

/// A row of the table.
public struct Command: Sendable, Equatable {
  public let name: CommandName
  public let keys: [Key]
  /// The keys as the help screen and the footer name them.
  public let keyLabel: String
  /// One line.
  public let help: String
  /// One word for the footer; nil keeps the command out of it.
  public let footer: String?
  /// The footer drops high numbers first.
  public let rank: Int
  /// Heading of the help screen under which it stands.
  public let group: String

  init(
    _ name: CommandName, _ keys: [Key], label: String? = nil, group: String, footer: String? = nil,
    rank: Int = 99, _ help: String
  ) {
    self.name = name
    self.keys = keys
    keyLabel = label ?? keys.map(\.label).joined(separator: " ")
    self.help = help
    self.footer = footer
    self.rank = rank
    self.group = group
  }

  public static let table: [Command] = [
    Command(
      .stage, (1...9).map { .character(Unicode.Scalar(UInt8(48 + $0))) }, label: "1..4",
      group: "What is computed", footer: "stage", rank: 2,
      "the stage whose central unit is looked at, in both networks: a fair comparison"),
    Command(
      .larger, [.character("+"), .character("=")], label: "+", group: "What is computed",
      footer: "larger", rank: 3, "larger input for both networks"),
    Command(
      .smaller, [.character("-"), .character("_")], label: "-", group: "What is computed",
      footer: "smaller", rank: 4, "smaller input for both networks"),
    Command(
      .recompute, [.character("r")], group: "What is computed", footer: "recompute", rank: 8,
      "compute both maps again"),
    Command(
      .cancel, [.escape], group: "What is computed", footer: "cancel", rank: 1,
      "cancel what is being computed; the map so far stays"),
    Command(
      .nextColours, [.character("c")], group: "How it is shown", footer: "colours", rank: 5,
      "next colour map"),
    Command(
      .previousColours, [.character("C")], group: "How it is shown", "previous colour map"),
    Command(
      .scale, [.character("s")], group: "How it is shown", footer: "scale", rank: 7,
      "one colour scale for both maps, or one for each"),
    Command(
      .zoom, [.character("z")], group: "How it is shown", footer: "zoom", rank: 9,
      "the focused panel alone, or both"),
    Command(
      .nextPanel, [.tab], group: "How it is shown", footer: "panel", rank: 10,
      "focus the next panel"),
    Command(.previousPanel, [.backTab], group: "How it is shown", "focus the previous panel"),
    Command(
      .export, [.character("e")], group: "Program", footer: "export", rank: 6,
      "write the finished maps as PGM, PNG and NPY into the current folder"),
    Command(.redraw, [.control("l")], group: "Program", "draw the screen anew"),
    Command(.suspend, [.control("z")], group: "Program", "suspend; fg comes back"),
    Command(
      .help, [.character("?"), .function(1)], label: "? F1", group: "Program", footer: "help",
      rank: 0, "this help"),
    Command(.quit, [.character("q")], group: "Program", footer: "quit", rank: 0, "quit"),
  ]

  /// The command that a key stands for.
  public static func forKey(_ key: Key) -> Command? {
    table.first { $0.keys.contains(key) }
  }

  static func row(_ name: CommandName) -> Command? {
    table.first { $0.name == name }
  }
}
