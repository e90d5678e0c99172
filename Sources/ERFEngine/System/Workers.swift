// Splitting work over threads in tiles that do not depend on the number of threads.

import Dispatch
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How a run may compute: on how many threads, and until when.
///
/// Work is cut into tiles by size alone and every tile is computed by one thread, so the bytes of a
/// result do not depend on `threads`.
public struct Workers: Sendable {
  public let threads: Int
  public let cancellation: Cancellation

  /// `threads`: nil means as many as there are cores.
  public init(threads: Int? = nil, cancellation: Cancellation = Cancellation()) {
    self.threads = ThreadLimit.isReached ? 1 : max(1, threads ?? Self.coreCount)
    self.cancellation = cancellation
  }

  /// Cores this process may use.
  public static let coreCount = max(1, ProcessInfo.processInfo.activeProcessorCount)

  /// Runs `body` for every tile index; stops handing out tiles once the run is cancelled.
  func forEach(_ tiles: Int, _ body: (Int) -> Void) {
    let threadCount = min(threads, tiles)
    guard threadCount > 1 else {
      for tile in 0..<tiles where !cancellation.isCancelled { body(tile) }
      return
    }
    let next = Atomic(0)
    func share() {
      while !cancellation.isCancelled {
        let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard tile < tiles else { return }
        body(tile)
      }
    }
    if WorkerTeam.shared.run(helpers: threadCount - 1, share) { return }
    withoutActuallyEscaping(share) { share in
      // Tiles write to disjoint memory, which the compiler cannot see.
      nonisolated(unsafe) let share = share
      DispatchQueue.concurrentPerform(iterations: threadCount) { _ in unsafe share() }
    }
  }

  /// Runs `body` over `0 ..< count` in ranges of at most `size`.
  func forEachRange(of count: Int, size: Int, _ body: (Range<Int>) -> Void) {
    forEach((count + size - 1) / size) { tile in
      body(tile * size..<min(count, (tile + 1) * size))
    }
  }
}
