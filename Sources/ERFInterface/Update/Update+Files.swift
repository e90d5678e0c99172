// Files that the explorer writes: sessions, maps, pictures of the screen; and the clipboard.

import ERFEngine

extension Model {
  mutating func pressInMenu(_ key: Key, _ selection: Int) -> [Effect] {
    let kinds = ExportKind.all
    notice = nil
    switch key {
    case .escape, .character("e"), .character("q"): overlay = nil
    case .up, .character("k"): overlay = .exportMenu(selection: max(0, selection - 1))
    case .down, .character("j"):
      overlay = .exportMenu(selection: min(kinds.count - 1, selection + 1))
    case .enter:
      let kind = kinds[min(selection, kinds.count - 1)]
      if let refusal = exportRefusal(kind) {
        notice = Notice(.note, refusal)
        return []
      }
      overlay = nil
      return export(kind)
    case .other: break
    default: notice = Notice(.note, "\(key.label) does nothing here: Esc closes the menu")
    }
    return []
  }

  mutating func export(_ kind: ExportKind) -> [Effect] {
    let id = nextRequestID()
    exporting = id
    // The screen is written as it was before it was asked for.
    if let ending = kind.screenEnding { return [.exportScreen(id, ending: ending)] }
    notice = Notice(.note, "writing ...")
    if let ending = kind.figureEnding { return [.exportFigure(id, ending: ending)] }
    let items = sides.compactMap { side in
      side.shown.flatMap { shown in
        shown.exported.map { result in
          ExportItem(
            result: result, stem: ExportNaming.mapStem(shown.network, result, designs),
            look: look(shown.field))
        }
      }
    }
    return [.export(id, items, kind, colours: ramp.name)]
  }

  private func look(_ field: HeatField) -> MapLook {
    let curve = session.screen.curve
    let fields = sharesScale ? sides.compactMap { $0.measured?.field } : [field]
    return MapLook(field: field, curve: curve, top: fields.compactMap { $0.tops[curve] }.max() ?? 0)
  }

  /// A line of input stays until what it asks for is done, with what is wrong below it.
  mutating func pressInPrompt(_ key: Key, _ prompt: Prompt) -> [Effect] {
    switch key {
    case .escape:
      overlay = nil
      return giveUpTrainingPrompt()
    case _ where prompt.waitsFor != nil:
      drop(key)
      return []
    case .tab: return [.complete(prompt.text, in: "")]
    case .enter: return enter(prompt)
    default: return retype { $0.edited(by: key) }
    }
  }

  /// As if the path had been typed where `i` asks for it: what is wrong with it is said there.
  mutating func addImages(at path: String) -> [Effect] {
    enter(Prompt(purpose: .addImages, text: path))
  }

  private mutating func enter(_ prompt: Prompt) -> [Effect] {
    var prompt = prompt
    if prompt.text.isEmpty, let complaint = prompt.complaintWhereEmpty {
      prompt.complaint = complaint
      overlay = .prompt(prompt)
      return []
    }
    let id = nextRequestID()
    prompt.waitsFor = id
    prompt.complaint = nil
    overlay = .prompt(prompt)
    switch prompt.purpose {
    case .saveSession: return save(id, to: prompt.text, isSure: prompt.isSure)
    case .addImages:
      listing = id
      return [.listImages(id, path: prompt.text)]
    case .train: return train(id, on: prompt.text)
    }
  }

  private mutating func save(_ id: RequestID, to path: String, isSure: Bool) -> [Effect] {
    let several = TypedPath.several(path).count
    guard several == 0 else {
      _ = complain(id, TypedPath.refusal(of: several))
      return []
    }
    let name = TypedPath.meant(path)
    // Whoever looks says whether there is such a folder.
    let isWhole = name.lowercased().hasSuffix(".json") || TypedPath.isOfFolder(name)
    let path = isWhole ? name : name + ".json"
    // A training goes on behind the prompt.
    if let unkeptWeights {
      _ = complain(id, unkeptWeights)
      return []
    }
    let session = lastingSession
    guard (try? session.encoded()) != nil else {
      _ = complain(id, "the session cannot be written as JSON")
      return []
    }
    saving = id
    return [.save(id, path: path, session, isSure: isSure)]
  }

  /// Ends the prompt that waits for some work, or says below it what went wrong; false where it was
  /// closed before.
  mutating func complain(_ id: RequestID, _ complaint: String?, isSure: Bool = false) -> Bool {
    guard case .prompt(var prompt)? = overlay, prompt.waitsFor == id else { return false }
    guard let complaint else {
      overlay = nil
      return true
    }
    prompt.waitsFor = nil
    prompt.complaint = complaint
    prompt.isSure = isSure
    overlay = .prompt(prompt)
    return true
  }

  /// Something lies in the way: the prompt asks before it is replaced or made.
  mutating func saveNeedsWord(_ id: RequestID, _ question: String) {
    guard saving == id else { return }
    saving = nil
    _ = complain(id, question, isSure: true)
  }

  mutating func saved(_ id: RequestID, _ path: String, _ failure: String?) {
    guard saving == id else { return }
    saving = nil
    let isTold = complain(id, failure)
    if let failure {
      if !isTold { tell(.failure, failure) }
    } else {
      if path.hasSuffix(".json"), commandOf != id { sessionPath = path }
      tell(.note, "wrote \(path)")
    }
  }

  /// What Tab found: the text as far as all that begin like it agree, and the names, as many as a line or
  /// two hold.
  mutating func completed(_ text: String, _ longer: String, _ names: [String]) {
    var complaint: String?
    if names.isEmpty { complaint = "no match" }
    if names.count > 1 {
      let shown = names.prefix(8).map(\.sanitised).joined(separator: "  ")
      complaint = "\(names.count) match: \(shown)" + (names.count > 8 ? "  ..." : "")
    }
    switch overlay {
    case .prompt(var prompt) where prompt.text == text:
      prompt.text = longer
      prompt.complaint = complaint
      overlay = .prompt(prompt)
    case .browser(var browser) where browser.completing == text:
      browser.completing = nil
      browser.query = longer
      browser.selection = 0
      browser.complaint = complaint
      overlay = .browser(browser)
    default: break
    }
  }

  // MARK: The command that makes this screen

  /// The session goes into a file of its own, since no options say all that is on a screen.
  var copyCommandPlan: Plan {
    if let unopened { return .refuse(unopened) }
    if let unkeptWeights { return .refuse(unkeptWeights) }
    guard saving == nil else { return .refuse("a file is still being written") }
    guard let bytes = try? lastingSession.encoded() else {
      return .refuse("the session cannot be written as JSON")
    }
    return .change { model in
      let id = model.nextRequestID()
      model.saving = id
      model.commandOf = id
      let text = String(decoding: bytes, as: UTF8.self)
      return [.writeText(id, stem: "replk-tui-session", ending: "json", text)]
    }
  }

  /// The command, once its session is written, with what belongs to the terminal and not to the
  /// session.
  mutating func copyCommand(_ id: RequestID, _ path: String, _ failure: String?) -> [Effect] {
    guard commandOf == id else { return [] }
    commandOf = nil
    guard failure == nil else { return [] }
    let options = ["--screen \(size.columns)x\(size.rows)"] + display.options
    let command =
      "replk-tui snapshot \(path) \(options.joined(separator: " ")) -o screen.png"
    let sent = display.clipboard.notice("the command").lines
    let wrote = "wrote the session into the current folder as \(path); the command that draws it:"
    tell(.note, [wrote, command] + sent)
    return [.copy(command + "\n")]
  }
}
