// The run of training on screen: its moments, and trained against random weights.

import ERFEngine

extension Model {
  mutating func keepWeights(_ film: TrainingFilm, moment: Int) -> [Effect] {
    keepWeights(film.moments[moment].path, of: film.network(moment), isOfFilm: true)
  }

  /// - Parameter isOfFilm: whether they are of the training on screen, rather than of a former run.
  mutating func keepWeights(
    _ path: String, of network: NetworkSpec, isOfFilm: Bool
  ) -> [Effect] {
    let id = nextRequestID()
    saving = id
    if isOfFilm { film?.keeping = id }
    beingKept[id] = path
    return [.keepWeights(id, path: path, stem: ExportNaming.weightsStem(network))]
  }

  /// What is asked of the engine for the map of a moment; nil: of the weights from before.
  func request(_ film: TrainingFilm, moment: Int?) -> ERFRequest {
    var request = request(film.side)
    request.network = film.network(moment)
    return request
  }

  /// Takes the map from before the training where it is known.
  mutating func filmStart() {
    guard let film else { return }
    let request = request(film, moment: nil)
    guard let known = finishedMaps[request] else { return }
    self.film?.keep(TrainingFilm.Map(request, known.result, known.field))
  }

  /// Takes a map of the film that was finished.
  mutating func keepForFilm(
    _ request: ERFRequest, _ network: NetworkSpec, _ result: ERFResult, _ field: HeatField
  ) {
    guard let film, film.holds(network) else { return }
    self.film?.keep(TrainingFilm.Map(request, result, field))
  }

  func isOnScreen(_ film: TrainingFilm) -> Bool {
    session.networks.indices.contains(film.side) && session.networks[film.side] == film.network
  }

  /// Which of a film's weights are on screen, in an edited network or not.
  func weightsOnScreen(_ film: TrainingFilm) -> TrainingFilm.Weights {
    guard session.networks.indices.contains(film.side) else { return .others }
    let network = session.networks[film.side]
    let present = TrainingFilm.Weights(moment: film.shown)
    let all = [present] + film.moments.indices.map { .moment($0) } + [.before]
    return all.first { weights in
      let of = film.network(weights.moment)
      return of.weights == network.weights && of.source == network.source
    } ?? .others
  }

  /// Whether the network with a moment's weights was edited since, of which the moment knows nothing.
  func isEditedSince(_ film: TrainingFilm) -> Bool {
    weightsOnScreen(film).moment != nil && session.networks[film.side].isEdited
  }

  /// From the moment on screen, or back to the last one that was where other weights took its place.
  mutating func stepMoment(_ step: Int) {
    guard let film else { return }
    let next =
      switch weightsOnScreen(film) {
      case .before: step - 1
      case .moment(let shown): shown + step
      case .others: film.shown ?? -1
      }
    guard (-1..<film.moments.count).contains(next) else {
      notice = Notice(.note, step > 0 ? "this is the latest moment" : "this is how it began")
      return
    }
    show(moment: next < 0 ? nil : next)
    self.film?.isDropped = false
    self.film?.follows = next == film.moments.count - 1
  }

  mutating func show(moment: Int?) {
    guard let film, session.networks.indices.contains(film.side) else { return }
    // What was opened in its place meanwhile is what undo leads back to.
    if !isOnScreen(film), session.networks[film.side] != film.network(moment) {
      history.record(session.networks)
    }
    self.film?.shown = moment
    session.networks[film.side] = film.network(moment)
  }

  /// The seeded random weights in place of the trained ones, or the other way round.
  mutating func toggleWeights() {
    let network = session.networks[active]
    var weights = WeightsSource.random(seed: 0)
    if case .random = network.weights {
      weights = setAside[network.model] ?? .usual(for: network.model)
      if case .random = weights {
        notice = Notice(.note, "no trained weights of \(network.shownModel); o opens a checkpoint")
        return
      }
    } else {
      setAside[network.model] = network.weights
    }
    history.record(session.networks)
    session.networks[active].setWeights(weights)
  }

  /// Why a side cannot be trained, as far as that is known without opening a file; nil where it may be.
  func trainingRefusal(_ side: Int) -> String? {
    let network = session.networks[side]
    guard network.savedMap == nil else { return "a saved map cannot be trained" }
    return FineTuning.refusal(of: network)
  }
}
