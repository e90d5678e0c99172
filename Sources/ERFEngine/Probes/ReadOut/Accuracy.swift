/// How often decisions were right, and whether that could be luck.
public struct Accuracy: Sendable, Hashable {
  public let correct: Int
  public let total: Int
  /// How many categories there were to choose from.
  public let categories: Int

  public init(correct: Int, total: Int, categories: Int = ObjectCategory.allCases.count) {
    precondition(correct >= 0 && correct <= total && categories > 1)
    self.correct = correct
    self.total = total
    self.categories = categories
  }

  /// Nil where nothing was decided.
  public var share: Double? { total > 0 ? Double(correct) / Double(total) : nil }

  public var chance: Double { 1 / Double(categories) }

  /// The probability of at least as many right answers by guessing: a one-sided binomial test.
  public var probabilityByChance: Double {
    guard correct > 0 else { return 1 }
    // P(k) from k = 0 upwards; what lies below `correct` is taken from 1, or, where that loses
    // digits, what lies above is summed.
    var term = 1.0
    for _ in 0..<total { term *= 1 - chance }
    var below = 0.0
    var above = 0.0
    for k in 0...total {
      if k < correct { below += term } else { above += term }
      term *= Double(total - k) / Double(k + 1) * chance / (1 - chance)
    }
    return above > 0 ? above : max(0, 1 - below)
  }

  /// Whether guessing explains the result: not refuted at the level of 1 %.
  public var isAtChance: Bool { probabilityByChance >= 0.01 }
}
