/// What the processor can do at most, measured: the yardstick of all other numbers.
public struct MachinePeak: Sendable, Encodable {
  public let threads: Int
  public let instructionSet: String
  /// Floating-point operations a second of all threads together, in 1e9; a multiply-add counts two.
  public let gflops: Double

  /// Runs chains of multiply-adds in registers on all threads at once; the best of several tries,
  /// because anything else that the machine does only takes away.
  public init(threads: Int? = nil) {
    let workers = Workers(threads: threads)
    let rounds = Self.rounds(forSeconds: 0.001)
    let tiles = workers.threads * 20
    var best = 0.0
    for _ in 0..<5 {
      let start = ContinuousClock.now
      workers.forEach(tiles) { _ in _ = InstructionSet.multiplyAdds(rounds: rounds) }
      let seconds = (ContinuousClock.now - start).inSeconds
      best = max(best, Self.gflops(tiles: tiles, rounds: rounds, seconds: seconds))
    }
    self.threads = workers.threads
    instructionSet = InstructionSet.selected
    gflops = best
  }

  /// The rate of `tiles` runs of `rounds` rounds each, in 1e9 operations a second.
  static func gflops(tiles: Int, rounds: Int, seconds: Double) -> Double {
    let adds = Double(tiles) * Double(InstructionSet.multiplyAdds(rounds: 1)) * Double(rounds)
    return 2 * adds / seconds / 1e9
  }

  /// How many rounds take about so long.
  private static func rounds(forSeconds wanted: Double) -> Int {
    var rounds = 1000
    while true {
      let start = ContinuousClock.now
      _ = InstructionSet.multiplyAdds(rounds: rounds)
      if (ContinuousClock.now - start).inSeconds >= wanted || rounds > 1 << 30 { return rounds }
      rounds *= 2
    }
  }
}
