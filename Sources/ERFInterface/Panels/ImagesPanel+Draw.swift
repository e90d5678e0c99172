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
    for (offset, line) in spread.prefix(layout.spreadRows).enumerated() {
      write(
        line, row: area.row + area.rows - layout.spreadRows + offset, column: area.column,
        width: area.columns)
    }
  }

  private mutating func drawImagesHeading(_ model: Model, in area: Area) {
    let images = model.session.images
    var heading = [Span("mean over \(images.range.count) of \(images.available)", .text, .bold)]
    switch images.source {
    case .builtIn: heading.append(Span("  built-in pictures", .quiet))
    case .tensor: heading.append(Span("  a prepared tensor", .quiet))
    case .files: break
    }
    write(heading, row: area.row, column: area.column, width: area.columns)
  }

  private mutating func drawImageList(_ model: Model, _ layout: ImagesLayout) {
    let images = model.session.images
    let glyphs = model.display.glyphs
    let digits = "\(images.available)".count
    for (row, index) in layout.entries {
      let isUsed = images.range.contains(index)
      let isSelected = model.focus == .images && index == model.lists.image
      let marker = isSelected ? String(glyphs.focus) : " "
      let mark = isUsed ? String(glyphs.mark) : " "
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
      write(
        [
          Span(mark + " ", .accent), Span("\(index + 1)".leftPadded(digits) + " ", .quiet),
          Span(images.name(index), isUsed ? .text : .quiet, isSelected ? .bold : []),
        ], row: row, column: column, width: end - column)
      if layout.entryRows > 1, case .failed(let reason)? = model.picture(index) {
        write(reason, .failure, row: row + 1, column: column + 2, width: end - column - 2)
      }
    }
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

/// How much the area ratios differ over the images of a mean.
private struct ImageSpread {
  let model: Model
  let width: Int

  var lines: [[Span]] {
    var lines: [[Span]] = []
    for (index, side) in model.sides.enumerated() {
      guard let ratios = side.shown?.result?.imageRatios, ratios.count > 1 else { continue }
      if lines.isEmpty { lines.append(header) }
      lines.append(row(Model.letter(index), ratios))
    }
    return lines
  }

  private var plusMinus: String { model.display.glyphs.plusMinus }
  private var cell: Int { max(8, min(14, (width - 3) / ERFMetrics.thresholds.count)) }

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
        guard values.count > 1 else { return Span("n.r.".leftPadded(cell), .quiet) }
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        let text =
          cell >= 11
          ? Format.fixed(mean, 1) + " \(plusMinus) " + Format.fixed(square.squareRoot(), 1)
          : Format.fixed(mean, mean < 9.95 ? 1 : 0) + plusMinus
            + Format.fixed(square.squareRoot(), 1)
        return Span(text.leftPadded(cell), .text)
      }
  }
}
