import TestSupport
import Testing

@testable import ERFEngine

/// The real network, from the files beside the package.
@Suite(
  .enabled(
    if: SharedFolder.has("checkpoints") && SharedFolder.has("goldens"),
    "no checkpoints and goldens beside the repository"))
struct EfficientNetLiteTests {
  private static let tolerance = 1e-3

  private let network: Network
  private let golden: Safetensors

  init() throws {
    network = try Network(
      NetworkSpec(
        model: "efficientnet-lite0",
        weights: .file(SharedFolder.path("checkpoints/efficientnet-lite0-57934424.pth"))))
    golden = try Safetensors(path: SharedFolder.path("goldens/efficientnet-lite0.safetensors"))
  }

  @Test func matchesPyTorch() throws {
    let input = try golden.tensor("input").channelsLast()
    let logits = try network.features(input, tap: "logits")
    let expected = try golden.tensor("logits")
    #expect(relativeError(logits.reshaped(expected.shape), expected) < Self.tolerance)
    let last = try network.features(input, tap: nil).channelsFirst()
    #expect(relativeError(last, try golden.tensor("last-block")) < Self.tolerance)
  }

  /// Four of the 10 million inputs of rectifiers lie so near zero that the side depends on
  /// the order of sums, in PyTorch between float32 and float64 too, which moves the map by 3 %:
  /// either side is right for them.
  @Test func fieldMatchesPyTorch() throws {
    let input = try golden.tensor("input").channelsLast()
    let search = KinkSearch(graph: network.layers, input: input)
    let kinks = [
      try search.kink(rectifier: 5, image: 1, channel: 25, row: 22, column: 45, distance: 2e-5),
      try search.kink(rectifier: 7, image: 0, channel: 129, row: 23, column: 6, distance: 2e-5),
      try search.kink(rectifier: 10, image: 1, channel: 60, row: 11, column: 11, distance: 2e-5),
      try search.kink(rectifier: 5, image: 1, channel: 104, row: 37, column: 4, distance: 2e-5),
    ].compactMap { $0 }
    #expect(kinks.count == 4)
    let expected = try golden.tensor("erf/centre").elements.map { Double($0) }
    let last = try #require(network.layers.stages.last)
    let error = try search.smallestError(over: kinks) {
      let activations = try $0.forward(input, to: last.value, workers: Workers())
      let gradient = try activations.inputGradient(
        of: activations.seed(at: [Unit(row: 3, column: 3)]), workers: Workers())
      var map = ERFMap(height: 224, width: 224)
      map.accumulate(gradient: gradient)
      return relativeError(map.values, expected)
    }
    #expect(error < Self.tolerance)
  }

  /// The padding is another one in almost every layer.
  @Test func matchesPyTorchOverAnOddSize() throws {
    let whole = try golden.tensor("input").channelsLast()
    let input = Tensor(generated: [1, 149, 202, 3]) { index in
      whole[index / (202 * 3) * 224 * 3 + index % (202 * 3)]
    }
    let expected = try Safetensors(path: Fixtures.path("efficientnet-odd-size.safetensors"))
      .tensor("logits")
    let logits = try network.features(input, tap: "logits")
    #expect(relativeError(logits.reshaped(expected.shape), expected) < Self.tolerance)
  }
}
