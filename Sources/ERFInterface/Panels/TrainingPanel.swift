// The training panel: how far it is, loss and accuracy as curves, and the moments to step through.

import ERFEngine

extension PanelName {
  public static let training = PanelName("training")
}

enum TrainingPanel: Panel {
  static let name = PanelName.training
  static let summary = "how training goes, and its moments"
  static let place = PanelPlace.results
  static let likedRows = 10

  static let commands = [
    row(
      .move(.left), [.left, key("h")], label: "Left h", footerKey: "arrows", footer: "moment",
      rank: 2, "the weights of the moment before"),
    row(
      .move(.right), [.right, key("l")], label: "Right l", "the weights of the next moment"),
    row(
      .choose, [.enter], footer: "keep", rank: 3,
      "write the moment's weights to a file, without later edits"),
    row(
      .clear, [.backspace], label: "Backspace", footer: "drop", rank: 4,
      "back to the weights from before"),
  ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawTraining(model, in: area)
  }

  static func subject(_ model: Model) -> [[Span]] { [] }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    guard let film = model.film, !film.moments.isEmpty else {
      return .refuse(
        model.film?.job == nil
          ? "nothing was trained yet; t trains the active network"
          : "no step is done yet; t stops the training")
    }
    switch command {
    case .move(.left): return .edit { $0.stepMoment(-1) }
    case .move(.right): return .edit { $0.stepMoment(1) }
    case .clear:
      return .edit { model in
        model.show(moment: nil)
        model.film?.follows = false
        model.film?.isDropped = true
      }
    case .choose:
      switch model.weightsOnScreen(film) {
      case .others:
        return .refuse(
          "\(Model.letter(film.side)) now has weights that are not the training's: "
            + "Left or Right goes back to them")
      case .before:
        return .refuse("these are the weights from before; step to a moment to keep it")
      case .moment(let shown):
        guard model.saving == nil else { return .refuse("a file is still being written") }
        return .change { $0.keepWeights(film, moment: shown) }
      }
    default: return .nothing
    }
  }
}

extension Frame {
  fileprivate mutating func drawTraining(_ model: Model, in area: Area) {
    let lines = TrainingLines(model: model, width: area.columns)
    if area.isRoomy, model.film == nil, model.trainingRefusal(model.active) == nil {
      return write(lines.lines + [[]] + lines.preview, in: area)
    }
    guard area.isRoomy, let film = model.film, film.progress != nil else {
      return write(lines.lines, in: area)
    }
    let head = Array(lines.head.prefix(5))
    write(head, in: area)
    var rest = area.below(head.count + 1)
    if rest.rows < Self.leastRowsForMoments {
      // Where the moments' maps have no room, their marks have.
      let marks = lines.moments(film)
      rest.rows -= marks.count + 1
      write(marks, in: area.below(area.rows - marks.count))
    }
    drawWideTraining(model, in: rest)
  }
}

private struct TrainingLines {
  @SharedModel var model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }

  var lines: [[Span]] {
    guard let film = model.film else {
      return wrap(offer, width: width).map { [Span($0, .quiet)] }
    }
    guard film.failure == nil, let progress = film.progress else { return head }
    let more = [numbers(progress)] + curves(progress.log) + [[]] + moments(film)
    // What the user should know comes before what can be seen from the maps.
    return head + more
  }

  /// What the key for training does; where it does nothing why, and how it would for the other network.
  private var offer: String {
    func name(_ side: Int) -> String { "\(Model.letter(side)), \(model.name(side))" }
    let active = model.active
    guard let refusal = model.trainingRefusal(active)?.sanitised else {
      let weights =
        model.session.networks[active].isRandom
        ? "the random weights it has, which shows"
        : "the weights it has; after W from random ones, which shows"
      return "t trains \(name(active)), on the built-in shapes or on one folder of pictures "
        + "per class, from \(weights) best how the field grows. Its field follows; t again stops, "
        + "Enter keeps, Backspace drops."
    }
    let other = model.sides.indices.first { $0 != active && model.trainingRefusal($0) == nil }
    let more = other.map { "; \(Model.letter($0).lowercased()), then t trains \(name($0))" } ?? ""
    return "\(name(active)): \(refusal)\(more)."
  }

  /// What there will be to see, where the panel has the screen to itself.
  var preview: [[Span]] {
    let rows = [
      ("loss", "over the steps so far, the mean over each hundredth of the run"),
      ("right", "the share of the pictures in each hundredth that are classified correctly"),
      ("field", "the area that holds half of the field, at each moment that is kept"),
      ("maps", "the field at each moment, one beside the other; Left and Right step through them"),
    ]
    let label = 10
    return [[Span("what will be drawn here", .text, .bold)]]
      + rows.flatMap { name, text in
        wrap(text, width: max(12, width - label)).enumerated().map { offset, line in
          [
            Span((offset == 0 ? name : "").rightPadded(label), .accent), Span(line, .quiet),
          ]
        }
      }
      + [[], [Span("t", .accent), Span(" asks for pictures and steps, and begins", .quiet)]]
  }

  /// Which network learns what, how far it is, and what there is to know about it.
  var head: [[Span]] {
    guard let film = model.film else { return [] }
    let letter = Span(Model.letter(film.side), film.side == 0 ? .accent : .second, .bold)
    let title = model.designs.name(film.start).cutInside(columns: width - 3, glyphs.ellipsis)
    let name = [letter, Span("  " + title, .text)]
    var lines = [name + [Span("  "), Span(film.subject(glyphs.ellipsis), .quiet)]]
    if lines[0].width > width {
      lines = [name, [Span(film.subject(columns: width, glyphs.ellipsis), .quiet)]]
    }
    if let failure = film.failure {
      return lines + wrap(failure, width: width).map { [Span($0, .failure)] }
    }
    lines.append(state(film))
    let notes = film.plan?.notes ?? []
    return lines + notes.flatMap { wrap($0, width: width) }.map { [Span($0, .warning)] }
  }

  private func state(_ film: TrainingFilm) -> [Span] {
    guard let progress = film.progress else {
      let pictures = film.plan.map { $0.pictures.counted("picture") } ?? "pictures"
      return [
        Span(film.folder == nil ? "drawing \(pictures)" : "reading \(pictures)", .accent),
        Span(film.plan.map { " of \($0.classes) classes" } ?? "", .quiet),
      ]
    }
    let word = film.job != nil ? "step" : progress.step < progress.steps ? "stopped at" : "done,"
    let step = Span("\(word) \(progress.step)/\(progress.steps)", film.job == nil ? .text : .accent)
    let pace = Span("  \(Int(progress.imagesASecond)) images/s", .quiet)
    guard film.job != nil else { return [step, pace] }
    let left = Span("  \(Format.duration(progress.secondsLeft)) left", .quiet)
    // How long it takes matters more than how fast it is.
    let whole = [step, pace, left]
    return whole.width <= width ? whole : [step, left]
  }

  /// Both are means over the steps since the last point of the curves.
  private func numbers(_ progress: FineTuning.Progress) -> [Span] {
    let right = Span(Format.percent(progress.log.latestAccuracy, digits: 1), .text)
    let loss = [Span("loss ", .quiet), Span(Format.fixed(progress.log.latestLoss, 3), .text)]
    let wordings = [
      [Span("  right ", .quiet), right, Span(" of the last pictures", .quiet)],
      [Span("  pictures right ", .quiet), right],
    ]
    return loss + (wordings.first { (loss + $0).width <= width } ?? wordings[1])
  }

  private func curves(_ log: TrainingLog) -> [[Span]] {
    let losses = log.points.map(\.loss)
    return [
      [
        Span("loss  ", .quiet),
        Span(curve(losses, from: losses.min() ?? 0, to: losses.max() ?? 1), .accent),
      ],
      [Span("right ", .quiet), Span(curve(log.points.map(\.accuracy), to: 1), .second)],
    ]
  }

  /// One cell a value, or every so many where they are too many, from `bottom` up to `top`.
  private func curve(_ values: [Double], from bottom: Double = 0, to top: Double) -> String {
    let cells = min(values.count, width - 6)
    let levels = glyphs.levels
    return String(
      String.UnicodeScalarView(
        (0..<max(0, cells)).map { cell in
          let value = (values[cell * values.count / cells] - bottom) / max(1e-12, top - bottom)
          return levels[max(0, min(levels.count - 1, Int(value * Double(levels.count))))]
        }))
  }

  /// A mark a moment, the weights from before first, and what the one on screen knows.
  func moments(_ film: TrainingFilm) -> [[Span]] {
    let onScreen = model.weightsOnScreen(film)
    let places = [TrainingFilm.Weights.before] + film.moments.indices.map { .moment($0) }
    let marks = places.map { place in
      let isShown = place == onScreen
      return Span(String(isShown ? glyphs.mark : glyphs.ring) + " ", isShown ? .accent : .line)
    }
    if onScreen == .others {
      let letter = Model.letter(film.side)
      let texts = [
        "\(letter) has other weights now: Left or Right goes back",
        "\(letter) has other weights now",
      ]
      return [marks, [Span(texts.first { $0.columns <= width } ?? texts[1], .warning)]]
    }
    guard let shown = onScreen.moment else {
      return [marks, [Span("the weights from before", .quiet)]]
    }
    let moment = film.moments[shown]
    if model.isEditedSince(film) { return [marks, [Span(beforeEdits(moment), .warning)]] }
    let words = "after step \(moment.step)"
    let texts = moment.accuracy.map { share in
      let right = Format.percent(share, digits: 1) + " right"
      let count = moment.asked.map { "\($0) " } ?? ""
      let s = moment.asked == 1 ? "" : "s"
      return [
        "\(words): \(right) on \(count)picture\(s) not trained on",
        "step \(moment.step): \(right) on \(count)other picture\(s)",
        "step \(moment.step): \(right) on \(count)other\(s)", words,
      ]
    }
    return [marks, [Span(texts?.first { $0.columns <= width } ?? words, .quiet)]]
  }

  /// What is known of a moment says nothing of the network that was edited since.
  private func beforeEdits(_ moment: FineTuning.Moment) -> String {
    let step = "step \(moment.step)"
    let bare = ["\(step), without the edits", "before the edits"]
    let texts = moment.accuracy.map { share in
      let right = Format.percent(share, digits: 1) + " right"
      return [
        "after \(step), before the edits: \(right) on pictures not trained on",
        "\(step) before the edits: \(right) on others", "\(step) before edits: \(right)",
        "before edits: \(right)",
      ]
    }
    return ((texts ?? []) + bare).first { $0.columns <= width } ?? bare[1]
  }
}
