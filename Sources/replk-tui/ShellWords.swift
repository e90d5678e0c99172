// Command lines as a shell reads them.

enum ShellWords {
  /// `words` in one line, quoted where a shell would read something else.
  static func text(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// The words of a line that ``text(_:)`` made.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    // Quotes and an escaped one stand in the middle of words; an empty word is quotes alone.
    var (word, isQuoted, isEscaped) = (String?.none, false, false)
    // By scalars, as shells read: a mark may stand over a quote.
    for character in line.unicodeScalars {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "'" {
        isQuoted.toggle()
        word = word ?? ""
      } else if isQuoted {
        word = (word ?? "") + String(character)
      } else if character == "\\" {
        isEscaped = true
      } else if character == " " {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }

  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
    // zsh takes a word that begins with = for a program's path.
    guard !plain || word.isEmpty || word.hasPrefix("=") else { return word }
    let parts = word.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.map { String($0) }.joined(separator: "'\\''") + "'"
  }
}
