/// The 16 categories of the cue-conflict benchmark (Geirhos et al., ICLR 2019, arXiv:1811.12231), in
/// alphabetical order, which is also the order in which the first of equal scores wins.
public enum ObjectCategory: String, Sendable, Hashable, CaseIterable, Codable {
  case airplane, bear, bicycle, bird, boat, bottle, car, cat, chair, clock, dog, elephant, keyboard
  case knife, oven, truck

  /// From the top to the bottom of the plot that the papers show: by rising shape bias of the human
  /// observers (see ``PublishedDecisions/humans``).
  public static let plotOrder: [ObjectCategory] = [
    .boat, .knife, .airplane, .bear, .dog, .keyboard, .cat, .elephant, .oven, .bird, .car, .truck,
    .bottle, .chair, .clock, .bicycle,
  ]

  /// The category that a file calls `word`, whatever its case and the blanks around it. Other words for
  /// the categories do not count: the benchmark has no list of such.
  init?(word: some StringProtocol) {
    let trimmed = word.drop(while: \.isWhitespace)
    let end = trimmed.lastIndex { !$0.isWhitespace }
    guard let end else { return nil }
    self.init(rawValue: trimmed[...end].lowercased())
  }

  /// Position in alphabetical order, from 0.
  public var index: Int {
    guard let index = Self.allCases.firstIndex(of: self) else {
      preconditionFailure("every case is among all cases")
    }
    return index
  }

  /// The category with the highest score; of equal ones the first.
  ///
  /// - Precondition: `scores` holds one score a category, in alphabetical order.
  static func best(_ scores: some Collection<Double>) -> ObjectCategory {
    precondition(scores.count == allCases.count)
    var best = (index: 0, score: -Double.infinity)
    for (index, score) in scores.enumerated() where score > best.score { best = (index, score) }
    return allCases[best.index]
  }
}
