// Keys to commands, why a command may not apply, and what each does.

import ERFEngine

extension Model {
  /// What a key does; an unknown one does nothing.
  mutating func press(_ key: Key) -> [Effect] {
    if case .help(let scroll) = overlay, let effects = pressInHelp(key, scroll) { return effects }
    guard let command = Command.forKey(key) else { return [] }
    notice = nil
    if let reason = refusal(of: command.name, key: key) {
      notice = Notice(.note, reason)
      return []
    }
    return perform(command.name, key: key)
  }

  /// Scrolling and closing; nil leaves the key to the table.
  private mutating func pressInHelp(_ key: Key, _ scroll: Int) -> [Effect]? {
    switch key {
    case .up, .character("k"): overlay = .help(scroll: max(0, scroll - 1))
    case .down, .character("j"): overlay = .help(scroll: min(scroll + 1, Help.lineCount(self)))
    case .pageUp: overlay = .help(scroll: max(0, scroll - 10))
    case .pageDown, .character(" "):
      overlay = .help(scroll: min(scroll + 10, Help.lineCount(self)))
    case .home, .character("g"): overlay = .help(scroll: 0)
    case .end, .character("G"): overlay = .help(scroll: Help.lineCount(self))
    case .escape, .enter, .character("?"), .function(1): overlay = nil
    case .character("q"), .control("l"), .control("z"): return nil
    default: break
    }
    return []
  }

  /// Why a command does not apply now, for the footer; nil where it does.
  func refusal(of command: CommandName, key: Key? = nil) -> String? {
    switch command {
    case .nextPanel, .previousPanel, .zoom, .scale:
      return panels.count > 1 ? nil : "there is one panel; give two networks to compare"
    case .cancel:
      return isComputing ? nil : "nothing is being computed"
    case .export:
      if exporting != nil { return "the export before is still being written" }
      return panels.contains { $0.shown?.result != nil }
        ? nil : "no finished map to export yet"
    case .larger, .smaller:
      if panels.allSatisfy({ $0.hasFixedSize }) { return "a prepared tensor has a fixed size" }
      return panels.contains { $0.resized(command == .larger) != nil }
        ? nil : "no \(command == .larger ? "larger" : "smaller") input size"
    case .stage:
      guard let key else {
        return panels.contains { $0.subject != nil } ? nil : Self.stagesUnknown
      }
      return stageRefusal(key)
    default: return nil
    }
  }

  private static let stagesUnknown = "the stages are known once a network is built"

  private func stageRefusal(_ key: Key) -> String? {
    guard let stage = key.digit else { return nil }
    let counts = panels.compactMap { $0.subject?.stages.count }
    guard let most = counts.max() else { return Self.stagesUnknown }
    return stage <= most ? nil : "there are \(most) stages"
  }

  private mutating func perform(_ command: CommandName, key: Key) -> [Effect] {
    switch command {
    case .quit: return panels.compactMap { $0.job.map { .cancel($0.id) } } + [.quit]
    case .help: overlay = .help(scroll: 0)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .nextPanel: focus = (focus + 1) % panels.count
    case .previousPanel: focus = (focus + panels.count - 1) % panels.count
    case .zoom: isZoomed.toggle()
    case .scale: scale = scale == .shared ? .own : .shared
    case .nextColours: colourMap = (colourMap + 1) % ColourRamp.all.count
    case .previousColours:
      colourMap = (colourMap + ColourRamp.all.count - 1) % ColourRamp.all.count
    case .recompute: return recomputeAll()
    case .cancel: return cancelAll()
    case .larger, .smaller: return resizeInputs(larger: command == .larger)
    case .stage: return key.digit.map { chooseStage($0) } ?? []
    case .export: return exportShown()
    }
    return []
  }

  private mutating func cancelAll() -> [Effect] {
    var effects: [Effect] = []
    for index in panels.indices {
      guard let job = panels[index].job else { continue }
      panels[index].job = nil
      panels[index].isCancelled = true
      effects.append(.cancel(job.id))
    }
    notice = Notice(.note, "cancelled; r computes again")
    return effects
  }

  private mutating func resizeInputs(larger: Bool) -> [Effect] {
    var effects: [Effect] = []
    for index in panels.indices {
      guard let size = panels[index].resized(larger) else { continue }
      panels[index].request.size = size
      centreUnit(index)
      effects += start(index)
    }
    return effects
  }

  /// Both networks move to the stage, since maps of different stages are no comparison.
  private mutating func chooseStage(_ stage: Int) -> [Effect] {
    var effects: [Effect] = []
    for index in panels.indices {
      guard let stages = panels[index].subject?.stages else { continue }
      guard stage <= stages.count else {
        notice = Notice(.note, "\(panels[index].name) has \(stages.count) stages")
        continue
      }
      let tap = stages[stage - 1]
      if panels[index].tap == tap { continue }
      panels[index].request.tap = tap
      centreUnit(index)
      effects += start(index)
    }
    return effects
  }

  /// A chosen unit means nothing on a map of another size.
  private mutating func centreUnit(_ index: Int) {
    guard panels[index].request.unit != nil else { return }
    panels[index].request.unit = nil
    notice = Notice(.note, "the unit is the centre again")
  }

  private mutating func exportShown() -> [Effect] {
    let id = nextRequestID()
    exporting = id
    notice = Notice(.note, "writing ...")
    return [.export(id, panels.compactMap { $0.shown?.result }, colours: ramp.name)]
  }
}

extension Key {
  var digit: Int? {
    guard case .character(let scalar) = self, (49...57).contains(scalar.value) else { return nil }
    return Int(scalar.value) - 48
  }
}

extension Panel {
  /// Sides of the input in pixels that `+` and `-` step through.
  static let sides = [
    32, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
  ]

  var hasFixedSize: Bool {
    if case .tensor = request.images { return true }
    return false
  }

  /// The next size up or down; the proportions of an oblong input stay, in steps of 32.
  func resized(_ larger: Bool) -> InputSize? {
    guard !hasFixedSize else { return nil }
    let side = request.size.height
    let next = larger ? Self.sides.first { $0 > side } : Self.sides.last { $0 < side }
    guard let next, side > 0 else { return nil }
    if request.size.width == side { return InputSize(height: next, width: next) }
    let width = Double(request.size.width) * Double(next) / Double(side)
    return InputSize(height: next, width: max(1, Int((width / 32).rounded())) * 32)
  }

  /// The layer asked for; nil where it is the last stage of a network not yet built.
  var tap: String? { request.tap ?? subject?.stages.last }

  /// The network's id in the canonical form, or as the user wrote it where only the case differs.
  var name: String {
    guard let model = subject?.model, model.lowercased() != request.network.name.lowercased() else {
      return request.network.name.sanitised
    }
    return model.sanitised
  }
}
