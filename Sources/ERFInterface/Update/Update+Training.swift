// Training in the background: starting and stopping it, its moments, and what becomes of them.

import ERFEngine

extension Model {
  func cancelTraining() -> [Effect] { film?.job.map { [.cancel($0)] } ?? [] }

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
}
