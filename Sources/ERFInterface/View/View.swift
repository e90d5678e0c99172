// The screen as a function of the state: title bar, fields, panels, footer, and what lies over them.

import ERFEngine

/// Draws the state on a screen of a size.
public func view(_ model: Model, size: ScreenSize) -> Frame {
  var model = model
  model.size = size
  var frame = Frame(size: size, glyphs: model.display.glyphs)
  guard size.columns >= ScreenLayout.leastColumns, size.rows >= ScreenLayout.leastRows else {
    frame.drawTooSmall(model)
    return frame
  }
  let layout = model.layout(on: size)
  frame.drawTitleBar(model)
  switch model.overlay {
  case .help(let query, let isSearching, let scroll):
    frame.drawHelp(model, in: layout.body, query: query, isSearching: isSearching, scroll: scroll)
  case .palette(let query, let selection):
    frame.drawPanels(model, layout)
    frame.drawPalette(model, in: layout.body, query: query, selection: selection)
  case .exportMenu(let selection):
    frame.drawPanels(model, layout)
    frame.drawExportMenu(model, in: layout.body, selection: selection)
  case .prompt(let prompt):
    frame.drawPanels(model, layout)
    frame.drawPrompt(prompt, in: layout.body)
  case .browser(let browser):
    frame.drawPanels(model, layout)
    frame.drawBrowser(model, in: layout.body, browser)
  case .question(let question):
    frame.drawPanels(model, layout)
    frame.drawQuestion(question, in: layout.body)
  case nil: frame.drawPanels(model, layout)
  }
  frame.drawFooter(model)
  return frame
}

extension Frame {
  fileprivate mutating func drawPanels(_ model: Model, _ layout: ScreenLayout) {
    if let fields = layout.fields { FieldsPanel.draw(model, in: fields, on: &self) }
    for slot in layout.slots { drawSlot(slot, model, isAlone: layout.fields == nil) }
  }

  private mutating func drawSlot(_ slot: Slot, _ model: Model, isAlone: Bool) {
    drawSlotTitle(slot, model)
    if isAlone { drawSubject(slot, model) }
    Panels.named(slot.panel).draw(model, in: slot.area.belowTitle, on: &self)
  }

  /// What numbers are of where no headings of maps say it, at the end of the panel's title.
  private mutating func drawSubject(_ slot: Slot, _ model: Model) {
    let room = slot.area.columns - slot.panel.title.columns - 6
    let texts = Panels.named(slot.panel).subject(model)
    guard let text = texts.first(where: { $0.width < room }) ?? texts.last else { return }
    writeRight(
      [Span(" ")] + text, row: slot.area.row, end: slot.area.column + slot.area.columns,
      width: min(room, text.width + 1))
  }

  /// Digits and names of the panels that share the slot, then a rule.
  private mutating func drawSlotTitle(_ slot: Slot, _ model: Model) {
    let area = slot.area
    let glyphs = model.display.glyphs
    let hasFocus = slot.panel == model.focus
    var spans: [Span] = []
    for tab in slot.tabs {
      let isSeen = tab == slot.panel
      spans.append(Span("\(tab.jump) ", isSeen && hasFocus ? .accent : .quiet))
      spans.append(
        Span(
          tab.title + "  ", isSeen ? (hasFocus ? .accent : .text) : .quiet, isSeen ? .bold : []))
    }
    // All tabs where they fit, else the one that is seen.
    if spans.width > area.columns {
      spans = [
        Span("\(slot.panel.jump) ", hasFocus ? .accent : .quiet),
        Span(slot.panel.title + "  ", hasFocus ? .accent : .text, .bold),
      ]
    }
    let end = write(spans, row: area.row, column: area.column, width: area.columns)
    for column in end..<max(end, area.column + area.columns) {
      self[area.row, column] = Cell(glyphs.rule, foreground: .role(hasFocus ? .accent : .line))
    }
  }

  fileprivate mutating func drawTitleBar(_ model: Model) {
    let width = size.columns
    fill(Area(row: 0, column: 0, rows: 1, columns: width), .raised)
    let title = model.session.shownTitle
    let left = [
      Span(" replk-tui", .accent, .bold),
      Span("  " + (title.isEmpty ? "effective receptive fields" : title), .quiet),
    ]
    var right: [String] = []
    if model.session.screen.isZoomed { right.append("zoomed") }
    if let rules = model.rules { right.append("rule " + rules) }
    if model.session.screen.curve != .log { right.append(model.session.screen.curve.rawValue) }
    if model.session.screen.window.zoom > 1 { right.append(model.zoomText) }
    right.append(model.ramp.name)
    if model.sides.count > 1 {
      right.append(model.sharesScale ? "shared scale" : "own scales")
    }
    var status: String { right.joined(separator: model.display.glyphs.separator) + " " }
    var statusWidth: Int { status.columns }
    while right.count > 1, left[0].width + statusWidth + 2 > width { right.removeLast() }
    // A title of the session's own is cut rather than left out.
    let space = width - statusWidth - 2
    let isCut = !title.isEmpty && left.width > space && space >= left[0].width + 14
    let shown = left.width <= space || isCut ? left : Array(left.prefix(1))
    let end = write(shown, row: 0, column: 0, width: min(width, isCut ? space : width))
    let room = width - end - 2
    writeRight([Span(status, .quiet)], row: 0, end: width, width: min(room, statusWidth))
  }

  fileprivate mutating func drawTooSmall(_ model: Model) {
    let lines = [
      "\(size.columns) x \(size.rows) is too small",
      "at least \(ScreenLayout.leastColumns) x \(ScreenLayout.leastRows)",
      "q quits",
    ]
    let shown = size.rows >= 3 ? lines : [size.rows == 2 ? lines[0] : "q quits"]
    let top = max(0, (size.rows - shown.count) / 2)
    for (offset, line) in shown.enumerated() {
      writeCentred(
        [Span(line, offset == 0 ? .text : .quiet)], row: top + offset, column: 0,
        width: size.columns)
    }
  }
}

extension Model {
  /// How close the maps are, and which pixels are seen.
  fileprivate var zoomText: String {
    let size = inputSize(active)
    let window = session.screen.window.pixels(height: size.height, width: size.width)
    func range(_ start: Double, _ length: Double) -> String {
      "\(Format.fixed(start, 0))-\(Format.fixed(start + length, 0))"
    }
    return "\(session.screen.window.zoom)x: rows \(range(window.row, window.height)), columns "
      + range(window.column, window.width)
  }
}
