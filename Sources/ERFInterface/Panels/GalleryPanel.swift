// The gallery: any number of networks as small maps in a row, with what each costs; two of them can be
// put in the places of A and B.

import ERFEngine

extension PanelName {
  public static let gallery = PanelName("gallery")
}

enum GalleryPanel: Panel {
  static let name = PanelName.gallery
  static let summary = "several networks as small maps, with what each costs"
  static let place = PanelPlace.results
  static let likedRows = 20
  static let jump: Unicode.Scalar = "M"

  static let commands = [
    row(
      .move(.left), [.left, key("h")], label: "Left h", footerKey: "arrows", footer: "select",
      rank: 2, "the network before"),
    row(.move(.right), [.right, key("l")], label: "Right l", "the network after"),
    row(
      .choose, [.enter], footer: "put it in A or B", rank: 3,
      "the selected network in the active place"),
    row(
      .addImages, [key("A")], footer: "add", rank: 4, "add the active network to the gallery"),
    row(
      .mark, [key("S")], footer: "sweep", rank: 5,
      "the active network's kernels swept over 3, 7, 13, 25 and 31"),
    row(
      .clear, [.backspace], label: "Backspace", footer: "take out", rank: 6,
      "take the selected network out"),
  ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawGallery(model, in: area)
  }

  static func subject(_ model: Model) -> [[Span]] { model.gallerySubject }

  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? {
    guard pointer.action == .click, !model.session.gallery.isEmpty else { return nil }
    let places = GalleryParts(model, in: area).layout.places
    if let tile = places.first(where: { $0.area.contains(pointer) }) {
      model.gallery.selection = tile.index
    }
    return []
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    let networks = model.session.gallery
    let selected = min(networks.count - 1, model.gallery.selection)
    switch command {
    case .addImages:
      let network = model.session.networks[model.active]
      guard network.savedMap == nil else { return .refuse("a saved map is not a network") }
      guard !networks.contains(network) else { return .refuse("it is there already") }
      guard networks.count < Session.galleryLimit else {
        return .refuse("\(Session.galleryLimit) networks are enough; Backspace takes one out")
      }
      return .edit { $0.session.gallery.append(network) }
    case .mark:
      guard model.session.networks[model.active].savedMap == nil else {
        return .refuse("a saved map is not a network")
      }
      let sweep = model.kernelSweep
      guard sweep.count > 1 else { return .refuse("this network's kernels cannot be swept") }
      guard sweep != networks else { return .refuse("this sweep is there already") }
      return .change { $0.depart(.gallery(sweep, selection: 0)) }
    default: break
    }
    guard networks.indices.contains(selected) else {
      return .refuse(
        model.emptyGallery(
          "the gallery is empty: ", add: "A adds the active network",
          sweep: ", S a sweep of its kernels"))
    }
    switch command {
    case .move(.left):
      return selected > 0
        ? .edit { $0.gallery.selection = selected - 1 } : .refuse("this is the first network")
    case .move(.right):
      return selected + 1 < networks.count
        ? .edit { $0.gallery.selection = selected + 1 } : .refuse("this is the last network")
    case .choose: return choice(selected, model)
    case .clear:
      var rest = networks
      rest.remove(at: selected)
      let next = max(0, min(selected, rest.count - 1))
      return .change { [rest] in $0.depart(.gallery(rest, selection: next)) }
    default: return .nothing
    }
  }

  /// A network of the gallery in the active place.
  private static func choice(_ selected: Int, _ model: Model) -> Plan {
    let letter = Model.letter(model.active)
    let (network, name) = (model.session.gallery[selected], model.galleryNames[selected])
    guard model.session.networks[model.active] != network else {
      return .refuse("\(letter) is \(name) already")
    }
    return .edit { model in
      model.edit { $0 = network }
      model.notice = Notice(.note, "\(letter) is now \(name); u undoes it")
    }
  }
}

extension Model {
  /// How networks come into the empty gallery, by keys that do something now; or why none does.
  fileprivate func emptyGallery(_ beginning: String, add: String, sweep: String) -> String {
    if let refusal = GalleryPanel.plan(.addImages, self).refusal { return beginning + refusal }
    return beginning + add + (GalleryPanel.plan(.mark, self).refusal == nil ? sweep : "")
  }
}

/// The fullest of these wordings that fits, since a sentence that is cut may say something else.
private func verdictLines(_ wordings: [String], columns: Int, rows: Int) -> [String] {
  if let whole = wordings.first, whole.columns <= columns { return [whole] }
  let wrapped = wordings.map {
    wrap($0.replacing("multiply-adds", with: "MACs"), width: columns)
  }
  return wrapped.first { $0.count <= rows } ?? Array((wrapped.last ?? []).prefix(rows))
}

/// What the panel is divided into where there are networks.
struct GalleryParts {
  /// Lines at its lower end.
  let verdict: [String]
  /// The area of the small maps, and where they lie.
  let maps: Area
  let layout: GalleryLayout
  /// Below them: curves of all networks, or bars where there is less room, or nothing.
  let rest: Area
  let hasCurves: Bool
  let hasBars: Bool

  init(_ model: Model, in area: Area) {
    verdict =
      area.rows >= 12
      ? verdictLines(model.galleryVerdicts, columns: area.columns, rows: area.rows / 5) : []
    var maps = area
    maps.rows -= verdict.count
    let count = model.session.gallery.count
    let used = GalleryLayout(model, in: maps).usedRows(model)
    // Bars do without the blank row where there is no room for it.
    let isTight = maps.below(used + 1).rows <= count
    rest = maps.below(isTight ? used : used + 1)
    hasCurves = rest.rows >= 11 && area.columns >= 76
    hasBars = !hasCurves && rest.rows > count && area.columns >= 40
    if hasCurves || hasBars { maps.rows = used }
    self.maps = maps
    layout = GalleryLayout(model, in: maps)
  }
}

extension Frame {
  fileprivate mutating func drawGallery(_ model: Model, in area: Area) {
    let networks = model.session.gallery
    guard !networks.isEmpty else {
      let text =
        model.emptyGallery(
          "No networks yet: ", add: "A adds the active one",
          sweep: ", S adds it with kernels of 3, 7, 13, 25 and 31") + "."
      for (offset, line) in wrap(text, width: area.columns).prefix(area.rows).enumerated() {
        write(line, .quiet, row: area.row + offset, column: area.column, width: area.columns)
      }
      return
    }
    let parts = GalleryParts(model, in: area)
    let layout = parts.layout
    for (offset, line) in parts.verdict.enumerated() {
      write(
        line, .accent, .bold, row: area.row + area.rows - parts.verdict.count + offset,
        column: area.column, width: area.columns)
    }
    let bars = GalleryBars(model: model)
    if parts.hasCurves { drawProfiles(model, in: parts.rest) }
    if parts.hasBars { bars.draw(in: parts.rest, on: &self) }
    if !parts.hasBars, let spare = layout.spare, spare.rows > networks.count, spare.columns >= 30 {
      bars.draw(in: spare, on: &self)
    }
    for (index, place) in layout.places {
      GalleryTile(model: model, index: index, area: place).draw(on: &self)
    }
    if layout.places.count < networks.count {
      let shown = layout.places.map { $0.index + 1 }
      writeRight(
        [Span("\(shown.first ?? 0)-\(shown.last ?? 0) of \(networks.count)", .quiet)],
        row: parts.maps.row + parts.maps.rows - 1, end: area.column + area.columns, width: 12)
    }
  }
}

extension Frame {
  /// A field with the square that holds half of it.
  mutating func drawSmallField(
    _ field: HeatField, _ metrics: ERFMetrics, _ model: Model, in map: Area
  ) {
    let style = HeatStyle(model.display)
    let curve = model.session.screen.curve
    let pixels = field.resampled(
      rows: map.rows * style.pixelsPerCell, columns: map.columns, curve: curve)
    var marks = PixelMarks(cells: map, unicode: model.display.unicode)
    if let side = metrics.ratios.first(where: { $0.threshold == Model.half })?.side {
      let origin = metrics.origin
      let window = PixelWindow(row: 0, column: 0, height: field.height, width: field.width)
      marks.outline(
        top: Double(max(0, origin.row - side / 2)), left: Double(max(0, origin.column - side / 2)),
        bottom: Double(min(field.height, origin.row + side / 2 + 1)),
        right: Double(min(field.width, origin.column + side / 2 + 1)), in: window, .text)
    }
    let colours = HeatColours(
      scale: field.isSigned ? .diverging : .rising(map: UInt8(model.colourMap)),
      top: field.tops[curve] ?? 0, decades: curve == .decades ? HeatColours.decades : nil)
    drawHeat(
      pixels, in: map, colours: colours, style: style,
      marks: marks.inked(over: pixels, of: map, colours, style))
  }
}

/// How much of the input holds half of each field, as bars.
private struct GalleryBars {
  @SharedModel var model: Model

  func draw(in area: Area, on frame: inout Frame) {
    frame.write(
      "half of the field lies in", .text, .bold, row: area.row,
      column: area.column, width: area.columns)
    let networks = model.session.gallery
    let glyphs = model.display.glyphs
    let (names, label) = labels(at: area.columns / 2)
    let shares = networks.map { model.galleryMap($0)?.result.metrics.ratio(at: Model.half) }
    // As long as the largest of them, or the differences would be a matter of cells.
    let top = max(1e-9, shares.lazy.compactMap { $0 }.max() ?? 0)
    let cells = max(4, area.columns - label - 8)
    for (index, share) in shares.enumerated() where index + 1 < area.rows {
      let isSelected = model.focus == .gallery && index == model.gallery.selection
      let text = share.map { Format.area($0) } ?? glyphs.dash
      frame.write(
        [
          Span(names[index].rightPadded(label), isSelected ? .accent : .text),
          share.map { glyphs.stroke($0 / top, of: cells, .accent) } ?? Span("", .accent),
          Span(" " + text, share == nil ? .quiet : .text),
        ], row: area.row + 1 + index, column: area.column, width: area.columns)
    }
  }
}

extension GalleryBars {
  /// Names in so many columns at most, with the blank behind them: with letters where cuts leave the same
  /// of two.
  private func labels(at most: Int) -> (names: [String], columns: Int) {
    let networks = model.session.gallery
    func cut(_ names: [String]) -> (names: [String], columns: Int) {
      let columns = min(most, (names.map(\.columns).max() ?? 0) + 2)
      let cuts = names.map {
        $0.cut(columns: columns - 1, model.display.glyphs.ellipsis, apartFrom: names)
      }
      return (cuts, columns)
    }
    let texts = model.galleryTexts
    let plain = cut(texts)
    guard Set(plain.names).count < Set(texts).count else { return plain }
    return cut(zip(networks, model.galleryNames).map { model.lettered($0, $1) })
  }
}

/// One network of the gallery.
private struct GalleryTile {
  @SharedModel var model: Model
  let index: Int
  let area: Area

  private var network: NetworkSpec { model.session.gallery[index] }
  private var glyphs: Glyphs { model.display.glyphs }

  func draw(on frame: inout Frame) {
    let request = model.galleryRequest(network)
    let entry = model.galleryMap(network)
    let isSelected = model.focus == .gallery && index == model.gallery.selection
    let size = model.inputSize(of: network)
    let fit = HeatmapFit(
      height: size.height, width: size.width, rows: max(1, area.rows - GalleryLayout.words),
      columns: area.columns, aspect: model.display.cellAspect)
    let map = Area(row: area.row + 2, column: area.column, rows: fit.rows, columns: fit.columns)
    frame.write(
      [
        Span(isSelected ? String(glyphs.focus) : "", .accent),
        Span(letter, isSelected ? .accent : .quiet, .bold),
        Span(title, isSelected ? .accent : .text, .bold),
      ], row: area.row, column: area.column, width: area.columns)
    frame.write([weights], row: area.row + 1, column: area.column, width: area.columns)
    if let entry {
      frame.drawSmallField(entry.field, entry.result.metrics, model, in: map)
    } else {
      frame.fill(map, .well)
      let text = model.gallery.failure(of: request) ?? "computing"
      for (offset, line) in wrap(text, width: map.columns).prefix(map.rows).enumerated() {
        frame.write(line, .quiet, row: map.row + offset, column: map.column, width: map.columns)
      }
    }
    for (offset, line) in numbers(entry).enumerated()
    where map.row + map.rows + offset < area.row + area.rows {
      frame.write(
        line, row: map.row + map.rows + offset, column: area.column, width: area.columns)
    }
  }

  private var title: String {
    let room = area.columns - letter.columns - 1
    let name = model.galleryNames[index]
    let wordings = ["K = ", "K ", ""].map { name.replacing("K = ", with: $0) }
    if let whole = wordings.first(where: { $0.columns <= room }) { return whole }
    let brief = model.briefGalleryNames.map { $0.replacing("K = ", with: "K ") }
    return brief[index].cut(columns: room, glyphs.ellipsis, apartFrom: brief)
  }

  /// By which plots and tables name it.
  private var letter: String {
    model.letter(of: network).map { $0 + " " } ?? ""
  }

  private var weights: Span {
    switch network.weights {
    case .random(let seed): Span("random:\(seed)", .warning)
    case .trained: Span("trained" + edit, role)
    case .file(let path):
      Span(
        TrainingFilm.title(path).cutInside(columns: area.columns - edit.columns, glyphs.ellipsis)
          + edit, role)
    }
  }

  private var role: Role { network.seedOfNewKernels == nil ? .quiet : .warning }

  /// That something was edited is said on the narrowest tile.
  private var edit: String {
    if network.seedOfNewKernels != nil {
      let texts = [network.editedText.long, network.editedText.short, ", rnd"]
      return texts.first { "trained".columns + $0.columns <= area.columns } ?? texts[2]
    }
    guard network.isEdited else { return "" }
    let texts = [", edited", " edited"]
    return texts.first { "trained".columns + $0.columns <= area.columns } ?? ", edit"
  }

  /// Three digits where four would be cut, or two beside a word.
  private func cost(_ value: Int, _ largest: Format.AmountUnit) -> String {
    let unit = Format.AmountUnit(of: [value], largest: largest)
    let number = Double(value) / unit.value
    if area.columns < 14, number < 0.995 { return Format.fixed(number, 2) + " " + unit.rawValue }
    guard area.columns < 18, number >= 9.95 else { return Format.amount(value, largest: largest) }
    return Format.fixed(number, number < 99.5 ? 1 : 0) + " " + unit.rawValue
  }

  private func numbers(_ entry: FinishedMaps.Entry?) -> [[Span]] {
    let area = entry?.result.metrics.ratio(at: Model.half).map { Format.area($0) }
    let facts = model.facts(of: network)?.running(as: entry?.result.subject)
    let images = entry.map { max(1, $0.result.map.images) }
    // Of what the unit depends on alone. Other work slows passes down, and the first one lays weights out, so
    // that where there is room for it, the number says which run it is of.
    let time = entry?.result.seconds.fastest.map { seconds -> String in
      let time = Format.fixed(seconds * 1000, 0) + " ms"
      let fastest = images.flatMap { $0 > 1 ? ", fastest of \($0)" : nil } ?? ""
      let wordings = [
        "a picture's map in \(time)\(fastest), this run", "a picture's map in \(time), this run",
        "a map in \(time), this run", "\(time), this run", "\(time), 1 run",
      ]
      return wordings.first { $0.columns <= self.area.columns } ?? time
    }
    func labelled(_ value: String, _ names: [String]) -> [Span] {
      let room = self.area.columns - value.columns - 1
      return [
        Span(value, .text), Span(" " + (names.first { $0.columns <= room } ?? names[1]), .quiet),
      ]
    }
    return [
      [
        Span(self.area.columns >= 14 ? "half in " : "half ", .quiet),
        Span(area ?? glyphs.dash, .text, .bold),
      ],
      facts.map { labelled(cost($0.parameters, .mega), ["parameters", "params"]) } ?? [],
      facts.map { labelled(cost($0.multiplyAdds, .giga), ["multiply-adds", "MACs"]) } ?? [],
      [Span(time ?? "", .quiet)],
    ]
  }
}
