import TestSupport
import Testing

@testable import ERFEngine

@Suite struct OperatorTests {
  static let shapes: [Shape] = [
    [1, 1, 1, 1], [1, 5, 4, 3], [2, 7, 7, 8], [1, 1, 9, 17], [3, 6, 1, 2],
  ]

  @Test(arguments: shapes) func activations(_ shape: Shape) throws {
    for op: any Operator in [Rectifier(), Rectifier(stopsAtSix: true), GELU()] {
      #expect(try OperatorChecks.gradientError(op, inputs: [shape], step: 5e-3) < 2e-3)
    }
  }

  @Test func relu6StopsAtBothEnds() {
    let input = Tensor(shape: [1, 1, 1, 7], elements: [-1, -0.0, 0, 0.5, 5.5, 6, 7])
    let workers = Workers(threads: 1)
    let op = Layer(Rectifier(stopsAtSix: true))
    let (output, kept) = op.forward([input], keep: .inputGradient, workers: workers)
    #expect(output.elements == [0, 0, 0, 0.5, 5.5, 6, 6])
    let ones = Tensor(shape: input.shape, elements: [Float](repeating: 1, count: 7))
    let gradient = op.inputGradient(
      of: ones, kept: kept, inputs: [input.shape], workers: workers)
    #expect(gradient[0].elements == [0, 0, 0, 1, 1, 0, 0])
  }

  @Test(arguments: shapes) func batchNorm(_ shape: Shape) throws {
    let channels: Shape = [shape.channels]
    let tensors = [
      OperatorChecks.values(channels, seed: 1), OperatorChecks.values(channels, seed: 2),
      OperatorChecks.values(channels, seed: 3), Tensor(generated: channels) { 0.5 + Float($0) },
    ]
    let op = Layer.batchNorm(tensors)
    #expect(try OperatorChecks.gradientError(op, inputs: [shape], step: 0.5) < 1e-4)
    let input = OperatorChecks.values(shape, seed: 4)
    let (output, _) = op.forward([input], keep: .nothing, workers: Workers(threads: 1))
    let last = shape.count - 1
    let channel = shape.channels - 1
    let deviation = (tensors[3][channel] + 1e-5).squareRoot()
    let expected =
      (input[last] - tensors[2][channel]) / deviation * tensors[0][channel] + tensors[1][channel]
    #expect(abs(output[last] - expected) < 1e-5)
  }

  @Test(arguments: [
    (kernel: 3, stride: 2, padding: 1), (2, 2, 0), (3, 1, 1), (5, 3, 2), (1, 1, 0),
  ]) func pooling(_ window: (kernel: Int, stride: Int, padding: Int)) throws {
    for shape: Shape in [[1, 5, 5, 3], [2, 8, 7, 2], [1, 13, 6, 1]] {
      let maximum = Pool(
        .maximum, kernel: window.kernel, stride: window.stride, padding: window.padding)
      // Values far enough apart that no step changes a winner.
      #expect(
        try OperatorChecks.gradientError(maximum, inputs: [shape], step: 1e-3) { shape, _ in
          Tensor(generated: shape) { Float($0 * 7919 % shape.count) / Float(shape.count) }
        } < 1e-2)
      let average = Pool(
        .mean, kernel: window.kernel, stride: window.stride, padding: window.padding)
      #expect(try OperatorChecks.gradientError(average, inputs: [shape], step: 0.5) < 1e-4)
    }
  }

  @Test func maxPoolIgnoresPaddingAndTakesTheFirstOfEquals() {
    let input = Tensor(shape: [1, 2, 2, 1], elements: [-3, -3, -5, -4])
    let op = Layer(Pool(.maximum, kernel: 3, stride: 2, padding: 1))
    let workers = Workers(threads: 1)
    let (output, kept) = op.forward([input], keep: .inputGradient, workers: workers)
    #expect(output.elements == [-3])
    let one = Tensor(shape: [1, 1, 1, 1], elements: [1])
    let gradient = op.inputGradient(of: one, kept: kept, inputs: [input.shape], workers: workers)
    #expect(gradient[0].elements == [1, 0, 0, 0])
  }

  @Test(arguments: shapes) func globalAverageAndLinear(_ shape: Shape) throws {
    #expect(
      try OperatorChecks.gradientError(GlobalAveragePool(), inputs: [shape], step: 0.5) < 1e-4)
    let linear = Layer.linear(
      OperatorChecks.values([5, shape.channels], seed: 1), OperatorChecks.values([5], seed: 2))
    #expect(try OperatorChecks.gradientError(linear, inputs: [shape], step: 0.5) < 1e-4)
  }

  @Test(arguments: shapes) func addAndShortcut(_ shape: Shape) throws {
    #expect(try OperatorChecks.gradientError(Add(), inputs: [shape, shape], step: 0.5) < 1e-4)
    for stride in [1, 2] {
      let op = SubsampleShortcut(stride: stride, leading: 1, trailing: 2)
      #expect(try OperatorChecks.gradientError(op, inputs: [shape], step: 0.5) < 1e-4)
    }
  }

  @Test func tensorsHaveValueSemantics() {
    let original = Tensor(shape: [1, 1, 1, 4], elements: [-1, 2, -3, 4])
    let (output, _) = Layer(Rectifier()).forward(
      [original], keep: .nothing, workers: Workers(threads: 1))
    #expect(original.elements == [-1, 2, -3, 4])
    #expect(output.elements == [0, 2, 0, 4])
    var copy = original
    copy[0] = 9
    #expect(original[0] == -1)
  }

  @Test func linearOperatorsKeepTheirInputForParametersOnly() {
    let window = SlidingWindow(kernel: 1, padding: Padding(0))
    let input = OperatorChecks.values([1, 2, 2, 1], seed: 1)
    let weight = OperatorChecks.values([1, 1, 1, 1], seed: 2)
    let operators: [Layer] = [
      .convolution(weight, window: window), .depthwise(weight, window: window),
      .linear(weight.reshaped([1, 1]), weight.reshaped([1])),
    ]
    for op in operators {
      for keep in [Keep.nothing, .inputGradient, .allGradients] {
        let (_, kept) = op.forward([input], keep: keep, workers: Workers(threads: 1))
        switch kept {
        case .input(let tensor):
          #expect(keep == .allGradients && tensor.elements == input.elements)
        default: #expect(keep != .allGradients)
        }
      }
    }
  }
}
