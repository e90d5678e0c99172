// Everything a user can do, in one table: keys, help screen, palette, footer and the README's list are
// made from it.

extension Command {
  public static let table: [Command] = everywhere + panels.flatMap { $0 }

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
        "train the active network on the built-in shapes; again: stop"),
      Command(
        .weights, [key("W")], group: group,
        "the active network's trained weights, or random ones"),
      Command(.recompute, [key("r")], group: group, "compute both maps again"),
      Command(
        .cancel, [.escape], group: group, footer: "cancel", rank: 1,
        "cancel what is being computed; the map so far stays"),
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
        .curve, [key("g")], group: group, footer: "curve", rank: 19,
        "brightness: logarithm (the paper's), linear, fourth root"),
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
        "the plot: by distance, across, down, none"),
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
    let jumps = PanelName.allCases.map { panel in
      Command(
        .panel(panel), [key(Unicode.Scalar(UInt8(48 + panel.digit)))], group: group,
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
        "files: maps as PGM, PNG, NPY, CSV, JSON; the screen as text, SVG, PNG"),
      Command(
        .write, [key("w")], group: group, footer: "write", rank: 20,
        "write the session, which replk-tui FILE.json opens"),
      Command(
        .copy, [key("y")], group: group,
        "copy the metrics to the clipboard, where the terminal takes them (OSC 52)"),
      Command(
        .mouse, [key("m")], group: group,
        "mouse on or off: a click looks from there or chooses, the wheel zooms"),
      Command(.redraw, [.control("l")], group: group, "draw the screen anew"),
      Command(.suspend, [.control("z")], group: group, "suspend; fg comes back"),
      Command(
        .help, [key("?"), .function(1)], label: "? F1", group: group, footer: "help", rank: 0,
        "this help; / searches it"),
      Command(.quit, [key("q")], group: group, footer: "quit", rank: 0, "quit"),
    ]
  }()

  // MARK: Within panels

  private static let panels: [[Command]] = [
    Direction.allCases.map {
      scoped(
        .fields, .move($0), $0.keys, label: $0.keyLabel, footerKey: "arrows",
        footer: $0 == .up ? "cross-hair" : nil, rank: 2, "the cross-hair \($0.phrase)")
    }
      + Direction.allCases.map {
        scoped(
          .fields, .leap($0), [$0.farKey], "the cross-hair eight steps \($0.phrase)")
      } + [
        scoped(
          .fields, .choose, [.enter, key(" ")], label: "Enter", footer: "unit there", rank: 3,
          "look from the unit under the cross-hair"),
        scoped(
          .fields, .increase, [key(">"), key(".")], label: ">", footer: "closer", rank: 4,
          "closer, around the cross-hair"),
        scoped(
          .fields, .decrease, [key("<"), key(",")], label: "<", footer: "farther", rank: 5,
          "farther"),
        scoped(
          .fields, .clear, [.backspace], label: "Backspace", footer: "clear", rank: 6,
          "no cross-hair, the whole input"),
      ],
    [
      scoped(
        .kernels, .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows",
        footer: "select", rank: 4, "the stage before"),
      scoped(.kernels, .move(.down), [.down, key("j")], label: "Down j", "the stage after"),
      scoped(.kernels, .move(.left), [.left, key("h")], label: "Left h", "the value to the left"),
      scoped(
        .kernels, .move(.right), [.right, key("l")], label: "Right l", "the value to the right"),
      scoped(
        .kernels, .increase, [key(">"), key(".")], label: ">", footer: "more", rank: 2,
        "the selected value one step up; the network runs anew"),
      scoped(
        .kernels, .decrease, [key("<"), key(",")], label: "<", footer: "less", rank: 3,
        "the selected value one step down"),
      scoped(
        .kernels, .weightFit, [key("f")], footer: "fit", rank: 5,
        "weights for new sizes: cropped, interpolated, or started anew"),
      scoped(
        .kernels, .nextSeed, [key("S")], footer: "seed", rank: 9,
        "the next seed of random weights, and of kernels started anew"),
      scoped(
        .kernels, .resetNetwork, [key("U")], footer: "reset", rank: 6,
        "the network as it was opened"),
      scoped(
        .kernels, .copyNetwork, [key("X")], footer: "copy", rank: 7,
        "copy the active network to the other side"),
      scoped(.kernels, .swapNetworks, [key("x")], footer: "swap", rank: 8, "swap A and B"),
      scoped(
        .kernels, .differences, [key("D")], footer: "differences", rank: 6,
        "only what differs between A and B, or all"),
    ],
    [
      scoped(
        .images, .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows",
        footer: "select", rank: 5, "the image above"),
      scoped(.images, .move(.down), [.down, key("j")], label: "Down j", "the image below"),
      scoped(.images, .leap(.up), [.pageUp], "ten images up"),
      scoped(.images, .leap(.down), [.pageDown], "ten images down"),
      scoped(
        .images, .choose, [.enter], footer: "use", rank: 2, "the selected image is the first used"),
      scoped(
        .images, .increase, [key(">"), key(".")], label: ">", footer: "more", rank: 3,
        "average over one image more"),
      scoped(
        .images, .decrease, [key("<"), key(",")], label: "<", footer: "fewer", rank: 4,
        "average over one image fewer"),
      scoped(
        .images, .addImages, [key("A")], footer: "add", rank: 3,
        "add an image, or a folder of them"),
      scoped(
        .images, .clear, [.backspace], label: "Backspace", footer: "built-in", rank: 7,
        "the built-in pictures again"),
    ],
    [
      scoped(
        .jobs, .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows", footer: "scroll",
        rank: 2,
        "earlier messages"),
      scoped(
        .jobs, .move(.down), [.down, key("j")], label: "Down j",
        "later messages"),
    ],
    Direction.allCases.map {
      scoped(
        .unit, .move($0), $0.keys, label: $0.keyLabel, footerKey: "arrows",
        footer: $0 == .up ? "move" : nil, rank: 2, "the unit \($0.phrase)")
    }
      + Direction.allCases.map {
        scoped(.unit, .leap($0), [$0.farKey], "four units \($0.phrase)")
      } + [
        scoped(
          .unit, .mark, [key(" "), .enter], label: "Space", footer: "mark", rank: 3,
          "mark the unit, or not: answers of all marked ones are summed"),
        scoped(
          .unit, .clear, [.backspace], label: "Backspace", footer: "no marks", rank: 4,
          "forget the marks"),
      ],
    [
      scoped(
        .shapeBias, .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows",
        footer: "stimulus", rank: 2, "stimuli of the category above"),
      scoped(
        .shapeBias, .move(.down), [.down, key("j")], label: "Down j",
        "stimuli of the category below"),
      scoped(
        .shapeBias, .move(.left), [.left, key("h")], label: "Left h",
        "the stimulus before, of the same shape"),
      scoped(
        .shapeBias, .move(.right), [.right, key("l")], label: "Right l",
        "the next stimulus of the same shape"),
    ],
    [
      scoped(
        .training, .move(.left), [.left, key("h")], label: "Left h", footerKey: "arrows",
        footer: "moment", rank: 2, "the weights of the moment before"),
      scoped(
        .training, .move(.right), [.right, key("l")], label: "Right l",
        "the weights of the next moment"),
      scoped(
        .training, .choose, [.enter], footer: "keep", rank: 3,
        "write the weights on screen to a file of their own"),
      scoped(
        .training, .clear, [.backspace], label: "Backspace", footer: "drop", rank: 4,
        "back to the weights from before"),
    ],
  ]

  static func scoped(
    _ panel: PanelName, _ name: CommandName, _ keys: [Key], label: String? = nil,
    footerKey: String? = nil, footer: String? = nil, rank: Int = 99, _ help: String
  ) -> Command {
    Command(
      name, keys, label: label, group: "In \(panel.title)", panel: panel,
      footerKey: footerKey, footer: footer, rank: rank, help)
  }
}

extension Direction {
  var keys: [Key] {
    switch self {
    case .up: [.up, .character("k")]
    case .down: [.down, .character("j")]
    case .left: [.left, .character("h")]
    case .right: [.right, .character("l")]
    }
  }

  var keyLabel: String { keys.map(\.label).joined(separator: " ") }

  /// For steps that go far.
  var farKey: Key {
    switch self {
    case .up: .character("K")
    case .down: .character("J")
    case .left: .character("H")
    case .right: .character("L")
    }
  }

  var phrase: String {
    switch self {
    case .up, .down: rawValue
    case .left, .right: "to the \(rawValue)"
    }
  }
}

extension PanelName {
  /// What is to be found there.
  var summary: String {
    switch self {
    case .fields: "the effective receptive fields"
    case .unit: "which unit of which layer is looked from"
    case .kernels: "kernel sizes and depth, stage by stage, and their costs"
    case .metrics: "area ratios and other numbers"
    case .images: "what the maps are averaged over"
    case .jobs: "what is being computed, and past messages"
    case .prediction: "which classes the networks name, before and after an edit"
    case .training: "how training goes, and its moments"
    case .shapeBias: "whether the networks decide by shape or by texture"
    }
  }
}
