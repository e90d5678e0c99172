// The gallery: what is computed in the background while somebody looks at it.

import ERFEngine

extension Model {
  /// Starts what the panels lack, after the maps, which matter more: Metrics and the curves have a row
  /// and a line for each network.
  mutating func pursueGallery() -> [Effect] {
    let isSeen = isLookedAt(.gallery)
    let networks = isSeen ? session.gallery : isLookedAt(.metrics) ? others : []
    let start = wantedFilmStart
    guard !networks.isEmpty || gallery.isBusy || start != nil else { return [] }
    refreshOthers()
    let wanted = networks.map { galleryRequest($0) } + [start].compactMap(\.self)
    var effects = gallery.drop(allBut: wanted).map { Effect.cancel($0) }
    guard !isComputing else { return effects }
    for request in wanted
    where !isUnopened(request.network) && finishedMaps[request] == nil
      && !gallery.isSettled(request)
    {
      let id = nextRequestID()
      gallery.begin(request, id)
      effects.append(.computeMap(id, request))
    }
    return effects
  }

  /// The map from before where somebody looks for it and it is not known.
  private var wantedFilmStart: ERFRequest? {
    guard let film, !film.moments.isEmpty, isLookedAt(.training), !film.start.needsOpening,
      session.networks.indices.contains(film.side)
    else { return nil }
    let request = request(film, moment: nil)
    return film[request] == nil && finishedMaps[request] == nil ? request : nil
  }

  /// Whether it is not known yet what a file of the gallery holds.
  private func isUnopened(_ network: NetworkSpec) -> Bool {
    network.needsOpening && !facts.isKnown(FactsCache.Key(network, size: askedSize(unitSide)))
  }

  /// Layers and costs of the networks of the gallery.
  mutating func refreshOthers() {
    for network in session.gallery { facts.refresh(network, askedSize(unitSide)) }
  }

  mutating func mapped(_ id: RequestID, _ result: ERFResult, _ field: HeatField) {
    guard let request = gallery.end(id) else { return }
    if let film, self.request(film, moment: nil) == request {
      self.film?.keep(TrainingFilm.Map(request, result, field))
    }
    guard
      let network = session.gallery.first(where: { galleryRequest($0) == request })
    else { return }
    compareHash(result.subject, of: network)
    finishedMaps.keep(
      FinishedMaps.Entry(request: request, network: network, result: result, field: field))
  }

  mutating func mapFailed(_ id: RequestID, _ reason: String?) {
    guard let request = gallery.end(id), let reason else { return }
    gallery.fail(request, reason)
    note(.failure, [reason])
  }
}
