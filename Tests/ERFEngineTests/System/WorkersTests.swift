import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import ERFEngine

/// Every tile is done once, whoever asks for help at the same time.
@Suite struct WorkersTests {
  /// How often each tile was done.
  private static func counts(_ tiles: Int, threads: Int) -> [Int] {
    let counts = Mutex([Int](repeating: 0, count: tiles))
    Workers(threads: threads).forEach(tiles) { tile in counts.withLock { $0[tile] += 1 } }
    return counts.withLock { $0 }
  }

  @Test(arguments: [0, 1, 2, 3, 64, 1000], [1, 2, 3, 16])
  func everyTileIsDoneOnce(_ tiles: Int, _ threads: Int) {
    // Often enough for helpers that are awake, that fall asleep, and that come too late.
    for _ in 0..<200 {
      #expect(Self.counts(tiles, threads: threads) == [Int](repeating: 1, count: tiles))
    }
  }

  @Test func tilesMayAskForHelpThemselves() {
    let sums = Mutex(0)
    Workers(threads: 4).forEach(8) { tile in
      Workers(threads: 4).forEach(tile) { inner in sums.withLock { $0 += inner } }
    }
    // Of the pairs below 8 that there are: 8 over 3.
    #expect(sums.withLock { $0 } == 56)
  }

  @Test func callersDoNotHinderOneAnother() {
    let done = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      for _ in 0..<200 {
        let counts = Self.counts(7, threads: 3)
        if counts == [Int](repeating: 1, count: 7) {
          done.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    #expect(done.load(ordering: .relaxed) == 1200)
  }

  @Test(.timeLimit(.minutes(Sanitizers.areOff ? 1 : 10))) func helpersThatSleepAreWoken()
    async throws
  {
    for pause in [0, 1, 5, 20] {
      try await Task.sleep(for: .milliseconds(pause))
      #expect(Self.counts(50, threads: 2) == [Int](repeating: 1, count: 50))
    }
  }

  @Test func nothingIsHandedOutOnceCancelled() {
    let cancellation = Cancellation()
    let done = Atomic(0)
    Workers(threads: 3, cancellation: cancellation).forEach(1000) { _ in
      done.wrappingAdd(1, ordering: .relaxed)
      cancellation.cancel()
    }
    #expect(done.load(ordering: .relaxed) <= 3)
  }
}
