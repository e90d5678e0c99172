// The screen as text, in each state and at several sizes, and what every screen has in common.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct ViewTests {
  private func screen(
    _ state: ScreenState, _ columns: Int, _ rows: Int, _ display: Display = Display(depth: .mono)
  ) -> Frame {
    view(state.model(display), size: ScreenSize(rows: rows, columns: columns))
  }

  @Test(arguments: ScreenState.allCases, [(80, 24), (120, 40), (200, 60)])
  func drawnScreens(_ state: ScreenState, _ size: (Int, Int)) throws {
    try DrawnScreens.expect(screen(state, size.0, size.1), state.rawValue)
  }

  @Test func drawnSmallScreens() throws {
    try DrawnScreens.expect(screen(.finished, 40, 12), "finished")
    try DrawnScreens.expect(screen(.kernels, 60, 20), "kernels")
  }

  @Test func tooSmallSaysSo() {
    #expect(
      screen(.finished, 30, 5).text == """

             30 x 5 is too small
               at least 40 x 12
                   q quits

        """)
    #expect(screen(.finished, 39, 60).text.contains("q quits"))
    #expect(screen(.finished, 1, 1).text.count == 1)
  }

  @Test(arguments: ScreenState.allCases)
  func helpAndQuitAreAlwaysInTheFooter(_ state: ScreenState) {
    let model = state.model(Display(depth: .mono))
    for (columns, rows) in [
      (40, 12), (41, 13), (53, 80), (66, 15), (67, 16), (80, 23), (99, 29), (100, 30), (133, 45),
      (250, 14), (250, 80),
    ] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      let footer = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
      let escape = state == .helpSearch ? "Esc all" : "Esc close"
      let end = model.overlay == nil ? "q quit" : escape
      #expect(footer.hasSuffix(end), "\(columns) x \(rows)")
    }
  }

  @Test(arguments: ScreenState.allCases)
  func asciiIsAscii(_ state: ScreenState) {
    let display = Display(depth: .indexed256, unicode: false)
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      #expect(screen(state, columns, rows, display).cells.allSatisfy { $0.scalar.isASCII })
    }
  }

  private static let picture = Picture.load(.builtIn(0))

  /// Of 4 x 4 parts of a screen between title and footer, those in which next to nothing stands.
  private func blankShare(_ frame: Frame) -> Double {
    let (rows, columns) = ((frame.size.rows - 4) / 4, frame.size.columns / 4)
    let blank = (0..<16).count { part in
      let filled = (0..<rows * columns).count { place in
        let row = 2 + part / 4 * rows + place / columns
        let cell = frame[row, part % 4 * columns + place % columns]
        guard case .role(.background) = cell.background else { return true }
        return cell.scalar != " "
      }
      return filled * 50 < rows * columns
    }
    return Double(blank) / 16
  }

  /// Those that are about what a small screen has room for do so there, too.
  @Test(arguments: [
    ScreenState.jobsZoomed, .metricsZoomed, .depthZoomed, .galleryZoomed, .shapeBiasZoomed,
    .unitZoomed, .kernelsReachedZoomed, .trainedZoomed,
  ])
  func zoomedPanelsAreFilledOnSmallScreens(_ state: ScreenState) {
    let frame = view(state.model(Display()), size: ScreenSize(rows: 24, columns: 80))
    #expect(blankShare(frame) < 0.5, "\(state): \(blankShare(frame))")
  }

  /// With the screen to itself each panel fills more than half of it.
  @Test(
    arguments: [
      ScreenState.unitZoomed, .jobsZoomed, .imagesZoomed, .predictionZoomed, .metricsZoomed,
      .depthZoomed, .galleryZoomed, .shapeBiasZoomed, .trainedZoomed, .kernelsReachedZoomed,
    ], [(120, 40), (200, 60), (250, 70)])
  func zoomedPanelsAreFilled(_ state: ScreenState, _ size: (Int, Int)) {
    var model = state.model(Display())
    if [.imagesZoomed, .predictionZoomed].contains(state) {
      for index in 0..<model.session.images.available {
        guard let name = model.session.images.picture(index) else { continue }
        _ = update(&model, .pictured(name, Self.picture))
      }
    }
    let frame = view(model, size: ScreenSize(rows: size.1, columns: size.0))
    #expect(blankShare(frame) < 0.5, "\(state) \(size): \(blankShare(frame))")
  }

  @Test func footerDropsFromTheRight() {
    let model = makeModel()
    var earlier = ""
    for width in 0..<160 {
      let text = Footer.keys(model, width: width).map(\.text).joined()
      #expect(text.unicodeScalars.count <= width)
      #expect(text.hasPrefix(earlier))
      earlier = text
    }
    #expect(earlier.hasPrefix("arrows cross-hair  > closer  : commands"))
    #expect(!earlier.contains("cancel"))
    #expect(Footer.keys(makeModel(finished: false), width: 20).first?.text == "Esc")
  }

  @Test func helpNamesEveryCommand() {
    let text = Help.lines(makeModel(), width: 88).map { $0.map(\.text).joined() }
    for command in Command.table {
      #expect(text.contains { $0.contains(command.keyLabel) && $0.contains(command.help) })
    }
    #expect(text.count <= Overlay.helpLines)
  }

  @Test func sharedScaleDimsTheWeakerMap() {
    var model = makeModel()
    model.session.screen.hasSharedScale = true
    let weak = makeResult(model.request(0), peak: 0.01)
    model.sides[0].shown?.field = HeatField(weak.map)
    let size = ScreenSize(rows: 24, columns: 80)
    #expect(view(model, size: size).text.contains("dim: s for a scale of its own"))
    let wide = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(wide.contains("dim on shared scale: s for its own"))
    model.session.screen.hasSharedScale = false
    let own = view(model, size: size).text
    #expect(!own.contains("dim") && own.contains("own scales"))
  }

  /// The cross-hair's share of the mass is said at any width, the rest as far as it fits.
  @Test func theCrossHairTellsTheShareInside() {
    let model = ScreenState.crossHair.model(Display(depth: .mono))
    for (columns, rows) in [(41, 12), (80, 24), (100, 30), (120, 40), (200, 60)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      let lines = text.split(separator: "\n").filter {
        $0.contains(/\+ (r82 c101|row 82, column 101)/)
      }
      let share = /\d+(\.\d)? % (of the field lies within|(of M )?within \d+ px)/
      #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(share) })
    }
  }

  /// The plot has a line for each network whose map is known, and says which have none.
  @Test func plotsSayWhoseMapsAreNotComputed() {
    var model = makeModel()
    model.finish(model.type("M"))
    let effects = model.type("S")
    func text() -> String { view(model, size: ScreenSize(rows: 40, columns: 120)).text }
    #expect(text().contains("not computed: C, D, E, F"), "\(text())")
    model.finish(effects)
    #expect(!text().contains("not computed"))
  }

  /// Distance and share are those of the metrics: of the circle around what they are measured from.
  @Test(arguments: [true, false])
  func theCrossHairMeasuresAsTheMetricsDo(_ isCentral: Bool) throws {
    var model = makeModel(["RepLKNet-13-nano"])
    _ = model.type("1")
    for key in [Key.up, .up, .up, .left, .left] { _ = update(&model, .key(key)) }
    let cursor = try #require(model.session.screen.cursor)
    let map = try #require(model.sides[0].shown?.result?.map)
    let metrics = ERFMetrics(map, around: isCentral ? nil : (32, 160))
    model.sides[0].shown?.metrics = metrics
    let origin = metrics.origin
    let row = Int(cursor.row * Double(map.height))
    let column = Int(cursor.column * Double(map.width))
    func distance(_ row: Int, _ column: Int) -> Double {
      let (dy, dx) = (Double(row - origin.row), Double(column - origin.column))
      return (dy * dy + dx * dx).squareRoot()
    }
    let radius = distance(row, column).rounded()
    var (inside, total) = (0.0, 0.0)
    let values = map.values
    for row in 0..<map.height {
      for column in 0..<map.width {
        let value = values[row * map.width + column]
        total += value
        if distance(row, column) <= radius { inside += value }
      }
    }
    let words =
      "\(Format.fixed(radius, 0)) px from \(isCentral ? "the centre" : "the unit")  "
      + "\(Format.percent(inside / total)) of the field lies within"
    let text = view(model, size: ScreenSize(rows: 60, columns: 300)).text
    #expect(text.contains(words), "\(words)\n\(text)")
  }

  /// Numbers beside a map are cut nowhere.
  @Test(arguments: [(200, 60), (250, 70), (300, 80)])
  func theUnitIsSaidToItsEnd(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("z")
    for side in 0..<2 {
      model.sides[side].shown?.subject?.mapSize = InputSize(height: 64, width: 64)
      model.sides[side].shown?.subject?.units = [Unit(row: 32, column: 32)]
    }
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    let whole = text.matches(of: /unit {5}(row 32, column 32|r32 c32) of 64( × |×)64/).count
    #expect(whole == text.matches(of: /unit {5}r/).count, "\(text)")
  }

  /// Of maps with a sign there is no share, and the cross-hair's place is not cut either.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)], ["1", "4"])
  func theCrossHairsPlaceIsWhole(_ size: (Int, Int), _ panel: String) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in Key.script("1 Up Up R R \(panel)") { model.finish(update(&model, .key(key))) }
    #expect(model.session.rule.isSigned)
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    let place = /\+ (r\d+ c\d+|row \d+, column \d+)( M [-\d]|  )/
    #expect(screen.matches(of: place).count == 2, "\(screen)")
  }

  @Test func notReachedAndBorderAreSaid() {
    var model = makeModel()
    let flat = ERFMap(
      height: 64, width: 64, values: [Double](repeating: 1, count: 4096))
    model.sides[1].shown?.metrics = ERFMetrics(flat)
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.contains("not reached") && text.contains("none"))
    #expect(text.contains("23.4 % at border: input too small"))
    let roomy = view(model, size: ScreenSize(rows: 29, columns: 100)).text
    #expect(roomy.contains(" not\n") && roomy.contains(" reached\n"))
    for (columns, rows) in [(80, 24), (120, 40)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains(" none") && !text.contains("reached"))
    }
  }

  @Test func skippedImagesAreNamed() {
    var model = makeModel()
    model.sides[0].shown?.skipped = [
      SkippedImage(name: "/a/b\u{7}.png", reason: .nonFinite(layer: "stages.2"))
    ]
    let text = view(model, size: ScreenSize(rows: 24, columns: 120)).text
    #expect(text.contains("b?.png skipped: not finite from stages.2"))
  }
}
