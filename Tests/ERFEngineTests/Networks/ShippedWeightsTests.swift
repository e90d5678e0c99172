// The trained networks in the program: what their files say, what they know, and how far they look.

import Testing

@testable import ERFEngine

@Suite struct ShippedWeightsTests {
  @Test func expectedWhereNothingIsSaid() throws {
    #expect(NetworkSpec(model: "RepLKNet-13-nano").weights == .trained)
    #expect(NetworkSpec(model: "replknet-13").weights == .random(seed: 0))
    #expect(
      throws: ModelError.noTrainedWeights("resnet-50", models: ShippedWeights.models)
    ) { _ = try Network(NetworkSpec(model: "resnet-50", weights: .trained)) }
    #expect(
      ShippedWeights.models == [
        "replknet-13-nano", "replknet-3-nano", "replknet-31-nano", "replknet-31-nano-noreparam",
        "replknet-31-nano-noshortcut", "replknet-7-nano", "resnet-nano",
      ])
  }

  /// Imagenette's classes under ImageNet's names, every kernel weight reached, float16.
  @Test(arguments: ShippedWeights.models)
  func trainedOnPhotographs(_ model: String) throws {
    let network = try OpenedNetwork(NetworkSpec(model: model))
    let record = try #require(network.record)
    #expect(record.classes.count == 10 && Set(record.classes).isSubset(of: ClassNames.imageNet))
    #expect(record.size == 224)
    #expect(network.untrained == nil)
    #expect(try KernelReach(model: model, size: InputSize(height: 224, width: 224)).isWhole)
    let metadata = try ShippedWeights.metadata(of: model)
    #expect(metadata["training.command"]?.contains(model) == true)
    #expect(metadata["training.data_hash"] == "7d33d98076623fa7")
    let accuracy = try #require(record.accuracy)
    // Of the ablations, nothing is promised.
    if model.hasPrefix("replknet") && model.hasSuffix("nano") { #expect(accuracy >= 0.79) }
  }

  /// Nothing is taken out where every weight was reached: the field is the same to the bit.
  @Test(arguments: [256, 512])
  func zeroingChangesNothing(_ side: Int) throws {
    var spec = NetworkSpec(model: "replknet-31-nano")
    func map(_ spec: NetworkSpec) throws -> [Double] {
      try ERFComputer().compute(
        ERFRequest(
          network: spec, images: .builtIn(1), size: InputSize(height: side, width: side))
      ).map.values
    }
    let whole = try map(spec)
    spec.zeroesUnreached = InputSize(height: 224, width: 224)
    #expect(try map(spec) == whole)
  }

  /// The paper's Table 10 in miniature; 99 % is nearly all of so small an input.
  @Test func largerKernelsLookFarther() throws {
    let computer = ERFComputer()
    let sides = try [3, 7, 13, 31].map { kernel in
      let request = ERFRequest(
        network: NetworkSpec(model: "replknet-\(kernel)-nano"), images: .builtIn(5),
        size: InputSize(height: 512, width: 512))
      return try computer.compute(request).metrics.ratios.map { $0.side ?? .max }
    }
    for threshold in 0..<3 {
      for (one, next) in zip(sides, sides.dropFirst()) {
        #expect(one[threshold] < next[threshold], "\(sides)")
      }
    }
  }
}
