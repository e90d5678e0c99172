import TestSupport
import Testing

@testable import ERFEngine

/// What `Window` says that an output pixel reads is what it reads, to the pixel.
@Suite struct WindowTests {
  @Test func windowsHoldWhatIsReadAndNoMore() throws {
    let workers = Workers(threads: 1)
    for (layer, shape) in ResizingCase.dense {
      let whole = try layer.outputShape(of: [shape])
      for row in 0..<whole.height {
        for column in 0..<whole.width {
          let pixel = Region(holding: [Unit(row: row, column: column)])
          let cotangent = OperatorChecks.values(whole.sized(pixel), seed: 3)
            .embedded(in: whole, at: pixel)
          let gradient = layer.inputGradient(
            of: cotangent, kept: .nothing, inputs: [shape], workers: workers)[0]
          #expect(
            gradient.support == layer.op.window.inputRegion(for: pixel, of: shape),
            "\(layer.op.summary) over \(shape), \(pixel)")
        }
      }
    }
  }

  /// Where no kernel reaches some pixels, there is no window that makes these alone.
  @Test func transposedConvolutionsWithHolesAreWhole() {
    let cases = [(2, 3, 1, 0, 0), (3, 2, 2, 1, 0), (2, 2, 1, 0, 1)]
    for (kernel, stride, dilation, padding, extra) in cases {
      let op = TransposedConvolution(
        inputs: 2, outputs: 2,
        convolution: SlidingWindow(
          kernel: kernel, stride: stride, dilation: dilation, padding: Padding(padding)),
        outputPadding: (extra, extra))
      #expect(op.window == .everything)
    }
  }

  /// Weights along channels leave pixels where they are.
  @Test func weightsOfChannelsLookAtPixels() {
    let weights = AxisWeights(inputs: 2, rows: [.init(first: 0, weights: [1, 1])])
    #expect(Resampling(steps: [Resampling.Step(axis: 3, weights: weights)]).window == .pixel)
    #expect(Resampling(steps: [Resampling.Step(axis: 0, weights: weights)]).window == .everything)
  }

  @Test(arguments: [2, 3]) func blocksAreWhatONNXCallsThem(_ side: Int) throws {
    let workers = Workers(threads: 1)
    let (channels, shape) = (3, Shape(batch: 2, height: 2, width: 4, channels: 3 * side * side))
    let input = OperatorChecks.values(shape, seed: 1)
    for isBlockLast in [false, true] {
      let layer = Layer(DepthToSpace(side: side, isBlockLast: isBlockLast))
      let (output, _) = layer.forward([input], keep: .nothing, workers: workers)
      #expect(output.shape == [2, 2 * side, 4 * side, channels])
      let places = [(0, 0, 0, 0), (1, 2 * side - 1, 3, 2), (1, 1, side, 1)]
      for (image, row, column, channel) in places {
        let place = row % side * side + column % side
        let source =
          isBlockLast ? channel * side * side + place : place * channels + channel
        #expect(
          output[image, row, column, channel] == input[image, row / side, column / side, source])
      }
      #expect(try OperatorChecks.gradientError(layer, inputs: [shape]) < 2e-3)
    }
    let forth = Layer(DepthToSpace(side: side, isBlockLast: false))
    let back = Layer(SpaceToDepth(side: side))
    let (wide, _) = forth.forward([input], keep: .nothing, workers: workers)
    let (again, _) = back.forward([wide], keep: .nothing, workers: workers)
    #expect(again.shape == shape && again.elements == input.elements)
    #expect(try OperatorChecks.gradientError(back, inputs: [wide.shape]) < 2e-3)
    let shuffle = Layer(DepthToSpace(side: side, isBlockLast: true))
    let unshuffle = Layer(SpaceToDepth(side: side, isBlockLast: true))
    let (shuffled, _) = shuffle.forward([input], keep: .nothing, workers: workers)
    let (same, _) = unshuffle.forward([shuffled], keep: .nothing, workers: workers)
    #expect(same.shape == shape && same.elements == input.elements)
    #expect(try OperatorChecks.gradientError(unshuffle, inputs: [wide.shape]) < 2e-3)
  }
}

/// Operators that make larger maps of smaller ones, or the other way round, and a map for each.
enum ResizingCase {
  typealias Named = (layer: Layer, input: Shape)

  /// Those that read all of the rectangle that holds what they read.
  static let dense: [Named] = transposed + resampled + blocks + picked
  /// With taps that pass over pixels, or meet none.
  static let dilated: [Named] = [
    spreading(SlidingWindow(kernel: 3, dilation: 2, padding: Padding(2))),
    (
      Layer(
        Selection(choices: [nil, [-1, -1, 0, 1, 2, 3, -1], [4, 2, 0, -1], nil], fill: 9)),
      [1, 5, 5, 2]
    ),
  ]

  private static let transposed: [Named] = {
    let square = [
      (2, 2, 0, 0, 1), (3, 2, 1, 1, 1), (4, 2, 1, 0, 2), (3, 1, 1, 0, 4), (5, 3, 2, 1, 1),
    ]
    let cases = square.map { kernel, stride, padding, extra, groups in
      spreading(
        SlidingWindow(kernel: kernel, stride: stride, padding: Padding(padding)),
        extra: extra, groups: groups)
    }
    let oblong = SlidingWindow(
      kernelHeight: 3, kernelWidth: 2, stride: 2, dilation: 1,
      padding: Padding(top: 1, left: 0, bottom: 0, right: 1))
    return cases + [spreading(oblong)]
  }()

  private static func spreading(
    _ window: SlidingWindow, extra: Int = 0, groups: Int = 1
  ) -> Named {
    let op = TransposedConvolution(
      inputs: 4, outputs: 8, groups: groups, convolution: window, outputPadding: (extra, extra))
    return (Layer(op, [OperatorChecks.values(op.weightShape, seed: 8)]), [1, 5, 4, 4])
  }

  private static let resampled: [Named] = {
    var cases: [Named] = []
    for mode: ResizeRule.Mode in [.nearest, .linear, .cubic] {
      for coordinates: ResizeRule.Coordinates in [.halfPixel, .alignCorners, .asymmetric] {
        var rule = ResizeRule(ONNXNode(), isOld: false)
        (rule.mode, rule.coordinates) = (mode, coordinates)
        for sizes in [(10, 9), (8, 3), (5, 12)] {
          let steps = [(5, sizes.0), (6, sizes.1)].enumerated().map { axis, size in
            Resampling.Step(
              axis: axis + 1,
              weights: rule.weights(
                from: size.0, to: size.1, scale: Float(size.1) / Float(size.0), region: (0, 1)))
          }
          cases.append((Layer(Resampling(steps: steps)), [1, 5, 6, 2]))
        }
        cases.append(
          (
            Layer(
              Resampling(steps: [
                Resampling.Step(
                  axis: 2, weights: rule.weights(from: 6, to: 9, scale: 1.5, region: (0, 1)))
              ])), [1, 5, 6, 2]
          ))
      }
    }
    return cases
  }()

  /// Slices, forwards and back, with channels besides, and padding that mirrors.
  private static let picked: [Named] = [
    (Layer(Selection(choices: [nil, [1, 3], [0, 2, 4], nil])), [1, 5, 6, 2]),
    (Layer(Selection(choices: [nil, nil, [5, 4, 3], [1, 0]])), [2, 5, 6, 2]),
    (Layer(Selection(choices: [nil, [2, 1, 0, 1, 2, 3, 4, 3], nil, nil])), [1, 5, 6, 2]),
  ]

  private static let blocks: [Named] = [
    (Layer(DepthToSpace(side: 2, isBlockLast: false)), [1, 3, 4, 8]),
    (Layer(DepthToSpace(side: 3, isBlockLast: true)), [1, 2, 3, 18]),
    (Layer(SpaceToDepth(side: 2)), [1, 4, 6, 3]),
    (Layer(SpaceToDepth(side: 2, isBlockLast: true)), [1, 4, 6, 3]),
  ]
}

extension Tensor {
  /// The smallest region outside of which all is zero; nil: nothing is not.
  var support: Region? {
    var region: Region?
    for row in 0..<shape.height {
      for column in 0..<shape.width
      where (0..<shape.channels).contains(where: { self[0, row, column, $0] != 0 }) {
        let pixel = Region(holding: [Unit(row: row, column: column)])
        region = region?.union(pixel) ?? pixel
      }
    }
    return region
  }
}
