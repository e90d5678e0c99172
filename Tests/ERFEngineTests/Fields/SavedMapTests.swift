import TestSupport
import Testing

@testable import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import struct Foundation.Data
  import class Foundation.JSONDecoder
#endif

@Suite struct SavedMapTests {
  private let folder: TemporaryFolder
  private let result: ERFResult

  init() throws {
    folder = try TemporaryFolder()
    let model = "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5"
    result = try ERFComputer().compute(
      ERFRequest(network: NetworkSpec(model: model), size: InputSize(height: 64, width: 48)))
  }

  /// What was exported comes back: NPY as float32, PGM to its 16 bits, CSV exactly.
  @Test(arguments: [("m.npy", 1e-6), ("m.pgm", 1e-4), ("m.csv", 0)])
  func whatWasExportedComesBack(_ name: String, _ tolerance: Double) throws {
    let path = folder.file(name)
    try HeatmapExport.write(result, to: path)
    let back = try SavedMap.load(path: path)
    #expect(back.map.height == 64 && back.map.width == 48)
    let peak = result.map.peak
    for (found, value) in zip(back.map.values, result.map.values) {
      #expect(abs(found - value) <= tolerance * peak)
    }
    #expect(back.metrics.ratios.map(\.side) == result.metrics.ratios.map(\.side))
  }

  /// What there was to know of the network's file is in the header, in PNGs too, and stays there.
  @Test func notesAreKept() throws {
    var noted = result
    noted.subject.weightsChoice = WeightsChoice(chosen: "", others: [], notes: ["left out: a, b"])
    #expect(HeatmapExport.comments(noted).contains("note: left out: a, b"))
    #expect(
      HeatmapExport.provenance(noted).contains(PNGText(keyword: "note", text: "left out: a, b")))
    try HeatmapExport.write(noted, to: folder.file("noted.pgm"))
    let back = try SavedMap.load(path: folder.file("noted.pgm"))
    #expect(back.record?.lines.contains("note: left out: a, b") == true)
    #expect(HeatmapExport.comments(back).contains("note: left out: a, b"))
    #expect(!HeatmapExport.comments(result).contains { $0.hasPrefix("note") })
  }

  /// What a PGM says of its map is known again, and stays when it is exported once more.
  @Test func theHeaderIsKept() throws {
    var request = ERFRequest(
      network: NetworkSpec(model: result.subject.model, weights: .random(seed: 3)),
      images: .builtInAt(0..<2), size: InputSize(height: 64, width: 48), rule: .absolute)
    request.units = [Unit(row: 0, column: 1)]
    let computed = try ERFComputer().compute(request)
    try HeatmapExport.write(computed, to: folder.file("a.pgm"))
    let back = try SavedMap.load(path: folder.file("a.pgm"))
    let record = try #require(back.record)
    #expect(record.weights == "random:3 (hash \(computed.subject.weightsHash))")
    #expect(record.images == 2 && record.rule == .absolute)
    #expect(back.subject.rule == .absolute && back.map.images == 2)
    #expect(HeatmapExport.comments(back).dropLast() == HeatmapExport.comments(computed).dropLast())
    // Squares lie around the unit that it names.
    #expect(record.place?.units == request.units)
    #expect(record.place?.layer == computed.subject.tap)
    #expect(record.place?.mapSize == computed.subject.mapSize)
    #expect(!back.metrics.isCentred && back.metrics.origin == computed.metrics.origin)
    #expect(back.metrics.ratios.map(\.side) == computed.metrics.ratios.map(\.side))
    // Arrays and the pictures of others say nothing, and nothing is made up.
    try HeatmapExport.write(computed, to: folder.file("a.npy"))
    let array = try SavedMap.load(path: folder.file("a.npy"))
    #expect(array.record?.lines == [] && array.subject.weights == "not recorded")
    #expect(HeatmapExport.comments(array)[1] == "model: not recorded in \(folder.file("a.npy"))")
    #expect(!HeatmapExport.comments(array).contains { $0.hasPrefix("images") })
  }

  /// What a document says of where a map comes from.
  private struct Told: Decodable, Equatable {
    struct Document: Decodable {
      let results: [Told]
    }
    let model, weights, weightsHash, stage, rule, precision: String?
    let input: [Int]
    let images, skipped, notes: [String]?
    let imageCount, partialOf: Int?
    let unit: [Int]?
    let units: [[Int]]?

    init(_ result: ERFResult) throws {
      let bytes = try ResultReport([result]).encoded()
      self = try JSONDecoder().decode(Document.self, from: Data(bytes)).results[0]
    }
  }

  /// Over four of nine pictures.
  private func stopped(_ names: [String]) throws -> ERFResult {
    let whole = try #require(result.part)
    let done = names.enumerated().map {
      ERFPart.Done(index: $0.offset, name: $0.element, hash: "", sides: [])
    }
    return ERFPart(
      subject: whole.subject, images: 9, list: "", command: [], shards: [], makers: [.this],
      map: whole.map, done: done, skipped: []
    ).result()
  }

  /// What the header says, that a run was stopped above all, stays with a map that is opened and exported again.
  @Test func partialMapsStayPartial() throws {
    let names = ["cat", "coffee", "rocket", "page"]
    let computed = try stopped(names)
    try HeatmapExport.write(computed, to: folder.file("a.pgm"))
    let back = try SavedMap.load(path: folder.file("a.pgm"))
    #expect(back.partialOf == 9 && back.imageNames == names && back.map.images == 4)
    let pictures = "4 of 9, partial: cat, coffee, rocket, page"
    #expect(HeatmapExport.comments(back).contains("images: " + pictures))
    #expect(
      HeatmapExport.provenance(back).contains(PNGText(keyword: "images", text: pictures)))
    let told = try Told(back)
    #expect(told.images == names && told.partialOf == 9 && told.imageCount == nil)
    #expect(told.model == computed.subject.model && told.stage == computed.subject.tap)
    #expect(told.weights == computed.subject.weights)
    #expect(told.weightsHash == computed.subject.weightsHash && told.rule == "paper")
    #expect(told.unit == [computed.subject.unit.row, computed.subject.unit.column])
    // Which pictures were skipped, and what computed it, no header tells.
    #expect(told.skipped == nil)
    let text = String(decoding: try ResultReport([back]).encoded(), as: UTF8.self)
    #expect(text.contains("\"makers\" : null") && text.contains("\"images: \(pictures)\""))
    #expect(text.contains(folder.file("a.pgm")) && text.contains(back.subject.fileHash))
    // Of names that have commas nobody knows where one ends.
    try HeatmapExport.write(stopped(["a, b", "c", "d", "e"]), to: folder.file("b.pgm"))
    let unclear = try Told(SavedMap.load(path: folder.file("b.pgm")))
    #expect(unclear.images == nil && unclear.imageCount == 4 && unclear.partialOf == 9)
  }

  /// What an array does not say of its map is null, not made up.
  @Test func documentsOfArraysSayNothing() throws {
    try HeatmapExport.write(result, to: folder.file("a.npy"))
    try HeatmapExport.write(SavedMap.load(path: folder.file("a.npy")), to: folder.file("a.pgm"))
    for name in ["a.npy", "a.pgm"] {
      let told = try Told(SavedMap.load(path: folder.file(name)))
      #expect(told.input == [64, 48])
      for fact in [told.model, told.weights, told.weightsHash, told.stage, told.rule] {
        #expect(fact == nil)
      }
      #expect(told.images == nil && told.imageCount == nil && told.unit == nil)
    }
  }

  /// Names are known where all of them are there, each by itself.
  @Test(
    arguments: [
      ("2: cat, coffee", 2, nil, ["cat", "coffee"]),
      ("1: a, b and 3 more", 1, nil, ["a, b and 3 more"]),
      ("2 of 7, partial: cat, coffee", 2, 7, ["cat", "coffee"]), ("0 of 9, partial: ", 0, 9, []),
      ("0 of 9, partial:", 0, 9, []), ("2: cat", 2, nil, nil), ("2: a, b, c", 2, nil, nil),
      ("3: a, b, c and 1 more", 3, nil, nil), ("9: a and 8 more", 9, nil, nil), ("4", 4, nil, nil),
      ("4 of 4, partial: a, b, c, d", 4, nil, ["a", "b", "c", "d"]),
      ("2 of 99999999999999999999, partial: a, b", 2, nil, ["a", "b"]),
    ] as [(String, Int, Int?, [String]?)])
  func picturesAreRead(_ text: String, _ count: Int, _ whole: Int?, _ names: [String]?) {
    let pictures = MapRecord.Pictures(text)
    #expect(pictures?.count == count && pictures?.partialOf == whole, "\(text)")
    #expect(pictures?.names == names, "\(text)")
  }

  @Test(arguments: ["", "none", "0: none", "-1: a", "99999999999999999999: a"])
  func whatCountsNoPicturesSaysNothing(_ text: String) {
    #expect(MapRecord.Pictures(text) == nil)
  }

  /// A name that was cut is not the picture's.
  @Test func longNamesAreNotKnown() {
    let names = [String(repeating: "n", count: 500)]
    let pictures = MapRecord.Pictures(HeatmapExport.images(names))
    #expect(pictures?.count == 1 && pictures?.names == nil)
    let many = (0..<500).map { "image-\($0).png" }
    #expect(MapRecord.Pictures(HeatmapExport.images(many))?.names == nil)
    let few = Array(many.prefix(20))
    #expect(MapRecord.Pictures(HeatmapExport.images(few))?.names == few)
  }

  /// Grey levels of 8 bits hide what is faint: that is noted from then on, and what depends on it is not known.
  @Test func eightBitsAreNoted() throws {
    let path = folder.file("m.pgm")
    try HeatmapExport.write(result, to: path)
    let fine = try SavedMap.load(path: path)
    #expect(fine.record?.isCoarse == false && fine.metrics.ratios.allSatisfy(\.isKnown))
    try HeatmapExport.write(result, to: path, options: ExportOptions(variant: .binary8))
    let note = "read from 8 bits, large thresholds come out too small"
    // Also of the 16 bits that they are written to.
    for _ in 0..<2 {
      let coarse = try SavedMap.load(path: path)
      #expect(coarse.record?.isCoarse == true && coarse.record?.model == result.subject.model)
      #expect(coarse.record?.notes == [note])
      #expect(coarse.metrics.ratios.map(\.isKnown) == [true, true, true, false])
      #expect(coarse.metrics.ratios.map { $0.side == nil } == [false, false, false, true])
      #expect(coarse.metrics.rawRatios[3].ratio == nil)
      try HeatmapExport.write(coarse, to: path)
    }
    // And of arrays and tables.
    try HeatmapExport.write(result, to: path, options: ExportOptions(variant: .binary8))
    for name in ["m.npy", "m.csv"] {
      try HeatmapExport.write(SavedMap.load(path: path), to: folder.file(name))
      let coarse = try SavedMap.load(path: folder.file(name))
      #expect(coarse.record?.isCoarse == true && coarse.record?.notes == [note], "\(name)")
      #expect(coarse.metrics.ratios.map(\.isKnown) == [true, true, true, false])
      try HeatmapExport.write(result, to: folder.file(name))
      #expect(try SavedMap.load(path: folder.file(name)).record?.isCoarse == false, "\(name)")
    }
    // The steps of small multiples of one number are equal without that.
    _ = try folder.write(Array("1e-5,2e-5,3e-5\n4e-5,6e-5,9e-5\n".utf8), to: "small.csv")
    #expect(try SavedMap.load(path: folder.file("small.csv")).record?.isCoarse == false)
    // Other programs widen 8 bits.
    _ = try folder.write(Array("P2\n2 2\n65535\n0 257 514 65535\n".utf8), to: "wide.pgm")
    #expect(try SavedMap.load(path: folder.file("wide.pgm")).record?.isCoarse == true)
    _ = try folder.write(Array("P2\n2 2\n65535\n0 258 514 65535\n".utf8), to: "fine.pgm")
    #expect(try SavedMap.load(path: folder.file("fine.pgm")).record?.isCoarse == false)
    // Nothing else is known of a grey map of another program.
    _ = try folder.write(Array("P2\n2 2\n100\n0 50 100 25\n".utf8), to: "grey.pgm")
    let grey = folder.file("grey.pgm")
    let comments = HeatmapExport.comments(try SavedMap.load(path: grey))
    #expect(comments[1...2] == ["model: not recorded in \(grey)", "note: \(note)"])
  }

  /// A header that came from a map of another size says nothing of this one, and its largest M is not this one's.
  @Test func headersOfOtherMapsAreNotTaken() throws {
    let input = "input: 512 x 512 (height x width)"
    let comments = HeatmapExport.comments(result).map { $0.hasPrefix("input: ") ? input : $0 }
    let pgm = PGM(
      height: 64, width: 48, values: HeatmapExport.picture(result.map), comments: comments)
    let map = try SavedMap.load(path: folder.write(pgm.encoded(), to: "m.pgm"))
    let record = try #require(map.record)
    #expect(record.isOfAnother && record.lines.isEmpty)
    #expect(record.notes == ["the header is of another map: \(input)"])
    #expect(record.model == nil && record.place == nil && record.pictures == nil)
    #expect(map.subject.weights == "not recorded" && abs(map.map.peak - 9) < 1e-9)
    let path = folder.file("m.pgm")
    #expect(HeatmapExport.comments(map)[1] == "model: not recorded in \(path)")
    try HeatmapExport.write(result, to: folder.file("own.pgm"))
    let own = try SavedMap.load(path: folder.file("own.pgm"))
    #expect(own.record?.found == [] && own.record?.isOfAnother == false)
  }

  /// Layers may be called anything, and what is no place says nothing.
  @Test(
    arguments: [
      ("s4 (7 x 5), unit (6, 4)", "s4", [Unit(row: 6, column: 4)]),
      (
        "a (b), unit (1 x 1) (7 x 7), units (0, 1), (2, 3)", "a (b), unit (1 x 1)",
        [Unit(row: 0, column: 1), Unit(row: 2, column: 3)]
      ),
      ("s4 (7 x 5), unit (7, 4)", nil, []), ("s4 (7 x 5), unit (-1, 4)", nil, []),
      ("s4 (7 x 5), unit (1, 2", nil, []), ("s4 (7 x 5), unit ()", nil, []), ("s4", nil, []),
      ("s4 (0 x 0), unit (0, 0)", nil, []), ("s4 (7 x 5), units (1, 2), (x, 3)", nil, []),
      ("s4 (99999999999999999999 x 5), unit (1, 2)", nil, []),
    ] as [(String, String?, [Unit])])
  func placesAreRead(_ text: String, _ layer: String?, _ units: [Unit]) {
    let place = MapRecord.Place(text)
    #expect(place?.layer == layer && (place?.units ?? []) == units)
  }

  /// A header that somebody made up ends nothing, and goes no further than its known keys.
  @Test func headersOfOthersAreData() throws {
    let lines = [
      "effective receptive field, replk-tui", "images: 0: none", "rule: none",
      String(repeating: "K", count: 200) + ": long", " : blank", "no colon",
    ]
    let header = lines.map { "# \($0)\n" }.joined()
    _ = try folder.write(Array("P2\n\(header)2 2\n9\n0 1 2 3\n".utf8), to: "made-up.pgm")
    let map = try SavedMap.load(path: folder.file("made-up.pgm"))
    #expect(map.record?.lines == ["images: 0: none", "rule: none"])
    #expect(map.record?.images == nil && map.record?.rule == nil && map.map.images == 1)
    try HeatmapExport.write(map, to: folder.file("again.png"))
    #expect(map.metrics.ratios.count == 4)
  }

  @Test func whatIsNoMapIsRefused() throws {
    for (array, path) in [
      (NPY(shape: [3, 4, 5], values: [Float](repeating: 0, count: 60)), "cube.npy"),
      (NPY(shape: [7], values: [Float](repeating: 0, count: 7)), "line.npy"),
    ] {
      _ = try folder.write(array.encoded(), to: path)
      #expect(throws: SavedMap.Failure.self) { try SavedMap.load(path: folder.file(path)) }
    }
    // Finite in float64, and beyond what is computed with.
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}"
    let preamble = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    let numbers = [1, 1e300, 2, 3].flatMap { (number: Double) in
      (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt64($0))) }
    }
    _ = try folder.write(preamble + Array(header.utf8) + numbers, to: "wide.npy")
    #expect(throws: SavedMap.Failure.overflow(path: folder.file("wide.npy"))) {
      try SavedMap.load(path: folder.file("wide.npy"))
    }
    let nan = NPY(shape: [2, 2], values: [0, .nan, 0, 0])
    _ = try folder.write(nan.encoded(), to: "nan.npy")
    #expect(throws: SavedMap.Failure.notFinite(path: folder.file("nan.npy"))) {
      try SavedMap.load(path: folder.file("nan.npy"))
    }
  }

  @Test(arguments: [
    ("1;2\n3;4\n", true), ("1\t2\r\n3\t4", true), ("1 2\n\n3 4\n", true), ("1,2\n3\n", false),
    ("\n1;2\n3;4\n", true), ("1,0;2\n3;4,00\n", true), ("# M\n1,2\n3,4\n# end\n", true),
    ("1, 2,\n3,\t4,\n", true), ("\"1\",\"2\"\n3,4\n", true), ("\"1,0\";2\n3;4\n", true),
    // A spreadsheet's first line.
    ("sep=;\n1;2\n3;4\n", true), ("sep=;\r\n1,0;2\r\n3;4,0\r\n", true), ("sep=,\n1,2\n3,4\n", true),
    ("\u{FEFF}# M\n\"SEP=|\"\n1|2\n3|4\n", true), ("sep=\t\n1,0\t2\n3\t4\n", true),
    ("sep=;\n1,2\n3,4\n", false), ("1;2\nsep=;\n3;4\n", false), ("sep=\n1;2\n3;4\n", false),
    // Decimals with commas between blanks, and holes.
    ("1,0 2,0\n3,0 4,0\n", false), ("1,0\t2\n3\t4\n", false), ("1,,2\n3,,4\n", false),
    ("\"1,2\",3\n\"3,4\",4\n", false), ("1;2;\n;3;4\n", false),
    ("1,x\n3,4\n", false), ("1,2\n", false), ("1,nan\n2,3\n", false), ("", false),
  ])
  func tables(_ text: String, isMap: Bool) throws {
    let path = try folder.write(Array(text.utf8), to: "t.csv")
    if isMap {
      #expect(try SavedMap.load(path: path).map.values == [1, 2, 3, 4])
    } else {
      #expect(throws: (any Error).self) { try SavedMap.load(path: path) }
    }
  }

  /// Tables as other programs write their texts.
  @Test(arguments: [true, false])
  func tablesInWideCharacters(isBigEndian: Bool) throws {
    func bytes<Unit: FixedWidthInteger>(_ units: [Unit]) -> [UInt8] {
      units.flatMap { unit -> [UInt8] in
        let bytes = (0..<Unit.bitWidth / 8).map { UInt8(truncatingIfNeeded: unit >> (8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
      }
    }
    let text = "\u{FEFF}sep=;\n1;2\n3;4\n"
    for file in [bytes(text.unicodeScalars.map(\.value)), bytes(Array(text.utf16))] {
      let path = try folder.write(file, to: "wide.csv")
      #expect(try SavedMap.load(path: path).map.values == [1, 2, 3, 4])
    }
  }

  /// A grey map of another program: the brightest pixel is log10(M + 1) = 1.
  @Test func greyLevelsAreA() throws {
    _ = try folder.write(Array("P2\n2 2\n100\n0 50 100 25\n".utf8), to: "grey.pgm")
    let map = try SavedMap.load(path: folder.file("grey.pgm")).map
    for (found, expected) in zip(map.logScaled, [0, 0.5, 1, 0.25]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(abs(map.peak - 9) < 1e-9)
  }
}
