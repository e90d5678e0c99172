// The numbers of a field: area ratios, facts, progress and warnings.

import ERFEngine

extension FieldDrawing {
  /// What is measured where the unit is not the central one.
  private static let cut = "square around the unit, cut by the input"
  private static let dark = "mostly dark: g"
  private static let zero = "no gradient reaches the input: M is 0"

  /// The fullest first.
  private var cuts: [String] {
    (side.measured?.unitCount ?? 1) > 1
      ? [
        "square around the units' middle, cut by the input", "around the units' middle, cut",
        "around units, cut",
      ]
      : [Self.cut, "around the unit, cut by the input", "around the unit, cut", "around unit, cut"]
  }

  var isCentred: Bool { side.measured?.metrics.isCentred ?? true }

  private var ratios: [AreaRatio] {
    side.measured?.metrics.ratios
      ?? ERFMetrics.thresholds.map { AreaRatio(threshold: $0, side: nil, ratio: nil) }
  }

  // MARK: Table below the map

  /// Thresholds across; a square that no side reaches says so over the two rows. Where columns are
  /// few, units go into the labels.
  func drawTable(on frame: inout Frame) {
    guard layout.tableRows > 0 else { return }
    let isTight = area.columns < 34
    // Numbers that need it may go on to the panel's edge.
    let room = area.columns - (isTight ? 1 : 2)
    let labelWidth = isTight ? 2 : 4
    let cell = min(13, (area.columns - 2 - labelWidth) / max(1, ratios.count))
    func label(_ text: String, _ tight: String) -> Span {
      Span((isTight ? tight : text).rightPadded(labelWidth), .quiet)
    }
    var lines = [[label("t", "t")], [label("side", "px")], [label("area", "%")]]
    var cells = ratios.map { ratio in
      let threshold =
        isTight
        ? Format.fixed(ratio.threshold * 100, 0) : Format.percent(ratio.threshold, digits: 0)
      let (side, share) = isTight ? tightTexts(ratio) : texts(ratio, cell: cell)
      return (threshold: threshold, side: side, share: share)
    }
    func columns(_ cells: [(threshold: String, side: String, share: String)]) -> [Int] {
      cells.map { max($0.threshold.columns, $0.side.columns, $0.share.columns) + 1 }
    }
    // Two sides of a square that is cut off may need more than there is.
    if labelWidth + columns(cells).reduce(0, +) > room {
      for (index, ratio) in ratios.enumerated() where cutSides(ratio) != nil {
        cells[index].side = "cut"
      }
    }
    // Sides of four digits need more than their share of the width.
    let wide = cells.map { max(cell, $0.side.columns + 1, $0.share.columns + 1) }
    let least = columns(cells)
    let needed = labelWidth + wide.reduce(0, +) <= room ? wide : least
    let fits = labelWidth + needed.reduce(0, +) <= room
    for (index, (ratio, texts)) in zip(ratios, cells).enumerated() {
      let width = fits ? needed[index] : cell
      let role: Role = ratio.side == nil ? .quiet : .text
      lines[0].append(Span(texts.threshold.leftPadded(width), .quiet))
      lines[1].append(Span(texts.side.leftPadded(width), role))
      let share = texts.share.columns < width ? texts.share : shortened(ratio)
      lines[2].append(Span(share.leftPadded(width), role, ratio.side == nil ? [] : .bold))
    }
    let sides = cells.map(\.side).joined(separator: " ")
    if !fits, cells.contains(where: { $0.side.columns >= cell }) {
      // Several of four digits: all of them without a label, rather than rounded.
      lines[1] = [Span(sides.leftPadded(room), .text)]
    }
    if layout.tableRows < 3 { lines.remove(at: 1) }
    for (offset, line) in lines.enumerated() {
      frame.write(line, row: layout.tableRow + offset, column: area.column + 1, width: room)
    }
  }

  private func tightTexts(_ ratio: AreaRatio) -> (side: String, area: String) {
    guard side.measured != nil, let side = ratio.side, let share = ratio.ratio else {
      return (glyphs.dash, glyphs.dash)
    }
    let text = cutSides(ratio) == nil ? "\(side)" : "cut"
    return (text, share < 0.0995 ? Format.areaNumber(share) : Format.fixed(share * 100, 0))
  }

  /// A small share in three columns.
  private func shortened(_ ratio: AreaRatio) -> String {
    let percents = (ratio.ratio ?? 0) * 100
    if percents < 0.005 { return "<.1" }
    return percents < 0.095
      ? String(Format.fixed(percents, 2).dropFirst()) : Format.fixed(percents, 1)
  }

  private func texts(_ ratio: AreaRatio, cell: Int) -> (side: String, area: String) {
    guard side.measured != nil else { return (glyphs.dash, glyphs.dash) }
    guard side.measured?.metrics.hasMass != false, ratio.isKnown else {
      return (glyphs.dash, glyphs.dash)
    }
    guard let side = ratio.side, let share = ratio.ratio else {
      if cell >= 12 { return (glyphs.dash, "not reached") }
      return layout.tableRows > 2 && cell >= 8 ? ("not", "reached") : (glyphs.dash, "none")
    }
    let text = cutSides(ratio) ?? (cell >= 9 ? "\(side) px" : "\(side)")
    return (text, Format.area(share))
  }

  /// Rows and columns of what the input leaves of a square around an off-centre unit; nil where it leaves
  /// all of it.
  private func cutSides(_ ratio: AreaRatio) -> String? {
    guard let shown = side.measured, !isCentred, let side = ratio.side,
      let square = square(ratio, shown)
    else { return nil }
    let (rows, columns) = (Int(square.bottom - square.top), Int(square.right - square.left))
    return rows < side || columns < side ? "\(rows)\(glyphs.times)\(columns)" : nil
  }

  // MARK: Numbers beside the map

  func drawSide(_ place: Area, on frame: inout Frame) {
    let squares =
      side.measured?.isUnitAssumed == true
      ? "Square holding t, \(ShownMap.assumedMiddle)" : "Smallest centred square holding t"
    var lines: [[Span]] = [
      [Span(isCentred ? squares : cuts[0], .quiet)], [],
      [
        Span("t".leftPadded(6), .quiet), Span("side".leftPadded(10), .quiet),
        Span("area".leftPadded(12), .quiet),
      ],
    ]
    for ratio in ratios {
      let threshold = Span(Format.percent(ratio.threshold, digits: 0).leftPadded(6), .quiet)
      let (edge, share) = texts(ratio, cell: 12)
      let role: Role = ratio.side == nil ? .quiet : .text
      lines.append([
        threshold, Span(edge.leftPadded(10), role),
        Span(share.leftPadded(12), role, ratio.side == nil ? [] : .bold),
      ])
    }
    lines.append([])
    lines += factLines(rows: place.rows - lines.count { !$0.isEmpty })
    if lines.count > place.rows { lines.removeAll { $0.isEmpty } }
    for (offset, line) in lines.prefix(place.rows).enumerated() {
      frame.write(
        line, row: place.row + offset, column: place.column, width: place.columns)
    }
  }

  /// Facts one below the other. What is too long goes on in further lines where there is room, notes first: nothing
  /// else on the screen says them.
  private func factLines(rows: Int) -> [[Span]] {
    let facts = facts
    var spare = rows - facts.count
    var values = facts.map { [$0.1] }
    let notes = facts.indices.filter { facts[$0].0 == "note" }
    for index in notes + facts.indices.filter({ !notes.contains($0) }) {
      let wrapped = wrap(facts[index].1, width: factRoom)
      guard wrapped.count > 1, wrapped.count - 1 <= spare else { continue }
      values[index] = wrapped
      spare -= wrapped.count - 1
    }
    return zip(facts, values).flatMap { fact, parts in
      parts.enumerated().map { offset, part in
        [Span("  " + (offset == 0 ? fact.0 : "").rightPadded(9), .quiet), Span(part, fact.2)]
      }
    }
  }

  /// Columns that a value has beside the map.
  private var factRoom: Int { (layout.side?.columns ?? .max) - 11 }

  /// Label, value and its colour, in order of importance.
  private var facts: [(String, String, Role)] {
    guard let shown = side.measured else { return [] }
    let metrics = shown.metrics
    var facts: [(String, String, Role)] = [
      (
        "border", Format.percent(metrics.borderShare),
        shown.isCutByInput ? .warning : .text
      ),
      ("sigma", Format.fixed(metrics.sigma, 1) + " px", .text),
    ]
    if !metrics.hasMass { facts = [] }
    if let record = shown.result?.record {
      return facts + record.facts
    }
    facts.append(("images", "\(shown.images) of \(shown.ofImages)", .text))
    if let subject = shown.subject {
      let size = subject.mapSize
      let (row, column) = (subject.unit.row, subject.unit.column)
      let units = [
        "row \(row), column \(column) of \(size.height) \(glyphs.times) \(size.width)",
        "row \(row), column \(column) of \(size.height)\(glyphs.times)\(size.width)",
        "r\(row) c\(column) of \(size.height)\(glyphs.times)\(size.width)",
      ]
      facts.append(("unit", units.first { $0.columns <= factRoom } ?? units[2], .text))
      facts.append(
        ("layer", model.layerText(shown.network, subject.tap, at: shown.request.size), .text))
      facts.append(("weights", subject.weightsHash.sanitised, .text))
      if subject.preprocessing != .own {
        facts.append(("prepared", subject.preprocessing.text, .text))
      }
    }
    if let deviation = side.deviation {
      facts.append(("bf16", deviation.text, .text))
    }
    let centre = metrics.centreOfMass
    if metrics.hasMass {
      facts.append(
        (
          "centre",
          "row \(Format.fixed(centre.row, 1)), column \(Format.fixed(centre.column, 1))", .text
        ))
    }
    if let result = shown.result {
      facts.append(("peak M", Format.significant(result.map.peak), .text))
      facts.append(("time", Format.duration(result.seconds.total), .text))
      facts.append(("memory", Format.bytes(result.peakBytes), .text))
    }
    return facts
  }

  // MARK: Progress and warnings

  func drawStatus(on frame: inout Frame) {
    let column = area.column + 1
    let width = area.columns - 2
    var lines: [[Span]] = []
    if let job = side.job { lines.append(progress(job, width: width)) }
    let file = model.opening(index)
    if let file { lines.append([Span("opening \(file)", .quiet)]) }
    if let shown = side.shown, let line = cursorLine(shown, width: width) { lines.append(line) }
    if let failure = side.failure, side.shown != nil {
      lines += wrap("\(glyphs.failure) \(failure)", width: width).map { [Span($0, .failure)] }
    }
    let isDark = isMostlyDark
    let hints = [Self.dark, "dark: g"].map { [Span(glyphs.separator + $0, .quiet)] }
    // Where there is but one row, a short warning leaves room for what can be done about a dark map.
    let room = isDark && layout.statusRows < 2 ? width - hints[0].width : width
    lines += warnings(room).flatMap { wrap("\(glyphs.warning) \($0)", width: width) }.map {
      [Span($0, .warning)]
    }
    if side.job == nil, file == nil, side.failure == nil, layout.side == nil {
      lines.append(summary(width))
    }
    if layout.side != nil, isDark { lines.append([Span(Self.dark, .quiet)]) }
    var shown = Array(lines.prefix(layout.statusRows))
    if isDark, lines.count > shown.count, let last = shown.last,
      let hint = hints.first(where: { (last + $0).width <= width })
    {
      shown[shown.count - 1] = last + hint
    }
    for (offset, line) in shown.enumerated() {
      frame.write(
        line, row: layout.statusRow + offset, column: column, width: width)
    }
  }

  /// A bar, the image and the time left.
  private func progress(_ job: Job, width: Int) -> [Span] {
    guard job.isRunning else {
      let words = "waiting for its turn"
      return [Span(words.columns <= width ? words : "waiting", .quiet)]
    }
    var text = ""
    if job.images > 0 { text += "  image \(min(job.image + 1, job.images))/\(job.images)" }
    if let left = job.secondsLeft { text += "  \(Format.duration(left)) left" }
    let bar = max(4, min(60, width - max(text.columns, 24)))
    return glyphs.bar(job.fraction, of: bar, .accent) + [Span(text, .quiet)]
  }

  /// Most urgent first.
  private func warnings(_ width: Int) -> [String] {
    guard let shown = side.measured else { return [] }
    var result: [String] = []
    if !shown.metrics.hasMass {
      result.append(width >= 44 ? Self.zero : "no gradient arrives: M = 0")
    }
    if let warning = leftOut(of: shown) { result.append(warning) }
    if shown.metrics.hasMass, model.sharesScale, top > 0,
      (shown.field.tops[model.session.screen.curve] ?? 0) < 0.04 * top
    {
      result.append(
        width >= 36 ? "dim on shared scale: s for its own" : "dim: s for a scale of its own")
    }
    if shown.isCutByInput {
      result.append(
        Format.percent(shown.metrics.borderShare)
          + (width >= 36 ? " at border: input too small" : " at border"))
    }
    if shown.hasForeignHeader {
      result.append(width >= 29 ? "its header is another map's" : "another's header")
    }
    if shown.isCoarse {
      result.append(width >= ShownMap.coarse.columns + 2 ? ShownMap.coarse : "read from 8 bits")
    }
    return result
  }

  /// What the map is not over, and why where that fits into one line.
  private func leftOut(of shown: ShownMap) -> String? {
    guard let image = shown.skipped.first else { return nil }
    let count = shown.skipped.count
    let which =
      count > 1 ? "\(count) images skipped" : "\(image.name.fileName.sanitised) skipped"
    let reason =
      switch image.reason {
      case .nonFinite(let layer): "not finite from \(layer.sanitised)"
      case .unreadable: "cannot be read"
      }
    let (full, brief) = ("\(which): \(reason)", count > 1 ? which : "1 image skipped")
    // Behind the mark of a warning.
    return [full, which].first { $0.columns + 2 <= area.columns - 2 } ?? brief
  }

  /// What a finished run came to, as much as fits.
  private func summary(_ width: Int) -> [Span] {
    guard let shown = side.measured else { return [] }
    let images = shown.imagesCounted
    var parts = [
      isCentred ? images : cuts.first { $0.columns <= width } ?? cuts[cuts.count - 1],
      isCentred ? "border \(Format.percent(shown.metrics.borderShare))" : images,
      "\(glyphs.sigma) \(Format.fixed(shown.metrics.sigma, 1)) px",
    ]
    .compactMap(\.self)
    if shown.isUnitAssumed { parts.insert(ShownMap.assumedMiddle, at: 0) }
    if !shown.metrics.hasMass { parts = [images].compactMap(\.self) }
    if let result = shown.result { parts.append(Format.duration(result.seconds.total)) }
    if isMostlyDark { parts.insert(Self.dark, at: min(1, parts.count)) }
    while parts.count > 1,
      parts.joined(separator: glyphs.separator).columns > width
    {
      parts.removeLast()
    }
    return [Span(parts.joined(separator: glyphs.separator), .quiet)]
  }
}

extension MapRecord {
  /// What the file of a saved map says of it, label by label.
  fileprivate var facts: [(String, String, Role)] {
    let source: [(String, String, Role)] =
      lines.isEmpty ? [("source", "not recorded in the file", .quiet)] : []
    let said = allLines.compactMap { line -> (String, String, Role)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      let label = String(line[..<colon])
      let isWeaker =
        label == "images" && pictures?.partialOf != nil
        || label == "note" && (isCoarse || isOfAnother)
      return (label, String(value).sanitised, isWeaker ? .warning : .text)
    }
    return source + said
  }
}
