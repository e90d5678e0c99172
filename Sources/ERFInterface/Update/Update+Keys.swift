// Keys to commands, and what each of those that hold everywhere comes to; a panel's own commands are
// the panel's.

import ERFEngine

extension Model {
  /// What a key does; one that does nothing says why.
  mutating func press(_ key: Key) -> [Effect] {
    if key != .escape { escapeAgain = nil }
    if key == .control("c") { return interrupt() }
    if let effects = pressInOverlay(key) { return effects }
    if readingSession != nil, key.isText || key == .escape {
      // What is on the screen is about to go.
      if key == .escape { (readingSession, notice) = (nil, nil) } else { drop(key) }
      return []
    }
    if key == .escape, !isWorking { return escapeWithNothingToCancel() }
    guard let command = Command.forKey(key, in: focus) else {
      // What is no key by any name may be an answer of the terminal.
      if key != .other { notice = Notice(.note, Command.unknown(key)) }
      return []
    }
    return run(command)
  }

  /// Pasted text is text: it goes where text is typed, with blanks for the line ends between its words, as
  /// lines of input usually have it, and is no command. A path from the root or from home takes the place of
  /// one that was only suggested.
  mutating func paste(_ text: String) -> [Effect] {
    guard let overlay, overlay.isTyping else {
      notice = Notice(.note, "pasted text goes into a line of input: :, o, t and w open one")
      return []
    }
    guard !holdsKeys, !overlay.isAwaitingAnswer else {
      notice = Notice(.note, "a paste does not wait for the answer: paste it again after that")
      return []
    }
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    let plain = line.unicodeScalars.filter { Key(scalar: $0) == .character($0) }
    guard let first = plain.first else { return [] }
    if first == "/" || first == "~", case .prompt(var prompt) = overlay, prompt.isSuggestion {
      prompt.text = ""
      self.overlay = .prompt(prompt)
    }
    return retype { $0.adding(plain) }
  }

  /// Carries a key out, and sets going what the screen then asks for: letters in a line of input ask for
  /// nothing that is computed.
  mutating func take(_ key: Key) -> [Effect] {
    if case .character = key, overlay?.isTyping == true { return press(key) }
    return press(key) + pursue()
  }

  /// Carries a command out, or says why not.
  mutating func run(_ command: Command) -> [Effect] {
    notice = nil
    if let panel = command.panel, panel != focus { session.screen.moveFocus(to: panel) }
    switch plan(command.name) {
    case .refuse(let reason):
      notice = Notice(.note, reason)
      return []
    case .change(let change): return change(&self)
    }
  }

  /// What a command comes to now.
  func plan(_ command: CommandName) -> Plan {
    switch command {
    case .panel(let panel):
      panel == focus
        ? .refuse("\(panel.title) has the focus already")
        : .edit { $0.session.screen.moveFocus(to: panel) }
    case .nextPanel: .edit { $0.stepFocus(1) }
    case .previousPanel: .edit { $0.stepFocus(-1) }
    case .zoom: .edit { $0.session.screen.isZoomed.toggle() }
    case .side(let side): sidePlan(side)
    case .nextStage, .previousStage, .nextBlock, .previousBlock, .centreUnit: targetPlan(command)
    case .larger, .smaller: sizePlan(larger: command == .larger)
    case .nextImage: imagePlan(step: 1)
    case .previousImage: imagePlan(step: -1)
    case .nextNetwork: .edit { $0.stepNetwork(1) }
    case .previousNetwork: .edit { $0.stepNetwork(-1) }
    case .weights:
      session.networks[active].savedMap == nil
        ? .edit { $0.toggleWeights() } : .refuse(Self.noWeights)
    case .train: trainingPlan
    case .undo: undoPlan
    case .redo: redoPlan
    case .recompute: .change { $0.recompute() }
    case .bfloat16: bfloat16Plan
    case .startAfresh: .change { $0.depart(.startAfresh) }
    case .cancel: cancelPlan
    case .scale, .arrangement, .curve, .rule, .areas, .theory, .profile, .underlay, .nextColours,
      .previousColours:
      lookPlan(command)
    case .open, .export, .write, .copy, .copyCommand, .palette, .help, .mouse, .redraw, .suspend,
      .quit:
      programPlan(command)
    case .move, .leap, .increase, .decrease, .choose, .clear, .mark, .addImages, .writeTable,
      .swapNetworks,
      .copyNetwork, .resetNetwork, .weightFit, .nextSeed, .differences:
      Panels.named(focus).plan(command, self)
    }
  }

  private func sidePlan(_ side: Int) -> Plan {
    guard sides.count > 1 else { return .refuse(Self.needsTwo) }
    return side == active
      ? .refuse("edits go to \(Self.letter(side)) already")
      : .edit { $0.session.screen.side = side }
  }

  /// Previews in bfloat16, where the processor has it.
  private var bfloat16Plan: Plan {
    guard hasBFloat16 else {
      return .refuse(PrecisionError(precision: .bfloat16).explanation)
    }
    return .edit { model in
      model.session.screen.previewsInBFloat16.toggle()
      model.notice = Notice(
        .note,
        model.session.screen.previewsInBFloat16
          ? "bf16 previews: the map of the first picture in bf16, then the exact map"
          : "no bf16 previews")
    }
  }

  /// How the maps are shown.
  private func lookPlan(_ command: CommandName) -> Plan {
    switch command {
    case .scale:
      sides.count > 1
        ? .edit { $0.stepScale() } : .refuse(Self.needsTwo)
    case .arrangement:
      sides.count > 1
        ? .edit { $0.session.screen.arrangement = $0.session.screen.arrangement.next }
        : .refuse(Self.needsTwo)
    case .curve: .edit { $0.session.screen.curve = $0.session.screen.curve.next }
    case .rule:
      isOfSavedMaps
        ? .refuse("saved maps keep their rule") : .edit { $0.session.rule = $0.session.rule.next }
    case .areas: .edit { $0.session.screen.areas = $0.session.screen.areas.next }
    case .theory: theoryPlan
    case .profile: .edit { $0.session.screen.profile = $0.session.screen.profile.next }
    case .underlay: underlayPlan
    case .nextColours: .edit { $0.stepColours(1) }
    case .previousColours: .edit { $0.stepColours(-1) }
    default: .nothing
    }
  }

  private var theoryPlan: Plan {
    session.screen.showsTheory || session.networks.contains { $0.savedMap == nil }
      ? .edit { $0.session.screen.showsTheory.toggle() }
      : .refuse("a saved map has no theoretical field")
  }

  private var underlayPlan: Plan {
    if !session.screen.hasUnderlay, let underlayRefusal { return .refuse(underlayRefusal) }
    return .edit { $0.session.screen.hasUnderlay.toggle() }
  }

  /// Files, what lies over the panels, and the terminal.
  private func programPlan(_ command: CommandName) -> Plan {
    switch command {
    case .open: .change { $0.browse() }
    case .export:
      exporting == nil
        ? .edit { $0.overlay = .exportMenu(selection: 0) }
        : .refuse("the previous export is still being written")
    case .write:
      if let unopened {
        .refuse(unopened)
      } else if let unkeptWeights {
        .refuse(unkeptWeights)
      } else if saving != nil {
        .refuse("a file is still being written")
      } else {
        .edit { model in
          let path = model.sessionPath ?? "session.json"
          model.overlay = .prompt(Prompt(purpose: .saveSession, suggestion: path))
        }
      }
    case .copy:
      sides.contains { $0.measured != nil }
        ? .change { model in
          model.notice = model.display.clipboard.notice("the metrics")
          return [.copyMetrics]
        } : .refuse("there are no metrics yet")
    case .copyCommand: copyCommandPlan
    case .palette: .edit { $0.overlay = .palette(query: "", selection: 0) }
    case .help: .edit { $0.overlay = .help(query: "", isSearching: false, scroll: 0) }
    case .mouse: .change { $0.toggleMouse() }
    case .redraw: .change { _ in [.redraw] }
    case .suspend: .change { _ in [.suspend] }
    case .quit: .change { $0.depart(.quit) }
    default: .nothing
    }
  }

  // MARK: Changes

  private mutating func stepFocus(_ step: Int) {
    let all = Panels.names
    let place = all.firstIndex(of: focus) ?? 0
    session.screen.moveFocus(to: all[(place + step + all.count) % all.count])
  }

  private mutating func stepColours(_ step: Int) {
    let count = ColourRamp.all.count
    session.screen.colours = ColourRamp.all[(colourMap + step + count) % count].name
  }

  /// Whether undo leads to other networks than these.
  var canUndo: Bool { history.canUndo(session.networks) }

  /// The session that another took the place of is what there is to go back to before its first edit.
  private var undoPlan: Plan {
    if canUndo { return .edit { $0.undo() } }
    guard let replaced else { return .refuse("nothing to undo") }
    return .change { model in
      let undone = (session: model.session, history: model.history)
      let effects = model.replace(session: replaced)
      (model.replaced, model.undone) = (nil, undone)
      model.tell(.note, "undone: the session from before")
      return effects
    }
  }

  /// The session that was left by undo is what there is to go forward to until the first edit after it,
  /// and from there to the edits of it that were undone before.
  private var redoPlan: Plan {
    if history.canRedo(session.networks) { return .edit { $0.redo() } }
    guard let undone, !canUndo else { return .refuse("nothing to redo") }
    return .change { model in
      let effects = model.replace(session: undone.session)
      model.history = undone.history
      model.tell(.note, "redone: the session that was undone")
      return effects
    }
  }

  private mutating func undo() {
    if let step = history.undo(session.networks) { go(to: step, "undone") }
  }

  private mutating func redo() {
    if let step = history.redo(session.networks) { go(to: step, "redone") }
  }

  /// Takes what was there on the other side of an edit, and says what became of which network:
  /// `undone: B stage 1 kernel 19 is 13 again`.
  private mutating func go(to step: History.Step, _ word: String) {
    var parts = zip(session.networks, step.networks).enumerated().compactMap { index, pair in
      pair.0 == pair.1 ? nil : "\(Self.letter(index)) \(designs.change(from: pair.0, to: pair.1))"
    }
    if step.isSwap { swapSides() } else { session.networks = step.networks }
    if let size = step.size, size != session.size {
      session.size = size
      parts.append("the input is \(size) px")
    }
    notice = Notice(.note, "\(word): " + parts.joined(separator: "; "))
  }

  private mutating func recompute() -> [Effect] {
    for index in sides.indices {
      sides[index].asked.map { finishedMaps.forget($0) }
      sides[index].asked = nil
    }
    probeAnew()
    depth.forget()
    gallery.forget()
    predictions = Predictions()
    notice = Notice(.note, "computing again what is on screen")
    return facts.reopen().map { .cancel($0) }
  }

  private mutating func toggleMouse() -> [Effect] {
    hasMouse.toggle()
    notice = Notice(
      .note, hasMouse ? "mouse on; m turns it off" : "mouse off")
    return [.listenToMouse(hasMouse)]
  }

  /// Longer runs than this many seconds are neither cancelled nor left by one key.
  private static let longRun = 5.0

  private var cancelPlan: Plan {
    guard isWorking else { return .refuse("nothing is being computed") }
    guard escapeAgain != .cancels, let longest = longestRun else {
      return .change { $0.cancelAll() }
    }
    return .edit { model in
      model.escapeAgain = .cancels
      model.notice = Notice(.warning, "Esc again cancels \(longest)")
    }
  }

  /// A panel that has the screen to itself gives it back; with all panels there, Esc twice quits.
  private mutating func escapeWithNothingToCancel() -> [Effect] {
    if session.screen.isZoomed {
      session.screen.isZoomed = false
      notice = nil
    } else if escapeAgain == .quits {
      escapeAgain = nil
      return depart(.quit)
    } else {
      escapeAgain = .quits
      notice = Notice(.note, "nothing is open or being computed; Esc again quits")
    }
    return []
  }

  /// What would be lost, where it is much.
  private var longestRun: String? {
    if let film, film.job != nil, let progress = film.progress {
      return "training after \(progress.step.counted("step"))"
    }
    return longRun.map { "a run of \(Format.duration($0))" }
  }

  /// Seconds that what is computed has run, where they are many; that of a training is told by its steps
  /// once it has some.
  var longRun: Double? {
    // Maps wait for their turn, the others have run since they were asked for.
    let reading = film.flatMap { $0.progress == nil ? $0.job : nil }
    let beside = (requestsBeside + [reading].compactMap(\.self)).compactMap { age($0) }
    let seconds = (sides.compactMap { $0.job?.elapsed } + beside).max() ?? 0
    return seconds > Self.longRun ? seconds : nil
  }

  /// Stops all that is computed for the session.
  mutating func cancelWork() -> [Effect] {
    var effects =
      cancelProbes() + cancelPredictions() + cancelTraining() + cancelKernelMaps()
      + (depth.cancelAll() + gallery.cancelAll() + facts.giveUp()).map { .cancel($0) }
    var ids: [RequestID] = []
    for index in sides.indices {
      guard let job = sides[index].job else { continue }
      sides[index].job = nil
      sides[index].isCancelled = true
      sides[index].ending = job.id
      ids.append(job.id)
    }
    // What waits for its turn goes first, or it could begin as soon as what runs has ended.
    effects += ids.sorted { $0.number > $1.number }.map { .cancel($0) }
    return effects
  }

  private mutating func cancelAll() -> [Effect] {
    let effects = cancelWork()
    escapeAgain = nil
    // A file that did not open by now gives way to the network before it.
    if let file = openingFile, session.networks.indices.contains(file.side),
      session.networks[file.side] == file.network, goBack(file.side) != nil
    {
      openingFile = nil
      tell(.note, "cancelled; \(Self.letter(file.side)) stays \(name(file.side))")
    } else {
      tell(.note, "cancelled; r computes again")
    }
    return effects
  }
}
