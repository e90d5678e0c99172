// Whether every depth-wise variant agrees with the scalar one over sizes around each tile, and keeps
// its bytes when the rows are split; the scalar one itself is tested elsewhere.
import CKernels
import Testing

@Suite struct DepthwiseVariantTests {
  static let kernels = [1, 2, 3, 5, 7, 13, 31]
  /// Around the tile widths 1 ... 8, 10, 12, 14 and 16, and two tiles.
  static let widths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32, 33]
  /// Around the eight rows that share weights.
  static let heights = [0, 1, 2, 7, 8, 9, 17]

  struct Operands {
    var input, weights, bias, gradient: [Float]

    init(_ shape: ck_depthwise, seed: UInt64) {
      var numbers = Numbers(seed: seed)
      input = numbers.array(shape.inputCount)
      weights = numbers.array(shape.weightCount)
      bias = numbers.array(lanes)
      gradient = numbers.array(shape.outputCount)
    }

    /// Turns every sum into the sum of the magnitudes of its terms.
    func magnitudes() -> Operands {
      var copy = self
      copy.input = input.map(abs)
      copy.weights = weights.map(abs)
      copy.bias = bias.map(abs)
      copy.gradient = gradient.map(abs)
      return copy
    }
  }

  func compare(
    _ shape: ck_depthwise, bias: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let operands = Operands(shape, seed: UInt64(shape.input_width) + 1)
    let sizes = operands.magnitudes()
    let expected = scalar.forward(
      shape, operands.input, operands.weights, bias: bias ? operands.bias : nil)
    let size = scalar.forward(
      shape, sizes.input, sizes.weights, bias: bias ? sizes.bias : nil)
    let expectedGradient = scalar.inputGradient(shape, operands.gradient, operands.weights)
    let gradientSize = scalar.inputGradient(shape, sizes.gradient, sizes.weights)
    for variant in supportedVariants.dropFirst() {
      let found = variant.forward(
        shape, operands.input, operands.weights, bias: bias ? operands.bias : nil)
      let wrong = firstDifference(found, expected, magnitude: size, tolerance: 1e-5)
      #expect(wrong == nil, "\(variant.name) forward \(shape)", sourceLocation: sourceLocation)
      let gradient = variant.inputGradient(shape, operands.gradient, operands.weights)
      let wrongGradient = firstDifference(
        gradient, expectedGradient, magnitude: gradientSize, tolerance: 1e-5)
      #expect(
        wrongGradient == nil, "\(variant.name) gradient \(shape)", sourceLocation: sourceLocation)
    }
  }

  #if arch(x86_64) || arch(arm64)
    /// Else everything here would compare nothing.
    @Test func thereIsAnotherVariantThanTheScalarOne() {
      #expect(supportedVariants.count > 1)
    }
  #endif

  @Test(arguments: kernels) func widthsAroundEachTile(kernel: Int) {
    for width in Self.widths {
      compare(.same((3, width), kernel: (3, kernel)))
      compare(.same((2, width), kernel: (kernel, kernel)))
    }
  }

  @Test(arguments: kernels) func heightsAroundEachGroupOfRows(kernel: Int) {
    for height in Self.heights {
      compare(.same((height, 5), kernel: (kernel, kernel)), bias: false)
      compare(.same((height, 9), kernel: (kernel, 3), stride: 2))
    }
  }

  @Test(arguments: kernels, [1, 2, 3]) func stridesAndDilations(kernel: Int, stride: Int) {
    for dilation in [1, 2, 3, 4] {
      for width in [1, 2, 5, 16, 29, 50] {
        compare(.same((6, width), kernel: (2, kernel), stride: stride, dilation: dilation))
        compare(
          ck_depthwise(
            input: (5, width), kernel: (3, kernel), stride: stride, dilation: dilation,
            pad: (2, kernel, 0, 1)))
      }
    }
  }

  @Test func unusualStrides() {
    for (stride, dilation) in [(4, 2), (4, 6), (5, 1), (6, 4), (40, 1)] {
      compare(.same((13, 23), kernel: (5, 9), stride: stride, dilation: dilation))
    }
  }

  @Test func asymmetricPaddingAndOutputsBeyondThePlane() {
    let paddings = [(0, 0, 0, 0), (4, 0, 0, 3), (0, 7, 2, 0), (20, 30, 20, 30), (1, 2, 30, 40)]
    for (top, left, bottom, right) in paddings {
      for stride in [1, 2, 3] {
        compare(
          ck_depthwise(
            input: (9, 15), kernel: (4, 6), stride: stride, pad: (top, left, bottom, right)))
      }
    }
  }

  @Test func largestKernel() {
    compare(.same((14, 14), kernel: (63, 63)))
    compare(.same((20, 70), kernel: (63, 63), stride: 2))
    compare(.same((1, 1), kernel: (63, 63)))
  }

  /// A block of a map's channels gives what it gives packed, and no other channel is written.
  @Test(arguments: kernels, [1, 2]) func blocksInPlaceGiveTheSameBytes(kernel: Int, step: Int) {
    for dilation in [1, 2] {
      var shape = ck_depthwise.same(
        (9, 21), kernel: (kernel, kernel), stride: step, dilation: dilation)
      let operands = Operands(shape, seed: 5)
      let (channels, first) = (3 * lanes, lanes)
      for variant in supportedVariants {
        let packed = variant.forward(shape, operands.input, operands.weights, bias: operands.bias)
        let packedGradient = variant.inputGradient(shape, operands.gradient, operands.weights)
        let input = spread(operands.input, over: channels, from: first)
        let gradient = spread(operands.gradient, over: channels, from: first)
        var output = [Float](repeating: 7, count: shape.outputCount * 3)
        var inputGradient = [Float](repeating: 7, count: shape.inputCount * 3)
        shape.input_step = Int32(channels)
        shape.output_step = Int32(channels)
        output.withUnsafeMutableBufferPointer { output in
          input.withUnsafeBufferPointer { input in
            variant.depthwise_forward(
              &shape, input.baseAddress! + first, operands.weights, operands.bias,
              output.baseAddress! + first)
          }
        }
        inputGradient.withUnsafeMutableBufferPointer { target in
          gradient.withUnsafeBufferPointer { gradient in
            variant.depthwise_input_gradient(
              &shape, gradient.baseAddress! + first, operands.weights, target.baseAddress! + first)
          }
        }
        shape.input_step = Int32(lanes)
        shape.output_step = Int32(lanes)
        #expect(
          output == spread(packed, over: channels, from: first, rest: 7), "\(variant.name) \(shape)"
        )
        #expect(
          inputGradient == spread(packedGradient, over: channels, from: first, rest: 7),
          "\(variant.name) gradient \(shape)")
      }
    }
  }

  /// A packed plane as a block of a map's channels.
  private func spread(
    _ plane: [Float], over channels: Int, from first: Int, rest: Float = .nan
  ) -> [Float] {
    var map = [Float](repeating: rest, count: plane.count / lanes * channels)
    for (index, value) in plane.enumerated() {
      map[index / lanes * channels + first + index % lanes] = value
    }
    return map
  }

  /// Bands of rows as planes of their own, which threads compute.
  @Test(arguments: [1, 2, 3]) func splitRowsGiveTheSameBytes(step: Int) {
    let shape = ck_depthwise.same((19, 21), kernel: (13, 13), stride: step)
    let operands = Operands(shape, seed: 5)
    let width = (Int(shape.input_width) * lanes, Int(shape.output_width) * lanes)
    for variant in supportedVariants {
      let whole = variant.forward(shape, operands.input, operands.weights, bias: operands.bias)
      for rows in [1, 2, 3, 8, 9] as [Int32] {
        for begin in stride(from: 0, to: shape.output_height, by: Int(rows)) {
          let end = min(begin + rows, shape.output_height)
          let first = begin * shape.stride - shape.pad_top
          let last = (end - 1) * shape.stride - shape.pad_top + shape.kernel_height
          let read = max(0, first)..<min(shape.input_height, last)
          var part = shape
          (part.input_height, part.output_height) = (Int32(read.count), end - begin)
          part.pad_top = read.lowerBound - first
          let input = operands.input[
            Int(read.lowerBound) * width.0..<Int(read.upperBound) * width.0]
          let found = variant.forward(part, Array(input), operands.weights, bias: operands.bias)
          let expected = whole[Int(begin) * width.1..<Int(end) * width.1]
          #expect(bits(found) == bits(Array(expected)), "\(variant.name) forward by \(rows)")
        }
      }
    }
  }

  @Test func weightsThatMeetOnlyPaddingAreNotRead() {
    var weights = [Float](repeating: .nan, count: 7 * 7 * lanes)
    for lane in 0..<lanes { weights[(3 * 7 + 3) * lanes + lane] = 2 }
    let shape = ck_depthwise.same((1, 1), kernel: (7, 7))
    for variant in supportedVariants {
      let values = [Float](repeating: 3, count: lanes)
      let expected = [Float](repeating: 6, count: lanes)
      #expect(variant.forward(shape, values, weights) == expected)
      #expect(variant.inputGradient(shape, values, weights) == expected)
    }
  }
}
