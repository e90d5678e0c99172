/// From the 1000 classes of ImageNet to the 16 categories (Geirhos et al., NeurIPS 2018): 207 classes
/// belong to one of them.
enum ImageNetCategories {
  static let classes = 1000

  /// Indices of the classes of each category, in alphabetical order of the categories.
  static let indices: [[Int]] = {
    var indices = [[Int]](repeating: [], count: ObjectCategory.allCases.count)
    for line in Assets.lines("imagenet-16-categories.txt") {
      let words = line.split(separator: " ")
      guard let category = ObjectCategory(rawValue: String(words[0])) else {
        preconditionFailure("no category \(words[0])")
      }
      indices[category.index] = words.dropFirst().compactMap { Int($0) }
    }
    return indices
  }()
}
