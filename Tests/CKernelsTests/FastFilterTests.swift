// The additions of fast FIR filters: every variant against the scalar one, and the scalar one against
// what a filter is.
import CKernels
import Testing

@Suite struct FastFilterTests {
  static let parts = [CK_FIR_EVEN, CK_FIR_ODD, CK_FIR_BOTH]

  @Test func splittingAgreesInEveryVariant() {
    for columns in [0, 1, 2, 3, 7, 16, 33] {
      var numbers = Numbers(seed: UInt64(columns) + 1)
      let row = numbers.array(columns * lanes)
      let other = numbers.array(columns * lanes)
      for first in [-3, -2, -1, 0, 1, 4] {
        for part in Self.parts {
          let count = columns / 2 + 3
          func split(_ variant: ck_variant, _ second: [Float]?) -> [Float] {
            var result = [Float](repeating: .nan, count: count * lanes)
            variant.fir_split(row, second, columns, first, part, count, &result)
            return result
          }
          let expected = [split(scalar, nil), split(scalar, other)]
          for variant in supportedVariants.dropFirst() {
            #expect(split(variant, nil) == expected[0], "\(variant.name) \(columns) \(first)")
            let wrong = firstDifference(
              split(variant, other), expected[1],
              magnitude: [Float](repeating: 1, count: count * lanes), tolerance: 1e-6)
            #expect(wrong == nil, "\(variant.name) \(columns) \(first)")
          }
        }
      }
    }
  }

  @Test func noRowIsZeros() {
    for variant in supportedVariants {
      var result = [Float](repeating: .nan, count: 5 * lanes)
      variant.fir_split(nil, nil, 9, -1, CK_FIR_BOTH, 5, &result)
      #expect(result == [Float](repeating: 0, count: 5 * lanes))
    }
  }

  @Test func joiningAgreesInEveryVariant() {
    for columns in [0, 1, 2, 3, 8, 17, 32] {
      var numbers = Numbers(seed: UInt64(columns) + 9)
      let even = numbers.array((columns / 2 + 1) * lanes)
      let odd = numbers.array((columns + 1) / 2 * lanes)
      let both = numbers.array(columns / 2 * lanes)
      let bias = numbers.array(lanes)
      let start = numbers.array(columns * lanes)
      for adds in [false, true] {
        func join(_ variant: ck_variant) -> [[Float]] {
          var (plus, minus, alone) = (start, start, start)
          variant.fir_join(even, odd, both, columns, bias, adds, &plus, &minus)
          variant.fir_join(even, odd, both, columns, nil, adds, &alone, nil)
          return [plus, minus, alone]
        }
        let expected = join(scalar)
        for variant in supportedVariants.dropFirst() {
          for (found, expected) in zip(join(variant), expected) {
            let wrong = firstDifference(
              found, expected, magnitude: [Float](repeating: 4, count: found.count),
              tolerance: 1e-6)
            #expect(wrong == nil, "\(variant.name) \(columns) \(adds)")
          }
        }
      }
    }
  }

  /// The algorithm on one row: split the pixels and the taps, filter three times, join.
  @Test(arguments: [2, 3, 6, 13], [1, 2, 5, 12, 15]) func threeFiltersAreOne(
    taps: Int, outputs: Int
  ) {
    var numbers = Numbers(seed: UInt64(taps * 31 + outputs))
    let columns = outputs + taps - 1
    let row = numbers.array(columns * lanes)
    let filter = numbers.array(taps)
    func tap(_ index: Int) -> Float { index < taps ? filter[index] : 0 }
    let half = (taps + 1) / 2
    let sums = Self.parts.map { part -> [Float] in
      let count = columns / 2 + 2
      var pixels = [Float](repeating: 0, count: count * lanes)
      scalar.fir_split(row, nil, columns, 0, part, count, &pixels)
      // From m = 0 on, or from m = 1 on.
      let first = part == CK_FIR_EVEN ? 0 : 1
      return (0..<(outputs + 1) / 2 + 1).flatMap { m in
        (0..<lanes).map { lane in
          (0..<half).reduce(into: Float(0)) { sum, j in
            let h =
              part == CK_FIR_EVEN
              ? tap(2 * j)
              : part == CK_FIR_ODD ? tap(2 * j + 1) : tap(2 * j) + tap(2 * j + 1)
            let place = (m + first + j) * lanes + lane
            if place < pixels.count { sum += h * pixels[place] }
          }
        }
      }
    }
    var found = [Float](repeating: .nan, count: outputs * lanes)
    scalar.fir_join(sums[0], sums[1], sums[2], outputs, nil, false, &found, nil)
    let expected = (0..<outputs * lanes).map { index in
      (0..<taps).reduce(Float(0)) { $0 + filter[$1] * row[index + $1 * lanes] }
    }
    let wrong = firstDifference(
      found, expected, magnitude: [Float](repeating: Float(taps), count: found.count),
      tolerance: 1e-5)
    #expect(wrong == nil)
  }
}
