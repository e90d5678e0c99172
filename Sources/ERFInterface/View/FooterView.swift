// The bottom row: the keys that apply, most important first, or a message; help and quit always.

extension Frame {
  mutating func drawFooter(_ model: Model) {
    let width = size.columns
    let row = size.rows - 1
    fill(Area(row: row, column: 0, rows: 1, columns: width), .raised)
    let kept = Footer.kept(model)
    writeRight(kept, row: row, end: width - 1, width: width - 2)
    let room = width - kept.width - 5
    guard let notice = model.notice, !notice.lines.isEmpty else {
      write(Footer.keys(model, width: room), row: row, column: 1, width: room)
      return
    }
    drawNotice(notice, room: room)
  }

  /// In the footer where it fits, else in a band above it.
  private mutating func drawNotice(_ notice: Notice, room: Int) {
    let row = size.rows - 1
    if notice.lines.count == 1, notice.lines[0].columns <= room {
      write(notice.lines[0], notice.kind.role, row: row, column: 1, width: room)
      return
    }
    let width = size.columns - 2
    let wrapped = notice.lines.flatMap { wrap($0, width: width) }
    let shown = wrapped.suffix(max(1, min(6, size.rows - 4)))
    let top = row - shown.count
    fill(Area(row: top, column: 0, rows: shown.count, columns: size.columns), .raised)
    for (offset, line) in shown.enumerated() {
      write(
        line, notice.kind.role, row: top + offset, column: 1, width: width)
    }
  }
}

enum Footer {
  /// `? help  q quit`, or how to leave what is open, whatever the width.
  static func kept(_ model: Model) -> [Span] {
    guard model.overlay == nil else {
      return [Span("Esc", .accent), Span(" close", .quiet)]
    }
    return [
      Span("?", .accent), Span(" help  ", .quiet), Span("q", .accent), Span(" quit", .quiet),
    ]
  }

  /// The keys that fit, in order of importance: those of the focused panel come first.
  static func keys(_ model: Model, width: Int) -> [Span] {
    if let overlay = model.overlay { return keys(overlay, model, width: width) }
    let commands = Command.table
      .filter {
        $0.footer != nil && $0.rank > 0 && ($0.panel == nil || $0.panel == model.focus)
          && model.plan($0.name).refusal == nil
      }
      .sorted { $0.rank < $1.rank }
    return fitting(commands.map { ($0.footerKey, $0.footer ?? "") }, width: width)
  }

  private static func keys(_ overlay: Overlay, _ model: Model, width: Int) -> [Span] {
    let arrows = model.display.glyphs.arrows
    switch overlay {
    case .help(_, let isSearching, _):
      return fitting(
        isSearching
          ? [("Enter", "done"), ("Esc", "all")] : [(arrows, "scroll"), ("/", "search")],
        width: width)
    case .exportMenu:
      return fitting([("Enter", "write"), (arrows, "select"), ("Esc", "close")], width: width)
    case .browser:
      return fitting(
        [
          ("Enter", "open"), (arrows, "select"), ("Left", "folder above"),
          ("letters", "filter, or a path"), ("Tab", "complete"),
        ],
        width: width)
    case .question(let question):
      return fitting([("Enter", question.action), ("Esc", "not")], width: width)
    case .prompt(let prompt):
      return fitting(
        [("Enter", prompt.action), ("Tab", "complete"), ("^U", "empty")], width: width)
    case .palette:
      return fitting(
        [("Enter", "do it"), (arrows, "select")], width: width)
    }
  }

  private static func fitting(_ entries: [(key: String, word: String)], width: Int) -> [Span] {
    var spans: [Span] = []
    for entry in entries {
      let new = [Span(entry.key, .accent), Span(" " + entry.word, .quiet)]
      let gap = spans.isEmpty ? [] : [Span("  ")]
      guard spans.width + gap.width + new.width <= width else { break }
      spans += gap + new
    }
    return spans
  }
}
