// Keys while something lies over the panels: the help screen and the command palette.

import ERFEngine

extension Model {
  /// What a key does in the overlay; nil where there is none, or where the key is for the panels.
  mutating func pressInOverlay(_ key: Key) -> [Effect]? {
    switch overlay {
    case .help(let query, let isSearching, let scroll):
      return isSearching
        ? searchHelp(key, query) : pressInHelp(key, query: query, scroll: scroll)
    case .palette(let query, let selection): return pressInPalette(key, query, selection)
    case .exportMenu(let selection): return pressInMenu(key, selection)
    case .prompt(let prompt): return pressInPrompt(key, prompt)
    case .browser(let browser): return pressInBrowser(key, browser)
    case .question(let question): return pressInQuestion(key, question)
    case nil: return nil
    }
  }

  // MARK: Help

  private mutating func pressInHelp(_ key: Key, query: String, scroll: Int) -> [Effect]? {
    func scrolled(_ line: Int) -> Overlay {
      .help(query: query, isSearching: false, scroll: max(0, min(line, Overlay.helpLines)))
    }
    notice = nil
    switch key {
    case .up, .character("k"): overlay = scrolled(scroll - 1)
    case .down, .character("j"): overlay = scrolled(scroll + 1)
    case .pageUp: overlay = scrolled(scroll - 10)
    case .pageDown, .character(" "): overlay = scrolled(scroll + 10)
    case .home, .character("g"): overlay = scrolled(0)
    case .end, .character("G"): overlay = scrolled(Overlay.helpLines)
    case .character("/"): overlay = .help(query: query, isSearching: true, scroll: 0)
    case .escape where !query.isEmpty: overlay = .help(query: "", isSearching: false, scroll: 0)
    case .escape, .enter, .character("?"), .character("q"), .function(1): overlay = nil
    case .control("l"), .control("z"):
      return Command.forKey(key, in: focus).map { run($0) }
    case .other: break
    default: notice = Notice(.note, "\(key.label) does nothing here: Esc closes the help")
    }
    return []
  }

  private mutating func searchHelp(_ key: Key, _ query: String) -> [Effect] {
    switch key {
    case .enter: overlay = .help(query: query, isSearching: false, scroll: 0)
    case .escape: overlay = .help(query: "", isSearching: false, scroll: 0)
    default: return retype { $0.edited(by: key) }
    }
    return []
  }

  // MARK: Palette

  private mutating func pressInPalette(_ key: Key, _ query: String, _ selection: Int) -> [Effect] {
    func selecting(_ index: Int) -> Overlay {
      let last = max(0, paletteEntries(query).count - 1)
      return .palette(query: query, selection: max(0, min(index, last)))
    }
    switch key {
    case .escape:
      if holdsKeys { notice = nil }
      overlay = nil
      sought = nil
    case _ where holdsKeys: sought?.held.append(key)
    case .up, .control("p"): overlay = selecting(selection - 1)
    case .down, .control("n"): overlay = selecting(selection + 1)
    case .pageUp: overlay = selecting(selection - 10)
    case .pageDown: overlay = selecting(selection + 10)
    case .enter where dependsOnLook(query, selection):
      sought?.held = [key]
      notice = Notice(.note, "looking for \(Self.name(inQuery: query)); Esc gives up")
    case .enter:
      let entries = paletteEntries(query)
      guard entries.indices.contains(selection) else { break }
      overlay = nil
      sought = nil
      return choose(entries[selection].action)
    default: return retype { $0.edited(by: key) }
    }
    return []
  }

  private mutating func choose(_ action: PaletteEntry.Action) -> [Effect] {
    notice = nil
    switch action {
    case .command(let command): return run(command)
    case .network(let id):
      if isActive(id) {
        notice = Notice(.note, "\(Self.letter(active)) is \(id) already")
      } else {
        open(id)
      }
    case .layer(let target):
      if session.target == target {
        notice = Notice(.note, "the maps look from there already")
      } else {
        look(from: target)
      }
    case .seed(let seed): take(seed: seed)
    case .session(let name): return depart(.session(name))
    case .file(let path): return open(path: path)
    case .pictures(let path): return addImages(at: path)
    case .sessionFile(let path):
      readingSession = path
      notice = Notice(.note, "reading ...")
      return [.readSession(path)]
    case .export(let kind):
      if exporting != nil {
        notice = Notice(.note, "the previous export is still being written")
      } else if let refusal = exportRefusal(kind) {
        notice = Notice(.note, refusal)
      } else {
        return export(kind)
      }
    case .size(let size):
      if let refusal = fixedSize {
        notice = Notice(.note, refusal)
      } else if session.size == size {
        notice = Notice(.note, "the input has this size already")
      } else if let refusal = refusal(of: size) {
        notice = Notice(.note, refusal)
      } else {
        take(size)
        stepsFrom = nil
      }
    }
    return []
  }
}

extension Model {
  /// Whether the active network is one of the catalogue as it is opened, in whatever letters it was named.
  private func isActive(_ id: String) -> Bool {
    let present = session.networks[active]
    guard present.model.lowercased() == id.lowercased() else { return false }
    var opened = NetworkSpec(shown: id)
    opened.source = present.source
    return opened == present
  }
}

extension Model {
  /// Gives the line of input that is open another text. What was said of the one before is gone, and what
  /// found no room is told of.
  mutating func retype(_ change: (String) -> EditedLine) -> [Effect] {
    guard let typed = overlay?.typed else { return [] }
    let line = change(typed)
    if line.isCut {
      notice = Notice(.warning, EditedLine.full)
    } else if notice?.lines == [EditedLine.full] {
      notice = nil
    }
    switch overlay {
    case .help: overlay = .help(query: line.text, isSearching: true, scroll: 0)
    case .palette:
      overlay = .palette(query: line.text, selection: 0)
      return seek(line.text)
    case .prompt(var prompt):
      prompt.text = line.text
      prompt.complaint = nil
      prompt.isSure = false
      overlay = .prompt(prompt)
    case .browser(let browser): return retype(browser, line.text)
    case .exportMenu, .question, nil: break
    }
    return []
  }

  /// Has a worker look whether there is what is typed into the palette, be it called like a path or not.
  /// Several paths, as they are dropped on a terminal, are looked for when they are chosen.
  private mutating func seek(_ query: String) -> [Effect] {
    sought = nil
    let name = Self.name(inQuery: query)
    guard !name.isEmpty, TypedPath.several(name).isEmpty else { return [] }
    sought = SoughtPath(text: name)
    return [.find(name)]
  }

  /// Whether Enter does one thing where something is called like the query, and another where nothing is:
  /// that goes before all that the query is found in.
  private func dependsOnLook(_ query: String, _ selection: Int) -> Bool {
    isSeeking && selection == 0 && wouldOffer(query)
  }

  /// Takes the answer, and the keys that waited for it.
  mutating func found(_ text: String, _ isThere: Bool) -> [Effect] {
    guard let sought, sought.text == text else { return [] }
    self.sought?.held = []
    offer(isThere)
    guard !sought.held.isEmpty else { return [] }
    // What was asked meanwhile is not answered by keys for the palette.
    guard case .palette? = overlay else { return [] }
    notice = nil
    return sought.held.flatMap { take($0) }
  }

  /// Says once of all keys that came before an answer that they are dropped.
  mutating func drop(_ key: Key) {
    let line = "keys typed before the answer came are dropped; Esc gives up"
    // What is no key by any name may be an answer of the terminal.
    if key != .other, notice?.lines != [line] { tell(.note, line) }
  }

  /// What was selected meanwhile stays so.
  private mutating func offer(_ isThere: Bool) {
    guard case .palette(let query, let selection)? = overlay, selection > 0 else {
      sought?.isThere = isThere
      return
    }
    let before = paletteEntries(query)
    sought?.isThere = isThere
    guard before.indices.contains(selection) else { return }
    let place = paletteEntries(query).firstIndex(of: before[selection])
    overlay = .palette(query: query, selection: place ?? 0)
  }
}
