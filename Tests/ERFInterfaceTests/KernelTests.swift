// Edits of networks: live runs, undo, copies.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct KernelTests {
  @Test func aStepRunsTheActiveNetworkAnew() throws {
    var model = makeModel()
    for scalar in "3b".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.down))
    _ = update(&model, .key(.down))
    let effects = model.type("<")
    #expect(effects.computed.count == 1)
    let spec = effects.computed[0].network
    #expect(try spec.modelID().hasPrefix("replknet:kernels=31,29,25,13:"))
    #expect(spec.edits == [StageEdit(stage: 2, .kernel(25))])
    #expect(spec.model == "RepLKNet-31" && spec.fit == .reinitialise(seed: 0))
    #expect(model.sides[1].isStale && !model.sides[0].isStale)
    // Back to where it was: no edit is left.
    _ = model.type(">")
    #expect(model.session.networks[1].edits.isEmpty)
  }

  @Test func undoAndRedo() {
    var model = makeModel()
    _ = model.type("3")
    for _ in 0..<3 { _ = model.type(">") }
    let edited = model.session.networks
    #expect(model.design?.stages[0].kernel == 19)
    for _ in 0..<3 { _ = model.type("u") }
    #expect(model.session.networks[0].edits.isEmpty)
    #expect(model.type("u").isEmpty && model.notice?.lines == ["nothing to undo"])
    for _ in 0..<3 { _ = update(&model, .key(.control("r"))) }
    #expect(model.session.networks == edited)
    _ = model.type("U")
    #expect(model.session.networks[0].edits.isEmpty)
    _ = model.type("u")
    #expect(model.session.networks == edited)
  }

  @Test func everyFieldSteps() {
    var model = makeModel(["RepLKNet-31"])
    _ = model.type("3")
    var values: [String] = []
    for field in StageField.allCases {
      model.lists.field = field
      _ = model.type(field == .shortcuts ? "<" : ">")
      values.append(model.design?.stages[0].text(field) ?? "")
    }
    #expect(values == ["33", "7", "2", "off", "3"])
    _ = model.type("<")
    #expect(model.design?.stages[0].depth == 2)
  }

  @Test func copiesSwapsAndFits() {
    var model = makeModel()
    _ = model.type("3")
    _ = model.type(">")
    let fits = (0..<3).map { _ in model.type("f").computed[0].network.fit }
    #expect(fits == [.crop, .interpolate, .reinitialise(seed: 0)])
    #expect(NetworkSpec(shown: "RepLKNet-3", weights: .file("x.pth")).fit == .interpolate)
    #expect(
      NetworkSpec(shown: "RepLKNet-3", weights: .random(seed: 7)).fit == .reinitialise(seed: 7))
    #expect(model.type("X").computed.count == 1)
    #expect(model.session.networks[0] == model.session.networks[1])
    #expect(model.type("x").isEmpty && model.notice?.lines == ["A and B are the same"])
  }

  /// What undo brings back is called as the panel calls it.
  @Test func undoneFitsAreSaidAsOnScreen() {
    var model = makeModel(["RepLKNet-3-nano", "RepLKNet-7-nano"])
    for key in "3fSS".unicodeScalars { _ = model.type(key) }
    for fit in [WeightFit.reinitialise(seed: 1), .reinitialise(seed: 0), .interpolate] {
      _ = model.type("u")
      #expect(model.session.networks[0].fit == fit)
      #expect(model.notice?.lines == ["undone: A brings weights over: \(fit.label)"])
    }
    #expect(WeightFit.interpolate.label == "interpolate, energy kept")
  }

  /// The first of the edits that come back, and how many more there are.
  @Test func undoneEditsAreCounted() {
    var model = makeModel(["RepLKNet-13-nano"])
    for key in Key.script("3 > Down > U u") { _ = update(&model, .key(key)) }
    #expect(
      model.notice?.lines == ["undone: A stage 1 kernel is 15, not 13, and 1 more"])
    let network = NetworkSpec(model: "replknet-13-nano")
    var edited = network
    edited.edits = [StageEdit(stage: 1, .shortcuts(false))]
    #expect(
      model.designs.change(from: edited, to: network) == "stage 2 shortcuts are on, not off")
  }

  @Test func seedsFollowOneAnother() {
    var model = makeModel(["RepLKNet-3", "RepLKNet-3-nano"])
    _ = model.type("3")
    let random = model.type("S").computed
    #expect(random.map(\.network.weights) == [WeightsSource.random(seed: 1)])
    #expect(model.session.networks[0].fit == .reinitialise(seed: 1))
    _ = model.type("u")
    #expect(model.session.networks[0] == NetworkSpec(shown: "RepLKNet-3"))
    // Trained weights have no seed, kernels that start anew have one.
    _ = model.type("b")
    #expect(model.type("S").isEmpty)
    let refusal = "nothing here is random: W goes to random weights, f starts kernels anew"
    #expect(model.notice?.lines == [refusal])
    #expect(model.type("f").computed.map(\.network.fit) == [WeightFit.reinitialise(seed: 0)])
    #expect(model.type("S").computed.map(\.network.fit) == [WeightFit.reinitialise(seed: 1)])
    #expect(model.session.networks[1].weights == .trained)
    model.session.networks[0] = NetworkSpec(
      model: "RepLKNet-3", weights: .random(seed: .max))
    _ = model.type("a")
    _ = model.type("S")
    #expect(model.session.networks[0].weights == .random(seed: 0))
  }

  @Test func networksOfTheCatalogueFollowOneAnother() {
    var model = makeModel(["replknet-3", "resnet-18"])
    let names = (0..<4).map { _ in model.type(")").computed.first?.network.model }
    #expect(names == ["replknet-7", "replknet-13", "replknet-25", "replknet-31"])
    #expect(model.type("(").computed.first?.network.model == "replknet-25")
    _ = model.type("u")
    #expect(model.session.networks[0].model == "replknet-31")
  }

  /// A saved map has no kernels: those of the network beside it are there, whichever is active.
  @Test(arguments: [
    (80, 24, "3"), (120, 40, "3"), (200, 60, "3"), (120, 40, "1"), (200, 60, "1"),
  ])
  func aSavedMapLeavesTheRoom(_ columns: Int, _ rows: Int, _ key: String) throws {
    var model = makeModelBesideAMap()
    for scalar in key.unicodeScalars { _ = model.type(scalar) }
    #expect(model.active == 0)
    let size = ScreenSize(rows: rows, columns: columns)
    let lines = view(model, size: size).text.split(
      separator: "\n", omittingEmptySubsequences: false)
    let table = try #require(lines.firstIndex { $0.contains("st kernel small") })
    #expect(lines[table - 1].contains("B  RepLKNet-13-nano"), "\(lines[table - 1])")
    #expect(lines[..<table].contains { $0.contains("a saved map has no kernels") })
    // A click into the table selects its network.
    var clicked = model
    clicked.hasMouse = true
    let place = try #require(lines[table].ranges(of: "kernel").first).lowerBound
    let column = lines[table][..<place].unicodeScalars.count
    _ = update(&clicked, .pointer(Pointer(.click, row: table + 2, column: column), size))
    #expect(clicked.active == 1 && clicked.lists.stage == 1)
    guard key == "3" else { return }
    #expect(model.kernelMaps.asked == model.session.networks[1])
    _ = model.type(">")
    let reason = "A is a saved map, which has no stages to edit; b selects B"
    #expect(model.notice?.lines == [reason])
  }

  @Test func movingStaysInTheTable() {
    var model = makeModel()
    _ = model.type("3")
    for direction: Key in [.up, .left, .down, .right] {
      for _ in 0..<9 { _ = update(&model, .key(direction)) }
    }
    #expect(model.lists.stage == 3 && model.lists.field == .depth)
  }
}
