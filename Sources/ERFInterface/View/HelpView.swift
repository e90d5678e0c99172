// The help screen: the table of commands, and how to read what is on the screen.

enum Help {
  /// What to press first, in this order.
  static let tour: [(keys: String, text: String)] = [
    ("[ ]", "stage by stage, in both networks: the field grows with depth"),
    ("3 >", "larger kernels in the active network: map, ratios and costs follow; u undoes"),
    ("b", "the other network is the active one; a goes back"),
    ("W", "random weights in place of trained ones: the field shrinks to a dot"),
    ("t Enter", "trains it on built-in shapes, and its field grows; t again stops"),
    ("G", "how the field grows from layer to layer"),
    ("M S", "a sweep of kernel sizes, as small maps"),
    ("7 8", "shape or texture? and which classes it names"),
    ("d g s", "outlines, brightness, scale"),
    ("o e w", "open a checkpoint, export maps, write the session"),
    (": /", "find a command by its name; search this help"),
  ]

  static let notes: [(title: String, lines: [String])] = [
    (
      "Reading the map",
      [
        "The map shows how much each input pixel contributes to the central unit of the chosen"
          + " stage: the gradient of that unit's rectified activations, rectified, summed over"
          + " colours, averaged over images (M). The paper shows log10(M + 1) / max, which is linear"
          + " where M is small; g steps through it, a true logarithm, M itself and its fourth root.",
        "A cell shows the mean of the pixels it covers; the colour bar ends at the largest mean of"
          + " M over 1/64 of the input's height and width, whatever the size of the screen.",
        "Area: the smallest square around the middle that holds more than t of the sum of"
          + " log10(M + 1), as a share of the input (the paper's Table 10). For a unit other than"
          + " the central one the square lies around that unit, cut by the edges of the input.",
        "Rows come before columns, both from 0 at the upper left corner. Ticks beside a map point at"
          + " the unit.",
        "Gradients of two networks have different units: each map has its own colour scale unless"
          + " both are of one network; s changes that.",
        "Border: the share of M near the edge of the input. Above 5 % the input is too small to"
          + " tell networks apart: use a larger one. The paper uses 1024.",
        "The time under a map of the gallery is that of one run, of its fastest picture: whatever else"
          + " the machine does makes it longer. replk-tui bench measures speed.",
        "With random weights the order of networks can reverse; trained weights decide.",
        "An effective receptive field says where a unit can see; a class-activation map says"
          + " where one image had evidence for one class.",
      ]
    )
  ]

  /// The lines that hold `query`, all of them where it is empty; headings stay above what is found.
  static func lines(_ model: Model, width: Int, query: String = "") -> [[Span]] {
    let wanted = query.lowercased()
    func fits(_ text: String) -> Bool { wanted.isEmpty || text.lowercased().contains(wanted) }
    let standing = model.standing.map(\.sanitised).filter(fits)
    var lines: [[Span]] = standing.isEmpty ? [] : [[Span("This time", .text, .bold)]]
    for text in standing {
      lines += wrap(text, width: width - 2).map { [Span("  " + $0, .warning)] }
    }
    let keyWidth = (Command.table.map { $0.keyLabel.columns }.max() ?? 0) + 3
    var group = ""
    // What the focused panel has of its own comes first.
    let table = Command.table
    let ordered =
      table.filter { $0.panel == model.focus } + table.filter { $0.panel != model.focus }
    var hasTour = false
    for command in ordered where fits("\(command.group) \(command.keyLabel) \(command.help)") {
      if !hasTour, command.panel != model.focus {
        let tour = tourLines(width, keyWidth, fits)
        lines += (lines.isEmpty || tour.isEmpty ? [] : [[]]) + tour
        hasTour = true
      }
      if command.group != group {
        if !lines.isEmpty { lines.append([]) }
        lines.append([Span(command.group, .text, .bold)])
        group = command.group
      }
      for (offset, part) in wrap(command.help, width: width - keyWidth - 2).enumerated() {
        let key = offset == 0 ? command.keyLabel : ""
        lines.append([Span("  " + key.rightPadded(keyWidth), .accent), Span(part, .quiet)])
      }
    }
    for note in notes {
      let paragraphs = note.lines.filter(fits)
      guard !paragraphs.isEmpty else { continue }
      lines += [[], [Span(note.title, .text, .bold)]]
      for paragraph in paragraphs {
        lines += wrap(paragraph, width: width - 2).map { [Span("  " + $0, .quiet)] }
      }
    }
    if !hasTour {
      let tour = tourLines(width, keyWidth, fits)
      lines += (lines.isEmpty || tour.isEmpty ? [] : [[]]) + tour
    }
    return lines.isEmpty ? [[Span("no match in the help", .quiet)]] : lines
  }
}

extension Help {
  fileprivate static func tourLines(
    _ width: Int, _ keyWidth: Int, _ fits: (String) -> Bool
  ) -> [[Span]] {
    let steps = tour.filter { fits("\($0.keys) \($0.text)") }
    guard !steps.isEmpty else { return [] }
    return [[Span("What to press first", .text, .bold)]]
      + steps.flatMap { step in
        wrap(step.text, width: width - keyWidth - 2).enumerated().map { offset, part in
          let keys = offset == 0 ? step.keys : ""
          return [Span("  " + keys.rightPadded(keyWidth), .accent), Span(part, .quiet)]
        }
      }
  }
}

extension Frame {
  mutating func drawHelp(
    _ model: Model, in area: Area, query: String, isSearching: Bool, scroll: Int
  ) {
    let width = min(area.columns, 88)
    let column = area.column + (area.columns - width) / 2
    var area = area
    if isSearching || !query.isEmpty {
      let prompt = [
        Span("/", .accent, .bold), Span(query, .text),
        Span(isSearching ? "_" : "", .accent),
      ]
      write(prompt, row: area.row, column: column, width: width)
      area = Area(
        row: area.row + 2, column: area.column, rows: area.rows - 2, columns: area.columns)
    }
    let lines = Help.lines(model, width: width, query: query)
    let first = max(0, min(scroll, lines.count - area.rows))
    for (offset, line) in lines.dropFirst(first).prefix(area.rows).enumerated() {
      write(
        line, row: area.row + offset, column: column, width: width)
    }
  }
}
