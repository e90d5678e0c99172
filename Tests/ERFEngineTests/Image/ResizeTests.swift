// Scaling and normalising against Pillow.

import ERFEngine
import TestSupport
import Testing

@Suite struct ResizeTests {
  @Test("equals Pillow byte for byte", arguments: Fixtures.files(in: "resize"))
  func equalsPillow(name: String) throws {
    guard name != "source.ppm" else { return }
    let source = try Image.load(path: Fixtures.path("resize/source.ppm"))
    let expected = try Image.load(path: Fixtures.path("resize/\(name)"))
    let scaled = source.resized(
      to: InputSize(height: expected.height, width: expected.width),
      filter: name.hasPrefix("bicubic") ? .bicubic : .bilinear)
    // A mere flag: a failed comparison of two pictures would print both.
    let isEqual = scaled == expected
    #expect(isEqual)
  }

  @Test func cropsTheMiddle() throws {
    let source = try Image.load(path: Fixtures.path("resize/source.ppm"))
    let whole = source.fitted(.stretch(InputSize(height: 51, width: 40), .bilinear))
    let crop = source.fitted(.shorterSide(40, .bilinear, crop: 33))
    #expect(crop.height == 33 && crop.width == 33)
    // (51 - 33) / 2 = 9 rows and (40 - 33) / 2 = 3.5, to even 4, columns in.
    for row in 0..<33 {
      let start = ((row + 9) * 40 + 4) * 3
      #expect(
        crop.pixels[row * 99..<row * 99 + 99].elementsEqual(whole.pixels[start..<start + 99]))
    }
  }

  @Test func normalises() {
    let image = Image(height: 1, width: 1, pixels: [0, 255, 51])
    let tensor = Preprocessing.half.tensor(image, size: InputSize(height: 1, width: 2))
    #expect(tensor.shape == Shape(height: 1, width: 2, channels: 3))
    #expect(tensor.elements == [-1, 1, -0.6, -1, 1, -0.6])
  }

  // Needs ../shared, which a clone of the package does not have.
  @Test(
    "agrees with torchvision on photographs",
    .enabled(if: SharedFolder.has("data/preprocessing.safetensors"), "../shared is absent"))
  func agreesOnPhotographs() throws {
    let golden = try Safetensors(path: SharedFolder.path("data/preprocessing.safetensors"))
    #expect(golden.keys.filter { $0.contains("/") }.count == 9)
    for key in golden.keys where key.contains("/") {
      let parts = key.split(separator: "/")
      let image = try Image.load(path: SharedFolder.path("data/imagenet/\(parts[0])"))
      let expected = try golden.tensor(key)
      let size = InputSize(height: expected.shape[1], width: expected.shape[2])
      let fit: Fit =
        parts[1].hasPrefix("stretch")
        ? .stretch(size, .bicubic) : .shorterSide(256, .bilinear, crop: 224)
      let tensor = Preprocessing.imageNet.tensor(image, fit: fit)
      #expect(tensor.shape == Shape(height: size.height, width: size.width, channels: 3))
      let found = tensor.channelsFirst().elements
      let worst = zip(found, expected.elements).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-6, "\(key)")
    }
  }
}
