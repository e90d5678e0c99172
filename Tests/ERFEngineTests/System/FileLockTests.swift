// Locks between programs: here between two holders within one.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FileLockTests {
  @Test func oneHoldsItAtATime() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lock")
    var first = FileLock(path: path)
    #expect(first != nil && FileLock(path: path) == nil)
    first = nil
    #expect(FileLock(path: path) != nil)
    #expect(FileLock(path: folder.file("no/such/folder")) == nil)
    _ = first
  }
}

@Suite struct RatioSpreadTests {
  /// Of 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, 32 / 7.
  @Test func isThatOfASample() throws {
    let spread = try #require(RatioSpread([2, 4, 4, 4, 5, 5, 7, 9]))
    #expect(spread.mean == 5 && spread.count == 8)
    #expect(abs(spread.deviation - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(RatioSpread([3]) == nil && RatioSpread([]) == nil)
  }
}
