// Looking for text in very many names.

extension String.UTF8View {
  /// Whether `text` is somewhere in it, byte for byte: `contains` compares characters, which takes many
  /// times as long.
  func holds(_ text: String) -> Bool {
    let wanted = text.utf8
    guard let first = wanted.first else { return true }
    var rest = self[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: wanted) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
