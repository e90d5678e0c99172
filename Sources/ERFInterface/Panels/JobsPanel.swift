// The jobs panel: what is under way with its progress, and the messages so far.

import ERFEngine

extension PanelName {
  public static let jobs = PanelName("jobs")
}

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

  static func subject(_ model: Model) -> [[Span]] { [] }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    switch command {
    case .move(.up): return .edit { scroll(to: $0.lists.log + 1, in: &$0) }
    case .move(.down): return .edit { scroll(to: $0.lists.log - 1, in: &$0) }
    default: return .nothing
    }
  }

  private static func scroll(to line: Int, in model: inout Model) {
    let last = max(0, model.log.count - 1)
    guard (0...last).contains(line) else {
      let end = line < 0 ? "this is the latest message" : "this is the earliest message"
      model.notice = Notice(.note, model.log.isEmpty ? "no messages yet" : end)
      return
    }
    model.lists.log = line
  }
}

extension Frame {
  fileprivate mutating func drawJobs(_ model: Model, in area: Area) {
    var area = area
    // With the screen to itself: the maps that are remembered, and what they took.
    if area.isRoomy {
      let width = area.columns >= 100 ? area.columns * 2 / 3 : area.columns / 2
      drawFinished(
        model,
        in: Area(
          row: area.row, column: area.column + area.columns - width, rows: area.rows,
          columns: width))
      area.columns -= width + 3
    }
    let jobs = JobLines(model: model, width: area.columns).lines
    write(jobs, in: area)
    var rest = jobs.isEmpty ? area : area.below(jobs.count + (area.rows > 6 ? 1 : 0))
    let log = model.log.flatMap { line in
      wrap(line.text, width: area.columns).enumerated().map { place, text in
        (isStart: place == 0, spans: [Span(text, line.kind == .note ? .quiet : line.kind.role)])
      }
    }
    // The time taken stands above the messages where they leave room for it.
    let times = TimeLines(model: model, width: area.columns).lines
    if !times.isEmpty, rest.rows >= times.count + min(log.count, 10) + 1, area.columns >= 36 {
      write(times, in: rest)
      rest = rest.below(times.count + 1)
    }
    let end = max(0, log.count - model.lists.log)
    let seen = log[max(0, end - rest.rows)..<end]
    // A message whose beginning is out of sight says nothing, unless it is all there is.
    let whole = seen.drop { !$0.isStart }
    write((whole.isEmpty ? seen : whole).map(\.spans), in: rest)
    if log.isEmpty, rest.rows > 0 {
      write("no messages yet", .quiet, row: rest.row, column: rest.column, width: rest.columns)
    }
  }
}

/// Where the seconds of A's and B's runs went.
private struct TimeLines {
  @SharedModel var model: Model
  let width: Int

  var lines: [[Span]] {
    let results = model.sides.indices.compactMap { side in
      // A saved map was read, not computed.
      model.sides[side].shown.flatMap { $0.network.savedMap == nil ? $0.result : nil }
        .map { (side: side, seconds: $0.seconds) }
    }.filter { $0.seconds.total > 0 && $0.seconds.total.isFinite }
    guard let longest = results.map(\.seconds.total).max() else { return [] }
    return [[Span("where the time went", .text, .bold)]]
      + results.flatMap { side, seconds -> [[Span]] in
        let rest = seconds.total - seconds.load - seconds.forward - seconds.backward
        let parts = [
          ("opening", seconds.load), ("forward", seconds.forward), ("backward", seconds.backward),
          ("the rest", max(0, rest)),
        ]
        return parts.enumerated().map { index, part in
          row(index == 0 ? Model.letter(side) : "", side, part.0, part.1, of: longest)
        }
      }
  }

  /// Milliseconds where tenths of a second say nothing.
  private static func text(_ seconds: Double) -> String {
    seconds < 0.95 ? Format.fixed(seconds * 1000, 0) + " ms" : Format.duration(seconds)
  }

  private func row(
    _ letter: String, _ side: Int, _ name: String, _ seconds: Double, of longest: Double
  ) -> [Span] {
    let cells = max(4, width - 24)
    return [
      Span(letter.rightPadded(3), Role.network(side), .bold), Span(name.rightPadded(10), .quiet),
      model.display.glyphs.stroke(seconds / longest, of: cells, Role.network(side)),
      Span(" " + Self.text(seconds), .text),
    ]
  }
}

/// One line for each network, and one for everything else that is under way.
private struct JobLines {
  @SharedModel var model: Model
  let width: Int

  private var glyphs: Glyphs { model.display.glyphs }

  var lines: [[Span]] { model.sides.indices.compactMap(field) + probes + training + others }

  /// Nil where the messages below tell what became of it.
  private func field(_ index: Int) -> [Span]? {
    let side = model.sides[index]
    let letter = Span(Model.letter(index) + "  ", .quiet, .bold)
    if let file = model.opening(index) {
      return [letter, Span("opening \(file)", .quiet)]
    }
    guard let job = side.job else {
      if let report = model.report(index), model.log.contains(where: { $0.text == report }) {
        return nil
      }
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
    return glyphs.bar(fraction, of: cells, .accent) + [
      Span(Format.percent(fraction, digits: 0).leftPadded(6), .accent)
    ]
  }

  private var probes: [[Span]] {
    model.shapeBias.sides.enumerated().compactMap { index, side in
      guard let job = side.job else { return nil }
      let letter = Span(Model.letter(index) + "  ", .quiet, .bold)
      guard let progress = job.progress else {
        return [letter, Span("shape bias: waiting", .quiet)]
      }
      let spans = [letter] + bar(progress.fraction) + [Span("  shape bias", .quiet)]
      let count = Span(", \(progress.done) of \(progress.total)", .quiet)
      return spans.width + count.width <= width ? spans + [count] : spans
    }
  }

  private var training: [[Span]] {
    guard let film = model.film, film.job != nil else { return [] }
    let letter = Span(Model.letter(film.side) + "  ", .quiet, .bold)
    guard let progress = film.progress else {
      let words = ("training ", ": reading pictures")
      let room = width - letter.width - words.0.columns - words.1.columns
      let subject = film.subject(columns: room, glyphs.ellipsis)
      return [[letter, Span(words.0 + subject + words.1, .quiet)]]
    }
    let fraction = Double(progress.step) / Double(max(1, progress.steps))
    let left = Format.duration(progress.secondsLeft)
    var spans = [letter] + bar(fraction) + [Span("  training", .text)]
    for word in ["\(left) left", film.subject(glyphs.ellipsis)]
    where spans.width + 2 + word.count <= width {
      spans.append(Span("  " + word, .quiet))
    }
    return [spans]
  }

  private var others: [[Span]] {
    var words: [String] = []
    if model.exporting != nil { words.append("writing files") }
    if model.saving != nil { words.append("writing a file") }
    if model.listing != nil { words.append("reading a folder") }
    if model.gallery.isBusy { words.append("the gallery's maps") }
    if model.depth.isBusy { words.append("measuring layers") }
    if model.kernelMaps.job != nil { words.append("summing kernels") }
    let pictures = model.pictures.awaited.count
    if pictures > 0 { words.append("\(pictures.counted("picture")) to draw") }
    return words.isEmpty ? [] : [[Span("   " + words.joined(separator: ", "), .quiet)]]
  }
}
