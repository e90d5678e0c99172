import TestSupport
import Testing

@testable import ERFEngine

/// A convolution to try, over one input.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var height = 7
  var width = 6
  var batch = 1
  var inputs = 3
  var outputs = 4
  var groups = 1
  var kernel = (3, 3)
  var stride = 1
  var dilation = 1
  var padding = Padding(1)

  var window: SlidingWindow {
    SlidingWindow(
      kernelHeight: kernel.0, kernelWidth: kernel.1, stride: stride, dilation: dilation,
      padding: padding)
  }

  var input: Shape { Shape(batch: batch, height: height, width: width, channels: inputs) }

  var testDescription: String {
    "\(input) -> \(outputs) g\(groups) \(window.summary) pad \(padding.top),\(padding.left),"
      + "\(padding.bottom),\(padding.right)"
  }

  static let dense = [
    ConvolutionCase(),
    ConvolutionCase(batch: 2, kernel: (1, 1), padding: Padding(0)),
    ConvolutionCase(height: 1, width: 1),
    ConvolutionCase(height: 1, width: 1, kernel: (1, 1), padding: Padding(0)),
    ConvolutionCase(height: 8, width: 8, stride: 2),
    ConvolutionCase(height: 9, width: 7, stride: 2),
    ConvolutionCase(kernel: (1, 1), stride: 2, padding: Padding(0)),
    ConvolutionCase(height: 12, width: 13, kernel: (7, 7), stride: 2, padding: Padding(3)),
    ConvolutionCase(stride: 3),
    ConvolutionCase(dilation: 2, padding: Padding(2)),
    ConvolutionCase(height: 11, width: 10, stride: 2, dilation: 2, padding: Padding(2)),
    ConvolutionCase(height: 10, width: 10, stride: 2, dilation: 3, padding: Padding(3)),
    ConvolutionCase(padding: Padding(top: 0, left: 1, bottom: 1, right: 0)),
    ConvolutionCase(
      height: 8, width: 9, stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1)),
    ConvolutionCase(padding: Padding(top: 2, left: 0, bottom: 0, right: 3)),
    ConvolutionCase(inputs: 4, outputs: 6, groups: 2),
    ConvolutionCase(batch: 2, inputs: 6, outputs: 6, groups: 3, stride: 2),
    ConvolutionCase(kernel: (5, 1), padding: Padding(top: 2, left: 0, bottom: 2, right: 0)),
    ConvolutionCase(kernel: (2, 4), padding: Padding(top: 1, left: 1, bottom: 0, right: 2)),
    ConvolutionCase(height: 12, width: 11, inputs: 7, outputs: 140),
    // Several bands, of rows that are read twice, not at all, or with padding alone.
    ConvolutionCase(height: 40, width: 40, inputs: 50, outputs: 3),
    ConvolutionCase(height: 41, width: 30, inputs: 50, outputs: 3, stride: 2),
    ConvolutionCase(
      height: 40, width: 40, inputs: 50, outputs: 3, kernel: (1, 1), stride: 3, padding: Padding(0)),
    ConvolutionCase(
      height: 40, width: 33, inputs: 50, outputs: 3,
      padding: Padding(top: 5, left: 0, bottom: 0, right: 0)),
  ]

  static let depthwise = [
    ConvolutionCase(inputs: 1), ConvolutionCase(inputs: 15), ConvolutionCase(inputs: 16),
    ConvolutionCase(batch: 2, inputs: 17),
    ConvolutionCase(height: 1, width: 1, inputs: 3, kernel: (13, 13), padding: Padding(6)),
    ConvolutionCase(height: 9, width: 14, inputs: 3, kernel: (13, 13), padding: Padding(6)),
    ConvolutionCase(height: 20, width: 17, inputs: 2, kernel: (31, 31), padding: Padding(15)),
    ConvolutionCase(height: 8, width: 8, inputs: 5, stride: 2),
    ConvolutionCase(height: 9, width: 7, inputs: 5, stride: 2),
    ConvolutionCase(
      height: 12, width: 9, inputs: 4, kernel: (5, 5), stride: 2, padding: Padding(2)),
    ConvolutionCase(inputs: 3, dilation: 2, padding: Padding(2)),
    ConvolutionCase(height: 13, width: 11, inputs: 3, stride: 2, dilation: 3, padding: Padding(3)),
    ConvolutionCase(inputs: 3, padding: Padding(top: 0, left: 1, bottom: 1, right: 0)),
    ConvolutionCase(
      height: 8, width: 8, inputs: 3, stride: 2,
      padding: Padding(top: 0, left: 0, bottom: 1, right: 1)),
    // Large enough for fast filters: one level and two, even and odd sides, and little padding.
    ConvolutionCase(height: 24, width: 25, inputs: 2, kernel: (13, 13), padding: Padding(6)),
    ConvolutionCase(height: 33, width: 40, inputs: 1, kernel: (12, 17), padding: Padding(4)),
    ConvolutionCase(height: 41, width: 38, inputs: 1, kernel: (14, 13), padding: Padding(0)),
    ConvolutionCase(
      height: 30, width: 27, inputs: 1, kernel: (13, 15),
      padding: Padding(top: 12, left: 1, bottom: 0, right: 14)),
    ConvolutionCase(
      height: 49, width: 48, batch: 2, inputs: 1, kernel: (27, 27), padding: Padding(13)),
    ConvolutionCase(height: 50, width: 53, inputs: 1, kernel: (31, 31), padding: Padding(15)),
    ConvolutionCase(height: 25, width: 24, inputs: 18, kernel: (13, 12), padding: Padding(6)),
    ConvolutionCase(height: 96, width: 97, inputs: 1, kernel: (49, 48), padding: Padding(24)),
    // Several bands.
    ConvolutionCase(height: 72, width: 80, inputs: 17, stride: 2),
    ConvolutionCase(height: 70, width: 81, inputs: 2, dilation: 3, padding: Padding(3)),
    ConvolutionCase(
      height: 90, width: 64, inputs: 1, kernel: (1, 1), stride: 3, padding: Padding(0)),
  ]
}

@Suite struct ConvolutionTests {
  @Test(arguments: ConvolutionCase.dense) func dense(_ shape: ConvolutionCase) throws {
    let weight = OperatorChecks.values(
      [shape.outputs, shape.inputs / shape.groups, shape.kernel.0, shape.kernel.1], seed: 5)
    let bias = OperatorChecks.values([shape.outputs], seed: 6)
    let op = Layer.convolution(weight, bias, window: shape.window, groups: shape.groups)
    try check(op, weight: weight, bias: bias, shape: shape, groups: shape.groups)
  }

  @Test(arguments: ConvolutionCase.depthwise) func depthwise(_ shape: ConvolutionCase) throws {
    let weight = OperatorChecks.values(
      [shape.inputs, 1, shape.kernel.0, shape.kernel.1], seed: 7)
    let bias = OperatorChecks.values([shape.inputs], seed: 8)
    let op = Layer.depthwise(weight, bias, window: shape.window)
    try check(op, weight: weight, bias: bias, shape: shape, groups: shape.inputs)
  }

  private func check(
    _ op: Layer, weight: Tensor, bias: Tensor, shape: ConvolutionCase, groups: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let input = OperatorChecks.values(shape.input, seed: 1)
    let expected = try OperatorChecks.convolution(
      input, weight: weight, bias: bias, window: shape.window, groups: groups)
    let (found, _) = op.forward([input], keep: .nothing, workers: Workers(threads: 2))
    #expect(relativeError(found, expected) < 1e-5, sourceLocation: sourceLocation)
    // Linear, so that a large step is as exact as a small one and rounding matters less.
    #expect(
      try OperatorChecks.gradientError(op, inputs: [shape.input], step: 0.5) < 1e-4,
      sourceLocation: sourceLocation)
  }

  @Test func tooSmallAnInputIsAnError() {
    let op = Convolution(
      inputs: 1, outputs: 1, window: SlidingWindow(kernel: 5, padding: Padding(1)))
    let small = Shape(height: 2, width: 9, channels: 1)
    #expect(throws: ShapeError.tooSmall(input: small, window: 5)) {
      try op.outputShape(of: [small])
    }
    let wide = Shape(height: 9, width: 9, channels: 2)
    #expect(throws: ShapeError.channels(expected: 1, found: wide)) {
      try op.outputShape(of: [wide])
    }
  }

  /// Merging a whole network is held against its branches by `ProgramTests`.
  @Test func branchesMergeAboutACommonCentre() throws {
    func branch(_ kernel: Int, padding: Int? = nil, dilation: Int = 1) -> DepthwiseConvolution {
      DepthwiseConvolution(
        channels: 3,
        window: SlidingWindow(
          kernel: kernel, dilation: dilation,
          padding: padding.map { Padding($0) } ?? .same(kernel: kernel, dilation: dilation)),
        hasBias: kernel == 5)
    }
    for (large, small) in [(13, 5), (31, 5), (5, 5), (7, 1), (3, 9)] {
      let merged = try #require(branch(large).merged(with: branch(small)))
      #expect(merged.margin == abs(large - small) / 2)
      let side = max(large, small)
      #expect(merged.op.window2D == branch(side).window2D)
      #expect(merged.op.hasBias == [large, small].contains(5))
    }
    #expect(branch(4, padding: 1).merged(with: branch(3)) == nil)
    #expect(branch(7, dilation: 2).merged(with: branch(3)) == nil)
    #expect(branch(7, padding: 2).merged(with: branch(3)) == nil)
  }
}
