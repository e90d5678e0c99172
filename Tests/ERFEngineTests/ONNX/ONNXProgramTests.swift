import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// An exported graph runs as the built-in network does: norms folded, kernels merged, layers in the same
/// chains.
@Suite struct ONNXProgramTests {
  /// What runs up to the last stage, sorted: exporters write parallel branches in another order. Layers
  /// of stems that are shown end chains, so that steps count there.
  private func operators(_ spec: NetworkSpec) throws -> (steps: [String], blocks: [String]) {
    let running = try OpenedNetwork(spec).layers.chained()
    let last = try #require(running.stages.last)
    let nodes = running.upTo(last.value).nodes
    let blocks = nodes.filter { $0.role != .stem && !($0.op is Rectifier) }
      .map { "\(type(of: $0.op)) \($0.op.summary)" }
    let steps = nodes.flatMap { $0.op.summary.components(separatedBy: " + ") }
    return (steps.sorted(), blocks.sorted())
  }

  /// The ids are those that Fixtures/make_onnx.py names.
  @Test(
    arguments: [
      ("twinresnet", "resnet:block=basic:layers=1,1,1,1:width=4:classes=10"),
      ("twinreplknet", "replknet:kernels=13,13,9,7:layers=1,1,1,1:channels=8,8,12,12:classes=10"),
    ], ["ts", "dynamo"])
  func exportedNetworksRunAsBuiltInOnes(
    _ network: (file: String, id: String), _ exporter: String
  ) throws {
    let path = Fixtures.path("onnx/\(network.file)-\(exporter).onnx")
    let exported = try operators(NetworkSpec(file: path))
    let builtIn = try operators(NetworkSpec(model: network.id, weights: .random(seed: 0)))
    #expect(exported.steps == builtIn.steps)
    #expect(exported.blocks == builtIn.blocks)
  }
}
