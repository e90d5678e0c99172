import Dispatch
import Synchronization

/// A value in the making on a thread of its own, which goes on when nobody waits for it any more.
public final class Background<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let work = DispatchGroup()

  public init(_ make: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global(qos: .userInitiated).async(group: work) { [self] in
      let made = Result(catching: make)
      result.withLock { $0 = made }
    }
  }

  /// The value, waited for.
  ///
  /// - Throws: what making it throws.
  public func value() throws -> Value {
    work.wait()
    guard let made = try finished() else { preconditionFailure("it is made") }
    return made
  }

  /// The value; nil: it is not made by then.
  ///
  /// - Throws: what making it throws.
  public func value(within seconds: Double) throws -> Value? {
    work.wait(timeout: .now() + seconds) == .success ? try finished() : nil
  }

  private func finished() throws -> Value? { try result.withLock { $0 }?.get() }
}
