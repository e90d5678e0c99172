import Synchronization

/// A flag that one thread raises and the computing threads ask about, at least once a layer.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)

  public init() {}

  public func cancel() { flag.store(true, ordering: .relaxed) }
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  /// Throws `CancellationError` once `cancel()` was called.
  public func check() throws {
    if isCancelled { throw CancellationError() }
  }
}
