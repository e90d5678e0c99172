// What units of the last stage see, by the gradient and by the plan.

import TestSupport
import Testing

@testable import ERFEngine

/// An exported network that was run over random numbers.
struct SeenRegions {
  let output: Shape
  private let program: Program
  private let value: Int
  private let shapes: [Shape]
  private let whole: Activations
  private let workers = Workers(threads: 1)

  init(path: String, size: InputSize) throws {
    let network = try ONNXNetwork(ONNXModel(path: path))
    program = try Program(network.blueprint.inferenceForm().chained(), from: network)
    value = try #require(program.stages.last).value
    let input = OperatorChecks.values([1, size.height, size.width, 3], seed: 2)
    shapes = try program.blueprint.shapes(input: input.shape)
    whole = try program.forward(input, to: value, workers: workers)
    output = whole.output.shape
  }

  /// Where the gradient of a unit is not zero, which is what is planned, to the pixel.
  func seen(from unit: Unit) throws -> Region {
    let seed = whole.seed(at: [unit], rectified: false)
    let seen = try #require(whole.inputGradient(of: seed, workers: workers).support)
    let plan = RegionPlan(
      program.blueprint, value: value, region: Region(holding: [unit]), shapes: shapes)
    #expect(plan.regions[0] == seen, "\(unit)")
    return seen
  }
}
