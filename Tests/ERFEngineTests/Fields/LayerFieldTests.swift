// The fields of all layers from shared forward passes, against a run for each of them.

import Testing

@testable import ERFEngine

@Suite struct LayerFieldTests {
  private let models = [
    "replknet:kernels=13,9:layers=2,1:channels=8,12:classes=5", "resnet-18",
  ]

  @Test(
    arguments: ["replknet:kernels=13,9:layers=2,1:channels=8,12:classes=5", "resnet-18"],
    [
      InputSize(height: 64, width: 64), InputSize(height: 50, width: 71),
    ])
  func numbersAreThoseOfARunALayer(_ model: String, size: InputSize) throws {
    var request = ERFRequest(
      network: NetworkSpec(model: model), images: .builtIn(2), size: size)
    let rows = try NetworkSummary(model: model, size: size).rows
    // Off the centre, which is of no account here.
    request.units = [Unit(row: 0, column: 0)]
    request.keepsForward = true
    let layers = rows.map(\.name)
    let computer = ERFComputer()
    var fields: [String: LayerField] = [:]
    var images: [Int] = []
    try computer.layerFields(request, layers: layers) { field in
      fields[field.layer] = field
      images.append(field.images)
    }
    // Each after one image and after both.
    #expect(images == layers.map { _ in 1 } + layers.map { _ in 2 })
    for layer in layers {
      request.tap = layer
      request.units = []
      request.keepsForward = false
      let alone = try computer.compute(request)
      let shared = try #require(fields[layer])
      #expect(shared.metrics.ratios == alone.metrics.ratios, "\(layer)")
      #expect(shared.metrics.isCentred)
      #expect(abs(shared.metrics.sigma - alone.metrics.sigma) <= 1e-4 * alone.metrics.sigma)
      #expect(
        shared.metrics.distance(holding: 0.5) == alone.metrics.distance(holding: 0.5), "\(layer)")
    }
  }

  @Test func mistakesAndCancellation() throws {
    let computer = ERFComputer()
    var request = ERFRequest(network: NetworkSpec(model: models[0]))
    request.size = InputSize(height: 64, width: 64)
    #expect(throws: (any Error).self) {
      try computer.layerFields(request, layers: ["stage9"]) { _ in }
    }
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) {
      try computer.layerFields(request, layers: ["stage1"], cancellation: cancellation) { _ in }
    }
    try computer.layerFields(request, layers: []) { _ in Issue.record("there is no layer") }
  }
}
