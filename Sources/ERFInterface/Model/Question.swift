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

  /// What makes the explorer forget the moments of a training, or weights that it shows, or end what it computes.
  enum Departure: Equatable {
    case quit, startAfresh, trainAnew
    /// A session that the program brings along, by name.
    case session(String)
    /// One that was read from a file.
    case sessionFile(Session, path: String)
    /// Other networks in the gallery, of which one is selected.
    case gallery([NetworkSpec], selection: Int)

    /// Whether what is computed goes on, and what is on the other panels stays.
    var staysInSession: Bool {
      switch self {
      case .trainAnew, .gallery: true
      case .quit, .startAfresh, .session, .sessionFile: false
      }
    }

    /// What yes does, where there are weights to be lost, and where there are none.
    func action(losesWeights: Bool) -> String {
      let action =
        switch self {
        case .quit: "quit"
        case .startAfresh: "start afresh"
        case .trainAnew: "train"
        case .session, .sessionFile: "open it"
        case .gallery: "go on"
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
