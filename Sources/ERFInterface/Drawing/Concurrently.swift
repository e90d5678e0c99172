// A few independent pieces of work on as many threads as there are.

import Dispatch
import ERFEngine
import Synchronization

enum Concurrently {
  /// The results of `body` in the order of `items`.
  static func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], _ body: @Sendable (Item) -> Result
  ) -> [Result] {
    guard items.count > 1, Workers().threads > 1 else { return items.map(body) }
    let results = Mutex([Result?](repeating: nil, count: items.count))
    DispatchQueue.concurrentPerform(iterations: items.count) { index in
      let result = body(items[index])
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  /// What two pieces of work come to.
  static func both<First: Sendable, Second: Sendable>(
    _ first: @Sendable () -> First, _ second: @Sendable () -> Second
  ) -> (First, Second) {
    let results = Mutex<(First?, Second?)>((nil, nil))
    _ = map([true, false]) { isFirst in
      if isFirst {
        let result = first()
        results.withLock { $0.0 = result }
      } else {
        let result = second()
        results.withLock { $0.1 = result }
      }
    }
    guard case (let one?, let other?) = results.withLock(\.self) else {
      preconditionFailure("both were worked on")
    }
    return (one, other)
  }
}
