// What other libraries call a MobileNetV2's parameters.

extension MobileNetV2 {
  /// timm's: groups of blocks rather than a list of layers, and a name for each convolution; and
  /// torchvision's in an `nn.Sequential`.
  static let otherNames = [
    ParameterNames(landmark: "conv_stem.weight", translation: translation),
    ParameterNames(landmark: "0.1.conv.0.0.weight", translation: numbers),
  ]

  /// The features come first, and the only layer after them is the classifier.
  @Sendable
  private static func numbers(_ shapes: [String: Shape]) -> ParameterNames.Translation? {
    let behind = shapes.keys.map { NumberedName($0[...]) }.filter { name in
      name.isOfLayer && name.numbers.first.map { $0 > 0 } ?? false
    }
    let heads = Set(behind.map(\.numbers))
    return { key in
      if key.hasPrefix("0.") { return "features.\(key.dropFirst("0.".count))" }
      let name = NumberedName(key[...])
      guard name.isOfLayer, heads == [name.numbers] else { return nil }
      return "classifier.1.\(name.rest)"
    }
  }

  @Sendable
  private static func translation(_ shapes: [String: Shape]) -> ParameterNames.Translation? {
    // EfficientNet-Lite has the same names, and kernels of 5 in its third group.
    guard !EfficientNetLite.isNamedByTimm(shapes) else { return nil }
    return { name in officialName(name) }
  }

  private static func officialName(_ name: String) -> String? {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count > 1, let last = parts.last else { return nil }
    if parts[0] == "blocks" {
      guard parts.count == 5, let group = Int(parts[1]), let index = Int(parts[2]),
        let layer = layer(group: group, index: index),
        let module = module(parts[3], expands: groups[group].expansion != 1)
      else { return nil }
      return "features.\(layer).conv.\(module).\(last)"
    }
    let lastLayer = groups.reduce(1) { $0 + $1.repeats }
    let outside = [
      "conv_stem": "features.0.0", "bn1": "features.0.1", "conv_head": "features.\(lastLayer).0",
      "bn2": "features.\(lastLayer).1", "classifier": "classifier.1",
    ]
    return parts.count == 2 ? outside[parts[0]].map { "\($0).\(last)" } : nil
  }

  /// The place among all inverted residuals, from 1.
  private static func layer(group: Int, index: Int) -> Int? {
    guard groups.indices.contains(group), (0..<groups[group].repeats).contains(index) else {
      return nil
    }
    return groups[..<group].reduce(1) { $0 + $1.repeats } + index
  }

  /// Blocks that do not expand have no first convolution, and count on from the second.
  private static func module(_ name: String, expands: Bool) -> String? {
    expands
      ? [
        "conv_pw": "0.0", "bn1": "0.1", "conv_dw": "1.0", "bn2": "1.1", "conv_pwl": "2", "bn3": "3",
      ][name]
      : ["conv_dw": "0.0", "bn1": "0.1", "conv_pw": "1", "bn2": "2"][name]
  }
}
