// Text cut into lines.

/// Lines of at most `width` columns, broken at spaces where there are any.
func wrap(_ text: String, width: Int) -> [String] {
  guard width > 0 else { return [] }
  var lines: [String] = []
  var line = ""
  for word in words(of: text, width: width) {
    var word = word
    while true {
      let joined = line.isEmpty ? word : line + " " + word
      if joined.columns <= width {
        line = joined
        break
      }
      if !line.isEmpty {
        lines.append(line)
        line = ""
        continue
      }
      // A single column has no room for what is wide, which is written all the same.
      let part = word.prefix(columns: max(width, word.unicodeScalars.first?.columns ?? 1))
      lines.append(part)
      word = String(word.unicodeScalars.dropFirst(part.unicodeScalars.count))
    }
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}

/// What is not broken apart: words, and numbers with their units.
private func words(of text: String, width: Int) -> [String] {
  var words: [String] = []
  for part in text.split(separator: " ").map(String.init) {
    if let last = words.last, units.contains(part.trimmingPunctuation),
      last.utf8.last.map({ (48...57).contains($0) }) == true,
      last.columns + 1 + part.columns <= width
    {
      words[words.count - 1] += " " + part
    } else {
      words.append(part)
    }
  }
  return words
}

private let units: Set<String> = [
  "s", "ms", "min", "h", "px", "%", "B", "kB", "MB", "GB", "M", "G",
]

extension String {
  /// Without the marks of a sentence at its end.
  fileprivate var trimmingPunctuation: String {
    var text = self[...]
    while let last = text.last, ",.;:)".contains(last) { text.removeLast() }
    return String(text)
  }
}
