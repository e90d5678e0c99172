// Where one network's map lies on the screen, and which part of the input it shows: what drawing and
// clicks have in common.

import ERFEngine

struct FieldGeometry {
  let layout: FieldLayout
  /// The part of the input that is seen.
  let window: PixelWindow
  /// Of the input whose map this is, or is to be.
  let height: Int
  let width: Int
  /// Where the map's first pixel lies on that input: a preview covers a part of it around the unit.
  let offset: (row: Int, column: Int)

  init(_ model: Model, index: Int, area: Area) {
    let input = model.inputSize(index)
    let shown = model.sides[index].shown
    let size = shown?.inputSize ?? input
    height = size.height
    width = size.width
    offset = shown?.offset ?? (0, 0)
    layout = FieldLayout(
      area: area, height: height, width: width, aspect: model.display.cellAspect,
      axes: model.size.columns >= Self.axesFrom)
    window = model.session.screen.window.pixels(height: height, width: width)
  }

  /// Screens of fewer columns have no room for numbers along the maps.
  static let axesFrom = 120

  /// The part that is seen in pixels of the map.
  var fieldWindow: PixelWindow {
    var part = window
    part.row -= Double(offset.row)
    part.column -= Double(offset.column)
    return part
  }

  /// The cells that show none of a preview's map.
  func cells(outside field: HeatField) -> [(row: Int, column: Int)] {
    let map = layout.map
    let part = fieldWindow
    func isInside(_ cell: Int, _ cells: Int, _ start: Double, _ length: Double, _ pixels: Int)
      -> Bool
    {
      let middle = start + (Double(cell) + 0.5) / Double(max(1, cells)) * length
      return middle >= 0 && middle < Double(pixels)
    }
    return (0..<map.rows).flatMap { row in
      (0..<map.columns).compactMap { column in
        isInside(row, map.rows, part.row, part.height, field.height)
          && isInside(column, map.columns, part.column, part.width, field.width)
          ? nil : (map.row + row, map.column + column)
      }
    }
  }

  /// The place of the input under a cell of the screen, as a share of its height and width; nil beside
  /// the map.
  func place(under pointer: Pointer) -> PixelPlace? {
    let map = layout.map
    guard map.contains(pointer) else { return nil }
    let row = (Double(pointer.row - map.row) + 0.5) / Double(map.rows)
    let column = (Double(pointer.column - map.column) + 0.5) / Double(map.columns)
    return PixelPlace(
      row: (window.row + row * window.height) / Double(height),
      column: (window.column + column * window.width) / Double(width))
  }
}
