// Sums of doubles that do not depend on the order in which they are added.

/// One sum a pixel, each held exactly: as the nearest double, what that leaves out as the nearest double
/// again, and so on while anything is left.
///
/// Two doubles hold 106 bits and more, which the scores of a pixel nearly always fit into; where they do
/// not, further planes are made. Since a sum is exact and its doubles follow from it alone, any order and
/// any grouping of the additions ends in the same bits.
///
/// Source: Knuth's TwoSum; Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997).
struct ExactSums: Sendable, Equatable {
  /// The sums, rounded to the nearest double.
  private(set) var rounded: [Double]
  /// What the planes before leave out; nothing but zeros unless there was rounding, and none before the
  /// second image: one has nothing to be rounded with.
  private(set) var errors: [[Double]] = []
  /// Whether all sums are zero, for nothing was added.
  private var isFresh: Bool

  init(count: Int) {
    rounded = [Double](repeating: 0, count: count)
    isFresh = true
  }

  /// Sums that are doubles.
  init(_ values: [Double]) {
    rounded = values
    isFresh = false
  }

  /// More than any sum takes, whose bits lie between 2^-1074 and 2^1024.
  private static let mostPlanes = 64
  /// Larger ones are no scores.
  private static let largest = 1e290

  /// The sums of planes that were taken apart, largest first; nil where the planes are of several
  /// lengths or hold what is not finite.
  init?(planes: [[Double]]) {
    guard let first = planes.first, planes.allSatisfy({ $0.count == first.count }),
      planes.count <= Self.mostPlanes,
      planes.allSatisfy({ $0.allSatisfy { abs($0) <= Self.largest } })
    else { return nil }
    self.init(first)
    for plane in planes.dropFirst() {
      for (index, value) in plane.enumerated() { add(value, at: index) }
    }
  }

  /// All that it takes to go on: the rounded sums, and errors up to the last plane that holds any.
  var planes: [[Double]] {
    var kept = errors.isEmpty ? [[Double](repeating: 0, count: rounded.count)] : errors
    while kept.count > 1, let last = kept.last, last.allSatisfy({ $0 == 0 }) { kept.removeLast() }
    return [rounded] + kept
  }

  /// Sets all sums to zero.
  mutating func clear() {
    for index in rounded.indices { rounded[index] = 0 }
    errors.removeAll()
    isFresh = true
  }

  static func == (left: ExactSums, right: ExactSums) -> Bool { left.planes == right.planes }

  /// Adds a finite number to the sum at `index`.
  @inline(__always)
  mutating func add(_ value: Double, at index: Int) {
    if errors.isEmpty { makeErrors() }
    let (sum, error) = Self.twoSum(rounded[index], value)
    let (small, rest) = Self.twoSum(errors[0][index], error)
    guard rest == 0 && errors.count == 1 else { return addSlowly(value, at: index) }
    // Both are exact, so the larger is the nearest double to what they make together.
    (rounded[index], errors[0][index]) = Self.twoSum(sum, small)
  }

  /// Adds the scores of as many pixels of `gradient`, (N, H, W, C), as there are sums, from pixel `first`
  /// on, one to each.
  mutating func add(_ score: PixelScore, of gradient: Tensor, from first: Int) {
    if isFresh { return addFirst(score, of: gradient, from: first) }
    if errors.isEmpty { makeErrors() }
    let count = rounded.count
    var done = 0
    while done < count {
      if errors.count == 1 {
        done += ScoreKernels.add(
          score, of: gradient, from: first + done, count: count - done, to: &rounded, at: done,
          errors: &errors[0], at: done)
      }
      for index in done..<min(done + 64, count) {
        add(ScoreKernels.score(score, of: gradient, at: first + index), at: index)
      }
      done = min(done + 64, count)
    }
  }

  /// The same to sums that are zero: no errors come of that, so that none are kept.
  private mutating func addFirst(_ score: PixelScore, of gradient: Tensor, from first: Int) {
    let part = 4096
    var none = [Double](repeating: 0, count: min(part, rounded.count))
    for start in stride(from: 0, to: rounded.count, by: part) {
      let pixels = start..<min(start + part, rounded.count)
      let done = ScoreKernels.add(
        score, of: gradient, from: first + start, count: pixels.count, to: &rounded, at: start,
        errors: &none, at: 0)
      for index in pixels.dropFirst(done) {
        rounded[index] = ScoreKernels.score(score, of: gradient, at: first + index)
      }
    }
    isFresh = false
  }

  private mutating func makeErrors() {
    errors = [[Double](repeating: 0, count: rounded.count)]
    isFresh = false
  }

  mutating func add(_ others: ExactSums) {
    precondition(others.rounded.count == rounded.count)
    for plane in others.planes {
      for (index, value) in plane.enumerated() where value != 0 { add(value, at: index) }
    }
  }

  /// More bits than two doubles have.
  private mutating func addSlowly(_ value: Double, at index: Int) {
    var exact = Expansion()
    for part in [rounded[index]] + errors.map({ $0[index] }) + [value] { exact.add(part) }
    rounded[index] = exact.takeNearest()
    for plane in errors.indices { errors[plane][index] = exact.takeNearest() }
    while !exact.isZero {
      var plane = [Double](repeating: 0, count: rounded.count)
      plane[index] = exact.takeNearest()
      errors.append(plane)
    }
  }

  /// a + b as the nearest double and what it leaves out.
  @inline(__always)
  fileprivate static func twoSum(_ a: Double, _ b: Double) -> (sum: Double, error: Double) {
    let sum = a + b
    let part = sum - a
    return (sum, (a - (sum - part)) + (b - part))
  }
}

/// One exact sum: doubles of rising size, no two of which have bits of one place.
private struct Expansion {
  private var parts: [Double] = []

  var isZero: Bool { parts.allSatisfy { $0 == 0 } }

  mutating func add(_ value: Double) {
    var carried = value
    var kept: [Double] = []
    for part in parts {
      let (sum, error) = ExactSums.twoSum(carried, part)
      if error != 0 { kept.append(error) }
      carried = sum
    }
    parts = kept + [carried]
  }

  /// Takes the nearest double away.
  mutating func takeNearest() -> Double {
    guard var index = parts.indices.last else { return 0 }
    var nearest = parts[index]
    var error = 0.0
    while index > 0 && error == 0 {
      index -= 1
      (nearest, error) = ExactSums.twoSum(nearest, parts[index])
    }
    // Halfway between two doubles, what is below decides.
    if index > 0, error != 0, (error < 0) == (parts[index - 1] < 0), parts[index - 1] != 0 {
      let moved = nearest + 2 * error
      if moved - nearest == 2 * error { nearest = moved }
    }
    add(-nearest)
    return nearest
  }
}
