// The sessions that the program brings along: the paper's comparisons.

import ERFEngine

struct ReadyMadeSession: Sendable, Equatable {
  let name: String
  let session: Session

  /// All that can be read, which tests hold to be all.
  static let all: [ReadyMadeSession] = ShippedSessions.names.compactMap { name in
    guard let bytes = ShippedSessions.bytes(name), let session = try? Session(reading: bytes)
    else { return nil }
    return ReadyMadeSession(name: name, session: session)
  }
}
