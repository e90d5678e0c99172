// What was looked from, to tell when it is gone.

import ERFEngine

/// The layer that a side looked from last, as it was asked for.
struct HeldLayer: Sendable, Equatable {
  /// Without its units.
  let target: Target
  let name: String
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
}
