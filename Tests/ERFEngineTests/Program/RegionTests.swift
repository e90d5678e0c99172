import TestSupport
import Testing

@testable import ERFEngine

/// Computing only what units see changes no number.
@Suite struct RegionTests {
  /// A matrix product of fewer rows may sum in another order; `RestrictionTests` holds each operator
  /// to little more than 1e-6, which tens of layers add up.
  private static let rounding = 2e-5

  @Test(
    .enabled(if: GoldenFolder.exists, "the golden vectors are not beside the repository"),
    arguments: GoldenCase.all)
  func partsGiveWhatTheWholeGives(_ golden: GoldenCase) throws {
    try check(golden, folder: GoldenFolder.root)
  }

  @Test(arguments: GoldenCase.fixtures)
  func partsGiveWhatTheWholeGivesOnFixtures(_ golden: GoldenCase) throws {
    try check(golden, folder: Fixtures.root)
  }

  @Test(arguments: ONNXGoldenTests.names)
  func partsGiveWhatTheWholeGivesOnExportedNetworks(_ file: String) throws {
    let network = try ONNXNetwork(ONNXModel(path: Fixtures.path("onnx/\(file)")))
    let program = try Program(network.blueprint.inferenceForm().chained(), from: network)
    let golden = try Safetensors(
      path: Fixtures.path("onnx/\(ONNXGoldenTests.stem(file)).safetensors"))
    let input = try golden.tensor("input").channelsLast()
    for tap in program.taps where tap.kind != .logits {
      try check(program, input, tap: tap)
    }
  }

  private func check(
    _ golden: GoldenCase, folder: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let weights = "\(folder)/\(golden.weights ?? golden.name).safetensors"
    let graph = try Network(NetworkSpec(model: golden.model, weights: .file(weights))).program
    let input = try Safetensors(path: "\(folder)/\(golden.name).safetensors").tensor("input")
      .channelsLast()
    let taps = graph.taps.filter { $0.kind == .block }
    for tap in Set([taps[1], taps[taps.count / 2]] + graph.stages) {
      try check(graph, input, tap: tap, sourceLocation: sourceLocation)
    }
  }

  /// Corners, the centre, and two units at once: forward over parts and over the whole map, backward
  /// over parts of either, against both over the whole.
  private func check(
    _ graph: Program, _ input: Tensor, tap: Tap, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let workers = Workers(threads: 2)
    let whole = try graph.forward(input, to: tap.value, workers: workers)
    let shape = whole.output.shape
    let size = tap.grid.size(of: shape)
    let last = Unit(row: size.height - 1, column: size.width - 1)
    let centre = Unit(row: size.height / 2, column: size.width / 2)
    for units in [[Unit(row: 0, column: 0)], [last], [centre], [centre, last]] {
      let region = tap.grid.region(holding: units)
      let part = try graph.forward(input, to: tap.value, region: region, workers: workers)
      // What looks at all of a map computes all of it.
      let expectedPart =
        part.output.shape == shape ? whole.output : whole.output.cropped(to: region)
      #expect(
        relativeError(part.output, expectedPart) < Self.rounding, "\(tap.name) \(units)",
        sourceLocation: sourceLocation)
      let expected = try whole.inputGradient(of: whole.seed(at: units), workers: workers)
      let found = try [
        part.inputGradient(at: units, workers: workers),
        whole.inputGradient(at: units, workers: workers),
      ]
      for gradient in found {
        #expect(
          relativeError(gradient, expected) < Self.rounding, "\(tap.name) \(units)",
          sourceLocation: sourceLocation)
      }
    }
  }

  /// Behind its attention, the last block of a transformer is computed for one token alone.
  @Test func ofTokensOnlyWhatIsSeenIsComputed() throws {
    let network = try ONNXNetwork(ONNXModel(path: Fixtures.path("onnx/vit-ts.onnx")))
    let blueprint = network.blueprint.inferenceForm().chained()
    let tap = try #require(blueprint.stages.last)
    let shapes = try blueprint.upTo(tap.value).shapes(input: blueprint.inputShape(network.size))
    let plan = RegionPlan(
      blueprint, value: tap.value, region: tap.grid.region(holding: [Unit(row: 1, column: 2)]),
      shapes: shapes)
    let linears = plan.order.filter { blueprint.nodes[$0].op is Linear }
    #expect(linears.suffix(3).map { plan.shape(of: Blueprint.value(of: $0))[1] } == [1, 1, 1])
    let first = Blueprint.value(of: linears[0])
    #expect(plan.shape(of: first) == shapes[first])
  }

  @Test func onlyWhatIsSeenIsComputed() throws {
    let graph = try ModelCatalogue.architecture("resnet-50").blueprint()
    let tap = try #require(graph.tap("stage4"))
    let shapes = try graph.shapes(input: Shape(height: 1024, width: 1024, channels: 3))
    let plan = RegionPlan(
      graph, value: tap.value, region: Region(holding: [Unit(row: 16, column: 16)]),
      shapes: shapes)
    // Before each 3x3 convolution one more pixel on each side: at most 7 of 32 in the last stage.
    let stage3 = try #require(graph.tap("stage3")).value
    #expect(plan.region(of: tap.value) == Region(rows: 16..<17, columns: 16..<17))
    #expect(plan.region(of: stage3) == Region(rows: 27..<38, columns: 27..<38))
    #expect(shapes[stage3].height == 64)
    let adds = { (plan: RegionPlan) in
      plan.order.reduce(0) { sum, index in
        sum
          + graph.nodes[index].op.multiplyAdds(
            inputs: plan.inputShapes(of: index), output: plan.shape(of: Blueprint.value(of: index)))
      }
    }
    let whole = RegionPlan(graph, value: tap.value, region: nil, shapes: shapes)
    #expect(Double(adds(plan)) < 0.5 * Double(adds(whole)))
  }
}
