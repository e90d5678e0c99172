#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// From the classes of a network to the 16 categories: all of ImageNet's, or those of another head that
/// are named like a category or like one of ImageNet's classes in it.
struct CategoryHead: Sendable, Equatable {
  /// Places among the outputs by category, in alphabetical order of the categories.
  let indices: [[Int]]

  /// Categories that have classes.
  var categories: [ObjectCategory] {
    ObjectCategory.allCases.filter { !indices[$0.index].isEmpty }
  }

  /// All of ImageNet's.
  static let imageNet = CategoryHead(indices: ImageNetCategories.indices)

  private init(indices: [[Int]]) { self.indices = indices }

  /// nil: the names are of fewer than two categories, between which nothing is to decide.
  init?(names: [String]) {
    var indices = [[Int]](repeating: [], count: ObjectCategory.allCases.count)
    for (place, name) in names.enumerated() {
      if let category = Self.category(of: name) { indices[category.index].append(place) }
    }
    self.indices = indices
    if categories.count < 2 { return nil }
  }

  private static func category(of name: String) -> ObjectCategory? {
    let plain = Self.plain(name)
    return ObjectCategory(word: plain) ?? byImageNetName[plain]
  }

  /// Names that two of ImageNet's classes share, such as `crane`, count for no category.
  private static let byImageNetName: [String: ObjectCategory] = {
    let names = ClassNames.imageNet.map(plain)
    let counts = Dictionary(grouping: names, by: \.self).mapValues(\.count)
    var categories: [String: ObjectCategory] = [:]
    for category in ObjectCategory.allCases {
      for place in ImageNetCategories.indices[category.index] where counts[names[place]] == 1 {
        categories[names[place]] = category
      }
    }
    return categories
  }()

  private static func plain(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" || $0 == "-" ? " " : $0 })
  }

  /// Softmax over all logits, the mean of the probabilities of each category's classes, the highest
  /// mean; of equal ones the first in alphabetical order. Categories without classes are never chosen.
  func decision(logits: [Float]) -> ObjectCategory {
    let peak = logits.max() ?? 0
    let powers = logits.map { exp(Double($0 - peak)) }
    // The common denominator of softmax does not change which mean is highest.
    return .best(
      indices.map { indices in
        indices.isEmpty
          ? -1 : indices.reduce(0) { $0 + powers[$1] } / Double(indices.count)
      })
  }
}
