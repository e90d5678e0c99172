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

  /// The same, and what one more piece of work comes to, which is begun first.
  static func both<First: Sendable, Item: Sendable, Result: Sendable>(
    _ first: @Sendable () -> First, each items: [Item], _ body: @Sendable (Item) -> Result
  ) -> (First, [Result]) {
    let made = Mutex<First?>(nil)
    let results = map([nil] + items.map(Optional.some)) { item -> Result? in
      if let item { return body(item) }
      let value = first()
      made.withLock { $0 = value }
      return nil
    }
    guard let value = made.withLock(\.self) else { preconditionFailure("it was worked on") }
    return (value, results.compactMap(\.self))
  }
}
