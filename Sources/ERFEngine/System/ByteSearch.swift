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

extension [UInt8] {
  /// Whether `text` is somewhere in it, byte for byte.
  func holds(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    var start = 0
    while start <= count - wanted.count {
      var length = 0
      while length < wanted.count, self[start + length] == wanted[length] { length += 1 }
      if length == wanted.count { return true }
      start += 1
    }
    return false
  }
}
