/// Random numbers one after the other.
struct RandomSequence {
  private let stream: RandomStream
  private var position: UInt64 = 0

  init(_ stream: RandomStream) { self.stream = stream }

  /// Uniform in (0, 1).
  mutating func next() -> Double {
    defer { position += 1 }
    return stream.unit(at: position)
  }

  /// Uniform in 0 ..< `count`.
  mutating func below(_ count: Int) -> Int { min(count - 1, Int(next() * Double(count))) }

  /// Uniform between the bounds.
  mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * next() }

  /// 0 ..< `count` in random order.
  mutating func order(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.dropFirst().reversed() {
      order.swapAt(index, below(index + 1))
    }
    return order
  }

  /// Beta-distributed with both parameters `alpha` (Joehnk 1964), for alpha of 1 and less; larger ones
  /// are drawn as for 1.
  mutating func beta(_ alpha: Double) -> Double {
    let power = 1 / min(1, alpha)
    while true {
      let (first, second) = (next(), next())
      let (one, other) = (raised(first, to: power), raised(second, to: power))
      // For a small alpha both vanish, and only their logarithms still tell which is the larger.
      if one + other == 0 {
        return 1 / (1 + exponential((logarithm(second) - logarithm(first)) * power))
      }
      if one + other <= 1 { return one / (one + other) }
    }
  }
}
