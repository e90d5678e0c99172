import TestSupport
import Testing

@testable import ERFEngine

/// One network case: a file of goldens, and the network that it belongs to.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  let name: String
  let model: String
  /// File with the weights where that is not the case itself.
  var weights: String?
  var testDescription: String { name + (weights.map { " with \($0)" } ?? "") }

  private static let tiny = "layers=1,1,2,1:channels=8,16,32,64:classes=10"

  static let all = [
    GoldenCase(name: "replknet-31", model: "replknet:kernels=31,29,27,13:\(tiny)"),
    GoldenCase(
      name: "replknet-31", model: "replknet:kernels=31,29,27,13:\(tiny)",
      weights: "replknet-31-merged.weights"),
    GoldenCase(name: "replknet-13", model: "replknet:kernels=13,13,13,13:\(tiny)"),
    GoldenCase(name: "replknet-3", model: "replknet:kernels=3,3,3,3:small=0:\(tiny)"),
    GoldenCase(
      name: "replknet-xl", model: "replknet:kernels=27,27,27,13:small=0:dw=1.5:\(tiny)"),
    GoldenCase(
      name: "resnet-basic", model: "resnet:block=basic:layers=2,2,2,2:width=8:classes=10"),
    GoldenCase(
      name: "resnet-bottleneck",
      model: "resnet:block=bottleneck:layers=3,4,6,3:width=4:classes=10"),
    GoldenCase(name: "resnet-cifar20", model: "resnet20-cifar"),
    GoldenCase(name: "mobilenetv2", model: "mobilenetv2:width=0.25:classes=10"),
  ]

  /// The case that ships with the project: tests that run everywhere.
  static let fixtures = [
    GoldenCase(
      name: "replknet-tiny",
      model: "replknet:kernels=13,9:layers=1,1:channels=8,12:small=5:classes=5"),
    GoldenCase(
      name: "resnet-tiny", model: "resnet:block=bottleneck:layers=1,1:width=4:classes=5"),
  ]
}

@Suite struct GoldenNetworkTests {
  static let tolerance = 1e-4

  @Test(
    .enabled(if: GoldenFolder.exists, "the golden vectors are not beside the repository"),
    arguments: GoldenCase.all)
  func matchesPyTorch(_ golden: GoldenCase) throws {
    try check(golden, folder: GoldenFolder.root)
  }

  @Test(arguments: GoldenCase.fixtures)
  func matchesPyTorchOnFixtures(_ golden: GoldenCase) throws {
    try check(golden, folder: Fixtures.root)
  }

  /// Every stage, the logits, both ERF maps and the area ratios, in every form of the network.
  private func check(
    _ golden: GoldenCase, folder: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path = "\(folder)/\(golden.name).safetensors"
    let file = try Safetensors(path: path)
    let weights = golden.weights.map { "\(folder)/\($0).safetensors" } ?? path
    let input = try file.tensor("input").channelsLast()
    #expect(file.keys.filter { $0.hasPrefix("stage") }.count >= 2, sourceLocation: sourceLocation)
    #expect(
      file.keys.contains("logits") && file.keys.contains("erf/centre"),
      sourceLocation: sourceLocation)
    #expect(file.keys.filter { $0.hasPrefix("erf/") }.count == 2, sourceLocation: sourceLocation)
    let forms = try forms(golden.model, weights: weights)
    for graph in forms {
      for key in file.keys where key.hasPrefix("stage") || key == "logits" {
        let tap = try #require(graph.tap(key), sourceLocation: sourceLocation)
        let found = try graph.forward(input, to: tap.value, keep: .nothing, workers: Workers())
        let expected = try file.tensor(key)
        let shaped =
          key == "logits"
          ? found.output.reshaped(expected.shape) : found.output.channelsFirst()
        #expect(
          relativeError(shaped, expected) < Self.tolerance, "\(key)", sourceLocation: sourceLocation
        )
      }
      for key in file.keys where key.hasPrefix("erf/") {
        let map = try contribution(graph, input: input, key: key, sourceLocation: sourceLocation)
        let expected = try file.tensor(key).elements.map { Double($0) }
        var error = relativeError(map.values, expected)
        if error >= Self.tolerance {
          // A chain has no inputs between its links to move: its map is held against those that the
          // links give one by one.
          let isChained = graph.nodes.contains { $0.op is PixelChain }
          let apart =
            isChained ? try #require(forms.dropLast().last, sourceLocation: sourceLocation) : graph
          error = try KinkSearch(graph: apart, input: input).smallestError {
            relativeError(
              try contribution($0, input: input, key: key, sourceLocation: sourceLocation).values,
              isChained ? map.values : expected)
          }
        }
        #expect(error < Self.tolerance, "\(key)", sourceLocation: sourceLocation)
        if key == "erf/centre", file.keys.contains("ratios") {
          try checkRatios(map, file.tensor("ratios"), sourceLocation: sourceLocation)
        }
      }
    }
  }

  private func forms(_ model: String, weights: String) throws -> [Program] {
    let training = try Network.trainingForm(NetworkSpec(model: model, weights: .file(weights)))
    return try [
      training, training.rewritten { $0.inferenceForm() },
      training.rewritten { $0.inferenceForm().chained() },
    ]
  }

  /// `erf/centre`, or `erf/stage3@2,5`: scores summed over the batch.
  private func contribution(
    _ graph: Program, input: Tensor, key: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ERFMap {
    let place = key.dropFirst("erf/".count).split(separator: "@")
    let tap = place[0] == "centre" ? graph.stages.last : graph.tap(String(place[0]))
    let activations = try graph.forward(
      input, to: try #require(tap, sourceLocation: sourceLocation).value, workers: Workers())
    let shape = activations.output.shape
    var unit = Unit(row: shape.height / 2, column: shape.width / 2)
    if place.count > 1 {
      let numbers = place[1].split(separator: ",").compactMap { Int($0) }
      unit = Unit(row: numbers[0], column: numbers[1])
    }
    let gradient = try activations.inputGradient(
      of: activations.seed(at: [unit]), workers: Workers())
    var map = ERFMap(height: input.shape.height, width: input.shape.width)
    map.accumulate(gradient: gradient)
    return map
  }

  private func checkRatios(
    _ map: ERFMap, _ expected: Tensor, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (row, ratio) in ERFMetrics(map).ratios.enumerated() {
      let side = Int(expected[row * 3 + 1])
      #expect(ratio.side == (side == 0 ? nil : side), sourceLocation: sourceLocation)
      #expect(
        abs((ratio.ratio ?? 0) - Double(expected[row * 3 + 2])) < 1e-6,
        sourceLocation: sourceLocation)
    }
  }
}
