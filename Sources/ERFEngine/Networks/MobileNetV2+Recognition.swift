// Telling a MobileNetV2 by the names and shapes of a file's parameters.

extension MobileNetV2 {
  static let landmark = "features.0.0.weight"
  static let head = "classifier.1"

  /// Widths that networks have are multiples of 0.05; kernels are found stage by stage.
  init?(recognising weights: WeightDictionary) {
    guard weights[Self.landmark]?.rank == 4, weights["features.1.conv.0.0.weight"] != nil else {
      return nil
    }
    var found: [(base: Int, channels: Int)] = []
    var layer = 0
    for group in Self.groups {
      layer += group.repeats
      let last = group.expansion == 1 ? 1 : 2
      if let shape = weights["features.\(layer).conv.\(last).weight"], shape.rank == 4 {
        found.append((group.channels, shape[0]))
      }
    }
    guard let width = Self.width(rounding: found) else { return nil }
    self.width = width
    classes = weights.classes(head: Self.head) ?? 1000
    var first = 1
    for stage in stages.indices {
      let scopes = (first..<first + stages[stage].depth).map {
        "features.\($0).conv.\($0 == 1 ? 0 : 1)."
      }
      first += stages[stage].depth
      stages[stage].kernel = weights.kernel(scopes.map { $0 + "0.weight" }) ?? 3
      stages[stage].smallKernel = weights.kernel(scopes.map { $0 + "small.0.weight" })
    }
  }

  /// The usual factor that rounds every base width to the channels found with it; nil: none does.
  static func width(rounding found: [(base: Int, channels: Int)]) -> Double? {
    let usual = [1, 0.25, 0.35, 0.5, 0.75, 1.1, 1.2, 1.4]
    let all = usual + (1...80).map { Double($0) / 20 }
    return found.isEmpty
      ? nil
      : all.first { width in
        found.allSatisfy { rounded(Double($0.base) * width) == $0.channels }
      }
  }
}
