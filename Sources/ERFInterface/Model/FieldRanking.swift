// Which of several networks sees most and least: one rule for the gallery and for figures.

import ERFEngine

struct FieldRanking {
  /// Places of the networks whose half of the field takes most and least of the input.
  let most: Int
  let least: Int
  /// Others whose share differs from the largest by no more than both spreads over pictures.
  let level: [Int]
  /// How many times the area of the least the most takes.
  let times: Double

  /// `results`: maps over the same pictures. Nil for fewer than two, or where a share was not reached.
  init?(_ results: [ERFResult]) {
    let shares = results.map { $0.metrics.ratio(at: Model.half) ?? 0 }
    guard shares.count > 1, shares.allSatisfy({ $0 > 0 }),
      let most = shares.indices.max(by: { shares[$0] < shares[$1] }),
      let least = shares.indices.min(by: { shares[$0] < shares[$1] })
    else { return nil }
    let spreads = results.map { $0.spread(at: Model.half) }
    (self.most, self.least) = (most, least)
    times = shares[most] / shares[least]
    level = shares.indices.filter { other in
      guard other != most, let widest = spreads[most], let its = spreads[other] else {
        return false
      }
      return !widest.separates(shares[most], shares[other], from: its)
    }
  }

  /// That no network sees more than another; nil: one does.
  var tie: String? {
    if level.contains(least) { return "No difference beyond the spread over pictures." }
    return times < Model.leastFactor ? "All see about as much." : nil
  }

  /// Who is as good as the first, where somebody is: `C, D are within B's spread`.
  func beside(_ name: (Int) -> String, _ whose: String) -> String? {
    guard !level.isEmpty else { return nil }
    return level.map(name).joined(separator: ", ")
      + " \(level.count == 1 ? "is" : "are") within \(whose) spread"
  }
}
