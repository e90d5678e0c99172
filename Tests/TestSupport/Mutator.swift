// Seeded damage to files, and the loop that hands damaged files to a reader.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Damages files as disks, editors and attackers do; the same seed makes the same damage.
public struct Mutator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea and Flood, 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// 0 ..< bound.
  public mutating func draw(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// Places near the ends, where headers, pickles and directories lie, come up more often.
  private mutating func place(in count: Int) -> Int {
    let near = min(count, 4096)
    switch draw(4) {
    case 0: return draw(near)
    case 1: return count - 1 - draw(near)
    default: return draw(count)
    }
  }

  /// `whole` with up to four kinds of damage, some of it parts of other files of `corpus`.
  public mutating func mutated(_ whole: [UInt8], among corpus: [[UInt8]]) -> [UInt8] {
    var bytes = whole
    for _ in 0..<1 + draw(4) where bytes.count > 4 {
      let at = place(in: bytes.count)
      switch draw(8) {
      case 0: bytes.removeLast(draw(bytes.count))
      case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + draw(64)))
      case 2: bytes.insert(contentsOf: (0..<1 + draw(16)).map { UInt8($0) }, at: at)
      case 3: writeEdge(into: &bytes, at: at)
      case 4:
        let other = corpus[draw(corpus.count)]
        guard !other.isEmpty else { continue }
        let from = place(in: other.count)
        let part = other[from..<min(other.count, from + 1 + draw(256))]
        bytes.replaceSubrange(at..<min(bytes.count, at + part.count), with: part)
      case 5:
        let to = place(in: bytes.count)
        let part = Array(bytes[at..<min(bytes.count, at + 1 + draw(128))])
        bytes.insert(contentsOf: part, at: to)
      case 6: bytes[at] ^= 1 << UInt8(draw(8))
      default: bytes[at] = UInt8(draw(256))
      }
    }
    return bytes.isEmpty ? [0] : bytes
  }

  /// A number at the edges of its range, little- or big-endian.
  private mutating func writeEdge(into bytes: inout [UInt8], at place: Int) {
    let edges: [UInt64] = [0, 1, 0x7F, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, .max]
    let edge = edges[draw(edges.count)]
    let width = [1, 2, 4, 8][draw(4)]
    let isBig = draw(2) == 0
    for index in 0..<width where place + index < bytes.count {
      let shift = UInt64(8 * (isBig ? width - 1 - index : index))
      bytes[place + index] = UInt8(truncatingIfNeeded: edge >> shift)
    }
  }
}

/// How long readers are handed damaged files.
public enum Fuzzing {
  /// What came of it.
  public struct Outcome: Sendable {
    public var rounds = 0
    /// Files that the reader took all the same.
    public var accepted = 0
    public var slowest = Duration.zero
  }

  /// REPLK_FUZZ_SECONDS: how long each reader is tried; nil: for a fixed number of rounds, so that every
  /// run does the same.
  private static let seconds =
    ProcessInfo.processInfo.environment["REPLK_FUZZ_SECONDS"].flatMap(Double.init)
  /// REPLK_FUZZ_SEED: other damage.
  private static let seed =
    ProcessInfo.processInfo.environment["REPLK_FUZZ_SEED"].flatMap(UInt64.init) ?? 2

  /// Hands damaged files of `corpus` to `reader`, which says whether it took them: an error or an answer
  /// is right, a trap, a hang or an unbounded allocation is not.
  public static func run(
    _ name: String, corpus: [[UInt8]], rounds: Int, _ reader: ([UInt8]) -> Bool
  ) -> Outcome {
    var outcome = Outcome()
    var mutator = Mutator(seed: seed)
    let start = ContinuousClock.now
    func goesOn() -> Bool {
      guard let seconds else { return outcome.rounds < rounds }
      return ContinuousClock.now - start < .seconds(seconds)
    }
    while goesOn() {
      let bytes = mutator.mutated(corpus[outcome.rounds % corpus.count], among: corpus)
      outcome.rounds += 1
      let before = ContinuousClock.now
      if reader(bytes) { outcome.accepted += 1 }
      outcome.slowest = max(outcome.slowest, ContinuousClock.now - before)
    }
    print(
      "fuzz \(name): \(outcome.rounds) rounds, \(outcome.accepted) accepted, slowest "
        + "\(outcome.slowest), seed \(seed)")
    return outcome
  }
}
