// Whether every variant adds the scores of pixels exactly, and stops where two doubles are too few.
import CKernels
import Testing

@Suite struct ScoreTests {
  static let rules = [
    CK_SCORE_POSITIVE, CK_SCORE_ABSOLUTE, CK_SCORE_SUM, CK_SCORE_MEAN_POSITIVE,
  ]

  /// The score of a pixel by its definition.
  private func score(_ rule: ck_score, _ gradient: ArraySlice<Float>) -> Double {
    let values = gradient.map(Double.init)
    return switch rule {
    case CK_SCORE_POSITIVE: values.reduce(0) { $0 + max($1, 0) }
    case CK_SCORE_ABSOLUTE: values.reduce(0) { $0 + abs($1) } / Double(values.count)
    case CK_SCORE_SUM: values.reduce(0, +)
    default: max(0, values.reduce(0, +) / Double(values.count))
    }
  }

  @Test(arguments: rules.indices, [1, 3, 4]) func scoresOfPixels(rule: Int, channels: Int) {
    for pixels in [0, 1, 63, 64, 65, 200] {
      var numbers = Numbers(seed: UInt64(pixels + channels))
      let gradient = numbers.array(pixels * channels)
      for variant in supportedVariants {
        var sums = [Double](repeating: 0, count: pixels)
        var errors = sums
        let done = variant.add_scores(
          Self.rules[rule], gradient, pixels, channels, &sums, &errors)
        #expect(done <= pixels && pixels - done < 64, "\(variant.name) \(pixels)")
        let expected = (0..<pixels).map { pixel in
          pixel < done
            ? score(Self.rules[rule], gradient[pixel * channels..<(pixel + 1) * channels]) : 0
        }
        #expect(sums == expected, "\(variant.name) \(pixels)")
        #expect(errors.allSatisfy { $0 == 0 })
      }
    }
  }

  /// Two images, the second far smaller: the sum is its nearest double, and what that leaves out.
  @Test func whatASumLeavesOut() {
    let count = 128
    for variant in supportedVariants {
      var sums = [Double](repeating: 0, count: count)
      var errors = sums
      for value: Float in [1, 0x1p-60, 0x1p-60] {
        let gradient = [Float](repeating: value, count: count)
        #expect(variant.add_scores(CK_SCORE_SUM, gradient, count, 1, &sums, &errors) == count)
      }
      #expect(sums.allSatisfy { $0 == 1 } && errors.allSatisfy { $0 == 0x1p-59 }, "\(variant.name)")
    }
  }

  /// 1 + 2^-60 + 2^-120 takes three doubles: the pixel that does, and all after it, are left as they were.
  @Test func stopsWhereTwoDoublesAreTooFew() {
    for variant in supportedVariants {
      var sums = [Double](repeating: 1, count: 256)
      var errors = [Double](repeating: 0x1p-60, count: 256)
      var gradient = [Float](repeating: 0, count: 256)
      gradient[130] = 0x1p-120
      let done = variant.add_scores(CK_SCORE_SUM, gradient, 256, 1, &sums, &errors)
      #expect(done <= 130 && done > 130 - 64, "\(variant.name)")
      #expect(sums.allSatisfy { $0 == 1 } && errors.allSatisfy { $0 == 0x1p-60 })
    }
  }
}
