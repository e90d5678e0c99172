// The jobs panel with the screen to itself: the maps that are remembered, and what they took.

import ERFEngine

extension Frame {
  private static let finishedTile = TileGrid.Tile(leastRows: 8, leastColumns: 16, words: 2)

  /// A table of the maps that are remembered, and those used last as small maps below it.
  mutating func drawFinished(_ model: Model, in area: Area) {
    let lines = FinishedLines(
      model: model, width: area.columns, most: max(4, area.rows / 3)
    ).lines
    write(lines, in: area)
    let maps = model.finishedMaps.entries
    // Those used last where not all have room.
    let grid = TileGrid(
      maps.count, of: Self.finishedTile, in: area.below(lines.count + 1), gap: 2,
      aspect: model.display.cellAspect)
    var end = area.row
    let names = model.names(of: maps.map(\.network))
    for (number, entry) in maps.prefix(grid?.shown ?? 0).enumerated() {
      guard var place = grid?.place(number) else { continue }
      // A row between one map and the title of the next.
      place.rows -= 1
      let metrics = entry.result.metrics
      let size = entry.result.subject.input
      let fit = HeatmapFit(
        height: size.height, width: size.width, rows: place.rows - 1, columns: place.columns,
        aspect: model.display.cellAspect)
      let half = metrics.ratio(at: Model.half).map { " half in " + Format.percent($0) }
      let name = Span(names[number], .text)
      let cut = Span(
        names[number].cut(
          columns: place.columns, model.display.glyphs.ellipsis, apartFrom: names), .text)
      let titles = [
        [name, Span(" \(size) \(model.layerText(entry))", .quiet), Span(half ?? "", .quiet)],
        [name, Span(half ?? "", .quiet)], [name],
      ]
      write(
        titles.first { $0.width <= place.columns } ?? [cut], row: place.row,
        column: place.column, width: place.columns)
      drawSmallField(
        entry.field, metrics, model,
        in: Area(row: place.row + 1, column: place.column, rows: fit.rows, columns: fit.columns))
      end = Swift.max(end, place.row + 1 + fit.rows)
    }
    // Few maps leave room for the curves of those on screen.
    let rest = area.below(end + 1 - area.row)
    if end > area.row, rest.rows >= 9 { drawProfiles(model, in: rest) }
  }
}

extension Model {
  /// The layer in few letters where it has any.
  fileprivate func layerText(_ entry: FinishedMaps.Entry) -> String {
    let tap = entry.result.subject.tap
    let text = layerText(entry.network, tap, at: entry.request.size)
    return text == tap.sanitised ? text : text.prefix { $0 != " " }.description
  }
}

/// The maps finished before, those used last first, which come back at once.
private struct FinishedLines {
  @SharedModel var model: Model
  let width: Int
  /// Most maps that have a line.
  let most: Int

  var lines: [[Span]] {
    let maps = model.finishedMaps
    let head = [
      Span("\(maps.entries.count.counted("map")) kept at hand", .text, .bold),
      Span("  in \(Format.bytes(maps.bytes))", .quiet),
    ]
    let columns =
      isNarrow
      ? [
        Span("network".rightPadded(name), .quiet), Span("input".leftPadded(9), .quiet),
        Span("half".leftPadded(8), .quiet),
      ]
      : [
        Span("network".rightPadded(name), .quiet), Span("weights".rightPadded(12), .quiet),
        Span("input".leftPadded(9), .quiet), Span("  layer".rightPadded(14), .quiet),
        Span("n".leftPadded(4), .quiet), Span("half".leftPadded(8), .quiet),
        Span("time".leftPadded(12), .quiet),
      ]
    let threads = [
      Span("threads ", .quiet), Span(model.threads.map { "\($0)" } ?? "one per core", .text),
    ]
    let memory = [Span("memory at most ", .quiet), Span(peak, .text)]
    let machine = isNarrow ? [threads, memory] : [threads + [Span("  ", .quiet)] + memory]
    let more = maps.entries.count - most
    let others = more > 0 ? [[Span("and \(more) used before these", .quiet)]] : []
    let names = model.names(of: maps.entries.map(\.network))
    let rows = zip(maps.entries, names).prefix(most).map { row($0, named: $1, among: names) }
    return [head, columns] + rows + others + [[]] + machine
  }

  /// The network, its input and the area of half of the map are what there is always room for.
  private var isNarrow: Bool { width < 66 }
  private var name: Int { isNarrow ? width - 17 : width - 59 }

  private var peak: String {
    let bytes = model.finishedMaps.entries.map(\.result.peakBytes).max()
    return bytes.map { Format.bytes($0) } ?? model.display.glyphs.dash
  }

  private func row(
    _ entry: FinishedMaps.Entry, named text: String, among names: [String]
  ) -> [Span] {
    let result = entry.result
    let ellipsis = model.display.glyphs.ellipsis
    func cell(_ text: String, _ columns: Int) -> String {
      text.sanitised.cutInside(columns: columns - 1, ellipsis).rightPadded(columns)
    }
    let network = Span(
      text.cutInside(columns: name - 1, ellipsis, apartFrom: names).rightPadded(name), .text)
    let input = Span("\(result.subject.input)".leftPadded(9), .text)
    let half = result.metrics.ratio(at: Model.half).map { Format.area($0) } ?? "none"
    let area = Span(half.leftPadded(8), .text, .bold)
    guard !isNarrow else {
      return [network, input, area]
    }
    let weights = TrainingFilm.title(entry.network.weights.description)
    return [
      network, Span(cell(weights, 12), .quiet), input,
      Span("  " + cell(model.layerText(entry), 12), .quiet),
      Span("\(result.map.images)".leftPadded(4), .text),
      area,
      Span(" " + Format.duration(result.seconds.total).leftPadded(11), .quiet),
    ]
  }
}
