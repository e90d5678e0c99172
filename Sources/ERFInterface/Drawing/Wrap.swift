// Text cut into lines.

/// Lines of at most `width` columns, broken at spaces where there are any.
func wrap(_ text: String, width: Int) -> [String] {
  guard width > 0 else { return [] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    var word = String(word)
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
