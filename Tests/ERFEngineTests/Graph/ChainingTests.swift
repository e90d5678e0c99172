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

  private func layers(_ model: String) throws -> Graph {
    try Network(NetworkSpec(model: model, weights: .random(seed: 3))).layers
  }

  private let input = OperatorChecks.values([2, 48, 40, 3], seed: 1)

  @Test(arguments: models) func chainsComputeTheSame(_ model: String) throws {
    let layers = try layers(model)
    let chained = layers.chained()
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
    let summaries = try layers(Self.models[0]).chained().nodes.map(\.op.summary)
    #expect(summaries.contains("conv 1x1 + gelu + conv 1x1 + add"))
    #expect(summaries.contains("conv 1x1 + relu"))
    #expect(summaries.contains("relu + conv 1x1 + add"))
    #expect(!summaries.contains("gelu") && !summaries.contains("add"))
  }

  @Test func parametersAndCostsStay() throws {
    for model in Self.models {
      let layers = try layers(model)
      let chained = layers.chained()
      let shape: Shape = [1, 64, 64, 3]
      func adds(_ graph: Graph) throws -> Int {
        let shapes = try graph.shapes(input: shape)
        return graph.nodes.enumerated().reduce(0) { sum, node in
          sum
            + node.element.op.multiplyAdds(
              inputs: node.element.inputs.map { shapes[$0] },
              output: shapes[Graph.value(of: node.offset)])
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
    func network(_ kernels: String) throws -> Network {
      try Network(
        NetworkSpec(
          model: "replknet:kernels=\(kernels):layers=1,1:channels=8,24:small=5:classes=7",
          weights: .random(seed: 3)))
    }
    let workers = Workers(threads: 2)
    let (original, edited) = (try network("13,9"), try network("13,7"))
    let shared = edited.sharingLayers(with: [original], workers: workers)
    func weights(_ network: Network) -> [ObjectIdentifier] {
      network.layers.nodes.compactMap {
        $0.op is Convolution ? ObjectIdentifier($0.parameters.dense) : nil
      }
    }
    #expect(weights(edited) != weights(original))
    #expect(weights(shared) == weights(original), "only a depth-wise kernel was edited")
    func kernels(_ network: Network) -> [ObjectIdentifier] {
      network.layers.nodes.compactMap {
        $0.op is DepthwiseConvolution ? ObjectIdentifier($0.parameters) : nil
      }
    }
    let same = zip(kernels(shared), kernels(original)).filter { $0 == $1 }.count
    #expect(same == kernels(original).count - 1)
    #expect(shared.prefixHashes(workers) == edited.prefixHashes(workers))
    let output = { (network: Network) in
      try network.features(input, tap: "logits", workers: workers).elements
    }
    #expect(try output(shared) == output(edited))
  }
}
