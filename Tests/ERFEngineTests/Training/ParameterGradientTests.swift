// Gradients of training by finite differences, layer by layer and through a small network, and that the
// number of threads changes no bit of them.
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ParameterGradientTests {
  /// Largest difference between `gradients` and central differences of <f(x), g> over inputs and learnt
  /// parameters, relative to the largest derivative.
  func error(
    _ layer: Layer, input shape: Shape, step: Float = 1e-2, probes: Int = 30
  ) throws -> Double {
    let op = try #require(layer.op as? any LearningOperator)
    let workers = Workers(threads: 2)
    let input = OperatorChecks.values(shape, seed: 1)
    let output = try op.outputShape(of: [shape])
    let cotangent = OperatorChecks.values(output, seed: 99)
    let noise = RandomStream(seed: 7)
    func product(_ parameters: Parameters, _ input: Tensor) -> Double {
      let (result, _) = op.forwardInTraining(
        [input], parameters: parameters, noise: noise, workers: workers)
      return zip(result.elements, cotangent.elements).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    let (_, kept) = op.forwardInTraining(
      [input], parameters: layer.parameters, noise: noise, workers: workers)
    let gradients = op.gradients(
      of: cotangent, parameters: layer.parameters, kept: kept, inputs: [shape], needsInputs: true,
      workers: workers)
    let values = layer.parameters.tensors
    #expect(gradients.parameters.map(\.shape) == values.prefix(op.learntCount).map(\.shape))
    var (worst, peak) = (0.0, 1e-3)
    func check(_ gradient: Tensor, _ moved: (Int, Float) -> Double) {
      for index in stride(from: 0, to: gradient.count, by: max(1, gradient.count / probes)) {
        let slope = (moved(index, step) - moved(index, -step)) / Double(2 * step)
        worst = max(worst, abs(slope - Double(gradient[index])))
        peak = max(peak, abs(slope))
      }
    }
    check(gradients.inputs[0]) { index, step in
      var input = input
      input[index] += step
      return product(layer.parameters, input)
    }
    for (place, gradient) in gradients.parameters.enumerated() {
      check(gradient) { index, step in
        var values = values
        values[place][index] += step
        return product(Parameters(values), input)
      }
    }
    return worst / peak
  }

  @Test(arguments: [(3, 1, 1), (1, 1, 1), (3, 2, 1), (3, 1, 2), (1, 2, 1), (5, 3, 1)])
  func denseConvolution(kernel: Int, stride: Int, groups: Int) throws {
    let window = SlidingWindow(
      kernel: kernel, stride: stride, padding: .same(kernel: kernel))
    let op = Layer.convolution(
      OperatorChecks.values([6, 4 / groups, kernel, kernel], seed: 3),
      OperatorChecks.values([6], seed: 4), window: window, groups: groups)
    #expect(try error(op, input: [3, 7, 6, 4], step: 0.1) < 1e-3)
  }

  @Test(arguments: [(3, 1, 1), (5, 2, 1), (13, 1, 1), (31, 1, 1), (3, 2, 3), (7, 1, 2)])
  func depthwiseConvolution(kernel: Int, stride: Int, dilation: Int) throws {
    let window = SlidingWindow(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: .same(kernel: kernel, dilation: dilation))
    let op = Layer.depthwise(
      OperatorChecks.values([19, 1, kernel, kernel], seed: 3),
      OperatorChecks.values([19], seed: 4), window: window)
    #expect(try error(op, input: [9, 8, 11, 19], step: 0.1) < 1e-3)
  }

  @Test func paddingThatFollowsTheInput() throws {
    var window = SlidingWindow(kernel: 3, stride: 2, padding: Padding(0))
    window.paddingFollowsInput = true
    let op = Layer.depthwise(OperatorChecks.values([5, 1, 3, 3], seed: 3), window: window)
    #expect(try error(op, input: [2, 8, 7, 5], step: 0.1) < 1e-3)
  }

  @Test(arguments: [1, 5, 16, 70]) func norms(channels: Int) throws {
    let shape: Shape = [channels]
    let op = Layer.batchNorm([
      OperatorChecks.values(shape, seed: 1), OperatorChecks.values(shape, seed: 2),
      Tensor(zeros: shape), Tensor(generated: shape) { _ in 1 },
    ])
    #expect(try error(op, input: [3, 5, 4, channels]) < 2e-3)
  }

  @Test func otherLayers() throws {
    let linear = Layer.linear(
      OperatorChecks.values([5, 7], seed: 1), OperatorChecks.values([5], seed: 2))
    #expect(try error(linear, input: [4, 1, 1, 7], step: 0.1) < 1e-4)
    #expect(try error(Layer(GELU()), input: [2, 3, 3, 7], step: 5e-3) < 2e-3)
    #expect(try error(Layer(StochasticDepth(rate: 0.4)), input: [9, 2, 2, 3]) < 1e-4)
  }

  @Test func stochasticDepthKeepsTheMean() {
    let ones = Tensor(generated: [4000, 1, 1, 1]) { _ in 1 }
    let (output, _) = StochasticDepth(rate: 0.25).forwardInTraining(
      [ones], parameters: .none, noise: RandomStream(seed: 3), workers: Workers(threads: 1))
    let mean = output.elements.reduce(0, +) / 4000
    #expect(abs(mean - 1) < 0.03)
    #expect(Set(output.elements) == [0, 1 / 0.75])
  }

  static func smallNetwork() throws -> Program {
    try Program(blueprint(), from: RandomParameters(seed: 5))
  }

  private static func blueprint() -> Blueprint {
    RepLKNet(kernels: [7, 5], layers: [1, 1], channels: [8, 16], classes: 5).blueprint()
  }

  @Test func throughAWholeNetwork() throws {
    let graph = try Self.smallNetwork()
    let workers = Workers(threads: 2)
    let input = OperatorChecks.values([6, 20, 20, 3], seed: 1)
    var targets = [Float](repeating: 0, count: 30)
    for image in 0..<6 { targets[image * 5 + image % 5] = 1 }
    let logits = try #require(graph.tap("logits")).value
    func loss(_ graph: Program) throws -> CrossEntropy.Result {
      let pass = try TrainingPass(graph, input, to: logits, noise: 0, workers: workers)
      return CrossEntropy(smoothing: 0.1)(pass.output, targets: targets)
    }
    let pass = try TrainingPass(graph, input, to: logits, noise: 0, workers: workers)
    let gradients = try pass.parameterGradients(of: loss(graph).gradient, workers: workers)
    let learnt = graph.learntParameters
    for node in stride(from: 0, to: learnt.count, by: 5) {
      for (place, gradient) in gradients[node].enumerated() {
        let index = gradient.count / 2
        var slopes: [Double] = []
        for step: Float in [1e-3, -1e-3] {
          var moved = learnt
          moved[node][place][index] += step
          slopes.append(try loss(graph.updated(learnt: moved)).loss)
        }
        let slope = (slopes[0] - slopes[1]) / 2e-3
        let size = Double(gradient.elements.map(abs).max() ?? 0)
        #expect(
          abs(slope - Double(gradient[index])) < 0.03 * max(size, 2e-2),
          "\(graph.nodes[node].scope)")
      }
    }
  }

  @Test func threadsDoNotMatter() throws {
    let graph = try Program(
      Self.blueprint().insertingStochasticDepth(0.3), from: RandomParameters(seed: 5))
    let input = OperatorChecks.values([20, 40, 36, 3], seed: 1)
    let targets = (0..<100).map { Float($0 % 5 == $0 / 5 % 5 ? 1 : 0) }
    let logits = try #require(graph.tap("logits")).value
    let bits = try [1, 2, 3].map { threads in
      let workers = Workers(threads: threads)
      let pass = try TrainingPass(graph, input, to: logits, noise: 3, workers: workers)
      let result = CrossEntropy()(pass.output, targets: targets)
      return try pass.parameterGradients(of: result.gradient, workers: workers)
        .flatMap { $0.flatMap { $0.elements.map(\.bitPattern) } }
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  @Test func stochasticDepthComesAndGoes() {
    let graph = Self.blueprint()
    let deep = graph.insertingStochasticDepth(0.2)
    #expect(deep.nodes.count { $0.op is StochasticDepth } == 3)
    let back = deep.dropping { $0 is StochasticDepth }
    #expect(back.nodes.map(\.scope) == graph.nodes.map(\.scope))
    #expect(back.nodes.map(\.inputs) == graph.nodes.map(\.inputs))
    #expect(back.taps == graph.taps)
  }
}
