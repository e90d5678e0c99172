import TestSupport
import Testing

@testable import ERFEngine

/// The squares of one image's own map are those of a map made of it.
@Suite struct ImageSidesTests {
  private static func subject(_ size: InputSize, _ rule: ERFRule, unit: Unit?) -> ERFSubject {
    ERFSubject(
      model: "m", weights: "", weightsHash: "", input: size, stages: [],
      tap: "t", mapSize: InputSize(height: 4, width: 4),
      units: [unit ?? Unit(row: 2, column: 2)], rule: rule)
  }

  @Test(
    arguments: [InputSize(height: 33, width: 70), InputSize(height: 64, width: 64)],
    ERFRule.allCases)
  func areThoseOfTheMap(_ size: InputSize, _ rule: ERFRule) {
    // Heavier towards one corner, so that no square is there by chance.
    let gradient = Tensor(generated: Shape(height: size.height, width: size.width, channels: 3)) {
      index in
      let (row, column) = (index / 3 / size.width, index / 3 % size.width)
      let sign: Float = index % 7 == 0 ? -1 : 1
      return sign / Float(1 + (row - 9) * (row - 9) + (column - 20) * (column - 20))
    }
    var map = ERFMap(height: size.height, width: size.width, rule: rule)
    map.accumulate(gradient: gradient)
    for unit in [nil, Unit(row: 1, column: 0)] {
      let subject = Self.subject(size, rule, unit: unit)
      let expected = ERFMetrics(map, around: subject.metricsOrigin).ratios.map { $0.side ?? 0 }
      #expect(expected.contains { $0 > 0 })
      for threads in [1, 3] {
        #expect(
          ERFMetrics.sides(of: gradient, subject, threads: threads) == expected)
      }
    }
  }

  /// A run that is stopped between an image's scores and its squares keeps both.
  @Test func areThereWhereARunIsStopped() throws {
    let request = ERFRequest(
      network: NetworkSpec(model: "replknet-3-nano", weights: .random(seed: 0)),
      images: .builtIn(2), size: InputSize(height: 64, width: 64))
    func sides(stopping: Bool) throws -> [[Int]] {
      let cancellation = Cancellation()
      var found: [[Int]] = []
      do {
        _ = try ERFComputer().compute(
          request, shard: nil, resume: { _ in nil }, cancellation: cancellation
        ) { progress in
          if case .image = progress, stopping { cancellation.cancel() }
          if case .part(let part) = progress { found = part.done.map(\.sides) }
        }
      } catch is CancellationError {}
      return found
    }
    let whole = try sides(stopping: false)
    #expect(whole.count == 2 && whole[0].contains { $0 > 0 })
    #expect(try sides(stopping: true) == [whole[0]])
  }
}
