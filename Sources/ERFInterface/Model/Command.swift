// A thing that a user can do; `CommandTable` lists them all.

/// What a command does.
public enum CommandName: Sendable, Hashable {
  case panel(PanelName)
  case nextPanel, previousPanel, zoom, side(Int)
  case nextNetwork, previousNetwork
  case nextStage, previousStage, nextBlock, previousBlock, centreUnit
  case larger, smaller, recompute, cancel
  case train, weights
  case nextImage, previousImage
  case scale, nextColours, previousColours
  case bfloat16, arrangement, curve, rule, areas, theory, profile, underlay
  case undo, redo, startAfresh
  case open, export, write, copy, copyCommand, palette, help, mouse, redraw, suspend, quit
  /// Within the focused panel.
  case move(Direction)
  case leap(Direction)
  case increase, decrease, choose, clear, mark, addImages, writeTable
  case swapNetworks, copyNetwork, resetNetwork, weightFit, nextSeed, differences
}

/// A row of the table.
public struct Command: Sendable, Equatable {
  public let name: CommandName
  public let keys: [Key]
  /// The keys as the help screen and the footer name them.
  public let keyLabel: String
  /// One line.
  public let help: String
  /// The keys as the footer names them, where it speaks for several rows.
  public let footerKey: String
  /// One word for the footer; nil keeps the command out of it.
  public let footer: String?
  /// The footer drops high numbers first.
  public let rank: Int
  /// Heading of the help screen under which it stands.
  public let group: String
  /// The panel in which alone it applies; nil: everywhere.
  public let panel: PanelName?

  init(
    _ name: CommandName, _ keys: [Key], label: String? = nil, group: String,
    panel: PanelName? = nil, footerKey: String? = nil, footer: String? = nil, rank: Int = 99,
    _ help: String
  ) {
    self.name = name
    self.keys = keys
    keyLabel = label ?? keys.map(\.label).joined(separator: " ")
    self.footerKey = footerKey ?? keyLabel
    self.help = help
    self.footer = footer
    self.rank = rank
    self.group = group
    self.panel = panel
  }
}
