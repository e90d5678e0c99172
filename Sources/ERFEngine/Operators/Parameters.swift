// The numbers that one operator is handed, and what kernels have made of them.

import Synchronization

/// The parameters of one layer, in the order of its operator's `parameterShapes`, with the layouts
/// that kernels want of them: each made on first use, shared by all threads, and gone with the last
/// program that holds these parameters.
final class Parameters: Sendable {
  let tensors: [Tensor]
  /// Hash of what they are made of: parameters of equal keys are the same numbers. 0: not known.
  let key: UInt64
  /// Those of the links of a chain; empty for all other operators.
  let parts: [Parameters]
  private let layouts = Mutex<[LayoutKey: any Sendable]>([:])

  private struct LayoutKey: Hashable {
    let kind: ObjectIdentifier
    let variant: Int
  }

  init(_ tensors: [Tensor], key: UInt64 = 0) {
    self.tensors = tensors
    self.key = key
    parts = []
  }

  /// The parameters of a chain's links, which keep their layouts.
  init(parts: [Parameters]) {
    tensors = parts.flatMap(\.tensors)
    var hash = FNV1a()
    for part in parts { hash.add(word: part.key) }
    key = hash.value
    self.parts = parts
  }

  /// Of operators that have none.
  static let none = Parameters([])

  subscript(index: Int) -> Tensor { tensors[index] }

  /// The second parameter: the bias of layers that may have one.
  var bias: Tensor? { tensors.count > 1 ? tensors[1] : nil }

  /// What `make` makes of the parameters: one for each kind, and for each `variant` of a kind, such as
  /// a stride. `make` must not ask for another layout of the same parameters.
  func layout<Layout: Sendable>(variant: Int = 0, _ make: () -> Layout) -> Layout {
    let key = LayoutKey(kind: ObjectIdentifier(Layout.self), variant: variant)
    return layouts.withLock { layouts in
      if let known = layouts[key] as? Layout { return known }
      let made = make()
      layouts[key] = made
      return made
    }
  }
}
