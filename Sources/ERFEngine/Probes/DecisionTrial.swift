// Decisions with the numbers of their trials, by which shares of a run are put in order.

/// A row of a decision file.
public struct DecisionTrial: Sendable, Equatable {
  /// From 1; nil where the file has none.
  public let number: Int?
  public let decision: CueDecision

  public init(number: Int?, decision: CueDecision) {
    self.number = number
    self.decision = decision
  }

  /// Trials of a subject that are not there although later ones are.
  public struct Gap: Sendable, Equatable {
    public let subject: String
    public let trials: [ClosedRange<Int>]

    private static let shown = 8

    /// `3-5, 9`.
    public var text: String {
      trials.prefix(Self.shown).map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
      }.joined(separator: ", ") + (trials.count > Self.shown ? ", ..." : "")
    }
  }

  /// A table of all `trials`, subject by subject in the order in which they come first, each by its
  /// numbers. Where numbers are missing or come twice, as in tables that each count from 1, the stimuli's
  /// names say the order, and trials are counted anew.
  ///
  /// - Returns: the file's bytes, and what is missing of numbered trials.
  public static func merged(_ trials: [DecisionTrial]) -> (table: [UInt8], gaps: [Gap]) {
    var bySubject: [(subject: String, trials: [DecisionTrial])] = []
    var places: [String: Int] = [:]
    for trial in trials {
      let subject = trial.decision.subject
      if let place = places[subject] {
        bySubject[place].trials.append(trial)
      } else {
        places[subject] = bySubject.count
        bySubject.append((subject, [trial]))
      }
    }
    var (rows, gaps): ([String], [Gap]) = ([], [])
    for (subject, trials) in bySubject {
      let numbers = trials.compactMap(\.number)
      guard numbers.count == trials.count, Set(numbers).count == numbers.count,
        numbers.allSatisfy({ $0 > 0 })
      else {
        rows += trials.map(\.decision).sorted(by: precedes).enumerated().map {
          DecisionFile.line($1, trial: $0 + 1)
        }
        continue
      }
      let sorted = trials.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
      rows += sorted.map { DecisionFile.line($0.decision, trial: $0.number ?? 0) }
      let missing = zip([0] + sorted.compactMap(\.number), sorted.compactMap(\.number))
        .filter { $0.1 - $0.0 > 1 }.map { ($0.0 + 1)...($0.1 - 1) }
      if !missing.isEmpty { gaps.append(Gap(subject: subject, trials: missing)) }
    }
    return (Array((DecisionFile.header + rows.joined()).utf8), gaps)
  }

  /// As one run over the sorted folder comes to them.
  private static func precedes(_ left: CueDecision, _ right: CueDecision) -> Bool {
    left.shape != right.shape
      ? left.shape.rawValue < right.shape.rawValue
      : left.image.utf8.lexicographicallyPrecedes(right.image.utf8)
  }
}
