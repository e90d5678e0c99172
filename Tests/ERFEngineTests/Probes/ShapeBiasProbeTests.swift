// The probe with built-in stimuli, on networks small enough for a test.

import Synchronization
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ShapeBiasProbeTests {
  private static let spec = NetworkSpec(
    model: "replknet:kernels=5,3:layers=1,1:channels=16,24:classes=5")

  private func request(threads: Int? = nil) -> ShapeBiasRequest {
    ShapeBiasRequest(
      size: 32, seed: 1, agreeing: 64, conflicts: 16, cues: true, shuffles: [2],
      threads: threads)
  }

  @Test func sameForAnyNumberOfThreads() throws {
    let network = try Network(Self.spec)
    let one = try ShapeBiasProbe(request(threads: 1)).run(network)
    let three = try ShapeBiasProbe(request(threads: 3)).run(network)
    #expect(one.decisions == three.decisions)
    #expect(one.counts == three.counts && one.interval == three.interval)
    #expect(one.stages.map(\.lambda) == three.stages.map(\.lambda))
    #expect(one.stages.map(\.shuffled) == three.stages.map(\.shuffled))
  }

  @Test func reportIsComplete() throws {
    let network = try Network(Self.spec)
    let report = try ShapeBiasProbe(request()).run(network)
    #expect(report.model == network.id && report.weightsHash == network.weightsHash)
    #expect(report.method == .builtIn(size: 32, seed: 1))
    #expect(report.decisions.count == 16 && report.counts.overall.total == 16)
    #expect(report.decisions.allSatisfy { StimulusName($0.image)?.texture == $0.texture })
    #expect(report.stages.map(\.tap) == ["stage1", "stage2"])
    #expect(report.stages.map(\.channels) == [16, 24])
    let readOut = try #require(report.readOut)
    #expect(readOut.tap == "stage2" && readOut.trained == 48)
    #expect(readOut.heldOut.total == 16)
    #expect(readOut.shapeOnly?.total == 16 && readOut.textureOnly?.total == 16)
    #expect(readOut.shuffled.map(\.tiles) == [2])
    #expect(readOut.counts == report.counts)
  }

  @Test func anyLayerCanBeReadOut() throws {
    let network = try Network(Self.spec)
    var request = request()
    request.tap = "stages.0.blocks.0"
    request.stages = false
    request.cues = false
    request.shuffles = []
    let report = try ShapeBiasProbe(request).run(network)
    #expect(report.readOut?.tap == "stages.0.blocks.0")
    #expect(report.stages.isEmpty)
    #expect(report.readOut?.shapeOnly == nil)
  }

  @Test func progressStartsAtOnceAndCountsAll() throws {
    let network = try Network(Self.spec)
    var seen: [ShapeBiasProgress] = []
    _ = try ShapeBiasProbe(request()).run(network) { seen.append($0) }
    // 64 agreeing, 16 conflicting, 64 of each cue, 16 shuffled.
    let total = 64 + 16 + 128 + 16
    #expect(seen.first == ShapeBiasProgress(phase: .agreeing, done: 0, total: total))
    #expect(seen.last == ShapeBiasProgress(phase: .shuffled, done: total, total: total))
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done <= $1.done })
    #expect(Set(seen.map(\.phase)) == [.agreeing, .conflict, .shape, .texture, .shuffled])
  }

  @Test func cancelling() throws {
    let network = try Network(Self.spec)
    let cancellation = Cancellation()
    #expect(throws: CancellationError.self) {
      try ShapeBiasProbe(request()).run(network, cancellation: cancellation) {
        if $0.done > 8 { cancellation.cancel() }
      }
    }
  }

  /// One channel of one pooled layer tells too little for 16 categories.
  @Test func chanceGivesNoBias() throws {
    let network = try Network(
      NetworkSpec(model: "replknet:kernels=3:layers=1:channels=1:classes=2"))
    let report = try ShapeBiasProbe(
      ShapeBiasRequest(size: 32, seed: 5, agreeing: 64, conflicts: 16)
    ).run(network)
    let readOut = try #require(report.readOut)
    #expect(readOut.heldOut.isAtChance && report.isAtChance)
    #expect(report.bias == nil && report.interval == nil && readOut.bias == nil)
    #expect(report.counts.overall.total == 16)
  }

  /// A network that sees nothing but colour must stay far from what shape or texture tell: colours
  /// are drawn independently of both.
  @Test func coloursTellLittle() throws {
    func vectors(_ kind: StimulusKind) -> [[Float]] {
      (0..<256).map { index in
        let pixels = BuiltInStimulus(kind: kind, seed: 9, index: index).image(size: 16).pixels
        return (0..<3).map { channel in
          var sum: Float = 0
          for position in stride(from: channel, to: pixels.count, by: 3) {
            sum += Float(pixels[position])
          }
          return sum / Float(pixels.count / 3)
        }
      }
    }
    for kind in [StimulusKind.shape, .texture] {
      let features = vectors(kind)
      let readOut = try RidgeReadOut(
        features: Array(features[..<192]), labels: (0..<192).map { $0 % 16 }, classes: 16,
        tap: "colour")
      let correct = (192..<256).count { index in
        ObjectCategory.best(readOut.scores(features[index])).index == index % 16
      }
      #expect(correct < 16, "\(kind): \(correct) of 64")
    }
  }

  @Test func tooFewStimuli() throws {
    let expected = ProbeError.tooFewStimuli(agreeing: 63, conflicts: 1)
    #expect(throws: expected) {
      try ShapeBiasProbe(ShapeBiasRequest(agreeing: 63, conflicts: 1)).opened(Self.spec)
    }
  }

  @Test(arguments: [(Int.max, 1), (64, Int.max), (100_001, 64)])
  func tooManyStimuli(_ agreeing: Int, _ conflicts: Int) {
    let expected = ProbeError.tooManyStimuli(
      agreeing: agreeing, conflicts: conflicts, most: 100_000)
    #expect(throws: expected) {
      try ShapeBiasProbe(ShapeBiasRequest(agreeing: agreeing, conflicts: conflicts))
        .opened(Self.spec)
    }
  }

  /// Uncut stimuli would pass for shuffled ones; as many tiles as pixels can be had.
  @Test func tooManyTiles() throws {
    #expect(throws: ProbeError.tooManyTiles(33, size: 32)) {
      try ShapeBiasProbe(ShapeBiasRequest(size: 32, shuffles: [2, 33, 4])).opened(Self.spec)
    }
    _ = try ShapeBiasProbe(ShapeBiasRequest(size: 32, shuffles: [2, 32])).opened(Self.spec)
  }

  /// Pooled features are the averages of what `Network.features` gives.
  @Test func pooledFeatures() throws {
    let network = try Network(Self.spec)
    let names = ["stage1", "stage2", "logits"]
    let pooled = PooledFeatures(network: network, taps: try names.map { try network.tap($0) })
    let input = network.preprocessing.tensor(
      BuiltInImages.image(at: 0), size: InputSize(height: 40, width: 56))
    let vectors = try pooled.vectors(input, workers: Workers(threads: 1))
    for (name, vector) in zip(names, vectors) {
      let map = try network.features(input, tap: name)
      var means = [Double](repeating: 0, count: map.shape.channels)
      for (index, value) in map.elements.enumerated() {
        means[index % means.count] += Double(value) / Double(map.shape.pixels)
      }
      #expect(relativeError(vector.map { Double($0) }, means) < 1e-5, "\(name)")
    }
  }
}
