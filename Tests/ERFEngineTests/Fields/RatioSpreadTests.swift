// How much numbers differ over images, and when two of them differ by more.

import Testing

@testable import ERFEngine

@Suite struct RatioSpreadTests {
  /// Of 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, 32 / 7.
  @Test func isThatOfASample() throws {
    let spread = try #require(RatioSpread([2, 4, 4, 4, 5, 5, 7, 9]))
    #expect(spread.mean == 5 && spread.count == 8)
    #expect(abs(spread.deviation - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(RatioSpread([3]) == nil && RatioSpread([]) == nil)
  }

  /// Deviations of 3 and 4 are 5 together.
  @Test func separatesBeyondBothSpreads() throws {
    let one = try #require(RatioSpread([0, 3 * 2.0.squareRoot()]))
    let other = try #require(RatioSpread([0, 4 * 2.0.squareRoot()]))
    #expect(!one.separates(10, 14.9, from: other) && one.separates(10, 15.1, from: other))
    #expect(one.separates(15.1, 10, from: other))
  }
}
