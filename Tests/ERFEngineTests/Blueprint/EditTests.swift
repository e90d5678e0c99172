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
    StageEdit(stage: 0, .dilation(3)), StageEdit(stage: 1, .shortcuts(false)),
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

  @Test func aSpecCanBeEdited() throws {
    var spec = NetworkSpec(model: "replknet-31-nano")
    spec.edits = [StageEdit(stage: 3, .kernel(7)), StageEdit(stage: 0, .shortcuts(false))]
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
    #expect(throws: EditError.fixed(.kernel, of: "efficientnet-lite0")) {
      try OpenedNetwork(spec)
    }
    // Numbers that no id could spell: no trap, no network of none.
    for change in [
      StageEdit.Change.kernel(65), .kernel(-1), .smallKernel(0), .dilation(0), .dilation(33),
      .depth(0), .depth(201),
    ] {
      var spec = NetworkSpec(model: "replknet-3-nano")
      spec.edits = [StageEdit(stage: 0, change)]
      #expect(throws: EditError.self, "\(change)") { try OpenedNetwork(spec) }
    }
  }

  /// From design to design and back, in every field.
  @Test func editsLeadFromOneDesignToAnother() throws {
    let original = try NetworkDesign(model: Self.models[0])
    var edited = original
    edited.stages[0].kernel = 17
    (edited.stages[1].smallKernel, edited.stages[1].dilation) = (nil, 3)
    (edited.stages[2].hasShortcuts, edited.stages[2].depth) = (false, 4)
    let edits = try #require(edited.edits(from: original))
    #expect(
      edits == [
        StageEdit(stage: 0, .kernel(17)), StageEdit(stage: 1, .dilation(3)),
        StageEdit(stage: 1, .smallKernel(nil)), StageEdit(stage: 2, .shortcuts(false)),
        StageEdit(stage: 2, .depth(4)),
      ])
    var spec = NetworkSpec(model: Self.models[0])
    spec.edits = edits
    #expect(try NetworkDesign(spec) == edited && spec.modelID() == edited.id)
    #expect(spec.text == edited.id && spec.unedited.text == Self.models[0])
    #expect(original.edits(from: original) == [])
    // Other channels, other classes, another family.
    for other in ["replknet-3", "resnet-18", String(Self.models[0].dropLast()) + "8"] {
      #expect(try NetworkDesign(model: other).edits(from: original) == nil, "\(other)")
    }
  }
}
