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
  /// What products with them are computed from.
  let precision: Precision
  private let layouts: Layouts

  private final class Layouts: Sendable {
    let made = Mutex<[LayoutKey: any Sendable]>([:])
  }

  private struct LayoutKey: Hashable {
    let kind: ObjectIdentifier
    let variant: Int
    let precision: Precision
  }

  init(_ tensors: [Tensor], key: UInt64 = 0) {
    self.tensors = tensors
    self.key = key
    parts = []
    precision = .float32
    layouts = Layouts()
  }

  /// The parameters of a chain's links, which keep their layouts.
  init(parts: [Parameters]) {
    tensors = parts.flatMap(\.tensors)
    var hash = FNV1a()
    for part in parts { hash.add(word: part.key) }
    key = hash.value
    self.parts = parts
    precision = .float32
    layouts = Layouts()
  }

  /// The same numbers and layouts, for products of another precision.
  init(_ others: Parameters, precision: Precision) {
    tensors = others.tensors
    parts = others.parts.map { Parameters($0, precision: precision) }
    self.precision = precision
    layouts = others.layouts
    var hash = FNV1a()
    hash.add(word: others.key)
    hash.add(precision.rawValue.utf8)
    key = hash.value
  }

  /// Of operators that have none.
  static let none = Parameters([])

  subscript(index: Int) -> Tensor { tensors[index] }

  /// The second parameter: the bias of layers that may have one.
  var bias: Tensor? { tensors.count > 1 ? tensors[1] : nil }

  /// What `make` makes of the parameters: one for each kind, for each `variant` of a kind, such as a
  /// stride, and for each `precision`. `make` must not ask for another layout of the same parameters.
  func layout<Layout: Sendable>(
    variant: Int = 0, precision: Precision = .float32, _ make: () -> Layout
  ) -> Layout {
    let key = LayoutKey(
      kind: ObjectIdentifier(Layout.self), variant: variant, precision: precision)
    return layouts.made.withLock { layouts in
      if let known = layouts[key] as? Layout { return known }
      let made = make()
      layouts[key] = made
      return made
    }
  }
}
