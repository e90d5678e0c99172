// Text cut into lines.

/// Lines of at most `width` cells, broken at spaces where there are any.
func wrap(_ text: String, width: Int) -> [String] {
  guard width > 0 else { return [] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    var word = String(word)
    while true {
      let joined = line.isEmpty ? word : line + " " + word
      if joined.unicodeScalars.count <= width {
        line = joined
        break
      }
      if !line.isEmpty {
        lines.append(line)
        line = ""
        continue
      }
      let scalars = word.unicodeScalars
      lines.append(String(scalars.prefix(width)))
      word = String(scalars.dropFirst(width))
    }
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}
