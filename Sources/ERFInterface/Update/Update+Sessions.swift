// Another session in the place of the present one.

import ERFEngine

extension Model {
  mutating func openReadyMade(_ name: String) -> [Effect] {
    guard let ready = ReadyMadeSession.all.first(where: { $0.name == name }) else { return [] }
    let effects = replace(session: ready.session)
    tell(.note, ready.session.shownTitle)
    return effects
  }

  /// Takes the session that was read from a file, or says why there is none.
  mutating func sessionRead(_ text: String, _ answer: SessionAnswer) -> [Effect] {
    guard readingSession == text else { return [] }
    readingSession = nil
    notice = nil
    switch answer {
    case .session(let session, let path): return depart(.sessionFile(session, path: path))
    case .refused(let reason):
      tell(.failure, reason)
      return []
    }
  }

  mutating func openFile(_ session: Session, _ path: String) -> [Effect] {
    let effects = replace(session: session)
    forgetOwnFiles()
    sessionPath = path
    targetRead = session.target
    tell(.note, "opened \(path)")
    return effects
  }

  /// Lets go of all that sessions before this one knew of its networks' files, which are looked at as they
  /// are now: a file may be another one, or gone.
  private mutating func forgetOwnFiles() {
    let files = (session.networks + session.gallery).flatMap(\.ownFiles)
    let paths = Set(files.map(PathKey.init))
    func isOutdated(_ network: NetworkSpec) -> Bool {
      !paths.isDisjoint(with: network.ownFiles.map(PathKey.init))
    }
    forgetFinished(where: isOutdated)
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
