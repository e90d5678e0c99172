// What the session's networks are called.

import ERFEngine

extension Model {
  /// What a network is called on screen: as it was opened, and what was edited of it.
  func name(_ side: Int) -> String { designs.name(session.networks[side]) }

  /// `A` or `B`; further networks go on with `C`.
  static func letter(_ index: Int) -> String {
    String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(min(25, index)))))
  }
}
