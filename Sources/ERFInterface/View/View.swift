// The screen as a function of the state: title bar, panels, footer, and what lies over them.

import ERFEngine

/// Draws the state on a screen of a size.
public func view(_ model: Model, size: ScreenSize) -> Frame {
  var frame = Frame(size: size)
  guard size.columns >= ScreenLayout.leastColumns, size.rows >= ScreenLayout.leastRows else {
    frame.drawTooSmall(model)
    return frame
  }
  let layout = ScreenLayout(size: size, model: model)
  frame.drawTitleBar(model, layout)
  if case .help(let scroll) = model.overlay {
    frame.drawHelp(model, in: layout.body, scroll: scroll)
  } else {
    for drawing in drawings(model, layout) { drawing.draw(on: &frame) }
  }
  frame.drawFooter(model)
  return frame
}

/// The visible panels with their colour scales; a hidden panel still counts in a shared scale.
private func drawings(_ model: Model, _ layout: ScreenLayout) -> [PanelDrawing] {
  var visible = layout.panels.map { PanelDrawing(model: model, index: $0.index, area: $0.area) }
  guard model.scale == .shared, model.panels.count > 1 else { return visible }
  let shown = Set(layout.panels.map(\.index))
  let hidden = model.panels.indices.filter { !shown.contains($0) }
  let peaks =
    visible.map(\.peak)
    + hidden.map { PanelDrawing(model: model, index: $0, area: layout.body).peak }
  for index in visible.indices { visible[index].top = peaks.max() ?? 0 }
  return visible
}

/// Where the parts of the screen lie.
struct ScreenLayout {
  static let leastColumns = 40
  static let leastRows = 12
  /// Below this many columns two panels do not fit side by side: the focused one is shown.
  static let leastColumnsForTwo = 66

  let size: ScreenSize
  /// Between title bar and footer.
  let body: Area
  /// Panel index and place, left to right.
  let panels: [(index: Int, area: Area)]

  init(size: ScreenSize, model: Model) {
    self.size = size
    let spacing = size.rows >= 30 ? 1 : 0
    let margin = size.columns >= 100 ? 2 : 1
    let body = Area(
      row: 1 + spacing, column: margin, rows: size.rows - 2 - 2 * spacing,
      columns: size.columns - 2 * margin)
    self.body = body
    let alone =
      model.panels.count < 2 || model.isZoomed || size.columns < Self.leastColumnsForTwo
    guard !alone else {
      panels = model.panels.isEmpty ? [] : [(model.focus, body)]
      return
    }
    let gap = size.columns >= 100 ? 4 : 2
    let width = (body.columns - gap * (model.panels.count - 1)) / model.panels.count
    panels = model.panels.indices.map { index in
      let column = body.column + index * (width + gap)
      return (index, Area(row: body.row, column: column, rows: body.rows, columns: width))
    }
  }
}

extension Frame {
  mutating func drawTitleBar(_ model: Model, _ layout: ScreenLayout) {
    let width = size.columns
    fill(Area(row: 0, column: 0, rows: 1, columns: width), .raised)
    let left = [Span(" replk-tui", .accent, .bold), Span("  effective receptive fields", .quiet)]
    var right: [String] = []
    if layout.panels.count < model.panels.count {
      right.append("panel \(layout.panels.map { Self.letter($0.index) }.joined()) of 2")
    }
    right.append("rule " + (model.panels.first?.request.rule.rawValue ?? ""))
    right.append(model.ramp.name)
    if model.panels.count > 1 { right.append(model.scale.label) }
    var status: String { right.joined(separator: model.display.glyphs.separator) + " " }
    var statusWidth: Int { status.unicodeScalars.count }
    while right.count > 1, left[0].width + statusWidth + 2 > width { right.removeLast() }
    let shown = left.width + statusWidth + 2 <= width ? left : Array(left.prefix(1))
    write(shown, row: 0, column: 0, width: width)
    let room = width - shown.width - 2
    writeRight([Span(status, .quiet)], row: 0, end: width, width: min(room, statusWidth))
  }

  mutating func drawTooSmall(_ model: Model) {
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

  /// `A` or `B`.
  static func letter(_ index: Int) -> String { index == 0 ? "A" : "B" }
}

extension ScaleChoice {
  var label: String { self == .shared ? "shared scale" : "own scales" }
}
