import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ForwardCacheTests {
  private let workers = Workers(threads: 2)
  private let input = OperatorChecks.values([1, 96, 64, 3], seed: 1)

  private func network(_ kernels: String, seed: UInt64 = 3) throws -> Network {
    let form = "layers=1,1,2,1:channels=8,16,24,32:classes=5"
    return try Network(
      NetworkSpec(model: "replknet:kernels=\(kernels):\(form)", weights: .random(seed: seed)))
  }

  /// The gradient at `unit`, and the blocks that had to be computed forward for it.
  private func run(
    _ network: Network, _ cache: ForwardCache, tap name: String? = nil, input: Tensor? = nil,
    unit: Unit = Unit(row: 1, column: 1)
  ) throws -> (gradient: Tensor, blocks: Set<String>) {
    var blocks: Set<String> = []
    let activations = try cache.activations(
      of: network.program, input: input ?? self.input,
      to: network.tap(name).value, workers: workers
    ) { layer, _ in blocks.insert(layer.block) }
    return (try activations.inputGradient(at: [unit], workers: workers), blocks)
  }

  private func expectSame(
    _ found: Tensor, _ network: Network, tap name: String? = nil, unit: Unit,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let fresh = try network.program.forward(input, to: network.tap(name).value, workers: workers)
    let expected = try fresh.inputGradient(at: [unit], workers: workers)
    #expect(found.elements == expected.elements, sourceLocation: sourceLocation)
  }

  @Test func anotherUnitNeedsNoForwardPass() throws {
    let network = try network("13,9,7,5")
    let cache = ForwardCache()
    #expect(try run(network, cache).blocks.contains("stem"))
    for unit in [Unit(row: 0, column: 0), Unit(row: 2, column: 1)] {
      let (gradient, blocks) = try run(network, cache, unit: unit)
      #expect(blocks.isEmpty)
      try expectSame(gradient, network, unit: unit)
    }
    // Nor does an earlier stage; a block in the middle of one begins at the stage before.
    let unit = Unit(row: 3, column: 3)
    let earlier = try run(network, cache, tap: "stage2", unit: unit)
    #expect(earlier.blocks.isEmpty)
    try expectSame(earlier.gradient, network, tap: "stage2", unit: unit)
    let block = try run(network, cache, tap: "stages.2.blocks.1", unit: unit)
    #expect(block.blocks == ["transitions.1", "stages.2.blocks.0", "stages.2.blocks.1"])
    try expectSame(block.gradient, network, tap: "stages.2.blocks.1", unit: unit)
  }

  @Test func anEditedStageBeginsAtItsInput() throws {
    let cache = ForwardCache()
    let unit = Unit(row: 1, column: 0)
    _ = try run(network("13,9,7,5"), cache)
    let edited = try network("13,9,7,3")
    let last = try run(edited, cache, unit: unit)
    #expect(last.blocks == ["transitions.2", "stages.3.blocks.0", "stages.3.blocks.1"])
    try expectSame(last.gradient, edited, unit: unit)
    let earlier = try network("13,5,7,5")
    let second = try run(earlier, cache, unit: unit)
    #expect(second.blocks.isDisjoint(with: ["stem", "stages.0.blocks.0", "stages.0.blocks.1"]))
    #expect(second.blocks.isSuperset(of: ["transitions.0", "stages.1.blocks.0", "transitions.2"]))
    try expectSame(second.gradient, earlier, unit: unit)
    // Back to the first network: it is still there.
    #expect(try run(network("13,9,7,5"), cache).blocks.isEmpty)
  }

  @Test func otherInputsAndWeightsAreNotMixedUp() throws {
    let cache = ForwardCache()
    let network = try network("13,9,7,5")
    _ = try run(network, cache)
    let count = { (graph: Program) in Set(graph.nodes.map(\.block)).count - 1 }
    let other = try self.network("13,9,7,5", seed: 4)
    #expect(try run(other, cache).blocks.count == count(other.program))
    var moved = input
    moved[7] += 1e-3
    #expect(try run(network, cache, input: moved).blocks.count == count(network.program))
    let smaller = input.cropped(to: Region(rows: 0..<64, columns: 0..<64))
    #expect(try run(network, cache, input: smaller).blocks.count == count(network.program))
  }

  @Test func staysWithinItsLimit() throws {
    let network = try network("13,9,7,5")
    let one = ForwardCache()
    _ = try run(network, one)
    #expect(one.bytes > 0)
    let cache = ForwardCache(limit: one.bytes * 5 / 2)
    for seed in 0..<4 {
      _ = try run(network, cache, input: OperatorChecks.values(input.shape, seed: UInt64(seed)))
      #expect(cache.bytes <= cache.limit)
    }
    #expect(cache.bytes == 2 * one.bytes)
    let none = ForwardCache(limit: 0)
    _ = try run(network, none)
    #expect(none.bytes == 0)
  }

  @Test(arguments: ["replknet-3", "resnet-50", "resnet20-cifar", "mobilenetv2"])
  func everyStageIsACut(_ model: String) throws {
    let graph = try ModelCatalogue.architecture(model).blueprint()
    let last = try #require(graph.stages.last).value
    for graph in [graph, graph.inferenceForm()] {
      #expect(Set(graph.cuts(to: graph.nodes.count)).isSuperset(of: graph.stages.map(\.value)))
    }
    // The middle of a residual block is none.
    let inside = last - 1
    #expect(graph.cuts(to: last).allSatisfy { $0 != inside })
  }

  @Test func aComputerKeepsWhatARequestAsksFor() throws {
    var request = ERFRequest(
      network: NetworkSpec(model: "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5"),
      images: .builtIn(2), size: InputSize(height: 64, width: 48))
    let plain = ERFComputer()
    let keeping = ERFComputer()
    for units in [
      [], [Unit(row: 2, column: 2)], [Unit(row: 0, column: 5), Unit(row: 7, column: 0)],
    ] {
      request.units = units
      request.keepsForward = false
      let expected = try plain.compute(request)
      request.keepsForward = true
      var layers = 0
      let found = try keeping.compute(request) {
        if case .layer = $0 { layers += 1 }
      }
      #expect(relativeError(found.map.values, expected.map.values) < 1e-5)
      #expect(found.subject.units == (units.isEmpty ? [Unit(row: 4, column: 3)] : units))
      let count = try keeping.network(request.network).program.nodes.count
      // Backwards only, once anything is kept.
      #expect(units.isEmpty ? layers > 2 * count : layers < 2 * count + 1)
    }
    #expect(plain.keptBytes == 0)
    #expect(keeping.keptBytes > 0)
  }
}
