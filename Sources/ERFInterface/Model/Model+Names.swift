// What the session's networks are called.

import ERFEngine

extension Model {
  /// What a network is called on screen: as it was opened, and what was edited of it.
  func name(_ side: Int) -> String {
    let network = session.networks[side]
    let name = network.savedMap?.fileName.sanitised ?? network.model.sanitised
    guard let edits = network.editLabels.first else { return name }
    let more = network.editLabels.count - 1
    return "\(name), \(edits)" + (more > 0 ? " and \(more) more" : "")
  }

  /// `A` or `B`.
  static func letter(_ side: Int) -> String { side == 0 ? "A" : "B" }
}
