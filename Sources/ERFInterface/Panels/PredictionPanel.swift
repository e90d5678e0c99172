// The prediction panel: the five likeliest classes of the current image, with what they were before
// the edit.

import ERFEngine

extension PanelName {
  public static let prediction = PanelName("prediction")
}

enum PredictionPanel: Panel {
  static let name = PanelName.prediction
  static let summary = "which classes the networks name, before and after an edit"
  static let place = PanelPlace.results
  static let likedRows = 18

  /// Whether there is room for the picture beside the numbers.
  static func isWide(_ area: Area) -> Bool { area.columns >= 100 && area.rows >= 16 }

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawPredictions(model, in: area)
  }

  static func subject(_ model: Model) -> [[Span]] { model.networkSubject(["1 picture"]) }
}

extension Frame {
  fileprivate mutating func drawPredictions(_ model: Model, in area: Area) {
    let whole = area
    var area = area
    var shown = PredictionTable.shown
    // With the screen to itself there is room for the picture, and for more classes.
    if PredictionPanel.isWide(area) {
      // What the list needs is the same on every screen.
      let width = area.columns * (area.columns >= 160 ? 3 : 2) / 5
      drawPredicted(
        model,
        in: Area(row: area.row + 1, column: area.column, rows: area.rows - 2, columns: width))
      area.column += width + 3
      area.columns -= width + 3
      shown = max(shown, (area.rows - 2) / model.sides.count - 5)
    }
    var row = area.row
    let end = area.row + area.rows
    let picture = PictureLine(model: model, isDrawn: PredictionPanel.isWide(whole))
    for line in picture.spans(width: area.columns) where row < end {
      write(line, row: row, column: area.column, width: area.columns)
      row += 1
    }
    for side in model.sides.indices {
      let table = PredictionTable(
        model: model, side: side, width: area.columns, shown: shown)
      for line in table.lines where row < end {
        write(line, row: row, column: area.column, width: area.columns)
        row += 1
      }
      row += 1
    }
    // Few classes leave room for what the maps' unit sees of the pictures.
    let rest = area.below(row - area.row)
    if PredictionPanel.isWide(whole), rest.rows >= 13 {
      let lines = model.mapSubject(
        Span("what the unit sees  ", .text, .bold), width: rest.columns)
      write(lines, in: rest)
      drawUnitFields(model, in: rest.below(lines.count))
    }
  }
}

extension Frame {
  /// The picture that classes are named of.
  private mutating func drawPredicted(_ model: Model, in area: Area) {
    switch model.picture(model.session.images.range.lowerBound) {
    case .small(let image)?:
      let fit = HeatmapFit(
        height: image.height, width: image.width, rows: area.rows, columns: area.columns,
        aspect: model.display.cellAspect)
      drawPicture(
        image,
        in: Area(row: area.row, column: area.column, rows: fit.rows, columns: fit.columns),
        display: model.display)
    case .failed(let reason)?:
      for (offset, line) in wrap(reason, width: area.columns).prefix(area.rows).enumerated() {
        write(line, .failure, row: area.row + offset, column: area.column, width: area.columns)
      }
    case nil: break
    }
  }
}

/// What the picture is called, and what it shows where its folder or name tells.
private struct PictureLine {
  @SharedModel var model: Model
  /// Whether the picture itself stands there, too.
  let isDrawn: Bool

  func spans(width: Int) -> [[Span]] {
    guard isDrawn || model.sides.indices.contains(where: { model.noPrediction($0) == nil }) else {
      return []
    }
    let ellipsis = model.display.glyphs.ellipsis
    let (name, label) = (model.predictedName, model.predictedClass ?? "")
    // The words around the two names go before anything of these.
    let wordings = [("picture ", "  shows "), ("", "  shows "), ("", ": ")].map { before, between in
      (before: before, between: label.isEmpty ? "" : between)
    }
    func columns(_ words: (before: String, between: String)) -> Int {
      words.before.columns + words.between.columns
    }
    let whole = name.columns + label.columns
    let words = wordings.first { columns($0) + whole <= width } ?? wordings[2]
    let room = width - columns(words)
    // A class is known by its beginning, a file by both ends.
    let least = min(name.columns, max(1, room / 2))
    let shown = name.cutInside(columns: max(least, room - label.columns), ellipsis)
    let shownLabel = label.cut(columns: room - shown.columns, ellipsis)
    return [
      [
        Span(words.before, .quiet), Span(shown, .text), Span(words.between, .quiet),
        Span(shownLabel, .text),
      ].filter { !$0.text.isEmpty }
    ]
  }
}

extension Model {
  /// The class of the picture, as one of the networks calls it; nil where none knows it.
  fileprivate var predictedClass: String? {
    for side in sides.indices {
      guard let request = prediction(side),
        case .classes(let classes)? = predictions[request], let label = classes.label
      else { continue }
      let name = classes.top.first { $0.index == label }?.name ?? "class \(label)"
      return name.sanitised
    }
    return nil
  }
}

/// What one network says.
private struct PredictionTable {
  @SharedModel var model: Model
  let side: Int
  let width: Int
  /// So many classes.
  let shown: Int

  static let shown = 5

  var lines: [[Span]] {
    let letter =
      model.sides.count > 1
      ? [Span(Model.letter(side) + "  ", side == 0 ? .accent : .second, .bold)] : []
    func title(_ verdict: [Span] = []) -> [Span] {
      let name = model.name(side).cutInside(
        columns: width - letter.width - verdict.width, model.display.glyphs.ellipsis)
      return letter + [Span(name, .text)] + verdict
    }
    if let reason = model.noPrediction(side) { return [title(), [Span(reason, .warning)]] }
    guard let request = model.prediction(side) else { return [title()] }
    switch model.predictions[request] {
    case .classes(let now):
      let (verdict, size) = (self.verdict(now), self.size(now))
      let whole = letter.width + model.name(side).columns + verdict.width + size.width
      let head = whole <= width ? [title(size + verdict)] : [title(verdict), size]
      return head.filter { !$0.isEmpty } + caveat(now) + table(now)
    case .failed(let reason):
      return [title()] + wrap(reason, width: width).map { [Span($0, .failure)] }
    case .cancelled: return [title(), [Span("cancelled; r asks again", .quiet)]]
    case .waiting, nil: return [title(), [Span("looking at the image ...", .quiet)]]
    }
  }

  /// At which size the network looked at the picture: its own, whatever the maps are made at.
  private func size(_ now: Classification) -> [Span] {
    guard let size = now.size else { return [] }
    let side = size.height == size.width ? "\(size.height)" : "\(size)"
    return [Span("  at \(side) px", .quiet)]
  }

  /// Whether the likeliest class is the picture's, where its folder tells, or that the picture's class, which
  /// the other network knows, is none of this one's.
  private func verdict(_ now: Classification) -> [Span] {
    if let isRight = now.isRight {
      return [Span(isRight ? "  right" : "  wrong", isRight ? .quiet : .warning)]
    }
    let isNamed = now.top.contains { $0.name != nil }
    return isNamed && model.predictedClass != nil
      ? [Span("  has no such class", .warning)] : []
  }

  /// Networks of few classes take every picture for one of them.
  private func caveat(_ now: Classification) -> [[Span]] {
    guard now.top.count < Self.few else { return [] }
    let words =
      model.knowsShapesAlone(side)
      ? "knows \(now.top.count) silhouettes, not photographs"
      : "names one of \(now.top.count) classes"
    return [[Span(words, .warning)]]
  }

  private static let few = 100

  private var before: Classification? {
    guard let request = model.predictionBefore(side),
      case .classes(let classes)? = model.predictions[request]
    else { return nil }
    return classes
  }

  private func table(_ now: Classification) -> [[Span]] {
    let before = before
    let top = now.top.prefix(shown)
    var lines = top.map { row($0, was: before) }
    // What was likeliest before and fell out of the list.
    if let old = before?.top.first, !top.contains(where: { $0.index == old.index }),
      let candidate = now.top.first(where: { $0.index == old.index })
    {
      lines.append(row(candidate, was: before))
    }
    if before != nil {
      lines.insert([Span("now    was".leftPadded(width), .quiet)], at: 0)
    }
    return lines
  }

  private func row(_ candidate: Classification.Candidate, was before: Classification?) -> [Span] {
    let numbers = before == nil ? 7 : 15
    let bar = min(60, max(6, width / 4))
    let name = max(6, width - bar - numbers - 1)
    let label = (candidate.name ?? "class \(candidate.index)").sanitised
    var spans = [Span(cut(label, to: name).rightPadded(name) + " ", .text)]
    spans += model.display.glyphs.bar(candidate.probability, of: bar, Role.network(side))
    spans.append(Span(Format.percent(candidate.probability).leftPadded(7), .text))
    if let before {
      let was = before.top.first { $0.index == candidate.index }?.probability ?? 0
      spans.append(Span(Format.percent(was).leftPadded(8), .quiet))
    }
    return spans
  }

  private func cut(_ text: String, to width: Int) -> String {
    text.cut(columns: width, model.display.glyphs.ellipsis)
  }
}
