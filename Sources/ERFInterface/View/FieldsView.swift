// The fields side by side.

import ERFEngine

extension Frame {
  mutating func drawFields(_ model: Model, in area: Area) {
    var drawings = Self.places(model, in: area).map {
      FieldDrawing(model: model, index: $0.index, area: $0.area)
    }
    if model.session.screen.hasSharedScale, model.sides.count > 1 {
      // A hidden field still counts in a shared scale.
      let shown = Set(drawings.map(\.index))
      let hidden = model.sides.indices.filter { !shown.contains($0) }
      let peaks =
        drawings.map(\.peak)
        + hidden.map { FieldDrawing(model: model, index: $0, area: area).peak }
      for index in drawings.indices { drawings[index].top = peaks.max() ?? 0 }
    }
    for drawing in drawings { drawing.draw(on: &self) }
  }

  /// Two fields need some width; where they have not got it, the active one is shown.
  static func places(_ model: Model, in area: Area) -> [(index: Int, area: Area)] {
    guard model.sides.count > 1, area.columns >= 40 else { return [(model.active, area)] }
    let gap = area.columns >= 70 ? 3 : 1
    let width = (area.columns - gap * (model.sides.count - 1)) / model.sides.count
    return model.sides.indices.map { index in
      let column = area.column + index * (width + gap)
      return (index, Area(row: area.row, column: column, rows: area.rows, columns: width))
    }
  }
}
