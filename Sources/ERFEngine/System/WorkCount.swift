// How often costly things were done, for whoever asks.

import Synchronization

/// Counts files opened, indices of several files read, exported graphs read, hashes of their weights made,
/// requests validated, blueprints built and programs made while it is the current one.
final class WorkCount: Sendable {
  enum Kind: Sendable { case file, index, graph, hash, validation, blueprint, program }

  /// Whoever counts in this task; nil: nobody.
  @TaskLocal static var current: WorkCount?

  private let counts = Mutex<[Kind: Int]>([:])

  static func note(_ kind: Kind) {
    current?.counts.withLock { $0[kind, default: 0] += 1 }
  }

  subscript(kind: Kind) -> Int { counts.withLock { $0[kind] ?? 0 } }
}
