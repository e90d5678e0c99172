// Layers that keys step to, and those that are gone.

import TestSupport
import Testing

@testable import ERFEngine
@testable import ERFInterface

@Suite struct LayerTests {
  private let path = Fixtures.path("onnx/resnet-ts.onnx")

  private let twin = NetworkSpec(shown: Fixtures.path("onnx/twinreplknet-ts.onnx"))

  private func size(_ side: Int) -> InputSize { InputSize(height: side, width: side) }

  /// The exported network with a value of its graph among its layers; nil: as it is.
  private func network(_ value: String?) -> NetworkSpec {
    var network = NetworkSpec(shown: path)
    network.exportedValue = value
    return network
  }

  /// Behind windows of attention a theoretical field is neither a square nor the whole input.
  @Test func whatIsNotKnownOfALayerIsNotTold() throws {
    let swin = NetworkSpec(shown: Fixtures.path("onnx/swin-ts.onnx"))
    let facts = try NetworkFacts(swin, size: size(48))
    let target = try #require(facts.target(named: "layer1.0"))
    let layer = try #require(facts.layer(target))
    #expect(layer.receptiveField == nil && !layer.seesWholeInput)
    #expect(layer.theoryTexts(around: (24, 24), height: 48, width: 48).isEmpty)
    let spans = model([swin], target: target).theorySpans(target)
    #expect(spans.map(\.text).joined() == " not known")
  }

  private func model(_ networks: [NetworkSpec], target: Target = Target()) -> Model {
    var session = Session(networks: networks)
    session.size = size(48)
    session.target = target
    var model = Model(session: session, display: Display())
    model.finish(update(&model, .opened))
    return model
  }

  private func taps(_ model: Model) -> [String?] { model.sides.map { $0.shown?.request.tap } }

  /// Keys reach the layers behind the last stage of whichever network has them.
  @Test func layersOfTheOtherNetworkAreReached() {
    let value = "layer3.0.conv1"
    var model = model([network(nil), network(value)])
    model.finish(model.type("b"))
    model.finish(model.type("}"))
    #expect(model.session.target == Target(layer: value))
    #expect(taps(model) == ["stage3", value])
    _ = model.type("}")
    #expect(model.notice?.lines == ["this is the last layer"])
    model.finish(model.type("{"))
    #expect(model.session.target == Target() && taps(model) == ["stage3", "stage3"])
    // By name as well.
    for key in (":" + value).unicodeScalars { _ = model.type(key) }
    model.finish(update(&model, .key(.enter)))
    #expect(taps(model) == ["stage3", value])
  }

  /// Layers are found by what the screen calls them.
  @Test func layersAreFoundByTheirLabels() throws {
    let model = makeModel(["RepLKNet-13"])
    let facts = try #require(model.facts(0))
    let all = model.depthLayers(0)
    #expect(all.contains { $0.label == "s2.1" } && all.contains { $0.label == "s2" })
    for layer in all {
      #expect(model.target(named: layer.label) == layer.target, "\(layer.label)")
      #expect(facts.layer(layer.target)?.name == layer.name)
    }
    #expect(model.target(named: "stage 2") == model.target(named: "stage2"))
    #expect(model.target(named: "Stage 9") == nil && model.target(named: "s2.99") == nil)
    #expect(
      model.paletteEntries("s2.1").first?.action
        == model.target(named: "s2.1").map { PaletteEntry.Action.layer($0) })
  }

  /// Where both have such layers the active network's are stepped through, and left where they are.
  @Test func layersOfTheActiveNetworkComeFirst() {
    let (first, second) = ("layer2.0.conv1", "layer3.0.conv1")
    var model = model([network(first), network(second)])
    for (key, name) in [("a", first), ("b", second)] as [(Unicode.Scalar, String)] {
      model.finish(model.type(key))
      model.finish(model.type("}"))
      #expect(model.session.target.layer == name)
      // The other network's are left backwards, too.
      model.finish(model.type(key == "a" ? "b" : "a"))
      model.finish(model.type("{"))
      #expect(model.session.target == Target())
    }
  }

  /// What a size takes away is said once, with what is shown in its place.
  @Test func layersThatASizeTakesAway() {
    let value = "layer3.0.conv1"
    var model = model([network(value)], target: Target(layer: value))
    #expect(taps(model) == [value] && model.notice == nil)
    model.take(size(16))
    model.finish(update(&model, .resized(model.size)))
    let line = "layer \(value) has a single unit at 16 px: showing stage 3"
    #expect(taps(model) == ["stage3"] && model.notice?.lines == [line])
    model.finish(model.type("p"))
    #expect(model.notice == nil && model.log.count { $0.text == line } == 1)
    // It comes back with the size.
    model.take(size(48))
    model.finish(update(&model, .resized(model.size)))
    #expect(taps(model) == [value] && model.notice == nil)
  }

  /// Stages are found by the sizes of maps: another size may let one of the same number end elsewhere.
  @Test func stagesThatEndElsewhereAtAnotherSize() {
    var target = Target()
    target.stage = 1
    var model = model([twin], target: target)
    for (side, line) in [
      (16, "stage 1 ends in stem.2 instead of blocks.0 at 16 px"),
      (48, "stage 1 ends in blocks.0 instead of stem.2 at 48 px"),
    ] {
      model.take(size(side))
      model.finish(update(&model, .resized(model.size)))
      #expect(taps(model) == ["stage1"] && model.notice?.lines == [line])
      model.finish(model.type("p"))
      #expect(model.notice == nil && model.log.count { $0.text == line } == 1)
    }
    // At a size that cuts it as before there is nothing to say.
    model.take(size(64))
    model.finish(update(&model, .resized(model.size)))
    #expect(taps(model) == ["stage1"] && model.notice == nil)
  }

  /// The same of the last stage, where there are as many as before.
  @Test func lastStagesThatEndElsewhereAtAnotherSize() {
    var model = model([network(nil)])
    model.take(size(16))
    model.finish(update(&model, .resized(model.size)))
    #expect(model.notice?.lines == ["stage 3 ends in layer2 instead of layer3 at 16 px"])
  }

  /// A layer of a stage stays one whichever side of the input is the longer one.
  @Test(arguments: [(48, 96), (96, 48)]) func layersOfStagesStayOnInputsOfOtherProportions(
    _ height: Int, _ width: Int
  ) throws {
    let name = "transitions.2"
    let target = try #require(NetworkFacts(twin, size: size(48)).target(named: name))
    var model = model([twin], target: target)
    #expect(taps(model) == [name])
    model.take(InputSize(height: height, width: width))
    model.finish(update(&model, .resized(model.size)))
    #expect(taps(model) == [name] && model.notice == nil)
  }

  /// A layer that a size puts into no stage is shown where it is asked for by its name: the file is opened
  /// for it.
  @Test func layersOfNoStageAreReachedByName() throws {
    let name = "transitions.2.0"
    let target = try #require(NetworkFacts(twin, size: size(48)).target(named: name))
    var model = model([twin], target: target)
    #expect(target.layer == nil && taps(model) == [name])
    model.take(size(32))
    model.finish(update(&model, .resized(model.size)))
    let line = model.notice?.lines.first ?? ""
    #expect(taps(model) != [name] && model.notice?.lines.count == 1)
    #expect(line.hasPrefix("layer \(name) belongs to no stage at 32 px: showing "))
    #expect(line.hasSuffix("; type :\(name) for it"))
    for key in (":" + name).unicodeScalars { _ = model.type(key) }
    model.finish(update(&model, .key(.enter)))
    #expect(taps(model) == [name] && model.session.target == Target(layer: name))
    // It stands behind the last stage from now on.
    model.finish(model.type("{"))
    #expect(taps(model) == ["stage3"])
    model.finish(model.type("}"))
    #expect(taps(model) == [name])
  }

  /// What is said of a layer that is shown no more tells whether the network has it at all.
  @Test func placesOfLayers() throws {
    var target = Target()
    target.stage = 2
    let facts = try NetworkFacts(twin, size: size(48))
    for (name, place) in [
      ("blocks.1", "is elsewhere in the stage"), ("blocks.0", "is in another stage"),
      ("transitions.2.0.0", "belongs to no stage"), ("transitions.9", "is not there"),
    ] {
      #expect(facts.place(of: name, insteadOf: target) == place)
    }
    let small = try NetworkFacts(twin, size: size(32))
    #expect(small.place(of: "transitions.2", insteadOf: target) == "has a single unit")
  }

  /// What is lost is said of two networks, too, and of another network in the place of one.
  @Test func layersThatAnotherNetworkLacks() {
    var target = Target()
    target.stage = 4
    var model = model(
      [NetworkSpec(shown: "RepLKNet-13"), NetworkSpec(shown: "RepLKNet-31")], target: target)
    #expect(taps(model) == ["stage4", "stage4"] && model.notice == nil)
    _ = model.type("b")
    model.edit { $0 = network(nil) }
    model.finish(update(&model, .resized(model.size)))
    #expect(taps(model) == ["stage4", "stage3"])
    let line = "B: stage 4 is not there: showing stage 3"
    #expect(model.notice?.lines == [line])
    // What leads back says what it did.
    model.finish(model.type("u"))
    #expect(taps(model) == ["stage4", "stage4"] && model.notice?.lines.count == 1)
    model.finish(update(&model, .key(.control("r"))))
    #expect(model.notice?.lines.count == 2 && model.notice?.lines.last == line)
  }

  /// What was never there is no news.
  @Test func layersThatANetworkNeverHad() {
    let value = "layer3.0.conv1"
    let model = model([network(value), network(nil)], target: Target(layer: value))
    #expect(taps(model) == [value, "stage3"] && model.notice == nil)
  }
}
