// Leaving weights that were trained here: nothing of them is lost unasked.

import ERFEngine

extension Model {
  /// Leaves the training on screen for something else, or asks first where its weights would be lost.
  mutating func depart(_ departure: Question.Departure) -> [Effect] {
    guard let film, film.isUnkept else { return carryOut(departure) }
    overlay = .question(
      Question(
        purpose: .leaveTraining(departure), text: loss(film), action: departure.action,
        other: keptMoment(film).map {
          Question.Other(key: "k", action: "keep step \(film.moments[$0].step) in a file")
        }))
    return []
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
    case .trainAnew:
      askForTrainingData()
      return []
    }
  }

  /// Keeps what would be lost; the user goes on from there.
  mutating func keepInstead() -> [Effect] {
    guard let film, let moment = keptMoment(film) else { return [] }
    guard saving == nil else {
      notice = Notice(.note, "a file is still being written")
      return []
    }
    return keepWeights(film, moment: moment)
  }

  /// The moment on screen, or else the latest.
  private func keptMoment(_ film: TrainingFilm) -> Int? {
    film.shown ?? film.moments.indices.last
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
