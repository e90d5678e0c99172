// How far GELU and its derivative lie from the exact ones in every variant, and what they make of
// infinities and NaN.
import CKernels
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct GeluTests {
  func exact(_ x: Double) -> (value: Double, derivative: Double) {
    let distribution = 0.5 * erfc(-x / 2.0.squareRoot())
    let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    return (x * distribution, distribution + x * density)
  }

  func run(_ variant: ck_variant, _ input: [Float]) -> (value: [Float], derivative: [Float]) {
    var (value, derivative) = (input, input)
    variant.gelu(input, input.count, &value, &derivative)
    return (value, derivative)
  }

  @Test func denseSweep() {
    let input = Array(Swift.stride(from: Float(-20), through: 20, by: 0.00037))
    let expected = input.map { exact(Double($0)) }
    for variant in supportedVariants {
      let found = run(variant, input)
      var (worst, worstDerivative) = (0.0, 0.0)
      for index in input.indices {
        let scale = max(1, Double(abs(input[index])))
        worst = max(worst, abs(Double(found.value[index]) - expected[index].value) / scale)
        worstDerivative = max(
          worstDerivative, abs(Double(found.derivative[index]) - expected[index].derivative))
      }
      #expect(worst <= 2e-7, "\(variant.name)")
      #expect(worstDerivative <= 5e-7, "\(variant.name)")
    }
  }

  @Test func tailKeepsItsDigits() {
    let input = Array(Swift.stride(from: Float(-12), through: -1, by: 0.01))
    for variant in supportedVariants {
      let found = run(variant, input).value
      for index in input.indices {
        let ratio = Double(found[index]) / exact(Double(input[index])).value
        #expect(abs(ratio - 1) < 1e-5, "\(variant.name) at \(input[index])")
      }
    }
  }

  @Test func specialNumbers() {
    let input: [Float] = [
      .infinity, -.infinity, .nan, 0, -0.0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
      .leastNonzeroMagnitude, 13, -13, 13.000001, -13.000001,
    ]
    for variant in supportedVariants {
      // Once in the vector part and once in the part after it.
      let filler = [Float](repeating: 1, count: 64 - input.count)
      let (values, derivatives) = run(variant, input + filler + input)
      for (value, slope) in [
        (values.prefix(input.count), derivatives.prefix(input.count)),
        (values.suffix(input.count), derivatives.suffix(input.count)),
      ].map({ (Array($0), Array($1)) }) {
        #expect(value[0] == .infinity && slope[0] == 1, "\(variant.name)")
        #expect(value[1] == 0 && slope[1] == 0, "\(variant.name)")
        #expect(value[2].isNaN && slope[2].isNaN, "\(variant.name)")
        #expect(value[3] == 0 && value[4] == 0 && slope[3] == 0.5, "\(variant.name)")
        #expect(value[5] == .greatestFiniteMagnitude && value[6] == 0, "\(variant.name)")
        #expect(slope[5] == 1 && slope[6] == 0, "\(variant.name)")
        #expect(abs(value[7]) <= .leastNonzeroMagnitude, "\(variant.name)")
        #expect(value[8] == 13 && abs(value[9]) < 1e-36, "\(variant.name)")
        #expect(value[10] == 13.000001 && abs(value[11]) < 1e-36, "\(variant.name)")
      }
    }
  }

  @Test func placesAndSizes() {
    for variant in supportedVariants {
      for count in 0...70 {
        var numbers = Numbers(seed: 21)
        let input = numbers.array(count).map { $0 * 6 }
        let whole = run(variant, input)
        var inPlace = input + [77]
        inPlace.withUnsafeMutableBufferPointer {
          variant.gelu($0.baseAddress, count, $0.baseAddress, nil)
        }
        #expect(bits(inPlace) == bits(whole.value + [77]), "\(variant.name) output \(count)")
        var derivative = input + [77]
        var output = [Float](repeating: 0, count: count)
        derivative.withUnsafeMutableBufferPointer {
          variant.gelu($0.baseAddress, count, &output, $0.baseAddress)
        }
        #expect(bits(derivative) == bits(whole.derivative + [77]), "\(variant.name) \(count)")
        #expect(bits(output) == bits(whole.value), "\(variant.name) \(count)")
      }
    }
  }

  /// Every code, rounding to the nearest, exact 0 and 1, and both ends, over sizes around vectors.
  @Test func slopesIn16Bits() {
    let steps = (0..<65536).map { Float($0 - CK_SLOPE_ZERO) / Float(CK_SLOPE_SCALE) }
    let nudges = Swift.stride(from: Float(-0.45), through: 0.45, by: 0.05).map {
      $0 / Float(CK_SLOPE_SCALE)
    }
    for variant in supportedVariants {
      var codes = [UInt16](repeating: 0, count: steps.count)
      for nudge in nudges {
        variant.pack_slopes(steps.map { $0 + nudge }, steps.count, &codes)
        #expect(codes == (0..<65536).map { UInt16($0) }, "\(variant.name) \(nudge)")
      }
      var found = [Float](repeating: 1, count: steps.count)
      variant.multiply_slopes([Float](repeating: 2, count: steps.count), codes, codes.count, &found)
      let worst = zip(found, steps).map { abs($0 / 2 - $1) }.max() ?? 1
      #expect(worst < 2e-7, "\(variant.name)")
      #expect(found[Int(CK_SLOPE_ZERO)] == 0)
      #expect(found[Int(CK_SLOPE_ZERO + CK_SLOPE_SCALE)] == 2)
      let odd: [Float] = [-1, 2, -.infinity, .infinity, .nan]
      variant.pack_slopes(odd, odd.count, &codes)
      #expect(Array(codes.prefix(5)) == [0, 65535, 0, 65535, 0])
      for count in ElementwiseTests.counts {
        let gradient = (0..<count).map { Float($0) - 7 }
        var some = [UInt16](repeating: 77, count: count + 1)
        variant.pack_slopes(Array(steps[20000..<20000 + count]), count, &some)
        #expect(some == (0..<count).map { UInt16(20000 + $0) } + [77])
        var output = gradient + [77]
        output.withUnsafeMutableBufferPointer {
          variant.multiply_slopes($0.baseAddress, some, count, $0.baseAddress)
        }
        let expected = (0..<count).map { gradient[$0] * steps[20000 + $0] }
        #expect(
          firstDifference(
            Array(output.dropLast()), expected, magnitude: expected.map(abs), tolerance: 1e-6)
            == nil)
        #expect(output.last == 77)
      }
    }
  }
}
