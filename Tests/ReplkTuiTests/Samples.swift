// Small networks and input files for the end-to-end tests.

import ERFEngine
import Foundation
import TestSupport

enum Samples {
  /// The network of `checkpoint`.
  static let tiny = "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5"
  /// How the program names it.
  static let tinyName = "replknet:kernels=13,9:layers=1,1:channels=8,12:small=5:dw=1:classes=5"

  /// PyTorch's numbers for `tiny`: `input` (2, 3, 40, 40), `weights/...`, `erf/centre`, ...
  static let checkpoint = Fixtures.path("replknet-tiny.safetensors")

  /// `.npy` bytes of noise (images, 3, 32, 32), the same each time; `spoilt` images begin with NaN.
  static func noise(images: Int, spoilt: Int = 0) -> [UInt8] {
    let elements = 3 * 32 * 32
    var state: UInt32 = 1
    var values = (0..<images * elements).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 23) - 1
    }
    for image in 0..<spoilt { values[image * elements] = .nan }
    return NPY(shape: [images, 3, 32, 32], values: values).encoded()
  }

  /// A PPM picture of 24 x 16 pixels in one colour.
  static func picture(level: UInt8) -> [UInt8] {
    Array("P6\n24 16\n255\n".utf8) + [UInt8](repeating: level, count: 24 * 16 * 3)
  }

  /// The checkpoint's bytes with the first element of `tensor` replaced by NaN.
  static func checkpoint(spoiling tensor: String) throws -> [UInt8] {
    var bytes = try Fixtures.bytes("replknet-tiny.safetensors")
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    let header =
      try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any]
    let entry = header?[tensor] as? [String: Any]
    guard let offset = (entry?["data_offsets"] as? [Int])?.first else {
      throw CocoaError(.fileReadCorruptFile)
    }
    // NaN of float32, little-endian.
    bytes.replaceSubrange(
      (8 + length + offset)..<(8 + length + offset + 4), with: [0, 0, 0xC0, 0x7F])
    return bytes
  }
}
