// The trained networks in the program: what they know, and how far they look.

import Testing

@testable import ERFEngine

@Suite struct ShippedWeightsTests {
  @Test func expectedWhereNothingIsSaid() throws {
    #expect(NetworkSpec(model: "RepLKNet-13-nano").weights == .trained)
    #expect(NetworkSpec(model: "replknet-13").weights == .random(seed: 0))
    #expect(
      throws: ModelError.noTrainedWeights("resnet-50", models: ShippedWeights.models)
    ) { _ = try Network(NetworkSpec(model: "resnet-50", weights: .trained)) }
  }

  /// Fresh stimuli, drawn by another seed than those that were learned from.
  @Test(arguments: ShippedWeights.models)
  func shapesAreTold(_ model: String) throws {
    let metadata = try ShippedWeights.metadata(of: model)
    let noted = try #require(metadata["training.accuracy"].flatMap { Double($0) })
    #expect(metadata["training.command"]?.contains(model) == true)
    let network = try Network(NetworkSpec(model: model))
    #expect(network.id == model)
    let stimuli = (0..<96).map { BuiltInStimulus(kind: .agreeing, seed: 77, index: $0) }
    let right = try stimuli.count { stimulus in
      let input = network.preprocessing.tensor(
        stimulus.image(size: 96), size: InputSize(height: 96, width: 96))
      let logits = try network.features(input, tap: "logits").elements
      return CrossEntropy.best(logits[...]) == stimulus.shape.index
    }
    #expect(Double(right) >= 0.95 * 96)
    if model != "replknet-31-nano-noshortcut" { #expect(noted >= 0.95) }
  }

  /// The paper's Table 10 in miniature; 99 % is nearly all of so small an input.
  @Test func largerKernelsLookFarther() throws {
    let computer = ERFComputer()
    let sides = try [3, 13, 31].map { kernel in
      let request = ERFRequest(
        network: NetworkSpec(model: "replknet-\(kernel)-nano"), images: .builtIn(4),
        size: InputSize(height: 256, width: 256))
      return try computer.compute(request).metrics.ratios.map { $0.side ?? .max }
    }
    for threshold in 0..<3 {
      #expect(sides[0][threshold] < sides[1][threshold])
      #expect(sides[1][threshold] < sides[2][threshold])
    }
  }
}
