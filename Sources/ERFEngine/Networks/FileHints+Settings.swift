// Settings of training programs that change what a network computes, and not the shapes of its parameters.

extension FileHints {
  struct Setting: Sendable {
    /// Such as `output_stride`, without what it is a part of.
    let name: String
    /// In lower case.
    let value: String
    let kind: Kind
    /// Who says so: `the file's settings say`.
    let source: String

    enum Kind: Sendable {
      case strides
      /// Of something else that is computed, which is known.
      case computation
      /// Of an argument of timm's networks that may change anything.
      case unknown
      /// The same of mmengine's backbones.
      case backbone
    }

    var text: String {
      "\(WeightsMismatch.printable(name))=\(WeightsMismatch.printable(value))"
    }
  }

  /// The settings among texts under keys, in the order of the keys, without those that are left to the
  /// network.
  static func settings(in texts: [String: String], source: String) -> [Setting] {
    texts.sorted { $0.key < $1.key }.compactMap { key, value -> Setting? in
      let value = value.lowercased()
      if leftOpen.contains(value) { return nil }
      if let name = Checkpoint.strideSetting(key) {
        return Setting(name: name, value: value, kind: .strides, source: source)
      }
      if let name = Checkpoint.stageSetting(key) {
        return stages(value, name).map {
          Setting(name: name, value: $0.listText, kind: .strides, source: source)
        }
      }
      if let name = Checkpoint.computingSetting(key) {
        return Setting(name: name, value: value, kind: .computation, source: source)
      }
      guard isArgument(key), let name = key.split(separator: ".").last else { return nil }
      return Setting(name: String(name), value: value, kind: .unknown, source: source)
    }
  }

  /// Values of settings that are left to the network.
  private static let leftOpen: Set = ["null", "none", "~", "{}", "[]", "()"]

  /// The settings of the backbone that mmengine's configuration describes, without those that `residual` has
  /// and those that change nothing which shapes do not tell.
  private var backboneSettings: [Setting] {
    guard residual != nil, let section = backbones.first else { return [] }
    let texts = section.filter { !Self.knownToMMEngine.contains($0.key) }
      .flatMap { $1.texts(under: $0) }
      .filter {
        !Self.knownToMMEngine.contains($0.key) && !Self.leftOpen.contains($0.text.lowercased())
      }
    return texts.sorted { $0.key < $1.key }.prefix(64).map {
      Setting(
        name: $0.key, value: $0.text.lowercased(), kind: .backbone,
        source: "the file's configuration says")
    }
  }

  /// Settings of backbones that are taken over, whose effect shapes tell, or which matter while a network is
  /// trained or loaded.
  private static let knownToMMEngine: Set = [
    "type", "strides", "dilations", "style", "contract_dilation", "multi_grid",
    "depth", "num_stages", "in_channels", "stem_channels", "base_channels", "expansion", "groups",
    "base_width", "width_per_group", "num_classes", "stage_with_dcn", "out_indices",
    "frozen_stages", "norm_eval", "bn_eval", "bn_frozen", "partial_bn", "with_cp",
    "zero_init_residual", "drop_path_rate", "init_cfg", "pretrained", "torchvision_pretrain",
    "_scope_", "_delete_", "norm_cfg.requires_grad", "norm_cfg.momentum", "norm_cfg.affine",
    "norm_cfg.track_running_stats", "act_cfg.inplace",
  ]

  /// What timm calls the arguments that a network is built with, in `config.json` and in `args.yaml`.
  static let argumentSections: Set<String> = ["model_args", "model_kwargs"]

  /// Arguments whose effect shapes tell, or which matter while a network is trained or loaded.
  private static let harmlessArguments: Set<Substring> = [
    "num_classes", "in_chans", "img_size", "layers", "channels", "block", "cardinality",
    "base_width", "width", "depth", "stem_width", "block_reduce_first", "down_kernel_size",
    "channel_multiplier", "depth_multiplier", "drop_rate", "drop_path_rate", "drop_block_rate",
    "drop_connect_rate", "zero_init_last", "bn_momentum", "pretrained", "pretrained_cfg",
    "pretrained_cfg_overlay", "checkpoint_path", "cache_dir", "scriptable", "exportable",
  ]

  /// Whether what stands under `key`, names joined by dots, is an argument that a network of timm's was built
  /// with, and may change what it computes.
  static func isArgument(_ key: String) -> Bool {
    let parts = key.lowercased().split(separator: ".")
    return parts.first.map { argumentSections.contains(String($0)) } ?? false
      && !parts.contains(where: harmlessArguments.contains)
  }

  /// The first setting of strides or dilations that `network` does not have.
  func strideDoubts(about network: any Architecture) -> [String] {
    let setting = settings.first { $0.kind == .strides && Self.contradicts($0, network) }
    guard let setting else { return [] }
    return [
      "\(setting.source) \(setting.text), and it is opened as \(network.id): its strides and dilations "
        + "may differ"
    ]
  }

  /// The other settings that are not as in `network`, a line for each source and kind.
  func settingDoubts(about network: any Architecture) -> [String] {
    var others = (settings + backboneSettings).filter {
      $0.kind != .strides && !Self.isUsual($0, of: network)
    }
    var doubts: [String] = []
    while let first = others.first {
      func isAlike(_ setting: Setting) -> Bool {
        setting.source == first.source && setting.kind == first.kind
      }
      var texts: [String] = []
      for setting in others where isAlike(setting) && !texts.contains(setting.text) {
        texts.append(setting.text)
      }
      let listed = texts.prefix(6).joined(separator: ", ")
      let effect = first.kind == .computation ? "computes" : "may compute"
      doubts.append(
        "\(first.source) \(listed), and it is opened as \(network.id), which \(effect) "
          + "something else")
      others.removeAll(where: isAlike)
    }
    return doubts
  }

  /// Whether a setting asks for dilations, or another output stride, than `network` has.
  private static func contradicts(_ setting: Setting, _ network: any Architecture) -> Bool {
    if let own = stages(of: network, setting.name) {
      let told = stages(setting.value, setting.name)
      return told?.count == own.count && told != own
    }
    guard let own = outputStride(of: network), Checkpoint.stageSetting(setting.name) == nil else {
      return false
    }
    switch (setting.name, Double(setting.value)) {
    case ("output_stride", let stride?):
      return [4, 8, 16, 32].contains(stride) && stride != Double(own)
    case (_, let dilation?): return dilation > 1 && !isDilated(network)
    case (_, nil): return setting.value.contains("true") && !isDilated(network)
    }
  }

  /// The strides or dilations of stages that a list tells; nil: it is of something else, such as a pyramid's
  /// levels or a decoder's branches.
  private static func stages(_ text: String, _ name: String) -> [Int]? {
    let parts = text.split { "[](), ".contains($0) }
    let numbers = parts.compactMap { Int($0) }
    let usual: Set<Int> = name == "strides" ? [1, 2] : [1, 2, 4, 8]
    return numbers.count == parts.count && usual.isSuperset(of: numbers) ? numbers : nil
  }

  /// What `network` has for a setting of stages; nil: another setting, or networks of this kind have none.
  private static func stages(of network: any Architecture, _ name: String) -> [Int]? {
    guard let network = network as? ResNet else { return nil }
    return switch name {
    case "strides": network.strides
    case "dilations": network.stages.map(\.dilation)
    default: nil
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
    case "norm_cfg.type":
      return ["bn", "bn2d", "syncbn", "mmsyncbn"].contains(value) || value.contains("batchnorm")
    case "act_cfg.type": return value.split(separator: ".").last == "relu"
    case "conv_cfg.type": return ["conv", "conv2d"].contains(value)
    case "bn_eps", "norm_cfg.eps": return Double(value) == (isTensorFlow ? 1e-3 : 1e-5)
    case "bn_tf": return isTensorFlow || value == "false"
    case "deep_stem", "avg_down": return value == "false"
    // timm's are off where they are not asked for.
    default: return value == "false" && setting.kind != .backbone
    }
  }
}
