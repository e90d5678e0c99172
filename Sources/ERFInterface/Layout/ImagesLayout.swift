// Where the parts of the images panel lie.

import ERFEngine

/// Where the parts of the panel lie.
struct ImagesLayout {
  let list: Area
  /// Rows of one entry, and columns of its thumbnail.
  let entryRows: Int
  let thumbnailColumns: Int
  /// The selected image, large.
  let preview: Area?
  /// Rows for the ratios' spread, at the bottom.
  let spreadRows: Int
  /// Screen row and index of the images in sight.
  let entries: [(row: Int, index: Int)]

  private static let listColumns = 50
  /// Width over height of the widest picture that has as many rows as there are.
  private static let widest = 1.5

  init(_ model: Model, in area: Area) {
    // Two headings, and a row for each map over several images.
    let spread = model.sides.count { ($0.shown?.result?.imageRatios.count ?? 0) > 1 }
    let wanted = spread > 0 ? [spread + 2, spread + 1] : []
    spreadRows = wanted.first { area.rows >= 8 + $0 } ?? 0
    let rows = max(0, area.rows - 2 - (spreadRows == 0 ? 0 : spreadRows + 1))
    let hasPictures = model.display.depth != .mono
    let isTensor = model.session.images.picture(0) == nil
    // A picture takes what a list with the shares of A and B leaves of a wide panel.
    let names = area.columns >= 100 ? Self.listColumns : area.columns / 2 + 2
    let previewColumns =
      hasPictures && !isTensor && rows >= 6 && area.columns >= 40
      ? min(
        area.columns - names,
        Int(Double(rows) * model.display.cellAspect * (area.columns >= 100 ? Self.widest : 1)))
      : 0
    let width = area.columns - (previewColumns > 0 ? previewColumns + 2 : 0)
    list = Area(row: area.row + 2, column: area.column, rows: rows, columns: width)
    preview =
      previewColumns > 0
      ? Area(
        row: area.row + 2, column: area.column + width + 2, rows: rows, columns: previewColumns)
      : nil
    let isRoomy = hasPictures && !isTensor && width >= 40 && rows >= 12
    let hasThumbnails = hasPictures && !isTensor && rows >= 4
    entryRows = isRoomy ? 4 : hasThumbnails && rows >= 8 ? 2 : 1
    thumbnailColumns = hasThumbnails ? (isRoomy ? 8 : entryRows == 2 ? 4 : 2) : 0
    let available = model.session.images.available
    // A row between thumbnails, unless that would hide images.
    let isLoose = entryRows == 4 || entryRows == 2 && rows >= 3 * available - 1
    let pitch = isLoose ? entryRows + 1 : entryRows
    let count = max(0, (rows + pitch - entryRows) / pitch)
    let first = max(0, min(model.lists.image - count / 2, available - count))
    entries = (first..<max(first, available)).prefix(count).enumerated().map {
      (row: area.row + 2 + $0.offset * pitch, index: $0.element)
    }
  }
}
