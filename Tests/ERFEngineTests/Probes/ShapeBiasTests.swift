// Shape bias from decisions: published numbers, and the rules of the count.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ShapeBiasTests {
  static let folder = "data/cue-conflict-decisions/style-transfer-512-nomask-experiment_"

  /// Published decisions (Geirhos et al. 2019): shape, texture and shape bias.
  @Test(
    .enabled(if: SharedFolder.has("data/cue-conflict-decisions"), "needs ../shared"),
    arguments: [
      ("resnet50_session-1", 162, 572, 0.2207), ("alexnet_session-1", 182, 537, 0.2531),
      ("subject-01_session_1", 829, 33, 0.962), ("subject-02_session_1", 907, 54, 0.944),
    ])
  func published(_ name: String, shape: Int, texture: Int, expected: Double) throws {
    let decisions = try DecisionFile.read(SharedFolder.path(Self.folder + name + ".csv"))
    let results = ShapeBias.bySubject(decisions)
    #expect(results.count == 1)
    let overall = results[0].overall
    #expect(decisions.count == 1280 && overall.total == 1200)
    #expect(overall.shape == shape && overall.texture == texture)
    #expect(abs(try #require(overall.bias) - expected) < 0.0005)
    let interval = try #require(overall.biasInterval(seed: 0))
    #expect(interval.contains(expected))
    #expect(interval.upperBound - interval.lowerBound < 0.08)
  }

  @Test(.enabled(if: SharedFolder.has("data/cue-conflict-decisions"), "needs ../shared"))
  func publishedByCategory() throws {
    let decisions = try DecisionFile.read(
      SharedFolder.path(Self.folder + "resnet50_session-1.csv"))
    let expected = [
      0, 0.05, 0.194, 0.022, 0.128, 0.562, 0.412, 0.05, 0.089, 0.712, 0.204, 0.051, 0.12, 0,
      0.133, 0.393,
    ]
    let rows = ShapeBias(subject: "resnet50", decisions: decisions).rows
    #expect(rows.map(\.category) == ObjectCategory.allCases)
    for (row, expected) in zip(rows, expected) {
      #expect(abs(try #require(row.counts.bias) - expected) < 0.0006, "\(row.category)")
      #expect(row.counts.total == 75)
    }
  }

  @Test func humansPooled() throws {
    let humans = PublishedDecisions.humans
    #expect(humans.overall.shape == 9236 && humans.overall.texture == 398)
    #expect(humans.overall.total == 12_000)
    #expect(abs(try #require(humans.overall.bias) - 0.9587) < 0.00005)
    let order = ObjectCategory.plotOrder.compactMap { humans.counts(for: $0).bias }
    #expect(order.count == 16 && order == order.sorted())
  }

  @Test(.enabled(if: SharedFolder.has("data/cue-conflict-decisions"), "needs ../shared"))
  func publishedNetworks() throws {
    for (name, published) in [
      ("resnet50", PublishedDecisions.resNet50), ("alexnet", PublishedDecisions.alexNet),
    ] {
      let decisions = try DecisionFile.read(
        SharedFolder.path("\(Self.folder)\(name)_session-1.csv"))
      let found = ShapeBias(subject: published.subject, decisions: decisions)
      #expect(found == published)
    }
  }

  private func decision(
    _ shape: ObjectCategory, _ texture: ObjectCategory, _ response: ObjectCategory?
  ) -> CueDecision {
    CueDecision(
      subject: "net", image: "", shape: shape, texture: texture, response: response)
  }

  @Test func agreeingStimuliDoNotCount() {
    let bias = ShapeBias(
      subject: "net",
      decisions: [
        decision(.cat, .cat, .cat), decision(.cat, .dog, .cat), decision(.cat, .dog, .dog),
        decision(.cat, .dog, .car), decision(.dog, .cat, nil),
      ])
    #expect(bias.overall == CueCounts(shape: 1, texture: 1, neither: 2))
    #expect(bias.overall.bias == 0.5)
    #expect(bias.counts(for: .dog) == CueCounts(neither: 1))
    #expect(bias.counts(for: .dog).bias == nil)
  }

  /// Pasting a file twice makes nothing surer.
  @Test func repeatedTrialsNarrowNothing() throws {
    var decisions: [CueDecision] = []
    for index in 0..<300 {
      var one = decision(.cat, .dog, index % 3 == 0 ? .cat : index % 3 == 1 ? .dog : .car)
      one.image = "cat\(index)-dog1.png"
      decisions.append(one)
    }
    let once = ShapeBias(subject: "net", decisions: decisions)
    let twice = ShapeBias(subject: "net", decisions: decisions + decisions)
    #expect(once.repeated == 0 && twice.repeated == 300)
    #expect(twice.overall == CueCounts(shape: 200, texture: 200, neither: 200))
    let interval = try #require(once.interval(seed: 0))
    #expect(interval == once.overall.biasInterval(seed: 0))
    #expect(twice.interval(seed: 0) == interval)
    let narrow = try #require(twice.overall.biasInterval(seed: 0))
    #expect(
      narrow.upperBound - narrow.lowerBound < 0.8 * (interval.upperBound - interval.lowerBound))
  }

  @Test func intervalOfNothing() {
    #expect(CueCounts(neither: 40).biasInterval(seed: 1) == nil)
    #expect(CueCounts().biasInterval(seed: 1) == nil)
    // Ten of ten say little, though every draw of them says the same.
    #expect(CueCounts(texture: 10).biasInterval(seed: 1) == nil)
  }

  /// The normal approximation holds for many decisions: 1.96 sqrt(p (1 - p) / n).
  @Test func intervalMatchesTheNormalApproximation() throws {
    let counts = CueCounts(shape: 300, texture: 700)
    let interval = try #require(counts.biasInterval(seed: 3, draws: 4000))
    let reach = 1.96 * (0.3 * 0.7 / 1000).squareRoot()
    #expect(abs(interval.lowerBound - (0.3 - reach)) < 0.003)
    #expect(abs(interval.upperBound - (0.3 + reach)) < 0.003)
    #expect(interval == counts.biasInterval(seed: 3, draws: 4000))
    #expect(interval != counts.biasInterval(seed: 4, draws: 4000))
  }

  @Test func firstOfEqualScoresWins() {
    var scores = [Double](repeating: 0.25, count: 16)
    #expect(ObjectCategory.best(scores) == .airplane)
    scores[5] = 0.5
    scores[9] = 0.5
    #expect(ObjectCategory.best(scores) == .bottle)
  }
}
