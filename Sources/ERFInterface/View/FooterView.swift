// The bottom row: the keys that apply, most important first, or a message; help and quit always.

extension Frame {
  mutating func drawFooter(_ model: Model) {
    let width = size.columns
    let row = size.rows - 1
    fill(Area(row: row, column: 0, rows: 1, columns: width), .raised)
    let footer = FooterLayout(columns: width, model.overlay)
    writeRight(footer.kept, row: row, end: width - 1, width: width - 2)
    let band = model.noticeBand
    if let notice = model.notice, let line = notice.lines.first, band.isEmpty {
      return write(line, notice.kind.role, row: row, column: 1, width: footer.room)
    }
    write(Footer.keys(model, width: footer.room), row: row, column: 1, width: footer.room)
    // What has no room in the footer stands above it; the panels give way.
    let top = row - band.count
    fill(Area(row: top, column: 0, rows: band.count, columns: width), .raised)
    for (offset, line) in band.enumerated() {
      write(
        line, model.notice?.kind.role ?? .text, row: top + offset, column: 1, width: width - 2)
    }
  }
}

enum Footer {
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
          ? [("Enter", "done")] : [(arrows, "scroll"), ("/", "search")],
        width: width)
    case .exportMenu:
      return fitting([("Enter", "write"), (arrows, "select")], width: width)
    case .browser:
      return fitting(
        [
          ("Enter", "open"), (arrows, "select"), ("Left", "folder above"),
          ("letters", "filter, or a path"), ("Tab", "complete"),
        ],
        width: width)
    case .question(let question):
      let other = question.other.map { [(String($0.key), $0.action)] } ?? []
      return fitting([("Enter", question.action)] + other, width: width)
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
