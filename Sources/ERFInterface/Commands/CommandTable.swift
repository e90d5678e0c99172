// Everything a user can do, in one table: keys, help screen, palette, footer and the README's list are
// made from it.

extension Command {
  public static let table: [Command] = everywhere + Panels.all.flatMap { $0.commands }

  private static let everywhere: [Command] = computing + showing + panelKeys + program

  private static func key(_ character: Unicode.Scalar) -> Key { .character(character) }

  // MARK: What is computed

  private static let computing: [Command] = {
    let group = "What is computed"
    return [
      Command(
        .nextStage, [key("]")], group: group, footer: "stage", rank: 12,
        "the next stage, in both networks: a fair comparison"),
      Command(.previousStage, [key("[")], group: group, "the stage before"),
      Command(.nextBlock, [key("}")], group: group, "the next block of the stage"),
      Command(.previousBlock, [key("{")], group: group, "the block before"),
      Command(
        .nextNetwork, [key(")")], group: group,
        "the next network of the catalogue in the active place"),
      Command(.previousNetwork, [key("(")], group: group, "the network before"),
      Command(.centreUnit, [key("0")], group: group, "the central unit of the layer"),
      Command(
        .larger, [key("+"), key("=")], label: "+", group: group, footer: "larger", rank: 13,
        "larger input for both networks"),
      Command(
        .smaller, [key("-"), key("_")], label: "-", group: group, footer: "smaller", rank: 14,
        "smaller input for both networks"),
      Command(.nextImage, [key("n")], group: group, "the next image"),
      Command(.previousImage, [key("N")], group: group, "the image before"),
      Command(.undo, [key("u")], group: group, footer: "undo", rank: 15, "undo the last edit"),
      Command(.redo, [.control("r")], group: group, "redo what was undone"),
      Command(
        .train, [key("t")], group: group, footer: "train", rank: 16,
        "train the active network on shapes or one folder per class; again: stop"),
      Command(
        .weights, [key("W")], group: group,
        "the active network's trained weights, or random ones"),
      Command(
        .bfloat16, [key("P")], group: group,
        "previews in bf16 on or off: the whole map sooner, then the exact one"),
      Command(.recompute, [key("r")], group: group, "compute both maps again"),
      Command(
        .cancel, [.escape], group: group, footer: "cancel", rank: 1,
        "cancel what is being computed; else leave z; pressed twice, quit"),
    ]
  }()

  // MARK: How it is shown

  private static let showing: [Command] = {
    let group = "How it is shown"
    return [
      Command(
        .arrangement, [key("v")], group: group, footer: "view", rank: 15,
        "A | B, then A | B | A - B, then one alone"),
      Command(
        .curve, [key("g")], group: group, footer: "brightness", rank: 19,
        "brightness: log(M+1) (the paper's), log(M/max), linear, fourth root"),
      Command(
        .rule, [key("R")], group: group,
        "the rule that makes a map of gradients: paper, abs, signed, OpenERF"),
      Command(
        .areas, [key("d")], group: group, footer: "areas", rank: 18,
        "outline what holds 20, 30, 50, 99 %: squares, contours, nothing"),
      Command(
        .theory, [key("T")], group: group, "outline the theoretical receptive field"),
      Command(
        .underlay, [key("i")], group: group, footer: "image", rank: 21,
        "the input image under the maps"),
      Command(
        .profile, [key("p")], group: group,
        "the plot: share within a distance, mean at it, across, down, none"),
      Command(
        .nextColours, [key("c")], group: group, footer: "colours", rank: 16, "next colour map"),
      Command(.previousColours, [key("C")], group: group, "previous colour map"),
      Command(
        .scale, [key("s")], group: group, footer: "scale", rank: 17,
        "one colour scale for both maps, or one for each"),
    ]
  }()

  // MARK: Panels

  private static let panelKeys: [Command] = {
    let group = "Panels"
    let jumps = Panels.all.map { panel in
      Command(
        .panel(panel.name), [key(panel.jump)], group: group,
        "\(panel.title): \(panel.summary)")
    }
    return jumps + [
      Command(
        .nextPanel, [.tab], group: group, footer: "panel", rank: 10, "focus the next panel"),
      Command(.previousPanel, [.backTab], group: group, "focus the previous panel"),
      Command(
        .zoom, [key("z")], group: group, footer: "zoom", rank: 11,
        "the focused panel alone, or all"),
      Command(.side(0), [key("a")], group: group, "network A: edits go to it"),
      Command(.side(1), [key("b")], group: group, "network B: edits go to it"),
    ]
  }()

  // MARK: Program

  private static let program: [Command] = {
    let group = "Program"
    return [
      Command(
        .palette, [key(":")], group: group, footer: "commands", rank: 9,
        "find a command by name; networks and sizes too"),
      Command(
        .open, [key("o")], group: group, footer: "open", rank: 17,
        "open a checkpoint in the active place"),
      Command(
        .export, [key("e")], group: group, footer: "export", rank: 18,
        "files: maps as \(ExportKind.names); the screen as text, SVG, PNG"),
      Command(
        .write, [key("w")], group: group, footer: "write", rank: 20,
        "write the session, which replk-tui FILE.json opens"),
      Command(
        .startAfresh, [key("F")], group: group,
        "start afresh: the first screen, whatever was restored"),
      Command(
        .copy, [key("y")], group: group,
        "copy the metrics to the clipboard, where the terminal takes them (OSC 52)"),
      Command(
        .copyCommand, [key("Y")], group: group,
        "copy the command that makes this screen; its session is written too"),
      Command(
        .mouse, [key("m")], group: group,
        "mouse on or off: a click looks from there or chooses, the wheel zooms"),
      Command(.redraw, [.control("l")], group: group, "redraw the screen"),
      Command(.suspend, [.control("z")], group: group, "suspend; fg comes back"),
      Command(
        .help, [key("?"), .function(1)], label: "? F1", group: group, footer: "help", rank: 0,
        "this help; / searches it"),
      Command(
        .quit, [key("q"), .control("c")], label: "q ^C", group: group, footerKey: "q",
        footer: "quit", rank: 0, "quit; ^C does so whatever is open, and at once if pressed twice"),
    ]
  }()
}

extension Command {
  /// What to say of a key that does nothing here: where it does something.
  static func unknown(_ key: Key) -> String {
    let panels = table.filter { $0.keys.contains(key) }.compactMap { command in
      command.panel.map { "\($0.title) (\($0.jump)): \(command.help)" }
    }
    return panels.isEmpty
      ? "\(key.label) is not a key here; ? lists them"
      : "\(key.label) is a key of \(panels[0])"
  }

  /// The command that a key stands for while a panel has the focus.
  public static func forKey(_ key: Key, in panel: PanelName) -> Command? {
    table.first { $0.panel == panel && $0.keys.contains(key) }
      ?? table.first { $0.panel == nil && $0.keys.contains(key) }
  }
}
