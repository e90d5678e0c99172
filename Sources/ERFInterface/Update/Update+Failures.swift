// Runs that gave no map: what is told, and what stays on the screen.

import ERFEngine

extension Model {
  /// A network that did not open gives way to the one before it. Otherwise the reason stands in the
  /// empty map, and, beside a map that stays or of a file that was being opened, in full above the footer.
  mutating func failed(_ id: RequestID, _ reason: String, isFinal: Bool = true) -> [Effect] {
    ended(id)
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return [] }
    if let failing = goBack(index) {
      let line = Self.line(reason, "\(Self.letter(index)) stays \(name(index))")
      guard isFinal, let file = openingFile, file.network == failing else {
        tell(.failure, line)
        return []
      }
      openingFile = nil
      // What is wrong with a file begins with its name.
      let path = file.path.fileName.sanitised
      let refusal = line.contains(path) ? "refused: \(line)" : "refused \(path): \(line)"
      guard let effects = reopenBrowser(file, line) else {
        tell(.failure, refusal)
        return []
      }
      notice = nil
      note(.failure, [refusal])
      return effects
    }
    if let size = sizeBefore(index) {
      giveUp(for: size)
      sides[index].job = nil
      refreshFacts()
      sides[index].asked = sides[index].shown?.request
      tell(.failure, Self.line(reason, "the input stays \(size) px"))
      return []
    }
    sides[index].failure = reason
    sides[index].job = nil
    let isNamed = reason.lowercased().contains(session.networks[index].shownModel.lowercased())
    let line = "\(isNamed ? Self.letter(index) : name(index)): \(reason)"
    note(.failure, [line])
    // That a file is being opened is not to be said any longer.
    let isOpening = openingFile?.side == index && openingFile?.network == sides[index].askedNetwork
    if isOpening, isFinal { openingFile = nil }
    guard sides[index].shown != nil || isOpening else { return [] }
    let earlier = notice?.kind == .failure ? notice?.lines ?? [] : []
    notice = Notice(.failure, earlier + [line])
    return []
  }

  /// A reason and what comes of it; one that ends in a question ends there.
  private static func line(_ reason: String, _ result: String) -> String {
    reason + (reason.hasSuffix("?") ? " " : "; ") + result
  }

  /// The same of a checkpoint that lacks nothing but its classifier, which the user may do without.
  mutating func lacksHead(_ id: RequestID, _ reason: String) {
    ended(id)
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return }
    let wanted = session.networks[index]
    var headless = wanted
    headless.allowsMissingHead = true
    _ = failed(id, reason, isFinal: false)
    guard overlay == nil else { return }
    let file = wanted.weights.description.fileName.sanitised
    // The question says what there is to know, and the log has the reason in full.
    let stays = "; \(Self.letter(index)) stays \(name(index))"
    notice = Notice(
      .failure,
      "\(file) has no classifier" + (session.networks[index] == wanted ? "" : stays))
    overlay = .question(
      Question(
        purpose: .openWithoutHead(side: index, wanted),
        text:
          "\(file) holds all of \(headless.shownModel) but its classifier. "
          + "Its field can be computed, its classes cannot.",
        action: "open it so"))
  }

  /// Puts the network that was open before back in the place of one that did not open; nil where the
  /// one that failed had opened, or where there was none.
  mutating func goBack(_ index: Int) -> NetworkSpec? {
    let failing = session.networks[index]
    guard let before = sides[index].opened, before != failing,
      sides[index].askedNetwork == failing
    else { return nil }
    session.networks[index] = before
    if let size = history.forget(session.networks) { session.size = size }
    sides[index].job = nil
    sides[index].askedNetwork = before
    refreshFacts()
    // The map on screen may be the one that is wanted again.
    sides[index].asked = sides[index].shown?.request
    return failing
  }

  /// The size that a side's map on screen has, where the same network fails at another one; nil where it
  /// fails for another reason.
  private func sizeBefore(_ index: Int) -> InputSize? {
    guard fixedSize == nil, let shown = sides[index].shown, let asked = sides[index].asked,
      shown.network == session.networks[index], shown.request.size != asked.size,
      asked.size == session.size
    else { return nil }
    return shown.request.size
  }

  /// Why the session is not worth writing: a network that did not open would not open again.
  var unopened: String? {
    sides.indices.first { sides[$0].failure != nil && sides[$0].opened == nil }
      .map { "\(Self.letter($0)) did not open: there is nothing to write" }
  }

  mutating func pressInQuestion(_ key: Key, _ question: Question) -> [Effect] {
    // What ^C said of itself holds no longer.
    if question.purpose == .leave(.quit) { notice = nil }
    if let other = question.other, key == .character(other.key),
      case .leave(let departure) = question.purpose
    {
      overlay = nil
      return keepInstead(of: departure)
    }
    switch key {
    case .enter, .character("y"):
      overlay = nil
      switch question.purpose {
      case .openWithoutHead(let side, var choice):
        guard session.networks.indices.contains(side) else { return [] }
        choice.allowsMissingHead = true
        notice = nil
        history.record(session.networks)
        if openingFile?.side == side { openingFile?.network = choice }
        session.networks[side] = choice
      case .leave(let departure): return carryOut(departure)
      }
    case .escape, .character("n"), .character("q"): overlay = nil
    default: break
    }
    return []
  }
}
