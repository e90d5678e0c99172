// The help screen: the table of commands, and how to read what is on the screen.

enum Help {
  static let notes: [(title: String, lines: [String])] = [
    (
      "Reading the map",
      [
        "The map shows how much each input pixel contributes to the central unit of the chosen"
          + " stage: the gradient of that unit's rectified activations, rectified, summed over"
          + " colours, averaged over images (M), shown as A = log10(M + 1) / max.",
        "A cell shows the mean of the pixels it covers; the colour bar ends at the largest such"
          + " mean on screen.",
        "Area: the smallest centred square that holds more than t of the sum of A, as a share of"
          + " the input (the paper's Table 10). Ticks beside a map point at the unit.",
        "Border: the share of M near the edge of the input. Above 5 % the input is too small to"
          + " tell networks apart: use a larger one. The paper uses 1024.",
        "With random weights the order of networks can reverse; trained weights decide.",
        "An effective receptive field says where a unit can see; a class-activation map says"
          + " where one image had evidence for one class.",
      ]
    )
  ]

  static func lines(_ model: Model, width: Int) -> [[Span]] {
    var lines: [[Span]] = []
    var group = ""
    let keyWidth = (Command.table.map { $0.keyLabel.unicodeScalars.count }.max() ?? 0) + 3
    for command in Command.table {
      if command.group != group {
        if !lines.isEmpty { lines.append([]) }
        lines.append([Span(command.group, .text, .bold)])
        group = command.group
      }
      let wrapped = wrap(command.help, width: width - keyWidth - 2)
      for (offset, part) in wrapped.enumerated() {
        let key = offset == 0 ? command.keyLabel : ""
        lines.append([
          Span("  " + key.rightPadded(keyWidth), .accent), Span(part, .quiet),
        ])
      }
    }
    for note in notes {
      lines += [[], [Span(note.title, .text, .bold)]]
      for paragraph in note.lines {
        lines += wrap(paragraph, width: width - 2).map { [Span("  " + $0, .quiet)] }
      }
    }
    return lines
  }

  /// An upper bound for scrolling; drawing stops earlier where the screen shows more.
  static func lineCount(_ model: Model) -> Int { 80 }
}

extension Frame {
  mutating func drawHelp(_ model: Model, in area: Area, scroll: Int) {
    let width = min(area.columns, 88)
    let column = area.column + (area.columns - width) / 2
    let lines = Help.lines(model, width: width)
    let first = max(0, min(scroll, lines.count - area.rows))
    let top = area.row + max(0, (area.rows - lines.count) / 3)
    for (offset, line) in lines.dropFirst(first).prefix(area.rows).enumerated() {
      write(line, row: top + offset, column: column, width: width, glyphs: model.display.glyphs)
    }
  }
}
