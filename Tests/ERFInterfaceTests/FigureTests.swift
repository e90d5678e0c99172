// Figures for papers: what stands on the page, and in its tables.

@testable import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct FigureTests {
  private func measured(_ change: (inout Model) -> Void = { _ in }) -> Model {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    change(&model)
    model.finish(model.type("G"))
    return model
  }

  private func texts(_ figure: Figure) -> [String] {
    figure.drawing.elements.compactMap {
      if case .text(let text, _, _, _, _, _, _) = $0 { text } else { nil }
    }
  }

  /// The whole page as SVG, but for the pixels of its pictures.
  @Test func thePageIsDrawn() throws {
    let bytes = try #require(try Figure(measured()).encoded(ending: "svg"))
    let page = String(decoding: bytes, as: UTF8.self)
      .replacing(/base64,[A-Za-z0-9+\/=]*/) { _ in "base64,..." }
      .replacing(/Software: .*</) { _ in "Software: ...<" }
    let path = "Tests/ERFInterfaceTests/Screens/figure.svg"
    if ProcessInfo.processInfo.environment["REPLK_DRAW_SCREENS"] != nil {
      try PackageFiles.write(page, to: path)
    }
    #expect(try page == PackageFiles.text(path))
  }

  /// A square that is too small for its label has it beside it.
  @Test func everyOutlineHasItsLabel() {
    let model = measured { model in
      model.session.screen.areas = .squares
      for side in 0..<2 {
        let result = makeResult(model.request(side), sigma: side == 0 ? 3 : 8)
        model.sides[side].shown?.metrics = result.metrics
        model.sides[side].shown?.result = result
        model.sides[side].shown?.field = HeatField(result)
      }
    }
    let all = texts(Figure(model))
    for share in ["20 %", "30 %", "50 %", "99 %"] {
      let reached = model.sides.count { side in
        side.shown?.metrics.ratios.contains {
          Format.percent($0.threshold, digits: 0) == share && $0.side != nil
        } == true
      }
      #expect(all.count { $0 == share } >= reached, "\(share)")
    }
  }

  /// What stands over a saved map says so once.
  @Test func savedMapsAreSaidOnce() throws {
    var model = Model(session: Session(models: ["map.npy"]), display: Display())
    for case .openMap(let id, let path) in update(&model, .opened) {
      var result = makeResult(makeRequest(size: 64))
      (result.subject.model, result.subject.tap) = (path, "saved map")
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    let heading = try #require(texts(Figure(model)).first { $0.hasPrefix("saved map") })
    #expect(heading.components(of: "saved map") == 1 && heading.contains("half in"))
  }

  /// Every pixel of the input is a pixel of the figure, in the colours of the scale.
  @Test func mapsHaveTheirFullResolution() throws {
    let model = measured()
    let pictures = Figure(model).drawing.elements.compactMap { element -> Image? in
      if case .picture(let image, _) = element { image } else { nil }
    }
    let size = model.session.size
    try #require(pictures.count == 3)
    #expect(pictures.prefix(2).allSatisfy { $0.height == size.height && $0.width == size.width })
    let field = try #require(model.sides[0].measured?.field)
    let top = try #require(field.tops[.linear])
    let place = (row: size.height / 2 + 9, column: size.width / 2 - 30)
    let value = try #require(field.value(row: place.row, column: place.column))
    let colour = ColourMap.ember.colour(at: log1p(value) / log1p(top))
    let at = (place.row * size.width + place.column) * 3
    #expect(Array(pictures[0].pixels[at..<at + 3]) == [colour.red, colour.green, colour.blue])
    // The bar runs from the highest colour down.
    let bar = try #require(pictures.last)
    #expect(
      Array(bar.pixels.suffix(3))
        == [ColourMap.ember.colours[0]].flatMap { [$0.red, $0.green, $0.blue] })
  }

  @Test func numbersAreThoseOfTheMetrics() throws {
    let model = measured()
    let figure = Figure(model)
    let lines = figure.csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    try #require(lines.count == 3)
    let header = lines[0].map(String.init)
    for side in 0...1 {
      let metrics = try #require(model.sides[side].measured?.metrics)
      let cells = Dictionary(uniqueKeysWithValues: zip(header, lines[side + 1].map(String.init)))
      #expect(cells["letter"] == ["A", "B"][side] && cells["rule"] == "paper")
      #expect(cells["area_50"] == metrics.ratio(at: 0.5).map { "\($0)" })
      #expect(cells["sigma_px"] == "\(metrics.sigma)")
      #expect(cells["parameters"] == model.facts(side).map { "\($0.parameters)" })
      let share = Format.fixed(try #require(metrics.ratio(at: 0.99)) * 100, 1)
      #expect(figure.rows[side][6] == share && figure.latex.contains(" & \(share) & "))
    }
    #expect(figure.latex.contains("RepLKNet-13-nano & trained & "))
    #expect(Figure.escapedLaTeX(#"a_b 5% {x} \"#) == #"a\_b 5\% \{x\} \textbackslash{}"#)
  }

  /// Networks, weights and hashes, images, n, rule, spread, and what was said of them on screen.
  @Test func theCaptionSaysWhereItComesFrom() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.recompute(images: 3)
    let caption = Figure(model).caption
    for side in 0...1 {
      let subject = try #require(model.sides[side].subject)
      #expect(caption.contains("hash \(subject.weightsHash)"))
    }
    #expect(caption.contains("n = 3: image 0, image 1, image 2") && caption.contains("rule paper"))
    #expect(caption.contains(try #require(model.verdict).headline))
    #expect(!caption.contains("prepared"))
    var prepared = PreprocessingChoice()
    prepared.mean = [0.5, 0.25, 0.5]
    model.session.networks[0].preprocessing = prepared
    model.sides[0].shown?.result?.subject.preprocessing = prepared
    #expect(Figure(model).caption.contains("rule paper; pictures prepared with mean 0.5,0.25,0.5."))
    #expect(Figure(model).csv.contains(",paper,\"mean 0.5,0.25,0.5\","))
    let random = makeModel(["RepLKNet-13", "RepLKNet-31"])
    #expect(Figure(random).caption.contains("[random:0, untrained, hash "))
    #expect(texts(Figure(random)).contains { $0.hasPrefix("random:0, untrained") })
  }

  /// What there is to know of a network's file, under its letter; screens say it too.
  @Test func notesAreInTheCaption() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    #expect(!Figure(model).caption.contains("Note"))
    let choice = WeightsChoice(chosen: "", others: [], notes: ["left out 2 tensors"])
    var shown = try #require(model.sides[1].shown)
    shown.subject?.weightsChoice = choice
    shown.result?.subject.weightsChoice = choice
    model.sides[1].shown = shown
    #expect(Figure(model).caption.contains("Note on (B): left out 2 tensors."))
    #expect(model.provenance.contains(PNGText(keyword: "Note", text: "B: left out 2 tensors")))
    let software = try #require(model.provenance.first { $0.keyword == "Software" }?.text)
    #expect(software.hasSuffix(", \(InstructionSet.selected), oneDNN \(ProgramRecord.oneDNN)"))
  }

  @Test func theGalleryStandsBesideAAndB() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key: Unicode.Scalar in ["b", "M"] { _ = model.type(key) }
    model.finish(model.type("S"))
    model.finish(model.type("G"))
    let figure = Figure(model)
    // 31 is B itself.
    #expect(figure.networks.map(\.letter) == ["A", "B", "C", "D", "E", "F"])
    let kernels = ["RepLKNet-31-nano, K = 3", "RepLKNet-31-nano, K = 25 25 25 13"]
    for name in kernels { #expect(figure.rows.contains { $0[1] == name }, "\(name)") }
    #expect(figure.networks.allSatisfy { !figure.depth($0).isEmpty })
    #expect(texts(figure).contains("stage 4"))
  }

  /// Curves over the first picture alone, or of A alone, are no finding beside maps over all.
  @Test func unfinishedDepthIsLeftOut() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    #expect(!Figure(model).caption.contains("depth"))
    let started = model.type("G").compactMap { effect -> (RequestID, ERFRequest, [String])? in
      guard case .computeDepth(let id, let request, let layers) = effect else { return nil }
      return (id, request, layers)
    }
    try #require(started.count == 2)
    func expectLeftOut(_ when: String) {
      let figure = Figure(model)
      #expect(!figure.isDepthComplete && !texts(figure).contains("stage 4"), "\(when)")
      #expect(figure.caption.contains("Growth with depth is left out"), "\(when)")
    }
    expectLeftOut("at the beginning")
    for (index, (id, request, layers)) in started.enumerated() {
      for layer in layers {
        let field = LayerField(
          layer: layer, metrics: makeResult(request, sigma: 8).metrics, images: 1)
        _ = update(&model, .deepened(id, DepthPoint(field)))
      }
      expectLeftOut("before the end of \(index)")
      _ = update(&model, .deepEnough(id, failure: nil))
      if index == 0 { expectLeftOut("A alone") }
    }
    #expect(texts(Figure(model)).contains("stage 4") && !Figure(model).lacksDepth)
    // Maps over more pictures than the layers were measured over: it says so.
    #expect(Figure(model).depthImages == nil)
    model.sides[1].shown?.images = 2
    #expect(Figure(model).depthImages == "n = 1" && Figure(model).caption.contains("n = 1."))
  }

  /// Nothing can be measured of a map that is 0 everywhere.
  @Test func emptyMapsHaveNoNumbers() throws {
    var model = measured()
    let size = model.session.size
    let map = ERFMap(
      height: size.height, width: size.width,
      values: [Double](repeating: 0, count: size.height * size.width))
    model.sides[1].shown?.metrics = ERFMetrics(map)
    model.sides[1].shown?.field = HeatField(map)
    model.sides[1].shown?.result?.map = map
    model.sides[1].shown?.result?.metrics = ERFMetrics(map)
    let figure = Figure(model)
    #expect(figure.rows[1][3...9].allSatisfy { $0 == "-" } && figure.rows[0][7] != "-")
    let line = try #require(figure.csv.split(separator: "\n").last)
    #expect(line.contains(",,,,,,,,,,,,,,,"))
    #expect(figure.caption.contains("is 0 everywhere") && !figure.caption.contains("no square"))
  }

  /// What stands beside the maps of another unit says so, and keeps to the page.
  @Test func offCentreFiguresSaySo() {
    let model = measured { model in
      model.session.target.units = [Unit(row: 0, column: 3)]
      model.finish(model.pursue())
    }
    let figure = Figure(model)
    #expect(texts(figure).contains { $0.contains("off-centre unit") })
    var titles: [String] = []
    for case .text(let text, let at, let size, .start, let isBold, false, _)
      in figure.drawing.elements
    {
      let end = at.x + VectorDrawing.width(of: text, size: size, isBold: isBold)
      #expect(end <= Figure.width, "\(text)")
      if text.contains("central unit's field") { titles.append(text) }
    }
    #expect(titles.count == 1)
  }

  /// More than two networks are compared, too, and a title names them as the table does.
  @Test func manyNetworksAreCompared() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    _ = model.type("M")
    model.finish(model.type("S"))
    let figure = Figure(model)
    let shares = try figure.networks.map { try #require($0.metrics?.ratio(at: 0.5)) }
    let times = try #require(shares.max()) / (try #require(shares.min()))
    let said = try #require(figure.caption.firstMatch(of: /. sees most, ([\d.]+) times/))
    #expect(said.output.1 == Format.fixed(times, times < 9.95 ? 1 : 0))
    for name in figure.rows.map({ $0[1] }) where name.contains("K = ") {
      let kernels = name[(name.firstRange(of: "K = ")?.lowerBound ?? name.startIndex)...]
      #expect(texts(figure).count { $0.hasSuffix(kernels) } >= 2, "\(name)")
    }
  }

  /// No two labels of outlines lie over each other, wherever the squares are.
  @Test func outlinesAreLabelled() {
    var screen = ScreenChoice()
    screen.areas = .squares
    let labels = texts(Figure(measured { $0.session.screen = screen }))
    for share in ["20 %", "30 %", "50 %", "99 %"] { #expect(labels.contains(share), "\(share)") }
    screen.areas = .contours
    #expect(texts(Figure(measured { $0.session.screen = screen })).contains("99 %"))
  }

  /// A theoretical field that reaches beyond the input says so.
  @Test func theoreticalFieldsBeyondTheInputSaySo() {
    let labels = texts(Figure(measured { $0.session.screen.showsTheory = true }))
    #expect(labels.contains("theory 979 px: the whole input"))
  }

  /// Small squares and squares at the edge of the input have their labels where nothing else is.
  @Test func labelsNeverLieAcrossOutlines() throws {
    for (row, sigma) in [(112, 3.0), (112, 8), (112, 30), (4, 3), (4, 30)] {
      let request = makeRequest()
      let field = HeatField(makeResult(request, sigma: sigma))
      let metrics = ERFMetrics(
        makeResult(request, sigma: sigma).map, around: (row: row, column: row))
      let box = VectorDrawing.Rectangle(x: 20, y: 20, width: 200, height: 200)
      let scale = 200.0 / 224
      let squares = metrics.ratios.reversed().compactMap { $0.side }.map { side in
        let (low, high) = (max(0, row - side / 2), min(field.width, row - side / 2 + side))
        return VectorDrawing.Rectangle(
          x: 20 + Double(low) * scale, y: 20 + Double(low) * scale,
          width: Double(high - low) * scale, height: Double(high - low) * scale)
      }
      var labels = OutlineLabels(box: box, outlines: squares)
      for square in squares { labels.add("20 %", to: square) }
      let grounds = labels.grounds
      #expect(grounds.count == squares.count, "row \(row), sigma \(sigma)")
      for (index, ground) in grounds.enumerated() {
        let around = ground.grown(0.5)
        #expect(squares.allSatisfy { !$0.overlaps(around) || $0.holds(around) })
        #expect(!grounds[..<index].contains { $0.overlaps(ground) })
      }
    }
  }

  /// A dot that marks a half lies on its curve.
  @Test func halvesAreMarkedWhereCurvesAre() throws {
    let mass = [0.1, 0.3, 0.7, 1]
    let half = try #require(Figure.crossing(mass, 0.5))
    #expect(abs(half.x - 1.5) < 1e-12 && half.y == 0.5)
    #expect(try #require(Figure.crossing([0.6, 1], 0.5)) == (0, 0.6))
  }

  /// A curve that lies on another is dashed: both are seen.
  @Test func equalCurvesAreBothSeen() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-13-nano"])
    model.sides[1].shown = model.sides[0].shown
    let dashes = Figure(model).drawing.elements.compactMap { line -> Double? in
      if case .line(let points, 1.1, let dash, _, _) = line, points.count > 2 { dash } else { nil }
    }
    #expect(dashes == [0, 4])
  }

  /// Titles say what was edited and stay within their column; so do the table's cells.
  @Test func longNamesLeaveRoomForOthers() throws {
    var model = makeModel(["RepLKNet-31-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    model.finish(model.type("3"))
    model.finish(update(&model, .key(.down)))
    model.finish(model.type("<"))
    let figure = Figure(model)
    #expect(figure.name(figure.networks[1]) == "RepLKNet-31-nano, K = 31 27 27 13")
    #expect(figure.name(figure.networks[0]) == "RepLKNet-31-nano, K = 31 29 27 13")
    #expect(ExportNaming.figureStem(figure.networks, model.designs).contains("_s2k27_"))
    let cut = VectorDrawing.cutInside(String(repeating: "long-", count: 40), size: 8, width: 100)
    #expect(VectorDrawing.width(of: cut, size: 8) <= 100 && cut.contains("...") && cut.count > 12)
  }

  /// Every map of a sweep is titled by its network and its kernels, whatever room there is.
  @Test(arguments: [2, 3, 5]) func titlesAreWhole(_ count: Int) {
    var model = makeModel(["RepLKNet-31-nano"])
    model.finish(model.type("M"))
    model.finish(model.type("S"))
    model.session.gallery = Array(model.session.gallery.suffix(count))
    let figure = Figure(model)
    let all = texts(figure)
    #expect(figure.networks.count >= count)
    for network in figure.networks {
      let name = figure.name(network)
      #expect(name.contains("RepLKNet-31-nano, K = "))
      let kernels = name.split(separator: ", ")[1]
      // In the table, and over the map in one line or two.
      #expect(all.count { $0 == name } == 2 || all.contains(String(kernels)), "\(name)")
    }
    #expect(!all.contains { $0.contains("...") })
  }

  /// The bar of a signed map on a logarithmic scale has its decades on both sides of zero.
  @Test func signedBarsHaveDecades() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.screen.curve = .decades
    for _ in 0..<2 { model.finish(model.type("R")) }
    let figure = Figure(model)
    for tick in ["-1", "-0.1", "-0.01", "0", "0.01", "0.1", "1"] {
      #expect(texts(figure).contains(tick), "\(tick)")
    }
    #expect(figure.caption.contains("three decades of either sign"))
  }

  @Test func theMenuWritesIt() throws {
    var model = measured()
    _ = model.type("e")
    let place = try #require(ExportKind.all.firstIndex { $0.figureEnding == "pdf" })
    for _ in 0..<place { _ = update(&model, .key(.down)) }
    guard case .exportFigure(_, "pdf")? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is written")
      return
    }
    #expect(
      ExportNaming.figureStem(Figure(model).networks, model.designs)
        == "replknet-13-nano_replknet-31-nano_224_stage4")
  }
}

extension Model {
  /// Computes both maps anew over so many images.
  fileprivate mutating func recompute(images: Int) {
    finish(type("r"), images: images)
  }
}

@Suite struct ContourSegmentTests {
  /// A cone: the line of a level is a circle, whose radius is known.
  @Test func linesRunWhereTheLevelIs() {
    let side = 41
    let values = (0..<side * side).map { index in
      let (row, column) = (Double(index / side - 20), Double(index % side - 20))
      return 20 - (row * row + column * column).squareRoot()
    }
    let segments = ContourSegments.segments(values, side: side, level: 8)
    #expect(segments.count > 40)
    for segment in segments {
      for place in [segment.from, segment.to] {
        let (row, column) = (place.row - 20, place.column - 20)
        #expect(abs((row * row + column * column).squareRoot() - 12) < 0.05)
      }
    }
  }
}
