// Parts of pictures scaled, mirrored and coloured, against Pillow's float images and by hand.

import Testing

@testable import ERFEngine

@Suite struct PictureSamplerTests {
  /// (6, 5) of i * 37 mod 256, the three channels alike.
  private static let picture = Image(
    height: 6, width: 5,
    pixels: (0..<30).flatMap { i in [UInt8](repeating: UInt8(i * 37 % 256), count: 3) })

  /// Pillow 12: `Image.fromarray(a, mode="F").resize((3, 3), BILINEAR)`, and the first row of (8, 8).
  private static let small: [Float] = [
    111.4286, 84.2381, 97.102, 112.6429, 127.6111, 123.7857, 139.9796, 111.0476, 83.8571,
  ]
  private static let large: [Float] = [
    0, 16.1875, 39.3125, 62.4375, 85.5625, 108.6875, 131.8125, 148,
  ]

  private func sample(
    _ box: Region = Region(rows: 0..<6, columns: 0..<5), side: Int, mirrored: Bool = false
  ) -> [Float] {
    let block = PictureBlock([Self.picture])
    let plain = Preprocessing(mean: [0, 0, 0], deviation: [1 / 255, 1 / 255, 1 / 255])
    return block.batch(
      [.init(picture: 0, box: box, isMirrored: mirrored)], size: side, preprocessing: plain,
      workers: Workers(threads: 1)
    ).elements
  }

  @Test func scalesAsPillowDoes() {
    let small = sample(side: 3)
    for (index, value) in Self.small.enumerated() {
      for channel in 0..<3 { #expect(abs(small[index * 3 + channel] - value) < 1e-3) }
    }
    let large = sample(side: 8)
    for (index, value) in Self.large.enumerated() { #expect(abs(large[index * 3] - value) < 1e-3) }
  }

  @Test func mirrors() {
    let (plain, mirrored) = (sample(side: 3), sample(side: 3, mirrored: true))
    for row in 0..<3 {
      for column in 0..<3 {
        let (place, opposite) = (row * 3 + column, row * 3 + 2 - column)
        #expect(plain[place * 3] == mirrored[opposite * 3])
      }
    }
  }

  /// A part of the input's own size is not scaled: 37 i mod 256 as it is.
  @Test func copiesWhereNothingIsScaled() {
    let part = sample(Region(rows: 2..<5, columns: 1..<4), side: 3)
    let expected = [11, 12, 13, 16, 17, 18, 21, 22, 23].map { Float($0 * 37 % 256) }
    #expect(stride(from: 0, to: 27, by: 3).map { part[$0] } == expected)
  }

  /// Two pixels (100, 50, 0) and (0, 200, 250); their greys are 59.25 and 145.9.
  @Test func coloursByHand() {
    func changed(_ change: ColourChange) -> [Float] {
      var pixels: [Float] = [100, 50, 0, 0, 200, 250]
      unsafe pixels.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { unsafe change.apply(to: start, count: 2) }
      }
      return pixels
    }
    func expect(
      _ change: ColourChange, _ values: [Float], sourceLocation: SourceLocation = #_sourceLocation
    ) {
      for (one, other) in zip(changed(change), values) {
        #expect(abs(one - other) < 1e-3, sourceLocation: sourceLocation)
      }
    }
    expect(ColourChange(), [100, 50, 0, 0, 200, 250])
    expect(ColourChange(brightness: 1.1), [110, 55, 0, 0, 220, 255])
    // About the mean grey, 102.575.
    expect(ColourChange(contrast: 0.5), [101.2875, 76.2875, 51.2875, 51.2875, 151.2875, 176.2875])
    expect(ColourChange(saturation: 0), [59.25, 59.25, 59.25, 145.9, 145.9, 145.9])
  }
}
