/// Which cues a built-in stimulus carries.
public enum StimulusKind: String, Sendable, Hashable, CaseIterable {
  /// Shape and texture of the same category.
  case agreeing
  /// Shape of one category, texture of another.
  case conflict
  /// A silhouette in one colour.
  case shape
  /// A texture over the whole frame.
  case texture

  /// The categories of stimulus `index`. Any 16 in a row, counted from a multiple of 16, hold every
  /// shape and every texture once; conflicts go through all 240 pairs and begin anew.
  func categories(at index: Int) -> (shape: ObjectCategory, texture: ObjectCategory) {
    let all = ObjectCategory.allCases
    let shape = index % all.count
    guard self == .conflict else { return (all[shape], all[shape]) }
    let step = 1 + index / all.count % (all.count - 1)
    return (all[shape], all[(shape + step) % all.count])
  }
}
