// PGM, NPY, CSV and colour maps, there and back, and their readers on bytes from nowhere.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PGMTests {
  private let map = PGM(
    height: 2, width: 3, values: [0, 0.25, 0.5, 0.75, 1, 0.1], comments: ["model: x", "two\nlines"])

  @Test(arguments: PGMVariant.allCases)
  func readsBackWhatItWrote(variant: PGMVariant) throws {
    let read = try PGM(decoding: map.encoded(variant), path: "a.pgm")
    #expect(read.height == 2 && read.width == 3)
    #expect(read.comments == ["model: x", "two lines"])
    let step = variant == .binary8 ? 1.0 / 255 : 1.0 / 65_535
    for (found, expected) in zip(read.values, map.values) {
      #expect(abs(found - expected) <= step / 2)
    }
  }

  @Test func isBigEndian() {
    let bytes = PGM(height: 1, width: 2, values: [1, 1.0 / 65_535 * 0x1234]).encoded()
    #expect(bytes == Array("P5\n2 1\n65535\n".utf8) + [0xFF, 0xFF, 0x12, 0x34])
  }

  @Test func clampsWhatIsOutside() throws {
    let values = [-1, 2, .nan, .infinity, -.infinity, 0.5]
    let read = try PGM(
      decoding: PGM(height: 1, width: 6, values: values).encoded(.binary8), path: "a")
    #expect(read.values == [0, 1, 0, 1, 0, 128.0 / 255])
  }

  @Test func textLinesAreShort() {
    let wide = PGM(height: 2, width: 100, values: [Double](repeating: 0.9, count: 200))
    let lines = wide.encoded(.ascii).split(separator: 0x0A)
    #expect(lines.allSatisfy { $0.count <= 70 })
  }

  @Test func refusesColours() {
    #expect(throws: ExportError.self) {
      try PGM(decoding: Array("P3 1 1 9 1 2 3".utf8), path: "a")
    }
  }

  @Test func neverTraps() {
    for variant in PGMVariant.allCases {
      tryDamaged(map.encoded(variant), "\(variant).pgm") { _ = try? PGM(decoding: $0, path: "a") }
    }
  }
}

@Suite struct NPYTests {
  @Test(arguments: [[], [0], [6], [2, 3], [1, 3, 2, 1], [1, 1, 1, 1, 1, 6]])
  func readsBackWhatItWrote(shape: [Int]) throws {
    let array = NPY(
      shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0) * 0.1 - 0.2 })
    let bytes = array.encoded()
    #expect(bytes.count == 128 + array.values.count * 4 || bytes.count % 4 == 0)
    let header = Int(bytes[8]) | Int(bytes[9]) << 8
    #expect((header + 10) % 64 == 0)
    #expect(try NPY(decoding: bytes, path: "a") == array)
  }

  @Test func writesWhatNumPyWrites() {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
    let header = text + String(repeating: " ", count: 118 - text.utf8.count - 1) + "\n"
    #expect(
      NPY(shape: [2], values: [1, -2]).encoded()
        == [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
        + [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
  }

  private func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let count = UInt8(header.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [version, 0, count, 0] + (version > 1 ? [0, 0] : [])
      + Array(header.utf8) + data
  }

  @Test func readsDoubles() throws {
    let bytes = file(
      "{\"shape\": (1, 1), \"fortran_order\": True, \"descr\": \"<f8\"}\n",
      [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], version: 2)
    #expect(try NPY(decoding: bytes, path: "a") == NPY(shape: [1, 1], values: [1.5]))
    let flat = file(
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1, )}", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F],
      version: 2)
    #expect(try NPY(decoding: flat, path: "a") == NPY(shape: [1], values: [1.5]))
  }

  @Test(arguments: [
    "{'descr': '<c4', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [1], }",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 8), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<f4', 'shape': (1,), }", "{}", "",
  ])
  func refuses(header: String) {
    #expect(throws: ExportError.self) { try NPY(decoding: file(header, [0, 0, 0, 0]), path: "a") }
  }

  /// Headers as NumPy takes them, whoever wrote them.
  @Test(arguments: [
    "{'shape':(1,),'descr':'f4','fortran_order':False}",
    "{ \"fortran_order\" : False ,\n \"shape\" : ( 1 , ) ,\n \"descr\" : u'=f4' , }   \n",
    "{'descr': 'float32', 'fortran_order': True, 'shape': (1L,), }",
    "{'descr': '|f4', 'fortran_order': False, 'shape': (1, 1,), }",
    "{'descr': '''<f4''', 'fortran_order': False, 'shape': (+1, + 1), }",
    "{'descr': \"\"\"<f4\"\"\", 'fortran_order': False, 'shape': (1,), }",
  ])
  func otherSpellings(header: String) throws {
    let array = try NPY(decoding: file(header, [0, 0, 0xC0, 0x3F]), path: "a")
    #expect(array.values == [1.5])
  }

  /// Files of make_arrays.py: each holds the same numbers, as NumPy itself wrote them.
  @Test(arguments: Fixtures.files(in: "arrays").filter { !$0.hasPrefix("two") })
  func whatNumPyWrote(name: String) throws {
    let array = try NPY.load(path: Fixtures.path("arrays/\(name)"))
    let isBool = name.hasPrefix("bool")
    #expect(array.shape == [2, 3, 4])
    let expected = (0..<24).map { (index: Int) -> Float in
      if isBool { return index % 3 == 0 ? 1 : 0 }
      return Float(index * 5)
    }
    #expect(array.values == expected)
    #expect(try NPY.shape(path: Fixtures.path("arrays/\(name)")) == [2, 3, 4])
  }

  /// Stored members have a checksum like others.
  @Test func damagedArchivesAreTold() throws {
    let folder = try TemporaryFolder()
    var bytes = try FileBytes.read(Fixtures.path("arrays/one.npz"), limit: 1 << 20)
    let path = try folder.write(bytes, to: "sound.npz")
    #expect(try NPY.load(path: path).values.count > 0)
    // Within the elements: the header of the array ends with a line.
    let end = try #require(bytes.firstIndex(of: 0x0A))
    bytes[end + 5] ^= 0x40
    let damaged = try folder.write(bytes, to: "damaged.npz")
    #expect(throws: ExportError.self) { try NPY.load(path: damaged) }
  }

  /// Neither of two arrays of the same name is taken, unless they are the same.
  @Test func arraysOfTheSameName() throws {
    let folder = try TemporaryFolder()
    let bytes = try FileBytes.read(Fixtures.path("arrays/two.npz"), limit: 1 << 20)
    let name = Array("b.npy".utf8)
    var twice = bytes
    for place in bytes.indices.dropLast(4) where bytes[place..<place + 5].elementsEqual(name) {
      twice[place] = UInt8(ascii: "a")
    }
    #expect(try NPY.load(path: folder.write(twice, to: "same.npz")).shape == [2, 3, 4])
    let contents = try #require(twice.firstRange(of: Array("PK\u{1}\u{2}".utf8)))
    twice[contents.lowerBound - 1] ^= 1
    let path = try folder.write(twice, to: "twice.npz")
    let reason =
      "it holds several entries called a.npy, and nothing tells which is meant: save it again"
    #expect(throws: CheckpointError.unsupported(path: path, reason: reason)) {
      try NPY.load(path: path)
    }
  }

  @Test func severalArraysAreNamed() throws {
    let error = #expect(throws: ExportError.self) {
      try NPY.load(path: Fixtures.path("arrays/two.npz"))
    }
    #expect(
      try #require(error).explanation.contains(
        "holds 2 arrays (a, b), where one was expected: name it behind a #, as in "
          + Fixtures.path("arrays/two.npz#a")))
  }

  /// A sign without a name asks for one, of archives of a single array too.
  @Test(arguments: [("two", "2 arrays (a, b)"), ("one", "1 array (")])
  func nothingBehindTheSign(_ name: String, found: String) throws {
    let reference = Fixtures.path("arrays/\(name).npz#")
    let error = #expect(throws: ExportError.self) { try PreparedTensor(reference).shape() }
    let words = try #require(error).explanation
    #expect(
      words.contains("holds \(found)")
        && words.contains("none is named behind the #: name one, as in \(reference)"), "\(words)")
  }

  /// By either of the names under which NumPy finds it; a file that is called so is that file.
  @Test func arraysAreChosenByName() throws {
    let two = Fixtures.path("arrays/two.npz")
    let expected = try NPY.load(path: Fixtures.path("arrays/one.npz"))
    for name in ["a", "b", "b.npy"] { #expect(try NPY.load(path: "\(two)#\(name)") == expected) }
    let error = #expect(throws: ExportError.self) { try NPY.load(path: two + "#c") }
    #expect(try #require(error).explanation.hasSuffix("holds no array c: it has a, b"))
    #expect(throws: FileError.missing(path: "none.npz")) { try NPY.load(path: "none.npz#a") }
    let folder = try TemporaryFolder()
    let path = try folder.write(NPY(shape: [1], values: [7]).encoded(), to: "two.npz")
    #expect(throws: ExportError.self) { try NPY.load(path: path + "#a") }
    let own = try folder.write(NPY(shape: [1], values: [8]).encoded(), to: "two.npz#a")
    #expect(try NPY.load(path: own).values == [8])
    #expect(SavedMap.file(of: own) == own && SavedMap.file(of: path + "#b") == path)
    #expect(ImageSource.file(ofTensor: path + "#b") == path)
  }

  /// What is chosen has to be a map like others.
  @Test func mapsAreChosenByName() throws {
    #expect(SavedMap.isSaved("maps.npz#late") && SavedMap.isSaved("maps.npz#"))
    #expect(!SavedMap.isSaved("maps#late"))
    let two = Fixtures.path("arrays/two.npz")
    // The arrays there have three axes.
    #expect(throws: SavedMap.Failure.shape(path: two + "#b", [2, 3, 4])) {
      try SavedMap.load(path: two + "#b")
    }
  }

  @Test func neverTraps() {
    let bytes = NPY(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]).encoded()
    tryDamaged(bytes, "npy") { _ = try? NPY(decoding: $0, path: "a") }
  }
}

@Suite struct CSVTests {
  @Test func writesRows() {
    let text = String(decoding: CSV.encode([0, 0.5, 1e-9, 3], height: 2, width: 2), as: UTF8.self)
    #expect(text == "0.0,0.5\n1e-09,3.0\n")
  }
}

@Suite struct ColourMapTests {
  @Test(arguments: ColourMap.all.map(\.name))
  func lightnessRises(name: String) throws {
    let map = try #require(ColourMap.named(name))
    #expect(map.colours.count == 256)
    let luminances = map.colours.map(\.luminance)
    let rising = map.isDiverging ? luminances[..<128] : luminances[...]
    #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 < $1 })
    if map.isDiverging {
      let falling = luminances[128...]
      #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 > $1 })
    }
  }

  @Test(arguments: ColourMap.all.map(\.name))
  func isSmooth(name: String) throws {
    let map = try #require(ColourMap.named(name))
    for (one, next) in zip(map.colours, map.colours.dropFirst()) {
      let step = max(
        abs(Int(one.red) - Int(next.red)), abs(Int(one.green) - Int(next.green)),
        abs(Int(one.blue) - Int(next.blue)))
      #expect(step <= 12)
    }
  }

  @Test func takesAnyNumber() {
    let map = ColourMap.ember
    #expect(map.colour(at: .nan) == map.colours[0] && map.colour(at: -1) == map.colours[0])
    #expect(map.colour(at: .infinity) == map.colours[255] && map.colour(at: 1) == map.colours[255])
    #expect(ColourMap.named("GREY") == .grey && ColourMap.named("no") == nil)
    #expect(Set(ColourMap.all.map(\.name)).count == ColourMap.all.count)
  }
}

/// Hands every truncation of `bytes` and many changed copies to `body`.
func tryDamaged(_ bytes: [UInt8], _ name: String, _ body: ([UInt8]) -> Void) {
  let log = DamageLog(name)
  for count in 0...bytes.count {
    log.note("\(name) cut to \(count) bytes")
    body(Array(bytes[..<count]))
  }
  var random = PictureBytes(state: 3)
  for _ in 0..<1000 {
    log.note("\(name) changed from PictureBytes(state: \(random.state))")
    var changed = bytes
    for _ in 0...Int(random.next() % 3) {
      changed[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    body(changed)
  }
}
