import TestSupport
import Testing

@testable import ERFEngine

/// LpPool, GlobalLpPool and LpNormalization by their definitions, and gradients of pools by differences.
@Suite struct ONNXNormPoolTests {
  private let folder = try? TemporaryFolder()
  private let workers = Workers(threads: 1)
  private let picture = ONNXData(
    .value(0), shape: [1, 2, 5, 6], order: ONNXData.channelsLast(4))

  struct Window: Sendable {
    let kernel: [Int]
    let strides: [Int]
    /// In front of rows and columns, and behind them.
    let pads: [Int]
    let dilations: [Int]
    let roundsUp: Bool

    /// The input positions of an output along an axis.
    func taps(_ output: Int, _ axis: Int, of size: Int) -> [Int] {
      (0..<kernel[axis]).map { output * strides[axis] - pads[axis] + $0 * dilations[axis] }
        .filter { (0..<size).contains($0) }
    }

    var settings: [(String, ONNXAttribute)] {
      [
        ("kernel_shape", .integers(kernel)), ("strides", .integers(strides)),
        ("pads", .integers(pads)), ("dilations", .integers(dilations)),
        ("ceil_mode", .integer(roundsUp ? 1 : 0)),
      ]
    }
  }

  static let windows = [
    Window(
      kernel: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1], dilations: [1, 2], roundsUp: false),
    Window(
      kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], roundsUp: true),
  ]

  @Test(arguments: windows, [1, 2]) func norms(_ window: Window, _ p: Int) throws {
    let layers = try layers("LpPool", p, window.settings)
    let input = OperatorChecks.values(picture.memory, seed: 1)
    let output = try #require(run(layers, input).values.last)
    #expect(output.shape == [1, 3, window.roundsUp ? 3 : 5, 2])
    for row in 0..<output.shape.height {
      for column in 0..<output.shape.width {
        for channel in 0..<2 {
          var sum = 0.0
          for y in window.taps(row, 0, of: 5) {
            for x in window.taps(column, 1, of: 6) {
              let value = abs(Double(input[0, y, x, channel]))
              sum += p == 1 ? value : value * value
            }
          }
          let expected = p == 1 ? sum : sum.squareRoot()
          #expect(abs(Double(output[0, row, column, channel]) - expected) < 1e-5)
        }
      }
    }
    #expect(gradientError(layers, input) < 3e-3)
  }

  @Test(arguments: [1, 2]) func normsOfAllPixels(_ p: Int) throws {
    let layers = try layers("GlobalLpPool", p, [])
    let input = OperatorChecks.values(picture.memory, seed: 1)
    let output = try #require(run(layers, input).values.last)
    #expect(output.shape == [1, 1, 1, 2])
    for channel in 0..<2 {
      let values = (0..<30).map { abs(Double(input[$0 * 2 + channel])) }
      let sum = values.reduce(0) { $0 + (p == 1 ? $1 : $1 * $1) }
      #expect(abs(Double(output[channel]) - (p == 1 ? sum : sum.squareRoot())) < 1e-5)
    }
    #expect(gradientError(layers, input) < 3e-3)
  }

  /// Zeros, as rectifiers leave them, have a norm without a slope.
  @Test(arguments: ["LpPool", "GlobalLpPool"], [1, 2])
  func zerosHaveNoGradient(_ operation: String, _ p: Int) throws {
    let layers = try layers(
      operation, p, operation == "LpPool" ? Self.windows[0].settings : [])
    let input = Tensor(zeros: picture.memory)
    let run = run(layers, input)
    let output = try #require(run.values.last)
    #expect(output.elements.allSatisfy { abs($0) < 1e-15 })
    let cotangent = OperatorChecks.values(output.shape, seed: 5)
    #expect(gradient(layers, run, cotangent).elements.allSatisfy { $0 == 0 })
  }

  @Test(arguments: ["LpPool", "LpNormalization"])
  func otherNormsAreNotKnown(_ operation: String) throws {
    let gap = try lowered(operation, 3, Self.windows[0].settings).firstGap
    #expect(gap?.reason.contains("p = 3") == true)
  }

  /// Along channels, which lie last in memory, rows and columns.
  @Test(arguments: [1, 2], [1, 2, 3]) func unitVectors(_ p: Int, _ axis: Int) throws {
    let lowering = try lowered("LpNormalization", p, [("axis", .integer(axis))])
    let input = OperatorChecks.values(picture.memory, seed: 1)
    var values = [input]
    for node in lowering.nodes {
      let layer = Layer(node.op, node.parameters.map(\.tensor))
      let inputs = node.inputs.map { values[$0] }
      values.append(layer.forward(inputs, keep: .nothing, workers: workers).0)
    }
    let output = try #require(values.last)
    let along = picture.position(of: axis)
    for element in 0..<input.count {
      let inner = input.shape.extents[(along + 1)...].reduce(1, *)
      let extent = input.shape[along]
      let first = element / (inner * extent) * inner * extent + element % inner
      let sum = (0..<extent).reduce(0.0) { sum, place in
        let value = abs(Double(input[first + place * inner]))
        return sum + (p == 1 ? value : value * value)
      }
      let norm = p == 1 ? sum : sum.squareRoot()
      #expect(abs(Double(output[element]) - Double(input[element]) / norm) < 1e-6)
    }
  }

  // MARK: Running

  private typealias Run = (values: [Tensor], kept: [Kept])

  private func lowered(
    _ operation: String, _ p: Int, _ settings: [(String, ONNXAttribute)]
  ) throws -> ONNXLowering {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", picture.shape)
      graph.message(1) { node in
        node.text(1, "x")
        node.text(2, "y")
        node.text(4, operation)
        for (name, value) in settings + [("p", .integer(p))] { node.attribute(name, value) }
      }
      graph.message(12) { $0.text(1, "y") }
    }
    let model = try ONNXModel(path: #require(folder).write(bytes, to: "model.onnx"))
    var lowering = ONNXLowering(model, given: ["x": .real(picture)], input: picture.memory)
    try lowering.run(model.graph.nodes, Cancellation())
    return lowering
  }

  /// One behind the other.
  private func layers(
    _ operation: String, _ p: Int, _ settings: [(String, ONNXAttribute)]
  ) throws -> [Layer] {
    let nodes = try lowered(operation, p, settings).nodes
    #expect(!nodes.isEmpty && nodes.enumerated().allSatisfy { $1.inputs == [$0] })
    return nodes.map { Layer($0.op, $0.parameters.map(\.tensor)) }
  }

  private func run(_ layers: [Layer], _ input: Tensor) -> Run {
    var run: Run = (values: [input], kept: [])
    for (index, layer) in layers.enumerated() {
      let (output, kept) = layer.forward(
        [run.values[index]], keep: .inputGradient, workers: workers)
      run.values.append(output)
      run.kept.append(kept)
    }
    return run
  }

  private func gradient(_ layers: [Layer], _ run: Run, _ cotangent: Tensor) -> Tensor {
    layers.indices.reversed().reduce(cotangent) { gradient, index in
      layers[index].inputGradient(
        of: gradient, kept: run.kept[index], inputs: [run.values[index].shape], workers: workers)[0]
    }
  }

  /// From central differences, relative to the largest of these.
  private func gradientError(_ layers: [Layer], _ input: Tensor) -> Double {
    let first = run(layers, input)
    let cotangent = OperatorChecks.values(first.values[layers.count].shape, seed: 9)
    let gradient = gradient(layers, first, cotangent)
    func product(_ input: Tensor) -> Double {
      zip(run(layers, input).values[layers.count].elements, cotangent.elements)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var (error, peak) = (0.0, 1e-3)
    for element in 0..<input.count {
      var (above, below) = (input, input)
      above[element] += 1e-2
      below[element] -= 1e-2
      let slope = (product(above) - product(below)) / 2e-2
      error = max(error, abs(slope - Double(gradient[element])))
      peak = max(peak, abs(slope))
    }
    return error / peak
  }
}
