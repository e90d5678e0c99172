// The training panel: how far it is, loss and accuracy as curves, and the moments to step through.

import ERFEngine

extension Frame {
  mutating func drawTraining(_ model: Model, in area: Area) {
    let lines = TrainingLines(model: model, width: area.columns).lines
    for (offset, line) in lines.prefix(area.rows).enumerated() {
      write(line, row: area.row + offset, column: area.column, width: area.columns)
    }
  }
}

private struct TrainingLines {
  let model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }

  var lines: [[Span]] {
    guard let film = model.film else {
      let text =
        "t trains \(Model.letter(model.active)), \(model.name(model.active)), on the built-in shapes, "
        + "from the weights it has. Its field follows; t again stops, Enter keeps, Backspace drops."
      return wrap(text, width: width).map { [Span($0, .quiet)] }
    }
    let head = [
      Span(Model.letter(film.side), film.side == 0 ? .accent : .second, .bold),
      Span("  " + film.start.id.sanitised, .text),
    ]
    if let failure = film.failure {
      return [head] + wrap(failure, width: width).map { [Span($0, .failure)] }
    }
    guard let progress = film.progress else {
      return [head, [Span("drawing shapes to learn from", .quiet)]]
    }
    return [head, state(film, progress), numbers(progress)] + curves(progress.log)
      + [[]] + moments(film)
  }

  private func state(_ film: TrainingFilm, _ progress: FineTuning.Progress) -> [Span] {
    let word = film.job != nil ? "step" : progress.step < progress.steps ? "stopped at" : "done,"
    return [
      Span("\(word) \(progress.step)/\(progress.steps)", film.job == nil ? .text : .accent),
      Span("  \(Int(progress.imagesASecond)) images/s", .quiet),
    ]
  }

  private func numbers(_ progress: FineTuning.Progress) -> [Span] {
    [
      Span("loss ", .quiet), Span(Format.fixed(progress.log.latestLoss, 3), .text),
      Span("  right ", .quiet),
      Span(Format.percent(progress.log.latestAccuracy, digits: 1), .text),
    ]
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
  private func moments(_ film: TrainingFilm) -> [[Span]] {
    let chosen = film.shown.map { $0 + 1 } ?? 0
    let marks = (0...film.moments.count).map { index in
      Span(
        String(String.UnicodeScalarView([index == chosen ? glyphs.mark : glyphs.ring])) + " ",
        index == chosen ? .accent : .line)
    }
    guard let shown = film.shown else { return [marks, [Span("the weights from before", .quiet)]] }
    let moment = film.moments[shown]
    let right = moment.accuracy.map {
      ": \(Format.percent($0, digits: 1)) of others right"
    }
    return [marks, [Span("after step \(moment.step)\(right ?? "")", .quiet)]]
  }
}
