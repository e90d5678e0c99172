// Undo and redo of what was edited of the networks.

import ERFEngine

/// The networks before and after each edit.
public struct History: Sendable, Equatable {
  /// What an edit leads back to, or forward to.
  struct Step: Sendable, Equatable {
    let networks: [NetworkSpec]
    /// The input size that goes with them, where the edit brought another one; nil: it stays as it is.
    let size: InputSize?
    /// Whether A and B change places, with all that is under way for them.
    let isSwap: Bool

    fileprivate init(_ edit: Edit, from present: [NetworkSpec], size: InputSize?) {
      // Training may have brought other weights since.
      networks = edit.isSwap ? present.reversed() : edit.networks
      self.size = size
      isSwap = edit.isSwap
    }
  }

  fileprivate struct Sizes: Sendable, Equatable {
    let before: InputSize
    let after: InputSize
  }

  /// An edit by the networks on its other side.
  fileprivate struct Edit: Sendable, Equatable {
    let networks: [NetworkSpec]
    /// Whether it made A of B, and B of A.
    var isSwap = false
    /// The input's, where a file that the edit opened takes no other.
    var sizes: Sizes?

    /// Whether the networks or the input are others on its other side: weights that training brought may
    /// have been dropped since.
    func leadsElsewhere(from present: [NetworkSpec]) -> Bool {
      sizes != nil || (isSwap ? present.reversed() : networks) != present
    }
  }

  private var past: [Edit] = []
  private var future: [Edit] = []
  /// Whether the user chose no size since the last edit.
  private var sizeIsOfEdit = false
  private static let limit = 200

  public init() {}

  /// Whether there are other networks, or another size, to go back to.
  func canUndo(_ present: [NetworkSpec]) -> Bool {
    past.contains { $0.leadsElsewhere(from: present) }
  }

  func canRedo(_ present: [NetworkSpec]) -> Bool {
    future.contains { $0.leadsElsewhere(from: present) }
  }

  /// Remembers the networks as they are before an edit.
  mutating func record(_ networks: [NetworkSpec], isSwap: Bool = false) {
    past.append(Edit(networks: networks, isSwap: isSwap))
    if past.count > Self.limit { past.removeFirst() }
    future.removeAll()
    sizeIsOfEdit = true
  }

  /// Takes note that the user chose a size, which no edit brought.
  mutating func chooseSize() { sizeIsOfEdit = false }

  /// Takes note that the file of the last edit takes no other size than `after`.
  mutating func bring(_ after: InputSize, before: InputSize) {
    guard sizeIsOfEdit, before != after, let last = past.indices.last else { return }
    past[last].sizes = Sizes(before: past[last].sizes?.before ?? before, after: after)
  }

  /// Drops the last edit where it began with these networks: it did not come about.
  ///
  /// - Returns: the size that it took the place of.
  mutating func forget(_ networks: [NetworkSpec]) -> InputSize? {
    guard past.last?.networks == networks else { return nil }
    return past.removeLast().sizes?.before
  }

  /// What was there before the last edit of which anything is left.
  mutating func undo(_ present: [NetworkSpec]) -> Step? {
    guard let edit = Self.take(from: &past, present) else { return nil }
    future.append(Edit(networks: present, isSwap: edit.isSwap, sizes: edit.sizes))
    sizeIsOfEdit = false
    return Step(edit, from: present, size: edit.sizes?.before)
  }

  mutating func redo(_ present: [NetworkSpec]) -> Step? {
    guard let edit = Self.take(from: &future, present) else { return nil }
    past.append(Edit(networks: present, isSwap: edit.isSwap, sizes: edit.sizes))
    sizeIsOfEdit = edit.sizes == nil
    return Step(edit, from: present, size: edit.sizes?.after)
  }

  /// Takes the latest edit that leads elsewhere, and lets go of those after it.
  private static func take(from edits: inout [Edit], _ present: [NetworkSpec]) -> Edit? {
    guard
      let place = edits.lastIndex(where: { $0.leadsElsewhere(from: present) })
    else { return nil }
    let edit = edits[place]
    edits.removeSubrange(place...)
    return edit
  }
}
