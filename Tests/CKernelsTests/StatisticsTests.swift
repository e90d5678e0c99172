// Whether the sums over pixels of every variant agree with the scalar ones, over widths around each
// block of channels.
import CKernels
import Testing

@Suite struct StatisticsTests {
  static let channels = [1, 3, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 130]

  @Test(arguments: channels) func sumsAgreeWithTheDefinition(channels: Int) {
    for pixels in [0, 1, 2, 7, 50] {
      var numbers = Numbers(seed: UInt64(channels * 100 + pixels))
      let input = numbers.array(pixels * channels)
      let gradient = numbers.array(pixels * channels)
      let centre = numbers.array(channels)
      for variant in supportedVariants {
        let sums = variant.sums(channels) { variant.channel_sums(input, pixels, channels, $0) }
        let squares = variant.sums(channels) {
          variant.channel_squares(input, centre, pixels, channels, $0)
        }
        var products = [Float](repeating: .nan, count: channels)
        let gradients = variant.sums(channels) {
          variant.channel_products(gradient, input, centre, pixels, channels, $0, &products)
        }
        for c in 0..<channels {
          let indices = (0..<pixels).map { $0 * channels + c }
          let distances = indices.map { Double(input[$0]) - Double(centre[c]) }
          let expected = [
            indices.reduce(0) { $0 + Double(input[$1]) },
            distances.reduce(0) { $0 + $1 * $1 },
            indices.reduce(0) { $0 + Double(gradient[$1]) },
            zip(indices, distances).reduce(0) { $0 + Double(gradient[$1.0]) * $1.1 },
          ]
          let found = [sums[c], squares[c], gradients[c], products[c]]
          for (one, other) in zip(found, expected) {
            #expect(abs(Double(one) - other) < 2e-5, "\(variant.name) \(channels) \(pixels)")
          }
        }
      }
    }
  }

  @Test(arguments: channels) func normGradientsAreTheSameInEveryVariantAndInPlace(channels: Int) {
    let pixels = 9
    var numbers = Numbers(seed: UInt64(channels))
    let (gradient, input) = (numbers.array(pixels * channels), numbers.array(pixels * channels))
    let (centre, slope) = (numbers.array(channels), numbers.array(channels))
    let (shift, scale) = (numbers.array(channels), numbers.array(channels))
    let expected = input.indices.map {
      let c = $0 % channels
      return (gradient[$0] + (input[$0] - centre[c]) * slope[c] + shift[c]) * scale[c]
    }
    for variant in supportedVariants {
      var output = gradient
      output.withUnsafeMutableBufferPointer {
        variant.norm_gradient(
          $0.baseAddress, input, centre, slope, shift, scale, pixels, channels, $0.baseAddress)
      }
      #expect(bits(output) == bits(expected), "\(variant.name)")
    }
  }
}

extension ck_variant {
  fileprivate func sums(_ channels: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var sums = [Float](repeating: .nan, count: channels)
    sums.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
    return sums
  }
}
