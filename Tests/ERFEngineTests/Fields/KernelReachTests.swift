// Which weights meet pixels, counted by hand.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct KernelReachTests {
  private func reach(_ model: String, _ side: Int) throws -> KernelReach {
    try KernelReach(model: model, size: InputSize(height: side, width: side))
  }

  /// Maps of 24, 12, 6, 3: of 29, 27 and 13 taps a side 23, 11 and 5 meet pixels.
  @Test func stagesAreCounted() throws {
    let stages = try reach("replknet-31-nano", 96).stages
    #expect(stages.map(\.kernel) == [31, 29, 27, 13])
    #expect(stages.map(\.reachedTaps) == [[31, 31], [23, 23], [11, 11], [5, 5]])
    #expect(stages.map(\.weights) == [16 * 961, 32 * 841, 2 * 64 * 729, 128 * 169])
    #expect(stages.map(\.reached) == [16 * 961, 32 * 529, 2 * 64 * 121, 128 * 25])
    #expect(
      try reach("replknet-31-nano", 96).unreachedText
        == "37, 83 and 85 % of the kernel weights of stages 2, 3 and 4")
    let at128 = try reach("replknet-31-nano", 128).stages.map {
      Int((100 - 100 * $0.share).rounded())
    }
    #expect(at128 == [0, 0, 69, 71])
  }

  @Test func theSmallestWholeSize() throws {
    #expect(try !reach("replknet-31-nano", 208).isWhole)
    #expect(try reach("replknet-31-nano", 224).isWhole)
    #expect(try KernelReach.smallestWhole(model: "replknet-31-nano") == 224)
    // 7 of the last stage's 13 need a map of 7.
    #expect(try KernelReach.smallestWhole(model: "replknet-13-nano") == 224)
    #expect(try KernelReach.smallestWhole(model: "replknet-31-nano", upTo: 192) == nil)
    // A 3 x 3 kernel meets pixels with all taps from two pixels on.
    #expect(try KernelReach.smallestWhole(model: "replknet-3-nano") == 64)
  }

  /// Not square: 96 high, 224 wide.
  @Test func rowsAndColumnsAreApart() throws {
    let reach = try KernelReach(
      model: "replknet-31-nano", size: InputSize(height: 96, width: 224))
    #expect(reach.stages[2].reachedTaps == [11, 27])
    #expect(reach.stages[2].reached == 2 * 64 * 11 * 27)
  }

  /// Dilation 2 over 5 pixels with stride 1: taps at -4, -2, 0, 2, 4; over 4 the outer ones are lost.
  @Test func dilatedAndStridedTaps() {
    var window = SlidingWindow(kernel: 5, dilation: 2, padding: Padding(4))
    func met(_ size: Int) -> [Bool] {
      window.metTaps(of: Shape(height: size, width: size, channels: 1)).rows
    }
    #expect(met(5) == [true, true, true, true, true])
    #expect(met(4) == [false, true, true, true, false])
    // Stride 2 over 3 pixels, padding 1: outputs at 0 and 2 read rows -1...1 and 1...3.
    window = SlidingWindow(kernel: 3, stride: 2, padding: Padding(1))
    #expect(met(3) == [true, true, true])
    #expect(met(1) == [false, true, false])
  }

  /// Zeroed at 96 px, a network computes the same at 96 px, and another thing at 224.
  @Test func whatIsNotReachedDoesNotMatter() throws {
    let spec = NetworkSpec(
      model: "replknet:kernels=9,9:layers=1,1:channels=4,8:small=3:dw=1:classes=3",
      weights: .random(seed: 2))
    let size = InputSize(height: 32, width: 32)
    var zeroed = spec
    zeroed.zeroesUnreached = size
    let (whole, part) = (try Network(spec), try Network(zeroed))
    #expect(whole.weightsHash != part.weightsHash)
    for (side, isEqual) in [(32, true), (64, false)] {
      let input = Tensor(generated: Shape(height: side, width: side, channels: 3)) {
        Float(($0 * 31) % 17) / 17
      }
      let one = try whole.features(input, tap: "logits").elements
      let other = try part.features(input, tap: "logits").elements
      let difference = zip(one, other).map { abs($0 - $1) }.max() ?? 0
      #expect((difference < 1e-6) == isEqual, "\(side): \(difference)")
    }
  }

  /// What is said of zeroed weights follows from whether any was.
  @Test(
    arguments: [
      (192, "the kernel weights that 192 px do not reach are zero"),
      (224, "224 px reach every kernel weight: none was set to zero"),
    ])
  func zeroedWeightsAreNoted(_ side: Int, _ note: String) throws {
    var spec = NetworkSpec(model: "replknet-31-nano")
    spec.zeroesUnreached = InputSize(height: side, width: side)
    #expect(try OpenedNetwork(spec).weightsChoice?.remarks == [note])
  }

  /// The networks of the first version say what they were trained at.
  @Test func recordsTellOfUnreachedWeights() throws {
    let record = try #require(
      TrainingRecord(metadata: ["training.recipe": #"{"size":96,"steps":3}"#]))
    #expect(record.size == 96 && record.largestSize == 96 && record.classes.isEmpty)
    #expect(
      record.untrained(model: "replknet-31-nano")?.note
        == "trained at 96 px; 37, 83 and 85 % of the kernel weights of stages 2, 3 and 4 met no pixel"
    )
    #expect(record.untrained(model: "replknet-3-nano") == nil)
    let larger = try #require(
      TrainingRecord(
        metadata: [
          "training.size": "96", "training.largest_size": "224", "training.classes": "a\nb",
          "training.accuracy": "0.5",
        ]))
    #expect(larger.largestSize == 224 && larger.classes == ["a", "b"] && larger.accuracy == 0.5)
    #expect(larger.untrained(model: "replknet-31-nano") == nil)
    #expect(TrainingRecord(metadata: ["training.size": "-3"]) == nil)
    #expect(TrainingRecord(metadata: [:]) == nil)
    // What it was trained on, as recipes have it.
    for (data, isOfShapes) in [
      (TrainingRecipe.Data.shapes(count: 32), true), (.folder("a"), false),
    ] {
      let recipe = TrainingRecipe(model: "replknet-3-nano", data: data, steps: 3)
      let text = String(decoding: try JSONText.compact(recipe), as: UTF8.self)
      let record = TrainingRecord(metadata: ["training.recipe": text, "training.size": "96"])
      #expect(record?.isOfShapes == isOfShapes)
    }
  }
}
