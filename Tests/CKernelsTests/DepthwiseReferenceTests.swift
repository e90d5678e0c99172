// Whether the scalar depth-wise kernels compute the definition, by formulas that share nothing with
// them; the other variants are compared with the scalar ones elsewhere.
import CKernels
import Testing

@Suite struct DepthwiseReferenceTests {
  static let shapes: [ck_depthwise] = [
    .same((5, 6), kernel: (3, 3)),
    .same((4, 7), kernel: (5, 1), stride: 2),
    .same((6, 6), kernel: (3, 5), stride: 3, dilation: 2),
    ck_depthwise(input: (7, 5), kernel: (2, 3), stride: 2, pad: (0, 2, 1, 0)),
    ck_depthwise(input: (3, 4), kernel: (4, 2), dilation: 3, pad: (5, 0, 6, 4)),
    ck_depthwise(input: (1, 1), kernel: (7, 7), pad: (3, 3, 3, 3)),
    ck_depthwise(input: (2, 2), kernel: (3, 3), stride: 2, pad: (9, 9, 4, 4)),
  ]

  /// Calls `body` with the flat positions of input, output and weight for each product of the sum.
  func forEachProduct(_ shape: ck_depthwise, _ body: (Int, Int, Int) -> Void) {
    for y in 0..<Int(shape.output_height) {
      for x in 0..<Int(shape.output_width) {
        for ky in 0..<Int(shape.kernel_height) {
          for kx in 0..<Int(shape.kernel_width) {
            let iy = y * Int(shape.stride) + ky * Int(shape.dilation) - Int(shape.pad_top)
            let ix = x * Int(shape.stride) + kx * Int(shape.dilation) - Int(shape.pad_left)
            guard (0..<Int(shape.input_height)).contains(iy),
              (0..<Int(shape.input_width)).contains(ix)
            else { continue }
            body(
              iy * Int(shape.input_width) + ix, y * Int(shape.output_width) + x,
              ky * Int(shape.kernel_width) + kx)
          }
        }
      }
    }
  }

  @Test(arguments: shapes) func forwardIsTheSumOfProducts(shape: ck_depthwise) {
    var numbers = Numbers(seed: 1)
    let input = numbers.array(shape.inputCount)
    let weights = numbers.array(shape.weightCount)
    let bias = numbers.array(lanes)
    var expected = (0..<shape.outputCount).map { Double(bias[$0 % lanes]) }
    forEachProduct(shape) { source, output, weight in
      for lane in 0..<lanes {
        expected[output * lanes + lane] +=
          Double(input[source * lanes + lane]) * Double(weights[weight * lanes + lane])
      }
    }
    let plain = scalar.forward(shape, input, weights, bias: bias)
    for index in expected.indices {
      #expect(abs(Double(plain[index]) - expected[index]) < 1e-5)
    }
  }

  @Test(arguments: shapes) func gradientScattersWhatForwardGathers(shape: ck_depthwise) {
    var numbers = Numbers(seed: 2)
    let gradient = numbers.array(shape.outputCount)
    let weights = numbers.array(shape.weightCount)
    var expected = [Double](repeating: 0, count: shape.inputCount)
    forEachProduct(shape) { input, output, weight in
      for lane in 0..<lanes {
        expected[input * lanes + lane] +=
          Double(gradient[output * lanes + lane]) * Double(weights[weight * lanes + lane])
      }
    }
    let found = scalar.inputGradient(shape, gradient, weights)
    for index in expected.indices {
      #expect(abs(Double(found[index]) - expected[index]) < 1e-5)
    }
  }

  @Test(arguments: shapes) func gradientIsTheAdjointInEveryVariant(shape: ck_depthwise) {
    var numbers = Numbers(seed: 3)
    let input = numbers.array(shape.inputCount)
    let weights = numbers.array(shape.weightCount)
    let gradient = numbers.array(shape.outputCount)
    for variant in supportedVariants {
      let output = variant.forward(shape, input, weights)
      let pulled = variant.inputGradient(shape, gradient, weights)
      let left = zip(output, gradient).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let right = zip(input, pulled).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(left - right) < 1e-4, "\(variant.name)")
    }
  }
}
