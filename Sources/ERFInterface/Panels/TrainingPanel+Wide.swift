// The training panel with the screen to itself: loss, accuracy and area over steps, and the moments' maps
// in a strip.

import ERFEngine

extension Frame {
  /// Rows that hold the moments' maps below the curves.
  static let leastRowsForMoments = 24

  mutating func drawWideTraining(_ model: Model, in area: Area) {
    guard let film = model.film, let progress = film.progress else { return }
    let drawing = WideTraining(model: model, film: film)
    let strip = area.rows >= Self.leastRowsForMoments ? max(10, area.rows / 3) : 0
    let plots = Area(
      row: area.row, column: area.column, rows: area.rows - strip - 1, columns: area.columns)
    let gap = 3
    let width = (plots.columns - 2 * gap) / 3
    for (index, plot) in drawing.plots(progress).enumerated() {
      drawStepPlot(
        plot, steps: progress.steps, display: model.display,
        in: Area(
          row: plots.row, column: plots.column + index * (width + gap), rows: plots.rows,
          columns: width))
    }
    guard strip > 0 else { return }
    drawMoments(
      drawing, film,
      in: Area(
        row: area.row + area.rows - strip, column: area.column, rows: strip, columns: area.columns))
  }

  private mutating func drawStepPlot(
    _ plot: WideTraining.Plot, steps: Int, display: Display, in area: Area
  ) {
    write(
      [Span(plot.title, .text, .bold), Span("  " + plot.latest, plot.role)], row: area.row,
      column: area.column, width: area.columns)
    let canvas = Area(
      row: area.row + 1, column: area.column + 7, rows: area.rows - 2, columns: area.columns - 7)
    guard canvas.rows >= 3, canvas.columns >= 8 else { return }
    let glyphs = display.glyphs
    for row in 0..<canvas.rows {
      self[canvas.row + row, canvas.column - 1] = Cell(glyphs.upright, foreground: .role(.line))
    }
    writeRight([Span(plot.topLabel, .quiet)], row: canvas.row, end: canvas.column - 1, width: 6)
    writeRight(
      [Span(plot.bottomLabel, .quiet)], row: canvas.row + canvas.rows - 1, end: canvas.column - 1,
      width: 6)
    let row = canvas.row + canvas.rows
    write("0", .quiet, row: row, column: canvas.column, width: 1)
    writeRight(
      [Span(steps.counted("step"), .quiet)], row: row, end: canvas.column + canvas.columns,
      width: 14)
    for point in plot.points {
      let x = canvas.column + Int(point.step * Double(canvas.columns - 1))
      let share = (point.value - plot.bottom) / max(1e-12, plot.top - plot.bottom)
      let y = canvas.row + Int(((1 - max(0, min(1, share))) * Double(canvas.rows - 1)).rounded())
      self[y, x] = Cell(
        plot.isSparse ? glyphs.mark : glyphs.dot, foreground: .role(plot.role), attributes: .bold)
    }
  }

  /// The maps of the moments, as far as they were on the screen. Each has a scale of its own: gradients
  /// of random and of trained weights lie so far apart that one of the two would be black.
  private mutating func drawMoments(_ drawing: WideTraining, _ film: TrainingFilm, in area: Area) {
    let style = HeatStyle(drawing.model.display)
    let model = drawing.model
    let count = film.moments.count + 1
    let height = area.rows - 3
    let width = min(
      Int(Double(height) * model.display.cellAspect), area.columns / max(1, count) - 1)
    guard width >= 4 else { return }
    let rows = max(2, min(height, Int(Double(width) / model.display.cellAspect)))
    let onScreen = model.weightsOnScreen(film)
    for place in 0..<count {
      let moment = place == 0 ? nil : place - 1
      let cells = Area(
        row: area.row + 1, column: area.column + place * (width + 1), rows: rows, columns: width)
      let isShown = onScreen == TrainingFilm.Weights(moment: moment)
      let label = moment.map { "\(film.moments[$0].step)" } ?? "before"
      write(
        label, isShown ? .accent : .quiet, isShown ? .bold : [], row: area.row,
        column: cells.column, width: width)
      guard let entry = drawing.map(moment) else {
        fill(cells, .well)
        continue
      }
      let curve = model.session.screen.curve
      drawHeat(
        entry.field.resampled(
          rows: cells.rows * style.pixelsPerCell, columns: cells.columns, curve: curve),
        in: cells,
        colours: HeatColours(
          scale: .rising(map: UInt8(model.colourMap)), top: entry.field.tops[curve] ?? 0,
          decades: curve == .decades ? HeatColours.decades : nil), style: style)
      let share = entry.area.map { Format.percent($0) }
      write(
        share ?? "", .text, row: cells.row + cells.rows, column: cells.column, width: width)
    }
    // That none of them is on screen, or that some are not there, comes before how they are drawn.
    let others = drawing.cautions.map { Span($0 + "  ", .warning) }
    let captions = drawing.captions.map { others + [Span($0, .quiet)] }
    write(
      captions.first { $0.width <= area.columns } ?? captions[captions.count - 1],
      row: area.row + rows + 2, column: area.column, width: area.columns)
  }
}

/// What is drawn of a run of training.
private struct WideTraining {
  struct Plot {
    let title: String
    let latest: String
    /// Step as a share of all, and the value.
    let points: [(step: Double, value: Double)]
    let bottom: Double
    let top: Double
    let bottomLabel: String
    let topLabel: String
    let role: Role
    var isSparse = false
  }

  @SharedModel var model: Model
  let film: TrainingFilm

  /// The map of a moment, if it was finished; nil: the weights from before.
  func map(_ moment: Int?) -> TrainingFilm.Map? {
    let request = model.request(film, moment: moment)
    return film[request]
      ?? model.finishedMaps[request].map { TrainingFilm.Map(request, $0.result, $0.field) }
  }

  /// What stands in the place of the moments' weights, and why some places of the strip are empty.
  var cautions: [String] {
    let letter = Model.letter(film.side)
    let onScreen = model.weightsOnScreen(film)
    guard onScreen != .others else {
      return ["\(letter) has other weights now: Left or Right goes back"]
    }
    let moments: [Int?] = [nil] + film.moments.indices.map { Optional($0) }
    let isBlank = moments.contains { moment in
      // What is on screen is on its way, and so may be the map from before.
      onScreen != TrainingFilm.Weights(moment: moment) && map(moment) == nil
        && !model.gallery.jobs.values.contains(model.request(film, moment: moment))
    }
    let edits = model.isEditedSince(film) ? ["all without the edits of \(letter)"] : []
    return edits + (isBlank ? ["blank: not computed yet, Left or Right does it"] : [])
  }

  /// What the strip shows, the fullest wording first: scales that are not the same are said, with how
  /// far they lie apart.
  var captions: [String] {
    let maps = [map(nil)] + film.moments.indices.map { map($0) }
    let maxima = maps.compactMap { $0?.field.tops[.linear] }.filter { $0 > 0 }
    let own = "each by its own maximum"
    guard let least = maxima.min(), let most = maxima.max(), least < most else { return [own] }
    let range = " (\(Format.significant(least)) to \(Format.significant(most)))"
    return [
      "the field at each moment, \(own)\(range), and the area that holds half of it",
      own + range, own,
    ]
  }

  func plots(_ progress: FineTuning.Progress) -> [Plot] {
    let log = progress.log.points
    let steps = Double(max(1, progress.steps))
    func points(_ value: (TrainingLog.Point) -> Double) -> [(step: Double, value: Double)] {
      log.map { (Double($0.step) / steps, value($0)) }
    }
    let highest = max(1e-9, log.map(\.loss).max() ?? 1)
    let areas = ([nil] + film.moments.indices.map { Optional($0) }).compactMap {
      moment -> (step: Double, value: Double)? in
      guard let area = map(moment)?.area else { return nil }
      return (Double(moment.map { film.moments[$0].step } ?? 0) / steps, area)
    }
    let widest = max(0.01, areas.map(\.value).max() ?? 0.01)
    return [
      Plot(
        title: "loss", latest: Format.fixed(progress.log.latestLoss, 3),
        points: points { $0.loss }, bottom: 0, top: highest, bottomLabel: "0",
        topLabel: Format.significant(highest), role: .accent),
      Plot(
        title: "pictures right", latest: Format.percent(progress.log.latestAccuracy),
        points: points { $0.accuracy }, bottom: 0, top: 1, bottomLabel: "0",
        topLabel: "100 %", role: .second),
      Plot(
        title: "half the field", latest: areas.last.map { Format.percent($0.value) } ?? "",
        points: areas, bottom: 0, top: widest, bottomLabel: "0",
        topLabel: Format.percent(widest), role: .warning, isSparse: true),
    ]
  }
}
