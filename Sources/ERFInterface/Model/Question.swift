// A choice that the user is asked for before something is done.

import ERFEngine

/// A question over the panels, answered by yes or no.
public struct Question: Sendable, Equatable {
  enum Purpose: Equatable {
    /// Opens a checkpoint without its classifier.
    case openWithoutHead(side: Int, NetworkSpec)
    /// Goes on though weights that were trained here are in no file of the user's, or though a long run is
    /// under way.
    case leave(Departure)
  }

  /// What makes the explorer forget the moments of a training, or end what it computes.
  enum Departure: Equatable {
    case quit, startAfresh, trainAnew
    /// A session that the program brings along, by name.
    case session(String)
    /// One that was read from a file.
    case sessionFile(Session, path: String)

    /// What yes does, where there are weights to be lost, and where there are none.
    func action(losesWeights: Bool) -> String {
      let action =
        switch self {
        case .quit: "quit"
        case .startAfresh: "start afresh"
        case .trainAnew: "train"
        case .session, .sessionFile: "open it"
        }
      return action + (losesWeights ? " without them" : "")
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
