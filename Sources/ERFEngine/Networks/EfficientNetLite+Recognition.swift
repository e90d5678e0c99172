// Telling an EfficientNet-Lite by the names and shapes of a file's parameters.

extension EfficientNetLite {
  static let landmark = "_conv_stem.weight"
  static let head = "_fc"

  /// The number of blocks tells the depth, as far as rounding leaves it, their channels the width.
  init?(recognising weights: WeightDictionary) {
    guard weights[Self.landmark]?.rank == 4 else { return nil }
    let blocks = weights.count("_blocks.")
    let depths = [1] + (1...80).map { Double($0) / 10 }
    func repeats(_ depth: Double) -> [Int] {
      Self.groups.indices.map { Self.repeats(ofGroup: $0, depth: depth) }
    }
    guard let depth = depths.first(where: { repeats($0).reduce(0, +) == blocks }) else {
      return nil
    }
    var found: [(base: Int, channels: Int)] = []
    var block = -1
    for (group, count) in zip(Self.groups, repeats(depth)) {
      block += count
      guard let shape = weights["_blocks.\(block)._project_conv.weight"], shape.rank == 4 else {
        continue
      }
      found.append((group.channels, shape[0]))
    }
    guard let width = MobileNetV2.width(rounding: found) else { return nil }
    let variant = Self.variants.map(\.network).first {
      $0.width == width && repeats($0.depth) == repeats(depth)
    }
    self.init(
      width: width, depth: variant?.depth ?? depth,
      classes: weights.classes(head: Self.head) ?? 1000)
  }

  /// Where it was trained, which shapes do not tell.
  func adopting(_ hints: FileHints) -> EfficientNetLite {
    var network = self
    network.style = hints.liteStyle ?? style
    return network
  }
}
