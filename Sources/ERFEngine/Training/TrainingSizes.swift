/// Which sides of square inputs a run sees: one after the other, or a side a batch.
///
/// A network that has seen one size holds at that size alone; fields are looked at over many.
public struct TrainingSizes: Sendable, Hashable, Codable {
  /// Steps that draw the side of each batch from the same few.
  public struct Phase: Sendable, Hashable, Codable {
    /// Pixels, in rising order.
    public var sides: [Int]
    /// The first step, from 0; the phase lasts until the next begins.
    public var from: Int

    public init(sides: [Int], from: Int) {
      self.sides = sides
      self.from = from
    }
  }

  /// In order of time; the first begins at step 0.
  public private(set) var phases: [Phase]

  private init(phases: [Phase]) { self.phases = phases }

  /// One side throughout.
  public init(_ side: Int) { phases = [Phase(sides: [side], from: 0)] }

  /// What `--size` takes: `224`, `160/224/288` (a side a batch), or phases with their epochs,
  /// `128:20,160/224/288:6`, which tell the steps of all together. nil: it says something else, or a
  /// side is not in `range`.
  public static func parsed(
    _ text: String, stepsAnEpoch: Int, in range: ClosedRange<Int>
  ) -> (sizes: TrainingSizes, steps: Int?)? {
    var sizes = TrainingSizes(phases: [])
    var step = 0
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    for part in parts {
      let fields = part.split(separator: ":", omittingEmptySubsequences: false)
      let words = fields[0].split(separator: "/", omittingEmptySubsequences: false)
      let sides = words.compactMap { Int($0) }.filter(range.contains)
      guard sides.count == words.count, Set(sides).count == sides.count else { return nil }
      sizes.phases.append(Phase(sides: sides.sorted(), from: step))
      if fields.count == 1 && parts.count == 1 { return (sizes, nil) }
      guard fields.count == 2, let epochs = Int(fields[1]), (1...100_000).contains(epochs)
      else { return nil }
      step += epochs * stepsAnEpoch
    }
    return (sizes, step)
  }

  /// The side that the network is measured at: the middle one of the last phase.
  public var measured: Int {
    let sides = phases.last?.sides ?? []
    return sides.isEmpty ? 0 : sides[sides.count / 2]
  }

  public var largest: Int { phases.flatMap(\.sides).max() ?? 0 }
  public var smallest: Int { phases.flatMap(\.sides).min() ?? 0 }

  /// Pixels of the inputs of some steps, one a step: what their time goes by. Steps of a phase count
  /// alike, whichever of its sides they draw.
  func pixels(of steps: Range<Int>) -> Double {
    phases.enumerated().reduce(0) { sum, phase in
      let (index, sides) = (phase.offset, phase.element.sides)
      let end = index + 1 < phases.count ? phases[index + 1].from : Int.max
      let own = steps.clamped(to: phase.element.from..<max(phase.element.from, end))
      let area = sides.reduce(0.0) { $0 + Double($1 * $1) } / Double(max(1, sides.count))
      return sum + Double(own.count) * area
    }
  }

  /// The side of the batch of a step, from 0: each of the phase's with the same probability.
  func side(at step: Int, seed: UInt64) -> Int {
    let sides = (phases.last { $0.from <= step } ?? phases[0]).sides
    guard sides.count > 1 else { return sides[0] }
    var random = RandomSequence(RandomStream(seed: seed, name: "side \(step)"))
    return sides[random.below(sides.count)]
  }

  /// The largest side among the batches of the first `steps`; nil where there were none.
  func largest(ofFirst steps: Int, seed: UInt64) -> Int? {
    (0..<steps).map { side(at: $0, seed: seed) }.max()
  }
}

extension TrainingSizes: CustomStringConvertible {
  /// `128, then 160/224/288`.
  public var description: String {
    phases.map { $0.sides.map(String.init).joined(separator: "/") }.joined(separator: ", then ")
  }
}
