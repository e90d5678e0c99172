import TestSupport
import Testing

@testable import ERFEngine

@Suite struct KernelMapTests {
  private static let model = "replknet:kernels=9,7,5,3:layers=1,1,2,1:channels=8,8,8,8:small=3"

  @Test func oneMapAStage() throws {
    let stages = try StageKernels.stages(of: NetworkSpec(model: Self.model))
    #expect(stages.map { $0?.after.side } == [9, 7, 5, 3])
    for stage in stages {
      let stage = try #require(stage)
      #expect(stage.before.values.max() == 1 && stage.after.values.max() == 1)
      #expect(stage.before != stage.after)
      #expect(stage.after.values.count == stage.after.side * stage.after.side)
    }
  }

  /// The small kernel adds to the middle and to nothing else: outside it both maps are the same up to
  /// their scale.
  @Test func mergingStrengthensTheMiddle() throws {
    let stage = try #require(try StageKernels.stages(of: NetworkSpec(model: Self.model))[0])
    #expect(stage.after.share(ofMiddle: 3) > 1.5 * stage.before.share(ofMiddle: 3))
    let scale = stage.after.values[0] / stage.before.values[0]
    for index in 0..<9 {
      #expect(abs(stage.after.values[index] / stage.before.values[index] / scale - 1) < 1e-6)
    }
  }

  @Test func sumsOverChannelsAndBlocks() throws {
    let spec = NetworkSpec(model: Self.model)
    let graph = try Network(spec).program
    var sums = [Double](repeating: 0, count: 25)
    for (node, parameters) in zip(graph.nodes, graph.parameters)
    where node.block.hasPrefix("stages.2") {
      guard node.op is DepthwiseConvolution, parameters[0].shape[2] == 5 else { continue }
      for channel in 0..<8 {
        for place in 0..<25 { sums[place] += Double(abs(parameters[0][channel * 25 + place])) }
      }
    }
    let peak = try #require(sums.max())
    let found = try #require(try StageKernels.stages(of: spec)[2]).after.values
    for (value, sum) in zip(found, sums) { #expect(abs(value - sum / peak) < 1e-6) }
  }

  @Test func withoutSmallKernelsMergingChangesNothing() throws {
    let model = Self.model.dropLast() + "0"
    for stage in try StageKernels.stages(of: NetworkSpec(model: String(model))) {
      #expect(stage?.before == stage?.after)
    }
  }

  @Test func residualNetworksHaveTheirKernels() throws {
    let stages = try StageKernels.stages(of: NetworkSpec(model: "resnet20-cifar"))
    #expect(stages.map { $0?.after.side } == [3, 3, 3])
    let wide = try StageKernels.stages(of: NetworkSpec(model: "resnet-18"))
    #expect(wide.map { $0?.after.side } == [3, 3, 3, 3])
  }

  /// At 32 pixels the maps are 8 and 4 wide: 15 and 7 taps of a row meet pixels, of 13 there are.
  @Test func whatTrainingReachedIsKnown() throws {
    let folder = try TemporaryFolder()
    let model = "replknet:kernels=13,13:layers=1,1:channels=4,4:small=3:dw=1:classes=16"
    var recipe = TrainingRecipe(model: model, data: .shapes(count: 16), steps: 1)
    (recipe.size, recipe.batch) = (32, 8)
    var trainer = try Trainer(recipe)
    try trainer.advance()
    let path = folder.path + "/net.safetensors"
    try trainer.saveNetwork(to: path, madeBy: ("a test", "none"))
    func reached(_ change: (inout NetworkSpec) -> Void) throws -> [StageKernels.Reached?] {
      var spec = NetworkSpec(model: model, weights: .file(path))
      change(&spec)
      return try StageKernels.stages(of: spec).map { $0?.reached }
    }
    let part = StageKernels.Reached(rows: 7, columns: 7, trainedAt: 32)
    #expect(try reached { _ in } == [nil, part])
    #expect(try reached { $0.weights = .random(seed: 0) } == [nil, nil])
    #expect(
      try reached { $0.zeroesUnreached = InputSize(height: 32, width: 32) } == [nil, nil])
    // Cropping keeps taps where they are, stretching does not.
    func edit(_ side: Int, _ fit: WeightFit) throws -> StageKernels.Reached? {
      try reached { spec in
        spec.edits = [StageEdit(stage: 1, .kernel(side))]
        spec.fit = fit
      }[1]
    }
    #expect(try edit(9, .crop) == part && edit(21, .crop) == part)
    #expect(try edit(7, .crop) == nil && edit(9, .interpolate) == nil)
  }

  /// MobileNetV2 calls its stem `features.0`, which is no block of the first stage.
  @Test func stemsAndTransitionsBelongToNoStage() throws {
    for model in ["mobilenetv2", "resnet-18", "replknet-3", "efficientnet-lite0"] {
      let blueprint = try ModelCatalogue.architecture(model).blueprint()
      let input = blueprint.nodes[0]
      #expect(input.role == .stem && input.stage == nil, "\(model)")
      #expect(blueprint.nodes.last?.role == .classifier, "\(model)")
      for (index, stage) in blueprint.stages.enumerated() {
        #expect(blueprint.nodes[stage.value - 1].stage == index, "\(model)")
      }
    }
    let width = "mobilenetv2:width=0.25:classes=5"
    let kernels = try #require(
      try StageKernels.stages(of: NetworkSpec(model: width, weights: .random(seed: 2)))[0])
    let network = try Network(NetworkSpec(model: width, weights: .random(seed: 2)))
    var sums = [Double](repeating: 0, count: 9)
    for (node, parameters) in zip(network.layers.nodes, network.layers.parameters)
    where node.op is DepthwiseConvolution && node.stage == 0 {
      for (index, weight) in parameters[0].elements.enumerated() {
        sums[index % 9] += Double(abs(weight))
      }
    }
    let peak = try #require(sums.max())
    for (value, sum) in zip(kernels.after.values, sums) {
      #expect(abs(value - sum / peak) < 1e-9)
    }
  }
}
