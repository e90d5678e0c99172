// Shape bias as Geirhos et al. define it (ICLR 2019): S / (S + T) over stimuli whose cues conflict.

/// How many conflicting stimuli were decided by which cue.
public struct CueCounts: Sendable, Hashable {
  public var shape: Int
  public var texture: Int
  public var neither: Int

  public init(shape: Int = 0, texture: Int = 0, neither: Int = 0) {
    self.shape = shape
    self.texture = texture
    self.neither = neither
  }

  public var total: Int { shape + texture + neither }

  /// Shape decisions among those for either cue; nil where there are none.
  public var bias: Double? {
    let decided = shape + texture
    return decided > 0 ? Double(shape) / Double(decided) : nil
  }

  mutating func add(_ cue: CueDecision.Cue) {
    switch cue {
    case .shape: shape += 1
    case .texture: texture += 1
    case .neither: neither += 1
    }
  }
}

/// The shape bias of one decision maker, overall and by shape category.
public struct ShapeBias: Sendable, Hashable {
  /// One row of the plot: the stimuli with the shape of `category`.
  public struct Row: Sendable, Hashable {
    public let category: ObjectCategory
    public let counts: CueCounts
  }

  /// Some of the decisions of a run, as its shares say.
  public struct Partial: Sendable, Hashable {
    /// Stimuli of the whole run.
    public let of: Int
    /// In order.
    public let shares: [Shard]
    /// Those of them that did not come to their end.
    public let unfinished: [Shard]
  }

  public let subject: String
  public let overall: CueCounts
  /// Every category in alphabetical order.
  public let rows: [Row]
  /// Answers to conflicting stimuli that are none of the 16 categories, and how often each was given:
  /// they count for nothing above.
  public private(set) var foreignResponses: [String: Int] = [:]
  /// Decisions about stimuli that had been decided before.
  public private(set) var repeated = 0
  /// Decisions whose category is not the shape that the image's name tells; the category counts.
  public private(set) var contradicting = 0
  /// What the decisions are of, where they are not all of their run's; else nil.
  public var partial: Partial?
  /// Where stimuli were decided more than once: the decisions about each.
  private var stimuli: [CueCounts] = []

  /// Counts the decisions whose cues conflict; the others do not count.
  public init(subject: String, decisions: some Sequence<CueDecision>) {
    var counts = [CueCounts](repeating: CueCounts(), count: ObjectCategory.allCases.count)
    var byStimulus: [PathKey: CueCounts] = [:]
    var foreign: [String: Int] = [:]
    var repeated = 0
    var contradicting = 0
    for decision in decisions {
      if decision.namedShape != nil { contradicting += 1 }
      guard decision.isConflict else { continue }
      guard let cue = decision.cue else {
        foreign[decision.foreignResponse ?? "", default: 0] += 1
        continue
      }
      counts[decision.shape.index].add(cue)
      let image = PathKey(decision.image)
      if byStimulus[image] != nil { repeated += 1 }
      byStimulus[image, default: CueCounts()].add(cue)
    }
    self.init(subject: subject, counts: counts)
    foreignResponses = foreign
    self.contradicting = contradicting
    guard repeated > 0 else { return }
    self.repeated = repeated
    // By their cue, which is the order that single decisions are drawn in.
    stimuli = byStimulus.sorted { $0.key < $1.key }.map(\.value).sorted {
      ($1.shape, $1.texture) < ($0.shape, $0.texture)
    }
  }

  /// Answers that are none of the 16 categories.
  public var foreignCount: Int { foreignResponses.reduce(0) { $0 + $1.value } }

  /// The middle 95 % of the bias over stimuli drawn again with replacement: those that were decided
  /// several times are drawn with all of their decisions, so that repeating trials narrows nothing.
  public func interval(seed: UInt64, draws: Int = 1000) -> ClosedRange<Double>? {
    guard !stimuli.isEmpty else { return overall.biasInterval(seed: seed, draws: draws) }
    guard overall.shape + overall.texture > 0 else { return nil }
    return CueCounts.interval(seed: seed, draws: draws, of: stimuli.count) { stimuli[$0] }
  }

  /// `counts`: one a category in alphabetical order.
  init(subject: String, counts: [CueCounts]) {
    precondition(counts.count == ObjectCategory.allCases.count)
    self.subject = subject
    rows = zip(ObjectCategory.allCases, counts).map(Row.init)
    overall = counts.reduce(into: CueCounts()) { sum, part in
      sum.shape += part.shape
      sum.texture += part.texture
      sum.neither += part.neither
    }
  }

  /// One result a decision maker, in the order of their first decisions.
  public static func bySubject(_ decisions: [CueDecision]) -> [ShapeBias] {
    var order: [String] = []
    var groups: [String: [CueDecision]] = [:]
    for decision in decisions {
      if groups[decision.subject] == nil { order.append(decision.subject) }
      groups[decision.subject, default: []].append(decision)
    }
    return order.map { ShapeBias(subject: $0, decisions: groups[$0] ?? []) }
  }

  public func counts(for category: ObjectCategory) -> CueCounts { rows[category.index].counts }
}

extension CueCounts {
  /// The middle 95 % of the bias over stimuli drawn again with replacement (percentile bootstrap,
  /// Efron and Tibshirani 1993, chapter 13): how far it depends on which stimuli there happen to be.
  /// The same for the same seed; nil where most draws leave no decision for either cue, or all
  /// decisions are for the same one.
  public func biasInterval(seed: UInt64, draws: Int = 1000) -> ClosedRange<Double>? {
    guard shape + texture > 0 else { return nil }
    return Self.interval(seed: seed, draws: draws, of: total) { pick in
      pick < shape
        ? CueCounts(shape: 1)
        : pick < shape + texture ? CueCounts(texture: 1) : CueCounts(neither: 1)
    }
  }

  /// The middle 95 % of the bias over `count` stimuli drawn from as many; `stimulus` tells the
  /// decisions about each, in order of decision.
  fileprivate static func interval(
    seed: UInt64, draws: Int, of count: Int, _ stimulus: (Int) -> CueCounts
  ) -> ClosedRange<Double>? {
    guard draws > 0 else { return nil }
    let stream = RandomStream(seed: seed, name: "bootstrap")
    var position: UInt64 = 0
    var biases: [Double] = []
    for _ in 0..<draws {
      var drawn = CueCounts()
      for _ in 0..<count {
        // The product's high half is uniform.
        let pick = Int(stream.bits(at: position).multipliedFullWidth(by: UInt64(count)).high)
        position += 1
        let found = stimulus(pick)
        drawn.shape += found.shape
        drawn.texture += found.texture
      }
      if let bias = drawn.bias { biases.append(bias) }
    }
    guard biases.count > draws / 2 else { return nil }
    biases.sort()
    // Where all decisions are for one cue, drawing them again cannot tell how far that is chance.
    guard biases[0] < biases[biases.count - 1] else { return nil }
    let tail = biases.count / 40
    return biases[tail]...biases[biases.count - 1 - tail]
  }
}
