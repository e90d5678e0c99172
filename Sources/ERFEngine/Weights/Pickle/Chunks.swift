/// A list that only grows, in parts of a fixed size: no growth copies what is there, which would take
/// twice the memory meanwhile.
struct Chunks<Element: Sendable>: Sendable {
  private var parts: [[Element]] = []
  private(set) var count = 0

  private static var length: Int { 4096 }

  mutating func append(_ element: Element) {
    if count % Self.length == 0 {
      parts.append([])
      parts[parts.count - 1].reserveCapacity(Self.length)
    }
    parts[parts.count - 1].append(element)
    count += 1
  }

  subscript(index: Int) -> Element { parts[index / Self.length][index % Self.length] }
}
