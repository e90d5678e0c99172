import TestSupport
import Testing

@testable import ERFEngine

/// Parts of an operator's output, computed from the parts of its input that they read.
@Suite struct RestrictionTests {
  @Test(arguments: ConvolutionCase.dense) func dense(_ shape: ConvolutionCase) throws {
    let weight = OperatorChecks.values(
      [shape.outputs, shape.inputs / shape.groups, shape.kernel.0, shape.kernel.1], seed: 5)
    try check(
      Layer.convolution(weight, window: shape.window, groups: shape.groups), over: shape.input,
      rounding: Self.rounding(terms: max(shape.inputs, shape.outputs), shape))
  }

  @Test(arguments: ConvolutionCase.depthwise) func depthwise(_ shape: ConvolutionCase) throws {
    let weight = OperatorChecks.values(
      [shape.inputs, 1, shape.kernel.0, shape.kernel.1], seed: 7)
    let op = DepthwiseConvolution(channels: shape.inputs, window: shape.window)
    let isFast = FastDepthwise.levels(op.geometry(shape.input)) > 0
    // A part may be too small for the fast filters that the whole is computed by.
    try check(
      Layer(op, [weight]), over: shape.input,
      rounding: Self.rounding(terms: 1, shape) * (isFast ? 2 : 1))
  }

  @Test func poolsAndShortcuts() throws {
    for shape: Shape in [[1, 5, 5, 3], [2, 8, 7, 2], [1, 13, 6, 1], [1, 1, 1, 4]] {
      for (kernel, stride, padding) in [(3, 2, 1), (2, 2, 0), (3, 1, 1), (5, 3, 2), (1, 1, 0)]
      where shape.height + 2 * padding >= kernel {
        for rule in [Pool.Rule.maximum, .mean] {
          try check(
            Layer(Pool(rule, kernel: kernel, stride: stride, padding: padding)), over: shape)
        }
      }
      for stride in [1, 2] {
        try check(Layer(SubsampleShortcut(stride: stride, leading: 1, trailing: 2)), over: shape)
      }
      try check(Layer(GlobalAveragePool()), over: shape)
      for op: any Operator in [Rectifier(), GELU()] { try check(Layer(op), over: shape) }
    }
  }

  /// Also where the last windows reach beyond the padding, which does not count in their mean.
  @Test(arguments: [WindowPool.Rule.maximum, .mean], [false, true])
  func poolsOfAnyWindow(_ rule: WindowPool.Rule, _ counts: Bool) throws {
    let cases: [([Int], Int, Int, [Int], [Int])] = [
      ([3, 3], 2, 1, [0, 0], [0, 0]), ([3, 2], 2, 1, [1, 1], [1, 0]),
      ([2, 3], 1, 2, [2, 0], [1, 3]), ([1, 3], 3, 1, [0, 1], [0, 2]),
      ([5, 5], 3, 1, [2, 2], [2, 2]),
    ]
    for shape: Shape in [[1, 6, 6, 3], [2, 8, 7, 2], [1, 13, 6, 1]] {
      for (kernel, stride, dilation, before, after) in cases {
        for roundsUp in [false, true] {
          let op = WindowPool(
            rule: rule, kernel: kernel, strides: [stride, stride], dilations: [dilation, dilation],
            before: before, after: after, roundsUp: roundsUp, countsPadding: counts)
          #expect(op.window != .everything)
          try check(Layer(op), over: shape)
        }
      }
    }
  }

  /// A window without one step or dilation, or in the padding alone, is that of no part.
  @Test func poolsThatAreWhole() {
    func window(_ strides: [Int], _ dilations: [Int], _ after: Int) -> Window {
      WindowPool(
        rule: .mean, kernel: [2, 2], strides: strides, dilations: dilations, before: [0, 0],
        after: [0, after], roundsUp: false, countsPadding: true
      ).window
    }
    #expect(window([2, 1], [1, 1], 0) == .everything)
    #expect(window([1, 1], [1, 2], 0) == .everything)
    #expect(window([1, 1], [1, 1], 2) == .everything)
    #expect(window([1, 1], [1, 1], 1) != .everything)
  }

  @Test func largerAndSmallerMaps() throws {
    for (layer, shape) in ResizingCase.dense + ResizingCase.dilated {
      try check(layer, over: shape)
    }
  }

  /// Parts may be summed in another order: 1e-6, and for more than 500 terms as much more as their
  /// rounding errors add up to. `terms`: channels that one result sums over.
  private static func rounding(terms: Int, _ shape: ConvolutionCase) -> Double {
    let count = terms * shape.kernel.0 * shape.kernel.1
    return 1e-6 * max(1, (Double(count) / 500).squareRoot())
  }

  /// Corners, edges and the middle: outputs to rounding, input gradients too, and zeros around them.
  private func check(
    _ op: Layer, over shape: Shape, rounding: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let workers = Workers(threads: 1)
    let input = OperatorChecks.values(shape, seed: 1)
    let (whole, kept) = op.forward([input], keep: .inputGradient, workers: workers)
    for region in Self.regions(of: whole.shape) {
      guard Self.seesInput(region, of: op.op, over: shape) else { continue }
      let source = op.op.window.inputRegion(for: region, of: shape)
      let part = op.restricted(to: region, of: shape)
      #expect(
        try part.outputShape(of: [shape.sized(source)]) == whole.shape.sized(region),
        sourceLocation: sourceLocation)
      let (output, partKept) = part.forward(
        [input.cropped(to: source)], keep: .inputGradient, workers: workers)
      #expect(
        relativeError(whole.replacing(region, with: output), whole) < rounding, "\(region)",
        sourceLocation: sourceLocation)
      let cotangent = OperatorChecks.values(output.shape, seed: 9)
      let expected = op.inputGradient(
        of: cotangent.embedded(in: whole.shape, at: region), kept: kept, inputs: [shape],
        workers: workers)
      for kept in [partKept, kept.cropped(to: region)] {
        let found = part.inputGradient(
          of: cotangent, kept: kept, inputs: [shape.sized(source)], workers: workers)
        #expect(
          relativeError(found[0].embedded(in: shape, at: source), expected[0]) < rounding,
          "\(region)", sourceLocation: sourceLocation)
      }
    }
  }

  private static func regions(of shape: Shape) -> [Region] {
    let (height, width) = (shape.height, shape.width)
    return [
      Region(of: shape),
      Region(rows: 0..<1, columns: 0..<1),
      Region(rows: height - 1..<height, columns: width - 1..<width),
      Region(rows: height / 2..<height / 2 + 1, columns: width / 2..<width / 2 + 1),
      Region(rows: height / 3..<height, columns: 0..<(width + 1) / 2),
      Region(rows: 0..<(height + 1) / 2, columns: width / 3..<width),
    ]
  }

  /// Whether a region sees more than padding.
  private static func seesInput(_ region: Region, of op: any Operator, over shape: Shape) -> Bool {
    guard case .sliding(let window) = op.window else { return true }
    func meets(_ outputs: Range<Int>, pad: Int, extent: Int, size: Int) -> Bool {
      let first = outputs.lowerBound * window.stride - pad
      let end = (outputs.upperBound - 1) * window.stride - pad + extent
      return max(0, first) < min(size, end)
    }
    return meets(
      region.rows, pad: window.padding.top, extent: window.extentHeight, size: shape.height)
      && meets(
        region.columns, pad: window.padding.left, extent: window.extentWidth, size: shape.width)
  }
}

extension Tensor {
  /// The same map with other pixels in `region`: errors of a few pixels are measured against the whole,
  /// since one sum alone may nearly vanish.
  fileprivate func replacing(_ region: Region, with part: Tensor) -> Tensor {
    var map = self
    for image in 0..<shape.batch {
      for (y, row) in region.rows.enumerated() {
        for (x, column) in region.columns.enumerated() {
          for channel in 0..<shape.channels {
            map[image, row, column, channel] = part[image, y, x, channel]
          }
        }
      }
    }
    return map
  }
}
