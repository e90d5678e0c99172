// The figure of a session for a paper: maps, curves, the table and a caption on one page as wide as two
// columns of text.

public import ERFEngine

/// What a figure shows, and where.
public struct Figure: Sendable {
  @SharedModel var model: Model
  let networks: [ComparedNetwork]
  private let names: [NetworkSpec: String]
  /// Of a page, in points: two columns of a paper.
  static let width = 516.0
  static let margin = 6.0

  /// - Parameter model: with the maps that are finished; others are left out.
  public init(_ model: Model) {
    _model = SharedModel(wrappedValue: model)
    let shown = model.compared.filter { $0.map != nil }.map(\.asShown)
    // A gallery that holds all of them, as a sweep's does, has an order of its own.
    let gallery = model.session.gallery
    let places = shown.compactMap { gallery.firstIndex(of: $0.network) }
    networks =
      Set(places).count == shown.count
      ? zip(places, shown).sorted { $0.0 < $1.0 }.map(\.1) : shown
    names = model.figureNames(of: shown.map(\.network))
  }

  /// Whether one colour scale holds for all maps.
  var sharesScale: Bool { model.sharesScale(of: networks.map(\.network)) }

  /// Whether there is anything to show.
  public var isEmpty: Bool { networks.isEmpty }

  public var drawing: VectorDrawing {
    var page = FigurePage(title: title, facts: facts)
    drawMaps(on: &page)
    page.skip(10)
    drawCurves(on: &page)
    page.skip(8)
    drawTable(on: &page)
    page.skip(6)
    page.write(caption)
    return page.finished
  }

  /// Endings of the files that it is written as.
  public static let endings = VectorDrawing.Format.allCases.map(\.rawValue) + ["tex", "csv"]

  /// The bytes of a file of that ending; nil for any other.
  ///
  /// - Throws: `DrawingError`.
  public func encoded(ending: String) throws -> [UInt8]? {
    switch ending {
    case "tex": return Array(latex.utf8)
    case "csv": return Array(csv.utf8)
    default:
      return try VectorDrawing.Format(rawValue: ending).map {
        try drawing.encoded($0, scale: pixelScale)
      }
    }
  }

  var title: String {
    "Effective receptive fields of " + networks.map(name).joined(separator: ", ")
  }

  /// As titles, table and caption call it.
  func name(_ network: ComparedNetwork) -> String {
    names[network.network] ?? network.network.shownModel
  }

  /// The same in two lines, of which the second may be empty: which network, and what was edited of it.
  func nameLines(_ network: ComparedNetwork) -> (String, String) {
    let name = name(network)
    let model = network.network.shownModel
    guard name.hasPrefix(model + ", ") else { return (name, "") }
    return (model, String(name.dropFirst(model.count + 2)))
  }

  /// For whoever finds the file.
  private var facts: [PNGText] {
    [
      PNGText(keyword: "Description", text: caption),
      PNGText(keyword: "Software", text: ProgramRecord.maker),
    ]
  }

  /// Pixels a point that draw each map's pixels as whole ones, and no coarser than 300 dots an inch.
  public var pixelScale: Double {
    let usual = 300.0 / 72
    guard let widest = networks.compactMap(\.field).map(\.width).max() else { return usual }
    let points = mapGrid.map.width
    let whole = (usual * points / Double(widest)).rounded(.up) * Double(widest) / points
    return min(whole, 4 * usual)
  }
}

/// The inks of a figure.
enum FigureInk {
  static let text = VectorDrawing.Ink(0x1a, 0x1a, 0x1a)
  static let quiet = VectorDrawing.Ink(0x59, 0x59, 0x59)
  static let line = VectorDrawing.Ink(0xcc, 0xcc, 0xcc)
  static let warning = VectorDrawing.Ink(0xb0, 0x3a, 0x00)
  static let white = VectorDrawing.Ink(255, 255, 255)
  /// Behind what is written or drawn on a map.
  static let shade = VectorDrawing.Ink(0, 0, 0, cover: 0.45)
  static let theory = VectorDrawing.Ink(0x7f, 0xe0, 0xff)

  /// Of curves, told apart by all kinds of colour vision (M. Okabe and K. Ito, 2008).
  static let curves = [
    VectorDrawing.Ink(0x00, 0x72, 0xb2), VectorDrawing.Ink(0xd5, 0x5e, 0x00),
    VectorDrawing.Ink(0x00, 0x9e, 0x73), VectorDrawing.Ink(0xcc, 0x79, 0xa7),
    VectorDrawing.Ink(0x56, 0xb4, 0xe9), VectorDrawing.Ink(0xb8, 0x86, 0x00),
    VectorDrawing.Ink(0x00, 0x00, 0x00), VectorDrawing.Ink(0x7f, 0x7f, 0x7f),
  ]

  static func curve(_ index: Int) -> VectorDrawing.Ink { curves[index % curves.count] }
}

/// A page that grows downwards.
struct FigurePage {
  private(set) var drawing: VectorDrawing
  /// The upper edge of what comes next.
  private(set) var top = Figure.margin

  init(title: String, facts: [PNGText]) {
    drawing = VectorDrawing(width: Figure.width, height: 0, title: title, facts: facts)
  }

  mutating func skip(_ height: Double) { top += height }

  mutating func add(_ element: VectorDrawing.Element) { drawing.elements.append(element) }

  mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 7, anchor: VectorDrawing.Anchor = .start,
    isBold: Bool = false, isTurned: Bool = false, ink: VectorDrawing.Ink = FigureInk.text
  ) {
    guard !text.isEmpty else { return }
    add(
      .text(
        text, VectorDrawing.Point(x, y), size: size, anchor: anchor, isBold: isBold,
        isTurned: isTurned, ink))
  }

  mutating func line(
    _ points: [(x: Double, y: Double)], width: Double = 0.5, dash: Double = 0,
    isClosed: Bool = false, ink: VectorDrawing.Ink = FigureInk.text
  ) {
    let points = points.map { VectorDrawing.Point($0.x, $0.y) }
    add(.line(points, width: width, dash: dash, isClosed: isClosed, ink))
  }

  mutating func frame(
    _ box: VectorDrawing.Rectangle, width: Double = 0.5, dash: Double = 0,
    ink: VectorDrawing.Ink = FigureInk.text
  ) {
    line(Self.corners(box), width: width, dash: dash, isClosed: true, ink: ink)
  }

  mutating func fill(_ box: VectorDrawing.Rectangle, _ ink: VectorDrawing.Ink) {
    add(.area(Self.corners(box).map { VectorDrawing.Point($0.x, $0.y) }, ink))
  }

  private static func corners(_ box: VectorDrawing.Rectangle) -> [(x: Double, y: Double)] {
    let (right, bottom) = (box.x + box.width, box.y + box.height)
    return [(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)]
  }

  /// A paragraph over the whole width.
  mutating func write(_ paragraph: String) {
    let size = 6.8
    let lines = VectorDrawing.wrapped(
      paragraph, size: size, width: Figure.width - 2 * Figure.margin)
    for line in lines {
      top += size * 1.25
      text(line, x: Figure.margin, y: top, size: size)
    }
  }

  var finished: VectorDrawing {
    var drawing = drawing
    drawing.height = (top + Figure.margin).rounded(.up)
    return drawing
  }
}
