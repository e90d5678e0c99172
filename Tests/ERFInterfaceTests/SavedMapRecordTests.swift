// What the file of a saved map says of it, or does not, wherever its numbers are shown.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct SavedMapRecordTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func opened(_ name: String, beside others: [String] = []) throws -> Model {
    try makeModel(ofMap: folder.file(name), beside: others)
  }

  private func write(_ result: ERFResult) throws {
    for name in ["m.pgm", "m.npy"] { try HeatmapExport.write(result, to: folder.file(name)) }
  }

  /// The rule in the title bar is that of the maps, and none where nobody knows it.
  @Test func rulesAreThoseOfTheMaps() throws {
    var request = makeRequest(size: 64)
    request.rule = .signed
    try write(makeResult(request))
    func bar(_ model: Model) -> String {
      String(view(model, size: ScreenSize(rows: 40, columns: 120)).text.prefix { $0 != "\n" })
    }
    #expect(bar(try opened("m.pgm")).contains("rule signed"))
    #expect(!bar(try opened("m.npy")).contains("rule"))
    let network = ["RepLKNet-13-nano"]
    #expect(bar(try opened("m.pgm", beside: network)).contains("rule A signed, B paper"))
    #expect(bar(try opened("m.npy", beside: network)).contains("rule B paper"))
  }

  /// A network's layer is not said of the map beside it.
  @Test func layersAreThoseOfTheMaps() throws {
    var result = makeResult(makeRequest(size: 64))
    result.subject.tap = "stage2"
    try write(result)
    func title(_ name: String, beside others: [String]) throws -> String {
      let texts = MetricsPanel.subject(try opened(name, beside: others))
      return try #require(texts.first).map(\.text).joined()
    }
    #expect(try title("m.pgm", beside: []).hasSuffix("64 px · 1 picture · stage2"))
    let network = ["RepLKNet-13-nano"]
    #expect(try title("m.pgm", beside: network).hasSuffix(" · A stage2, B stage4"))
    #expect(
      try title("m.npy", beside: network).hasSuffix(
        " · B 1 picture · B stage4 · A middle assumed"))
  }

  /// A map's heading names the layer that its file names, for which the size makes room.
  @Test func headingsNameTheLayer() throws {
    var result = makeResult(makeRequest(size: 64))
    result.subject.tap = "stage2"
    try write(result)
    let model = try opened("m.pgm", beside: ["RepLKNet-13-nano"])
    let hash = try SavedMap.load(path: folder.file("m.pgm")).subject.fileHash.prefix(8)
    func heading(_ width: Int) -> String {
      MapHeading(model, index: 0).facts(width).map(\.text).joined()
    }
    #expect(heading(44) == "saved map #\(hash) · input 64 × 64 · stage2")
    #expect(heading(36) == "saved map #\(hash) · 64 px · stage2")
    #expect(heading(30) == "saved map #\(hash) · stage2")
    #expect(heading(20) == "saved map #\(hash)")
  }

  /// Grey levels of 8 bits say so with their numbers, and what they cannot tell is no number.
  @Test(arguments: [PGMVariant.binary16, .binary8])
  func eightBitsAreSaid(_ variant: PGMVariant) throws {
    try HeatmapExport.write(
      makeResult(makeRequest(size: 64)), to: folder.file("m.pgm"),
      options: ExportOptions(variant: variant))
    var model = try opened("m.pgm")
    let isCoarse = variant == .binary8
    let note = "8 bits: large thresholds come out too small"
    #expect(model.verdict?.caveats == (isCoarse ? [note, "8 bits"] : []))
    let conditions = ["1 picture", "64 px", "a saved map"]
    #expect(model.verdict?.conditions == (isCoarse ? conditions + [note] : conditions))
    let figure = Figure(model)
    let cells = Dictionary(uniqueKeysWithValues: zip(figure.table[0], figure.table[1]))
    #expect(cells["area_99"]?.isEmpty == isCoarse && cells["area_50"]?.isEmpty == false)
    let ratio = model.sides[0].measured?.metrics.ratio(at: 0.99)
    #expect(cells["notes"]?.hasPrefix("read from 8 bits") == isCoarse)
    #expect(figure.caption.contains(" -: not known from 8 bits.") == isCoarse)
    #expect(figure.rows[0][6] == ratio.map { Format.areaNumber($0) } ?? "-")
    #expect((ratio == nil) == isCoarse)
    #expect(figure.caption.contains("8 bits, large thresholds") == isCoarse)
    #expect(figure.caption.components(of: "large thresholds") == (isCoarse ? 1 : 0))
    #expect(!figure.caption.contains("no square of the input"))
    _ = model.type("4")
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let screen = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(screen.contains("8 bits: large") == isCoarse, "\(screen)")
      #expect(!screen.contains("reached"), "\(screen)")
    }
  }

  /// That a file's header came with another map is said beside a second map, too, and alone with what it is, in full.
  @Test func headersOfOthersAreSaid() throws {
    let result = makeResult(makeRequest(size: 64))
    let comments = HeatmapExport.comments(result).map {
      $0.hasPrefix("input: ") ? "input: 512 x 512 (height x width)" : $0
    }
    let pgm = PGM(
      height: 64, width: 64, values: HeatmapExport.picture(result.map), comments: comments)
    _ = try folder.write(pgm.encoded(), to: "m.pgm")
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let size = ScreenSize(rows: rows, columns: columns)
      let beside = view(try opened("m.pgm", beside: ["RepLKNet-13-nano"]), size: size).text
      let wordings = ["its header is another map's", "another's header"]
      #expect(wordings.contains { beside.contains($0) }, "\(beside)")
      let alone = view(try opened("m.pgm"), size: size).text
      #expect(alone.contains("header"), "\(alone)")
      // Numbers stand beside a single map but for the middle size.
      if columns != 120 { #expect(alone.contains("(height") && alone.contains("width)")) }
    }
  }

  /// Figures and their tables say that the middle is assumed, as the screen does.
  @Test func figuresAssumeNoMiddleSilently() throws {
    try write(makeResult(makeRequest(size: 64)))
    for (name, isAssumed) in [("m.npy", true), ("m.pgm", false)] {
      let figure = Figure(try opened(name))
      let words = isAssumed ? " (middle assumed)" : ""
      #expect(figure.caption.contains("the smallest centred ones\(words) that hold"), "\(name)")
      let cells = Dictionary(uniqueKeysWithValues: zip(figure.table[0], figure.table[1]))
      #expect(cells["squares"] == (isAssumed ? "centred, middle assumed" : "centred"))
      let drawing = try #require(try figure.encoded(ending: "svg"))
      #expect(
        String(decoding: drawing, as: UTF8.self).contains("distance from the unit\(words), px"))
    }
    let both = Figure(try opened("m.npy", beside: ["RepLKNet-13-nano"]))
    #expect(both.caption.contains("centred ones (A's middle assumed) that hold"))
  }

  /// Seeds and fits are of weights, which a map has none of.
  @Test func aMapHasNoWeightsToEdit() {
    var model = makeModelBesideAMap()
    _ = model.type("3")
    let before = model.session.networks
    for key in "fSW".unicodeScalars {
      #expect(model.type(key).isEmpty)
      #expect(model.notice?.lines == ["a saved map has no weights to choose"], "\(key)")
    }
    model.take(seed: 3)
    #expect(model.session.networks == before && !model.canUndo)
    #expect(model.notice?.lines == ["a saved map has no weights to choose"])
    let footer = Footer.keys(model, width: 400).map(\.text)
    #expect(!footer.contains(" fit") && !footer.contains(" seed") && footer.contains(" swap"))
  }
}
