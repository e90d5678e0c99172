// The pictures that the program brings along or makes itself.

import ERFEngine
import Testing

@Suite struct BuiltInImagesTests {
  /// FNV-1a of the pixels: a change here changes every map made without files at hand.
  private static let hashes: [String: UInt64] = [
    // As Pillow decodes the JPEG files.
    "cat": 0xb624b96541bcc26e,
    "coffee": 0x37c88572b602e671,
    "astronaut": 0xf1cbe785602e0174,
    "rocket": 0x2e718a4120f4710f,
    "photographer": 0x4f1381cd7854d9fc,
    "dead-leaves-1": 0xed6b896a65695e32,
    "pebbles-1": 0x2bf150771e01c69e,
    "clouds-1": 0x29a73f071cb0abf8,
    "foliage-1": 0x45de617b60737fb3,
    "meadow-1": 0x0aece8012a84b3e5,
    "dead-leaves-2": 0x50241afec207ae85,
    "marble-1": 0x135192dc87fbb621,
    "lights-1": 0x6cf9cab99aa5182d,
  ]

  @Test(arguments: 0..<BuiltInImages.count)
  func areTheSameEverywhere(index: Int) {
    let image = BuiltInImages.image(at: index)
    #expect((256...600).contains(image.height) && (256...600).contains(image.width))
    let hash = image.pixels.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    let name = BuiltInImages.name(at: index)
    #expect(hash == Self.hashes[name], "\(name): \(hash)")
  }

  @Test func photographsComeFirst() {
    #expect(BuiltInImages.count == 13 && BuiltInImages.name(at: 5) == "dead-leaves-1")
    #expect((0..<5).map(BuiltInImages.name).sorted().first == "astronaut")
  }

  @Test func haveNamesOfTheirOwn() {
    let names = (0..<BuiltInImages.count).map(BuiltInImages.name)
    #expect(Set(names).count == BuiltInImages.count)
    #expect(BuiltInImages.name(at: BuiltInImages.count) == names[0])
  }

  @Test func haveContrast() {
    for index in 0..<BuiltInImages.count {
      let pixels = BuiltInImages.image(at: index).pixels.map(Double.init)
      let mean = pixels.reduce(0, +) / Double(pixels.count)
      let variance = pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels.count)
      #expect(variance.squareRoot() > 30, "\(BuiltInImages.name(at: index))")
      #expect((40...210).contains(mean), "\(BuiltInImages.name(at: index))")
    }
  }
}
