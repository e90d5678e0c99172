// What holds of the state after every update; debug builds, hence all tests, check it each time.

extension Model {
  /// What does not hold, in words; empty in a program without this kind of bug.
  var brokenInvariants: [String] {
    var broken: [String] = []
    func expect(_ holds: Bool, _ claim: String) { if !holds { broken.append(claim) } }
    let networks = session.networks.count
    expect((1...2).contains(networks), "one or two networks, not \(networks)")
    expect(sides.count == networks, "a side for each of \(networks) networks, not \(sides.count)")
    expect(
      shapeBias.sides.count == networks,
      "a probe for each of \(networks) networks, not \(shapeBias.sides.count)")
    if let film {
      expect(film.side < networks, "training of a network that is there, not of \(film.side)")
      expect(
        film.shown.map { film.moments.indices.contains($0) } ?? true,
        "the moment on screen is one of \(film.moments.count)")
    }
    if let awaitedFilm {
      expect(awaitedFilm.side < networks, "training of a network that is there is awaited")
      if case .prompt(let prompt)? = overlay {
        expect(prompt.waitsFor == awaitedFilm.job, "the prompt waits for the training")
      } else {
        expect(false, "no training is awaited without its prompt")
      }
    }
    let running = runningRequests
    expect(Set(running).count == running.count, "each request has a number of its own: \(running)")
    expect(
      !predictions.isBusy || isLookedAt(.prediction), "no prediction is awaited that nobody sees")
    expect(
      !session.images.range.isEmpty && session.images.range.upperBound <= session.images.available,
      "images \(session.images.range) of \(session.images.available)")
    expect(log.count <= Self.logLines, "a log of \(log.count) lines")
    expect(
      (notice?.lines ?? []).allSatisfy { $0 == $0.sanitised }, "a notice that can be printed")
    return broken
  }

  /// The numbers of the requests whose answers are awaited.
  private var runningRequests: [Int] {
    var ids = requestsBeside
    ids += sides.compactMap { $0.job?.id }
    ids += [film?.job, awaitedFilm?.job, exporting, saving, listing].compactMap(\.self)
    return ids.map(\.number)
  }

  /// What is computed beside the maps of A and B.
  var requestsBeside: [RequestID] {
    var ids = shapeBias.sides.compactMap { $0.job?.id }
    ids += predictions.jobs + depth.jobs
    ids += gallery.jobs.keys
    ids += facts.openings.values
    if let id = kernelMaps.job { ids.append(id) }
    return ids
  }
}
