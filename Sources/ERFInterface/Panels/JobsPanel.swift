// The jobs panel: what is under way with its progress, and the messages so far.

import ERFEngine

enum JobsPanel: Panel {
  static let name = PanelName.jobs
  static let summary = "what is being computed, and past messages"
  static let place = PanelPlace.progress
  static let likedRows = 8

  static let commands = [
    row(
      .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows", footer: "scroll", rank: 2,
      "earlier messages"),
    row(.move(.down), [.down, key("j")], label: "Down j", "later messages"),
  ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawJobs(model, in: area)
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    switch command {
    case .move(.up):
      return .edit { $0.lists.log = min($0.lists.log + 1, max(0, $0.log.count - 1)) }
    case .move(.down): return .edit { $0.lists.log = max(0, $0.lists.log - 1) }
    default: return .nothing
    }
  }
}

extension Frame {
  fileprivate mutating func drawJobs(_ model: Model, in area: Area) {
    var area = area
    // With the screen to itself: the maps that are remembered, and what they took.
    if area.columns >= 100, area.rows >= 16 {
      let width = area.columns * 3 / 5
      let table = FinishedLines(model: model, width: width).lines
      for (offset, line) in table.prefix(area.rows).enumerated() {
        write(
          line, row: area.row + offset, column: area.column + area.columns - width, width: width)
      }
      area.columns -= width + 3
    }
    var row = area.row
    for line in JobLines(model: model, width: area.columns).lines where row < area.row + area.rows {
      write(line, row: row, column: area.column, width: area.columns)
      row += 1
    }
    row += area.rows > 6 ? 1 : 0
    let rows = area.row + area.rows - row
    guard rows > 0 else { return }
    let lines = model.log.flatMap { line in
      wrap(line.text, width: area.columns).map {
        [Span($0, line.kind == .note ? .quiet : line.kind.role)]
      }
    }
    let end = max(0, lines.count - model.lists.log)
    for (offset, line) in lines[max(0, end - rows)..<end].enumerated() {
      write(line, row: row + offset, column: area.column, width: area.columns)
    }
    if lines.isEmpty {
      write("no messages yet", .quiet, row: row, column: area.column, width: area.columns)
    }
  }
}

/// The maps finished before, those used last first, which come back at once.
private struct FinishedLines {
  let model: Model
  let width: Int

  var lines: [[Span]] {
    let maps = model.finishedMaps
    let head = [
      Span("finished maps, remembered", .text, .bold),
      Span("  \(maps.entries.count), \(Format.bytes(maps.bytes))", .quiet),
    ]
    let columns = [
      Span("network".rightPadded(name), .quiet), Span("weights".rightPadded(12), .quiet),
      Span("input".leftPadded(9), .quiet), Span("  layer".rightPadded(14), .quiet),
      Span("n".leftPadded(4), .quiet), Span("half".leftPadded(8), .quiet),
      Span("time".leftPadded(9), .quiet),
    ]
    let machine = [
      Span("threads ", .quiet), Span(model.threads.map { "\($0)" } ?? "one a core", .text),
      Span("  memory at most ", .quiet), Span(peak, .text),
    ]
    return [head, columns] + maps.entries.map(row) + [[], machine]
  }

  private var name: Int { max(10, width - 56) }

  private var peak: String {
    let bytes = model.finishedMaps.entries.map(\.result.peakBytes).max()
    return bytes.map { Format.bytes($0) } ?? model.display.glyphs.dash
  }

  private func row(_ entry: FinishedMaps.Entry) -> [Span] {
    let result = entry.result
    let ellipsis = model.display.glyphs.ellipsis
    func cell(_ text: String, _ columns: Int) -> String {
      text.sanitised.cut(columns: columns - 1, ellipsis).rightPadded(columns)
    }
    let weights = entry.network.weights.description.fileName
    let half = result.metrics.ratio(at: Model.half).map { Format.percent($0) }
    return [
      Span(cell(entry.network.name, name), .text), Span(cell(weights, 12), .quiet),
      Span("\(result.subject.input)".leftPadded(9), .text),
      Span("  " + cell(result.subject.tap, 12), .quiet),
      Span("\(result.map.images)".leftPadded(4), .text),
      Span((half ?? "n.r.").leftPadded(8), .text, .bold),
      Span(Format.duration(result.seconds.total).leftPadded(9), .quiet),
    ]
  }
}

/// One line for each network, and one for everything else that is under way.
private struct JobLines {
  let model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }

  var lines: [[Span]] { model.sides.indices.map(field) + probes + training + others }

  private func field(_ index: Int) -> [Span] {
    let side = model.sides[index]
    let letter = Span(Model.letter(index) + "  ", .quiet, .bold)
    if let file = model.opening(index) {
      return [letter, Span("opening \(file)", .quiet)]
    }
    guard let job = side.job else {
      let text =
        side.failure != nil
        ? "failed" : side.isCancelled ? "cancelled" : side.shown == nil ? "idle" : "done"
      let seconds = side.shown?.result.map { "  in " + Format.duration($0.seconds.total) } ?? ""
      return [
        letter, Span(text, side.failure == nil ? .quiet : .failure),
        Span(side.failure == nil && !side.isCancelled ? seconds : "", .quiet),
      ]
    }
    guard job.isRunning else { return [letter, Span("waiting for its turn", .quiet)] }
    var spans = [letter] + bar(job.fraction)
    if job.images > 1 {
      spans.append(Span("  image \(min(job.image + 1, job.images))/\(job.images)", .text))
    }
    if let left = job.secondsLeft { spans.append(Span("  \(Format.duration(left)) left", .quiet)) }
    if spans.width + 2 < width { spans.append(Span("  " + job.layer, .quiet)) }
    return spans
  }

  private func bar(_ fraction: Double) -> [Span] {
    let cells = max(4, min(16, width - 32))
    let done = max(0, min(cells, Int((fraction * Double(cells)).rounded())))
    func line(_ glyph: Unicode.Scalar, _ count: Int) -> String {
      String(String.UnicodeScalarView(repeatElement(glyph, count: count)))
    }
    return [
      Span(line(glyphs.full, done), .accent), Span(line(glyphs.empty, cells - done), .line),
      Span(Format.percent(fraction, digits: 0).leftPadded(6), .accent),
    ]
  }

  private var probes: [[Span]] {
    model.shapeBias.sides.enumerated().compactMap { index, side in
      guard let job = side.job else { return nil }
      let letter = Span(Model.letter(index) + "  ", .quiet, .bold)
      guard let progress = job.progress else {
        return [letter, Span("shape bias: waiting", .quiet)]
      }
      return [letter] + bar(progress.fraction) + [Span("  shape bias", .quiet)]
    }
  }

  private var training: [[Span]] {
    guard let film = model.film, film.job != nil else { return [] }
    let letter = Span(Model.letter(film.side) + "  ", .quiet, .bold)
    guard let progress = film.progress else {
      return [[letter, Span("training \(film.subject): reading pictures", .quiet)]]
    }
    let fraction = Double(progress.step) / Double(max(1, progress.steps))
    let left = Format.duration(progress.secondsLeft)
    var spans = [letter] + bar(fraction) + [Span("  training", .text)]
    for word in ["\(left) left", film.subject] where spans.width + 2 + word.count <= width {
      spans.append(Span("  " + word, .quiet))
    }
    return [spans]
  }

  private var others: [[Span]] {
    var words: [String] = []
    if model.exporting != nil { words.append("writing files") }
    if model.saving != nil { words.append("writing the session") }
    if model.listing != nil { words.append("reading a folder") }
    if model.gallery.isBusy { words.append("the gallery's maps") }
    if model.depth.isBusy { words.append("measuring layers") }
    if model.kernelMaps.job != nil { words.append("summing kernels") }
    let pictures = model.pictures.awaited.count
    if pictures > 0 { words.append("\(Format.count(pictures, "picture")) to draw") }
    return words.isEmpty ? [] : [[Span("   " + words.joined(separator: ", "), .quiet)]]
  }
}
