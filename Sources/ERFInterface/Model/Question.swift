// A choice that the user is asked for before something is done.

import ERFEngine

/// A question over the panels, answered by yes or no.
public struct Question: Sendable, Equatable {
  enum Purpose: Equatable {
    /// Opens a checkpoint without its classifier.
    case openWithoutHead(side: Int, NetworkSpec)
  }

  let purpose: Purpose
  /// What there is to know, one paragraph.
  let text: String
  /// What yes does, in a word or two.
  let action: String
}
