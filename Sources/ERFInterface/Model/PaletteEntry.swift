// What the command palette offers: every command, every network, every input size, ranked by how well
// their names fit what was typed.

import ERFEngine

/// A line of the palette.
struct PaletteEntry: Equatable {
  enum Action: Equatable {
    case command(Command)
    /// Puts a network of the catalogue in the place of the active one.
    case network(String)
    case size(Int)
    /// Opens a session that ships with the program.
    case session(String)
  }

  let title: String
  /// The key that does the same.
  let keyLabel: String
  let action: Action
}

extension Model {
  /// All entries that hold the letters of `query` in that order, best first.
  func paletteEntries(_ query: String) -> [PaletteEntry] {
    var entries = Command.table.filter { $0.name != .palette }.map { command in
      PaletteEntry(
        title: command.panel.map { "\($0.title): " + command.help } ?? command.help,
        keyLabel: command.keyLabel, action: .command(command))
    }
    let letter = Self.letter(active)
    entries += ReadyMadeSession.all.map {
      PaletteEntry(title: "session: \($0.session.title)", keyLabel: "", action: .session($0.name))
    }
    entries += ModelCatalogue.ids.map {
      PaletteEntry(title: "open \($0) as \(letter)", keyLabel: "", action: .network($0))
    }
    entries += Self.sizes.map {
      PaletteEntry(title: "input size \($0)", keyLabel: "", action: .size($0))
    }
    guard !query.isEmpty else { return entries }
    return entries.enumerated()
      .compactMap { place, entry in
        entry.title.fuzzyScore(query).map { (entry: entry, score: $0, place: place) }
      }
      .sorted { ($1.score, $0.place) < ($0.score, $1.place) }
      .map(\.entry)
  }
}

extension String {
  /// How well the letters of `query` are found here in their order, in any case: more for letters
  /// that follow one another and that begin words; nil where one is missing. Blanks do not count.
  func fuzzyScore(_ query: String) -> Int? {
    let letters = Array(lowercased().unicodeScalars)
    let wanted = Array(query.lowercased().unicodeScalars.filter { $0 != " " })
    // best[i]: the best score with the last wanted letter so far found at i.
    var best: [Int?] = letters.map { _ in nil }
    for (order, letter) in wanted.enumerated() {
      var next: [Int?] = letters.map { _ in nil }
      var earlier: Int?
      for (place, candidate) in letters.enumerated() {
        if candidate == letter {
          let startsWord = place == 0 || !letters[place - 1].properties.isAlphabetic
          let base = order == 0 ? 0 : earlier
          let adjacent = place > 0 && order > 0 ? best[place - 1].map { $0 + 5 } : nil
          let reached = [base, adjacent].compactMap { $0 }.max()
          next[place] = reached.map { $0 + (startsWord ? 4 : 1) }
        }
        if order > 0, let here = best[place] { earlier = max(earlier ?? here, here) }
      }
      best = next
    }
    return wanted.isEmpty ? 0 : best.compactMap { $0 }.max()
  }
}
