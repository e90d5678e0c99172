// Settings of training programs that change what a network computes, and not the shapes of its parameters.

extension FileHints {
  struct Setting: Sendable {
    /// Such as `output_stride`, without what it is a part of.
    let name: String
    /// In lower case.
    let value: String
    /// Whether it is one of strides and dilations.
    let isOfStrides: Bool
    /// Who says so: `the file's settings say`.
    let source: String

    var text: String { "\(name)=\(WeightsMismatch.printable(value))" }
  }

  /// The settings among texts under keys, in the order of the keys, without those that are left to the
  /// network.
  static func settings(in texts: [String: String], source: String) -> [Setting] {
    texts.sorted { $0.key < $1.key }.compactMap { key, value -> Setting? in
      let value = value.lowercased()
      if ["null", "none", "~"].contains(value) { return nil }
      if let name = Checkpoint.strideSetting(key) {
        return Setting(name: name, value: value, isOfStrides: true, source: source)
      }
      return Checkpoint.computingSetting(key).map {
        Setting(name: $0, value: value, isOfStrides: false, source: source)
      }
    }
  }

  /// The first setting of strides or dilations that `network` does not have.
  func strideDoubts(about network: any Architecture) -> [String] {
    let setting = settings.first { $0.isOfStrides && Self.contradicts($0, network) }
    guard let setting else { return [] }
    return [
      "\(setting.source) \(setting.text), and it is opened as \(network.id): its strides and dilations "
        + "may differ"
    ]
  }

  /// The other settings that are not as in `network`, a line for each source.
  func settingDoubts(about network: any Architecture) -> [String] {
    var others = settings.filter { !$0.isOfStrides && !Self.isUsual($0, of: network) }
    var doubts: [String] = []
    while let source = others.first?.source {
      let listed = others.filter { $0.source == source }.prefix(6).map(\.text)
      doubts.append(
        "\(source) \(listed.joined(separator: ", ")), and it is opened as \(network.id), which computes "
          + "something else")
      others.removeAll { $0.source == source }
    }
    return doubts
  }

  /// Whether a setting asks for dilations, or another output stride, than `network` has.
  private static func contradicts(_ setting: Setting, _ network: any Architecture) -> Bool {
    guard let own = outputStride(of: network) else { return false }
    switch (setting.name, Double(setting.value)) {
    case ("output_stride", let stride?):
      return [4, 8, 16, 32].contains(stride) && stride != Double(own)
    case (_, let dilation?): return dilation > 1 && !isDilated(network)
    case (_, nil): return setting.value.contains("true") && !isDilated(network)
    }
  }

  /// nil: networks of this kind have no such setting.
  private static func outputStride(of network: any Architecture) -> Int? {
    switch network {
    case let network as ResNet: network.stem == .large ? 4 * network.strides.reduce(1, *) : nil
    case is MobileNetV2, is EfficientNetLite: 32
    default: nil
    }
  }

  /// Whether `network` is what a setting other than of strides asks for.
  private static func isUsual(_ setting: Setting, of network: any Architecture) -> Bool {
    let isTensorFlow = (network as? EfficientNetLite)?.style == .tensorFlow
    let value = setting.value
    if setting.name == "pad_type" { return (value == "same") == isTensorFlow }
    if value.isEmpty { return true }
    switch setting.name {
    case "gp", "global_pool":
      // Numbers are of penalties on gradients, which are called so too.
      return ["avg", "fast", "fastavg", "true", "false"].contains(value) || Double(value) != nil
    case "act_layer":
      return value == (network is MobileNetV2 || network is EfficientNetLite ? "relu6" : "relu")
    case "norm_layer": return value.contains("batchnorm")
    case "bn_eps": return Double(value) == (isTensorFlow ? 1e-3 : 1e-5)
    case "bn_tf": return isTensorFlow || value == "false"
    default: return value == "false"
    }
  }
}
