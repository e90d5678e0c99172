// What the session's networks are called.

import ERFEngine

extension Model {
  /// What a network is called on screen: as it was opened, and what was edited of it.
  func name(_ side: Int) -> String { session.networks[side].name }

  /// `A` or `B`; further networks go on with `C`.
  static func letter(_ index: Int) -> String {
    String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(min(25, index)))))
  }
}

extension NetworkSpec {
  /// What it is called on screen: as it was opened, and what was edited of it.
  var name: String {
    let name = savedMap?.fileName.sanitised ?? model.fileName.sanitised
    let edits = editLabels
    guard let first = edits.first else { return name }
    return "\(name), \(first)" + (edits.count > 1 ? " and \(edits.count - 1) more" : "")
  }
}
