// Whether every variant pools a window as its definition says, ties and NaN included.
import CKernels
import Testing

@Suite struct PoolingTests {
  private static let channels = [1, 15, 16, 31, 32, 33, 64, 100]

  /// Windows of `count` pixels with values that tie often, some of them NaN.
  private static func pixels(_ count: Int, _ channels: Int) -> [[Float]] {
    var numbers = Numbers(seed: UInt64(count * 1000 + channels))
    return (0..<count).map { _ in
      numbers.array(channels).map { $0 > 0.9 ? .nan : ($0 * 3).rounded() }
    }
  }

  @Test(arguments: [0, 1, 4, 9]) func largestOfAWindow(_ count: Int) {
    for channels in Self.channels {
      let pixels = Self.pixels(count, channels)
      let taps = (0..<count).map { UInt8(3 * $0 + 1) }
      // The first of the largest wins; a NaN wins, and the last one of several.
      let expected = (0..<channels).map { channel -> (Float, UInt8) in
        var best: (Float, UInt8) = (-.infinity, 0)
        for (pixel, tap) in zip(pixels, taps) where !(pixel[channel] <= best.0) || best.0.isNaN {
          if best.0.isNaN && !pixel[channel].isNaN { continue }
          best = (pixel[channel], tap)
        }
        return best
      }
      for variant in supportedVariants {
        for keeps in [true, false] {
          var largest = [Float](repeating: 5, count: channels)
          var winners = [UInt8](repeating: 99, count: channels)
          withPointers(pixels) { pointers in
            if keeps {
              variant.window_maximum(pointers, taps, count, channels, &largest, &winners)
            } else {
              variant.window_maximum(pointers, taps, count, channels, &largest, nil)
            }
          }
          #expect(
            zip(largest, expected).allSatisfy { $0 == $1.0 || ($0.isNaN && $1.0.isNaN) },
            "\(variant.name) \(channels)")
          let untouched = [UInt8](repeating: 99, count: channels)
          #expect(winners == (keeps ? expected.map(\.1) : untouched), "\(variant.name) \(channels)")
        }
      }
    }
  }

  @Test(arguments: [0, 1, 4, 9]) func gradientOfAPixel(_ count: Int) {
    for channels in Self.channels {
      var numbers = Numbers(seed: UInt64(count + channels))
      let gradients = (0..<count).map { _ in numbers.array(channels) }
      let winners = (0..<count).map { _ in numbers.array(channels).map { UInt8(abs($0) * 3) } }
      let taps = (0..<count).map { UInt8($0 % 3) }
      let expected = (0..<channels).map { channel in
        (0..<count).reduce(Float(0)) {
          winners[$1][channel] == taps[$1] ? $0 + gradients[$1][channel] : $0
        }
      }
      for variant in supportedVariants {
        var sum = [Float](repeating: 5, count: channels)
        withPointers(gradients) { gradients in
          withPointers(winners) { winners in
            variant.window_gradient(gradients, winners, taps, count, channels, &sum)
          }
        }
        #expect(sum == expected, "\(variant.name) \(channels)")
      }
    }
  }

  private func withPointers<Element>(
    _ rows: [[Element]], _ body: ([UnsafePointer<Element>?]) -> Void
  ) {
    let copies = rows.map { row in
      let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(1, row.count))
      copy.initialize(from: row, count: row.count)
      return copy
    }
    defer { copies.forEach { $0.deallocate() } }
    body(copies.map { UnsafePointer($0) })
  }
}
