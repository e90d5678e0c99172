// What was looked from, to tell when it is gone.

import ERFEngine

/// The layer that a side looked from last, as it was asked for.
struct HeldLayer: Sendable, Equatable {
  /// Without its units.
  let target: Target
  let name: String
  /// The layer whose output it is: a stage's is its last block.
  let end: String
  /// `stage 4`, `layer layer3.5`.
  let text: String
  let source: NetworkSource
  let size: InputSize
  /// Of the network, at that size.
  let stages: Int

  /// Whether the last stage was asked for, and the same network has fewer than `earlier` had.
  func hasLostLast(of earlier: HeldLayer) -> Bool {
    target == Target() && source == earlier.source && stages < earlier.stages
  }

  /// Whether another size of the same network made another layer of the same stage and block. What is back
  /// behind a last stage that was asked for as such is no news.
  func hasMoved(from earlier: HeldLayer) -> Bool {
    source == earlier.source && size != earlier.size && end != earlier.end
      && (target != Target() || stages == earlier.stages)
  }
}
