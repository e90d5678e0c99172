// The images panel: the list with thumbnails, over which of them the maps are averaged, and how much
// the area ratios differ from image to image.

import ERFEngine

extension Frame {
  mutating func drawImages(_ model: Model, in area: Area) {
    let layout = ImagesLayout(model, in: area)
    drawImagesHeading(model, in: area)
    drawImageList(model, layout)
    if let place = layout.preview { drawSelectedImage(model, in: place) }
    let spread = ImageSpread(model: model, width: area.columns).lines
    for (offset, line) in spread.suffix(layout.spreadRows).enumerated() {
      write(
        line, row: area.row + area.rows - layout.spreadRows + offset, column: area.column,
        width: area.columns)
    }
  }

  private mutating func drawImagesHeading(_ model: Model, in area: Area) {
    guard !model.session.networks.allSatisfy({ $0.savedMap != nil }) else {
      let text = "these are not what a saved map was computed from"
      write(text, .quiet, row: area.row, column: area.column, width: area.columns)
      return
    }
    let wordings = meanWordings(model)
    let words = wordings.first { $0.columns <= area.columns } ?? wordings[wordings.count - 1]
    let mean = Span(words, .text, .bold)
    let sources =
      switch model.session.images.source {
      case .builtIn: ["  built-in pictures", "  built-in", ""]
      case .tensor: ["  a prepared tensor", "  prepared", ""]
      case .files: [""]
      }
    let source = sources.first { mean.width + $0.columns <= area.columns } ?? ""
    write([mean, Span(source, .quiet)], row: area.row, column: area.column, width: area.columns)
  }

  /// Over how many of the pictures the maps are, the fullest wording first.
  private func meanWordings(_ model: Model) -> [String] {
    let images = model.session.images
    let chosen = images.range.count
    let all = "\(chosen) of \(images.available)"
    let ended = model.sides.indices.filter {
      model.session.networks[$0].savedMap == nil && model.sides[$0].job == nil
    }
    // A run that was stopped, or failed, is over fewer than were chosen.
    let isCut = ended.contains { index in
      let side = model.sides[index]
      return side.failure != nil || side.isCancelled || side.measured?.isComplete == false
    }
    if isCut { return ["\(all) chosen"] }
    let left = ended.compactMap { index in
      model.sides[index].measured.flatMap { model.leftOut($0) }
        .map { (side: index, count: $0.count) }
    }
    guard let most = left.map(\.count).max(), most > 0 else { return ["mean over \(all)"] }
    if left.allSatisfy({ $0.count == most }) {
      let mean = "mean over \(chosen - most) of \(chosen)"
      return ["\(mean) chosen, \(most) skipped", "\(mean), \(most) skipped"]
    }
    let counts = left.map { "\(Model.letter($0.side)) \(chosen - $0.count)" }
    let mean = counts.joined(separator: ", ") + " of \(chosen) chosen"
    return ["mean over " + mean, mean]
  }

  private mutating func drawImageList(_ model: Model, _ layout: ImagesLayout) {
    let images = model.session.images
    let glyphs = model.display.glyphs
    let digits = "\(images.available)".count
    let names = layout.entries.map { images.name($0.index) }
    let leftOut = model.sides.map { side in side.shown.flatMap { model.leftOut($0) } }
    for (row, index) in layout.entries {
      let isUsed = images.range.contains(index)
      let isSelected = model.focus == .images && index == model.lists.image
      let marker = isSelected ? String(glyphs.focus) : " "
      var column = layout.list.column
      let end = column + layout.list.columns
      for offset in 0..<layout.entryRows {
        write(marker, .accent, row: row + offset, column: column - 1, width: 1)
      }
      if layout.thumbnailColumns > 0 {
        drawThumbnail(
          model, index,
          in: Area(
            row: row, column: column, rows: layout.entryRows, columns: layout.thumbnailColumns))
        column += layout.thumbnailColumns + 1
      }
      let areas = ownAreas(model, of: index, leftOut, layout: layout, columns: end - column)
      // Names of files differ in their ends as often as in their beginnings.
      let room = end - column - digits - 3 - (areas.isBelow ? 0 : areas.spans.width)
      write(
        [
          isUsed ? useMark(model, of: index, leftOut) : Span("  ", .accent),
          Span("\(index + 1)".leftPadded(digits) + " ", .quiet),
          Span(
            images.name(index).cutInside(columns: room, glyphs.ellipsis, apartFrom: names),
            isUsed ? .text : .quiet, isSelected ? .bold : []),
        ], row: row, column: column, width: end - column)
      if areas.isBelow {
        write(areas.spans, row: row + 2, column: column, width: end - column)
      } else {
        writeRight(areas.spans, row: row, end: end, width: areas.spans.width)
      }
      if layout.entryRows > 1, case .failed(let reason)? = model.picture(index) {
        write(reason, .failure, row: row + 1, column: column + 2, width: end - column - 2)
      }
    }
  }

  /// Before a picture in use: whether maps are over it.
  private func useMark(_ model: Model, of index: Int, _ leftOut: [Set<Int>?]) -> Span {
    var isSkipped = leftOut.contains { $0?.contains(index) == true }
    if case .failed? = model.picture(index) { isSkipped = true }
    let glyphs = model.display.glyphs
    return isSkipped
      ? Span(glyphs.warning + " ", .warning) : Span(String(glyphs.mark) + " ", .accent)
  }

  /// What the fields of A and B come to on one picture: below its name where there is room, else at
  /// the end of the line; empty where there is none.
  private func ownAreas(
    _ model: Model, of index: Int, _ leftOut: [Set<Int>?], layout: ImagesLayout, columns: Int
  ) -> (spans: [Span], isBelow: Bool) {
    let areas = model.sides.indices.flatMap { side -> [Span] in
      guard let left = leftOut[side], let area = model.ownArea(side, of: index, leftOut: left)
      else { return [] }
      return [
        Span("  " + Model.letter(side) + " ", Role.network(side), .bold),
        Span(area.map { Format.area($0) } ?? "none", .text),
      ]
    }
    guard !areas.isEmpty else { return ([], false) }
    if layout.entryRows >= 4 { return ([Span("  half in", .quiet)] + areas, true) }
    return (columns >= areas.width + 24 ? areas : [], false)
  }

  private mutating func drawThumbnail(_ model: Model, _ index: Int, in area: Area) {
    guard case .small(let image)? = model.picture(index) else { return fill(area, .well) }
    drawPicture(image, in: area, display: model.display)
  }

  /// The selected image, in its proportions.
  private mutating func drawSelectedImage(_ model: Model, in area: Area) {
    let index = model.lists.image
    switch model.picture(index) {
    case .small(let image)?:
      let fit = HeatmapFit(
        height: image.height, width: image.width, rows: area.rows, columns: area.columns,
        aspect: model.display.cellAspect)
      drawPicture(
        image,
        in: Area(row: area.row, column: area.column, rows: fit.rows, columns: fit.columns),
        display: model.display)
    case .failed(let reason)?:
      for (offset, line) in wrap(reason, width: area.columns).prefix(area.rows).enumerated() {
        write(line, .failure, row: area.row + offset, column: area.column, width: area.columns)
      }
    case nil: break
    }
  }
}

extension Model {
  /// The area that holds half of a side's field on image `index` alone; nil where that is not known,
  /// and in it where the field never reaches a half.
  ///
  /// - Parameter leftOut: the images in use that its map is not over.
  fileprivate func ownArea(_ side: Int, of index: Int, leftOut: Set<Int>) -> Double?? {
    let range = session.images.range
    guard let result = sides[side].shown?.result, range.contains(index), !leftOut.contains(index)
    else { return nil }
    let place = index - range.lowerBound - leftOut.count { $0 < index }
    if result.imageRatios.isEmpty {
      return range.count - leftOut.count == 1 ? .some(result.metrics.ratio(at: Self.half)) : nil
    }
    guard result.imageRatios.indices.contains(place) else { return nil }
    return .some(result.imageRatios[place].first { $0.threshold == Self.half }?.ratio)
  }
}

/// How much the area ratios differ over the images of a mean.
private struct ImageSpread {
  @SharedModel var model: Model
  let width: Int

  var lines: [[Span]] {
    var lines: [[Span]] = []
    for (index, side) in model.sides.enumerated() {
      guard let ratios = side.shown?.result?.imageRatios, ratios.count > 1 else { continue }
      if lines.isEmpty { lines += [title, header] }
      lines.append(row(Model.letter(index), ratios))
    }
    return lines
  }

  /// The verdict's share is that of the mean map.
  private var title: [Span] {
    let words = [
      "mean over pictures of each one's own share, not that of the mean map",
      "mean over pictures, not of the mean map", "mean over pictures",
    ]
    return [Span(words.first { $0.columns <= width } ?? words[2], .quiet)]
  }

  private var plusMinus: String { model.display.glyphs.plusMinus }
  private var cell: Int { max(7, min(14, (width - 3) / ERFMetrics.thresholds.count)) }

  private var header: [Span] {
    [Span("t".rightPadded(3), .quiet)]
      + ERFMetrics.thresholds.map {
        Span("\(Format.fixed($0 * 100, 0)) %".leftPadded(cell), .quiet)
      }
  }

  /// The mean of the images' own ratios and their standard deviation, in per cent.
  private func row(_ letter: String, _ images: [[AreaRatio]]) -> [Span] {
    [Span(letter.rightPadded(3), .text, .bold)]
      + ERFMetrics.thresholds.indices.map { place in
        let values = images.compactMap { $0[place].ratio.map { $0 * 100 } }
        guard values.count > 1 else { return Span("none".leftPadded(cell), .quiet) }
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        return Span(text(mean, square.squareRoot()).leftPadded(cell), .text)
      }
  }

  /// As exact as the cell is wide, and never cut.
  private func text(_ mean: Double, _ deviation: Double) -> String {
    let exact = Format.areaDigits(mean / 100)
    let digits = mean < 9.95 ? exact : 0
    var texts = [
      Format.fixed(mean, exact) + " \(plusMinus) " + spread(deviation, exact),
      Format.fixed(mean, digits) + plusMinus + spread(deviation, exact),
      Format.fixed(mean, digits) + plusMinus + spread(deviation, exact, isBrief: true),
      Format.fixed(mean, digits) + plusMinus + spread(deviation, digits),
    ]
    if mean >= 0.95 {
      texts.append(Format.fixed(mean, 0) + plusMinus + spread(deviation, 0))
    }
    // No spread is better than one of zero.
    return texts.first { $0.columns < cell } ?? Format.fixed(mean, digits)
  }

  /// `0.3`, briefly `.3`; what is rounded away is less than the last digit, `<0.1`, and not zero.
  private func spread(_ deviation: Double, _ digits: Int, isBrief: Bool = false) -> String {
    var number = Format.fixed(deviation, digits)
    guard deviation > 0 else { return number }
    let isLess = number.allSatisfy { $0 == "0" || $0 == "." }
    if isLess { number = String(number.dropLast()) + "1" }
    if isBrief, number.hasPrefix("0.") { number.removeFirst() }
    return (isLess ? "<" : "") + number
  }
}
