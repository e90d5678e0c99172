import Testing

@testable import ERFEngine

@Suite struct NetworkDesignTests {
  static let tiny = "replknet:kernels=13,13,13,13:layers=1,1,2,1:channels=8,16,32,64:classes=10"

  @Test(arguments: [tiny, "replknet-xl", "resnet-18", "resnet20-cifar", "mobilenetv2"])
  func everyOpenFieldShowsInTheIdAndComesBack(_ model: String) throws {
    let design = try NetworkDesign(model: model)
    for field in StageField.allCases {
      let last = design.stages.count - 1
      let edited = [false, true].compactMap { design.stepping(field, stage: last, up: $0) }
      #expect(edited.isEmpty != design.openFields.contains(field))
      for edited in edited {
        #expect(edited.id != design.id)
        let again = try NetworkDesign(model: edited.id)
        #expect(again.stages == edited.stages)
        #expect(again.id == edited.id)
      }
    }
  }

  @Test func editingKeepsHowImagesArePrepared() throws {
    var design = try NetworkDesign(model: "replknet-xl")
    design.stages[0].kernel = 3
    #expect(try ModelCatalogue.architecture(design.id).preprocessing == .half)
  }

  @Test func stepsEndAtTheLimits() throws {
    var design = try NetworkDesign(model: Self.tiny)
    design.stages[0] = StageDesign(kernel: 63, smallKernel: nil, dilation: 32, depth: 200)
    for field in [StageField.kernel, .dilation, .depth] {
      #expect(design.stepping(field, stage: 0, up: true) == nil)
    }
    design.stages[0] = StageDesign(kernel: 1, smallKernel: nil, dilation: 1, depth: 1)
    for field in StageField.allCases where field != .shortcuts {
      #expect(design.stepping(field, stage: 0, up: false) == nil)
    }
  }

  @Test func turningAnEditBackGivesTheNamedNetwork() throws {
    let design = try NetworkDesign(model: "replknet-13")
    let edited = try #require(design.stepping(.kernel, stage: 2, up: true))
    #expect(edited.id.hasPrefix("replknet:kernels=13,13,15,13:"))
    #expect(edited.stepping(.kernel, stage: 2, up: false)?.id == "replknet-13")
  }

  @Test func withoutShortcutsNothingIsAdded() throws {
    for model in [Self.tiny, "resnet-18", "resnet20-cifar", "mobilenetv2"] {
      var design = try NetworkDesign(model: model)
      for stage in design.stages.indices { design.stages[stage].hasShortcuts = false }
      let blueprint = try ModelCatalogue.architecture(design.id).blueprint(.merged)
      #expect(!blueprint.nodes.contains { $0.op is Add })
    }
  }
}
