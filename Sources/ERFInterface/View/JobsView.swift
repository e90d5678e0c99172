// The jobs panel: what is being computed for each network, and the messages so far.

extension Frame {
  mutating func drawJobs(_ model: Model, in area: Area) {
    var row = area.row
    for side in model.sides.indices where row < area.row + area.rows {
      write(
        Self.jobLine(model, side), row: row, column: area.column, width: area.columns)
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
      write("no messages yet", .line, row: row, column: area.column, width: area.columns)
    }
  }

  private static func jobLine(_ model: Model, _ index: Int) -> [Span] {
    let side = model.sides[index]
    let letter = Span(Model.letter(index) + "  ", .quiet, .bold)
    guard let job = side.job else {
      let text =
        side.failure != nil
        ? "failed" : side.isCancelled ? "cancelled" : side.shown == nil ? "idle" : "done"
      return [letter, Span(text, side.failure == nil ? .quiet : .failure)]
    }
    guard job.isRunning else { return [letter, Span("waiting for its turn", .quiet)] }
    var spans = [letter, Span(Format.percent(job.fraction, digits: 0).leftPadded(5), .accent)]
    if job.images > 1 {
      spans.append(Span("  image \(min(job.image + 1, job.images))/\(job.images)", .text))
    }
    if let left = job.secondsLeft { spans.append(Span("  \(Format.duration(left)) left", .quiet)) }
    spans.append(Span("  " + job.layer, .line))
    return spans
  }
}
