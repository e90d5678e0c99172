// A choice that the user is asked for before something is done.

import ERFEngine

/// A question over the panels, answered by yes or no.
public struct Question: Sendable, Equatable {
  enum Purpose: Equatable {
    /// Opens a checkpoint without its classifier.
    case openWithoutHead(side: Int, NetworkSpec)
    /// Goes on though weights that were trained here are in no file of the user's.
    case leaveTraining(Departure)
  }

  /// What makes the explorer forget the moments of a training.
  enum Departure: Equatable {
    case quit, startAfresh, trainAnew
    /// A session that the program brings along, by name.
    case session(String)

    /// What yes does.
    var action: String {
      switch self {
      case .quit: "quit without them"
      case .startAfresh: "start afresh without them"
      case .trainAnew: "train without them"
      case .session: "open it without them"
      }
    }
  }

  /// What a third key does instead.
  struct Other: Equatable {
    let key: Unicode.Scalar
    let action: String
  }

  let purpose: Purpose
  /// What there is to know, one paragraph.
  let text: String
  /// What yes does, in a word or two.
  let action: String
  var other: Other?
}
