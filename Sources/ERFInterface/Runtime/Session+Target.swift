// A session's target against the networks that it names, before anything is computed.

import ERFEngine

extension Session {
  /// Checks that what the target names is there. A network that does not open says itself why.
  ///
  /// - Throws: `SessionError.missingTarget`.
  public func requireTarget(engine: any Engine) throws(SessionError) {
    // Most sessions name nothing, for which no file has to be opened.
    guard target != Target() else { return }
    var size = size
    if case .tensor = images.source {
      guard let own = try? NetworkInputs(images.engineSource).size else { return }
      size = own
    }
    var known: [NetworkFacts] = []
    for network in networks + gallery where network.savedMap == nil {
      guard let facts = try? engine.facts(of: network, size: size, cancellation: Cancellation())
      else { return }
      known.append(facts)
    }
    if let error = target.missing(in: known) { throw error }
  }
}
