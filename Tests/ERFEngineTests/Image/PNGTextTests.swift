// Text chunks: their checksums, their place, and that the pixels stay.

import Testing

@testable import ERFEngine

@Suite struct PNGTextTests {
  /// The checksum that ends every PNG file, and the check value of CRC-32.
  @Test func checksumsAreThoseOfPNG() {
    #expect(PNGText.crc32(Array("IEND".utf8)) == 0xae42_6082)
    #expect(PNGText.crc32(Array("123456789".utf8)) == 0xcbf4_3926)
  }

  @Test func picturesKeepTheirPixels() throws {
    let image = Image(height: 2, width: 3, pixels: (0..<18).map { UInt8($0 * 14) })
    let plain = try PNGWriter.encode(image)
    let file = PNGText.inserted(
      [PNGText(keyword: "Source", text: "model: a"), PNGText(keyword: "Comment", text: "σ 3")],
      in: plain)
    #expect(try Image.decode(file, path: "a.png").pixels == image.pixels)
    // 12 bytes around "Source", zero, "model: a"; around "Comment", five zeros, 4 bytes of text.
    #expect(file.count == plain.count + 12 + 6 + 1 + 8 + 12 + 7 + 5 + 4)
    #expect(file[33..<37].elementsEqual([0, 0, 0, 15]) && file[37..<41].elementsEqual("tEXt".utf8))
    #expect(PNGText.inserted([], in: [1, 2, 3]) == [1, 2, 3])
  }
}
