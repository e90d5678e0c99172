import Synchronization

/// A value made on first use and then shared: weights in the layout that a kernel wants.
final class Prepared<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  func callAsFunction(_ make: () -> Value) -> Value {
    value.withLock { cached in
      if let cached { return cached }
      let made = make()
      cached = made
      return made
    }
  }
}
