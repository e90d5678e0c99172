// Training in the background: starting and stopping it, its moments, and what becomes of them.

import ERFEngine

extension Model {
  static let nothingTrained = "nothing was trained yet; t trains the active network"

  func trainingRefusal(_ command: CommandName) -> String? {
    switch command {
    case .train:
      return film?.job == nil && session.networks[active].savedMap != nil
        ? "a saved map cannot be trained" : nil
    case .choose, .clear, .move:
      guard let film, !film.moments.isEmpty else { return Self.nothingTrained }
      return command == .choose && film.shown == nil
        ? "these are the weights from before; step to a moment to keep it" : nil
    default: return nil
    }
  }

  /// Starts training the active network, or stops what is trained.
  mutating func train() -> [Effect] {
    if let job = film?.job { return [.cancel(job)] }
    let id = nextRequestID()
    let network = session.networks[active]
    film = TrainingFilm(side: active, start: network, job: id)
    // Undo leads back to the weights from before.
    history.record(session.networks)
    session.screen.moveFocus(to: .training)
    return [.train(id, network.spec, threads: threads)]
  }

  func cancelTraining() -> [Effect] { film?.job.map { [.cancel($0)] } ?? [] }

  mutating func changeTraining(_ command: CommandName) -> [Effect] {
    switch command {
    case .move(.left): stepMoment(-1)
    case .move(.right): stepMoment(1)
    case .clear:
      show(moment: nil)
      film?.follows = false
    case .choose:
      guard let film, let shown = film.shown else { return [] }
      let moment = film.moments[shown]
      let id = nextRequestID()
      saving = id
      return [
        .keepWeights(id, path: moment.path, stem: "\(film.start.model)-step-\(moment.step)")
      ]
    default: break
    }
    return []
  }

  mutating func training(_ id: RequestID, _ progress: FineTuning.Progress) {
    guard film?.job == id else { return }
    film?.progress = progress
    guard let moment = progress.moment else { return }
    film?.moments.append(moment)
    guard let film, film.follows else { return }
    // Somebody went on editing: their network stays.
    guard isOnScreen(film) else {
      self.film?.follows = false
      return
    }
    show(moment: film.moments.count - 1)
  }

  mutating func trained(_ id: RequestID, _ failure: String?) {
    guard let film, film.job == id else { return }
    self.film?.job = nil
    self.film?.failure = failure
    let name = "\(Self.letter(film.side)) \(name(film.side))"
    if let failure {
      tell(.failure, "\(name): \(failure)")
    } else {
      tell(
        .note,
        "trained for \(film.progress?.step ?? 0) steps; in Training, arrows step through them, "
          + "Enter keeps, Backspace drops")
    }
  }

  mutating func kept(_ id: RequestID, _ path: String, _ failure: String?) {
    guard saving == id else { return }
    saving = nil
    if let failure { return tell(.failure, failure) }
    tell(.note, "wrote \(path)")
  }

  /// The seeded random weights in place of the trained ones, or the other way round.
  mutating func toggleWeights() {
    let network = session.networks[active]
    var weights = WeightsSource.random(seed: 0)
    if case .random = network.weights {
      weights = setAside[network.model] ?? .usual(for: network.model)
      if case .random = weights {
        notice = Notice(.note, "no trained weights of \(network.model); o opens a checkpoint")
        return
      }
    } else {
      setAside[network.model] = network.weights
    }
    history.record(session.networks)
    var choice = NetworkChoice(model: network.model, weights: weights)
    choice.edited = network.edited
    if case .file = weights { choice.weightsKey = network.weightsKey }
    session.networks[active] = choice
  }

  private func isOnScreen(_ film: TrainingFilm) -> Bool {
    session.networks.indices.contains(film.side) && session.networks[film.side] == film.network
  }

  private mutating func stepMoment(_ step: Int) {
    guard let film else { return }
    let next = (film.shown ?? -1) + step
    guard (-1..<film.moments.count).contains(next) else {
      notice = Notice(.note, step > 0 ? "this is the latest moment" : "this is how it began")
      return
    }
    show(moment: next < 0 ? nil : next)
    self.film?.follows = next == film.moments.count - 1
  }

  private mutating func show(moment: Int?) {
    guard let film, session.networks.indices.contains(film.side) else { return }
    self.film?.shown = moment
    session.networks[film.side] = film.network(moment)
  }
}
