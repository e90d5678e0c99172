// The file browser: keys, listings that arrive, and opening what was found.

import ERFEngine

extension Model {
  /// Opens the browser where the active network's weights lie, or else where the program runs.
  mutating func browse() -> [Effect] {
    var folder = ""
    if case .file(let path) = session.networks[active].weights, path.hasPrefix("/") {
      folder = Browser.parent(path)
    }
    overlay = .browser(Browser(path: folder))
    return [.list(folder)]
  }

  /// Opens the checkpoint at a path; the browser tells what is wrong with it.
  mutating func open(path: String) -> [Effect] {
    var browser = Browser(path: "")
    browser.query = path
    return [.list(browser.path)] + visit(browser)
  }

  mutating func pressInBrowser(_ key: Key, _ browser: Browser) -> [Effect] {
    if browser.visiting != nil, key != .escape {
      drop(key)
      return []
    }
    var browser = browser
    browser.forgetAnswers()
    var last: Int { max(0, browser.entries.count - 1) }
    switch key {
    case .escape:
      overlay = nil
      return []
    case .up, .control("p"): browser.selection = max(0, browser.selection - 1)
    case .down, .control("n"): browser.selection = min(last, browser.selection + 1)
    case .pageUp: browser.selection = max(0, browser.selection - 10)
    case .pageDown: browser.selection = min(last, browser.selection + 10)
    case .home: browser.selection = 0
    case .end: browser.selection = last
    case .left: return enter(parentOf: browser)
    case .backspace where browser.query.isEmpty: return enter(parentOf: browser)
    case .right:
      if case .folder? = browser.selected { return choose(in: browser) }
    case .enter: return choose(in: browser)
    case .tab:
      guard !browser.query.isEmpty else { break }
      browser.completing = browser.query
      overlay = .browser(browser)
      return [.complete(browser.query, in: browser.base)]
    default: return retype { $0.edited(by: key) }
    }
    return show(browser)
  }

  /// Gives what is typed in the browser another text.
  mutating func retype(_ browser: Browser, _ text: String) -> [Effect] {
    var browser = browser
    browser.forgetAnswers()
    browser.query = text
    browser.selection = 0
    return show(browser)
  }

  /// Keeps the browser, and looks into the selected file where nobody has; not while what was typed is looked
  /// into, which would end that.
  private mutating func show(_ browser: Browser) -> [Effect] {
    var browser = browser
    var effects: [Effect] = []
    if browser.visiting == nil, let path = browser.selectedFile,
      browser.contents[PathKey(path)] == nil
    {
      browser.contents[PathKey(path)] = .looking
      effects.append(.look(path))
    }
    overlay = .browser(browser)
    return effects
  }

  private mutating func enter(parentOf browser: Browser) -> [Effect] {
    guard let path = browser.folder?.path, path != "/" else { return show(browser) }
    return list(Browser.parent(path), browser)
  }

  private mutating func list(_ path: String, _ browser: Browser) -> [Effect] {
    var browser = browser
    browser.path = path
    browser.failure = nil
    overlay = .browser(browser)
    return [.list(path)]
  }

  private mutating func choose(in browser: Browser) -> [Effect] {
    var browser = browser
    switch browser.selected {
    case .parent: return enter(parentOf: browser)
    case .folder(let name):
      return list(Browser.path(browser.folder?.path ?? "", name), browser)
    case nil: return visit(browser)
    case .file, .recent: break
    }
    guard let path = browser.selectedFile else { return show(browser) }
    if case .network(let choice, _) = browser.contents[PathKey(path)] {
      return open(choice, path)
    }
    browser.opening = path
    return show(browser)
  }

  /// Goes where the typed text leads, which names nothing in the list.
  private mutating func visit(_ browser: Browser) -> [Effect] {
    guard !browser.query.isEmpty else { return show(browser) }
    var browser = browser
    browser.visiting = browser.query
    overlay = .browser(browser)
    return [.visit(browser.query, in: browser.base)]
  }

  private mutating func open(_ choice: NetworkSpec, _ path: String) -> [Effect] {
    var (text, folder) = (path, Browser.parent(path))
    if case .browser(let browser)? = overlay, browser.isPath {
      text = browser.query
      if browser.isRelative { folder = browser.base }
    }
    overlay = nil
    // What is there already may have been cancelled.
    if session.networks[active] == choice { sides[active].asked = nil }
    edit { $0 = choice }
    openingFile = OpeningFile(
      side: active, network: choice, path: path, text: text, folder: folder)
    notice = Notice(.note, "opening \(path.fileName.sanitised) as \(Self.letter(active))")
    return []
  }

  /// The network of a side runs: if it came out of a file, that is worth remembering.
  mutating func openedFile(_ side: Int) -> [Effect] {
    guard let file = openingFile, file.side == side, file.network == sides[side].askedNetwork
    else { return [] }
    openingFile = nil
    tell(.note, "opened \(file.path.fileName.sanitised) as \(Self.letter(side))")
    return [.remember(file.path)]
  }

  /// A file that was refused once its weights were read: what was typed is there again, with the reason
  /// below it; false where something else is open by now.
  mutating func reopenBrowser(_ file: OpeningFile, _ reason: String) -> [Effect]? {
    guard overlay == nil else { return nil }
    var browser = Browser(path: file.folder)
    browser.query = file.text
    browser.complaint = reason
    overlay = .browser(browser)
    return [.list(browser.path)]
  }

  // MARK: Answers

  mutating func listed(_ path: String, _ listing: FolderAnswer) -> [Effect] {
    guard case .browser(var browser) = overlay, browser.path == path else { return [] }
    switch listing {
    case .folder(let folder, let recent): browser.enter(folder, recent: recent)
    case .refused(let reason): browser.failure = reason.sanitised
    }
    return show(browser)
  }

  /// What is wrong with a path stands below it, and it stays.
  mutating func visited(_ text: String, _ visit: Visit?) -> [Effect] {
    guard case .browser(var browser) = overlay, browser.visiting == text else { return [] }
    browser.visiting = nil
    switch visit {
    case .folder(let folder, let recent):
      browser.failure = nil
      browser.query = ""
      browser.enter(folder, recent: recent)
    case .network(let choice, let path): return open(choice, path)
    case .refused(let reason): browser.complaint = reason.sanitised
    case nil: break
    }
    return show(browser)
  }

  mutating func looked(_ path: String, _ contents: Browser.Contents?) -> [Effect] {
    guard case .browser(var browser) = overlay else { return [] }
    browser.contents[PathKey(path)] = contents
    if let opening = browser.opening, PathKey.areSame(opening, path) {
      browser.opening = nil
      if case .network(let choice, _)? = contents { return open(choice, path) }
    }
    return show(browser)
  }
}

extension Browser {
  /// What was asked for before a key is not waited for any more.
  fileprivate mutating func forgetAnswers() {
    opening = nil
    visiting = nil
    completing = nil
    complaint = nil
  }

  /// Shows what a folder holds.
  fileprivate mutating func enter(_ folder: CheckpointFolder, recent: [String]) {
    let isFirst = self.folder == nil
    let before = self.folder?.path
    self.folder = folder
    path = folder.path
    self.recent = recent
    // What was typed before there was a list stays.
    if !isFirst { query = "" }
    // Coming up from a folder, that folder is selected.
    let from = before.map { Entry.folder($0.fileName) }
    selection = entries.firstIndex { $0 == from } ?? (isFirst ? 0 : firstOfFolder)
  }

  /// The first entry that is neither a recent file nor the way up.
  fileprivate var firstOfFolder: Int {
    let own = entries.firstIndex { entry in
      switch entry {
      case .folder, .file: true
      case .recent, .parent: false
      }
    }
    return own ?? min(recent.count, max(0, entries.count - 1))
  }
}
