// The way from worker threads to the thread that owns the terminal.

import Synchronization

/// A queue of messages that any thread may add to and one thread empties.
final class Mailbox<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  private let wake: @Sendable () -> Void

  /// `wake` is called after each message that finds the box empty: one poke a batch suffices.
  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  func post(_ element: Element) {
    let wasEmpty = elements.withLock { elements in
      elements.append(element)
      return elements.count == 1
    }
    if wasEmpty { wake() }
  }

  /// All messages so far, oldest first.
  func takeAll() -> [Element] {
    elements.withLock { elements in
      let taken = elements
      elements.removeAll(keepingCapacity: true)
      return taken
    }
  }
}
