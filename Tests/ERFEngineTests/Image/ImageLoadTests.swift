// Decoding against Pillow, the messages for what is not a picture, and bytes from nowhere.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ImageLoadTests {
  @Test("equals Pillow's convert(\"RGB\")", arguments: Fixtures.files(in: "images"))
  func equalsPillow(name: String) throws {
    let image = try Image.load(path: Fixtures.path("images/\(name)"))
    let expected = try Image.load(path: Fixtures.path("images/expected/\(name).ppm"))
    #expect(image.height == expected.height && image.width == expected.width)
    // libtiff cuts the product of two inks where Pillow rounds it.
    let tolerance = name == "cmyk.tif" ? 1 : 0
    let wrong = zip(image.pixels, expected.pixels).filter { abs(Int($0) - Int($1)) > tolerance }
    let first = wrong.first ?? (0, 0)
    #expect(wrong.count == 0, "\(wrong.count) samples differ, the first \(first)")
  }

  @Test func readsBinaryPPM() throws {
    let image = try Image.decode(Array("P6 2 1 255\n".utf8) + [1, 2, 3, 4, 5, 6], path: "a")
    #expect(image == Image(height: 1, width: 2, pixels: [1, 2, 3, 4, 5, 6]))
  }

  @Test func namesWhatIsWrong() throws {
    let folder = try TemporaryFolder()
    func error(_ bytes: [UInt8]) throws -> ImageError? {
      let path = try folder.write(bytes, to: "picture.png")
      do throws(any Error) {
        _ = try Image.load(path: path)
        return nil
      } catch {
        return error as? ImageError
      }
    }
    let path = folder.file("picture.png")
    #expect(try error([]) == .empty(path: path))
    #expect(try error(Array("hello, world\n".utf8)) == .notAnImage(path: path))
    #expect(try error(Array("Picture".utf8)) == .notAnImage(path: path))
    #expect(try error([0xFF]) == .notAnImage(path: path))
    let others: [(String, String)] = [
      ("....ftypheic", "HEIC"), ("....ftypavif", "AVIF"), ("P4 1 1\n.", "PBM"),
    ]
    for (bytes, format) in others {
      #expect(try error(Array(bytes.utf8)) == .unsupportedFormat(path: path, format: format))
    }
    #expect(
      try error(Self.tiff(bits: 32, kind: 3))
        == .unsupportedFormat(path: path, format: "32-bit floating-point TIFF"))
    #expect(
      try error(Self.tiff(bits: 16, kind: 2))
        == .unsupportedFormat(path: path, format: "16-bit signed TIFF"))
    #expect(try error(Self.tiff(bits: 16, kind: 1)) == nil)
    #expect(try error(Self.tiff(bits: 8, kind: 2)) == nil)
    #expect(try error(Self.tiff(bits: 8, kind: 1, samples: 3)) == nil)
    #expect(
      try error(Self.tiff(bits: 8, kind: 2, samples: 3))
        == .unsupportedFormat(path: path, format: "8-bit signed TIFF"))
    #expect(
      try error(Array("P6 100000 1000 255\n".utf8))
        == .tooLarge(path: path, size: InputSize(height: 1000, width: 100_000)))
    #expect(throws: FileError.missing(path: folder.file("none.png"))) {
      try Image.load(path: folder.file("none.png"))
    }
    #expect(throws: FileError.isFolder(path: folder.path)) { try Image.load(path: folder.path) }
  }

  /// One pixel of one number, as microscopes write them, or of red, green and blue; `kind` is the SampleFormat.
  private static func tiff(
    bits: UInt8, kind: UInt8, samples: UInt8 = 1, isWhiteZero: Bool = false,
    data: [UInt8] = [0, 0, 0, 0]
  ) -> [UInt8] {
    let colours: UInt8 = isWhiteZero ? 0 : samples == 1 ? 1 : 2
    let tags: [(UInt8, UInt8)] = [
      (0, 1), (1, 1), (2, bits), (3, 1), (6, colours), (17, 8), (21, samples), (22, 1),
      (23, bits / 8 * samples),
    ]
    var bytes: [UInt8] = Array("II".utf8) + [42, 0, 12, 0, 0, 0]
    bytes += data + [UInt8(tags.count + 1), 0]
    for (tag, value) in tags { bytes += [tag, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0] }
    bytes += [0x53, 1, 3, 0, 1, 0, 0, 0, kind, 0, 0, 0]
    return bytes + [0, 0, 0, 0]
  }

  /// Of 16 bits the nearest 8, not the upper ones: 0x81 of 65,535 is more than half of 1 of 255.
  @Test(
    arguments: [
      (0x80, 0), (0x81, 1), (0xFF, 1), (0x7FFF, 127), (0x8000, 128), (0xFF7E, 254), (0xFF7F, 255),
    ] as [(Int, UInt8)])
  func greysOfSixteenBits(_ value: Int, expected: UInt8) throws {
    let data = [UInt8(value & 255), UInt8(value >> 8), 0, 0]
    let grey = try Image.decode(Self.tiff(bits: 16, kind: 1, data: data), path: "a")
    #expect(grey == Image(height: 1, width: 1, pixels: [expected, expected, expected]))
    let white = try Image.decode(
      Self.tiff(bits: 16, kind: 1, isWhiteZero: true, data: data), path: "a")
    #expect(white.pixels == [UInt8](repeating: 255 - expected, count: 3))
  }

  /// The same in tiles, of which the second reaches beyond a picture of 17 x 2 pixels.
  @Test func tiledGreysOfSixteenBits() throws {
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var data: [UInt8] = []
    for tile in 0..<2 {
      for place in 0..<256 {
        let (row, column) = (place / 16, 16 * tile + place % 16)
        let grey: UInt8 = row < 2 && column < 17 ? UInt8(40 * row + column) : 255
        data += [grey, grey]
      }
    }
    let tags = [
      (256, 3, 1, 17), (257, 3, 1, 2), (258, 3, 1, 16), (259, 3, 1, 1), (262, 3, 1, 1),
      (277, 3, 1, 1), (322, 3, 1, 16), (323, 3, 1, 16), (324, 4, 2, 1158), (325, 4, 2, 1166),
    ]
    var bytes = Array("II".utf8) + [42, 0] + little(8 + data.count, 4) + data
    bytes += little(tags.count, 2)
    for (tag, type, count, value) in tags {
      bytes += little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4)
    }
    bytes += little(0, 4)
    for number in [8, 8 + 512, 512, 512] { bytes += little(number, 4) }
    let image = try Image.decode(bytes, path: "a")
    let greys = (0..<2).flatMap { row in (0..<17).map { UInt8(40 * row + $0) } }
    #expect(image == Image(height: 2, width: 17, pixels: greys.flatMap { [$0, $0, $0] }))
  }

  /// A frame that reaches beyond the screen makes the picture larger, as in Pillow, also where the screen has no
  /// size at all.
  @Test(arguments: [[2, 1], [0, 0], [5, 1]] as [[UInt8]])
  func framesBeyondTheScreen(_ screen: [UInt8]) throws {
    let colours: [UInt8] = [9, 8, 7, 255, 0, 0, 0, 255, 0, 0, 0, 255]
    // Codes of three bits: 4 clears the table, which would make them longer, and 5 ends.
    let codes = [4, 1, 2, 4, 3, 3, 4, 2, 1, 5]
    let packed = codes.enumerated().reduce(0) { $0 | $1.element << (3 * $1.offset) }
    var bytes = Array("GIF89a".utf8) + [screen[0], 0, screen[1], 0, 0x81, 0, 0] + colours
    bytes += [0x2C, 1, 0, 1, 0, 3, 0, 2, 0, 0, 2, 4]
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: packed >> (8 * $0)) } + [0, 0x3B]
    let image = try Image.decode(bytes, path: "a")
    let width = max(4, Int(screen[0]))
    #expect(image.height == 3 && image.width == width)
    let drawn = [[0, 0, 0, 0], [0, 1, 2, 3], [0, 3, 2, 1]]
    let indices = drawn.flatMap { $0 + [Int](repeating: 0, count: width - 4) }
    #expect(image.pixels == indices.flatMap { colours[3 * $0..<3 * $0 + 3] })
  }

  /// What the decoder only warns of in a header keeps no picture from being read: a version that nobody knows,
  /// stray bytes, and an unknown transform of inks, which is taken for the usual one.
  @Test func oddHeadersOfJPEG() throws {
    let bytes = try Fixtures.bytes("images/rgb-444.jpg")
    let expected = try Image.decode(bytes, path: "a")
    var version = bytes
    #expect(version[6..<12] == [0x4A, 0x46, 0x49, 0x46, 0, 1])
    version[11] = 2
    #expect(try Image.decode(version, path: "a") == expected)
    let scan = try #require(bytes.firstRange(of: [0xFF, 0xDA] as [UInt8]))
    let strayed = bytes[..<scan.lowerBound] + ([1, 2] as [UInt8]) + bytes[scan.lowerBound...]
    #expect(try Image.decode(Array(strayed), path: "a") == expected)
    var inks = try Fixtures.bytes("images/ycck.jpg")
    let adobe = try #require(inks.firstRange(of: Array("Adobe".utf8)))
    let usual = try Image.decode(inks, path: "a")
    inks[adobe.lowerBound + 11] = 1
    #expect(try Image.decode(inks, path: "a") == usual)
  }

  @Test func refusesHugePNGBeforeAllocating() throws {
    var bytes = try Fixtures.bytes("images/rgb.png")
    // Width and height of 2^30 with the checksum of that header.
    bytes.replaceSubrange(16..<24, with: [0x40, 0, 0, 0, 0x40, 0, 0, 0])
    bytes.replaceSubrange(29..<33, with: Self.checksum(bytes[12..<29]))
    #expect(
      throws: ImageError.tooLarge(path: "p", size: InputSize(height: 1 << 30, width: 1 << 30))
    ) { try Image.decode(bytes, path: "p") }
  }

  /// 65,000 x 65,000 pixels in a few bytes.
  @Test(arguments: ["lossless.webp", "still.gif", "plain.tiff", "rgb.bmp", "runs-8.bmp"])
  func refusesHugePicturesBeforeAllocating(name: String) throws {
    var bytes = try Fixtures.bytes("images/\(name)")
    let size: InputSize
    switch name {
    case "lossless.webp":
      // 14 bits each for width - 1 and height - 1 behind the signature of a lossless frame.
      bytes.replaceSubrange(21..<25, with: [0xFF, 0xFF, 0xFF, 0x0F])
      size = InputSize(height: 16_384, width: 16_384)
    case "still.gif":
      bytes.replaceSubrange(6..<10, with: [0xE8, 0xFD, 0xE8, 0xFD])
      size = InputSize(height: 65_000, width: 65_000)
    case "plain.tiff":
      let (width, height) = (try Self.tag(256, in: bytes), try Self.tag(257, in: bytes))
      for place in [width, height] {
        bytes.replaceSubrange(place..<place + 4, with: [0xE8, 0xFD, 0, 0])
      }
      size = InputSize(height: 65_000, width: 65_000)
    default:
      bytes.replaceSubrange(18..<26, with: [0xE8, 0xFD, 0, 0, 0xE8, 0xFD, 0, 0])
      size = InputSize(height: 65_000, width: 65_000)
    }
    #expect(throws: ImageError.tooLarge(path: "p", size: size)) {
      try Image.decode(bytes, path: "p")
    }
  }

  /// Where the value of a TIFF tag stands in a little-endian file.
  private static func tag(_ tag: Int, in bytes: [UInt8]) throws -> Int {
    func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
    let start = word(4) | word(6) << 16
    let entry = (0..<word(start)).first { word(start + 2 + 12 * $0) == tag }
    return start + 2 + 12 * (try #require(entry)) + 8
  }

  @Test func explainsInOneLine() {
    let size = InputSize(height: 20_000, width: 10_000)
    let errors: [any ExplainedError] = [
      ImageError.empty(path: "a"), ImageError.notAnImage(path: "a"),
      ImageError.tooLarge(path: "a", size: size), ImageError.noImages(folder: "b"),
      ImageError.damaged(path: "a", format: "PNG", reason: "c"), FileError.missing(path: "a"),
    ]
    for error in errors {
      #expect(!error.explanation.contains("\n") && !error.explanation.hasSuffix("."))
    }
  }

  // MARK: Bytes from nowhere

  static let small = [
    "rgb-420.jpg", "progressive.jpg", "cmyk.jpg", "rgb.png", "palette-2.png", "rgb-interlaced.png",
    "binary.ppm", "text.pgm", "binary-16.pgm", "lossy.webp", "alpha.webp", "animated.webp",
    "interlaced.gif", "animated.gif", "lzw.tiff", "deflate.tiff", "pages.tif", "rgb.bmp",
    "palette-4.bmp", "runs-8.bmp", "runs-4.bmp", "masks-32.bmp",
  ]

  @Test("every truncation is an error or a picture, never a trap", arguments: small)
  func truncations(name: String) throws {
    let bytes = try Fixtures.bytes("images/\(name)")
    let log = DamageLog("cut-\(name)")
    for count in 0..<bytes.count {
      log.note("\(name) cut to \(count) bytes")
      // Trailing bytes may be missing without harm: the end chunk, the last line end.
      let image = try? Image.decode(Array(bytes[..<count]), path: name)
      // Of several frames and pages the first is enough.
      let isWhole = !name.hasPrefix("animated") && name != "pages.tif"
      if isWhole && count < bytes.count * 3 / 4 {
        #expect(image == nil, "\(count) of \(bytes.count) bytes")
      }
    }
  }

  @Test("changed bytes are an error or a picture, never a trap", arguments: small)
  func changes(name: String) throws {
    let original = try Fixtures.bytes("images/\(name)")
    var random = PictureBytes(state: 11)
    let log = DamageLog("changed-\(name)")
    for _ in 0..<400 {
      var bytes = original
      log.note("\(name) changed from PictureBytes(state: \(random.state))")
      for _ in 0...Int(random.next() % 4) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = try? Image.decode(bytes, path: name)
    }
  }

  @Test func truncatedJPEGAndPNGSaySo() throws {
    let jpeg = try Fixtures.bytes("images/rgb-444.jpg")
    #expect(throws: ImageError.truncated(path: "p", format: "JPEG")) {
      try Image.decode(Array(jpeg.dropLast(60)), path: "p")
    }
    let png = try Fixtures.bytes("images/rgb.png")
    #expect(throws: ImageError.truncated(path: "p", format: "PNG")) {
      try Image.decode(Array(png.dropLast(100)), path: "p")
    }
  }

  /// CRC-32 as PNG stores it, bit by bit.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    crc = ~crc
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) }
  }
}

/// Repeatable random numbers for tests.
struct PictureBytes {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 24
  }
}

@Suite struct ImageListTests {
  @Test func listsAFolderInOrder() throws {
    let folder = try TemporaryFolder()
    for name in ["b.JPEG", "a.png", "C.Ppm", ".hidden.png", "notes.txt", "d.pnm", "png", "é.jpg"] {
      _ = try folder.write([1], to: name)
    }
    let names = try ImageList.expand([folder.path]).map { $0.path.split(separator: "/").last! }
    #expect(names == ["C.Ppm", "a.png", "b.JPEG", "d.pnm", "é.jpg"])
    let both = try ImageList.expand([folder.file("notes.txt"), folder.path + "/"])
    #expect(both.count == 6)
    #expect(both[0] == ImageFile(path: folder.file("notes.txt"), isNamed: true))
    #expect(both[1] == ImageFile(path: folder.file("C.Ppm"), isNamed: false))
  }

  @Test func saysWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ImageError.noImages(folder: folder.path)) {
      try ImageList.expand([folder.path])
    }
    #expect(throws: FileError.missing(path: "/no/such")) { try ImageList.expand(["/no/such"]) }
  }

  /// What the machine runs out of is no fault of a picture: it ends a run rather than leaving one out.
  @Test(arguments: [EMFILE, ENFILE]) func openFilesRunOut(_ number: Int32) {
    let error = FileError(opening: "a.png", number)
    #expect(!error.isOfTheFile)
    #expect(
      error.explanation
        == "a.png: cannot be read: too many files are open; `ulimit -n` shows the limit")
    let refused = FileError(opening: "a.png", EACCES)
    #expect(
      refused.isOfTheFile && refused.explanation == "a.png: cannot be read: Permission denied")
    #expect(ImageError.empty(path: "a.png").isOfTheFile)
  }
}

/// Chunks that claim to be larger than the file.
@Suite struct HostileChunkTests {
  @Test(arguments: ["tEXt", "zTXt", "iTXt", "sPLT"]) func claimedLengths(_ name: String) throws {
    let image = Image(height: 8, width: 8, pixels: [UInt8](repeating: 90, count: 192))
    let whole = try PNGWriter.encode(image)
    // Behind the signature (8) and IHDR (25).
    let chunk = [0x7f, 0xff, 0xff, 0xff] + Array(name.utf8)
    let bytes = whole[..<33] + chunk + whole[33...]
    let before = ProcessMemory.peakBytes
    #expect(throws: ImageError.self) { try Image.decode(Array(bytes), path: "hostile.png") }
    #expect(ProcessMemory.peakBytes - before < 1 << 30)
  }
}
