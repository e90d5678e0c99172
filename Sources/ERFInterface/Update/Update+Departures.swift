// Leaving weights that were trained here and runs under way: nothing of them is lost unasked.

import ERFEngine

extension Model {
  /// Leaves what is on screen for something else, or asks first where trained weights or a long run would
  /// be lost.
  mutating func depart(_ departure: Question.Departure) -> [Effect] {
    guard let question = question(departure) else { return carryOut(departure) }
    overlay = .question(question)
    return []
  }

  /// A training and other runs go on behind the question: it is about what there is when it is answered.
  mutating func renewQuestion() {
    guard case .question(let question)? = overlay, case .leave(let departure) = question.purpose
    else { return }
    // Somebody is about to answer: what was asked stays open although nothing depends on it any more.
    overlay = .question(
      self.question(departure)
        ?? Question(
          purpose: question.purpose, text: "Nothing would be lost any more.",
          action: departure.action(losesWeights: false)))
  }

  /// What there is to ask before leaving; nil where nothing would be lost.
  private func question(_ departure: Question.Departure) -> Question? {
    let run = departure.staysInSession ? nil : longRun
    let weights = losses(departure)
    let runs = run.map { ["A run of \(Format.duration($0)) has not finished."] } ?? []
    guard !weights.isEmpty || !runs.isEmpty else { return nil }
    return Question(
      purpose: .leave(departure), text: (weights + runs).joined(separator: " "),
      action: departure.action(losesWeights: !weights.isEmpty),
      other: momentToKeep(departure).map {
        Question.Other(key: "k", action: "keep step \($0.step) in a file")
      })
  }

  /// Quits whatever is open, as `q` does where nothing is; where that was asked about already, at once.
  mutating func interrupt() -> [Effect] {
    if asksToQuit { return carryOut(.quit) }
    (notice, sought) = (nil, nil)
    let effects = depart(.quit)
    // What would be lost may be put in the words of another question that was open.
    if asksToQuit { notice = Notice(.note, "quit? ^C pressed again quits at once") }
    return effects
  }

  private var asksToQuit: Bool {
    if case .question(let question)? = overlay { question.purpose == .leave(.quit) } else { false }
  }

  /// Does what was asked about.
  mutating func carryOut(_ departure: Question.Departure) -> [Effect] {
    switch departure {
    case .quit: return cancelWork() + [.quit]
    case .startAfresh:
      let effects = replace(session: .first)
      tell(.note, "the first screen; u goes back to what was here")
      return effects
    case .session(let name): return openReadyMade(name)
    case .sessionFile(let session, let path): return openFile(session, path)
    case .trainAnew:
      droppedMoments.formUnion(film?.moments.map(\.path) ?? [])
      askForTrainingData()
      return []
    case .gallery(let networks, let selection):
      session.gallery = networks
      gallery.selection = selection
      return []
    }
  }

  /// Keeps what would be lost; the user goes on from there.
  mutating func keepInstead(of departure: Question.Departure) -> [Effect] {
    guard let moment = momentToKeep(departure) else { return [] }
    guard saving == nil else {
      notice = Notice(.note, "a file is still being written")
      return []
    }
    return keepWeights(moment.path, of: moment.network, isOfFilm: moment.isOfFilm)
  }

  /// Which weights would go, in a line each.
  private func losses(_ departure: Question.Departure) -> [String] {
    let trained = film.flatMap { $0.isUnkept ? [loss($0)] : nil } ?? []
    switch departure {
    case .gallery(let networks, selection: _): return momentsLost(to: networks).map(\.loss)
    // The next training begins with what is on screen, and the arrows lead back to it.
    case .trainAnew: return trained
    case .quit, .startAfresh, .session, .sessionFile: return trained + unkeptMoments.map(\.loss)
    }
  }

  /// Trained weights in no file of the user's that nothing would show with other networks in the gallery.
  private func momentsLost(to networks: [NetworkSpec]) -> [UnkeptMoment] {
    var after = self
    after.session.gallery = networks
    let left = Set(after.unkeptMoments.map(\.path))
    return unkeptMoments.filter { !left.contains($0.path) }
  }

  /// The weights that are to be kept first: of the training that the panel shows, else others.
  private func momentToKeep(_ departure: Question.Departure) -> UnkeptMoment? {
    if case .gallery(let networks, selection: _) = departure {
      return momentsLost(to: networks).first
    }
    guard let film, film.isUnkept, let place = keptMoment(film),
      keptWeights[film.moments[place].path] == nil
    else { return unkeptMoments.first }
    let moment = film.moments[place]
    return UnkeptMoment(
      whose: Self.letter(film.side), network: film.network(place), path: moment.path,
      step: moment.step, isOfFilm: true)
  }

  /// The moment on screen, or else the latest.
  private func keptMoment(_ film: TrainingFilm) -> Int? {
    weightsOnScreen(film).moment ?? film.moments.indices.last
  }

  /// What goes, in a line.
  private func loss(_ film: TrainingFilm) -> String {
    let letter = Self.letter(film.side)
    let step = film.progress.map { "step \($0.step) of \($0.steps)" } ?? "its beginning"
    if film.job != nil {
      return "\(letter) is being trained, now at \(step)"
        + (film.isKept ? "." : ", and none of its weights are kept.")
    }
    return "\(letter) was trained up to \(step), and none of its weights are kept."
  }
}
