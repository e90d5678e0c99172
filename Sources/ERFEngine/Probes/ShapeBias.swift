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

  public let subject: String
  public let overall: CueCounts
  /// Every category in alphabetical order.
  public let rows: [Row]

  /// Counts the decisions whose cues conflict; the others do not count.
  public init(subject: String, decisions: some Sequence<CueDecision>) {
    var counts = [CueCounts](repeating: CueCounts(), count: ObjectCategory.allCases.count)
    for decision in decisions where decision.isConflict {
      counts[decision.shape.index].add(decision.cue)
    }
    self.init(subject: subject, counts: counts)
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
  /// The same for the same seed; nil where most draws leave no decision for either cue.
  public func biasInterval(seed: UInt64, draws: Int = 1000) -> ClosedRange<Double>? {
    guard shape + texture > 0, draws > 0 else { return nil }
    let stream = RandomStream(seed: seed, name: "bootstrap")
    var position: UInt64 = 0
    var biases: [Double] = []
    for _ in 0..<draws {
      var drawn = CueCounts()
      for _ in 0..<total {
        // Which of the stimuli, in order of decision; the product's high half is uniform.
        let pick = Int(stream.bits(at: position).multipliedFullWidth(by: UInt64(total)).high)
        position += 1
        drawn.add(pick < shape ? .shape : pick < shape + texture ? .texture : .neither)
      }
      if let bias = drawn.bias { biases.append(bias) }
    }
    guard biases.count > draws / 2 else { return nil }
    biases.sort()
    let tail = biases.count / 40
    return biases[tail]...biases[biases.count - 1 - tail]
  }
}
