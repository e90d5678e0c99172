// How well what was typed fits a name.

extension String {
  /// How well the letters of `query` are found here in their order, in any case: more for letters
  /// that follow one another and that begin words; nil where one is missing. Blanks do not count.
  func fuzzyScore(_ query: String) -> Int? {
    let letters = Array(lowercased().unicodeScalars)
    // More letters than there are cannot be found, and may be very many.
    guard query.unicodeScalars.count(where: { $0 != " " }) <= letters.count else { return nil }
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
