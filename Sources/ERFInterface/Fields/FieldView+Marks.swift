// What is outlined over a field: areas, the theoretical field, the cross-hair.

import ERFEngine

extension FieldDrawing {
  /// One of the outlines over a map.
  struct Outline {
    /// The share of the field that lies within; nil: the theoretical field.
    let share: Double?
    let marks: PixelMarks
  }

  /// Areas from 99 % inwards, so that the smaller ones stay in sight, then the theoretical field.
  func outlines(_ shown: ShownMap) -> [Outline] {
    let screen = model.session.screen
    var outlines: [Outline] = []
    if !shown.isPreview {
      switch screen.areas {
      case .none: break
      case .squares: outlines = squares(shown)
      case .contours: outlines = contours(shown)
      }
    }
    if screen.showsTheory, let theory = theory(shown) { outlines.append(theory) }
    return outlines
  }

  /// Nil where nothing is outlined.
  func marks(_ outlines: [Outline]) -> PixelMarks? {
    guard !outlines.isEmpty || model.session.screen.cursor != nil else { return nil }
    var marks = noMarks
    for outline in outlines { marks.lay(inked(outline.marks)) }
    if let cursor = model.session.screen.cursor {
      var cross = noMarks
      cross.cross(
        row: cursor.row * Double(geometry.height),
        column: cursor.column * Double(geometry.width), in: window, .text)
      marks.lay(inked(cross))
    }
    return marks
  }

  private func inked(_ marks: PixelMarks) -> PixelMarks {
    marks.inked(over: pixels, of: layout.map, colours, style)
  }

  private var noMarks: PixelMarks {
    PixelMarks(cells: layout.map, unicode: model.display.unicode)
  }

  private func squares(_ shown: ShownMap) -> [Outline] {
    shown.metrics.ratios.reversed().compactMap { ratio in
      guard let square = square(ratio, shown) else { return nil }
      var marks = noMarks
      marks.outline(
        top: square.top, left: square.left, bottom: square.bottom, right: square.right, in: window,
        .text)
      return Outline(share: ratio.threshold, marks: marks)
    }
  }

  /// A square in pixels, which the edges of the input cut; nil where none is large enough.
  func square(
    _ ratio: AreaRatio, _ shown: ShownMap
  ) -> (top: Double, left: Double, bottom: Double, right: Double)? {
    guard let side = ratio.side else { return nil }
    let origin = shown.metrics.origin
    let top = Double(origin.row - side / 2)
    let left = Double(origin.column - side / 2)
    return (
      max(0, top), max(0, left), min(Double(shown.field.height), top + Double(side)),
      min(Double(shown.field.width), left + Double(side))
    )
  }

  private func contours(_ shown: ShownMap) -> [Outline] {
    let none = noMarks
    // Of what the area ratios are measured on, whatever is shown of it.
    let contours = SmoothField(shown.field, curve: .log)
    let values = contours.values(
      rows: none.rows, columns: none.columns,
      window: model.session.screen.window.pixels(height: 1 << 16, width: 1 << 16), of: 1 << 16)
    let shares = shown.metrics.knownThresholds
    let levels = ContourLevels.levels(of: contours.values, shares: shares)
    return zip(shares, levels).reversed().map { share, level in
      var marks = none
      marks.contour(values, level: level, .text)
      return Outline(share: share, marks: marks)
    }
  }

  /// The first of its images under the part that is seen; nil where it is not wanted or not there.
  func underlay(_ shown: ShownMap) -> [RGB]? {
    guard model.session.screen.hasUnderlay, style != .characters,
      let name = model.underlay(shown), case .small(let image)? = model.pictures[name]
    else { return nil }
    return image.averages(
      rows: layout.map.rows * style.pixelsPerCell, columns: layout.map.columns, window: window,
      of: InputSize(height: geometry.height, width: geometry.width))
  }

  /// The window of pixels that can reach the unit at all, as far as it lies on the input.
  private func theory(_ shown: ShownMap) -> Outline? {
    guard let layer = model.facts(index)?.layer(model.session.target),
      let side = layer.receptiveField
    else { return nil }
    let half = Double(side) / 2
    let row = Double(shown.field.centre.row + geometry.offset.row) + 0.5
    let column = Double(shown.field.centre.column + geometry.offset.column) + 0.5
    var marks = noMarks
    marks.outline(
      top: max(0, row - half), left: max(0, column - half),
      bottom: min(Double(geometry.height), row + half),
      right: min(Double(geometry.width), column + half), in: window, .warning)
    return Outline(share: nil, marks: marks)
  }

  /// Where the cross-hair is, what the map is there, and what of it lies no farther from where metrics are
  /// measured from, in the longest wording that fits; nil where there is none.
  func cursorLine(_ shown: ShownMap, width: Int) -> [Span]? {
    guard let cursor = model.session.screen.cursor, !shown.isPreview else { return nil }
    let field = shown.field
    let row = min(field.height - 1, Int(cursor.row * Double(field.height)))
    let column = min(field.width - 1, Int(cursor.column * Double(field.width)))
    guard let value = field.value(row: row, column: column) else { return nil }
    let (metrics, origin) = (shown.metrics, shown.metrics.origin)
    let (dy, dx) = (Double(row - origin.row), Double(column - origin.column))
    let radius = Int((dx * dx + dy * dy).squareRoot().rounded())
    let distance = "\(radius)"
    let place = [Span("+ ", .accent), Span("row \(row), column \(column)", .text)]
    let near = [Span("+ ", .accent), Span("r\(row) c\(column)", .text)]
    let measured = [Span(" M ", .quiet), Span(Format.significant(value), .text)]
    let off = metrics.isCentred ? "the centre" : "the unit"
    let away = [Span("  " + distance + " px", .text), Span(" from " + off, .quiet)]
    let apart = [
      Span(" " + distance + " px", .text),
      Span(metrics.isCentred ? " off centre" : " off unit", .quiet),
    ]
    func fitting(_ wordings: [[Span]]) -> [Span] { wordings.first { $0.width <= width } ?? near }
    guard !field.isSigned, metrics.radialMass.indices.contains(radius) else {
      return fitting([
        place + measured + away, place + measured + apart, near + measured + apart, near + measured,
      ])
    }
    let share = metrics.radialMass[radius]
    let inside = [
      Span("  " + Format.percent(share), .text), Span(" of the field lies within", .quiet),
    ]
    let portion = [Span(", ", .quiet), Span(Format.percent(share, digits: 0), .text)]
    let within =
      portion + [
        Span(" of M within ", .quiet), Span(distance + " px", .text),
      ]
    let least = portion + [Span(" within ", .quiet), Span(distance + " px", .text)]
    return fitting([
      place + measured + away + inside, near + measured + away + inside,
      place + measured + within, near + measured + within, near + within, near + least,
    ])
  }
}
