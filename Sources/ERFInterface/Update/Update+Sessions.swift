// Another session in the place of the present one.

import ERFEngine

extension Model {
  mutating func openReadyMade(_ name: String) -> [Effect] {
    guard let ready = ReadyMadeSession.all.first(where: { $0.name == name }) else { return [] }
    let effects = replace(session: ready.session)
    tell(.note, ready.session.shownTitle)
    return effects
  }

  /// Another session in the place of this one; what ran for this one is cancelled.
  mutating func replace(session new: Session) -> [Effect] {
    let effects = cancelWork()
    let before = session
    self = successor(new)
    replaced = before
    return effects
  }
}
