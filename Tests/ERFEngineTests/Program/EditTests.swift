import TestSupport
import Testing

@testable import ERFEngine

/// Edits as rewrites of a blueprint give what a family's builder gives for the edited design.
@Suite struct EditTests {
  private static let models = [
    "replknet:kernels=13,9,7:layers=1,2,1:channels=8,12,16:small=5:classes=7", "resnet-18",
    "resnet-50", "resnet20-cifar", "mobilenetv2",
  ]
  private static let edits: [StageEdit] = [
    StageEdit(stage: 1, .kernel(17)), StageEdit(stage: 2, .kernel(5)),
    StageEdit(stage: 0, .dilation(3)), StageEdit(stage: 1, .noShortcuts),
  ]

  @Test(arguments: models, edits)
  func rewritesGiveWhatBuildersGive(_ model: String, _ edit: StageEdit) throws {
    let architecture = try ModelCatalogue.architecture(model)
    let original = architecture.blueprint()
    for fit in [WeightFit.crop, .interpolate] {
      let rewritten = try original.edited(by: [edit], fit: fit)
      let built = try architecture.edited(by: [edit]).blueprint().fitted(to: original, by: fit)
      #expect(rewritten.nodes.map(\.scope) == built.nodes.map(\.scope))
      for (found, expected) in zip(rewritten.nodes, built.nodes) {
        #expect(found == expected, "\(found.scope)")
      }
      #expect(rewritten.taps == built.taps)
    }
  }

  @Test func smallKernelsComeAndGo() throws {
    let architecture = try ModelCatalogue.architecture(Self.models[0])
    let original = architecture.blueprint()
    for change in [StageEdit.Change.smallKernel(nil), .smallKernel(3)] {
      let edit = StageEdit(stage: 1, change)
      let built = try architecture.edited(by: [edit]).blueprint()
      #expect(
        try original.edited(by: [edit], fit: .crop) == built.fitted(to: original, by: .crop),
        "\(change)")
    }
    // Beside a kernel that had none: one more convolution and one more sum a block.
    let plain = try ModelCatalogue.architecture("mobilenetv2").blueprint()
    let edited = try plain.edited(by: [StageEdit(stage: 0, .smallKernel(3))], fit: .crop)
    let kernels = plain.largeKernels(ofStage: 0).count
    #expect(kernels == 3 && edited.nodes.count == plain.nodes.count + 2 * kernels)
    #expect(edited.inferenceForm().nodes.count == plain.inferenceForm().nodes.count, "merged")
    let size: Shape = [1, 64, 64, 3]
    #expect(try edited.shapes(input: size).last == plain.shapes(input: size).last)
  }

  @Test func aSpecCanBeEdited() throws {
    var spec = NetworkSpec(model: "replknet-31-nano")
    spec.edits = [StageEdit(stage: 3, .kernel(7)), StageEdit(stage: 0, .noShortcuts)]
    let edited = try Network(spec)
    var named = NetworkSpec(model: edited.id, weights: .trained)
    named.weightsModel = "replknet-31-nano"
    #expect(try Network(named).weightsHash == edited.weightsHash)
    #expect(edited.id.hasPrefix("replknet:kernels=31,29,27,7:"))
    #expect(edited.weightsHash != (try Network(NetworkSpec(model: "replknet-31-nano")).weightsHash))
  }

  @Test func whatDoesNotApplySaysSo() throws {
    let blueprint = try ModelCatalogue.architecture("resnet-18").blueprint()
    #expect(throws: EditError.noStage(4, of: 4)) {
      try blueprint.edited(by: [StageEdit(stage: 4, .kernel(3))], fit: .crop)
    }
    #expect(throws: EditError.even(4)) {
      try blueprint.edited(by: [StageEdit(stage: 0, .kernel(4))], fit: .crop)
    }
    let small = StageEdit(stage: 0, .smallKernel(3))
    #expect(throws: EditError.nothingToEdit(small)) {
      try blueprint.edited(by: [small], fit: .crop)
    }
    let fixed = StageEdit(stage: 0, .kernel(5))
    var spec = NetworkSpec(model: "efficientnet-lite0")
    spec.edits = [fixed]
    #expect(throws: EditError.nothingToEdit(fixed)) { try OpenedNetwork(spec) }
  }
}
