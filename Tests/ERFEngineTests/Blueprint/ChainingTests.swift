import TestSupport
import Testing

@testable import ERFEngine

/// Joining operators on single pixels.
@Suite struct ChainingTests {
  private static let models = [
    "replknet:kernels=13,9:layers=2,1:channels=8,24:small=5:classes=7",
    "resnet:block=basic:layers=1,1:width=8:classes=7",
    "resnet:block=bottleneck:layers=2,1:width=8:classes=7",
    "resnet-cifar:depth=8", "mobilenetv2:width=0.25:classes=7",
  ]

  private func network(_ model: String) throws -> Network {
    try Network(NetworkSpec(model: model, weights: .random(seed: 3)))
  }

  private let input = OperatorChecks.values([2, 48, 40, 3], seed: 1)

  @Test(arguments: models) func chainsComputeTheSame(_ model: String) throws {
    let network = try network(model)
    let (layers, chained) = (network.layers, network.program)
    let workers = Workers(threads: 2)
    #expect(chained.taps.map(\.name) == layers.taps.map(\.name))
    for name in layers.taps.map(\.name) {
      let results = try [layers, chained].map { graph in
        let activations = try graph.forward(
          input, to: #require(graph.tap(name)).value, workers: workers)
        let output = activations.output
        return (output, try activations.inputGradient(of: output, workers: workers))
      }
      #expect(relativeError(results[1].0, results[0].0) < 1e-5, "\(name)")
      #expect(relativeError(results[1].1, results[0].1) < 1e-5, "\(name)")
    }
  }

  @Test func aConvFFNIsOneNode() throws {
    let summaries = try network(Self.models[0]).program.nodes.map(\.op.summary)
    #expect(summaries.contains("conv 1x1 + gelu + conv 1x1 + add"))
    #expect(summaries.contains("conv 1x1 + relu"))
    #expect(summaries.contains("relu + conv 1x1 + add"))
    #expect(!summaries.contains("gelu") && !summaries.contains("add"))
  }

  @Test func parametersAndCostsStay() throws {
    for model in Self.models {
      let network = try network(model)
      let (layers, chained) = (network.layers.blueprint, network.program.blueprint)
      let shape: Shape = [1, 64, 64, 3]
      func adds(_ graph: Blueprint) throws -> Int {
        let shapes = try graph.shapes(input: shape)
        return graph.nodes.enumerated().reduce(0) { sum, node in
          sum
            + node.element.op.multiplyAdds(
              inputs: node.element.inputs.map { shapes[$0] },
              output: shapes[Blueprint.value(of: node.offset)])
        }
      }
      #expect(try adds(chained) == adds(layers))
      let counts = [layers, chained].map { graph in
        graph.nodes.reduce(0) { $0 + $1.op.foldedParameterCount }
      }
      #expect(counts[0] == counts[1])
    }
  }

  /// An edited network has the original's layers where they are equal, and computes the same.
  @Test func equalLayersAreShared() throws {
    let layouts = LayoutCache()
    func opened(_ kernels: String) throws -> OpenedNetwork {
      try OpenedNetwork(
        NetworkSpec(
          model: "replknet:kernels=\(kernels):layers=1,1:channels=8,24:small=5:classes=7",
          weights: .random(seed: 3)))
    }
    func network(_ kernels: String, _ layouts: LayoutCache?) throws -> Network {
      let opened = try opened(kernels)
      return try Network(opened, opened.loader(layouts: layouts))
    }
    let original = try network("13,9", layouts)
    let (edited, shared) = (try network("13,7", nil), try network("13,7", layouts))
    func layers(_ network: Network) -> [ObjectIdentifier] {
      network.layers.parameters.filter { !$0.tensors.isEmpty }.map { ObjectIdentifier($0) }
    }
    let (before, after) = (layers(original), layers(shared))
    #expect(Set(before).isDisjoint(with: layers(edited)))
    let same = zip(after, before).filter { $0 == $1 }.count
    #expect(same == before.count - 1, "only one depth-wise kernel was edited")
    #expect(shared.program.prefixHashes == edited.program.prefixHashes)
    let output = { (network: Network) in
      try network.features(input, tap: "logits", workers: Workers(threads: 2)).elements
    }
    #expect(try output(shared) == output(edited))
  }

  @Test func layoutsGoWithTheLastProgram() throws {
    let layouts = LayoutCache()
    do {
      let opened = try OpenedNetwork(NetworkSpec(model: Self.models[1]))
      let network = try Network(opened, opened.loader(layouts: layouts))
      #expect(layouts.count > 0 && network.layers.nodes.count > 0)
    }
    #expect(layouts.count == 0)
  }
}
