/// A list of values that only grows, in parts of a fixed size: no growth copies what is there, which
/// would take twice the memory meanwhile.
struct Chunks: Sendable {
  private var parts: [[PickleValue]] = []
  private(set) var count = 0

  private static let length = 4096

  mutating func append(_ value: PickleValue) {
    if count % Self.length == 0 {
      parts.append([])
      parts[parts.count - 1].reserveCapacity(Self.length)
    }
    parts[parts.count - 1].append(value)
    count += 1
  }

  subscript(index: Int) -> PickleValue { parts[index / Self.length][index % Self.length] }
}
