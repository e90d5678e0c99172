// Files that have to be opened before it is known what can be asked of the networks in them.

import ERFEngine

extension Model {
  /// What is to be known of a side's network before it can run.
  private func factsKey(_ side: Int) -> FactsCache.Key {
    FactsCache.Key(session.networks[side], size: askedSize(side))
  }

  /// Whether it is not known yet what a side's file holds.
  func isUnopened(_ side: Int) -> Bool {
    session.networks[side].needsOpening && !facts.isKnown(factsKey(side))
  }

  /// The file that is being opened for a side, as it is shown; nil: none.
  func opening(_ side: Int) -> String? {
    guard isUnopened(side), !facts.givenUp.contains(factsKey(side)) else { return nil }
    return session.networks[side].model.fileName.sanitised
  }

  /// Starts what the session's files lack, and stops what is not asked for any more.
  mutating func pursueOpenings() -> [Effect] {
    var networks = session.networks.enumerated().flatMap { side, network in
      [network.unedited, network].map { FactsCache.Key($0, size: askedSize(side)) }
    }
    if isLookedAt(.gallery) || isLookedAt(.metrics) {
      networks += session.gallery.flatMap { network in
        [network.unedited, network].map { FactsCache.Key($0, size: askedSize(unitSide)) }
      }
    }
    let wanted = networks.filter { $0.network.needsOpening && !facts.isKnown($0) }
    var effects = facts.drop(allBut: Set(wanted)).map { Effect.cancel($0) }
    for key in wanted where facts.openings[key] == nil && !facts.givenUp.contains(key) {
      let id = nextRequestID()
      facts.begin(key, id)
      effects.append(
        .open(id, key.network, key.size, wantsDesign: facts.wantsDesign(key)))
    }
    return effects
  }

  /// Takes what a file was found to hold, and says where it fixes another size than the one asked for. Where
  /// no network takes that one, it is not what is asked for any more.
  mutating func opened(_ id: RequestID, _ answer: NetworkFacts?, _ design: NetworkDesign?) {
    guard let key = facts.answer(id, answer, design), answer?.refusal != nil else { return }
    let stays = sides.indices.compactMap { side -> (isNew: Bool, line: String)? in
      fixedSizeLine(side).map { (factsKey(side) == key, $0) }
    }
    let new = stays.filter(\.isNew).map(\.line)
    if !new.isEmpty {
      // What was said of the other side a moment ago is no less true.
      let said = notice?.lines ?? []
      notice = Notice(
        .note, stays.filter { $0.isNew || said.contains($0.line.sanitised) }.map(\.line))
      note(.note, new)
    }
    guard fixedSize == nil, running.allSatisfy({ facts($0)?.refusal != nil }) else { return }
    let own = inputSize(unitSide)
    history.bring(own, before: session.size)
    giveUp(for: own)
  }

  /// Lets a side wait for its file: what runs for it is of another network.
  mutating func hold(_ side: Int) -> [Effect] {
    let running = sides[side].job
    sides[side].job = nil
    sides[side].asked = nil
    sides[side].askedNetwork = session.networks[side]
    sides[side].failure = nil
    sides[side].isCancelled = opening(side) == nil
    return running.map { [.cancel($0.id)] } ?? []
  }
}
