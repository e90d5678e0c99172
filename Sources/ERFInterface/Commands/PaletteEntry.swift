// What the command palette offers: every command, every network, every input size, ranked by how well
// their names fit what was typed.

import ERFEngine

/// A line of the palette.
struct PaletteEntry: Equatable {
  enum Action: Equatable {
    case command(Command)
    /// Puts a network of the catalogue in the place of the active one.
    case network(String)
    case size(InputSize)
    /// Another seed for random weights.
    case seed(UInt64)
    /// Opens a checkpoint or a saved map.
    case file(String)
    /// Averages over the pictures of a folder, or shows one.
    case pictures(String)
    /// Opens a session that was written to a file.
    case sessionFile(String)
    case export(ExportKind)
    /// Opens a session that ships with the program.
    case session(String)
    /// Looks from a layer.
    case layer(Target)
  }

  let title: String
  /// The key that does the same.
  let keyLabel: String
  let action: Action
  /// What a session is called: its title, and the name by which the command line opens it.
  var sessionNames: [String] = []
}

extension Model {
  /// All entries that `query` is found in, best first.
  func paletteEntries(_ query: String) -> [PaletteEntry] {
    var entries = Command.table.filter { $0.name != .palette }.map { PaletteEntry($0) }
    let letter = Self.letter(active)
    entries += ReadyMadeSession.all.map {
      PaletteEntry(
        title: "session: \($0.session.shownTitle)", keyLabel: "", action: .session($0.name),
        sessionNames: [$0.session.title, $0.name])
    }
    entries += ModelCatalogue.ids.map {
      PaletteEntry(title: "open \($0) as \(letter)", keyLabel: "", action: .network($0))
    }
    entries += Self.sizes.map {
      PaletteEntry(
        title: "input size \($0)", keyLabel: "", action: .size(InputSize(height: $0, width: $0)))
    }
    guard !query.isEmpty else { return entries }
    // Where nothing is looked for, `e` stands for them.
    entries += ExportKind.all.map {
      PaletteEntry(title: $0.title + ", a file", keyLabel: "e", action: .export($0))
    }
    let meant = meant(by: query) + keyed(by: query) + lying(at: query)
    // What is written like a path is no part of a name.
    if Self.path(inQuery: query) != nil { return meant }
    let wanted = PaletteQuery(query)
    let found = entries.enumerated()
      .compactMap { place, entry in
        entry.score(wanted).map { (entry: entry, score: $0, place: place) }
      }
      .sorted { ($1.score, $0.place) < ($0.score, $1.place) }
      .map(\.entry)
    return meant + found.filter { !meant.contains($0) }
  }

  /// The command whose key was typed, else those of other panels with that key: with the key's own letter, no name
  /// that begins so goes before them.
  private func keyed(by query: String) -> [PaletteEntry] {
    let text = query.trimmingPrefix { $0 == " " }
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else { return [] }
    let key = Key.character(scalar)
    guard let command = Command.forKey(key, in: focus) else {
      return Command.table.filter { $0.keys.contains(key) }.map { PaletteEntry($0) }
    }
    return command.name == .palette ? [] : [PaletteEntry(command)]
  }

  /// What lies where the program runs, though nothing in its name tells of a path.
  private func lying(at query: String) -> [PaletteEntry] {
    let name = Self.name(inQuery: query)
    guard Self.path(inQuery: query) == nil, sought == SoughtPath(text: name, isThere: true) else {
      return []
    }
    return paths(name)
  }

  /// Whether what lies where the program runs would be first in the list, were it called like the query.
  func wouldOffer(_ query: String) -> Bool {
    Self.path(inQuery: query) == nil && meant(by: query).isEmpty && keyed(by: query).isEmpty
  }

  /// The name that a query is, be there something of that name or not.
  static func name(inQuery query: String) -> String {
    nameToOpen(query.trimmingPrefix { $0 == " " }.description)
  }

  /// What is to be opened, without the word for it that prompts have before it: `e NAME`, `open NAME`.
  private static func nameToOpen(_ text: String) -> String {
    for word in ["open ", "edit ", "e "] where text.lowercased().hasPrefix(word) {
      return text.dropFirst(word.count).trimmingPrefix { $0 == " " }.description
    }
    return text
  }

  /// `seed 5`, or `random:5`, as `--weights` takes it.
  private static func seed(_ text: String) -> UInt64? {
    let words = text.lowercased().split { $0 == " " || $0 == ":" }
    guard words.count == 2, words[0] == "seed" || words[0] == "random" else { return nil }
    return UInt64(words[1])
  }

  /// What to say where a query is found in nothing.
  func paletteRefusal(_ query: String) -> String {
    if let path = Self.path(inQuery: query), isMissing(path) {
      return "there is no such file or folder: change it, or Esc closes"
    }
    guard PaletteQuery(query).isSize else {
      return "nothing has that name: change it, or Esc closes"
    }
    return "input sizes go from \(Session.sides.lowerBound) to \(Session.sides.upperBound) pixels, "
      + "such as 224 or 160x224"
  }

  /// The path that a query is; nil: it is none.
  static func path(inQuery query: String) -> String? {
    let name = name(inQuery: query)
    // A key, too, is called like the folder where the program runs.
    return [".", ".."].contains(name) || name.contains("/") || name.hasPrefix("~")
      || Checkpoint.hasExtension(name) || SavedMap.isSaved(name) || ImageList.isImageName(name)
      || isSession(name) ? name : nil
  }

  /// Whether a file of that name is a session, rather than the index of a checkpoint's parts.
  private static func isSession(_ name: String) -> Bool {
    name.lowercased().hasSuffix(".json") && !Checkpoint.hasExtension(name)
  }

  /// Whether nothing is known to lie at a path that was typed.
  private func isMissing(_ path: String) -> Bool {
    sought == SoughtPath(text: path, isThere: false)
  }

  /// A picture, a session, a checkpoint or a saved map by its ending; of what has none, as folders have, it is
  /// not known what it is.
  private func paths(_ text: String) -> [PaletteEntry] {
    guard !isMissing(text) else { return [] }
    let file = PaletteEntry(
      title: "open the file \(text) as \(Self.letter(active))", keyLabel: "", action: .file(text))
    let pictures = PaletteEntry(
      title: "average over the pictures of \(text)", keyLabel: "", action: .pictures(text))
    if text.hasSuffix("/") { return [pictures] }
    let words = TypedPath.words(text)
    let several =
      words.allSatisfy { ImageList.isImageName($0.fileName) } ? words : TypedPath.several(text)
    let names = several.isEmpty ? [TypedPath.meant(text)] : several
    if names.allSatisfy({ ImageList.isImageName($0.fileName) && !SavedMap.isSaved($0) }) {
      guard several.isEmpty else { return [pictures] }
      return [
        PaletteEntry(title: "show the picture \(text)", keyLabel: "", action: .pictures(text))
      ]
    }
    if names.count == 1, Self.isSession(names[0]) {
      return [
        PaletteEntry(title: "open the session \(text)", keyLabel: "", action: .sessionFile(text))
      ]
    }
    return text.fileName.contains(".") && text.fileName != "." && text.fileName != ".."
      ? [file] : [pictures, file]
  }

  /// What a query is rather than what it is found in: a size, the id of a network, a path.
  private func meant(by query: String) -> [PaletteEntry] {
    let letter = Self.letter(active)
    let text = query.trimmingPrefix { $0 == " " }.description
    if let size = PaletteQuery(query).size, Session.sides.contains(size.height),
      Session.sides.contains(size.width)
    {
      let words = size.height == size.width ? "\(size.height)" : "\(size)"
      return [PaletteEntry(title: "input size \(words)", keyLabel: "", action: .size(size))]
    }
    if let target = target(named: text) {
      return [
        PaletteEntry(
          title: "look from the layer \(text.sanitised)", keyLabel: "", action: .layer(target))
      ]
    }
    if let seed = Self.seed(text) {
      return [
        PaletteEntry(title: "random weights with seed \(seed)", keyLabel: "", action: .seed(seed))
      ]
    }
    if let path = Self.path(inQuery: query) { return paths(path) }
    let name = Self.nameToOpen(text)
    let named = NetworkSpec(.catalogue(name), weights: .random(seed: 0))
    guard name.contains("-") || name.contains(":"), (try? NetworkDesign(named)) != nil else {
      return []
    }
    let known = ModelCatalogue.ids.first { $0.lowercased() == name.lowercased() } ?? name
    return [
      PaletteEntry(title: "open \(known) as \(letter)", keyLabel: "", action: .network(known))
    ]
  }
}

/// What was typed, made ready once for all entries.
private struct PaletteQuery {
  /// Its words, in lower case.
  let words: [Substring]
  /// Its letters and digits alone, in lower case.
  let bare: String
  /// The same, one by one.
  let letters: [Character]
  /// Whether it is written as an input size is, be there such a size or not: plain whole numbers.
  let isSize: Bool
  /// Whether it is a number or the beginning of one, a size among them: hardly the letters of a name.
  let isNumber: Bool

  init(_ text: String) {
    let words = text.lowercased().split(separator: " ")
    self.words = words
    bare = text.bare
    letters = Array(bare)
    let word = words.count == 1 ? words[0] : ""
    let number = /[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]*)?/
    isSize = word.wholeMatch(of: /[0-9]+(x[0-9]+)?/) != nil
    isNumber = isSize || word.wholeMatch(of: number) != nil
  }

  /// `224`, or `224x512`, height before width, as `--size` takes it.
  var size: InputSize? {
    guard isSize, let sides = words.first?.split(separator: "x").map({ Int($0) }),
      let height = sides[0], let width = sides[sides.count - 1]
    else { return nil }
    return InputSize(height: height, width: width)
  }
}

extension String {
  /// Its letters and digits alone, in lower case.
  fileprivate var bare: String { lowercased().filter { $0.isLetter || $0.isNumber } }

  fileprivate var words: [Substring] { split { !$0.isLetter && !$0.isNumber } }
}

extension PaletteEntry {
  fileprivate init(_ command: Command) {
    self.init(
      title: command.panel.map { "\($0.title): " + command.help } ?? command.help,
      keyLabel: command.keyLabel, action: .command(command))
  }

  /// How well it fits: all words of the query at the beginnings of words of the title or of a synonym
  /// go before initials, those before words within words, neither of which a number is found in; nil where it does
  /// not fit. Letters that are scattered over a title are no fit: short words are found so in any sentence. A size
  /// is found by the number that was typed, not by one that begins so.
  fileprivate func score(_ query: PaletteQuery) -> Int? {
    let wanted = query.words
    if let score = nameScore(query) { return score }
    let words = title.lowercased().words
    if case .size = action,
      !wanted.allSatisfy({ words.contains($0) || !$0.contains(where: \.isNumber) })
    {
      return nil
    }
    let others = synonyms.flatMap { $0.split(separator: " ") }
    func begins(_ word: Substring, _ words: [Substring]) -> Bool {
      words.contains { $0.hasPrefix(word) }
    }
    if wanted.allSatisfy({ begins($0, words) }) {
      // A title's own beginning goes first.
      return words.first.map { first in wanted.first.map { first.hasPrefix($0) } ?? false } ?? false
        ? 4000 : 3000
    }
    if wanted.allSatisfy({ begins($0, words) || begins($0, others.map { $0[...] }) }) {
      // The word that others use first goes before those that fit several commands.
      return others.first.map { first in wanted.first.map { first.hasPrefix($0) } ?? false }
        ?? false
        ? 3600 : 3500
    }
    guard !query.isNumber else { return nil }
    if hasInitials(query.letters) { return 2500 }
    if !query.bare.isEmpty, names.contains(where: { $0.bare.contains(query.bare) }) {
      return 2000 + nameBonus
    }
    let title = title.lowercased()
    return wanted.allSatisfy { title.contains($0) } ? 2000 : nil
  }

  /// Whether letters are the first ones of the words of a command's name, from its first word on, or the beginnings of
  /// the parts of a network's or a session's: `oac` of "open a checkpoint", `rep31` of replknet-31. What stands behind
  /// a colon or a comma is no part of a command's name.
  private func hasInitials(_ letters: [Character]) -> Bool {
    guard !letters.isEmpty else { return false }
    guard case .command(let command) = action else {
      return names.contains { Self.spell(letters[...], $0.lowercased().words[...]) }
    }
    let name = command.help.lowercased().prefix { !":,;(".contains($0) }
    return String(name).words.compactMap(\.first).starts(with: letters)
  }

  /// Whether letters are beginnings of words, none of which is left out.
  private static func spell(
    _ letters: ArraySlice<Character>, _ words: ArraySlice<Substring>
  ) -> Bool {
    guard let word = words.first, !letters.isEmpty else { return letters.isEmpty }
    let shared = zip(letters, word).prefix { $0 == $1 }.count
    return shared > 0
      && (1...shared).contains { spell(letters.dropFirst($0), words.dropFirst()) }
  }

  /// What a session or a network is called.
  private var names: [String] {
    if case .network(let id) = action { [id] } else { sessionNames }
  }

  /// A network goes before sessions.
  private var nameBonus: Int { if case .network = action { 50 } else { 0 } }

  /// Where a session's or a network's name begins like the query, but for signs: several words are hardly
  /// meant for anything else, one may be the beginning of a command, too.
  private func nameScore(_ query: PaletteQuery) -> Int? {
    guard !query.bare.isEmpty, names.contains(where: { $0.bare.hasPrefix(query.bare) }) else {
      return nil
    }
    return (query.words.count > 1 ? 4500 : 3900) + nameBonus
  }

  /// What others call it.
  private var synonyms: [String] {
    guard case .command(let command) = action else { return [] }
    return switch command.name {
    case .open: ["load", "file", "checkpoint", "weights"]
    case .write: ["save"]
    case .export: ["export", "screenshot", "save", "picture", "png", "svg", "csv"]
    case .zoom: ["zoom", "full", "enlarge", "maximise"]
    case .arrangement: ["difference", "compare", "side"]
    case .profile: ["profile", "curve", "distance", "cumulative"]
    case .larger, .smaller: ["size", "resolution", "pixels"]
    case .nextSeed: ["random"]
    case .quit: ["exit", "leave"]
    case .curve: ["logarithm", "gamma", "contrast"]
    case .areas: ["squares", "contours"]
    case .theory: ["theory"]
    case .train: ["learn", "fine tune"]
    case .weights: ["random", "trained"]
    case .copy: ["clipboard", "metrics"]
    case .copyCommand: ["clipboard", "reproduce", "figure"]
    case .startAfresh: ["reset", "default"]
    case .underlay: ["overlay", "photo"]
    case .nextColours: ["palette", "colors"]
    default: []
    }
  }
}
