// Whether functions of numbers, pairs and rows agree with their definitions in every variant, and their
// slopes with differences.
import CKernels
import Testing

@Suite struct FunctionTests {
  /// Every function with settings that matter to it.
  static let functions: [(ck_function, Float, Float)] =
    (CK_SIGMOID.rawValue...CK_SIGN.rawValue).map { raw in
      let function = ck_function(rawValue: raw)
      return function == CK_CLIP ? (function, -2, 3) : (function, 0.3, 0.5)
    }

  @Test func vectorsFollowTheDefinitions() {
    for count in [0, 1, 15, 16, 17, 1000] {
      let input = (0..<count).map { Float($0 * 37 % 1000 - 500) / 31 }
      for variant in supportedVariants {
        for (function, a, b) in Self.functions {
          var (values, slopes) = (input, input)
          var (expected, expectedSlopes) = (input, input)
          variant.unary(function, a, b, input, count, &values, &slopes)
          scalar.unary(function, a, b, input, count, &expected, &expectedSlopes)
          for i in 0..<count where expected[i].isFinite {
            #expect(
              abs(values[i] - expected[i]) <= 2e-6 * max(1, abs(expected[i])),
              "\(variant.name) \(function.rawValue) at \(input[i])")
            #expect(
              !expectedSlopes[i].isFinite
                || abs(slopes[i] - expectedSlopes[i]) <= 2e-6 * max(1, abs(expectedSlopes[i])),
              "\(variant.name) slope of \(function.rawValue) at \(input[i])")
          }
        }
      }
    }
  }

  @Test func exponentialsEndInInfinityAndZero() {
    let input: [Float] = [89, 1000, .infinity, -90, -1000, -.infinity, .nan, 0]
    for variant in supportedVariants {
      var values = input
      variant.unary(CK_EXP, 0, 0, input, input.count, &values, nil)
      #expect(values[0...2].allSatisfy { $0 == .infinity })
      #expect(values[3...5].allSatisfy { $0 < 1e-38 })
      #expect(values[6].isNaN && values[7] == 1)
    }
  }

  @Test func slopesAreThoseOfTheFunctions() {
    let input = (0..<400).map { Float($0) / 40 + 0.26 }
    let step: Float = 1e-3
    for (function, a, b) in Self.functions {
      for sign: Float in [1, -1] {
        let x = input.map { $0 * sign }
        var (values, slopes, above, below) = (x, x, x, x)
        scalar.unary(function, a, b, x, x.count, &values, &slopes)
        scalar.unary(function, a, b, x.map { $0 + step }, x.count, &above, nil)
        scalar.unary(function, a, b, x.map { $0 - step }, x.count, &below, nil)
        for i in x.indices where values[i].isFinite {
          let slope = (above[i] - below[i]) / (2 * step)
          // Where the function jumps or bends, the difference is of neither side.
          let bends =
            [CK_FLOOR, CK_CEIL, CK_ROUND, CK_CLIP, CK_HARD_SIGMOID, CK_HARD_SWISH].contains(
              function) && abs(slope - slopes[i]) > 0.01
          #expect(
            bends || abs(slope - slopes[i]) <= 2e-3 * max(1, abs(slopes[i]), abs(values[i])),
            "\(function.rawValue) at \(x[i])")
        }
      }
    }
  }

  /// The slopes of PyTorch's `clamp` with two limits and with one, `hardsigmoid` and `hardswish`.
  @Test func whatStopsAtALimitHasNoSlopeThere() {
    let cases: [(ck_function, Float, Float, [Float])] = [
      (CK_CLIP, -3, 3, [0, 0, 0, 1, 0, 0, 0]),
      (CK_CLIP, -3, .infinity, [0, 0, 0, 1, 1, 1, 1]),
      (CK_CLIP, -.infinity, 3, [1, 1, 1, 1, 0, 0, 0]),
      (CK_HARD_SIGMOID, 1.0 / 6, 0.5, [0, 0, 0, 1.0 / 6, 0, 0, 0]),
      (CK_HARD_SWISH, 0, 0, [0, 0, 0, 0.5, 1, 1, 1]),
    ]
    // More than a vector holds.
    func repeated(_ numbers: [Float]) -> [Float] { (0..<7).flatMap { _ in numbers } }
    let input = repeated([-.infinity, -4, -3, 0, 3, 4, .infinity])
    for variant in supportedVariants {
      for (function, a, b, expected) in cases {
        var (values, slopes) = (input, input)
        variant.unary(function, a, b, input, input.count, &values, &slopes)
        #expect(slopes == repeated(expected), "\(variant.name) \(function.rawValue) \(a) \(b)")
      }
    }
  }

  @Test func pairsAgreeWhateverTheSteps() {
    let left: [Float] = (0..<33).map { Float($0) - 7.5 }
    let right: [Float] = (0..<33).map { 16.25 - Float($0) }
    for variant in supportedVariants {
      for raw in CK_ADD.rawValue...CK_GREATER.rawValue {
        for (leftStep, rightStep) in [(1, 1), (1, 0), (0, 1), (0, 0)] {
          var (values, expected) = (left, left)
          let pairing = ck_pairing(rawValue: raw)
          variant.binary(pairing, left, leftStep, right, rightStep, 33, &values)
          scalar.binary(pairing, left, leftStep, right, rightStep, 33, &expected)
          #expect(
            zip(values, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) },
            "\(variant.name) \(raw)")
        }
      }
    }
  }

  @Test func rowsAgree() {
    for columns in [1, 2, 15, 16, 17, 49, 197, 768] {
      let rows = 3
      var numbers = Numbers(seed: UInt64(columns))
      let input = numbers.array(rows * columns).map { $0 * 4 }
      let gradient = numbers.array(rows * columns)
      for variant in supportedVariants {
        for centred in [true, false] {
          var (values, expected) = (input, input)
          var (scales, expectedScales) = (
            [Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows)
          )
          variant.standardize(input, rows, columns, 1e-5, centred, &values, &scales)
          scalar.standardize(input, rows, columns, 1e-5, centred, &expected, &expectedScales)
          #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(variant.name)")
          var (back, expectedBack) = (input, input)
          variant.standardize_gradient(
            expected, expectedScales, gradient, rows, columns, centred, &back)
          scalar.standardize_gradient(
            expected, expectedScales, gradient, rows, columns, centred, &expectedBack)
          let largest = expectedBack.map { abs($0) }.max() ?? 0
          #expect(
            zip(back, expectedBack).allSatisfy { abs($0 - $1) <= 1e-5 * largest + 1e-6 })
        }
        var (values, expected, back, expectedBack) = (input, input, input, input)
        variant.softmax(input, rows, columns, &values)
        scalar.softmax(input, rows, columns, &expected)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(variant.name)")
        variant.softmax_gradient(expected, gradient, rows, columns, &back)
        scalar.softmax_gradient(expected, gradient, rows, columns, &expectedBack)
        #expect(zip(back, expectedBack).allSatisfy { abs($0 - $1) < 1e-6 }, "\(variant.name)")
      }
    }
  }
}
