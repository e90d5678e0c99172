// What other libraries call an EfficientNet-Lite's parameters.

extension EfficientNetLite {
  /// timm's: groups of blocks rather than one list of them.
  static let otherNames = [
    ParameterNames(landmark: "conv_stem.weight", translation: translation)
  ]

  @Sendable
  private static func translation(_ shapes: [String: Shape]) -> ParameterNames.Translation? {
    guard isNamedByTimm(shapes) else { return nil }
    let starts = blockStarts(shapes)
    return { name in officialName(name, starts) }
  }

  /// Whether these are timm's names, and not those of a MobileNetV2.
  static func isNamedByTimm(_ shapes: [String: Shape]) -> Bool {
    guard let kernel = shapes["blocks.2.0.conv_dw.weight"], kernel.rank == 4 else { return false }
    return kernel[2] == 5
  }

  /// The place of each group's first block among all blocks.
  private static func blockStarts(_ shapes: [String: Shape]) -> [Int] {
    var starts: [Int] = []
    var next = 0
    for group in groups.indices {
      starts.append(next)
      while shapes["blocks.\(group).\(next - starts[group]).conv_dw.weight"] != nil { next += 1 }
    }
    return starts
  }

  private static func officialName(_ name: String, _ starts: [Int]) -> String? {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count > 1, let last = parts.last else { return nil }
    if parts[0] == "blocks" {
      guard parts.count == 5, let group = Int(parts[1]), let index = Int(parts[2]),
        groups.indices.contains(group), (0..<1000).contains(index),
        let module = module(parts[3], expands: groups[group].expansion != 1)
      else { return nil }
      return "_blocks.\(starts[group] + index).\(module).\(last)"
    }
    let outside = [
      "conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1",
      "classifier": "_fc",
    ]
    return parts.count == 2 ? outside[parts[0]].map { "\($0).\(last)" } : nil
  }

  private static func module(_ name: String, expands: Bool) -> String? {
    expands
      ? [
        "conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
        "conv_pwl": "_project_conv", "bn3": "_bn2",
      ][name]
      : [
        "conv_dw": "_depthwise_conv", "bn1": "_bn1", "conv_pw": "_project_conv", "bn2": "_bn2",
      ][name]
  }
}
