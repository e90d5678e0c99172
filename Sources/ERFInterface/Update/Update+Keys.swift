// Keys to commands, why a command may not apply, and what each does.

import ERFEngine

extension Model {
  /// What a key does; an unknown one does nothing.
  mutating func press(_ key: Key) -> [Effect] {
    if let effects = pressInOverlay(key) { return effects }
    guard let command = Command.forKey(key, in: focus) else { return [] }
    return run(command)
  }

  /// Carries a command out, or says why not.
  mutating func run(_ command: Command) -> [Effect] {
    notice = nil
    if let panel = command.panel, panel != focus { session.screen.moveFocus(to: panel) }
    if let reason = refusal(of: command.name) {
      notice = Notice(.note, reason)
      return []
    }
    return perform(command.name)
  }

  /// Why a command does not apply now, for the footer; nil where it does.
  func refusal(of command: CommandName) -> String? {
    switch command {
    case .scale, .side(1):
      return sides.count > 1 ? nil : "there is one network; give two to compare"
    case .swapNetworks, .copyNetwork, .resetNetwork, .nextSeed, .differences:
      return kernelRefusal(command)
    case .cancel:
      return isComputing || shapeBias.isBusy || predictions.isBusy || film?.job != nil
        ? nil : "nothing is being computed"
    case .export, .write, .copy: return fileRefusal(command)
    case .larger, .smaller: return sizeRefusal(larger: command == .larger)
    case .nextStage, .previousStage, .nextBlock, .previousBlock, .centreUnit:
      return facts(unitSide) == nil ? noUnits : targetRefusal(command)
    case .move where focus == .unit, .leap where focus == .unit: return unitRefusal(command)
    case .train: return trainingRefusal(command)
    case .move where focus == .training: return trainingRefusal(command)
    case .undo: return history.canUndo ? nil : "nothing to undo"
    case .redo: return history.canRedo ? nil : "nothing to redo"
    case .arrangement:
      return sides.count > 1 ? nil : "there is one network; give two to compare"
    case .increase, .decrease, .choose, .clear, .mark, .addImages:
      switch focus {
      case .unit: return unitRefusal(command)
      case .kernels: return kernelRefusal(command)
      case .fields: return fieldsRefusal(command)
      case .training: return trainingRefusal(command)
      default: return imageRefusal(command)
      }
    case .nextImage, .previousImage: return imageRefusal(command)
    default: return nil
    }
  }

  private mutating func perform(_ command: CommandName) -> [Effect] {
    switch command {
    case .quit:
      return cancelWork() + [.quit]
    case .redraw: return [.redraw]
    case .mouse:
      hasMouse.toggle()
      notice = Notice(
        .note, hasMouse ? "the mouse is listened to; m lets go of it" : "the mouse is let go of")
      return [.listenToMouse(hasMouse)]
    case .suspend: return [.suspend]
    case .recompute:
      for index in sides.indices { sides[index].asked = nil }
      probeAnew()
      predictions = Predictions()
    case .cancel: return cancelAll()
    case .open: return browse()
    case .train: return train()
    case .move where focus == .training, .choose where focus == .training,
      .clear where focus == .training:
      return changeTraining(command)
    case .export: overlay = .exportMenu(selection: 0)
    case .write:
      overlay = .prompt(Prompt(purpose: .saveSession, text: sessionPath ?? "session.json"))
    case .copy:
      tell(.note, "the metrics were sent to the clipboard")
      return [.copy(metricsText)]
    case .help: overlay = .help(query: "", isSearching: false, scroll: 0)
    case .palette: overlay = .palette(query: "", selection: 0)
    default: change(command)
    }
    return []
  }

  /// Commands that change nothing but the state.
  private mutating func change(_ command: CommandName) {
    switch command {
    case .panel(let panel): session.screen.moveFocus(to: panel)
    case .nextPanel: stepFocus(1)
    case .previousPanel: stepFocus(-1)
    case .zoom: session.screen.isZoomed.toggle()
    case .side(let side): session.screen.side = side
    case .scale: session.screen.hasSharedScale.toggle()
    case .nextColours: stepColours(1)
    case .previousColours: stepColours(-1)
    case .larger, .smaller: stepSize(larger: command == .larger)
    case .nextImage: stepImage(1)
    case .previousImage: stepImage(-1)
    case .undo:
      if let networks = history.undo(session.networks) { session.networks = networks }
    case .redo:
      if let networks = history.redo(session.networks) { session.networks = networks }
    case .nextStage, .previousStage, .nextBlock, .previousBlock, .centreUnit: aim(command)
    case .weights: toggleWeights()
    case .nextNetwork: stepNetwork(1)
    case .previousNetwork: stepNetwork(-1)
    case .arrangement, .curve, .rule, .areas, .theory, .profile, .underlay: changeLook(command)
    default: changeInPanel(command)
    }
  }

  private mutating func changeInPanel(_ command: CommandName) {
    switch focus {
    case .fields: changeFields(command)
    case .kernels: changeKernels(command)
    case .images: changeImages(command)
    case .unit: changeUnit(command)
    case .jobs: if case .move(let direction) = command { scrollLog(direction) }
    case .shapeBias: if case .move(let direction) = command { moveStimulus(direction) }
    default: break
    }
  }

  private mutating func stepFocus(_ step: Int) {
    let all = PanelName.allCases
    let place = all.firstIndex(of: focus) ?? 0
    session.screen.moveFocus(to: all[(place + step + all.count) % all.count])
  }

  private mutating func stepColours(_ step: Int) {
    let count = ColourRamp.all.count
    session.screen.colours = ColourRamp.all[(colourMap + step + count) % count].name
  }

  private mutating func cancelAll() -> [Effect] {
    let effects = cancelWork()
    tell(.note, "cancelled; r computes again")
    return effects
  }

  /// Stops all that is computed for the session.
  mutating func cancelWork() -> [Effect] {
    var effects =
      cancelProbes() + cancelPredictions() + cancelTraining() + cancelKernelMaps()
    for index in sides.indices {
      guard let job = sides[index].job else { continue }
      sides[index].job = nil
      sides[index].isCancelled = true
      effects.append(.cancel(job.id))
    }
    return effects
  }

  private mutating func scrollLog(_ direction: Direction) {
    if direction == .up { lists.log = min(lists.log + 1, max(0, log.count - 1)) }
    if direction == .down { lists.log = max(0, lists.log - 1) }
  }
}
