// Training in the background: starting and stopping it, its moments, and what becomes of them.

import ERFEngine

extension Model {
  // MARK: The prompt

  /// What the key for training comes to: it starts and stops.
  var trainingPlan: Plan {
    if let job = film?.job { return .change { _ in [.cancel(job)] } }
    // Said at once rather than after a folder was named.
    if let refusal = trainingRefusal(active) { return .refuse(refusal) }
    return .change { $0.depart(.trainAnew) }
  }

  /// Asks what to train on.
  mutating func askForTrainingData() {
    var prompt = Prompt(
      purpose: .train(letter: Self.letter(active)), suggestion: trainingFolder)
    if case .random = session.networks[active].weights {
      prompt.hint = "from random weights: the field grows before your eyes"
    } else {
      prompt.hint =
        "continues from the current weights; Esc, then W: from random ones, a better show"
    }
    overlay = .prompt(prompt)
  }

  /// What Enter in the prompt comes to; the prompt stays until the run is known to begin.
  mutating func train(_ id: RequestID, on folder: String) -> [Effect] {
    let network = session.networks[active]
    let named = folder.isEmpty ? nil : folder
    awaitedFilm = TrainingFilm(side: active, start: network, folder: named, job: id)
    let request = TrainingRequest(network: network, folder: named, threads: threads)
    return [.train(id, request)]
  }

  /// Where a prompt was closed: what it waited for is not wanted any more.
  mutating func giveUpTrainingPrompt() -> [Effect] {
    guard let id = awaitedFilm?.job else { return [] }
    awaitedFilm = nil
    return [.cancel(id)]
  }

  // MARK: The run

  mutating func cancelTraining() -> [Effect] {
    (film?.job.map { [.cancel($0)] } ?? []) + giveUpTrainingPrompt()
  }

  mutating func training(_ id: RequestID, _ report: FineTuning.Report) {
    switch report {
    case .planned(let plan): planned(id, plan)
    case .skipped(let images):
      guard film?.job == id else { return }
      let count = images.count.counted("picture")
      note(.warning, images.map(\.explanation))
      notice = Notice(.warning, "\(count) cannot be read: left out, and listed in Jobs")
    case .progressed(let progress): progressed(id, progress)
    }
  }

  /// The run begins: its film takes the place of the one before.
  private mutating func planned(_ id: RequestID, _ plan: FineTuningPlan) {
    guard var begun = awaitedFilm, begun.job == id else { return }
    awaitedFilm = nil
    _ = complain(id, nil)
    begun.plan = plan
    film = begun
    trainingFolder = begun.folder ?? ""
    filmStart()
    session.screen.moveFocus(to: .training)
    guard let notice = planNotice(begun) else { return }
    tell(notice.kind, notice.lines)
  }

  /// What there is to say of a plan; nil: nothing.
  private func planNotice(_ film: TrainingFilm) -> Notice? {
    guard let notes = film.plan?.notes, !notes.isEmpty else { return nil }
    return Notice(.warning, notes.map { "\(Self.letter(film.side)): \($0)" })
  }

  private mutating func progressed(_ id: RequestID, _ progress: FineTuning.Progress) {
    guard film?.job == id else { return }
    film?.progress = progress
    guard let moment = progress.moment else { return }
    film?.moments.append(moment)
    // What was said of the plan stands in the panel, too; keys take the footer back.
    if let film, notice == planNotice(film) { notice = nil }
    // What was kept of an earlier file of that name is something else.
    keptWeights[moment.path] = nil
    guard let film, film.follows else { return }
    // Somebody went on editing: their network stays.
    guard isOnScreen(film) else {
      self.film?.follows = false
      return
    }
    // Undo leads back to the weights from before.
    if film.shown == nil { history.record(session.networks) }
    show(moment: film.moments.count - 1)
  }

  mutating func trained(_ id: RequestID, _ failure: String?) {
    if awaitedFilm?.job == id {
      // It did not even begin: the prompt says why.
      awaitedFilm = nil
      _ = complain(id, failure ?? "the training was cancelled")
      return
    }
    guard let film, film.job == id else { return }
    self.film?.job = nil
    self.film?.failure = failure
    if failure == nil, film.moments.isEmpty {
      self.film = nil
      return tell(.note, "training stopped before its first step: the weights are as they were")
    }
    let name = "\(Self.letter(film.side)) \(name(film.side))"
    if let failure {
      tell(.failure, "\(name): \(failure)")
    } else {
      tell(
        .note,
        "trained for \((film.progress?.step ?? 0).counted("step")); in Training, arrows step through them, "
          + "Enter keeps, Backspace drops")
    }
  }

  mutating func kept(_ id: RequestID, _ path: String, _ failure: String?) {
    guard saving == id else { return }
    saving = nil
    let moment = beingKept.removeValue(forKey: id)
    if let moment, failure == nil { keptWeights[moment] = path }
    if film?.keeping == id {
      film?.keeping = nil
      if failure == nil { film?.isKept = true }
    }
    if let failure { return tell(.failure, failure) }
    tell(.note, "wrote \(path)" + (moment.flatMap { unwrittenEdits($0) }.map { ": " + $0 } ?? ""))
  }

  /// That a file of a moment's weights holds nothing of what was edited since; nil where nothing was.
  private func unwrittenEdits(_ moment: String) -> String? {
    let isEdited = session.networks.contains { $0.weights == .file(moment) && $0.isEdited }
    guard isEdited else { return nil }
    let step =
      film?.moments.first { $0.path == moment }?.step ?? TrainingFilm.step(moment)
    return "the weights" + (step.map { " of step \($0)" } ?? "")
      + ", without the edits on screen"
  }
}
