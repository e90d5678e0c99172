// Layers that keys step to, and those that are gone.

import TestSupport
import Testing

@testable import ERFEngine
@testable import ERFInterface

@Suite struct LayerTests {
  private let path = Fixtures.path("onnx/resnet-ts.onnx")

  private func size(_ side: Int) -> InputSize { InputSize(height: side, width: side) }

  /// The exported network with a value of its graph among its layers; nil: as it is.
  private func network(_ value: String?) -> NetworkSpec {
    var network = NetworkSpec(shown: path)
    network.exportedValue = value
    return network
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
    let line = "layer \(value) is not there at 16 px: showing stage 3"
    #expect(taps(model) == ["stage3"] && model.notice?.lines == [line])
    model.finish(model.type("p"))
    #expect(model.notice == nil && model.log.count { $0.text == line } == 1)
    // It comes back with the size.
    model.take(size(48))
    model.finish(update(&model, .resized(model.size)))
    #expect(taps(model) == [value] && model.notice == nil)
  }

  /// The same of two networks, and of another network in the place of one.
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
