// The shape-bias panel: the plot of Geirhos et al. (2019, figure 4) and RepLKNet's figure 5 in
// characters, a row a category, from shape at the left to texture at the right.

import ERFEngine

extension Frame {
  mutating func drawShapeBias(_ model: Model, in area: Area) {
    // With room to spare, numbers and the stimulus stand beside the plot instead of around it.
    let isWide = area.columns >= 76
    let chart = Area(
      row: area.row, column: area.column, rows: area.rows,
      columns: isWide ? min(area.columns - 46, 130) : area.columns)
    let numbers = ShapeBiasNumbers(model: model)
    if isWide {
      drawGauges(model, in: chart)
      let side = Area(
        row: area.row, column: chart.column + chart.columns + 3, rows: area.rows,
        columns: area.columns - chart.columns - 3)
      let lines = numbers.full(width: side.columns)
      write(lines, in: side)
      drawStimulus(
        model,
        in: Area(
          row: side.row + lines.count + 1, column: side.column, rows: side.rows - lines.count - 1,
          columns: side.columns))
    } else {
      let short = numbers.short(width: area.columns)
      let isShort = area.rows < short.count + 2 + ShapeBiasPlot.rows
      let lines = short + numbers.legend(rows: area.rows, isShort: isShort)
      write(lines, in: area)
      let used = lines.count + ShapeBiasPlot.rows - (isShort ? 1 : 0)
      drawGauges(
        model,
        in: Area(
          row: area.row + lines.count, column: area.column, rows: area.rows - lines.count,
          columns: area.columns), isShort: isShort)
      drawStimulus(
        model,
        in: Area(
          row: area.row + used, column: area.column, rows: area.rows - used,
          columns: area.columns))
    }
  }

  // MARK: Plot

  /// Where rows are short the averages stand between the words of the heading.
  private mutating func drawGauges(_ model: Model, in area: Area, isShort: Bool = false) {
    let plot = ShapeBiasPlot(model: model, width: area.columns)
    guard area.rows > 0, plot.cells > 4 else { return }
    let start = area.column + ShapeBiasPlot.labels
    let heading = isShort ? "average" : "* A, B"
    write(heading, .quiet, row: area.row, column: area.column, width: ShapeBiasPlot.labels)
    // Letters between the words would run into them.
    write(isShort ? "S" : "shape", .quiet, row: area.row, column: start, width: plot.cells)
    writeRight(
      [Span(isShort ? "T" : "texture", .quiet)], row: area.row, end: start + plot.cells, width: 7)
    if isShort {
      for (column, cell) in plot.feet.enumerated() where cell.scalar != " " {
        self[area.row, start + column] = cell
      }
    }
    // With the screen to itself each category has rows of its own.
    let step = max(1, min(3, (area.rows - 1) / (ObjectCategory.plotOrder.count + 1)))
    let selected = StimulusPicture.stimulus(model.shapeBias.stimulus).shape
    let all = ObjectCategory.plotOrder
    let rows = (area.rows - 1) / step
    // One row says how many there is no room for.
    let categories = all.prefix(rows < all.count ? max(0, rows - 1) : rows)
    for (offset, category) in categories.enumerated() {
      let row = area.row + 1 + offset * step
      let isSelected = category == selected && model.focus == .shapeBias
      write(
        category.rawValue, isSelected ? .accent : .quiet, isSelected ? .bold : [], row: row,
        column: area.column, width: ShapeBiasPlot.labels - 1)
      for (column, cell) in plot.row(category).enumerated() {
        self[row, start + column] = cell
        // The averages' lines go on between the categories.
        guard cell.scalar == model.display.glyphs.upright else { continue }
        for below in 1..<max(1, step) where row + below < area.row + area.rows {
          self[row + below, start + column] = cell
        }
      }
    }
    let foot = area.row + 1 + categories.count * step
    if categories.count < all.count, foot < area.row + area.rows {
      write(
        "\(all.count - categories.count) more", .quiet, row: foot, column: area.column,
        width: area.columns)
    }
    guard !isShort, foot < area.row + area.rows else { return }
    write("average", .quiet, row: foot, column: area.column, width: ShapeBiasPlot.labels - 1)
    for (column, cell) in plot.feet.enumerated() { self[foot, start + column] = cell }
  }

  // MARK: Stimulus

  /// The stimulus under the selection as half blocks, what it shows, and what A and B see in it.
  private mutating func drawStimulus(_ model: Model, in area: Area) {
    let index = model.shapeBias.stimulus
    let stimulus = StimulusPicture.stimulus(index)
    var lines = [
      [
        Span("shape ", .quiet), Span(stimulus.shape.rawValue, .text), Span(", texture ", .quiet),
        Span(stimulus.texture.rawValue, .text),
      ]
    ]
    let wordings = [" by ", " "].map { decisions(model, on: index, $0) }
    lines.append(wordings.first { $0.width <= area.columns } ?? wordings[1])
    let rows = min(30, area.rows - lines.count)
    var textRow = area.row
    if rows >= 4, model.display.unicode, model.display.depth != .mono {
      let columns = min(area.columns, Int((Double(rows) * model.display.cellAspect).rounded()))
      drawPicture(
        model.shapeBias.picture,
        in: Area(row: area.row, column: area.column, rows: rows, columns: columns),
        display: model.display)
      textRow += rows
    }
    for (offset, line) in lines.enumerated() where textRow + offset < area.row + area.rows {
      write(line, row: textRow + offset, column: area.column, width: area.columns)
    }
  }

  /// What A and B see in a stimulus, and by what.
  private func decisions(_ model: Model, on index: Int, _ by: String) -> [Span] {
    var spans: [Span] = []
    for (side, bias) in model.shapeBias.sides.enumerated() {
      // Those of the network before an edit are not this one's.
      guard !bias.isStale, let decisions = bias.shown?.decisions, decisions.indices.contains(index)
      else { continue }
      let cue =
        switch decisions[index].cue ?? .neither {
        case .shape: by + "shape"
        case .texture: by + "texture"
        case .neither: by + "neither"
        }
      spans += [
        Span((spans.isEmpty ? "" : "  ") + Model.letter(side), ShapeBiasPlot.role(side), .bold),
        Span(" \(decisions[index].response?.rawValue ?? "nothing")", .text), Span(cue, .quiet),
      ]
    }
    return spans
  }

  private mutating func drawPicture(
    _ picture: StimulusPicture?, in area: Area, display: Display
  ) {
    guard let picture else { return fill(area, .well) }
    drawPicture(picture.image, in: area, display: display)
  }
}

/// Where decision makers stand between shape and texture.
private struct ShapeBiasPlot {
  /// Cells of the categories' names.
  static let labels = 9
  /// Title, categories, averages.
  static let rows = ObjectCategory.plotOrder.count + 2

  @SharedModel var model: Model
  let width: Int

  var cells: Int { width - Self.labels }

  static func role(_ side: Int) -> Role { side == 0 ? .accent : .second }

  /// A decision maker with its letter; published ones come first, so that A and B lie over them.
  private struct Maker {
    let letter: Unicode.Scalar
    let role: Role
    let isPublished: Bool
    let bias: ShapeBias
  }

  private var makers: [Maker] {
    var makers = [
      Maker(letter: "x", role: .quiet, isPublished: true, bias: PublishedDecisions.alexNet),
      Maker(letter: "r", role: .quiet, isPublished: true, bias: PublishedDecisions.resNet50),
      Maker(letter: "h", role: .quiet, isPublished: true, bias: PublishedDecisions.humans),
    ]
    for (side, bias) in model.shapeBias.sides.enumerated() {
      guard let report = bias.shown, !report.isAtChance else { continue }
      makers.append(
        Maker(
          letter: side == 0 ? "A" : "B", role: bias.isStale ? .quiet : Self.role(side),
          isPublished: false, bias: report.counts))
    }
    return makers
  }

  /// One category: dots, the averages' lines, and who stands where.
  func row(_ category: ObjectCategory) -> [Cell] {
    let glyphs = model.display.glyphs
    var line = [Cell](repeating: Cell(glyphs.dot, foreground: .role(.line)), count: cells)
    for maker in makers {
      guard let average = maker.bias.overall.bias else { continue }
      line[column(average)] = Cell(
        glyphs.upright, foreground: .role(maker.isPublished ? .line : maker.role))
    }
    place(makers.map { ($0, $0.bias.counts(for: category).bias) }, in: &line)
    return line
  }

  /// Who stands where: a star for A and B in one place, published ones where A and B are not, beside
  /// their place if need be.
  private func place(_ marks: [(maker: Maker, bias: Double?)], in line: inout [Cell]) {
    var taken: Set<Int> = []
    for (maker, bias) in marks.reversed() {
      guard let bias else { continue }
      let exact = column(bias)
      let isShared = !maker.isPublished && !taken.insert(exact).inserted
      let near = [0, 1, -1, 2, -2].map { exact + $0 }.first {
        line.indices.contains($0) && !taken.contains($0)
      }
      let column = maker.isPublished ? near ?? exact : exact
      taken.insert(column)
      line[column] = Cell(
        isShared ? "*" : maker.letter, foreground: .role(isShared ? .text : maker.role),
        attributes: maker.isPublished ? [] : .bold)
    }
  }

  /// The letters below the averages' lines.
  var feet: [Cell] {
    var line = [Cell](repeating: Cell(), count: cells)
    place(makers.map { ($0, $0.bias.overall.bias) }, in: &line)
    return line
  }

  /// 1, all by shape, at the left.
  private func column(_ bias: Double) -> Int { Int(((1 - bias) * Double(cells - 1)).rounded()) }
}

/// The numbers behind the plot.
private struct ShapeBiasNumbers {
  @SharedModel var model: Model

  /// One line a network.
  func short(width: Int) -> [[Span]] {
    model.shapeBias.sides.indices.map { [letter($0)] + state($0, width: width - 3) }
  }

  /// What the letters stand for, and what the numbers are not; the first line where there is little
  /// room.
  func legend(rows: Int, isShort: Bool) -> [[Span]] {
    let lines = [
      makers + [Span(", published", .quiet)],
      [
        Span("S", .text), Span(" shape ", .quiet), Span("T", .text),
        Span(" texture; not benchmark's", .quiet),
      ],
    ]
    guard rows >= ShapeBiasPlot.rows + 7 else {
      return [makers + (isShort ? [Span(" *AB", .quiet)] : []), lines[1]]
    }
    return [
      lines[0],
      [
        Span("S", .text), Span(" decided by shape, ", .quiet), Span("T", .text),
        Span(" by texture", .quiet),
      ], [Span("built-in, not the benchmark's", .quiet)],
    ]
  }

  private var makers: [Span] {
    [
      Span("h", .text), Span(" humans ", .quiet), Span("r", .text), Span(" ResNet-50 ", .quiet),
      Span("x", .text), Span(" AlexNet", .quiet),
    ]
  }

  func full(width: Int) -> [[Span]] {
    var lines: [[Span]] = []
    for (index, side) in model.shapeBias.sides.enumerated() {
      let name = model.name(index).cutInside(columns: width - 3, model.display.glyphs.ellipsis)
      lines.append([letter(index), Span(name, .text)])
      lines.append([Span("   ")] + state(index, width: width - 3))
      if let report = side.shown { lines += details(report, isStale: side.isStale) }
      lines.append([])
    }
    lines.append(makers)
    lines.append([Span("published, on the cue-conflict images", .quiet)])
    lines.append([
      Span("S", .text), Span(" decided by shape, ", .quiet), Span("T", .text),
      Span(" by texture, ", .quiet), Span("*", .text), Span(" A and B", .quiet),
    ])
    lines.append([Span("A, B: built-in stimuli, not the benchmark's", .quiet)])
    return lines
  }

  private func letter(_ side: Int) -> Span {
    Span(Model.letter(side) + "  ", ShapeBiasPlot.role(side), .bold)
  }

  /// Progress, what went wrong, or the bias with its interval and counts, in the longest wording that
  /// fits.
  private func state(_ index: Int, width: Int) -> [Span] {
    guard model.session.networks[index].savedMap == nil else {
      return [Span("a saved map cannot be probed", .quiet)]
    }
    let side = model.shapeBias.sides[index]
    if let job = side.job {
      guard let progress = job.progress else { return [Span("waiting for its turn", .quiet)] }
      // Progress is no result.
      let words = [
        [
          Span("so far ", .quiet), Span("\(progress.done) of \(progress.total)", .accent),
          Span(" looked at; now " + progress.phase.rawValue, .quiet),
        ],
        [
          Span("so far ", .quiet), Span("\(progress.done) of \(progress.total)", .accent),
          Span(" looked at", .quiet),
        ],
      ]
      return words.first { $0.width <= width } ?? words[1]
    }
    if let failure = side.failure { return [Span(failure, .failure)] }
    guard let report = side.shown else {
      return [Span(side.asked == nil ? "not probed yet" : "cancelled; r probes again", .quiet)]
    }
    let doubt = doubt(side.shownOf)
    guard !report.isAtChance else {
      let words = doubt.map { $0 + ": at chance" } ?? "the read-out guesses: no bias"
      return [Span(words, .warning)]
    }
    let counts = report.counts.overall
    let bias = Span(
      counts.bias.map { Format.fixed($0, 2) } ?? "no bias", side.isStale ? .quiet : .text, .bold)
    let cues = " S\(counts.shape) T\(counts.texture)"
    let whole = cues + " of \(counts.total)"
    guard !side.isStale else {
      let before = Span("before the change" + (doubt.map { ", \($0): " } ?? " "), .warning)
      let line = [before, bias, Span(cues, .quiet)]
      guard let doubt, line.width > width else { return line }
      return [Span(doubt.replacing(" weights", with: "") + ", before the change", .warning)]
    }
    let range = report.interval.map {
      "\(Format.fixed($0.lowerBound, 2))-\(Format.fixed($0.upperBound, 2))"
    }
    let intervals = range.map {
      [" \($0) (95 % interval)" + whole, " (95 %: \($0))" + whole, " (95 %: \($0))" + cues]
    }
    // Numbers that say nothing of a trained network need no interval before they need saying so.
    let notes = (intervals ?? []) + (doubt == nil && range != nil ? [] : [whole, cues])
    let wordings = notes.map {
      [Span(doubt.map { $0 + ": " } ?? "", .warning), bias, Span($0, .quiet)]
    }
    return wordings.first { $0.width <= width } ?? wordings[wordings.count - 1]
  }

  /// What takes the meaning from a network's numbers; nil where its weights are not random.
  private func doubt(_ network: NetworkSpec?) -> String? {
    guard let network, network.isPartlyRandom else { return nil }
    return network.isRandom ? "random weights" : "part random"
  }

  /// What the bias rests on, and how it grows through the network.
  private func details(_ report: ShapeBiasReport, isStale: Bool) -> [[Span]] {
    var lines: [[Span]] = isStale ? [[Span("   before the change:", .warning)]] : []
    if let readOut = report.readOut, let share = readOut.heldOut.share {
      lines.append([
        Span("   read-out ", .quiet), Span(Format.percent(share), .text),
        Span(
          ", chance \(Format.percent(readOut.heldOut.chance)), n \(readOut.heldOut.total)", .quiet),
      ])
    }
    lines.append([
      Span("   neither shape nor texture ", .quiet),
      Span("\(report.counts.overall.neither)", .text),
    ])
    if report.stages.count > 1 {
      let biases = report.stages.map { stage in
        stage.bias.map { Format.fixed($0, 2) } ?? model.display.glyphs.dash
      }
      lines.append([Span("   by stage ", .quiet), Span(biases.joined(separator: "  "), .text)])
    }
    return lines
  }
}
