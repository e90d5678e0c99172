// Undo and redo of what was edited of the networks.

import ERFEngine

/// The networks before and after each edit.
public struct History: Sendable, Equatable {
  private var past: [[NetworkSpec]] = []
  private var future: [[NetworkSpec]] = []
  private static let limit = 200

  public init() {}

  public var canUndo: Bool { !past.isEmpty }
  public var canRedo: Bool { !future.isEmpty }

  /// Remembers the networks as they are before an edit.
  mutating func record(_ networks: [NetworkSpec]) {
    past.append(networks)
    if past.count > Self.limit { past.removeFirst() }
    future.removeAll()
  }

  /// Drops the last edit where it began with these networks: it did not come about.
  mutating func forget(_ networks: [NetworkSpec]) {
    if past.last == networks { past.removeLast() }
  }

  /// The networks before the last edit.
  mutating func undo(_ present: [NetworkSpec]) -> [NetworkSpec]? {
    guard let earlier = past.popLast() else { return nil }
    future.append(present)
    return earlier
  }

  mutating func redo(_ present: [NetworkSpec]) -> [NetworkSpec]? {
    guard let later = future.popLast() else { return nil }
    past.append(present)
    return later
  }
}
