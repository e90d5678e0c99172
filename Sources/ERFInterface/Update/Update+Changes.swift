// Files of networks that are replaced while the explorer has them open.

import ERFEngine

extension Model {
  /// Lets go of all that was made of the file at a path, which is another one now: what is on the screen is
  /// asked for anew, so that no two of its numbers are of different contents.
  mutating func changed(_ path: String) -> [Effect] {
    func isOutdated(_ network: NetworkSpec) -> Bool {
      network.ownFiles.contains { PathKey.areSame($0, path) }
    }
    forgetFinished(where: isOutdated)
    var stopped = depth.forget(where: isOutdated) + gallery.forget(where: isOutdated)
    stopped += predictions.forget(where: isOutdated)
    var effects = stopProbes(where: isOutdated)
    if kernelMaps.asked.map(isOutdated) ?? false {
      effects += cancelKernelMaps()
      kernelMaps.asked = nil
    }
    session.weightsHashes = session.weightsHashes.filter { !isOutdated($0.key) }
    for index in sides.indices where isOutdated(session.networks[index]) {
      sides[index].asked = nil
    }
    if (session.networks + session.gallery).contains(where: isOutdated) {
      stopped += facts.reopen()
      tell(.warning, "\(path.fileName.sanitised) has changed since it was opened: read anew")
    }
    return effects + stopped.map { .cancel($0) }
  }

  /// Forgets what was computed of networks of which `isOutdated` holds: maps, probes and kernel maps.
  mutating func forgetFinished(where isOutdated: (NetworkSpec) -> Bool) {
    finishedMaps.forget(where: isOutdated)
    shapeBias.reports = shapeBias.reports.filter { !isOutdated($0.key) }
    kernelMaps.known = kernelMaps.known.filter { !isOutdated($0.key) }
  }

  /// Ends the probes under way of networks of which `isOutdated` holds.
  private mutating func stopProbes(where isOutdated: (NetworkSpec) -> Bool) -> [Effect] {
    var effects: [Effect] = []
    for index in shapeBias.sides.indices {
      guard let asked = shapeBias.sides[index].asked, isOutdated(asked) else { continue }
      if let job = shapeBias.sides[index].job { effects.append(.cancel(job.id)) }
      shapeBias.sides[index].job = nil
      shapeBias.sides[index].asked = nil
    }
    return effects
  }
}
