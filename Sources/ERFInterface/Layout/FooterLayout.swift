// What the footer has room for, and the band above it for what it has not.

/// The last row of the screen: keys or a message, and at the right end how to leave.
struct FooterLayout {
  /// `? help  q quit`, or how to leave what is open, whatever the width.
  let kept: [Span]
  /// Columns of what stands before that.
  let room: Int

  init(columns: Int, _ overlay: Overlay?) {
    kept =
      overlay.map { [Span("Esc", .accent), Span(" " + $0.escapeWord, .quiet)] }
      ?? [Span("?", .accent), Span(" help  ", .quiet), Span("q", .accent), Span(" quit", .quiet)]
    room = columns - kept.width - 5
  }
}

extension Overlay {
  /// What Esc does: lines that were searched for give way to all of the help before that is closed.
  fileprivate var escapeWord: String {
    if case .help(let query, let isSearching, _) = self, isSearching || !query.isEmpty {
      return "all"
    }
    return "close"
  }
}

extension Model {
  /// The lines of a message that has no room in the footer, which stand above it. What is wrong comes first:
  /// where there is too much of it, what ends goes.
  var noticeBand: [String] {
    guard let notice, !notice.lines.isEmpty else { return [] }
    let footer = FooterLayout(columns: size.columns, overlay)
    if notice.lines.count == 1, notice.lines[0].columns <= footer.room { return [] }
    let width = size.columns - 2
    let wrapped = notice.lines.map { wrap($0, width: width) }
    let most = max(1, min(6, size.rows - 4))
    guard wrapped.joined().count > most else { return Array(wrapped.joined()) }
    // Each of several has its share.
    let share = max(1, most / wrapped.count)
    let cut = wrapped.flatMap { lines -> [String] in
      guard lines.count > share else { return lines }
      let last = lines[share - 1] + " " + lines[share]
      return lines.prefix(share - 1) + [last.cut(columns: width, display.glyphs.ellipsis)]
    }
    return Array(cut.prefix(most))
  }
}
