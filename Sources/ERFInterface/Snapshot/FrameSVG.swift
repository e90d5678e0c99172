// A screen as SVG: rectangles for grounds and blocks, text for the rest.

import ERFEngine

extension Snapshot {
  /// - Parameter depth: the colours of the terminal that is imitated.
  public static func svg(_ frame: Frame, depth: ColourDepth = .trueColour) -> [UInt8] {
    let width = frame.size.columns * cellWidth
    let height = frame.size.rows * cellHeight
    let painter = SVGPainter(frame: frame, palette: Palette(depth: depth))
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="monospace" font-size="16" \
      shape-rendering="crispEdges">
      <rect width="\(width)" height="\(height)" fill="\(painter.ground)"/>

      """
    for row in 0..<frame.size.rows { svg += painter.grounds(row) }
    for row in 0..<frame.size.rows { svg += painter.inks(row) }
    return Array((svg + "</svg>\n").utf8)
  }

  static let cellWidth = 10
  static let cellHeight = 20
}

private struct SVGPainter {
  let frame: Frame
  let palette: Palette

  var ground: String { colour(palette.background(.role(.background)), isInk: false) }

  /// Runs of one ground make one rectangle.
  func grounds(_ row: Int) -> String {
    runs(row) { colours($0).ground }.reduce(into: "") { svg, run in
      guard run.value != ground else { return }
      svg += rectangle(run.start, row, run.count, 1, run.value)
    }
  }

  /// Blocks as rectangles, letters as text, each run at its own place.
  func inks(_ row: Int) -> String {
    var svg = ""
    for run in runs(row, value: { Ink($0, colours($0).ink) }) {
      let ink = run.value
      switch ink.kind {
      case .nothing: break
      case .upperHalf: svg += rectangle(run.start, row, run.count, 0.5, ink.colour)
      case .text: svg += letters(run.start..<run.start + run.count, row, ink)
      }
    }
    return svg
  }

  /// Wide characters have places of their own, since fonts do not make them just twice as wide.
  private func letters(_ columns: Range<Int>, _ row: Int, _ ink: Ink) -> String {
    var svg = ""
    var start = columns.lowerBound
    func isWide(_ column: Int) -> Bool { frame[row, column + 1].isTail }
    while start < columns.upperBound {
      var end = start + 1
      if isWide(start) {
        end += 1
      } else {
        while end < columns.upperBound, !isWide(end) { end += 1 }
      }
      svg += text((start..<end).map { frame[row, $0].text }.joined(), start..<end, row, ink)
      start = end
    }
    return svg
  }

  private func text(_ text: String, _ columns: Range<Int>, _ row: Int, _ ink: Ink) -> String {
    return
      "<text x=\"\(columns.lowerBound * Snapshot.cellWidth)\" y=\"\(row * Snapshot.cellHeight + 15)\" "
      + "textLength=\"\(columns.count * Snapshot.cellWidth)\" xml:space=\"preserve\" "
      + "fill=\"\(ink.colour)\"\(ink.isBold ? " font-weight=\"bold\"" : "")>\(text.escapedXML)</text>\n"
  }

  private func rectangle(
    _ column: Int, _ row: Int, _ columns: Int, _ share: Double, _ fill: String
  ) -> String {
    let height = Int(Double(Snapshot.cellHeight) * share)
    return "<rect x=\"\(column * Snapshot.cellWidth)\" y=\"\(row * Snapshot.cellHeight)\" "
      + "width=\"\(columns * Snapshot.cellWidth)\" height=\"\(height)\" fill=\"\(fill)\"/>\n"
  }

  private struct Ink: Equatable {
    enum Kind { case nothing, upperHalf, text }
    let kind: Kind
    let colour: String
    let isBold: Bool

    init(_ cell: Cell, _ colour: String) {
      kind = cell.scalar == " " ? .nothing : cell.scalar == "▀" ? .upperHalf : .text
      self.colour = kind == .nothing ? "" : colour
      isBold = kind == .text && cell.attributes.contains(.bold)
    }
  }

  private func colours(_ cell: Cell) -> (ink: String, ground: String) {
    let ink = colour(palette.foreground(cell.foreground), isInk: true)
    let ground = colour(palette.background(cell.background), isInk: false)
    return cell.attributes.contains(.reverse) ? (ground, ink) : (ink, ground)
  }

  private func colour(_ number: Int32, isInk: Bool) -> String {
    let hex = String(RGB(number, depth: palette.depth, isInk: isInk).hex, radix: 16)
    return "#" + String(repeating: "0", count: 6 - hex.utf8.count) + hex
  }

  private func runs<Value: Equatable>(
    _ row: Int, value: (Cell) -> Value
  ) -> [(start: Int, count: Int, value: Value)] {
    var runs: [(start: Int, count: Int, value: Value)] = []
    for column in 0..<frame.size.columns {
      let value = value(frame[row, column])
      if let last = runs.last, last.value == value {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((column, 1, value))
      }
    }
    return runs
  }
}
