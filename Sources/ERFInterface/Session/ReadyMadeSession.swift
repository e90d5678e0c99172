// The sessions that the program brings along: the paper's comparisons.

import ERFEngine

struct ReadyMadeSession: Sendable, Equatable {
  let name: String
  let session: Session

  /// All that can be read, which tests hold to be all.
  static let all: [ReadyMadeSession] = ShippedSessions.names.compactMap { name in
    guard let bytes = ShippedSessions.bytes(name), let session = try? Session(decoding: bytes)
    else { return nil }
    return ReadyMadeSession(name: name, session: session)
  }
}

extension Model {
  mutating func openReadyMade(_ name: String) -> [Effect] {
    guard let ready = ReadyMadeSession.all.first(where: { $0.name == name }) else { return [] }
    let effects = replace(session: ready.session)
    tell(.note, ready.session.title)
    return effects
  }

  /// Another session in the place of this one; what ran for this one is cancelled.
  mutating func replace(session new: Session) -> [Effect] {
    let effects = cancelWork()
    self = successor(new)
    return effects
  }
}
